package vfs

import (
	"bytes"
	_ "crypto/sha256" // for digests
	"io"
	"sync"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/message"
)

// Blob is the content of a regular file: a size and a way to read it at any
// offset. It is immutable and may be read from several goroutines at once.
// Its digest is computed at most once.
type Blob struct {
	src  io.ReaderAt
	size int64

	mu  sync.Mutex
	sum digest.Digest
}

var empty = &Blob{src: bytes.NewReader(nil)}

// Bytes returns a Blob over b, which must not be changed afterwards.
func Bytes(b []byte) *Blob {
	if len(b) == 0 {
		return empty
	}
	return &Blob{src: bytes.NewReader(b), size: int64(len(b))}
}

// String returns a Blob over the bytes of s.
func String(s string) *Blob { return Bytes([]byte(s)) }

// Section returns a Blob over n bytes of r from offset off, such as a member
// of an archive that stays where it is. r must not change afterwards.
func Section(r io.ReaderAt, off, n int64) *Blob {
	return &Blob{src: io.NewSectionReader(r, off, n), size: n}
}

// Zeros returns a Blob of n zero bytes that takes no memory.
func Zeros(n int64) *Blob { return &Blob{src: zeros{}, size: n} }

// IsZeros reports whether b was made by Zeros.
func IsZeros(b *Blob) bool { _, ok := b.src.(zeros); return ok }

// Random returns a Blob of n incompressible bytes that are the same for the
// same seed on every machine and take no memory.
func Random(n int64, seed uint64) *Blob { return &Blob{src: random(seed), size: n} }

// Absent returns a Blob of which only size and digest are known, as for a file
// of a base image described by facts alone. Reading it gives an AbsentError.
func Absent(n int64, sum digest.Digest) *Blob {
	return &Blob{src: absent{sum}, size: n, sum: sum}
}

// AbsentError reports an attempt to read content that is described by its
// digest only.
type AbsentError struct{ Digest digest.Digest }

func (e *AbsentError) Error() string { return e.Message().Text }

// Message is what is said of it.
func (e *AbsentError) Message() message.Message { return saysAbsent.With(e.Digest) }

var saysAbsent = message.New("vfs.absent", "content %s is not here: only its size and digest are known; import the image to have its bytes")

// Size returns the length in bytes.
func (b *Blob) Size() int64 { return b.size }

// Absent reports whether the bytes are missing.
func (b *Blob) Absent() bool { _, ok := b.src.(absent); return ok }

// ReadAt reads as io.ReaderAt does.
func (b *Blob) ReadAt(p []byte, off int64) (int, error) {
	if off >= b.size {
		return 0, io.EOF
	}
	short := false
	if int64(len(p)) > b.size-off {
		p, short = p[:b.size-off], true
	}
	n, err := b.src.ReadAt(p, off)
	if err == io.EOF && n == len(p) {
		err = nil
	}
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}

// Reader returns a new reader over the whole content.
func (b *Blob) Reader() *io.SectionReader { return io.NewSectionReader(b, 0, b.size) }

// Bytes returns a copy of the whole content.
func (b *Blob) Bytes() ([]byte, error) {
	p := make([]byte, b.size)
	if _, err := io.ReadFull(b.Reader(), p); err != nil {
		return nil, err
	}
	return p, nil
}

// Digest returns the sha256 digest of the content.
func (b *Blob) Digest() (digest.Digest, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sum == "" {
		d, err := digest.SHA256.FromReader(b.Reader())
		if err != nil {
			return "", err
		}
		b.sum = d
	}
	return b.sum, nil
}

// Equal reports whether two blobs hold the same bytes.
func (b *Blob) Equal(o *Blob) (bool, error) {
	if b == o {
		return true, nil
	}
	if b.size != o.size {
		return false, nil
	}
	x, err := b.Digest()
	if err != nil {
		return false, err
	}
	y, err := o.Digest()
	return x == y, err
}

type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }

type random uint64

// ReadAt derives each 8-byte word from its index by SplitMix64, so that any
// offset can be read without what comes before.
func (r random) ReadAt(p []byte, off int64) (int, error) {
	for n := 0; n < len(p); {
		word := uint64(off) / 8
		v := uint64(r) + (word+1)*0x9e3779b97f4a7c15
		v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
		v = (v ^ v>>27) * 0x94d049bb133111eb
		v ^= v >> 31
		for i := uint64(off) % 8; i < 8 && n < len(p); i++ {
			p[n] = byte(v >> (8 * i))
			n++
			off++
		}
	}
	return len(p), nil
}

type absent struct{ sum digest.Digest }

func (a absent) ReadAt([]byte, int64) (int, error) { return 0, &AbsentError{a.sum} }
