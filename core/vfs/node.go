package vfs

import (
	"io/fs"
	"iter"
	"maps"
	"sync"
)

// Kind is the type of an inode.
type Kind byte

// The kinds of inodes.
const (
	File Kind = iota
	Dir
	Symlink
	CharDevice
	BlockDevice
	Fifo
	Socket
)

// Meta is what an inode carries besides content and children.
type Meta struct {
	Kind     Kind
	Mode     uint32 // permission, setuid, setgid and sticky bits: 07777
	UID, GID int
	// MTime is in nanoseconds since the Unix epoch, which reach from 1677 to
	// 2262. For a time outside, it is the nearest of them, and Far is the time in
	// seconds; Far is otherwise 0.
	MTime  int64
	Far    int64
	Target string // of a symbolic link
	Major  uint32 // of a device
	Minor  uint32
	// Xattrs are the extended attributes by full name, such as
	// "security.capability". The map is shared between trees: replace it,
	// never change it.
	Xattrs map[string]string
}

// Node is one inode of a Tree. Nodes are immutable and shared between trees;
// equal pointers mean equal subtrees.
type Node struct {
	Meta
	ino uint64
	// linked is set once an inode has been given a second name and stays set.
	linked bool
	// merged is set on a directory once an edit has changed what an earlier one
	// made: it is in several layers then.
	merged bool
	// moved is set when a directory is renamed and stays set.
	moved bool
	// mount is set on what Graft has put over something else.
	mount   bool
	content *Blob
	dir     *entry
	// later makes the entries of a directory that nobody has looked into yet;
	// dir is nil then.
	later func() *entry
}

// Ino identifies the inode: two names with the same Ino in one Tree are hard
// links of each other.
func (n *Node) Ino() uint64 { return n.ino }

// Linked reports whether the inode has, or once had, more than one name.
func (n *Node) Linked() bool { return n.linked }

// Merged reports whether n is a directory that an edit has made and a later one
// changed, or something below it: overlayfs then merges the directories of
// several layers.
func (n *Node) Merged() bool { return n.merged }

// Moved reports whether the inode is a directory that was renamed.
func (n *Node) Moved() bool { return n.moved }

// SameNames reports whether two directories hold the same nodes by the same
// names, as far as that can be seen at a glance: false may mean either.
func SameNames(a, b *Node) bool { return a.entries() == b.entries() }

// IsDir reports whether n is a directory.
func (n *Node) IsDir() bool { return n.Kind == Dir }

// Blob returns the content of a regular file, never nil for one.
func (n *Node) Blob() *Blob { return n.content }

// Size returns st_size: the length of a file's content or of a link's target,
// in bytes; 0 for everything else.
func (n *Node) Size() int64 {
	switch n.Kind {
	case File:
		return n.content.size
	case Symlink:
		return int64(len(n.Target))
	}
	return 0
}

// Child returns the directory entry called name, or nil.
func (n *Node) Child(name string) *Node { return n.entries().get(name) }

// Len returns the number of entries of a directory.
func (n *Node) Len() int { return n.entries().len() }

// Children yields the entries of a directory sorted bytewise by name.
func (n *Node) Children() iter.Seq2[string, *Node] {
	return func(yield func(string, *Node) bool) { n.entries().all(yield) }
}

// Total sums a subtree: the number of names that are not directories and the
// bytes of the regular files, hard links counted once a name. What is below a
// Lazy directory is left out.
func (n *Node) Total() (files int, bytes int64) {
	t := n.total()
	return t.files, t.bytes
}

// Lazy returns a directory whose entries are those that list adds, which is
// called once, when somebody first looks. ino must be in no tree that the
// directory is put into, and so must the numbers below it. Several names of one
// inode below it are told as one each.
func Lazy(m Meta, ino uint64, list func(add func(name string, n *Node))) *Node {
	return &Node{Meta: m, ino: ino, later: sync.OnceValue(func() (e *entry) {
		list(func(name string, n *Node) { e = e.put(name, n) })
		return e
	})}
}

// Make returns an inode of its own, to be an entry of a Lazy directory: a
// regular file with the given content (nil: empty), a link, a device, or an
// empty directory. Its time is that of m.
func Make(m Meta, ino uint64, content *Blob) *Node {
	if m.Kind == File && content == nil {
		content = Bytes(nil)
	}
	return &Node{Meta: m, ino: ino, content: content}
}

// Numbered returns the inode with another number, which must be in no tree that
// it is put into.
func (n *Node) Numbered(ino uint64) *Node {
	c := *n
	c.ino = ino
	return &c
}

func (n *Node) entries() *entry {
	if n.later != nil {
		return n.later()
	}
	return n.dir
}

// hold gives a copy of a directory its entries.
func (n *Node) hold(e *entry) { n.dir, n.later = e, nil }

// FileMode returns the kind and bits as io/fs has them.
func (m *Meta) FileMode() fs.FileMode {
	f := fs.FileMode(m.Mode & 0o777)
	if m.Mode&0o4000 != 0 {
		f |= fs.ModeSetuid
	}
	if m.Mode&0o2000 != 0 {
		f |= fs.ModeSetgid
	}
	if m.Mode&0o1000 != 0 {
		f |= fs.ModeSticky
	}
	switch m.Kind {
	case Dir:
		f |= fs.ModeDir
	case Symlink:
		f |= fs.ModeSymlink
	case CharDevice:
		f |= fs.ModeDevice | fs.ModeCharDevice
	case BlockDevice:
		f |= fs.ModeDevice
	case Fifo:
		f |= fs.ModeNamedPipe
	case Socket:
		f |= fs.ModeSocket
	}
	return f
}

// ModeBits returns the 07777 bits of an io/fs mode.
func ModeBits(f fs.FileMode) uint32 {
	m := uint32(f.Perm())
	if f&fs.ModeSetuid != 0 {
		m |= 0o4000
	}
	if f&fs.ModeSetgid != 0 {
		m |= 0o2000
	}
	if f&fs.ModeSticky != 0 {
		m |= 0o1000
	}
	return m
}

// WithXattr returns m with one extended attribute set, or removed where value
// is empty.
func (m Meta) WithXattr(name, value string) Meta {
	x := maps.Clone(m.Xattrs)
	if value == "" {
		delete(x, name)
	} else {
		if x == nil {
			x = map[string]string{}
		}
		x[name] = value
	}
	m.Xattrs = x
	return m
}
