package content

import (
	"archive/tar"
	"path"
	"strings"

	"layerlab.dev/core/layer"
)

// block is what the file system below hands out space in.
const block = 4096

// Snapshot is the bytes that a layer takes when it is unpacked: a block for its
// root and for each directory, the parents of what it holds included, and the
// blocks of each regular file. Links and whiteouts take none.
func Snapshot(l *layer.Layer) int64 {
	n := int64(block)
	dirs := map[string]bool{".": true, "/": true, "": true}
	add := func(name string) {
		for ; !dirs[name]; name = path.Dir(name) {
			dirs[name] = true
			n += block
		}
	}
	for _, e := range l.Entries() {
		name := strings.Trim(path.Clean(e.Name), "/")
		base := path.Base(name)
		switch {
		case base == ".wh..wh..opq" || strings.HasPrefix(base, ".wh."):
			add(path.Dir(name))
		case e.Type == tar.TypeDir:
			add(name)
		default:
			add(path.Dir(name))
			if e.Type == tar.TypeReg || e.Type == 0 {
				n += (e.Size + block - 1) / block * block
			}
		}
	}
	return n
}
