//go:build !js

package waste_test

import (
	"archive/tar"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/waste"
)

// The commands must print the file when real programs carry them out, which a
// program in a browser cannot start.
func TestExtract(t *testing.T) {
	const name, secret = "app/it's .env", "TOKEN=hunter2\n"
	for _, compression := range []layer.Compression{layer.Gzip, layer.Uncompressed} {
		l, err := layer.New(t.Context(), []layer.Entry{
			{Name: name, Type: tar.TypeReg, Mode: 0o600, Size: int64(len(secret)), Content: vfs.String(secret)}})
		if err != nil {
			t.Fatal(err)
		}
		img, err := image.New(image.Config{}, nil, []*layer.Layer{l}, 0)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		blob, err := l.Blob(t.Context(), compression)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(dir, "demo.oci.tar"))
		if err != nil {
			t.Fatal(err)
		}
		if err := img.WriteOCI(t.Context(), f, image.Options{Compression: compression}); err != nil {
			t.Fatal(err)
		}
		f.Close()
		commands := waste.Extract(waste.Place{Tag: "demo", Archive: "demo.oci.tar", Blob: blob.Digest, Compression: compression,
			DiffID: l.DiffID(), Name: name})
		// A docker archive in the place of what docker save would print.
		d, err := os.Create(filepath.Join(dir, "saved.tar"))
		if err != nil {
			t.Fatal(err)
		}
		if err := img.WriteDocker(t.Context(), d, "demo", image.Options{}); err != nil {
			t.Fatal(err)
		}
		d.Close()
		for _, c := range commands {
			if c.Tool == "skopeo" {
				continue // not every machine has it; the browser tests run it
			}
			line := strings.Replace(c.Line, "docker save demo", "cat saved.tar", 1)
			cmd := exec.Command("sh", "-c", line)
			cmd.Dir = dir
			out, err := cmd.Output()
			if err != nil || string(out) != secret {
				t.Errorf("%s printed %q, %v", line, out, err)
			}
		}
	}
}

// zstd is not on every machine that runs the tests.
func TestExtractZstd(t *testing.T) {
	const blob, diffID = "sha256:b10b", "sha256:d1ff"
	got := waste.Extract(waste.Place{Tag: "demo", Archive: "demo.oci.tar", Blob: blob, Compression: layer.Zstd, DiffID: diffID, Name: "a b"})
	want := []waste.Command{
		{"tar", "tar -xOf demo.oci.tar blobs/sha256/b10b | zstd -dc | tar -xO 'a b'"},
		{"skopeo", "skopeo copy oci-archive:demo.oci.tar dir:demo.oci && zstd -dc demo.oci/b10b | tar -xO 'a b'"},
		{"docker", "docker save demo | tar -xO blobs/sha256/d1ff | tar -xO 'a b'"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("commands\n%q\nwant\n%q", got, want)
	}
}
