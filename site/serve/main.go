// Command serve is the native host of the site: it serves a packed folder on
// this machine, for a closed network or behind a proxy of one's own.
//
// Usage:
//
//	serve [flags] [folder]
//
// The folder is dist/site unless named; serve -h lists the flags. The program
// stops on an interrupt, after the answers that are under way.
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
	"layerlab.dev/site/serve/local"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. It prints the address on out once it listens, and
// its log on errs.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	o, err := parseFlags(args, errs)
	if err != nil {
		return err
	}
	log := o.logger(errs)
	config, err := o.config(log)
	if err != nil {
		return err
	}
	handler, err := edge.New(config)
	if err != nil {
		return fmt.Errorf("%s: %w (pack it with ./build.sh build)", o.folder, err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(o.addr, strconv.Itoa(o.port)))
	if err != nil {
		return fmt.Errorf("listening: %w (another --port may be free)", err)
	}
	var site http.Handler = handler
	taken := listener.Addr().(*net.TCPAddr)
	if len(o.hosts) > 0 || taken.IP.IsLoopback() && !o.behind {
		site = local.Named(site, o.hosts)
	}
	server := &http.Server{
		Handler:           watched(site, log),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	fmt.Fprintf(out, "http://%s\n", net.JoinHostPort(o.addr, strconv.Itoa(taken.Port)))

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
		// A download may be longer than anybody waits.
		server.Close()
		log.Warn("stopped with answers under way", "error", err)
	}
	return nil
}
