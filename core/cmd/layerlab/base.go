package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
)

// bases finds base images: those named by flags or in a folder, then the
// stand-ins.
type bases struct {
	paths  map[string]string // by name
	folder string
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
	img, err := readImage(p)
	if err != nil {
		return nil, fmt.Errorf("base image %s: %s: %w", name, p, err)
	}
	if b.loaded == nil {
		b.loaded = map[string]*image.Image{}
	}
	b.loaded[name] = img
	return img, nil
}

// readImage reads an OCI layout folder, an archive, or facts.
func readImage(p string) (*image.Image, error) {
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
		return image.ReadFacts(bytes.NewReader(text))
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
