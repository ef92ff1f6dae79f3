package archive

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"layerlab.dev/core/account"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/shell/unxz"
	"layerlab.dev/core/vfs"
)

// Open gives the content as a tar reader wants it, whatever it is compressed
// with; nil where it is certainly no archive.
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
	case Zstd(head):
		z, err := zstd.NewReader(b.Reader(), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, nil
		}
		return z.IOReadCloser(), nil
	}
	return b.Reader(), nil
}

// Zstd tells whether a file that begins with head has a frame of zstd there, one to be skipped
// among them (moby/go-archive compression.Detect).
func Zstd(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
		return true
	}
	return len(head) >= 8 && binary.LittleEndian.Uint32(head)&^0xf == 0x184d2a50
}

// Filtered tells whether the content is an xz stream that cannot be read here.
func Filtered(b *vfs.Blob) bool {
	head := make([]byte, unxz.HeadSize)
	n, _ := b.ReadAt(head, 0) // what cannot be read is no archive
	return unxz.Filtered(head[:n])
}

// Owner is a user and a group by number; account.Unchanged leaves what is
// there.
type Owner struct{ UID, GID int }

// Over is the owner that chown leaves where uid:gid was.
func (o Owner) Over(uid, gid int) Owner {
	if o.UID == account.Unchanged {
		o.UID = uid
	}
	if o.GID == account.Unchanged {
		o.GID = gid
	}
	return o
}

// Extraction is how an archive is extracted.
type Extraction struct {
	// Owner takes everything; nil: as the archive says.
	Owner *Owner
	// Bottom says that nothing is below the layer, so that it is no overlay.
	Bottom bool
}

// Extract extracts an archive into the root of e as ADD does: a member replaces
// what is at its path, but a directory that is there stays and takes the
// member's metadata (moby/go-archive Unpack, before it docker's pkg/archive).
// Whiteouts are files like others. ctx cancels it.
func (x Extraction) Extract(ctx context.Context, e *vfs.Editor, entries []layer.Entry) error {
	u := unpacker{e: e, owner: x.Owner, bottom: x.Bottom}
	for _, m := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := u.entry(m); err != nil {
			return fmt.Errorf("unpack %s: %w", m.Name, err)
		}
	}
	return u.finish()
}

// unpacker extracts archive members below the root of its editor.
type unpacker struct {
	e     *vfs.Editor
	owner *Owner
	dirs  []layer.Entry
	// bottom says that nothing is below the layer, so that it is no overlay.
	bottom bool
}

func (u *unpacker) entry(x layer.Entry) error {
	// The destination is the root, above which ".." stays.
	p := path.Join("/", x.Name)
	// Implied directories belong to root whatever --chown says.
	if _, err := u.e.Tree().Lstat(path.Dir(p)); err != nil {
		if err := u.implied(path.Dir(p)); err != nil {
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
	x.UID, x.GID = account.WrapID(x.UID), account.WrapID(x.GID)
	if u.owner != nil {
		x.UID, x.GID = u.owner.UID, u.owner.GID
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
		return vfs.Reason(vfs.EPERM)
	}
	group := 0
	if up, err := u.e.Tree().Stat(path.Dir(p)); err == nil && up.Mode&0o2000 != 0 {
		group = up.GID
	}
	o := Owner{x.UID, x.GID}.Over(0, group)
	m.UID, m.GID = o.UID, o.GID
	if m.Kind == vfs.Dir {
		u.dirs = append(u.dirs, x)
		if n, err := u.e.Tree().Lstat(p); err == nil && n.IsDir() {
			for k, v := range n.Xattrs {
				if _, ok := m.Xattrs[k]; !ok {
					m = m.WithXattr(k, v)
				}
			}
			o = Owner{x.UID, x.GID}.Over(n.UID, n.GID)
			m.UID, m.GID = o.UID, o.GID
			return u.e.SetMeta(p, m)
		}
	}
	return u.e.Place(p, m, x.Content)
}

// implied makes the directories that no member tells of, as mkdir -p does: a
// link to nothing is in the way.
func (u *unpacker) implied(dir string) error {
	for i := 1; i <= len(dir); i++ {
		if i < len(dir) && dir[i] != '/' {
			continue
		}
		p := dir[:i]
		if _, err := u.e.Tree().Stat(p); err == nil {
			continue
		}
		if _, err := u.e.Tree().Lstat(p); err == nil {
			return fmt.Errorf("mkdir %s: %w", p, vfs.Reason(vfs.EEXIST))
		}
		if _, err := u.e.MkdirAll(p, 0o755, 0, 0); err != nil {
			return err
		}
	}
	return nil
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
	o := Owner{x.UID, x.GID}.Over(m.UID, m.GID)
	m.UID, m.GID = o.UID, o.GID
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
			return fmt.Errorf("chtimes %s: %w", p, vfs.Reason(err))
		}
	}
	return nil
}
