package engine_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/host/api"
	"layerlab.dev/core/session"
	"layerlab.dev/core/vfs"
)

// patience is how long one command of a real client may take.
const patience = 30 * time.Second

// seed is what all that is random begins from.
const seed = 1

// recorded is the busybox of the recorded bases, whose facts only name it.
const recorded = digest.Digest("sha256:3d9f2889d6782537624a4e1a10e68a2ddd53e0ee8bac02676f27308f42ec6bf6")

// busybox finds it on this machine, nil where there is another one or none.
func busybox(d digest.Digest) *vfs.Blob {
	for _, name := range []string{"/bin/busybox", "/usr/bin/busybox"} {
		if text, err := os.ReadFile(name); err == nil && digest.FromBytes(text) == d {
			return vfs.Bytes(text)
		}
	}
	return nil
}

// newHost returns a host that can pull the recorded bases. now is in ns.
func newHost(t *testing.T, now int64) (*host.Host, *host.Net) {
	t.Helper()
	folder := filepath.Join("..", "sessions", "testdata", "bases")
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var bases []session.Base
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b, err := session.ReadBase(bytes.NewReader(text), busybox)
		if err != nil {
			t.Fatal(f.Name(), err)
		}
		bases = append(bases, b)
	}
	reached, err := session.Network(context.Background(), bases, now)
	if err != nil {
		t.Fatal(err)
	}
	shared := host.NewNet(reached)
	return host.New(host.NewState(seed, now), shared), shared
}

// serve serves a host on a socket until the test ends, and returns what DOCKER_HOST
// is to be.
func serve(t *testing.T, h *host.Host) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "engine") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: api.Handler(h)}
	go s.Serve(l)
	t.Cleanup(func() {
		s.Close()
		os.RemoveAll(folder)
	})
	return "unix://" + path
}

// answer is what a command printed and ended with.
type answer struct {
	Stdout, Stderr string
	Exit           int
}

// command runs a program on this machine. Its standard input is empty.
func command(t *testing.T, dir string, env []string, name string, args ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	var out, err bytes.Buffer
	c.Dir, c.Stdout, c.Stderr, c.WaitDelay = dir, &out, &err, time.Second
	c.Env = append([]string{"LANG=C.UTF-8", "TZ=UTC", "TERM=xterm"}, env...)
	failure := c.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s: not done after %v\nstdout: %s\nstderr: %s", strings.Join(c.Args, " "), patience, out.String(), err.String())
	}
	if c.ProcessState == nil {
		t.Fatal(failure)
	}
	return answer{out.String(), err.String(), c.ProcessState.ExitCode()}
}

// debian returns the path of a docker client 20.10, or skips the test.
func debian(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/bin/docker", "docker"} {
		found, err := exec.LookPath(path)
		if err != nil {
			continue
		}
		text, err := exec.Command(found, "--version").Output()
		if err == nil && strings.Contains(string(text), "version 20.10.") {
			return found
		}
	}
	t.Skip("no docker client 20.10 is installed: it is in Debian's docker.io")
	return ""
}
