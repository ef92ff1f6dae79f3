package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// saved is an image of the manifest.json of docker save.
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string
}

func parseSaved(doc []byte) ([]saved, error) {
	var list []saved
	if err := json.Unmarshal(doc, &list); err != nil {
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
		if !layer.Compressed(b).Stored() {
			// docker load takes xz and bzip2, for which layers have no media type.
			if b, err = layer.Unpack(context.Background(), b); err != nil {
				return nil, saysLayer.Wrap(err, n+1)
			}
		}
		d, err := b.Digest()
		if err != nil {
			return nil, saysLayer.Wrap(err, n+1)
		}
		s.Layers = append(s.Layers, layer.Blob{MediaType: layer.Compressed(b).MediaType(), Digest: d, Size: b.Size(), Content: b})
	}
	return s, s.Check()
}

// dir reads what `skopeo copy` makes of dir: — manifest.json is the manifest
// itself, and blobs lie beside it by the hexadecimal part of their digest.
func (open opener) dir(manifest []byte) ([]*Source, error) {
	flat := layout{func(name string) (b *vfs.Blob, err error) {
		encoded := path.Base(name)
		algorithm := path.Base(path.Dir(name))
		for _, name := range []string{encoded, algorithm + "-" + encoded, algorithm + ":" + encoded, encoded + ".manifest.json"} {
			if b, err = open(name); !errors.Is(err, fs.ErrNotExist) {
				return b, err
			}
		}
		return nil, err
	}}
	p, err := parseManifest(bytes.TrimSpace(manifest))
	if err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	var s *Source
	if p.head != nil {
		s, err = flat.source(manifest, p.head)
	} else {
		s, err = flat.image(preferred(p.index))
	}
	if err != nil {
		return nil, err
	}
	return []*Source{s}, nil
}
