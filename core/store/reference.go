package store

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// Reference is a name of an image: a tag or a digest in a repository.
type Reference struct {
	Named reference.Named
	Image digest.Digest

	familiar  string
	canonical bool
}

// Familiar returns the name as people write it: "alpine:latest".
func (r Reference) Familiar() string { return r.familiar }

// Canonical reports whether the name is a digest and no tag.
func (r Reference) Canonical() bool { return r.canonical }

// ErrNoReference reports a name that the store does not hold.
var ErrNoReference = errors.New("reference does not exist")

// stored returns the name as it is kept: a digest goes before a tag, and latest
// is the tag where there is neither.
func stored(name reference.Named) (reference.Named, error) {
	canonical, ok := name.(reference.Canonical)
	if !ok {
		return reference.TagNameOnly(name), nil
	}
	if _, tagged := name.(reference.NamedTagged); tagged {
		return reference.WithDigest(reference.TrimNamed(canonical), canonical.Digest())
	}
	return name, nil
}

// Refer gives an image of the store a name, a tag or a digest. A tag that
// another image has moves where force is set; a digest never moves.
func (s Store) Refer(name reference.Named, id digest.Digest, force bool) (Store, error) {
	name, err := stored(name)
	if err != nil {
		return s, err
	}
	if reference.FamiliarName(name) == string(digest.Canonical) {
		return s, errors.New("refusing to create an ambiguous tag using digest algorithm as name")
	}
	key := reference.FamiliarString(name)
	if old, ok := s.names.Get(key); ok {
		if old.Image == id {
			return s, nil
		}
		if c, ok := name.(reference.Canonical); ok {
			return s, fmt.Errorf("Cannot overwrite digest %s", c.Digest()) //nolint:staticcheck // the daemon's words
		}
		if !force {
			return s, fmt.Errorf("Conflict: Tag %s is already set to image %s, if you want to replace it, please use the force option", key, old.Image) //nolint:staticcheck // the daemon's words
		}
		s.unlist(key, old.Image)
	}
	_, canonical := name.(reference.Canonical)
	r := Reference{name, id, key, canonical}
	s.names = s.names.Set(key, r)
	have, _ := s.named.Get(id)
	have = append(slices.Clip(slices.Clone(have)), r)
	slices.SortFunc(have, func(a, b Reference) int { return strings.Compare(a.Named.String(), b.Named.String()) })
	s.named = s.named.Set(id, have)
	return s, nil
}

func (s *Store) unlist(key string, id digest.Digest) {
	have, _ := s.named.Get(id)
	left := make([]Reference, 0, len(have))
	for _, r := range have {
		if r.Familiar() != key {
			left = append(left, r)
		}
	}
	if len(left) == 0 {
		s.named = s.named.Delete(id)
	} else {
		s.named = s.named.Set(id, left)
	}
}

// Forget removes a name and reports whether it was there.
func (s Store) Forget(name reference.Named) (Store, bool) {
	name, err := stored(name)
	if err != nil {
		return s, false
	}
	key := reference.FamiliarString(name)
	r, ok := s.names.Get(key)
	if !ok {
		return s, false
	}
	s.names = s.names.Delete(key)
	s.unlist(key, r.Image)
	return s, true
}

// Lookup returns the id of the image that a name stands for, or
// ErrNoReference.
func (s Store) Lookup(name reference.Named) (digest.Digest, error) {
	name, err := stored(name)
	if err != nil {
		return "", err
	}
	r, ok := s.names.Get(reference.FamiliarString(name))
	if !ok {
		return "", ErrNoReference
	}
	return r.Image, nil
}

// Names returns the names of an image, tags and digests, in the order of their
// full forms. The slice must not be changed.
func (s Store) Names(id digest.Digest) []Reference {
	have, _ := s.named.Get(id)
	return have
}

// Repository returns the names in the repository of name, in the order of their
// full forms.
func (s Store) Repository(name reference.Named) []Reference {
	familiar := reference.FamiliarName(name)
	var have []Reference
	for _, mark := range []string{":", "@"} {
		for _, r := range s.names.WithPrefix(familiar + mark) {
			if reference.FamiliarName(r.Named) == familiar {
				have = append(have, r)
			}
		}
	}
	return have
}

// References yields every name by its familiar form.
func (s Store) References() iter.Seq2[string, Reference] { return s.names.All() }
