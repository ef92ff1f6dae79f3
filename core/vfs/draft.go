package vfs

import (
	"maps"
	"slices"
)

// Draft is an inode that can still be changed. Drafts make up a directory on
// its own, as overlayfs keeps what a layer holds: Lay puts it over a tree. A
// Draft that stands under several names is one inode with as many hard links.
type Draft struct {
	Meta
	Content *Blob             // of a regular file; nil: empty
	Entries map[string]*Draft // of a directory
	// Opaque says of a directory that nothing is seen of what is below it.
	Opaque bool
	// Whiteout makes the Draft no inode: its name hides what is below it.
	Whiteout bool
	// Names is how many names it was given.
	Names int
}

// Lay puts the directory top over the root of the tree, as a mount of overlayfs
// shows it: directories on both sides become one with the metadata of the upper
// one, whatever else is in top takes the place of what is below it. The root
// itself keeps its metadata but for the time. The work is in proportion to what
// is in top.
//
// It returns the whiteouts that hide nothing because their directory is in top
// alone. Overlayfs lists them as names at which nothing can be found.
func (e *Editor) Lay(top *Draft) (ghosts []string) {
	l := layering{e: e, made: map[*Draft]*Node{}}
	e.t.root = l.over("/", e.t.root, top, true)
	return l.ghosts
}

type layering struct {
	e      *Editor
	made   map[*Draft]*Node // of several names
	ghosts []string
}

// over returns the directory that lower (nil: none) and upper make together.
func (l *layering) over(p string, lower *Node, upper *Draft, root bool) *Node {
	n := &Node{Meta: upper.Meta}
	merged := lower != nil && lower.Kind == Dir && (root || !upper.Opaque)
	if merged {
		n.dir, n.ino = lower.entries(), lower.ino
	} else {
		n.ino = l.e.t.inode()
	}
	if root {
		n.Meta, n.MTime = lower.Meta, upper.MTime
	}
	for _, name := range slices.Sorted(maps.Keys(upper.Entries)) {
		d := upper.Entries[name]
		switch {
		case d.Whiteout && merged:
			n.dir = n.dir.remove(name)
		case d.Whiteout:
			l.ghosts = append(l.ghosts, join2(p, name))
		case d.Kind == Dir:
			var below *Node
			if merged {
				below = lower.Child(name)
			}
			n.dir = n.dir.put(name, l.over(join2(p, name), below, d, false))
		default:
			n.dir = n.dir.put(name, l.inode(d))
		}
	}
	return n
}

func join2(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}

func (l *layering) inode(d *Draft) *Node {
	if n := l.made[d]; n != nil {
		return n
	}
	n := l.e.fresh(d.Meta, d.Content)
	if d.Names > 1 {
		n.linked = true
		l.made[d] = n
	}
	return n
}
