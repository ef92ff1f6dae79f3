package tamper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strconv"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
)

// Result is an image's digests as they are with one byte changed.
type Result struct {
	Offset  int64 // of the byte in the layer's uncompressed tar
	Was, Is byte
	// Entry is the name of the entry whose content the byte is in, "" where it
	// is in a header or in the end of the tar.
	Entry string

	DiffIDs, ChainIDs []digest.Digest // of all layers, bottom first
	Blobs             []digest.Digest // of the compressed layers
	ImageID           digest.Digest
	Manifest, Index   digest.Digest
}

// Flip changes one bit of layer n, counted from 0 at the bottom, and computes
// every digest of the image again from the changed bytes. It fails where the
// bytes of the layer are not known. The Progress of o is told the bytes that
// are hashed: those of all layers, and once more those of layer n. ctx cancels
// it.
func Flip(ctx context.Context, img *image.Image, n int, o image.Options) (*Result, error) {
	if n < 0 || n >= len(img.Layers) {
		return nil, fmt.Errorf("the image has no layer %d", n+1)
	}
	l := img.Layers[n]
	var before, all int64
	tell := o.Progress
	if tell == nil {
		tell = func(int64, int64) {}
	}
	o.Progress = func(done, total int64) {
		before, all = done, total+l.TarSize()
		tell(before, all)
	}
	m, err := img.Manifest(ctx, o)
	if err != nil {
		return nil, err
	}
	r := &Result{DiffIDs: img.DiffIDs()}
	for _, b := range m.Layers {
		r.Blobs = append(r.Blobs, b.Digest)
	}
	if r.Offset, r.Entry, err = target(ctx, l); err != nil {
		return nil, err
	}
	compression := o.Compression
	if m.Layers[n].Content != nil {
		compression = layer.Compressed(m.Layers[n].Content)
	}
	size, err := r.layer(ctx, l, n, compression, func(done int64) { tell(before+done, all) })
	if err != nil {
		return nil, fmt.Errorf("layer %d: %w", n+1, err)
	}
	r.ChainIDs = layer.ChainIDs(r.DiffIDs)
	config, err := replace(img.ConfigJSON(), map[string]string{
		fmt.Sprintf(".rootfs.diff_ids.%d", n): strconv.Quote(r.DiffIDs[n].String())})
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	r.ImageID = digest.FromBytes(config)
	at := fmt.Sprintf(".layers.%d.", n)
	changed := *m
	changed.JSON, err = replace(m.JSON, map[string]string{
		".config.digest": strconv.Quote(r.ImageID.String()), at + "digest": strconv.Quote(r.Blobs[n].String()), at + "size": strconv.FormatInt(size, 10)})
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	r.Manifest = digest.FromBytes(changed.JSON)
	changed.Digest = r.Manifest
	_, r.Index, err = img.Index(&changed)
	return r, err
}

// target chooses a byte: the first of the first content, or of the tar where
// there is none.
func target(ctx context.Context, l *layer.Layer) (offset int64, entry string, err error) {
	for i, e := range l.Entries() {
		if e.Content == nil || e.Size == 0 {
			continue
		}
		m, err := l.Member(ctx, i)
		return m.Offset + int64(len(m.Header)), e.Name, err
	}
	return 0, "", nil
}

// layer digests the changed tar of layer n, and its compressed form, of which
// it returns the size. Neither is kept.
func (r *Result) layer(ctx context.Context, l *layer.Layer, n int, c layer.Compression, tell func(done int64)) (size int64, err error) {
	tar, blob := sha256.New(), &measure{Hash: sha256.New()}
	z, err := c.Writer(blob)
	if err != nil {
		return 0, err
	}
	if err := l.Raw(ctx, &flipper{w: io.MultiWriter(tar, z), r: r, tell: tell}); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	r.DiffIDs[n] = digest.NewDigest(digest.SHA256, tar)
	r.Blobs[n] = digest.NewDigest(digest.SHA256, blob)
	return blob.size, nil
}

// measure is a digest that counts.
type measure struct {
	hash.Hash
	size int64
}

func (m *measure) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	return m.Hash.Write(p)
}

// flipper changes one bit of what is written through it, and tells how far it
// is. Layers are written in small pieces.
type flipper struct {
	w    io.Writer
	r    *Result
	tell func(done int64)
	at   int64
}

func (f *flipper) Write(p []byte) (int, error) {
	if i := f.r.Offset - f.at; i >= 0 && i < int64(len(p)) {
		p = bytes.Clone(p)
		f.r.Was = p[i]
		p[i] ^= 1
		f.r.Is = p[i]
	}
	n, err := f.w.Write(p)
	f.at += int64(n)
	f.tell(f.at)
	return n, err
}
