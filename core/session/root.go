package session

import (
	"fmt"

	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

// installed are the programs of the host beside those of the stand-in debian.
var installed = []string{"docker", "curl", "jq"}

// written are the files of the host's own configuration.
var written = []struct{ path, text string }{
	{"/etc/hostname", Hostname + "\n"},
	{"/etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\t" + Hostname + "\n"},
	{"/etc/docker/daemon.json", "{\n  \"registry-mirrors\": [\"http://localhost:5000\"]\n}\n"},
}

// Hostname is the host's name.
const Hostname = "docker-test"

// dockerRoot is where the disk of the daemon is mounted.
const dockerRoot = "/var/lib/docker"

// Root returns the tree of a host on which docker was just installed: a stand-in
// for Debian with an empty /root. Its files are dated now, in nanoseconds since
// the Unix epoch.
func Root(now int64) (vfs.Tree, error) {
	base, err := standin.Image("debian")
	if err != nil {
		return vfs.Tree{}, fmt.Errorf("tree of the host: %w", err)
	}
	tree, err := base.Tree()
	if err != nil {
		return vfs.Tree{}, fmt.Errorf("tree of the host: %w", err)
	}
	e := tree.At(now).EditWhole()
	if err := e.Chmod("/root", 0o755); err != nil {
		return vfs.Tree{}, fmt.Errorf("tree of the host: %w", err)
	}
	for _, name := range installed {
		text := "\x7fELF\nLayerlab's " + name + ": part of the simulated host.\n"
		if err := e.WriteFile("/usr/bin/"+name, vfs.String(text), 0o755, 0, 0); err != nil {
			return vfs.Tree{}, fmt.Errorf("tree of the host: %w", err)
		}
	}
	for _, dir := range []string{"/etc/docker", dockerRoot, "/var/lib/registry"} {
		if _, err := e.MkdirAll(dir, 0o755, 0, 0); err != nil {
			return vfs.Tree{}, fmt.Errorf("tree of the host: %w", err)
		}
	}
	for _, f := range written {
		if err := e.WriteFile(f.path, vfs.String(f.text), 0o644, 0, 0); err != nil {
			return vfs.Tree{}, fmt.Errorf("tree of the host: %w", err)
		}
	}
	return e.Tree(), nil
}
