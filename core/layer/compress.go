package layer

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
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

// Compressed tells how a blob is compressed.
func Compressed(b []byte) Compression {
	switch {
	case bytes.HasPrefix(b, gzipMagic):
		return Gzip
	case bytes.HasPrefix(b, zstdMagic):
		return Zstd
	}
	return Uncompressed
}

// Decompress reads a blob whatever it is compressed with.
func Decompress(b []byte) (io.ReadCloser, error) {
	switch Compressed(b) {
	case Gzip:
		return gzip.NewReader(bytes.NewReader(b))
	case Zstd:
		z, err := zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}
