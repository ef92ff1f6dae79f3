// Command serve is the native host of the site: it serves a packed folder on
// this machine or for a closed network.
//
// Usage:
//
//	serve [--addr localhost] [--port 8080] [folder]
//
// The folder is dist/site unless named. The program stops on an interrupt,
// after the answers that are under way.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"layerlab.dev/site/edge"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		slog.Error("serve", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. It prints the address on out once it listens.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(errs)
	addr := flags.String("addr", "localhost", "address to listen on; 0.0.0.0 serves the network")
	port := flags.Int("port", 8080, "port to listen on; 0 takes a free one")
	if err := flags.Parse(args); err != nil {
		return err
	}
	folder := "dist/site"
	if flags.NArg() > 0 {
		folder = flags.Arg(0)
	}
	handler, err := edge.New(os.DirFS(folder))
	if err != nil {
		return fmt.Errorf("%s: %w (pack it with ./build.sh build)", folder, err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(*addr, strconv.Itoa(*port)))
	if err != nil {
		return fmt.Errorf("listening: %w (another --port may be free)", err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(errs, nil), slog.LevelWarn),
	}
	taken := listener.Addr().(*net.TCPAddr).Port
	fmt.Fprintf(out, "http://%s\n", net.JoinHostPort(*addr, strconv.Itoa(taken)))

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	return nil
}
