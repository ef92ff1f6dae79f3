package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"layerlab.dev/core/host"
	"layerlab.dev/core/host/api"
	"layerlab.dev/core/registry/serve"
	"layerlab.dev/core/session"
)

// runEngine serves the Docker Engine API over a simulated host, so that real
// clients run against it. Nothing that a client does reaches this machine.
func runEngine(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("engine", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: layerlab engine [--listen unix:///PATH|tcp://127.0.0.1:PORT] [--base DIR]")
		flags.PrintDefaults()
	}
	listen := flags.String("listen", "unix:///tmp/layerlab.sock", "where clients connect: unix:///PATH or tcp://127.0.0.1:PORT")
	folder := flags.String("base", "", "folder with the facts of base images that can be pulled (default: stand-ins for the usual ones)")
	seed := flags.Uint64("seed", 1, "what everything random begins from")
	epoch := flags.Int64("epoch", 0, "the host's time at the start, in seconds since 1970; it then moves by what is done alone (default: this machine's time)")
	mirror := flags.String("registry", "", "address at which the host's own registry, localhost:5000 inside, is served as well, such as 127.0.0.1:5000")
	files := blobs{}
	flags.Var(files, "blob", "file whose content a base image described by facts lacks (may be given several times)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 0 {
		flags.Usage()
		return flag.ErrHelp
	}
	now := *epoch * 1e9
	if now == 0 {
		now = time.Now().UnixNano()
	}
	bases, err := session.Standins()
	if *folder != "" {
		bases, err = sessionBases(*folder, files)
	}
	if err != nil {
		return err
	}
	reached, err := session.Network(ctx, bases, now)
	if err != nil {
		return err
	}
	shared := host.NewNet(reached)
	h := host.New(host.NewState(*seed, now), shared)
	l, err := listener(*listen)
	if err != nil {
		return err
	}
	handler := api.Handler(h)
	if *epoch == 0 {
		handler = dated(h, handler)
	}
	servers := []*http.Server{{Handler: handler}}
	listeners := []net.Listener{l}
	if *mirror != "" {
		l, err := listener("tcp://" + *mirror)
		if err != nil {
			return err
		}
		servers = append(servers, &http.Server{Handler: serve.Handler(shared.Registry, shared.SetRegistry)})
		listeners = append(listeners, l)
	}
	fmt.Fprintf(os.Stderr, "serving the Docker Engine API at %s, stop with Ctrl+C\n", *listen)
	failed := make(chan error, len(servers))
	for i, s := range servers {
		go func() { failed <- s.Serve(listeners[i]) }()
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = nil
	}
	for _, s := range servers {
		s.Close()
	}
	return err
}

// dated has the host's clock show at least this machine's time when a request comes.
// It is ahead where somebody waited: a simulated second takes no time.
func dated(h *host.Host, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h.Change(func(c *host.Change) error {
			c.Clock = max(c.Clock, time.Now().UnixNano())
			return nil
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// listener opens the place that text names. Only this machine may connect.
func listener(text string) (net.Listener, error) {
	if path, ok := strings.CutPrefix(text, "unix://"); ok {
		if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
			if c, err := net.Dial("unix", path); err == nil {
				c.Close()
				return nil, fmt.Errorf("listen %s: somebody serves there already", text)
			}
			os.Remove(path) // left over by a server that is gone
		}
		return net.Listen("unix", path)
	}
	address, ok := strings.CutPrefix(text, "tcp://")
	if !ok {
		return nil, fmt.Errorf("listen %s: want unix:///PATH or tcp://127.0.0.1:PORT", text)
	}
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen %s: %w", text, err)
	}
	if ip := net.ParseIP(name); name != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen %s: the engine has no keys, so it serves only this machine: use tcp://127.0.0.1:PORT", text)
	}
	return net.Listen("tcp", address)
}
