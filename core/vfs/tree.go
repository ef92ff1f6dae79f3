package vfs

import (
	"iter"
	"path"
	"strings"
)

// Tree is an immutable file tree. It carries the state of the deterministic
// clock and the next inode number, so that an edit is a function of the tree
// and nothing else. The zero Tree is not valid: begin with New.
type Tree struct {
	root *Node
	next uint64
	now  int64
}

// New returns a tree that holds an empty root directory (0755, 0:0) and whose
// clock stands at start, nanoseconds since the Unix epoch.
func New(start int64) Tree {
	t := Tree{now: start, next: 1}
	t.root = &Node{Meta: Meta{Kind: Dir, Mode: 0o755, MTime: t.tick()}, ino: t.inode()}
	return t
}

// Step is how far the clock moves at every write, in nanoseconds. It is over a
// microsecond, so that times cut to microseconds by utimes(2) still differ,
// and no divisor of a second, because a time without nanoseconds makes
// BuildKit compare contents instead.
const Step = 1_000_003

func (t *Tree) tick() int64 {
	t.now += Step
	if t.now%1e9 == 0 {
		t.now += Step
	}
	return t.now
}

func (t *Tree) inode() uint64 { t.next++; return t.next - 1 }

// Now returns the time of the last write, in nanoseconds since the Unix epoch.
func (t Tree) Now() int64 { return t.now }

// At returns the tree with its clock set to now.
func (t Tree) At(now int64) Tree { t.now = now; return t }

// Root returns the root directory.
func (t Tree) Root() *Node { return t.root }

// Same reports whether both trees are the same by pointer.
func (t Tree) Same(o Tree) bool { return t.root == o.root }

// Lstat returns the inode at p without following a link in the last place.
// The error is a *fs.PathError with an Errno.
func (t Tree) Lstat(p string) (*Node, error) {
	r := t.lookup(p, false)
	if r.err != 0 {
		return nil, pathError("lstat", p, r.err)
	}
	return r.node, nil
}

// Stat returns the inode at p, following links.
func (t Tree) Stat(p string) (*Node, error) {
	r := t.lookup(p, true)
	if r.err != 0 {
		return nil, pathError("stat", p, r.err)
	}
	return r.node, nil
}

// Canonical returns the path of the inode at p without any symbolic link in
// it. With follow, a link in the last place is resolved too. Where only the
// last component is missing, the path it would have is returned together with
// the ENOENT error, so that it can be created.
func (t Tree) Canonical(p string, follow bool) (string, error) {
	r := t.lookup(p, follow)
	if r.err != 0 {
		return r.path, pathError("lookup", p, r.err)
	}
	return r.path, nil
}

// Parents returns the inodes of all directories that were walked to reach the
// canonical path p, from the root, p itself excluded.
func (t Tree) Parents(p string) []*Node {
	parts := Split(p)
	ns := []*Node{t.root}
	n := t.root
	for _, c := range parts[:max(len(parts)-1, 0)] {
		if n = n.Child(c); n == nil {
			break
		}
		ns = append(ns, n)
	}
	return ns
}

// RootPath resolves symbolic links as containerd/continuity fs.RootPath does:
// p is cleaned first, and components that do not exist are kept as they are.
func (t Tree) RootPath(p string) (string, error) {
	parts := Split(path.Clean("/" + p))
	cur, out := t.root, "/"
	for links := 0; len(parts) > 0; {
		c := parts[0]
		parts = parts[1:]
		if c == ".." {
			out = path.Dir(out)
			cur = t.at(out)
			continue
		}
		var n *Node
		if cur != nil && cur.Kind == Dir {
			n = cur.Child(c)
		}
		if n != nil && n.Kind == Symlink {
			if links++; links > maxScopedLinks {
				return "", pathError("resolve", p, ELOOP)
			}
			if path.IsAbs(n.Target) {
				out, cur = "/", t.root
			}
			parts = append(Split(n.Target), parts...)
			continue
		}
		cur, out = n, path.Join(out, c)
	}
	return out, nil
}

// maxLinks is MAXSYMLINKS of Linux, maxScopedLinks what RootPath of
// containerd/continuity follows.
const (
	maxLinks       = 40
	maxScopedLinks = 255
)

