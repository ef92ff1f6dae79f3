package host

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host/archive"
	"layerlab.dev/core/store"
)

// ImageSave writes the images that names mean as a docker save archive. A
// repository stands for all its tags.
func (h *Host) ImageSave(ctx context.Context, names []string, to io.Writer) error {
	var items []archive.Item
	var now int64
	err := h.Change(func(c *Change) (err error) {
		if items, err = c.saved(names); err != nil {
			return err
		}
		for _, i := range items {
			c.logImage("save", i.Image.ID, i.Image.ID.String())
		}
		now = c.Clock
		return nil
	})
	if err != nil {
		return err
	}
	if err := archive.Write(ctx, to, items, now); err != nil {
		return &Error{500, err.Error()}
	}
	return nil
}

// saved finds the images to save, each once, with the tags they are asked for by.
func (s *State) saved(names []string) ([]archive.Item, error) {
	var items []archive.Item
	add := func(id digest.Digest, name reference.Named) error {
		i, ok := s.Store.Image(id)
		if !ok {
			return Errorf(404, "No such image: %s", id)
		}
		n := slices.IndexFunc(items, func(o archive.Item) bool { return o.Image.ID == id })
		if n < 0 {
			n = len(items)
			items = append(items, archive.Item{Image: i})
		}
		tagged, ok := name.(reference.NamedTagged)
		if _, canonical := name.(reference.Canonical); !ok || canonical {
			return nil
		}
		if !slices.ContainsFunc(items[n].Tags, func(t reference.NamedTagged) bool { return t.String() == tagged.String() }) {
			items[n].Tags = append(items[n].Tags, tagged)
		}
		return nil
	}
	search := func(term string) error {
		i, err := s.Store.Search(term)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return Errorf(404, "No such image: %s", term)
		case err != nil:
			return &Error{500, err.Error()}
		}
		return add(i.ID, nil)
	}
	for _, text := range names {
		ref, err := reference.ParseAnyReference(text)
		if err != nil {
			return nil, &Error{500, err.Error()}
		}
		name, ok := ref.(reference.Named)
		switch {
		case !ok:
			d, ok := ref.(reference.Digested)
			if !ok {
				return nil, Errorf(500, "invalid reference: %v", text)
			}
			err = add(d.Digest(), nil)
		case reference.FamiliarName(name) == string(digest.Canonical):
			err = search(text)
		case reference.IsNameOnly(name):
			have := s.Store.Repository(name)
			for _, r := range have {
				if err = add(r.Image, r.Named); err != nil {
					break
				}
			}
			if len(have) == 0 {
				err = search(text)
			}
		default:
			id, lookup := s.Store.Lookup(name)
			if lookup != nil {
				return nil, &Error{404, lookup.Error()}
			}
			err = add(id, name)
		}
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}
