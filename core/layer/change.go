package layer

import (
	"path"

	"layerlab.dev/core/vfs"
)

// Kind says what happened to a path.
type Kind byte

// The kinds of changes.
const (
	Added Kind = iota
	Modified
	Removed
	// Parent is a directory that did not change but stands in the layer
	// because something below it did.
	Parent
)

func (k Kind) String() string {
	return [...]string{"added", "modified", "removed", "parent"}[k]
}

// Change is one difference between two trees.
type Change struct {
	Path  string // canonical, such as "/srv/a"
	Kind  Kind
	Node  *vfs.Node // what is there now; nil where Removed
	Lower *vfs.Node // what was there before; nil where Added
	// LinkTo is the path of an earlier change that carries the content, where
	// this one is a further name of the same inode.
	LinkTo string
	// Time is when a name was removed or its directory changed after that, in
	// nanoseconds. Only Upper sets it.
	Time int64
	// Opaque says of a directory that overlayfs marked it so: nothing of what
	// lies below its path in the lower tree shows through. Only Upper sets it.
	Opaque bool
}

// Tally sums up what changes do.
type Tally struct {
	Added, Modified, Removed int // paths
	// AddedBytes and ModifiedBytes are together those of the layer.
	AddedBytes, ModifiedBytes int64
}

// Count sums up the changes of a layer that holds size bytes of content.
func Count(changes []Change, size int64) Tally {
	var t Tally
	for _, c := range changes {
		switch c.Kind {
		case Added:
			t.Added++
			if c.Node.Kind == vfs.File && c.LinkTo == "" {
				t.AddedBytes += c.Node.Size()
			}
		case Modified:
			t.Modified++
		case Removed:
			t.Removed++
		}
	}
	t.AddedBytes = min(t.AddedBytes, size)
	t.ModifiedBytes = size - t.AddedBytes
	return t
}

// Diff lists what must be written into a layer so that lower becomes upper, in
// the order of the layer: every directory's names sorted bytewise, each
// directory descended into at once, unchanged parents just before their first
// changed child. upper must come from an edit of lower, or lower be empty.
//
// What counts as changed follows BuildKit's overlayfs differ
// (util/overlay/overlay_linux.go): type, mode, owner, device number and file
// capabilities; for all but directories also size and mtime. Where both mtimes
// have no nanoseconds, contents are compared. A directory's mtime is not
// looked at. The error is that of reading contents.
func Diff(lower, upper vfs.Tree) ([]Change, error) {
	d := differ{upper: upper, source: map[uint64]string{}, waiting: map[uint64][]Change{}, emitted: map[string]bool{"/": true}}
	d.dir("/", lower.Root(), upper.Root(), false)
	return d.out, d.err
}

// Held is Diff for a layer that was made elsewhere: upper is lower with the
// layer extracted on it. A file that the layer holds is listed though it is the
// same as below: its bytes are there once more.
func Held(lower, upper vfs.Tree) ([]Change, error) {
	d := differ{upper: upper, source: map[uint64]string{}, waiting: map[uint64][]Change{}, emitted: map[string]bool{"/": true}, held: true}
	d.dir("/", lower.Root(), upper.Root(), false)
	return d.out, d.err
}

type differ struct {
	upper vfs.Tree
	held  bool // files that are the same count
	out   []Change
	// emitted holds the directories that are in the layer already.
	emitted map[string]bool
	// source is, by inode, the first path written of a file with several names.
	source map[uint64]string
	// waiting are unchanged further names of an inode of which no changed name
	// has been met yet; they are linked to it when it is.
	waiting map[uint64][]Change
	names   map[uint64]int
	err     error
}

// dir compares the names of two directories. fresh says that upper hides the
// lower directory altogether (overlayfs calls it opaque), which makes the
// differ walk both sides and meet unchanged files too.
func (d *differ) dir(p string, lower, upper *vfs.Node, fresh bool) {
	each := func(name string, l, u *vfs.Node) bool {
		d.compare(path.Join(p, name), l, u, fresh)
		return d.err == nil
	}
	vfs.Changed(lower, upper, each)
}

func (d *differ) compare(p string, l, u *vfs.Node, fresh bool) {
	if u == nil {
		d.emit(Change{Path: p, Kind: Removed, Lower: l})
		return
	}
	c := Change{Path: p, Kind: Added, Node: u, Lower: l}
	same := false
	if l != nil {
		c.Kind = Modified
		if d.held && !u.IsDir() {
			// Another inode is another file: the layer brought it.
		} else if same, d.err = unchanged(l, u); d.err != nil {
			return
		}
	}
	switch {
	case u.Kind == vfs.Socket:
	case !same:
		d.emit(c)
	case fresh && d.links(u) > 1:
		// ChangeWriter.HandleChange of containerd, with ChangeKindUnmodified.
		if _, ok := d.source[u.Ino()]; ok {
			d.emit(c)
		} else {
			d.waiting[u.Ino()] = append(d.waiting[u.Ino()], c)
		}
	}
	if u.IsDir() {
		if l != nil && !l.IsDir() {
			l = nil
		}
		d.dir(p, l, u, fresh || l != nil && l.Ino() != u.Ino())
	}
}

func (d *differ) emit(c Change) {
	d.parents(c.Path)
	if c.Node != nil && c.Node.Kind == vfs.Dir {
		d.emitted[c.Path] = true
	}
	if c.Node == nil || d.links(c.Node) < 2 {
		d.out = append(d.out, c)
		return
	}
	ino := c.Node.Ino()
	if first, ok := d.source[ino]; ok {
		c.LinkTo = first
		d.out = append(d.out, c)
		return
	}
	d.source[ino] = c.Path
	d.out = append(d.out, c)
	for _, w := range d.waiting[ino] {
		d.parents(w.Path)
		w.LinkTo = c.Path
		d.out = append(d.out, w)
	}
	delete(d.waiting, ino)
}

func (d *differ) parents(p string) {
	p = path.Dir(p)
	if d.emitted[p] {
		return
	}
	d.emitted[p] = true
	d.parents(p)
	n, err := d.upper.Lstat(p)
	if err != nil {
		d.err = err
		return
	}
	d.out = append(d.out, Change{Path: p, Kind: Parent, Node: n, Lower: n})
}

// links is the link count of an inode that can have several names.
func (d *differ) links(n *vfs.Node) int {
	if !n.Linked() || n.Kind == vfs.Dir {
		return 1
	}
	if d.names == nil {
		d.names = map[uint64]int{}
		for _, n := range d.upper.Walk("/") {
			if n.Linked() {
				d.names[n.Ino()]++
			}
		}
	}
	return d.names[n.Ino()]
}

const capability = "security.capability"

func unchanged(l, u *vfs.Node) (bool, error) {
	if l == u {
		return true, nil
	}
	if l.Kind != u.Kind || l.Mode != u.Mode || l.UID != u.UID || l.GID != u.GID ||
		l.Major != u.Major || l.Minor != u.Minor || l.Xattrs[capability] != u.Xattrs[capability] {
		return false, nil
	}
	if l.Kind == vfs.Dir {
		return true, nil
	}
	if l.Size() != u.Size() || l.Time() != u.Time() {
		return false, nil
	}
	if l.Time().Nsec != 0 {
		return true, nil
	}
	switch l.Kind {
	case vfs.Symlink:
		return l.Target == u.Target, nil
	case vfs.File:
		return l.Blob().Equal(u.Blob())
	}
	return true, nil
}
