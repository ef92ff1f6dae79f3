package content

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Media types beside those of the OCI image-spec.
const (
	DockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	DockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	DockerConfig   = "application/vnd.docker.container.image.v1+json"
	DockerLayer    = "application/vnd.docker.image.rootfs.diff.tar"
)

// refType and refDigest are the annotations of an attestation's manifest in an
// index, which name what it attests.
const (
	refType   = "vnd.docker.reference.type"
	refDigest = "vnd.docker.reference.digest"
)

// Target is what the names of an image point to: a manifest, or an index. It is
// immutable.
type Target struct {
	// Descriptor is what the names hold, with the annotations of the way it came.
	Descriptor ocispec.Descriptor
	// JSON is the document that the digest is of.
	JSON []byte
	// Index says that it names manifests.
	Index bool
	// Manifests are those of the index, in its order, or the one manifest.
	Manifests []*Manifest
	Identity  Identity
}

// Manifest is the manifest of one platform, or of an attestation.
type Manifest struct {
	Descriptor ocispec.Descriptor
	// JSON is nil where only the descriptor is here.
	JSON []byte
	// Attests is the digest of the manifest that this one is about; empty for an
	// image.
	Attests digest.Digest
	// Blobs are the config and the layers, in the manifest's order.
	Blobs []Blob
	// Image is the image; nil for attestations and for what is not here.
	Image *image.Image
	// Unpacked says that its layers are snapshots too.
	Unpacked bool

	snapshots []int64
}

// Blob is a part of a manifest.
type Blob struct {
	ocispec.Descriptor
	// Content is nil where it is not kept.
	Content *vfs.Blob
	// Layer is the layer it holds; nil for others.
	Layer *layer.Layer
}

// Platform returns the platform as os/arch[/variant].
func (m *Manifest) Platform() ocispec.Platform {
	if m.Descriptor.Platform != nil {
		return *m.Descriptor.Platform
	}
	if m.Image != nil {
		c := m.Image.Config
		return ocispec.Platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant}
	}
	return ocispec.Platform{}
}

// Present reports whether any of its content is here.
func (m *Manifest) Present() bool { return m.JSON != nil }

// Size is the bytes of the manifest and its blobs as they are stored.
func (m *Manifest) Size() int64 {
	if m.JSON == nil {
		return 0
	}
	n := int64(len(m.JSON))
	seen := map[digest.Digest]bool{}
	for _, b := range m.Blobs {
		if b.Content != nil && !seen[b.Digest] {
			seen[b.Digest] = true
			n += b.Descriptor.Size
		}
	}
	return n
}

// Snapshots is the bytes that its unpacked layers take.
func (m *Manifest) Snapshots() int64 {
	if !m.Unpacked || m.Image == nil {
		return 0
	}
	var n int64
	for _, size := range m.snapshots {
		n += size
	}
	return n
}

// LayerSizes are the bytes that its layers take unpacked, bottom first; zeros
// where they are not.
func (m *Manifest) LayerSizes() []int64 {
	if !m.Unpacked {
		return make([]int64, len(m.snapshots))
	}
	return slices.Clone(m.snapshots)
}

// Images are the manifests that are no attestations.
func (t *Target) Images() []*Manifest {
	var list []*Manifest
	for _, m := range t.Manifests {
		if m.Attests == "" {
			list = append(list, m)
		}
	}
	return list
}

// Attestations are the manifests about m.
func (t *Target) Attestations(m *Manifest) []*Manifest {
	var list []*Manifest
	for _, a := range t.Manifests {
		if a.Attests == m.Descriptor.Digest {
			list = append(list, a)
		}
	}
	return list
}

// Size is the bytes of all manifests with their blobs; an index itself does not
// count.
func (t *Target) Size() int64 {
	var n int64
	for _, m := range t.Manifests {
		n += m.Size()
	}
	return n
}

// Snapshots is the bytes of all unpacked layers.
func (t *Target) Snapshots() int64 {
	var n int64
	for _, m := range t.Manifests {
		n += m.Snapshots()
	}
	return n
}

// Best returns the image for a platform, one whose content is here before
// others, or nil.
func (t *Target) Best(os, architecture string) *Manifest {
	var found *Manifest
	for _, m := range t.Images() {
		p := m.Platform()
		if p.OS != os || p.Architecture != architecture {
			continue
		}
		if found == nil || !found.Present() && m.Present() {
			found = m
		}
	}
	return found
}

// OfManifest returns the target of one manifest, whose document is raw.
func OfManifest(mediaType string, raw []byte, img *image.Image) (*Target, error) {
	m, err := Read(ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(raw), Size: int64(len(raw))}, raw, img)
	if err != nil {
		return nil, err
	}
	return &Target{Descriptor: m.Descriptor, JSON: raw, Manifests: []*Manifest{m}}, nil
}

// OfIndex returns the target of an index with the manifests that it names.
func OfIndex(mediaType string, raw []byte, manifests []*Manifest) *Target {
	return &Target{
		Descriptor: ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(raw), Size: int64(len(raw))},
		JSON:       raw, Index: true, Manifests: manifests,
	}
}

// Listed returns the manifest that an index describes, of which nothing is here
// yet.
func Listed(d ocispec.Descriptor) *Manifest {
	m := &Manifest{Descriptor: d}
	if d.Annotations[refType] == "attestation-manifest" {
		m.Attests = digest.Digest(d.Annotations[refDigest])
	}
	return m
}

// Read returns a manifest whose document is here. img is the image it describes,
// nil for an attestation, whose blobs are added with Add.
func Read(d ocispec.Descriptor, raw []byte, img *image.Image) (*Manifest, error) {
	var doc ocispec.Manifest
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", d.Digest, err)
	}
	m := Listed(d)
	m.JSON, m.Image, m.Unpacked = raw, img, img != nil
	if img == nil {
		for _, b := range append([]ocispec.Descriptor{doc.Config}, doc.Layers...) {
			m.Blobs = append(m.Blobs, Blob{Descriptor: b})
		}
		return m, nil
	}
	if len(doc.Layers) != len(img.Layers) {
		return nil, fmt.Errorf("manifest %s: it names %d layers, the image has %d", d.Digest, len(doc.Layers), len(img.Layers))
	}
	for _, l := range img.Layers {
		m.snapshots = append(m.snapshots, Snapshot(l))
	}
	m.Blobs = append(m.Blobs, Blob{Descriptor: doc.Config, Content: vfs.Bytes(img.ConfigJSON())})
	for n, l := range doc.Layers {
		content, err := stored(l, img.Layers[n])
		if err != nil {
			return nil, err
		}
		m.Blobs = append(m.Blobs, Blob{Descriptor: l, Content: content, Layer: img.Layers[n]})
	}
	return m, nil
}

// stored returns the bytes of a layer in the form that a manifest names.
func stored(d ocispec.Descriptor, l *layer.Layer) (*vfs.Blob, error) {
	if d.Digest == l.DiffID() {
		var raw bytes.Buffer
		if err := l.Raw(context.Background(), &raw); err == nil {
			return vfs.Bytes(raw.Bytes()), nil
		}
		return vfs.Absent(d.Size, d.Digest), nil
	}
	b, err := l.Blob(context.Background(), layer.Gzip)
	if err != nil {
		return nil, err
	}
	if b.Digest != d.Digest || b.Content == nil {
		return vfs.Absent(d.Size, d.Digest), nil
	}
	return b.Content, nil
}
