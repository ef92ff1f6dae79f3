package image

import (
	"archive/tar"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// facts is an image described in JSON: its documents whole, its layers entry
// by entry, contents given (text or base64) or named by digest and size only.
type facts struct {
	Name         string `json:"name"`
	ManifestJSON string `json:"manifest_json"`
	ConfigJSON   string `json:"config_json"`
	Layers       []struct {
		DiffID           digest.Digest `json:"diff_id"`
		UncompressedSize int64         `json:"uncompressed_size"`
		Entries          []factsEntry  `json:"entries"`
	} `json:"layers"`
}

type factsEntry struct {
	Name     string            `json:"name"`
	Type     string            `json:"type"`
	Mode     string            `json:"mode"`
	UID      int               `json:"uid"`
	GID      int               `json:"gid"`
	MTime    int64             `json:"mtime"`
	Size     int64             `json:"size"`
	SHA256   string            `json:"sha256"`
	Linkname string            `json:"linkname"`
	Text     *string           `json:"text"`
	Base64   *string           `json:"base64"`
	Major    int64             `json:"devmajor"`
	Minor    int64             `json:"devminor"`
	PAX      map[string]string `json:"pax_records"`
}

// ReadFacts reads an image described by facts, as in
// tests/conformance/testdata/bases. It can be built upon; a layer can be exported
// where all its contents are known and one of the usual writers makes the very
// tar of them that the DiffID names. contents finds files of which only the
// digest is given, where it has them; it may be nil.
func ReadFacts(r io.Reader, contents func(digest.Digest) *vfs.Blob) (*Image, error) {
	var f facts
	if err := json.NewDecoder(r).Decode(&f); err != nil {
		return nil, fmt.Errorf("image facts: %w", err)
	}
	var m ocispec.Manifest
	if err := json.Unmarshal([]byte(f.ManifestJSON), &m); err != nil {
		return nil, fmt.Errorf("image facts %s: manifest: %w", f.Name, err)
	}
	if len(m.Layers) != len(f.Layers) {
		return nil, fmt.Errorf("image facts %s: %d layers, but the manifest names %d", f.Name, len(f.Layers), len(m.Layers))
	}
	var layers []*layer.Layer
	for n, l := range f.Layers {
		entries := make([]layer.Entry, len(l.Entries))
		for k, e := range l.Entries {
			x, err := e.entry(contents)
			if err != nil {
				return nil, fmt.Errorf("image facts %s: layer %d: %s: %w", f.Name, n+1, e.Name, err)
			}
			entries[k] = x
		}
		d := m.Layers[n]
		layers = append(layers, told(entries, l.DiffID, l.UncompressedSize,
			layer.Blob{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size, Annotations: d.Annotations}))
	}
	return Existing([]byte(f.ConfigJSON), []byte(f.ManifestJSON), layers)
}

var factsTypes = map[string]byte{"dir": tar.TypeDir, "file": tar.TypeReg, "symlink": tar.TypeSymlink,
	"hardlink": tar.TypeLink, "link": tar.TypeLink, "char": tar.TypeChar, "block": tar.TypeBlock, "fifo": tar.TypeFifo}

func (e factsEntry) entry(contents func(digest.Digest) *vfs.Blob) (layer.Entry, error) {
	mode, err := strconv.ParseInt(e.Mode, 8, 64)
	if err != nil {
		return layer.Entry{}, fmt.Errorf("mode %q: %w", e.Mode, err)
	}
	t, ok := factsTypes[e.Type]
	if !ok {
		return layer.Entry{}, fmt.Errorf("unknown type %q", e.Type)
	}
	x := layer.Entry{Name: e.Name, Type: t, Mode: mode, UID: e.UID, GID: e.GID, MTime: e.MTime, Size: e.Size,
		Linkname: e.Linkname, Major: e.Major, Minor: e.Minor, PAX: e.PAX}
	if t != tar.TypeReg {
		return x, nil
	}
	switch {
	case e.Text != nil:
		x.Content = vfs.String(*e.Text)
	case e.Base64 != nil:
		b, err := base64.StdEncoding.DecodeString(*e.Base64)
		if err != nil {
			return x, err
		}
		x.Content = vfs.Bytes(b)
	case e.Size == 0:
		x.Content = vfs.Bytes(nil)
	default:
		d := digest.Digest("sha256:" + strings.TrimPrefix(e.SHA256, "sha256:"))
		if contents != nil {
			x.Content = contents(d)
		}
		if x.Content == nil {
			x.Content = vfs.Absent(e.Size, d)
		}
	}
	if x.Content.Size() != e.Size {
		return x, fmt.Errorf("%d bytes are given of a file of %d", x.Content.Size(), e.Size)
	}
	return x, nil
}
