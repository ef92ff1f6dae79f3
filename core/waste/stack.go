package waste

import (
	"cmp"
	"slices"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Stack follows what becomes of the bytes of layers as they are put on top of
// each other: which layer holds each path, and how much of a layer later ones
// hide. Layers are numbered from 0 at the bottom.
type Stack struct {
	owners map[string]inode
	names  map[inode]int // names an inode has at the moment
	layers int
	lost   []Loss
}

// inode is a file that a layer brought. Hard links are names of one inode: its
// bytes are there once, and gone with the last name.
type inode struct {
	layer int
	ino   uint64
	size  int64
	blob  *vfs.Blob
}

// Loss is a file whose bytes a later layer took from sight.
type Loss struct {
	Path    string // canonical; its last name where it had several
	Layer   int    // the layer that holds the bytes
	By      int    // the layer that hides them
	Removed bool   // by a whiteout; else by another file in its place
	Bytes   int64
	Blob    *vfs.Blob
}

// New returns a Stack without layers.
func New() *Stack {
	return &Stack{owners: map[string]inode{}, names: map[inode]int{}}
}

// Apply puts the next layer on top: its changes to what is below it, as
// layer.Diff gives them, or layer.Held of a layer made elsewhere, which may hold
// once more what is there already.
func (s *Stack) Apply(changes []layer.Change) {
	s.layers++
	for _, c := range changes {
		if c.Kind == layer.Parent {
			continue
		}
		removed := c.Node == nil
		if c.Lower != nil && c.Lower.IsDir() && (removed || !c.Node.IsDir()) {
			s.dropBelow(c.Path, c.Lower)
		}
		if c.Kind != layer.Added {
			s.drop(c.Path, removed)
		}
		if !removed {
			s.put(c.Path, c.Node)
		}
	}
}

func (s *Stack) put(path string, n *vfs.Node) {
	o := inode{layer: s.layers - 1, ino: n.Ino()}
	if n.Kind == vfs.File {
		o.size, o.blob = n.Size(), n.Blob()
	}
	s.owners[path] = o
	s.names[o]++
}

func (s *Stack) drop(path string, removed bool) {
	o, ok := s.owners[path]
	if !ok {
		return
	}
	delete(s.owners, path)
	if s.names[o]--; s.names[o] > 0 {
		return
	}
	delete(s.names, o)
	if by := s.layers - 1; o.layer != by && o.blob != nil {
		s.lost = append(s.lost, Loss{Path: path, Layer: o.layer, By: by, Removed: removed, Bytes: o.size, Blob: o.blob})
	}
}

func (s *Stack) dropBelow(path string, dir *vfs.Node) {
	for name, n := range dir.Children() {
		below := path + "/" + name
		if n.IsDir() {
			s.dropBelow(below, n)
		}
		s.drop(below, true)
	}
}

// Owner tells which layer holds a path that is in sight, and how many bytes
// its content has. It knows no paths that no layer brought.
func (s *Stack) Owner(path string) (layer int, bytes int64, ok bool) {
	o, ok := s.owners[path]
	return o.layer, o.size, ok
}

// Hidden returns how many bytes of a layer's files later ones hide.
func (s *Stack) Hidden(layer int) (bytes int64) {
	for _, l := range s.lost {
		if l.Layer == layer {
			bytes += l.Bytes
		}
	}
	return bytes
}

// Removes returns how many bytes of lower layers a layer hides.
func (s *Stack) Removes(layer int) (bytes int64) {
	for _, l := range s.lost {
		if l.By == layer {
			bytes += l.Bytes
		}
	}
	return bytes
}

// Lost lists the files whose bytes are hidden, the biggest first.
func (s *Stack) Lost() []Loss {
	out := slices.Clone(s.lost)
	slices.SortFunc(out, func(a, b Loss) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Layer, b.Layer))
	})
	return out
}
