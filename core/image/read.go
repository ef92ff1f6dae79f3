package image

import (
	"context"
	_ "crypto/sha256" // for digests
	_ "crypto/sha512" // for digests
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Read reads the first image in a folder: an OCI layout (index.json), an
// unpacked archive of `docker save` (manifest.json), or what `skopeo copy` makes
// of dir:. With several manifests under one name the first for linux/amd64 is
// taken, or the first of all. Digests are checked.
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
	list, err := a.sources()
	if err != nil {
		return nil, err
	}
	return list[0].verified()
}

// first reads the first image and compares its layers with their digests.
func first(open opener) (*Image, error) {
	list, err := sources(open)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, saysNoArchive.Error()
	}
	return list[0].verified()
}

// verified compares the layers with their digests, each once, and unpacks them.
func (s *Source) verified() (*Image, error) {
	known := map[digest.Digest]bool{}
	for n, l := range s.Layers {
		if known[l.Digest] {
			continue
		}
		known[l.Digest] = true
		if _, err := io.Copy(io.Discard, Verify(l.Digest, l.Content.Reader())); err != nil {
			return nil, saysLayer.Wrap(err, n+1)
		}
	}
	return s.Image(context.Background(), nil)
}

// ReadSources finds the images in an uncompressed tar of an OCI layout, of
// `docker save`, or of what `skopeo copy` makes of dir:. Their layers are
// sections of b; of these no digest has been checked, of the documents every
// one. ctx cancels it.
func ReadSources(ctx context.Context, b *vfs.Blob) ([]*Source, error) {
	a, err := openArchive(ctx, b)
	if err != nil {
		return nil, err
	}
	return a.sources()
}

// opener gives the content of a file; fs.ErrNotExist where there is none.
type opener func(name string) (*vfs.Blob, error)

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

// sources finds the images that the files of an archive are; none where they are
// no archive of images.
func sources(open opener) ([]*Source, error) {
	index, err := open.document("index.json")
	if err == nil {
		return layout{open}.read(index)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	doc, err := open.document("manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var one struct{ SchemaVersion *int }
	if json.Unmarshal(doc, &one) == nil && one.SchemaVersion != nil {
		return open.dir(doc)
	}
	list, err := parseSaved(doc)
	if err != nil {
		return nil, err
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

// Head is what a manifest says of an image.
type Head struct {
	Config ocispec.Descriptor
	Layers []layer.Blob // without content
}

// parsed is a manifest or an index: one of the two is there.
type parsed struct {
	head  *Head
	index []ocispec.Descriptor
}

// parseManifest reads a manifest or an index. Every digest that a manifest
// names is valid then.
func parseManifest(b []byte) (parsed, error) {
	var doc struct {
		Manifests []ocispec.Descriptor
		Config    *ocispec.Descriptor
		Layers    []ocispec.Descriptor
		FSLayers  json.RawMessage
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return parsed{}, fmt.Errorf("manifest: %w", err)
	}
	switch {
	case doc.Manifests != nil && (doc.Config != nil || doc.Layers != nil):
		// Tools that read it as the one and as the other would take different
		// images for the same digest (containerd core/images, validateMediaType).
		return parsed{}, saysAmbiguous.Error()
	case doc.Config != nil:
		h := &Head{Config: *doc.Config}
		if err := doc.Config.Digest.Validate(); err != nil {
			return parsed{}, saysConfigDigest.Wrap(err, quoted(doc.Config.Digest))
		}
		for n, d := range doc.Layers {
			if err := d.Digest.Validate(); err != nil {
				return parsed{}, saysLayerDigest.Wrap(err, n+1, quoted(d.Digest))
			}
			h.Layers = append(h.Layers, layer.Blob{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size, Annotations: d.Annotations})
		}
		return parsed{head: h}, nil
	case len(doc.Manifests) > 0:
		return parsed{index: doc.Manifests}, nil
	case doc.FSLayers != nil:
		return parsed{}, saysSchema1.Error()
	}
	return parsed{}, saysManifest.Error()
}

func quoted(d digest.Digest) string { return fmt.Sprintf("%.100q", string(d)) }

// ParseManifest reads an image manifest. Of an index it returns no Head but the
// descriptor of the image to take: the first for linux/amd64, or the first, of
// those that are images.
func ParseManifest(b []byte) (*Head, ocispec.Descriptor, error) {
	p, err := parseManifest(b)
	if err != nil || p.head != nil {
		return p.head, ocispec.Descriptor{}, err
	}
	list := preferred(p.index)
	if len(list) == 0 {
		return nil, ocispec.Descriptor{}, saysAttestations.Error()
	}
	return nil, list[0], nil
}

// preferred are the descriptors that may lead to an image, the best first: one
// for linux/amd64, then the others as they come.
func preferred(list []ocispec.Descriptor) []ocispec.Descriptor {
	var best, rest []ocispec.Descriptor
	for _, d := range list {
		switch p := d.Platform; {
		case d.Annotations["vnd.docker.reference.type"] != "" || p != nil && p.OS == "unknown" && p.Architecture == "unknown":
			// What BuildKit says about an image, and no image itself.
		case p != nil && p.OS == "linux" && p.Architecture == "amd64":
			best = append(best, d)
		default:
			rest = append(rest, d)
		}
	}
	return append(best, rest...)
}
