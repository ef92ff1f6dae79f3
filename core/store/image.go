package store

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store/content"
)

// Image is an image of the store. It is immutable.
type Image struct {
	ID digest.Digest
	// Made holds the documents and the layers.
	Made *image.Image
	// Document is the config as dockerd reads it.
	Document *Document
	// Parent is the image it was built on here; empty where it was not.
	Parent digest.Digest
	// LastUpdated is when it was last tagged by a build, in ns; 0: never.
	LastUpdated int64
	Chain       digest.Digest // ChainID of the top layer; empty without layers
	Size        int64         // bytes of the files of all layers
	Since       int64         // when this host got it, ns
	// Target is what the names point to in the store of Engine 29, where ID is
	// its digest; nil in 20.10's.
	Target *content.Target
}

// Created returns when the image says that it was made, in seconds since the
// Unix epoch.
func (i *Image) Created() int64 { return i.Document.Created.Unix() }

// Errors of Search.
var (
	ErrNotFound  = errors.New("digest not found")
	ErrAmbiguous = errors.New("ambiguous digest string")
)

// Image returns the image whose whole id is given.
func (s Store) Image(id digest.Digest) (*Image, bool) { return s.images.Get(id) }

// Images yields all images, by id.
func (s Store) Images() iter.Seq2[digest.Digest, *Image] { return s.images.All() }

// ImageCount returns the number of images, intermediate ones included.
func (s Store) ImageCount() int { return s.images.Len() }

// Search finds the image whose id begins with term, with or without "sha256:".
// The error is ErrNotFound or ErrAmbiguous.
func (s Store) Search(term string) (*Image, error) {
	algorithm, hex, ok := strings.Cut(term, ":")
	if !ok {
		algorithm, hex = "sha256", term
	}
	if algorithm != "sha256" {
		return nil, ErrNotFound
	}
	var found *Image
	for _, i := range s.images.WithPrefix(digest.Digest("sha256:" + hex)) {
		if found != nil {
			return nil, ErrAmbiguous
		}
		found = i
	}
	if found == nil {
		return nil, ErrNotFound
	}
	return found, nil
}

// Create adds an image with its layers, or finds it there. r gives the names
// of the layers' directories, now is the time in ns.
func (s Store) Create(made *image.Image, r *Random, now int64) (Store, *Image, error) {
	return s.create(made.ID(), made, nil, r, now)
}

// CreateTarget is Create for the store of Engine 29: the image's id is the digest
// of the manifest or index. What was there under it is replaced, as more of the
// same index may have come.
func (s Store) CreateTarget(made *image.Image, t *content.Target, r *Random, now int64) (Store, *Image, error) {
	old, had := s.images.Get(t.Descriptor.Digest)
	if had {
		now = old.Since
	}
	next, i, err := s.create(t.Descriptor.Digest, made, t, r, now)
	if err != nil || !had {
		return next, i, err
	}
	i.Parent, i.LastUpdated = old.Parent, old.LastUpdated
	next, _ = next.Release(old.Chain)
	return next, i, nil
}

func (s Store) create(id digest.Digest, made *image.Image, t *content.Target, r *Random, now int64) (Store, *Image, error) {
	if i, ok := s.images.Get(id); ok && t == nil {
		return s, i, nil
	}
	d, err := Parse(made.ConfigJSON())
	if err != nil {
		return s, nil, err
	}
	if len(d.RootFS.DiffIDs) != len(made.Layers) {
		return s, nil, fmt.Errorf("image %s: its config names %d layers, it has %d", id, len(d.RootFS.DiffIDs), len(made.Layers))
	}
	next := s
	i := &Image{ID: id, Made: made, Document: d, Since: now, Target: t}
	for n, tar := range made.Layers {
		if tar.DiffID() != d.RootFS.DiffIDs[n] {
			return s, nil, fmt.Errorf("layers from manifest don't match image configuration")
		}
		below := i.Chain
		var l *Layer
		if next, l, err = next.Register(tar, below, r, now); err != nil {
			return s, nil, err
		}
		// The layer holds the one below, which its own use is given up for.
		if below != "" {
			next, _ = next.Release(below)
		}
		i.Chain = l.ChainID
		i.Size += l.Size
	}
	next.images = next.images.Set(id, i)
	return next, i, nil
}

// Children returns the images whose local parent is id, by id; of the empty id
// those without a parent.
func (s Store) Children(id digest.Digest) []digest.Digest {
	var ids []digest.Digest
	if id == "" {
		for c, i := range s.images.All() {
			if i.Parent == "" {
				ids = append(ids, c)
			}
		}
		return ids
	}
	t, _ := s.children.Get(id)
	for c := range t.All() {
		ids = append(ids, c)
	}
	return ids
}

// HasChildren reports whether an image is the local parent of another.
func (s Store) HasChildren(id digest.Digest) bool {
	t, _ := s.children.Get(id)
	return t.Len() > 0
}

// SetParent notes on which image of the store another was built; an empty
// parent takes the note away.
func (s Store) SetParent(id, parent digest.Digest) (Store, error) {
	i, ok := s.images.Get(id)
	if !ok {
		return s, fmt.Errorf("unrecognized image ID %s", id)
	}
	if _, ok := s.images.Get(parent); !ok && parent != "" {
		return s, fmt.Errorf("unknown parent image ID %s", parent)
	}
	if i.Parent != "" {
		s.disown(i.Parent, id)
	}
	c := *i
	c.Parent = parent
	s.images = s.images.Set(id, &c)
	if parent != "" {
		t, _ := s.children.Get(parent)
		s.children = s.children.Set(parent, t.Set(id, struct{}{}))
	}
	return s, nil
}

func (s *Store) disown(parent, id digest.Digest) {
	t, ok := s.children.Get(parent)
	if !ok {
		return
	}
	if t = t.Delete(id); t.Len() == 0 {
		s.children = s.children.Delete(parent)
	} else {
		s.children = s.children.Set(parent, t)
	}
}

// SetLastUpdated notes when an image was last tagged, in ns.
func (s Store) SetLastUpdated(id digest.Digest, now int64) Store {
	if i, ok := s.images.Get(id); ok {
		c := *i
		c.LastUpdated = now
		s.images = s.images.Set(id, &c)
	}
	return s
}

// Delete removes an image: its children have no parent any more, and the layers
// that nothing else uses are freed, top first. References to it stay.
func (s Store) Delete(id digest.Digest) (next Store, freed []*Layer, err error) {
	i, ok := s.images.Get(id)
	if !ok {
		return s, nil, fmt.Errorf("unrecognized image ID %s", id)
	}
	for _, c := range s.Children(id) {
		if child, ok := s.images.Get(c); ok {
			orphan := *child
			orphan.Parent = ""
			s.images = s.images.Set(c, &orphan)
		}
	}
	s.children = s.children.Delete(id)
	if i.Parent != "" {
		s.disown(i.Parent, id)
	}
	s.images = s.images.Delete(id)
	s, freed = s.Release(i.Chain)
	return s, freed, nil
}

// ChainIDs returns the ChainID of every layer of an image, bottom first.
func (i *Image) ChainIDs() []digest.Digest { return layer.ChainIDs(i.Document.RootFS.DiffIDs) }