// Split cuts p into its components, leaving out empty ones and "."; ".." is
// kept, because what it means depends on links before it.
func Split(p string) []string {
	parts := strings.Split(p, "/")
	out := parts[:0]
	for _, c := range parts {
		if c != "" && c != "." {
			out = append(out, c)
		}
	}
	return out
}

// found is where a lookup ended: the canonical path (valid too where only the
// last component is missing), the inode, and why there is none.
type found struct {
	path string
	node *Node
	err  Errno
}

func (t Tree) lookup(p string, follow bool) found {
	type step struct {
		name string
		node *Node
	}
	stack := []step{{"", t.root}}
	join := func() string {
		var b strings.Builder
		for _, s := range stack[1:] {
			b.WriteByte('/')
			b.WriteString(s.name)
		}
		if b.Len() == 0 {
			return "/"
		}
		return b.String()
	}
	parts := Split(p)
	// A trailing slash, or a last ".", asks for a directory and follows a link.
	wantDir := strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.") || p == "."
	links := 0
	for len(parts) > 0 {
		c := parts[0]
		parts = parts[1:]
		cur := stack[len(stack)-1].node
		if cur.Kind != Dir {
			return found{err: ENOTDIR}
		}
		if c == ".." {
			stack = stack[:max(1, len(stack)-1)]
			continue
		}
		if len(c) > 255 {
			return found{err: ENAMETOOLONG}
		}
		n := cur.Child(c)
		if n == nil {
			r := found{err: ENOENT}
			if len(parts) == 0 {
				stack = append(stack, step{name: c})
				r.path = join()
			}
			return r
		}
		if n.Kind == Symlink && (len(parts) > 0 || follow || wantDir) {
			if links++; links > maxLinks {
				return found{err: ELOOP}
			}
			if n.Target == "" {
				return found{err: ENOENT}
			}
			if path.IsAbs(n.Target) {
				stack = stack[:1]
			}
			if strings.HasSuffix(n.Target, "/") && len(parts) == 0 {
				wantDir = true
			}
			parts = append(Split(n.Target), parts...)
			continue
		}
		stack = append(stack, step{c, n})
	}
	n := stack[len(stack)-1].node
	if wantDir && n.Kind != Dir {
		return found{err: ENOTDIR}
	}
	return found{path: join(), node: n}
}

// at returns the inode at a canonical path, or nil.
func (t Tree) at(p string) *Node {
	n := t.root
	for _, c := range Split(p) {
		if n == nil || n.Kind != Dir {
			return nil
		}
		n = n.Child(c)
	}
	return n
}

// Walk yields the subtree at the canonical path p, p itself first, every
// directory's entries sorted bytewise and descended into at once: the order of
// a layer.
func (t Tree) Walk(p string) iter.Seq2[string, *Node] {
	return func(yield func(string, *Node) bool) {
		if n := t.at(p); n != nil {
			walk(path.Clean("/"+p), n, yield)
		}
	}
}

func walk(p string, n *Node, yield func(string, *Node) bool) bool {
	if !yield(p, n) {
		return false
	}
	return n.entries().all(func(name string, c *Node) bool {
		return walk(path.Join(p, name), c, yield)
	})
}

// Links returns the number of names the inode of n has in t.
func (t Tree) Links(n *Node) int {
	if !n.linked {
		return 1
	}
	count := 0
	var search func(e *entry)
	search = func(e *entry) {
		if e == nil || e.sum.linked == 0 {
			return
		}
		search(e.left)
		if e.node.Kind == Dir {
			search(e.node.dir)
		} else if e.node.ino == n.ino {
			count++
		}
		search(e.right)
	}
	search(t.root.dir)
	return count
}

// Changed yields, in bytewise order, the names at which two directories hold
// different nodes: lower or upper is nil where a name is only in the other.
// Either directory may be nil or no directory at all. What the two share by
// pointer is skipped without being looked at.
func Changed(lower, upper *Node, yield func(name string, lower, upper *Node) bool) {
	var a, b *entry
	if lower != nil {
		a = lower.entries()
	}
	if upper != nil {
		b = upper.entries()
	}
	differ(a, b, yield)
}

// Sub returns the tree whose root is the directory at p, links followed.
func (t Tree) Sub(p string) (Tree, error) {
	r := t.lookup(p, true)
	if r.err == 0 && r.node.Kind != Dir {
		r.err = ENOTDIR
	}
	if r.err != 0 {
		return Tree{}, pathError("open", p, r.err)
	}
	t.root = r.node
	return t, nil
}
