package layer

import (
	"maps"
	"path"

	"layerlab.dev/core/vfs"
)

// Upper lists what the upper directory of an overlayfs mount holds after an
// edit of lower became upper, in the order of a layer: every name's own
// directory first, the names of a directory sorted bytewise. What was copied up
// is there whether it changed or not, and so is every directory above it. A
// removed name stands there as overlayfs keeps it, once, however much was below
// it. upper must come from an edit of lower.
//
// mounted tells which paths were mount points while the edit was made: what is
// there, and below, belongs to other file systems. It may be nil.
func Upper(lower, upper vfs.Tree, mounted func(path string) bool) []Change {
	u := upperLister{mounted: mounted, names: map[uint64]string{}}
	u.dir("/", lower.Root(), upper.Root())
	return u.out
}

type upperLister struct {
	mounted func(path string) bool
	out     []Change
	names   map[uint64]string // the first name written of an inode
}

// dir lists the names of a directory. lower is nil where nothing of a lower
// tree shows through it.
func (u *upperLister) dir(p string, lower, upper *vfs.Node) {
	vfs.Changed(lower, upper, func(name string, l, n *vfs.Node) bool {
		at := path.Join(p, name)
		if u.mounted != nil && u.mounted(at) {
			return true
		}
		switch {
		case n == nil:
			u.out = append(u.out, Change{Path: at, Kind: Removed, Lower: l, Time: upper.MTime})
		case n.IsDir():
			merged := l != nil && l.IsDir() && l.Ino() == n.Ino()
			c := Change{Path: at, Kind: Modified, Node: n, Lower: l}
			switch {
			case l == nil:
				c.Kind = Added
			case merged && sameMeta(l, n):
				c.Kind = Parent
			}
			if !merged {
				// Made where the lower tree has the name, or moved into a
				// directory that is merged: fs/overlayfs/dir.c sets the mark.
				c.Opaque = lower != nil && (l != nil || n.Moved())
				l = nil
			}
			before := len(u.out)
			u.out = append(u.out, c)
			u.dir(at, l, n)
			if c.Kind == Parent && len(u.out) == before+1 && !vfs.SameNames(l, n) {
				// Something was mounted below and is gone again: nothing
				// happened to the directory itself.
				u.out = u.out[:before]
			}
		default:
			c := Change{Path: at, Kind: Modified, Node: n, Lower: l}
			if l == nil {
				c.Kind = Added
			}
			if n.Linked() {
				if first, ok := u.names[n.Ino()]; ok {
					c.LinkTo = first
				} else {
					u.names[n.Ino()] = at
				}
			}
			u.out = append(u.out, c)
		}
		return true
	})
}

func sameMeta(a, b *vfs.Node) bool {
	return a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID && a.MTime == b.MTime && maps.Equal(a.Xattrs, b.Xattrs)
}
