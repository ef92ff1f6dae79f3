package image

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"sync"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// told makes a layer of its entries. Facts do not say which program wrote the
// tar: the usual ones are tried, and the one whose bytes have the DiffID is it.
// Without it, or without some contents, the layer can only be looked at.
func told(entries []layer.Entry, diffID digest.Digest, size int64, blob layer.Blob) *layer.Layer {
	for _, e := range entries {
		if e.Content != nil && e.Content.Absent() {
			return layer.Existing(entries, diffID, size, blob)
		}
	}
	var b bytes.Buffer
	if err := layer.WriteTar(&b, entries); err != nil {
		return layer.Existing(entries, diffID, size, blob)
	}
	for _, writer := range []func([]byte) []byte{asGo, asPython} {
		if raw := writer(b.Bytes()); digest.FromBytes(raw) == diffID {
			if blob.Content == nil {
				blob.Content = packed(raw, blob)
			}
			return layer.Whole(entries, diffID, vfs.Bytes(raw), blob)
		}
	}
	return layer.Existing(entries, diffID, size, blob)
}

func asGo(tar []byte) []byte { return tar }

// Places in the header of a ustar member.
const (
	block       = 512
	sizeAt      = 124
	checksumAt  = 148
	typeAt      = 156
	deviceAt    = 329
	deviceEnd   = 345
	pythonAlign = 20 * block
)

// asPython turns Go's ustar into that of Python's tarfile: no device numbers in
// headers of what is no device, and whole records of 20 blocks.
func asPython(tar []byte) []byte {
	out := bytes.Clone(tar)
	for at := 0; at+block <= len(out) && out[at] != 0; {
		h := out[at : at+block]
		if t := h[typeAt]; t != '3' && t != '4' {
			clear(h[deviceAt:deviceEnd])
			copy(h[checksumAt:checksumAt+8], "        ")
			sum := 0
			for _, c := range h {
				sum += int(c)
			}
			copy(h[checksumAt:], fmt.Sprintf("%06o\x00 ", sum))
		}
		var size int
		if _, err := fmt.Sscanf(string(bytes.TrimRight(h[sizeAt:sizeAt+12], "\x00 ")), "%o", &size); err != nil {
			return nil
		}
		at += block + (size+block-1)/block*block
	}
	if rest := len(out) % pythonAlign; rest != 0 {
		out = append(out, make([]byte, pythonAlign-rest)...)
	}
	return out
}

// packed is a layer compressed as Go does, made when somebody reads it. Where
// that is not the blob that a registry has, reading fails.
func packed(raw []byte, blob layer.Blob) *vfs.Blob {
	return vfs.Section(&lazy{make: sync.OnceValues(func() ([]byte, error) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(raw); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, err
		}
		if got := digest.FromBytes(b.Bytes()); got != blob.Digest {
			return nil, &vfs.AbsentError{Digest: blob.Digest}
		}
		return b.Bytes(), nil
	})}, 0, blob.Size)
}

type lazy struct {
	make func() ([]byte, error)
}

func (l *lazy) ReadAt(p []byte, off int64) (int, error) {
	b, err := l.make()
	if err != nil {
		return 0, err
	}
	if off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
