package session

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

// Base is an image that a host can pull from the beginning.
type Base struct {
	Name  string // such as "alpine:latest" or "diamol/node:latest"
	Image *image.Image
}

// ReadBase reads a base image told as facts, with its name. contents finds files
// of which only the digest is given; it may be nil.
func ReadBase(r io.Reader, contents func(digest.Digest) *vfs.Blob) (Base, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Base{}, err
	}
	img, err := image.ReadFacts(bytes.NewReader(text), contents)
	if err != nil {
		return Base{}, err
	}
	var named struct{ Name string }
	if err := json.Unmarshal(text, &named); err != nil {
		return Base{}, err
	}
	return Base{named.Name, img}, nil
}

// Standins returns the stand-ins for the usual base images.
func Standins() ([]Base, error) {
	var list []Base
	for _, name := range standin.Names() {
		img, err := standin.Image(name)
		if err != nil {
			return nil, err
		}
		list = append(list, Base{name + ":latest", img})
	}
	return list, nil
}

// Mirror is where the host's own registry answers; docker.io's names are looked
// for there too.
const Mirror = "localhost:5000"

// Network returns what a host reaches: a registry at Mirror that holds the bases,
// those without a path below library/. now is its time, in ns.
func Network(ctx context.Context, bases []Base, now int64) (remote.Network, error) {
	local := registry.New(now)
	for _, b := range bases {
		repo, tag, _ := strings.Cut(b.Name, ":")
		if !strings.Contains(repo, "/") {
			repo = "library/" + repo
		}
		if tag == "" {
			tag = "latest"
		}
		next, _, err := local.PushImage(ctx, repo, tag, b.Image)
		if err != nil {
			return remote.Network{}, fmt.Errorf("base %s: %w", b.Name, err)
		}
		local = next
	}
	return remote.New().Mirrors(Mirror).Serve(Mirror, local), nil
}
