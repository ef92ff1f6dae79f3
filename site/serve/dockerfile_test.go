package main

import (
	"os"
	"slices"
	"testing"

	"layerlab.dev/core/build"
	"layerlab.dev/core/vfs"
)

// The image for self-hosters, built by the engine that it serves: it holds the
// program, the page and the certificates, and nothing else.
func TestDockerfile(t *testing.T) {
	source, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	const epoch = 1641686400
	files := vfs.New((epoch + 1) * 1e9).Edit()
	for _, folder := range []string{"/dist", "/dist/site"} {
		if err := files.Mkdir(folder, 0o755, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]uint32{"/dist/serve": 0o755, "/dist/ca-certificates.crt": 0o644, "/dist/site/index.html": 0o644} {
		if err := files.WriteFile(name, vfs.String(name), mode, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	result, err := build.Build(t.Context(), source, files.Tree(), build.Options{Epoch: epoch})
	if err != nil {
		t.Fatal(err)
	}
	config := result.Image.Config.Config
	if want := []string{"/serve", "--addr", "0.0.0.0"}; !slices.Equal(config.Entrypoint, want) {
		t.Errorf("entrypoint %q, want %q", config.Entrypoint, want)
	}
	if want := []string{"/site"}; !slices.Equal(config.Cmd, want) {
		t.Errorf("command %q, want %q", config.Cmd, want)
	}
	if _, ok := config.ExposedPorts["8080/tcp"]; !ok || config.User != "65532:65532" {
		t.Errorf("ports %v, user %q", config.ExposedPorts, config.User)
	}
	// The flags are those that the program has.
	o, err := parseFlags(append(config.Entrypoint[1:], config.Cmd...), os.Stderr)
	if err != nil || o.addr != "0.0.0.0" || o.folder != "/site" {
		t.Errorf("the program reads %+v, %v", o, err)
	}
	tree, err := result.Image.Tree()
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]uint32{"/serve": 0o755, "/site/index.html": 0o644, "/etc/ssl/certs/ca-certificates.crt": 0o644} {
		node, err := tree.Stat(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := node.Mode & 0o777; got != mode {
			t.Errorf("%s has mode %o, want %o", name, got, mode)
		}
	}
	if len(result.Image.Layers) != 3 {
		t.Errorf("%d layers, want 3", len(result.Image.Layers))
	}
}
