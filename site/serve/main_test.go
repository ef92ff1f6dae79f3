package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRunServesAndStops(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "index.html"), []byte("<!doctype html>"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"--port", "0", folder}, writer, io.Discard) }()

	address, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(strings.TrimSpace(address))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || string(body) != "<!doctype html>" {
		t.Errorf("read %q, %v", body, err)
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("stopping: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("still serving 5 seconds after the interrupt")
	}
}

func TestRunErrors(t *testing.T) {
	empty := t.TempDir()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"nothing packed", []string{empty}, "./build.sh build"},
		{"no such folder", []string{filepath.Join(empty, "absent")}, "./build.sh build"},
		{"unknown flag", []string{"--colour"}, "not defined"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := run(t.Context(), test.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// What listens on localhost answers for this machine's names alone: a stranger's
// name that was given its address is refused, whatever is asked for.
func TestRunRefusesForeignHosts(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "index.html"), []byte("<!doctype html>"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		host string
		want int
	}{
		{"itself", nil, "", http.StatusOK},
		{"localhost", nil, "localhost:1", http.StatusOK},
		{"in capitals, with a final dot", nil, "LOCALHOST.", http.StatusOK},
		{"a name below localhost", nil, "lab.localhost:8080", http.StatusOK},
		{"an address", nil, "127.0.0.1", http.StatusOK},
		{"an address of IPv6", nil, "[::1]:8080", http.StatusOK},
		{"a stranger", nil, "evil.example", http.StatusMisdirectedRequest},
		{"a stranger with a port", nil, "evil.example:8080", http.StatusMisdirectedRequest},
		{"a stranger below localhost's look-alike", nil, "localhost.evil.example", http.StatusMisdirectedRequest},
		{"another address", nil, "169.254.169.254", http.StatusMisdirectedRequest},
		{"a named host", []string{"--host", "Lab.Example"}, "lab.example:8080", http.StatusOK},
		{"not the named host", []string{"--host", "lab.example"}, "evil.example", http.StatusMisdirectedRequest},
		{"behind a proxy", []string{"--behind-proxy"}, "lab.example", http.StatusOK},
		{"on the network", []string{"--addr", "0.0.0.0"}, "lab.example", http.StatusOK},
		{"on the network, named", []string{"--addr", "0.0.0.0", "--host", "lab.example"}, "evil.example", http.StatusMisdirectedRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			reader, writer := io.Pipe()
			ended := make(chan error, 1)
			go func() {
				ended <- run(ctx, append(append([]string{"--port", "0"}, test.args...), folder), writer, io.Discard)
			}()
			defer func() { cancel(); <-ended }()
			address, err := bufio.NewReader(reader).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"/", "/healthz", "/v2/docker.io/library/alpine/manifests/no/such", "/api/share/x"} {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSpace(address)+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Host = test.host
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				res.Body.Close()
				if refused := res.StatusCode == http.StatusMisdirectedRequest; refused != (test.want == http.StatusMisdirectedRequest) {
					t.Errorf("%s: status %d, want %d", path, res.StatusCode, test.want)
				}
			}
		})
	}
}
