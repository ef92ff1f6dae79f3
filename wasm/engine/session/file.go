package session

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/wire"
)

// Bounds of what a look at a file gives, in bytes.
const (
	defaultLook = 64 << 10
	maxLook     = 4 << 20
	// digestLook is the size up to which looking computes a digest that nobody
	// has needed so far.
	digestLook = 16 << 20
)

// file answers a FileQuery.
func (s *Session) file(q wire.FileQuery) (wire.FileContent, error) {
	st, err := s.step(q.Step)
	if err != nil {
		return wire.FileContent{}, err
	}
	n, err := st.after.Lstat(q.Path)
	if err != nil {
		return wire.FileContent{}, err
	}
	c := wire.FileContent{Size: n.Size()}
	if n.Kind != vfs.File {
		c.Absent = toPage(saysNoFile.With(typeName(n)))
		if n.Kind == vfs.Symlink {
			c.Absent = toPage(saysLink.With(n.Target))
		}
		return c, nil
	}
	b := n.Blob()
	if b.Absent() || b.Size() <= digestLook {
		d, err := b.Digest()
		if err != nil {
			return c, fmt.Errorf("%s: %w", q.Path, err)
		}
		c.Digest = string(d)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLook
	}
	limit = min(limit, maxLook, b.Size())
	head := make([]byte, limit)
	if _, err := b.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		var absent *vfs.AbsentError
		if errors.As(err, &absent) {
			c.Absent = toPage(saysDigestOnly.With())
			return c, nil
		}
		return c, fmt.Errorf("%s: %w", q.Path, err)
	}
	c.Cut = limit < b.Size()
	if text, ok := asText(head, c.Cut); ok {
		c.Text = text
	} else {
		c.Base64 = base64.StdEncoding.EncodeToString(head)
	}
	return c, nil
}

// asText tells whether bytes are UTF-8 text without NUL. Where the bytes are
// cut off, a rune cut in two at the end is left out.
func asText(b []byte, cut bool) (string, bool) {
	if cut {
		for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
			if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
				if !utf8.FullRune(tail) {
					b = b[:len(b)-i]
				}
				break
			}
		}
	}
	for _, c := range b {
		if c == 0 {
			return "", false
		}
	}
	return string(b), utf8.Valid(b)
}
