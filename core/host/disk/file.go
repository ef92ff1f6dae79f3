package disk

import (
	"hash/fnv"

	"layerlab.dev/core/vfs"
)

// place is a directory on the disk: its path, which its inodes' numbers are made
// of, and the time of what is in it.
type place struct {
	path string
	time int64
	add  func(name string, n *vfs.Node)
}

// number makes an inode number of a path that is in no other tree: those count
// from 1.
func number(path string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(path))
	return h.Sum64() | 1<<63
}

// directory returns a directory at path that list fills.
func directory(path string, mode uint32, time int64, list func(d place)) *vfs.Node {
	return vfs.Lazy(vfs.Meta{Kind: vfs.Dir, Mode: mode, MTime: time}, number(path), func(add func(string, *vfs.Node)) {
		if list != nil {
			list(place{path, time, add})
		}
	})
}

func (d place) dir(name string, mode uint32, list func(d place)) {
	d.add(name, directory(d.path+"/"+name, mode, d.time, list))
}

func (d place) make(name string, m vfs.Meta, content *vfs.Blob) {
	m.MTime = d.time
	d.add(name, vfs.Make(m, number(d.path+"/"+name), content))
}

func (d place) text(name string, mode uint32, s string) {
	d.make(name, vfs.Meta{Kind: vfs.File, Mode: mode}, vfs.String(s))
}

func (d place) zeros(name string, mode uint32, n int64) {
	d.make(name, vfs.Meta{Kind: vfs.File, Mode: mode}, vfs.Zeros(n))
}

func (d place) link(name, target string) {
	d.make(name, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: target}, nil)
}

// at returns the place with another time.
func (d place) at(time int64) place {
	d.time = time
	return d
}

// tree adds the names of a directory of another tree, with inode numbers of
// this disk.
func (d place) tree(from *vfs.Node) {
	for name, n := range from.Children() {
		at := d.path + "/" + name
		if n.IsDir() {
			d.add(name, vfs.Lazy(n.Meta, number(at), func(add func(string, *vfs.Node)) {
				place{at, n.MTime, add}.tree(n)
			}))
		} else {
			d.add(name, n.Numbered(number(at)))
		}
	}
}
