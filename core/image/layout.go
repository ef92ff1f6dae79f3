package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// layout is an OCI layout: blobs by digest, and index.json that names images.
type layout struct{ open opener }

func blobPath(d digest.Digest) string {
	return path.Join("blobs", d.Algorithm().String(), d.Encoded())
}

// blob reads a document that a descriptor leads to, or holds itself.
func (l layout) blob(d ocispec.Descriptor) ([]byte, error) {
	if err := d.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("digest %s: %w", quoted(d.Digest), err)
	}
	b, err := l.open.document(blobPath(d.Digest))
	if errors.Is(err, fs.ErrNotExist) && len(d.Data) > 0 {
		b, err = d.Data, nil
	}
	if err != nil {
		return nil, err
	}
	if d.Digest.Algorithm().FromBytes(b) != d.Digest {
		return nil, &DigestError{Digest: d.Digest, Size: int64(len(b))}
	}
	if d.Size > 0 && d.Size != int64(len(b)) {
		return nil, saysSize.Error(d.Digest, len(b), d.Size)
	}
	return b, nil
}

// group is the descriptors of index.json that are one image for several
// platforms.
type group struct {
	name, tag string
	list      []ocispec.Descriptor
}

func (l layout) read(index []byte) ([]*Source, error) {
	var doc ocispec.Index
	if err := json.Unmarshal(index, &doc); err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	var groups []*group
	for _, d := range preferred(doc.Manifests) {
		name, tag := nameOf(d)
		at := slices.IndexFunc(groups, func(g *group) bool { return g.name == name && g.tag == tag })
		if at < 0 {
			at, groups = len(groups), append(groups, &group{name: name, tag: tag})
		}
		groups[at].list = append(groups[at].list, d)
	}
	// The order is that of index.json, not that of platforms.
	slices.SortStableFunc(groups, func(a, b *group) int {
		first := func(g *group) int {
			return slices.IndexFunc(doc.Manifests, func(d ocispec.Descriptor) bool { n, t := nameOf(d); return n == g.name && t == g.tag })
		}
		return first(a) - first(b)
	})
	switch {
	case len(doc.Manifests) == 0:
		return nil, saysEmpty.Error()
	case len(groups) == 0:
		return nil, saysAttestations.Error()
	}
	var saved []saved
	if doc, err := l.open.document("manifest.json"); err == nil {
		if saved, err = parseSaved(doc); err != nil {
			return nil, err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []*Source
	byManifest := map[digest.Digest]*Source{}
	for _, g := range groups {
		s, err := l.image(g.list)
		if err != nil {
			return nil, err
		}
		id := digest.FromBytes(s.Manifest)
		if known := byManifest[id]; known != nil && (g.name != "" || g.tag != "") {
			s = known // one image of several names
		} else {
			byManifest[id] = s
			out = append(out, s)
		}
		switch {
		case g.name != "":
			s.Names = append(s.Names, g.name)
		case g.tag != "":
			s.Tags = append(s.Tags, g.tag)
		}
	}
	for _, s := range out {
		for _, other := range saved {
			if len(s.Names) == 0 && other.Config == blobPath(s.ID()) {
				s.Names = other.RepoTags
			}
		}
	}
	return out, nil
}

// nameOf is the name of an image that a descriptor gives: containerd's whole
// one, or the image-spec's, which may be no more than a tag.
func nameOf(d ocispec.Descriptor) (name, tag string) {
	if name := d.Annotations["io.containerd.image.name"]; name != "" {
		return name, ""
	}
	name = d.Annotations[ocispec.AnnotationRefName]
	if strings.ContainsAny(name, "/:") {
		return name, ""
	}
	return "", name
}

// maxNested is how many indexes may lead to each other.
const maxNested = 8

// image reads the best of several images that is in the layout: an index may
// list platforms whose blobs were left out when the layout was written.
func (l layout) image(list []ocispec.Descriptor) (*Source, error) {
	var s *Source
	var missing []string
	var why error
	err := l.walk(list, 0, func(d ocispec.Descriptor, b []byte, h *Head) error {
		src, err := l.source(b, h)
		if errors.Is(err, fs.ErrNotExist) {
			if missing = append(missing, platformOf(d)); why == nil {
				why = err
			}
			return nil
		}
		s = src
		return cmpErr(err, errTaken)
	}, func(d ocispec.Descriptor, err error) {
		if missing = append(missing, platformOf(d)); why == nil {
			why = fmt.Errorf("manifest: %w", err)
		}
	})
	switch {
	case err != nil && err != errTaken:
		return nil, err
	case s == nil && why != nil:
		return nil, why
	case s == nil:
		return nil, saysAttestations.Error()
	}
	if len(missing) > 0 {
		s.Notes = append(s.Notes, saysPartial.With(strings.Join(missing, ", "), platformOf(ocispec.Descriptor{Platform: s.platform()})))
	}
	return s, nil
}

var errTaken = errors.New("an image was found")

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// walk gives the manifests that descriptors lead to, through indexes, until one
// of them is taken. absent is told of those that are not in the layout.
func (l layout) walk(list []ocispec.Descriptor, depth int, take func(ocispec.Descriptor, []byte, *Head) error, absent func(ocispec.Descriptor, error)) error {
	if depth == maxNested {
		return fmt.Errorf("index.json: %w", ErrNested)
	}
	for _, d := range list {
		b, err := l.blob(d)
		if errors.Is(err, fs.ErrNotExist) {
			absent(d, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		p, err := parseManifest(b)
		if err != nil {
			return err
		}
		if p.head != nil {
			err = take(d, b, p.head)
		} else {
			err = l.walk(preferred(p.index), depth+1, take, absent)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// source reads the image of a manifest.
func (l layout) source(manifest []byte, h *Head) (*Source, error) {
	s := &Source{Manifest: manifest, Layers: h.Layers}
	var err error
	if s.Config, err = l.blob(h.Config); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if t := h.Config.MediaType; !strings.Contains(t, "image") && t != "" {
		return nil, saysArtifact.Error(t)
	}
	for n := range s.Layers {
		x := &s.Layers[n]
		if x.Content, err = l.open(blobPath(x.Digest)); err != nil {
			return nil, saysLayer.Wrap(err, n+1)
		}
		if x.Content.Size() != x.Size {
			return nil, saysLayer.Wrap(saysSize.Error(x.Digest, x.Content.Size(), x.Size), n+1)
		}
	}
	return s, s.Check()
}

// platformOf writes a platform as os/architecture[/variant].
func platformOf(d ocispec.Descriptor) string {
	p := d.Platform
	switch {
	case p == nil:
		return d.Digest.String()
	case p.Variant != "":
		return p.OS + "/" + p.Architecture + "/" + p.Variant
	}
	return p.OS + "/" + p.Architecture
}

// platform is that of the config.
func (s *Source) platform() *ocispec.Platform {
	var c Config
	if json.Unmarshal(s.Config, &c) != nil {
		return nil
	}
	p := (&Image{Config: c}).Platform()
	return &p
}
