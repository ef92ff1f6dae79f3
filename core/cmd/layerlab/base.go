package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

// bases finds base images: those named by flags or in a folder, then the
// stand-ins.
type bases struct {
	paths  map[string]string // by name
	folder string
	files  blobs // contents for facts
	loaded map[string]*image.Image
}

func (b *bases) find(_ context.Context, name string) (*image.Image, error) {
	if img := b.loaded[name]; img != nil {
		return img, nil
	}
	p := b.paths[name]
	if p == "" && b.folder != "" && fs.ValidPath(name) {
		for _, try := range []string{name + ".json", name + ".tar", name} {
			if _, err := os.Stat(filepath.Join(b.folder, try)); err == nil {
				p = filepath.Join(b.folder, try)
				break
			}
		}
	}
	if p == "" {
		return standin.Image(name)
	}
	img, err := readImage(p, b.files)
	if err != nil {
		return nil, fmt.Errorf("base image %s: %s: %w", name, p, err)
	}
	if b.loaded == nil {
		b.loaded = map[string]*image.Image{}
	}
	b.loaded[name] = img
	return img, nil
}

// readImage reads an OCI layout folder, an archive, or facts, whose missing
// contents are looked for in files.
func readImage(p string, files blobs) (*image.Image, error) {
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return image.Read(os.DirFS(p))
	}
	text, err := os.ReadFile(p)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(p, ".json") {
		return image.ReadFacts(bytes.NewReader(text), files.find)
	}
	return image.ReadArchive(bytes.NewReader(text))
}

// pairs is a flag that may be given several times as NAME=VALUE.
type pairs map[string]string

func (p pairs) String() string { return "" }

func (p pairs) Set(s string) error {
	k, v, ok := strings.Cut(s, "=")
	if !ok || k == "" {
		return fmt.Errorf("want NAME=VALUE, not %q", s)
	}
	p[k] = v
	return nil
}

// blobs is a flag that names files by their path, found by their digest.
type blobs map[digest.Digest]*vfs.Blob

func (b blobs) String() string { return "" }

func (b blobs) Set(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	b[digest.FromBytes(text)] = vfs.Bytes(text)
	return nil
}

// find returns the content with the digest d, nil where it is not known. The
// busybox of this machine is tried too: recorded base images are made of it.
func (b blobs) find(d digest.Digest) *vfs.Blob {
	if c := b[d]; c != nil {
		return c
	}
	for _, name := range []string{"/bin/busybox", "/usr/bin/busybox"} {
		if text, err := os.ReadFile(name); err == nil && digest.FromBytes(text) == d {
			return vfs.Bytes(text)
		}
	}
	return nil
}
