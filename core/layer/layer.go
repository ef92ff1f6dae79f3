package layer

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/vfs"
)

// Layer is a finished layer. It is immutable; the compressed forms are made
// when first asked for and kept. Its methods may be called from several
// goroutines.
type Layer struct {
	entries []Entry
	diffID  digest.Digest
	tarSize int64

	mu    sync.Mutex
	blobs map[Compression]*Blob
	// fixed is the compressed form of a layer that came from elsewhere, which
	// stays as it is whatever compression is asked for; raw is what it holds,
	// where that is at hand.
	fixed *Blob
	raw   *vfs.Blob
}

// Blob is a layer as a registry holds it.
type Blob struct {
	MediaType string // of the OCI image-spec
	Digest    digest.Digest
	Size      int64
	// Content is nil where only the facts are known.
	Content *vfs.Blob
	// Annotations are those of the layer's descriptor.
	Annotations map[string]string
}

// New writes the entries as a tar to learn their DiffID and size; nothing of
// it is kept. ctx cancels it.
func New(ctx context.Context, entries []Entry) (*Layer, error) {
	h := sha256.New()
	c := &counter{w: h, ctx: ctx}
	if err := WriteTar(c, entries); err != nil {
		return nil, err
	}
	return &Layer{entries: entries, diffID: digest.NewDigest(digest.SHA256, h), tarSize: c.n}, nil
}

// Existing returns a layer that was made elsewhere and is not written again:
// its entries are for looking at, its DiffID and blob are taken as they are.
func Existing(entries []Entry, diffID digest.Digest, tarSize int64, blob Blob) *Layer {
	return &Layer{entries: entries, diffID: diffID, tarSize: tarSize, fixed: &blob}
}

// Whole is Existing where the tar is at hand: raw must have the digest diffID.
func Whole(entries []Entry, diffID digest.Digest, raw *vfs.Blob, blob Blob) *Layer {
	l := Existing(entries, diffID, raw.Size(), blob)
	l.raw = raw
	return l
}

// Read returns a layer that was made elsewhere: blob is how it is stored, raw
// what that holds uncompressed, of which the files are sections and not copies.
// All of raw is read once, for the DiffID. ctx cancels it.
func Read(ctx context.Context, blob Blob, raw *vfs.Blob) (*Layer, error) {
	entries, err := ReadTarAt(ctx, raw)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	if _, err := io.Copy(&counter{w: h, ctx: ctx}, raw.Reader()); err != nil {
		return nil, err
	}
	l := Existing(entries, digest.NewDigest(digest.SHA256, h), raw.Size(), blob)
	l.raw = raw
	return l, nil
}

// Entries returns the members of the tar. The slice must not be changed.
func (l *Layer) Entries() []Entry { return l.entries }

// DiffID returns the digest of the uncompressed tar.
func (l *Layer) DiffID() digest.Digest { return l.diffID }

// TarSize returns the length of the uncompressed tar in bytes.
func (l *Layer) TarSize() int64 { return l.tarSize }

// Empty reports whether the layer has no entries: its tar is 1024 zero bytes.
func (l *Layer) Empty() bool { return len(l.entries) == 0 }

// Size returns the bytes of the files in the layer, as docker history shows.
func (l *Layer) Size() int64 {
	var n int64
	for i := range l.entries {
		n += l.entries[i].Size
	}
	return n
}

// DiskSize returns what Docker up to Engine 28 keeps as the layer's size and
// shows in its history: the bytes of the files on the disk (pkg/directory),
// where a symbolic link is as long as its target.
func (l *Layer) DiskSize() int64 {
	n := l.Size()
	for i := range l.entries {
		if e := &l.entries[i]; e.Type == tar.TypeSymlink {
			n += int64(len(e.Linkname))
		}
	}
	return n
}

// Blob returns the layer compressed. One that was made elsewhere comes as it
// is, whatever c says.
func (l *Layer) Blob(ctx context.Context, c Compression) (*Blob, error) {
	if l.fixed != nil {
		return l.fixed, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.blobs[c]; b != nil {
		return b, nil
	}
	var buf bytes.Buffer
	z, err := c.Writer(&buf)
	if err != nil {
		return nil, err
	}
	if err := WriteTar(&counter{w: z, ctx: ctx}, l.entries); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress layer %s: %w", l.diffID, err)
	}
	b := &Blob{MediaType: c.MediaType(), Digest: digest.FromBytes(buf.Bytes()), Size: int64(buf.Len()), Content: vfs.Bytes(buf.Bytes())}
	if l.blobs == nil {
		l.blobs = map[Compression]*Blob{}
	}
	l.blobs[c] = b
	return b, nil
}

// Plain returns the layer as its uncompressed tar, also where it was made
// elsewhere and is stored compressed. ctx cancels it.
func (l *Layer) Plain(ctx context.Context) (*Blob, error) {
	if l.fixed == nil {
		return l.Blob(ctx, Uncompressed)
	}
	raw := l.raw
	if raw == nil {
		if l.fixed.Content == nil {
			return &Blob{MediaType: Uncompressed.MediaType(), Digest: l.diffID, Size: l.tarSize}, nil
		}
		var err error
		if raw, err = Unpack(ctx, l.fixed.Content); err != nil {
			return nil, fmt.Errorf("layer %s: %w", l.diffID, err)
		}
	}
	return &Blob{MediaType: Uncompressed.MediaType(), Digest: l.diffID, Size: l.tarSize, Content: raw}, nil
}

// Fixed reports whether the layer was made elsewhere, so that its blob is
// there without any work.
func (l *Layer) Fixed() bool { return l.fixed != nil }

// counter counts what passes and stops when its context does.
type counter struct {
	w   io.Writer
	ctx context.Context
	n   int64
}

func (c *counter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// Compression is how a layer is stored and sent.
type Compression string

// The compressions. Gzip is the default.
const (
	Gzip         Compression = "gzip"
	Zstd         Compression = "zstd"
	Uncompressed Compression = "uncompressed"
)

// MediaType names the blobs so compressed, as the OCI image-spec does.
func (c Compression) MediaType() string {
	switch c {
	case Zstd:
		return ocispec.MediaTypeImageLayerZstd
	case Uncompressed:
		return ocispec.MediaTypeImageLayer
	}
	return ocispec.MediaTypeImageLayerGzip
}
