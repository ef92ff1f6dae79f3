package layer

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"

	"layerlab.dev/core/vfs"
)

// Raw writes the very bytes of which DiffID is the digest: for a layer made
// here the tar of its entries, for one made elsewhere its blob uncompressed. It
// fails with a *vfs.AbsentError where those bytes are not known. ctx cancels it.
func (l *Layer) Raw(ctx context.Context, w io.Writer) error {
	c := &counter{w: w, ctx: ctx}
	if l.fixed == nil {
		return WriteTar(c, l.entries)
	}
	r, err := l.open()
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := io.Copy(c, r); err != nil {
		return fmt.Errorf("layer %s: %w", l.diffID, err)
	}
	return nil
}

// open reads the uncompressed bytes of a layer that was made elsewhere.
func (l *Layer) open() (io.ReadCloser, error) {
	switch {
	case l.raw != nil:
		return io.NopCloser(l.raw.Reader()), nil
	case l.fixed.Content == nil:
		return nil, &vfs.AbsentError{Digest: l.diffID}
	}
	r, err := Decompress(l.fixed.Content.Reader())
	if err != nil {
		return nil, fmt.Errorf("layer %s: %w", l.diffID, err)
	}
	return r, nil
}

// Member is an entry as it stands in a layer's tar.
type Member struct {
	// Offset is where its first block begins in the uncompressed tar.
	Offset int64
	// Header is all that comes before its content: the extended headers, with
	// their data, and the header itself.
	Header []byte
}

// Member returns entry n of the layer as it stands in the tar, counted from 0
// as in Entries.
func (l *Layer) Member(ctx context.Context, n int) (Member, error) {
	if n < 0 || n >= len(l.entries) {
		return Member{}, fmt.Errorf("layer %s has no entry %d", l.diffID, n+1)
	}
	if l.fixed != nil {
		return l.readMember(ctx, n)
	}
	var m Member
	for i, e := range l.entries[:n+1] {
		var b bytes.Buffer
		if err := tar.NewWriter(&b).WriteHeader(e.Header()); err != nil {
			return m, fmt.Errorf("layer entry %s: %w", e.Name, err)
		}
		if m.Header = b.Bytes(); i < n {
			m.Offset += int64(b.Len()) + padded(e.Size)
		}
	}
	return m, ctx.Err()
}

const block = 512

func padded(n int64) int64 { return (n + block - 1) / block * block }

// readMember finds entry n in bytes that were made elsewhere, with whatever
// headers stand there.
func (l *Layer) readMember(ctx context.Context, n int) (Member, error) {
	z, err := l.open()
	if err != nil {
		return Member{}, err
	}
	defer z.Close()
	r := &recorder{r: z, ctx: ctx}
	// archive/tar reads no byte ahead: what it has read when it returns a
	// header is the header, after the padding of the content before it.
	tr := tar.NewReader(r)
	var m Member
	pad := 0
	for {
		r.kept, r.keep = nil, true
		h, err := tr.Next()
		if err != nil {
			return m, fmt.Errorf("layer %s, entry %d: %w", l.diffID, n+1, err)
		}
		m.Header = append(m.Header, r.kept[pad:]...)
		if h.Typeflag == tar.TypeXGlobalHeader {
			pad = 0
			continue // no entry; it counts as a part of the next one's header
		}
		if n--; n < 0 {
			m.Offset = r.n - int64(len(m.Header))
			return m, nil
		}
		r.keep = false
		size, err := io.Copy(io.Discard, tr)
		if err != nil {
			return m, fmt.Errorf("layer %s, entry %s: %w", l.diffID, h.Name, err)
		}
		m.Header, pad = nil, int(padded(size)-size)
	}
}

// recorder counts what is read and keeps it where that is asked for.
type recorder struct {
	r    io.Reader
	ctx  context.Context
	n    int64
	keep bool
	kept []byte
}

func (r *recorder) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	r.n += int64(n)
	if r.keep {
		r.kept = append(r.kept, p[:n]...)
	}
	return n, err
}
