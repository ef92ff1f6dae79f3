package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Read reads the first image in an OCI layout (index.json) or an unpacked
// `docker save` archive (manifest.json). With several manifests under one name
// the first for linux/amd64 is taken, or the first of all. Digests are checked.
func Read(fsys fs.FS) (*Image, error) {
	return first(func(name string) (*vfs.Blob, error) {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		return vfs.Bytes(b), nil
	})
}

// ReadArchive reads a tar, plain or compressed, of what Read takes.
func ReadArchive(r io.Reader) (*Image, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	raw, err := layer.Unpack(context.Background(), vfs.Bytes(b))
	if err != nil {
		return nil, fmt.Errorf("image archive: %w", err)
	}
	a, err := openArchive(context.Background(), raw)
	if err != nil {
		return nil, err
	}
	return first(a.open)
}

// first reads the first image and compares its layers with their digests.
func first(open opener) (*Image, error) {
	list, err := sources(open)
	if err != nil {
		return nil, err
	}
	for n, l := range list[0].Layers {
		if _, err := io.Copy(io.Discard, Verify(l.Digest, l.Content.Reader())); err != nil {
			return nil, saysLayer.Wrap(err, n+1)
		}
	}
	return list[0].Image(context.Background(), nil)
}

// ReadSources finds the images in an uncompressed tar of an OCI layout or of
// `docker save`. Their layers are sections of b; of these no digest has been
// checked, of the documents every one. ctx cancels it.
func ReadSources(ctx context.Context, b *vfs.Blob) ([]*Source, error) {
	a, err := openArchive(ctx, b)
	if err != nil {
		return nil, err
	}
	return sources(a.open)
}

// opener gives the content of a file; fs.ErrNotExist where there is none.
type opener func(name string) (*vfs.Blob, error)

// archive is the members of a tar by name.
type archive map[string]layer.Entry

func openArchive(ctx context.Context, b *vfs.Blob) (archive, error) {
	entries, err := layer.ReadTarAt(ctx, b)
	if err != nil {
		return nil, saysNoTar.Wrap(err)
	}
	a := archive{}
	for _, e := range entries {
		a[path.Clean(e.Name)] = e
	}
	return a, nil
}

// open follows links: `docker save` of old wrote equal layers once.
func (a archive) open(name string) (*vfs.Blob, error) {
	for range 8 {
		e, ok := a[path.Clean(name)]
		if !ok {
			break
		}
		if e.Content != nil {
			return e.Content, nil
		}
		switch {
		case e.Linkname == "":
			return nil, fmt.Errorf("%s: not a file", name)
		case strings.HasPrefix(e.Linkname, "../") || strings.HasPrefix(e.Linkname, "./"):
			name = path.Join(path.Dir(name), e.Linkname)
		default:
			name = e.Linkname
		}
	}
	return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

// document reads a file that is kept in memory.
func (open opener) document(name string) ([]byte, error) {
	b, err := open(name)
	if err != nil {
		return nil, err
	}
	if b.Size() > maxDocument {
		return nil, saysLarge.Error(name, b.Size())
	}
	return b.Bytes()
}

// maxDocument bounds configs, manifests and indexes.
const maxDocument = 16 << 20

func sources(open opener) ([]*Source, error) {
	index, err := open.document("index.json")
	if err == nil {
		return readLayout(open, index)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	list, err := open.saved()
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, saysNoArchive.Error()
	}
	var out []*Source
	for _, s := range list {
		src, err := readSaved(open, s)
		if err != nil {
			return nil, err
		}
		out = append(out, src)
	}
	return out, nil
}

func blobPath(d digest.Digest) string {
	return path.Join("blobs", d.Algorithm().String(), d.Encoded())
}

// blob reads a document by its digest.
func (open opener) blob(d digest.Digest) ([]byte, error) {
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("digest %q: %w", d, err)
	}
	b, err := open.document(blobPath(d))
	if err != nil {
		return nil, err
	}
	if d.Algorithm().FromBytes(b) != d {
		return nil, &DigestError{Digest: d, Size: int64(len(b))}
	}
	return b, nil
}

