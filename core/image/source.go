package image

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// Source is an image as an archive or registry holds it: its documents, and
// its layers as they are stored, none of which has been unpacked.
type Source struct {
	// Names are those that the archive gives the image, as they stand there, and
	// Tags those that are no more than a tag.
	Names, Tags []string
	// Notes say what is to be known of how it was found.
	Notes    []message.Message
	Config   []byte
	Manifest []byte       // nil where it came without one
	Layers   []layer.Blob // bottom first
}

// ID returns the image ID: the digest of the config.
func (s *Source) ID() digest.Digest { return digest.FromBytes(s.Config) }

// Size returns the bytes that are stored: layers, config and manifest.
func (s *Source) Size() int64 {
	n := int64(len(s.Config) + len(s.Manifest))
	for _, l := range s.Layers {
		n += l.Size
	}
	return n
}

// Check compares what the documents say of each other: the config must name as
// many layers as there are.
func (s *Source) Check() error {
	var c Config
	if err := json.Unmarshal(s.Config, &c); err != nil {
		return fmt.Errorf("image config: %w", err)
	}
	if c.RootFS.Type != "layers" {
		return saysNoLayers.Error()
	}
	if len(c.RootFS.DiffIDs) != len(s.Layers) {
		return saysCount.Error(len(c.RootFS.DiffIDs), len(s.Layers))
	}
	for n, l := range s.Layers {
		if strings.Contains(l.MediaType, "encrypted") {
			return saysEncrypted.Error(n+1, l.MediaType)
		}
	}
	return nil
}

// Unpack gives what the blob of a layer holds uncompressed.
type Unpack func(ctx context.Context, b layer.Blob) (*vfs.Blob, error)

// Image unpacks the layers and returns the image; nil unpacks in memory. The
// DiffIDs are computed and compared with the config. ctx cancels it.
func (s *Source) Image(ctx context.Context, unpack Unpack) (*Image, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	var layers []*layer.Layer
	known := map[digest.Digest]*layer.Layer{} // of one blob, which may be named often
	for n, b := range s.Layers {
		l := known[b.Digest]
		if l == nil {
			var err error
			if l, err = s.Layer(ctx, n, unpack); err != nil {
				return nil, err
			}
			known[b.Digest] = l
		}
		layers = append(layers, l)
	}
	return Existing(s.Config, s.Manifest, layers)
}

// Layer unpacks layer n, counted from 0 at the bottom.
func (s *Source) Layer(ctx context.Context, n int, unpack Unpack) (*layer.Layer, error) {
	if unpack == nil {
		unpack = func(ctx context.Context, b layer.Blob) (*vfs.Blob, error) { return layer.Unpack(ctx, b.Content) }
	}
	raw, err := unpack(ctx, s.Layers[n])
	if err != nil {
		return nil, saysLayer.Wrap(err, n+1)
	}
	l, err := layer.Read(ctx, s.Layers[n], raw)
	if err != nil {
		return nil, saysLayer.Wrap(err, n+1)
	}
	return l, nil
}

// Verify returns a reader over r that fails at its end where the bytes were
// not those of the digest, and at once where the digest is none.
func Verify(d digest.Digest, r io.Reader) io.Reader {
	if err := d.Validate(); err != nil {
		return failing{fmt.Errorf("digest %s: %w", quoted(d), err)}
	}
	return &verifier{d: d, r: r, v: d.Verifier()}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type verifier struct {
	d digest.Digest
	r io.Reader
	v digest.Verifier
	n int64
}

func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.n += int64(n)
	v.v.Write(p[:n]) // never fails
	if err == io.EOF && !v.v.Verified() {
		return n, &DigestError{Digest: v.d, Size: v.n}
	}
	return n, err
}

// DigestError reports bytes that are not those of their digest.
type DigestError struct {
	Digest digest.Digest
	Size   int64 // of what was read
}

func (e *DigestError) Error() string { return e.Message().Text }

// Message is what is said of it.
func (e *DigestError) Message() message.Message { return saysDamaged.With(e.Digest) }
