package applet

import (
	"bytes"
	stdbzip2 "compress/bzip2"
	"compress/gzip"
	"errors"
	"io"
	"strings"

	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"layerlab.dev/core/shell/bzip2"
	"layerlab.dev/core/shell/deflate"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/unxz"
	"layerlab.dev/core/vfs"
)

// codec is a way to compress files.
type codec struct {
	tool  string // the program named after it
	ext   string
	magic string
	// read returns what could be read before an error.
	read func([]byte) ([]byte, error)
	// encode makes the bytes that the image's program makes; nil: it cannot.
	encode func(*proc.Proc, []byte) []byte
}

const (
	gzipMagic  = "\x1f\x8b"
	bzip2Magic = "BZ"
)

var (
	gzipCodec  = &codec{"gzip", "gz", gzipMagic, gunzipBytes, gzipBytes}
	bzip2Codec = &codec{"bzip2", "bz2", bzip2Magic, bunzip2Bytes, bzip2Bytes}
	xzCodec    = &codec{"xz", "xz", unxz.Magic, unxzBytes, nil}
	lzmaCodec  = &codec{"lzma", "lzma", "", unlzmaBytes, nil}
)

// codecOf tells by its first bytes how data is compressed; nil: it is not, or
// in a way that has no magic number.
func codecOf(data []byte) *codec {
	for _, c := range []*codec{gzipCodec, bzip2Codec, xzCodec} {
		if bytes.HasPrefix(data, []byte(c.magic)) {
			return c
		}
	}
	return nil
}

// start is the beginning of b, enough for a magic number.
func start(b *vfs.Blob) []byte {
	buf := make([]byte, 8)
	n, _ := b.ReadAt(buf, 0)
	return buf[:n]
}

// decode is read for a command, which ends where the image's program would read
// what cannot be read here.
func (c *codec) decode(p *proc.Proc, data []byte) ([]byte, error) {
	if c == xzCodec && unxz.Filtered(data) {
		p.Machine().Abort(&proc.UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
			Reason: whyFilter.With(), Advice: insteadFilter.With()})
	}
	return c.read(data)
}

// unpacked is b as it is, or uncompressed where it says how.
func unpacked(p *proc.Proc, b *vfs.Blob) (*vfs.Blob, error) {
	c := codecOf(start(b))
	if c == nil {
		return b, nil
	}
	data, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	out, err := c.decode(p, data)
	if err == errTrailing {
		err = nil
	}
	return vfs.Bytes(out), err
}

var (
	errMagic    = errors.New("invalid magic")
	errTrailing = errors.New("trailing garbage")
)

func gunzipBytes(data []byte) ([]byte, error) {
	r := bytes.NewReader(data)
	if !bytes.HasPrefix(data, []byte(gzipMagic)) {
		return nil, errMagic
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for {
		z.Multistream(false)
		if _, err := out.ReadFrom(z); err != nil {
			return out.Bytes(), err
		}
		rest := data[len(data)-r.Len():]
		if len(bytes.TrimLeft(rest, "\x00")) == 0 {
			return out.Bytes(), nil
		}
		if !bytes.HasPrefix(rest, []byte(gzipMagic)) {
			return out.Bytes(), errTrailing
		}
		if err := z.Reset(r); err != nil {
			return out.Bytes(), err
		}
	}
}

func gzipBytes(p *proc.Proc, data []byte) []byte {
	p.Steps(int64(len(data)) >> 8)
	if p.Plain || p.GNU {
		return deflate.Gzip(data, deflate.Big)
	}
	return deflate.Gzip(data, deflate.Small)
}

func bunzip2Bytes(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte(bzip2Magic)) {
		return nil, errMagic
	}
	out, err := io.ReadAll(stdbzip2.NewReader(bytes.NewReader(data)))
	if err == stdbzip2.StructuralError("bad magic value in continuation file") {
		err = errTrailing
	}
	return out, err
}

func bzip2Bytes(p *proc.Proc, data []byte) []byte {
	p.Steps(int64(len(data)) >> 6)
	return bzip2.Compress(data)
}

func unxzBytes(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte(unxz.Magic)) {
		return nil, errMagic
	}
	z, err := xz.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func unlzmaBytes(data []byte) ([]byte, error) {
	if len(data) < lzma.HeaderLen || data[0] >= 9*5*5 {
		return nil, errMagic
	}
	z, err := lzma.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
