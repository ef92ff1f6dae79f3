package vfs

// entry is a directory entry and at once a node of the persistent treap that
// holds a directory's entries in bytewise order. The priority of an entry is a
// hash of its name, so the shape depends on the set of names alone: two
// directories that differ in few names share all the rest by pointer,
// whichever way they came to be.
type entry struct {
	name        string
	node        *Node
	left, right *entry
	prio        uint32
	size        int
	sum         total
}

// total is what is summed over a subtree.
type total struct {
	files  int
	bytes  int64
	linked int // names of inodes that are Linked
}

func (n *Node) total() total {
	if n.Kind == Dir {
		return n.dir.total()
	}
	t := total{files: 1}
	if n.Kind == File {
		t.bytes = n.content.size
	}
	if n.linked {
		t.linked = 1
	}
	return t
}

func (e *entry) total() total {
	if e == nil {
		return total{}
	}
	return e.sum
}

func (e *entry) len() int {
	if e == nil {
		return 0
	}
	return e.size
}

// priority is FNV-1a with a finalizer: names that share a prefix must not get
// neighbouring priorities.
func priority(name string) uint32 {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// above says which of two entries is nearer the root; the name breaks ties so
// that the shape stays canonical.
func above(p uint32, name string, e *entry) bool {
	return p > e.prio || p == e.prio && name < e.name
}

func (e *entry) with(left, right *entry) *entry {
	return link(e.name, e.node, e.prio, left, right)
}

func link(name string, n *Node, prio uint32, left, right *entry) *entry {
	t, l, r := n.total(), left.total(), right.total()
	return &entry{name: name, node: n, left: left, right: right, prio: prio,
		size: 1 + left.len() + right.len(),
		sum:  total{t.files + l.files + r.files, t.bytes + l.bytes + r.bytes, t.linked + l.linked + r.linked}}
}

func (e *entry) get(name string) *Node {
	for e != nil {
		switch {
		case name < e.name:
			e = e.left
		case name > e.name:
			e = e.right
		default:
			return e.node
		}
	}
	return nil
}

func (e *entry) put(name string, n *Node) *entry {
	return e.insert(name, n, priority(name))
}

func (e *entry) insert(name string, n *Node, prio uint32) *entry {
	if e == nil {
		return link(name, n, prio, nil, nil)
	}
	if name == e.name {
		return link(name, n, prio, e.left, e.right)
	}
	if above(prio, name, e) {
		l, _, r := e.split(name)
		return link(name, n, prio, l, r)
	}
	if name < e.name {
		return e.with(e.left.insert(name, n, prio), e.right)
	}
	return e.with(e.left, e.right.insert(name, n, prio))
}

func (e *entry) remove(name string) *entry {
	switch {
	case e == nil:
		return nil
	case name < e.name:
		return e.with(e.left.remove(name), e.right)
	case name > e.name:
		return e.with(e.left, e.right.remove(name))
	}
	return join(e.left, e.right)
}

// split divides e into the entries below name, the one called name (or nil)
// and those above.
func (e *entry) split(name string) (below *entry, at *Node, after *entry) {
	if e == nil {
		return nil, nil, nil
	}
	switch {
	case name < e.name:
		b, n, a := e.left.split(name)
		return b, n, e.with(a, e.right)
	case name > e.name:
		b, n, a := e.right.split(name)
		return e.with(e.left, b), n, a
	}
	return e.left, e.node, e.right
}

// join puts together two treaps of which every name of a is below those of b.
func join(a, b *entry) *entry {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case above(a.prio, a.name, b):
		return a.with(a.left, join(a.right, b))
	}
	return b.with(join(a, b.left), b.right)
}

func (e *entry) all(yield func(string, *Node) bool) bool {
	return e == nil || e.left.all(yield) && yield(e.name, e.node) && e.right.all(yield)
}

// differ yields in order every name at which a and b hold different nodes,
// with nil where one has none. Shared subtrees cost nothing.
func differ(a, b *entry, yield func(name string, x, y *Node) bool) bool {
	switch {
	case a == b:
		return true
	case a == nil:
		return b.all(func(name string, n *Node) bool { return yield(name, nil, n) })
	case b == nil:
		return a.all(func(name string, n *Node) bool { return yield(name, n, nil) })
	}
	below, at, after := b.left, b.node, b.right
	if a.name != b.name {
		below, at, after = b.split(a.name)
	}
	return differ(a.left, below, yield) &&
		(a.node == at || yield(a.name, a.node, at)) &&
		differ(a.right, after, yield)
}
