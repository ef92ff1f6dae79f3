package session

import (
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// fate follows what becomes of the bytes of a stack of layers: which layer
// holds each path, and how much of a layer later ones hide.
type fate struct {
	owners map[string]inode
	names  map[inode]int // names an inode has at the moment
	// Of each layer, bottom first:
	hidden  []int64 // bytes of its files that later layers hide
	removes []int64 // bytes of lower layers that it hides
	layer   int     // the one being applied
}

// inode is a file that a layer brought. Hard links are names of one inode: its
// bytes are there once, and gone with the last name.
type inode struct {
	layer int
	ino   uint64
	size  int64
}

func newFate() *fate {
	return &fate{owners: map[string]inode{}, names: map[inode]int{}}
}

// apply takes the next layer.
func (f *fate) apply(changes []layer.Change) {
	f.layer = len(f.hidden)
	f.hidden = append(f.hidden, 0)
	f.removes = append(f.removes, 0)
	for _, c := range changes {
		if c.Kind == layer.Parent {
			continue
		}
		if c.Lower != nil && c.Lower.IsDir() && (c.Node == nil || !c.Node.IsDir()) {
			f.dropBelow(c.Path, c.Lower)
		}
		if c.Kind != layer.Added {
			f.drop(c.Path)
		}
		if c.Node != nil {
			f.put(c.Path, c.Node)
		}
	}
}

func (f *fate) put(path string, n *vfs.Node) {
	o := inode{layer: f.layer, ino: n.Ino()}
	if n.Kind == vfs.File {
		o.size = n.Size()
	}
	f.owners[path] = o
	f.names[o]++
}

func (f *fate) drop(path string) {
	o, ok := f.owners[path]
	if !ok {
		return
	}
	delete(f.owners, path)
	if f.names[o]--; f.names[o] == 0 {
		delete(f.names, o)
		if o.layer != f.layer {
			f.hidden[o.layer] += o.size
			f.removes[f.layer] += o.size
		}
	}
}

func (f *fate) dropBelow(path string, dir *vfs.Node) {
	for name, n := range dir.Children() {
		below := path + "/" + name
		if n.IsDir() {
			f.dropBelow(below, n)
		}
		f.drop(below)
	}
}
