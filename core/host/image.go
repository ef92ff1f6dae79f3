package host

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/store"
)

// FindImage returns the image that name means: a name, a digest in a
// repository, a whole id or the beginning of one, in this order. What is
// ambiguous counts as missing.
func (s *State) FindImage(name string) (*store.Image, error) {
	ref, err := reference.ParseAnyReference(name)
	if err != nil {
		return nil, &Error{400, err.Error()}
	}
	named, ok := ref.(reference.Named)
	if !ok {
		if d, ok := ref.(reference.Digested); ok {
			if i, ok := s.Store.Image(d.Digest()); ok {
				return i, nil
			}
		}
		return nil, noImage(ref)
	}
	if id, err := s.Store.Lookup(named); err == nil {
		if i, ok := s.Store.Image(id); ok {
			return i, nil
		}
	}
	if i, err := s.Store.Search(name); err == nil {
		return i, nil
	}
	return nil, noImage(ref)
}

// mismatchError says that an image is for another platform.
type mismatchError struct{ text string }

func (e *mismatchError) Error() string { return e.text }

// mismatch compares the platform of an image, found by name, with the one that
// is wanted.
func mismatch(i *store.Image, name string, wanted ocispec.Platform) error {
	have := ocispec.Platform{OS: cmp.Or(i.Document.OS, "linux"), Architecture: i.Document.Architecture, Variant: i.Document.Variant}
	w, h := dockerfile.NormalizePlatform(wanted), dockerfile.NormalizePlatform(have)
	if w.OS == h.OS && w.Architecture == h.Architecture && (have.Variant == "" || w.Variant == h.Variant) {
		return nil
	}
	return &mismatchError{fmt.Sprintf("image with reference %s was found but does not match the specified platform: wanted %s, actual: %s",
		name, dockerfile.FormatPlatform(wanted), dockerfile.FormatPlatform(have))}
}

func noImage(ref reference.Reference) error {
	if named, ok := ref.(reference.Named); ok {
		ref = reference.TagNameOnly(named)
	}
	return Errorf(404, "No such image: %s", reference.FamiliarString(ref))
}

// short returns the twelve hexadecimal digits that ids are shown with.
func short(id string) string {
	if _, hex, ok := strings.Cut(id, ":"); ok {
		id = hex
	}
	if len(id) > 12 {
		id = id[:12]
	}
	return id
}

// logImage notes an event of an image: its labels, and name where it is not
// empty.
func (s *State) logImage(action string, id digest.Digest, name string) {
	attributes := map[string]string{}
	if i, ok := s.Store.Image(id); ok && i.Document.Config != nil {
		for k, v := range i.Document.Config.Labels {
			attributes[k] = v
		}
	}
	if name != "" {
		attributes["name"] = name
	}
	s.Log(events.ImageEventType, action, id.String(), attributes)
}

// tag gives an image a name, and notes when.
func (s *State) tag(id digest.Digest, name reference.Named) error {
	if _, ok := name.(reference.Canonical); ok {
		return Errorf(400, "refusing to create a tag with a digest reference")
	}
	next, err := s.Store.Refer(name, id, true)
	if err != nil {
		return &Error{400, err.Error()}
	}
	s.Store = next.SetLastUpdated(id, s.Now())
	s.logImage("tag", id, reference.FamiliarString(name))
	return nil
}

// ImageTag gives an image another name.
func (h *Host) ImageTag(source, target string) error {
	return h.Change(func(c *Change) error {
		i, err := c.FindImage(source)
		if err != nil {
			return err
		}
		name, err := reference.ParseNormalizedNamed(target)
		if err != nil {
			return &Error{500, err.Error()}
		}
		return c.tag(i.ID, reference.TagNameOnly(name))
	})
}

// validFilters checks the names of filters.
func validFilters(f filters.Args, accepted ...string) error {
	names := make(map[string]bool, len(accepted))
	for _, a := range accepted {
		names[a] = true
	}
	if err := f.Validate(names); err != nil {
		return &Error{400, err.Error()}
	}
	return nil
}

// wrongFilter reports a value that a filter does not take.
func wrongFilter(f filters.Args, name string) error {
	return &Error{400, fmt.Sprintf("Invalid filter '%s=%s'", name, f.Get(name))}
}

// matchLabels reports whether labels pass the filters label and label!.
func matchLabels(f filters.Args, labels map[string]string) bool {
	if !f.MatchKVList("label", labels) {
		return false
	}
	return !f.Contains("label!") || !f.MatchKVList("label!", labels)
}