func readLayout(open opener, index []byte) ([]*Source, error) {
	var doc ocispec.Index
	if err := json.Unmarshal(index, &doc); err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	// One image for every name; what has none is one image for several
	// platforms.
	var groups [][]ocispec.Descriptor
	at := map[string]int{}
	for _, d := range doc.Manifests {
		name := nameOf(d)
		n, ok := at[name]
		if !ok {
			n, at[name] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], d)
	}
	if len(groups) == 0 {
		return nil, saysEmpty.Error()
	}
	saved, err := open.saved()
	if err != nil {
		return nil, err
	}
	var out []*Source
	for _, group := range groups {
		s, err := readManifest(open, choose(group))
		if err != nil {
			return nil, err
		}
		if name := nameOf(group[0]); name != "" {
			s.Names = append(s.Names, name)
		}
		for _, other := range saved {
			if len(s.Names) == 0 && other.Config == blobPath(s.ID()) {
				s.Names = other.RepoTags
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// nameOf is the name of an image that a descriptor gives: containerd's whole
// one, or the image-spec's where that is more than a tag.
func nameOf(d ocispec.Descriptor) string {
	if name := d.Annotations["io.containerd.image.name"]; name != "" {
		return name
	}
	if name := d.Annotations[ocispec.AnnotationRefName]; strings.ContainsAny(name, "/:") {
		return name
	}
	return ""
}

// readManifest reads the image that a descriptor leads to, through indexes.
func readManifest(open opener, d ocispec.Descriptor) (*Source, error) {
	for range 8 {
		b, err := open.blob(d.Digest)
		if err != nil {
			return nil, fmt.Errorf("manifest: %w", err)
		}
		head, next, err := ParseManifest(b)
		if err != nil {
			return nil, err
		}
		if head == nil {
			d = next
			continue
		}
		s := &Source{Manifest: b, Layers: head.Layers}
		if s.Config, err = open.blob(head.Config.Digest); err != nil {
			return nil, fmt.Errorf("config: %w", err)
		}
		for n := range s.Layers {
			l := &s.Layers[n]
			if l.Content, err = open(blobPath(l.Digest)); err != nil {
				return nil, saysLayer.Wrap(err, n+1)
			}
			if l.Content.Size() != l.Size {
				return nil, saysLayer.Wrap(&DigestError{Digest: l.Digest, Size: l.Content.Size()}, n+1)
			}
		}
		return s, s.Check()
	}
	return nil, fmt.Errorf("index.json: %w", ErrNested)
}

// Head is what a manifest says of an image.
type Head struct {
	Config ocispec.Descriptor
	Layers []layer.Blob // without content
}

// ParseManifest reads an image manifest. Of an index it returns no Head but the
// descriptor of the image to take: the first for linux/amd64, or the first.
func ParseManifest(b []byte) (*Head, ocispec.Descriptor, error) {
	var doc struct {
		Manifests []ocispec.Descriptor
		Config    *ocispec.Descriptor
		Layers    []ocispec.Descriptor
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, ocispec.Descriptor{}, fmt.Errorf("manifest: %w", err)
	}
	switch {
	case doc.Config != nil:
		h := &Head{Config: *doc.Config}
		for _, d := range doc.Layers {
			h.Layers = append(h.Layers, layer.Blob{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size, Annotations: d.Annotations})
		}
		return h, ocispec.Descriptor{}, nil
	case len(doc.Manifests) > 0:
		return nil, choose(doc.Manifests), nil
	}
	return nil, ocispec.Descriptor{}, saysManifest.Error()
}

func choose(list []ocispec.Descriptor) ocispec.Descriptor {
	for _, d := range list {
		if d.Platform != nil && d.Platform.OS == "linux" && d.Platform.Architecture == "amd64" {
			return d
		}
	}
	return list[0]
}

// saved is an image of manifest.json.
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// saved reads manifest.json, where there is one.
func (open opener) saved() ([]saved, error) {
	b, err := open.document("manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []saved
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	return list, nil
}

func readSaved(open opener, from saved) (*Source, error) {
	s := &Source{Names: from.RepoTags}
	var err error
	if s.Config, err = open.document(from.Config); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	// Old daemons name the config by its digest, new ones put it below blobs.
	if id := strings.TrimSuffix(path.Base(from.Config), ".json"); len(id) == 64 && id != s.ID().Encoded() {
		return nil, fmt.Errorf("config: %w", &DigestError{Digest: digest.NewDigestFromEncoded(digest.SHA256, id), Size: int64(len(s.Config))})
	}
	for n, name := range from.Layers {
		b, err := open(name)
		if err != nil {
			return nil, saysLayer.Wrap(err, n+1)
		}
		d, err := b.Digest()
		if err != nil {
			return nil, saysLayer.Wrap(err, n+1)
		}
		s.Layers = append(s.Layers, layer.Blob{MediaType: layer.Compressed(b).MediaType(), Digest: d, Size: b.Size(), Content: b})
	}
	return s, s.Check()
}
