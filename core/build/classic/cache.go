package classic

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/container"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
)

// search finds an image that was made of parent with the config, nil where
// there is none.
func (b *builder) search(parent digest.Digest, config *container.Config) (*store.Image, error) {
	local := b.child(parent, config)
	if len(b.o.CacheFrom) == 0 {
		return local, nil
	}
	return b.fromSources(local, parent, config)
}

// child finds the newest child of an image that was made with the config
// (image/cache getLocalCachedImage).
func (b *builder) child(parent digest.Digest, config *container.Config) *store.Image {
	var match *store.Image
	var when time.Time
	look := func(list []*store.Image) {
		for _, c := range list {
			if same(&c.Document.ContainerConfig, config) && (match == nil || when.Before(c.Document.Created)) {
				match, when = c, c.Document.Created
			}
		}
	}
	if b.o.Children != nil {
		look(b.o.Children(parent))
	}
	look(b.children[parent])
	return match
}

// fromSources is the search with --cache-from (image/cache ImageCache): an
// image counts that one of the sources was built upon here, or that the history
// of a source tells of, from which it is then made again.
func (b *builder) fromSources(local *store.Image, parent digest.Digest, config *container.Config) (*store.Image, error) {
	if local != nil {
		for _, s := range b.sources {
			for up := s.Parent; up != ""; up = b.parentOf(up) {
				if up == local.ID {
					return local, nil
				}
			}
		}
	}
	var base *image.Image
	from := &store.Document{RootFS: &store.RootFS{Type: "layers"}}
	if parent != "" {
		base, from = b.images[parent].img, b.images[parent].doc
	}
	n := len(from.History)
	for _, s := range b.sources {
		if !beginsWith(s.Document, from) || strings.Join(config.Cmd, " ") != s.Document.History[n].CreatedBy {
			continue
		}
		if n == len(s.Document.History)-1 {
			if parent != "" {
				b.tell(Parented{ID: s.ID, Parent: parent})
			}
			return s, nil
		}
		made, err := b.restore(base, from, s, config)
		if err != nil {
			return nil, fmt.Errorf("failed to restore cached image from %q to %v: %w", parent, s.ID, err)
		}
		b.sources = []*store.Image{s} // the search stays with the one it found
		b.tell(&Committed{ID: made.ID, Image: made.Made, Doc: made.Document, Parent: parent})
		b.children[parent] = append(b.children[parent], made)
		return made, nil
	}
	return nil, nil
}

func (b *builder) parentOf(id digest.Digest) digest.Digest {
	if b.o.Parent == nil {
		return ""
	}
	return b.o.Parent(id)
}

// beginsWith reports whether a source's history and layers go on where those of
// an image end.
func beginsWith(source, from *store.Document) bool {
	if len(source.History) == 0 || source.RootFS == nil {
		return false
	}
	if len(from.History) == 0 && len(from.RootFS.DiffIDs) == 0 {
		return true
	}
	n, l := len(from.History), len(from.RootFS.DiffIDs)
	return n < len(source.History) && l <= len(source.RootFS.DiffIDs) &&
		slices.EqualFunc(from.History, source.History[:n], func(a, b store.History) bool {
			return a.Created.Equal(b.Created) && a.Author == b.Author && a.CreatedBy == b.CreatedBy && a.Comment == b.Comment && a.EmptyLayer == b.EmptyLayer
		}) && slices.Equal(from.RootFS.DiffIDs, source.RootFS.DiffIDs[:l])
}

// restore makes the image that stands in the history of a source after from.
func (b *builder) restore(base *image.Image, from *store.Document, source *store.Image, config *container.Config) (*store.Image, error) {
	n := len(from.History)
	next := source.Document.History[n]
	var l *layer.Layer
	if !next.EmptyLayer {
		at := 0
		for _, h := range source.Document.History[:n] {
			if !h.EmptyLayer {
				at++
			}
		}
		l = source.Made.Layers[at]
	}
	root := &store.RootFS{Type: from.RootFS.Type, DiffIDs: slices.Clone(from.RootFS.DiffIDs)}
	if l != nil {
		root.DiffIDs = append(root.DiffIDs, l.DiffID())
	}
	version := b.o.Version
	if version == "" {
		version = container.Version
	}
	d := &store.Document{DockerVersion: version, Config: cloneConfig(config), Architecture: source.Document.Architecture, OS: source.Document.OS,
		Author: source.Document.Author, Created: next.Created, RootFS: root, History: append(slices.Clone(from.History), next),
		OSVersion: source.Document.OSVersion, OSFeatures: source.Document.OSFeatures}
	doc, err := d.JSON()
	if err != nil {
		return nil, err
	}
	img, err := image.Child(base, doc, l)
	if err != nil {
		return nil, err
	}
	return &store.Image{ID: img.ID(), Made: img, Document: d}, nil
}

// same compares two configs as the cache does (image/cache/compare.go): host
// name, image, working directory and more do not count.
func same(a, b *container.Config) bool {
	if a.OpenStdin || b.OpenStdin || a.AttachStdout != b.AttachStdout || a.AttachStderr != b.AttachStderr || a.User != b.User || a.Tty != b.Tty {
		return false
	}
	if !slices.Equal(a.Cmd, b.Cmd) || !slices.Equal(a.Env, b.Env) || !slices.Equal(a.Entrypoint, b.Entrypoint) {
		return false
	}
	if len(a.Labels) != len(b.Labels) || len(a.ExposedPorts) != len(b.ExposedPorts) || len(a.Volumes) != len(b.Volumes) {
		return false
	}
	for k, v := range a.Labels {
		if v != b.Labels[k] {
			return false
		}
	}
	return keysIn(a.ExposedPorts, b.ExposedPorts) && keysIn(a.Volumes, b.Volumes)
}

func keysIn[K comparable](a, b map[K]struct{}) bool {
	for k := range a {
		if _, ok := b[k]; !ok {
			return false
		}
	}
	return true
}
