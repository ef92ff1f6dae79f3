package layer

import (
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// writer returns the encoder whose output equals BuildKit's. For gzip that is
// the standard library at its default level with an empty header, as its
// encoder was from Go 1.19 to 1.26; klauspost's gzip gives other bytes.
func (c Compression) writer(w io.Writer) (io.WriteCloser, error) {
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
