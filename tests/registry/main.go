// Command registry is a registry for tests: it holds images out of `docker
// save` archives and answers on a free port of this machine.
//
// Usage:
//
//	registry REPOSITORY:TAG=ARCHIVE…
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "registry:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, images []string) error {
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: registry.New(registry.Logger(log.New(io.Discard, "", 0)))}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	host := listener.Addr().String()
	for _, image := range images {
		if err := push(ctx, host, image); err != nil {
			return fmt.Errorf("%s: %w", image, err)
		}
	}
	fmt.Printf("http://%s\n", host)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Close()
	}
}

// push puts an image into the registry.
func push(ctx context.Context, host, image string) error {
	reference, archive, ok := strings.Cut(image, "=")
	if !ok {
		return fmt.Errorf("want REPOSITORY:TAG=ARCHIVE")
	}
	tag, err := name.NewTag(host+"/"+reference, name.Insecure)
	if err != nil {
		return err
	}
	img, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		return err
	}
	return remote.Write(tag, img, remote.WithContext(ctx))
}
