package layer

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"layerlab.dev/core/message"
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
	xzMagic   = []byte{0xfd, '7', 'z', 'X', 'Z', 0}
)

// headSize is how many bytes tell how something is compressed.
const headSize = 10

// bzipped tells whether bzip2 begins so: a tar may begin with a name such as
// BZh, but not with the digits of pi, or of its root, behind it.
func bzipped(head []byte) bool {
	return len(head) >= headSize && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "\x31\x41\x59\x26\x53\x59" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// zstdWindow is how much of its past a zstd stream may refer to, as zstd itself
// allows without being asked for more (zstd.1, --memory).
const zstdWindow = 128 << 20

// skippable tells whether zstd begins with a frame that holds no data (RFC
// 8878, section 3.1.2).
func skippable(head []byte) bool {
	return len(head) >= 4 && head[0]&0xf0 == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18
}

// gunzip reads gzip and takes zeros behind it for its end, as gzip(1) does:
// tapes and some tools fill up their last block.
type gunzip struct {
	z    *gzip.Reader
	from *bufio.Reader
	end  bool
}

func newGunzip(b *bufio.Reader) (*gunzip, error) {
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gunzip{z: z, from: b}, nil
}

func (g *gunzip) Close() error { return g.z.Close() }

func (g *gunzip) Read(p []byte) (int, error) {
	if g.end {
		return 0, io.EOF
	}
	n, err := g.z.Read(p)
	if err != io.EOF {
		return n, err
	}
	if err = g.next(); err == io.EOF {
		g.end = true
	}
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// next begins the next member; io.EOF where there is none.
func (g *gunzip) next() error {
	head, err := g.from.Peek(1)
	if err != nil {
		return err
	}
	if head[0] != 0 {
		if err := g.z.Reset(g.from); err != nil {
			return err
		}
		g.z.Multistream(false)
		return nil
	}
	for {
		c, err := g.from.ReadByte()
		if err != nil {
			return err
		}
		if c != 0 {
			return gzip.ErrHeader
		}
	}
}

// Compressed tells how a blob is compressed, by its first bytes.
func Compressed(b *vfs.Blob) Compression {
	head := make([]byte, headSize)
	n, _ := b.ReadAt(head, 0) // what cannot be read fails again when it is used
	return compressed(head[:n])
}

func compressed(head []byte) Compression {
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		return Gzip
	case bytes.HasPrefix(head, zstdMagic), skippable(head):
		return Zstd
	case bzipped(head), bytes.HasPrefix(head, xzMagic):
		return other
	}
	return Uncompressed
}

// other is a compression that archives come in, but no layer.
const other Compression = "other"

// Stored reports whether layers are stored so in registries.
func (c Compression) Stored() bool { return c != other }

// Decompress reads a blob whatever it is compressed with: gzip, also with zeros
// behind it, zstd, xz or bzip2, or not at all.
func Decompress(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		return newGunzip(b)
	case bzipped(head):
		return io.NopCloser(bzip2.NewReader(b)), nil
	case bytes.HasPrefix(head, xzMagic):
		x, err := xz.NewReader(b)
		if err != nil {
			return nil, err
		}
		return io.NopCloser(x), nil
	case bytes.HasPrefix(head, zstdMagic), skippable(head):
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(b), nil
}

// Unpack returns what a blob holds: itself where it is not compressed, else a
// copy in memory, in which a constant run of bytes takes no room. It fails with
// a *BombError where the rest takes far more than any layer does. ctx cancels it.
func Unpack(ctx context.Context, b *vfs.Blob) (*vfs.Blob, error) {
	if Compressed(b) == Uncompressed {
		return b, nil
	}
	r, err := Decompress(b.Reader())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	limit := most + ratio*b.Size()
	out, err := hold(ctx, r, limit)
	var full *BombError
	if errors.As(err, &full) {
		full.Stored = b.Size()
	}
	return out, err
}

// What is unpacked in memory may take most bytes and ratio times its compressed
// size: gzip can shrink bytes to a thousandth, but text only to a tenth or so.
const (
	most  = 64 << 20
	ratio = 100
)

// BombError reports compressed data that grows beyond all measure.
type BombError struct {
	Stored int64 // bytes, compressed
	Limit  int64 // bytes that were read of it
}

func (e *BombError) Error() string { return e.Message().Text }

// Message is what is said of it.
func (e *BombError) Message() message.Message { return saysBomb.With(e.Stored, e.Limit) }

var saysBomb = message.New("layer.bomb", "%s compressed bytes hold more than %s: such an archive is made to fill a disk, and is not taken")

// held is bytes in memory, in chunks of which one that repeats a byte is only
// that byte.
type held struct {
	chunks []chunk
	size   int64
}

type chunk struct {
	bytes []byte // nil where it repeats fill
	fill  byte
}

const chunkSize = 64 << 10

// hold reads all of r, and not more than limit bytes that are no repetition.
func hold(ctx context.Context, r io.Reader, limit int64) (*vfs.Blob, error) {
	h := &held{}
	var taken int64
	buf := make([]byte, chunkSize)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			c := chunk{fill: buf[0]}
			if !repeats(buf[:n]) {
				if taken += int64(n); taken > limit {
					return nil, &BombError{Limit: h.size}
				}
				c.bytes = bytes.Clone(buf[:n])
			}
			h.chunks = append(h.chunks, c)
			h.size += int64(n)
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			// A reader that ends too early gives the same: it is asked again.
			if _, err := r.Read(buf[:1]); err != nil && err != io.EOF {
				return nil, err
			}
			return vfs.Section(h, 0, h.size), nil
		default:
			return nil, err
		}
	}
}

func repeats(b []byte) bool { return len(b) > 0 && bytes.Equal(b[1:], b[:len(b)-1]) }

// ReadAt reads as io.ReaderAt does.
func (h *held) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if off >= h.size {
			return n, io.EOF
		}
		c := h.chunks[off/chunkSize]
		at := off % chunkSize
		part := p[n:min(int64(len(p)), int64(n)+min(chunkSize-at, h.size-off))]
		if c.bytes != nil {
			copy(part, c.bytes[at:])
		} else {
			for i := range part {
				part[i] = c.fill
			}
		}
		n, off = n+len(part), off+int64(len(part))
	}
	return n, nil
}
