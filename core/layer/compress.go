package layer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"layerlab.dev/core/vfs"
)

// Writer returns the encoder whose output equals BuildKit's. For gzip that is
// the standard library at its default level with an empty header, as its
// encoder was from Go 1.19 to 1.26; klauspost's gzip gives other bytes.
func (c Compression) Writer(w io.Writer) (io.WriteCloser, error) {
	switch c {
	case Gzip, "":
		return gzip.NewWriter(w), nil
	case Zstd:
		// Concurrency 1: the blocks, and so the bytes, must not depend on the
		// number of processors.
		return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
	case Uncompressed:
		return nopCloser{w}, nil
	}
	return nil, fmt.Errorf("unknown compression %q: want gzip, zstd or uncompressed", string(c))
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// Compressed tells how a blob is compressed, by its first bytes.
func Compressed(b *vfs.Blob) Compression {
	head := make([]byte, len(zstdMagic))
	n, _ := b.ReadAt(head, 0) // what cannot be read fails again when it is used
	return compressed(head[:n])
}

func compressed(head []byte) Compression {
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		return Gzip
	case bytes.HasPrefix(head, zstdMagic):
		return Zstd
	}
	return Uncompressed
}

// Decompress reads a blob whatever it is compressed with.
func Decompress(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(len(zstdMagic))
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch compressed(head) {
	case Gzip:
		return gzip.NewReader(b)
	case Zstd:
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(b), nil
}

// Unpack returns what a blob holds: itself where it is not compressed, else a
// copy in memory. ctx cancels it.
func Unpack(ctx context.Context, b *vfs.Blob) (*vfs.Blob, error) {
	if Compressed(b) == Uncompressed {
		return b, nil
	}
	r, err := Decompress(b.Reader())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out bytes.Buffer
	if _, err := io.Copy(&counter{w: &out, ctx: ctx}, r); err != nil {
		return nil, err
	}
	return vfs.Bytes(out.Bytes()), nil
}
