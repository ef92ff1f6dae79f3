package layer

import (
	"context"
	"slices"

	"layerlab.dev/core/vfs"
)

// Mount is a stack of layers extracted onto each other, as BuildKit mounts it:
// each layer in a directory of its own, all of them shown as one by overlayfs.
// It is immutable. The zero Mount is no layer at all.
type Mount struct {
	tree   vfs.Tree
	layers []*vfs.Draft // bottom first
	ghosts []string
	spared []Refusal
}

// Tree returns what is seen of the stack.
func (m *Mount) Tree() vfs.Tree {
	if m == nil || len(m.layers) == 0 {
		return vfs.New(0)
	}
	return m.tree
}

// Ghosts are the names that overlayfs lists but does not find: whiteouts in a
// directory that no other layer has. What walks through such a directory fails
// there. The list is sorted.
func (m *Mount) Ghosts() []string {
	if m == nil {
		return nil
	}
	return m.ghosts
}

// Refused lists what BuildKit refuses in the layers, where Lenient went on.
func (m *Mount) Refused() []Refusal {
	if m == nil {
		return nil
	}
	return m.spared
}

// ApplyOptions say how a layer is extracted.
type ApplyOptions struct {
	// Now is the time of extraction, in nanoseconds since the Unix epoch. It
	// is that of the root and of directories without an entry of their own.
	Now int64
	// Lenient goes on where BuildKit refuses a layer, and does what umoci and
	// crane do, which know no separate directories: a whiteout spares what its
	// own layer put there, a link may lead to a file of a lower layer.
	Lenient bool
	// Progress is told how many entries are done and how many there are.
	Progress func(done, total int)
}

// step is how many entries are applied between two looks at the context.
const step = 256

// Apply extracts the next layer on top of below (nil: the bottom one) as
// BuildKit does on Linux (containerd core/diff/apply and pkg/archive/tar.go).
//
// The bottom layer is extracted into an empty directory, where whiteouts remove
// what the layer itself put there before. Every other layer has a directory
// that begins empty as well: whiteouts and opaque markers become marks in it,
// links lead to what is in it, and of the layers below it takes no more than
// the owner, mode and attributes of directories it has no entry for.
//
// What containerd refuses gives a *RefusalError. ctx cancels it.
func Apply(ctx context.Context, below *Mount, entries []Entry, o ApplyOptions) (*Mount, error) {
	x := newExtractor(below, o)
	for n, e := range entries {
		if n%step == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if o.Progress != nil {
				o.Progress(n, len(entries))
			}
		}
		if err := x.entry(e); err != nil {
			return nil, &RefusalError{Refusal{Entry: e.Name, Reason: err}}
		}
	}
	if err := x.finish(); err != nil {
		return nil, err
	}
	if o.Progress != nil {
		o.Progress(len(entries), len(entries))
	}
	edit := below.Tree().Edit()
	ghosts := edit.Lay(x.top)
	m := &Mount{tree: edit.Tree(), layers: []*vfs.Draft{x.top}, ghosts: ghosts, spared: x.spared}
	if below != nil {
		m.layers = append(slices.Clone(below.layers), x.top)
		for _, g := range below.ghosts {
			if x.haunts(g) {
				m.ghosts = append(m.ghosts, g)
			}
		}
		m.spared = append(slices.Clone(below.spared), x.spared...)
	}
	slices.Sort(m.ghosts)
	return m, nil
}

// haunts tells whether a ghost of the layers below is still listed: its
// directory must be in no further layer, and in sight.
func (x *extractor) haunts(ghost string) bool {
	parts := vfs.Split(ghost)
	d := x.top
	for _, c := range parts[:len(parts)-1] {
		if d = d.Entries[c]; d == nil {
			return true
		}
		if d.Kind != vfs.Dir || d.Whiteout || d.Opaque {
			return false
		}
	}
	return false
}

// dirTime is the time of a directory, which is set when nothing is made in it
// any more.
type dirTime struct {
	path  string
	mtime int64
}

// Replay makes in e what the changes say, with the metadata of their nodes to
// the nanosecond: it is to trees what Apply is to archives. The changes must
// have been made from an empty lower tree.
func Replay(e *vfs.Editor, changes []Change) error {
	var dirs []dirTime
	for _, c := range changes {
		var err error
		n, _ := e.Tree().Lstat(c.Path)
		switch {
		case c.LinkTo != "":
			if err = e.RemoveAll(c.Path); err == nil {
				err = e.Link(c.LinkTo, c.Path)
			}
		case c.Node.IsDir() && n != nil && n.IsDir():
			err = e.SetMeta(c.Path, c.Node.Meta)
		default:
			err = e.Place(c.Path, c.Node.Meta, c.Node.Blob())
		}
		if err != nil {
			return err
		}
		if c.Node.IsDir() {
			dirs = append(dirs, dirTime{c.Path, c.Node.MTime})
		}
	}
	for _, d := range dirs {
		if err := e.Lchtimes(d.path, d.mtime); err != nil {
			return err
		}
	}
	return nil
}
