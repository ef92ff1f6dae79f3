package registry

import (
	"path"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Blob is content by digest: a layer, a config, anything.
type Blob struct {
	Digest digest.Digest
	// Content is never nil. It may be lazy, and absent where only facts are
	// known.
	Content *vfs.Blob
	// Layer is what the blob holds, where that is known without reading it.
	Layer *layer.Layer
}

// Size returns the bytes that are stored and sent.
func (b Blob) Size() int64 { return b.Content.Size() }

// PushBlob links a blob into a repository and keeps its content where the
// registry does not have it yet. The digest is taken at its word: no byte is
// read.
func (s State) PushBlob(repo string, b Blob) (State, error) {
	if err := checkName(repo); err != nil {
		return s, err
	}
	if err := b.Digest.Validate(); err != nil {
		return s, DigestInvalid.With(opaque{})
	}
	next, err := s.edit(func(e *vfs.Editor) error {
		if kept := s.data(b.Digest); kept == nil || kept.Absent() && !b.Content.Absent() {
			if err := put(e, dataPath(b.Digest), b.Content); err != nil {
				return err
			}
		}
		return link(e, layerPath(repo, b.Digest), b.Digest)
	})
	if err != nil {
		return s, err
	}
	if b.Layer != nil && next.opened.get(b.Digest) == nil {
		next.opened = next.opened.with(b.Digest, b.Layer)
	}
	return next, nil
}

// MountBlob links a blob of one repository into another. The error is
// BLOB_UNKNOWN where from does not have it.
func (s State) MountBlob(repo, from string, d digest.Digest) (State, error) {
	if err := checkName(repo); err != nil {
		return s, err
	}
	b, err := s.Blob(from, d)
	if err != nil {
		return s, err
	}
	return s.edit(func(e *vfs.Editor) error {
		return link(e, layerPath(repo, d), b.Digest)
	})
}

// Blob returns a blob of a repository, or BLOB_UNKNOWN: also where the registry
// has it, but not linked into this one.
func (s State) Blob(repo string, d digest.Digest) (Blob, error) {
	if err := checkName(repo); err != nil {
		return Blob{}, err
	}
	if err := d.Validate(); err != nil {
		return Blob{}, DigestInvalid.With(opaque{})
	}
	return s.blob(d, layerPath(repo, d))
}

// blob returns the blob to which the first of the links leads.
func (s State) blob(d digest.Digest, links ...string) (Blob, error) {
	for _, p := range links {
		target := s.resolve(p)
		if target == "" {
			continue
		}
		if content := s.data(target); content != nil {
			return Blob{Digest: target, Content: content, Layer: s.opened.get(target)}, nil
		}
		break
	}
	return Blob{}, BlobUnknown.With(d)
}

// DeleteBlob takes a blob out of a repository. The bytes stay until the garbage
// is collected, and so does the directory of the link.
func (s State) DeleteBlob(repo string, d digest.Digest) (State, error) {
	if _, err := s.Blob(repo, d); err != nil {
		return s, err
	}
	return s.edit(func(e *vfs.Editor) error { return e.Remove(layerPath(repo, d)) })
}

// Blobs returns the digests of all content the registry keeps, manifests
// included, in the order of its disk.
func (s State) Blobs() []digest.Digest {
	var all []digest.Digest
	if n := s.directory(blobs); n != nil {
		walk(n, "", func(p string, n *vfs.Node) bool {
			if n.Kind == vfs.File && path.Base(p) == "data" {
				hex := path.Base(path.Dir(p))
				algorithm := path.Dir(path.Dir(path.Dir(p)))
				all = append(all, digest.NewDigestFromEncoded(digest.Algorithm(algorithm), hex))
			}
			return true
		})
	}
	return all
}
