package compare

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Difference is a path at which the files of two images differ.
type Difference struct {
	Path        string
	Left, Right *vfs.Node // nil where the path is not there
	// What names the properties that differ where both are there, of "type",
	// "content", "mode", "owner", "target", "device", "mtime" and "xattrs", in
	// this order.
	What []string
}

// Tree is the union of an image's layers, with the SOURCE_DATE_EPOCH to which
// its layers' times are clamped.
type Tree struct {
	Files vfs.Tree
	Epoch int64
}

// Files lists the paths at which two trees differ, in the order of a walk. The
// trees need not come from each other: files are the same where their bytes
// and properties are, whatever their inodes. Times are compared as layers hold
// them, in seconds and not later than the epoch of their side; those of
// directories are not, since a layer says nothing of a directory that only had
// a name added. An error is that of reading contents.
func Files(left, right Tree) ([]Difference, error) {
	d := differ{left: layer.BuildKit{Epoch: left.Epoch}, right: layer.BuildKit{Epoch: right.Epoch}}
	// The root has no name in a layer of its own.
	d.dir("/", left.Files.Root(), right.Files.Root())
	return d.out, d.err
}

type differ struct {
	left, right layer.BuildKit // for their times
	out         []Difference
	err         error
}

// dir compares the names of two directories. What they share by pointer needs
// no look, unless times are clamped differently on the two sides.
func (d *differ) dir(p string, left, right *vfs.Node) {
	each := vfs.Changed
	if d.left != d.right {
		each = every
	}
	each(left, right, func(name string, l, r *vfs.Node) bool {
		d.compare(path.Join(p, name), l, r)
		return d.err == nil
	})
}

// every yields, in bytewise order, the names of two directories with the nodes
// they hold, also where those are one.
func every(left, right *vfs.Node, yield func(name string, l, r *vfs.Node) bool) {
	names := map[string]bool{}
	for _, n := range []*vfs.Node{left, right} {
		if n != nil {
			for name := range n.Children() {
				names[name] = true
			}
		}
	}
	child := func(n *vfs.Node, name string) *vfs.Node {
		if n == nil {
			return nil
		}
		return n.Child(name)
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !yield(name, child(left, name), child(right, name)) {
			return
		}
	}
}

func (d *differ) compare(p string, l, r *vfs.Node) {
	if l == nil || r == nil {
		d.out = append(d.out, Difference{Path: p, Left: l, Right: r})
	} else {
		what, err := d.what(l, r)
		if err != nil {
			d.err = fmt.Errorf("%s: %w", p, err)
			return
		}
		if len(what) > 0 {
			d.out = append(d.out, Difference{Path: p, Left: l, Right: r, What: what})
		}
	}
	// A file has no names below it, and no node none.
	if l != nil && l.IsDir() || r != nil && r.IsDir() {
		d.dir(p, l, r)
	}
}

func (d *differ) what(l, r *vfs.Node) ([]string, error) {
	if l.Kind != r.Kind {
		return []string{"type"}, nil
	}
	var out []string
	note := func(differs bool, name string) {
		if differs {
			out = append(out, name)
		}
	}
	if l.Kind == vfs.File {
		same, err := sameContent(l.Blob(), r.Blob())
		if err != nil {
			return nil, err
		}
		note(!same, "content")
	}
	note(l.Mode != r.Mode, "mode")
	note(l.UID != r.UID || l.GID != r.GID, "owner")
	note(l.Target != r.Target, "target")
	note(l.Major != r.Major || l.Minor != r.Minor, "device")
	note(l.Kind != vfs.Dir && d.left.Time(l.MTime) != d.right.Time(r.MTime), "mtime")
	note(!maps.Equal(l.Xattrs, r.Xattrs), "xattrs")
	return out, nil
}

// sameContent compares by digest where a side's bytes are known by that alone.
func sameContent(l, r *vfs.Blob) (bool, error) {
	if l.Size() != r.Size() {
		return false, nil
	}
	if !l.Absent() && !r.Absent() {
		return l.Equal(r)
	}
	a, err := l.Digest()
	if err != nil {
		return false, err
	}
	b, err := r.Digest()
	return a == b, err
}
