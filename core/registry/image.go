package registry

import (
	"context"
	"fmt"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/vfs"
)

// LayerBlob returns a layer as a registry keeps it: gzipped where it was made
// here, as it came where it was made elsewhere. Content that only facts are
// known of is absent. ctx cancels the compression.
func LayerBlob(ctx context.Context, l *layer.Layer) (Blob, error) {
	b, err := l.Blob(ctx, layer.Gzip)
	if err != nil {
		return Blob{}, err
	}
	content := b.Content
	if content == nil {
		content = vfs.Absent(b.Size, b.Digest)
	}
	return Blob{Digest: b.Digest, Content: content, Layer: l}, nil
}

// PushImage puts a whole image into a repository: its layers, its config, and
// the manifest it came with or, where it came with none, the one docker 20.10
// pushes.
func (s State) PushImage(ctx context.Context, repo, tag string, img *image.Image) (State, Manifest, error) {
	next := s
	layers := make([]schema2.Descriptor, len(img.Layers))
	for i, l := range img.Layers {
		b, err := LayerBlob(ctx, l)
		if err != nil {
			return s, Manifest{}, fmt.Errorf("pushing layer %d of %s:%s: %w", i+1, repo, tag, err)
		}
		if next, err = next.PushBlob(repo, b); err != nil {
			return s, Manifest{}, err
		}
		layers[i] = schema2.Descriptor{Size: b.Size(), Digest: b.Digest}
	}
	config := img.ConfigJSON()
	next, err := next.PushBlob(repo, Blob{Digest: digest.FromBytes(config), Content: vfs.Bytes(config)})
	if err != nil {
		return s, Manifest{}, err
	}
	raw := img.ManifestJSON()
	if raw == nil {
		if raw, err = schema2.New(schema2.Descriptor{Size: int64(len(config)), Digest: digest.FromBytes(config)}, layers); err != nil {
			return s, Manifest{}, err
		}
	}
	mediaType, err := typeOf(raw)
	if err != nil {
		return s, Manifest{}, err
	}
	next, m, err := next.PutManifest(repo, tag, mediaType, raw)
	if err != nil {
		return s, Manifest{}, fmt.Errorf("pushing the manifest of %s:%s: %w", repo, tag, err)
	}
	return next, m, nil
}
