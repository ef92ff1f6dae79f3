package waste

import (
	"archive/tar"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
)

// Efficiency is an image's as dive measures it (wagoodman/dive,
// dive/filetree/efficiency.go): for every path the sizes it has in all layers
// together, and the smallest of them.
type Efficiency struct {
	Minimum, Discovered int64 // sums over all paths, in bytes
}

// Score is Minimum/Discovered: 1 where no path is in more than one layer.
func (e Efficiency) Score() float64 {
	if e.Discovered == 0 {
		return 1
	}
	return float64(e.Minimum) / float64(e.Discovered)
}

// Dive measures the layers of an image, bottom first, by dive's rules, odd ones
// included:
//
//   - what counts are the names in the tar of each layer that have nothing below
//     them there, be their content the same as below or not;
//   - a whiteout has a size of 0, or that of the directory it removes, which is a
//     path of its own: a removed directory costs nothing;
//   - a whiteout of nothing ends the count of its layer;
//   - a layer that is there before counts as empty, as in an archive of docker
//     save, which holds it once.
func Dive(layers []*layer.Layer) Efficiency {
	d := diver{seen: map[string]*sizes{}}
	known := map[digest.Digest]bool{}
	for n, l := range layers {
		tree := &diveNode{}
		if !known[l.DiffID()] {
			for _, e := range l.Entries() {
				tree.add(e)
			}
		}
		known[l.DiffID()] = true
		if n == 0 {
			d.stack = tree.clone()
		}
		d.visit("", "", tree)
		d.graft(nil, tree)
	}
	var e Efficiency
	for _, p := range d.seen {
		e.Minimum += p.least
		e.Discovered += p.all
	}
	return e
}

type sizes struct{ least, all int64 }

// diveNode is a name in a layer, or in layers put on top of each other.
type diveNode struct {
	children map[string]*diveNode
	size     int64
	dir      bool // by an entry of its own
}

// meta begins names that dive leaves out.
const meta = layer.Whiteout + layer.Whiteout

// child finds or makes a name; nil where dive has none of it.
func (n *diveNode) child(name string) *diveNode {
	c := n.children[name]
	if c == nil && !strings.HasPrefix(name, meta) {
		if n.children == nil {
			n.children = map[string]*diveNode{}
		}
		c = &diveNode{}
		n.children[name] = c
	}
	return c
}

func (n *diveNode) add(e layer.Entry) {
	p := path.Clean(e.Name)
	if p == "." {
		return
	}
	for name := range strings.SplitSeq(strings.Trim(p, "/"), "/") {
		if name == "" {
			continue
		}
		if n = n.child(name); n == nil {
			return
		}
	}
	n.size, n.dir = 0, e.Type == tar.TypeDir
	if !n.dir {
		n.size = e.Size
	}
}

func (n *diveNode) find(parts []string) *diveNode {
	for _, name := range parts {
		if n = n.children[name]; n == nil {
			return nil
		}
	}
	return n
}

func (n *diveNode) total() int64 {
	size := n.size
	for _, c := range n.children {
		size += c.total()
	}
	return size
}

func (n *diveNode) clone() *diveNode {
	c := *n
	c.children = maps.Clone(n.children)
	for name, child := range c.children {
		c.children[name] = child.clone()
	}
	return &c
}

type diver struct {
	stack *diveNode // the layers below
	seen  map[string]*sizes
}

// visit counts the names below n that have nothing below them. It reports false
// where the count of the layer ends.
func (d *diver) visit(dir, name string, n *diveNode) bool {
	at := dir
	if name != "" {
		at += "/" + name
	}
	for _, c := range slices.Sorted(maps.Keys(n.children)) {
		if !d.visit(at, c, n.children[c]) {
			return false
		}
	}
	if len(n.children) > 0 || name == "" && dir == "" {
		return true
	}
	size := n.size
	hidden, whiteout := strings.CutPrefix(name, layer.Whiteout)
	if whiteout {
		at = dir + "/" + hidden
		below := d.stack.find(slices.DeleteFunc(strings.Split(at, "/"), func(s string) bool { return s == "" }))
		if below == nil {
			// What was found of the path so far is nothing, which dive notes as -1.
			if d.seen[at] == nil {
				d.seen[at] = &sizes{-1, 0}
			}
			return false
		}
		if size = 0; below.dir {
			size = below.total()
		}
	}
	known := d.seen[at]
	if known == nil {
		d.seen[at] = &sizes{size, size}
		return true
	}
	if known.least < 0 || size < known.least {
		known.least = size
	}
	known.all += size
	return true
}

// graft puts a layer on the stack. parts lead to n.
func (d *diver) graft(parts []string, n *diveNode) {
	for _, name := range slices.Sorted(maps.Keys(n.children)) {
		d.graft(append(slices.Clone(parts), name), n.children[name])
	}
	if len(parts) == 0 {
		return
	}
	dir, name := parts[:len(parts)-1], parts[len(parts)-1]
	if hidden, ok := strings.CutPrefix(name, layer.Whiteout); ok {
		if at := d.stack.find(dir); at != nil {
			delete(at.children, hidden)
		}
		return
	}
	at := d.stack
	for _, name := range parts {
		if at = at.child(name); at == nil {
			return
		}
	}
	at.size, at.dir = n.size, n.dir
}
