package build

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/shell/unxz"
	"layerlab.dev/core/vfs"
)

// unpack extracts the archive at src into the directory dest and reports true;
// where src is no tar, plain or compressed, it reports false and does nothing
// (solver/llbsolver/file/unpack.go, moby/go-archive Unpack). An xz stream that
// only the real xz can read is refused, since nobody knows whether it is one.
func (d *dispatcher) unpack(e *vfs.Editor, t vfs.Tree, src, dest string, who *owner, bottom bool) (bool, error) {
	at, err := t.RootPath(src)
	if err != nil {
		return false, err
	}
	n, err := t.Lstat(at)
	if err != nil || n.Kind != vfs.File {
		return false, nil
	}
	r, err := decompressed(n.Blob())
	if err != nil || r == nil {
		return false, err
	}
	if filtered(n.Blob()) {
		return false, refuse(adviseFilter.With(), saysFilter.Error())
	}
	if _, err := tar.NewReader(r).Next(); err != nil {
		return false, nil
	}
	if r, err = decompressed(n.Blob()); err != nil {
		return false, err
	}
	dir, err := e.Tree().RootPath(dest)
	if err != nil {
		return false, err
	}
	o := owner{-1, -1}
	if who != nil {
		o = *who
	}
	if _, err := e.MkdirAll(dir, 0o755, o.uid, o.gid); err != nil {
		return false, err
	}
	entries, err := layer.ReadTar(r)
	if err != nil {
		return false, err
	}
	u := unpacker{e: e, owner: who, bottom: bottom}
	return true, e.Chroot(dir, func() error {
		for _, x := range entries {
			if err := d.ctx.Err(); err != nil {
				return err
			}
			if err := u.entry(x); err != nil {
				return fmt.Errorf("unpack %s: %w", x.Name, err)
			}
		}
		return u.finish()
	})
}

// decompressed is the content as a tar reader wants it; nil where it is
// certainly none.
func decompressed(b *vfs.Blob) (io.Reader, error) {
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
	case isZstd(head):
		z, err := zstd.NewReader(b.Reader(), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, nil
		}
		return z.IOReadCloser(), nil
	}
	return b.Reader(), nil
}

// isZstd tells whether a file begins with a frame of zstd, one to be skipped
// among them (moby/go-archive compression.Detect).
func isZstd(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
		return true
	}
	return len(head) >= 8 && binary.LittleEndian.Uint32(head)&^0xf == 0x184d2a50
}

// filtered tells whether the content is an xz stream that cannot be read here.
func filtered(b *vfs.Blob) bool {
	head := make([]byte, unxz.HeadSize)
	n, _ := b.ReadAt(head, 0) // what cannot be read is no archive
	return unxz.Filtered(head[:n])
}

// unpacker extracts archive members below the root of its editor.
type unpacker struct {
	e     *vfs.Editor
	owner *owner
	dirs  []layer.Entry
	// bottom says that nothing is below the layer, so that it is no overlay.
	bottom bool
}

func (u *unpacker) entry(x layer.Entry) error {
	// The destination is the root, above which ".." stays.
	p := path.Join("/", x.Name)
	// Implied directories belong to root whatever --chown says.
	if _, err := u.e.Tree().Lstat(path.Dir(p)); err != nil {
		if _, err := u.e.MkdirAll(path.Dir(p), 0o755, 0, 0); err != nil {
			return err
		}
	}
	if n, err := u.e.Tree().Lstat(p); err == nil {
		if path.Clean(x.Name) == "." {
			return nil
		}
		if p == "/" && x.Type != tar.TypeDir {
			return errors.New("unlinkat /: device or resource busy")
		}
		if !n.IsDir() || x.Type != tar.TypeDir {
			if err := u.e.RemoveAll(p); err != nil {
				return err
			}
		}
	}
	x.UID, x.GID = wrapID(x.UID), wrapID(x.GID)
	if u.owner != nil {
		x.UID, x.GID = u.owner.uid, u.owner.gid
	}
	switch x.Type {
	case tar.TypeLink:
		return u.link(x, p)
	case tar.TypeReg, tar.TypeDir, tar.TypeSymlink, tar.TypeBlock, tar.TypeChar, tar.TypeFifo:
	default:
		return fmt.Errorf("unhandled tar header type %d", x.Type)
	}
	m, err := x.Meta()
	if err != nil {
		return err
	}
	if m.Kind == vfs.CharDevice && m.Major|m.Minor == 0 {
		// Such a device marks a removed name: overlayfs refuses it, and without
		// overlayfs the differ takes it for a mark.
		if u.bottom {
			return nil
		}
		return lower{vfs.EPERM}
	}
	o := owner{x.UID, x.GID}.over(0, 0)
	m.UID, m.GID = o.uid, o.gid
	if m.Kind == vfs.Dir {
		u.dirs = append(u.dirs, x)
		if n, err := u.e.Tree().Lstat(p); err == nil && n.IsDir() {
			for k, v := range n.Xattrs {
				if _, ok := m.Xattrs[k]; !ok {
					m = m.WithXattr(k, v)
				}
			}
			o = owner{x.UID, x.GID}.over(n.UID, n.GID)
			m.UID, m.GID = o.uid, o.gid
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
	o := owner{x.UID, x.GID}.over(m.UID, m.GID)
	m.UID, m.GID = o.uid, o.gid
	if m.Kind != vfs.Symlink {
		m.Mode, m.MTime = uint32(x.Mode&0o7777), x.Time()
	}
	return u.e.SetMeta(p, m)
}

// finish gives the directories their times, at the end, because making files in
// them changes these. What has taken the place of one gets its time, behind a
// link too.
func (u *unpacker) finish() error {
	for _, x := range u.dirs {
		p := path.Join("/", x.Name)
		if err := u.e.Chtimes(p, x.Time()); err != nil {
			return fmt.Errorf("chtimes %s: %w", p, reason(err))
		}
	}
	return nil
}
