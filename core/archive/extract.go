package archive

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/shell/unxz"
	"layerlab.dev/core/vfs"
)

// Open gives the content as a tar reader wants it, whatever it is
// compressed with; nil where it is certainly no archive.
func Open(b *vfs.Blob) (io.Reader, error) {
	head := make([]byte, 10)
	n, err := b.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte{0x42, 0x5a, 0x68}):
		return bzip2.NewReader(b.Reader()), nil
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 0x08}):
		z, err := gzip.NewReader(b.Reader())
		if err != nil {
			return nil, nil
		}
		return z, nil
	case bytes.HasPrefix(head, []byte(unxz.Magic)):
		z, err := xz.NewReader(b.Reader())
		if err != nil {
			return nil, nil
		}
		return z, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(b.Reader(), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, nil
		}
		return z.IOReadCloser(), nil
	}
	return b.Reader(), nil
}

// Filtered tells whether the content is an xz stream that cannot be read here.
func Filtered(b *vfs.Blob) bool {
	head := make([]byte, unxz.HeadSize)
	n, _ := b.ReadAt(head, 0) // what cannot be read is no archive
	return unxz.Filtered(head[:n])
}

// Owner is a user and a group by number.
type Owner struct{ UID, GID int }

// Extract extracts an archive into the root of e as ADD does: a member replaces
// what is at its path, but a directory that is there stays and takes the
// member's metadata (moby/go-archive Unpack). With owner, everything belongs to
// it. Whiteouts are files like others. ctx cancels it.
func Extract(ctx context.Context, e *vfs.Editor, entries []layer.Entry, owner *Owner) error {
	u := unpacker{e: e, owner: owner}
	for _, x := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := u.entry(x); err != nil {
			return fmt.Errorf("unpack %s: %w", x.Name, err)
		}
	}
	return u.finish()
}

// unpacker extracts archive members below the root of its editor.
type unpacker struct {
	e     *vfs.Editor
	owner *Owner
	dirs  []layer.Entry
}

func (u *unpacker) entry(x layer.Entry) error {
	name := path.Clean(x.Name)
	if strings.HasPrefix(name, "../") || name == ".." {
		return fmt.Errorf("%q is outside of the destination", x.Name)
	}
	p := path.Join("/", name)
	// Implied directories belong to root whatever --chown says.
	if _, err := u.e.Tree().Lstat(path.Dir(p)); err != nil {
		if _, err := u.e.MkdirAll(path.Dir(p), 0o755, 0, 0); err != nil {
			return err
		}
	}
	if n, err := u.e.Tree().Lstat(p); err == nil {
		if n.IsDir() && name == "." {
			return nil
		}
		if !n.IsDir() || x.Type != tar.TypeDir {
			if err := u.e.RemoveAll(p); err != nil {
				return err
			}
		}
	}
	if u.owner != nil {
		x.UID, x.GID = u.owner.UID, u.owner.GID
	}
	if x.Type == tar.TypeLink {
		return u.link(x, p)
	}
	m, err := x.Meta()
	if err != nil {
		return err
	}
	if m.Kind == vfs.Dir {
		u.dirs = append(u.dirs, x)
		if n, err := u.e.Tree().Lstat(p); err == nil && n.IsDir() {
			for k, v := range n.Xattrs {
				if _, ok := m.Xattrs[k]; !ok {
					m = m.WithXattr(k, v)
				}
			}
			return u.e.SetMeta(p, m)
		}
	}
	return u.e.Place(p, m, x.Content)
}

// link makes a hard link; its header's metadata goes to the inode they share.
func (u *unpacker) link(x layer.Entry, p string) error {
	target := path.Join("/", x.Linkname)
	if err := u.e.Link(target, p); err != nil {
		return err
	}
	n, err := u.e.Tree().Lstat(p)
	if err != nil {
		return err
	}
	m := n.Meta
	m.UID, m.GID = x.UID, x.GID
	if m.Kind != vfs.Symlink {
		m.Mode, m.MTime = uint32(x.Mode&0o7777), max(x.MTime, 0)*1e9
	}
	return u.e.SetMeta(p, m)
}

func (u *unpacker) finish() error {
	for _, x := range u.dirs {
		p := path.Join("/", x.Name)
		err := u.e.Chtimes(p, max(x.MTime, 0)*1e9)
		if err != nil && !errors.Is(err, vfs.ENOENT) {
			return err
		}
	}
	return nil
}
