package image

import (
	"bytes"
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

// Read reads the image in an OCI layout (index.json) or an unpacked `docker
// save` archive (manifest.json). With several manifests the first for
// linux/amd64 is taken, or the first of all. Digests are checked.
func Read(fsys fs.FS) (*Image, error) {
	if _, err := fs.Stat(fsys, "index.json"); err == nil {
		return readLayout(fsys)
	}
	if _, err := fs.Stat(fsys, "manifest.json"); err == nil {
		return readDockerArchive(fsys)
	}
	return nil, errors.New("neither an OCI layout (index.json) nor a docker archive (manifest.json)")
}

// ReadArchive reads a tar, plain or compressed, of what Read takes.
func ReadArchive(r io.Reader) (*Image, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if b, err = decompress(b); err != nil {
		return nil, fmt.Errorf("image archive: %w", err)
	}
	entries, err := layer.ReadTar(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("image archive: %w", err)
	}
	e := vfs.New(0).Edit()
	if err := layer.Apply(e, entries); err != nil {
		return nil, fmt.Errorf("image archive: %w", err)
	}
	return Read(e.Tree().FS())
}

func blobPath(d digest.Digest) string {
	return path.Join("blobs", d.Algorithm().String(), d.Encoded())
}

func readBlob(fsys fs.FS, d digest.Digest) ([]byte, error) {
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("digest %q: %w", d, err)
	}
	b, err := fs.ReadFile(fsys, blobPath(d))
	if err != nil {
		return nil, err
	}
	if got := d.Algorithm().FromBytes(b); got != d {
		return nil, fmt.Errorf("blob %s holds bytes of digest %s", d, got)
	}
	return b, nil
}

func readLayout(fsys fs.FS) (*Image, error) {
	b, err := fs.ReadFile(fsys, "index.json")
	if err != nil {
		return nil, err
	}
	var manifestJSON []byte
	for depth := 0; ; depth++ {
		var doc struct {
			Manifests []ocispec.Descriptor
			Config    *ocispec.Descriptor
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			return nil, fmt.Errorf("index: %w", err)
		}
		if doc.Config != nil {
			manifestJSON = b
			break
		}
		if len(doc.Manifests) == 0 || depth > 8 {
			return nil, errors.New("index.json names no image manifest")
		}
		if b, err = readBlob(fsys, choose(doc.Manifests).Digest); err != nil {
			return nil, err
		}
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(manifestJSON, &m); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	config, err := readBlob(fsys, m.Config.Digest)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	var layers []*layer.Layer
	for n, d := range m.Layers {
		z, err := readBlob(fsys, d.Digest)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", n+1, err)
		}
		l, err := existing(z, layer.Blob{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size, Content: z, Annotations: d.Annotations})
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", n+1, err)
		}
		layers = append(layers, l)
	}
	return Existing(config, manifestJSON, layers)
}

func choose(list []ocispec.Descriptor) ocispec.Descriptor {
	for _, d := range list {
		if d.Platform != nil && d.Platform.OS == "linux" && d.Platform.Architecture == "amd64" {
			return d
		}
	}
	return list[0]
}

func readDockerArchive(fsys fs.FS) (*Image, error) {
	b, err := fs.ReadFile(fsys, "manifest.json")
	if err != nil {
		return nil, err
	}
	var list []struct {
		Config string
		Layers []string
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	if len(list) == 0 {
		return nil, errors.New("manifest.json names no image")
	}
	config, err := fs.ReadFile(fsys, list[0].Config)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	var layers []*layer.Layer
	for n, name := range list[0].Layers {
		z, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", n+1, err)
		}
		l, err := existing(z, layer.Blob{MediaType: layer.Compressed(z).MediaType(), Digest: digest.FromBytes(z), Size: int64(len(z)), Content: z})
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", n+1, err)
		}
		layers = append(layers, l)
	}
	return Existing(config, nil, layers)
}

func existing(z []byte, b layer.Blob) (*layer.Layer, error) {
	if strings.Contains(b.MediaType, "encrypted") {
		return nil, fmt.Errorf("media type %s: encrypted layers cannot be read", b.MediaType)
	}
	raw, err := decompress(z)
	if err != nil {
		return nil, err
	}
	entries, err := layer.ReadTar(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return layer.Existing(entries, digest.FromBytes(raw), int64(len(raw)), b), nil
}

func decompress(b []byte) ([]byte, error) {
	r, err := layer.Decompress(b)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
