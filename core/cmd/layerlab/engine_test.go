//go:build !js

package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// engine starts the command and returns it when it serves.
func engine(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, os.Args[0], append([]string{"engine"}, args...)...)
	c.Env = append(os.Environ(), "LAYERLAB_MAIN=1")
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "serving the Docker Engine API at ") {
		t.Fatalf("engine says %q, %v", line, err)
	}
	return c
}

// get asks for a path at an address, and returns what comes.
func get(t *testing.T, network, address, path string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial(network, address)
	}}}
	defer client.CloseIdleConnections()
	r, err := client.Get("http://docker" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// stop interrupts the command, which then ends without an error.
func stop(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("after an interrupt: %v", err)
	}
}

func TestEngineUnix(t *testing.T) {
	folder, err := os.MkdirTemp("", "engine") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "s")
	c := engine(t, "--listen", "unix://"+path)
	if got := get(t, "unix", path, "/_ping"); got != "OK" {
		t.Errorf("ping: %q", got)
	}
	if _, errs, code := layerlab(t, folder, "engine", "--listen", "unix://"+path); code == 0 || !strings.Contains(errs, "somebody serves there already") {
		t.Errorf("a second one: exit code %d, %s", code, errs)
	}
	stop(t, c)
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket is still there")
	}
}

func TestEngineLoopback(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	c := engine(t, "--listen", "tcp://"+address)
	if got := get(t, "tcp", address, "/v1.41/images/json"); got != "[]\n" {
		t.Errorf("images: %q", got)
	}
	stop(t, c)
}

func TestEngineRefuses(t *testing.T) {
	for listen, want := range map[string]string{
		"tcp://0.0.0.0:2375":     "serves only this machine",
		"tcp://192.0.2.1:2375":   "serves only this machine",
		"tcp://[::]:2375":        "serves only this machine",
		"tcp://:2375":            "serves only this machine",
		"tcp://example.com:2375": "serves only this machine",
		"tcp://127.0.0.1":        "missing port",
		"http://127.0.0.1:2375":  "want unix:///PATH",
	} {
		if _, errs, code := layerlab(t, ".", "engine", "--listen", listen); code == 0 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %s, want %q", listen, code, errs, want)
		}
	}
}
