package vfs

import "path"

// Editor changes a tree. The tree it began with is the lower directory of an
// overlayfs mount, everything made since is upper, and the visible
// consequences are overlayfs' own:
//
//   - changing an inode of the lower tree copies it up, which breaks its hard
//     links: the other names keep the old inode;
//   - renaming a directory that is not purely upper fails with EXDEV.
//
// Every write takes the next tick of the tree's clock. Metadata methods follow
// a symbolic link in the last place unless their name says otherwise. Errors
// are *fs.PathError with an Errno. Permissions are not checked: who edits is
// the caller's concern. An Editor is not safe for concurrent use.
type Editor struct {
	t    Tree
	mark uint64
}

// Edit begins an edit of t, which stays as it is.
func (t Tree) Edit() *Editor { return &Editor{t: t, mark: t.next} }

// EditOver goes on with an edit that was begun of lower and has come to t.
func (t Tree) EditOver(lower Tree) *Editor { return &Editor{t: t, mark: lower.next} }

// EditWhole begins an edit of t as of a disk of its own instead of the lower
// directory of an overlayfs mount: nothing is copied up, hard links stay whole,
// directories can be renamed.
func (t Tree) EditWhole() *Editor { return &Editor{t: t} }

// Tree returns the tree as it is now. It costs nothing and stays valid while
// the edit goes on.
func (e *Editor) Tree() Tree { return e.t }

// Tick moves the clock and returns its new time.
func (e *Editor) Tick() int64 { return e.t.tick() }

// Advance moves the clock forward by d nanoseconds, as a sleep does.
func (e *Editor) Advance(d int64) { e.t.now += max(d, 0) }

// Reset puts back an earlier tree of the same edit, clock and inode numbers
// going on so that no inode number is given twice.
func (e *Editor) Reset(t Tree) { e.t.root = t.root }

// Whole reports whether the tree is edited as a disk of its own: nothing of it
// is lower.
func (e *Editor) Whole() bool { return e.mark == 0 }

// Upper reports whether the inode of n was made since the edit began.
func (e *Editor) Upper(n *Node) bool { return n.ino >= e.mark }

// Mount puts the inode n, with all below it, over the directory at the
// canonical path p and returns what was there, as a mount does: neither times
// nor names change. Mounting the returned inode again is the unmount.
func (e *Editor) Mount(p string, n *Node) (*Node, error) {
	old := e.t.at(p)
	if old == nil {
		return nil, pathError("mount", p, ENOENT)
	}
	e.swap(p, n)
	return old, nil
}

// replace puts n (nil: nothing) at canonical path p: a change of the names in
// the directory above, which gets a new mtime.
func (e *Editor) replace(p string, n *Node) {
	parts := Split(p)
	if len(parts) == 0 {
		e.t.root = n
		return
	}
	e.t.root = e.replaceIn(e.t.root, parts, n, e.markAt(parts))
}

// markAt is the number below which directories on the way to a change at parts
// are lower ones and become merged: 0 where the change is in a mount, which
// copies nothing up.
func (e *Editor) markAt(parts []string) uint64 {
	n := e.t.root
	for i := 0; i < len(parts)-1; i++ {
		if n = n.Child(parts[i]); n == nil {
			break
		}
		if n.mount {
			return 0
		}
	}
	return e.mark
}

func (e *Editor) replaceIn(d *Node, parts []string, n *Node, mark uint64) *Node {
	c := *d
	c.merged = d.merged || d.ino < mark
	name := parts[0]
	if len(parts) > 1 {
		c.hold(d.entries().put(name, e.replaceIn(d.Child(name), parts[1:], n, mark)))
		return &c
	}
	if n == nil {
		c.hold(d.entries().remove(name))
	} else {
		c.hold(d.entries().put(name, n))
	}
	c.MTime, c.Far = e.t.tick(), 0
	return &c
}

// target finds the inode a metadata method works on.
func (e *Editor) target(op, p string, follow bool) (string, *Node, error) {
	r := e.t.lookup(p, follow)
	if r.err != 0 {
		return "", nil, pathError(op, p, r.err)
	}
	return r.path, r.node, nil
}

// update replaces the inode at p by what change makes of it, copying it up
// first where it is lower, and under all its names where it has several.
func (e *Editor) update(op, p string, follow bool, change func(*Node)) error {
	at, n, err := e.target(op, p, follow)
	if err != nil {
		return err
	}
	e.set(at, n, change)
	return nil
}

// CopyUp makes the inode at p an upper one, a link not followed, as opening a
// lower file for writing does. Nothing that can be seen of it changes but its
// number.
func (e *Editor) CopyUp(p string) error {
	at, n, err := e.target("open", p, false)
	if err == nil && !e.Upper(n) {
		e.set(at, n, func(*Node) {})
	}
	return err
}

func (e *Editor) set(at string, n *Node, change func(*Node)) *Node {
	c := *n
	if n.Kind != Dir && !e.Upper(n) {
		c.ino, c.linked = e.t.inode(), false
	}
	names := c.linked
	if n.Kind == Dir {
		c.merged = n.merged || !e.Upper(n)
	}
	change(&c)
	if names {
		e.t.root = relink(e.t.root, &c)
	} else {
		e.change(at, &c)
	}
	return &c
}

// change is replace for an inode that keeps its name: no directory gets a new
// time, but those on the way are copied up.
func (e *Editor) change(p string, n *Node) {
	parts := Split(p)
	mark := e.markAt(parts)
	if n.mount {
		mark = 0
	}
	e.t.root = swapIn(e.t.root, parts, n, mark)
}

// swap puts n at p as a mount does: no directory changes.
func (e *Editor) swap(p string, n *Node) {
	e.t.root = swapIn(e.t.root, Split(p), n, 0)
}

// swapIn puts n below d. Directories with a number below mark are lower and
// become merged.
func swapIn(d *Node, parts []string, n *Node, mark uint64) *Node {
	if len(parts) == 0 {
		return n
	}
	c := *d
	c.merged = d.merged || d.ino < mark
	c.hold(d.entries().put(parts[0], swapIn(d.Child(parts[0]), parts[1:], n, mark)))
	return &c
}

// relink puts n in place of every node with its inode number.
func relink(d *Node, n *Node) *Node {
	c := *d
	var in func(e *entry) *entry
	in = func(e *entry) *entry {
		if e == nil || e.sum.linked == 0 {
			return e
		}
		node := e.node
		if node.Kind == Dir {
			if node.dir.total().linked > 0 {
				node = relink(node, n)
			}
		} else if node.ino == n.ino {
			node = n
		}
		return link(e.name, node, e.prio, in(e.left), in(e.right))
	}
	c.dir = in(d.dir)
	return &c
}

// slot finds where a new name goes: the canonical path, which must be free and
// whose parent must be a directory.
func (e *Editor) slot(op, p string) (string, error) {
	r := e.t.lookup(trimSlash(p), false)
	switch {
	case r.err == 0:
		return "", pathError(op, p, EEXIST)
	case r.err == ENOENT && r.path != "":
		return r.path, nil
	}
	return "", pathError(op, p, r.err)
}

func trimSlash(p string) string {
	for len(p) > 1 && p[len(p)-1] == '/' {
		p = p[:len(p)-1]
	}
	return p
}

func (e *Editor) fresh(m Meta, content *Blob) *Node {
	n := &Node{Meta: m, ino: e.t.inode()}
	if m.Kind == File {
		n.content = empty
	}
	if m.Kind == File && content != nil {
		n.content = content
	}
	return n
}

// Create makes a new inode at p with metadata m and the time of now: an empty
// directory, a link, a device, or a file with the given content (nil: empty).
// p must not exist; a link there is not followed.
func (e *Editor) Create(p string, m Meta, content *Blob) error {
	at, err := e.slot("create", p)
	if err != nil {
		return err
	}
	m.MTime, m.Far = e.t.tick(), 0
	e.replace(at, e.fresh(m, content))
	return nil
}

// Place makes a new inode at p with exactly the metadata m, mtime included,
// in place of whatever is there. The directory above must exist.
func (e *Editor) Place(p string, m Meta, content *Blob) error {
	r := e.t.lookup(p, false)
	switch {
	case r.path == "":
		return pathError("create", p, r.err)
	case r.path == "/":
		return pathError("create", p, EBUSY)
	}
	e.replace(r.path, e.fresh(m, content))
	return nil
}

// Mkdir makes a directory.
func (e *Editor) Mkdir(p string, mode uint32, uid, gid int) error {
	return e.Create(p, Meta{Kind: Dir, Mode: mode, UID: uid, GID: gid}, nil)
}

// WriteFile gives the file at p new content, following links. A file that is
// not there is made with the given mode and owner; one that is there keeps
// both.
func (e *Editor) WriteFile(p string, content *Blob, mode uint32, uid, gid int) error {
	r := e.t.lookup(p, true)
	switch {
	case r.err == ENOENT && r.path != "":
		return e.Create(r.path, Meta{Kind: File, Mode: mode, UID: uid, GID: gid}, content)
	case r.err != 0:
		return pathError("open", p, r.err)
	case r.node.Kind == Dir:
		return pathError("open", p, EISDIR)
	case r.node.Kind != File:
		return pathError("open", p, EINVAL)
	}
	e.set(r.path, r.node, func(n *Node) { n.content, n.MTime, n.Far = content, e.t.tick(), 0 })
	return nil
}

// Link gives the inode at old the further name p, without following a link at
// old. A lower inode is copied up first.
func (e *Editor) Link(old, p string) error {
	at, n, err := e.target("link", old, false)
	if err != nil {
		return err
	}
	if n.Kind == Dir {
		return pathError("link", old, EPERM)
	}
	to, err := e.slot("link", p)
	if err != nil {
		return err
	}
	if !n.linked || !e.Upper(n) {
		n = e.set(at, n, func(n *Node) { n.linked = true })
	}
	e.replace(to, n)
	return nil
}

// Remove removes a file or an empty directory.
func (e *Editor) Remove(p string) error {
	at, n, err := e.target("remove", p, false)
	switch {
	case err != nil:
		return err
	case at == "/":
		return pathError("remove", p, EBUSY)
	case n.Len() > 0:
		return pathError("remove", p, ENOTEMPTY)
	}
	e.replace(at, nil)
	return nil
}

// RemoveAll removes whatever is at p with everything below it. Nothing there
// is no error.
func (e *Editor) RemoveAll(p string) error {
	r := e.t.lookup(p, false)
	switch {
	case r.err == ENOENT:
		return nil
	case r.err != 0:
		return pathError("remove", p, r.err)
	case r.path == "/":
		return pathError("remove", p, EBUSY)
	}
	e.replace(r.path, nil)
	return nil
}

// Rename moves old to p as rename(2) does on overlayfs: it replaces a file, or
// an empty directory by a directory, and fails with EXDEV for a directory that
// has a lower part.
func (e *Editor) Rename(old, p string) error {
	from, n, err := e.target("rename", old, false)
	if err != nil {
		return err
	}
	if from == "/" {
		return pathError("rename", old, EBUSY)
	}
	r := e.t.lookup(trimSlash(p), false)
	if r.err != 0 && (r.err != ENOENT || r.path == "") {
		return pathError("rename", p, r.err)
	}
	if within(from, r.path) && r.path != from {
		return pathError("rename", p, EINVAL)
	}
	if t := r.node; t != nil {
		switch {
		case r.path == from || t.Kind != Dir && t.ino == n.ino:
			return nil
		case r.path == "/":
			return pathError("rename", p, EBUSY)
		case t.Kind == Dir && n.Kind != Dir:
			return pathError("rename", p, EISDIR)
		case t.Kind != Dir && n.Kind == Dir:
			return pathError("rename", p, ENOTDIR)
		case t.Len() > 0 || within(r.path, from):
			return pathError("rename", p, ENOTEMPTY)
		}
	}
	if n.Kind == Dir && !e.Upper(n) {
		return pathError("rename", old, EXDEV)
	}
	if !e.Upper(n) {
		n = e.set(from, n, func(*Node) {})
	}
	if n.Kind == Dir {
		c := *n
		c.moved = true
		n = &c
	}
	e.replace(from, nil)
	e.replace(r.path, n)
	return nil
}

// within reports whether canonical path p is dir or below it.
func within(dir, p string) bool {
	return p == dir || dir == "/" || len(p) > len(dir) && p[:len(dir)] == dir && p[len(dir)] == '/'
}

// Chmod sets the 07777 bits.
func (e *Editor) Chmod(p string, mode uint32) error {
	return e.update("chmod", p, true, func(n *Node) { n.Mode = mode & 0o7777 })
}

// Chown sets the owner as chown(2) does: on anything but a directory it clears
// setuid, setgid where the group may execute, and file capabilities. An id of
// -1 is left as it is. Lchown does the same without following a link.
func (e *Editor) Chown(p string, uid, gid int) error { return e.chown(p, true, uid, gid) }

// Lchown is Chown on the link itself.
func (e *Editor) Lchown(p string, uid, gid int) error { return e.chown(p, false, uid, gid) }

func (e *Editor) chown(p string, follow bool, uid, gid int) error {
	return e.update("chown", p, follow, func(n *Node) {
		if uid >= 0 {
			n.UID = uid
		}
		if gid >= 0 {
			n.GID = gid
		}
		if n.Kind == Dir {
			return
		}
		n.Mode &^= 0o4000
		if n.Mode&0o010 != 0 {
			n.Mode &^= 0o2000
		}
		if _, ok := n.Xattrs["security.capability"]; ok {
			n.Meta = n.WithXattr("security.capability", "")
		}
	})
}

// Chtimes sets the mtime, in nanoseconds since the Unix epoch.
func (e *Editor) Chtimes(p string, mtime int64) error {
	return e.update("utimes", p, true, func(n *Node) { n.MTime, n.Far = mtime, 0 })
}

// Lchtimes is Chtimes on the link itself.
func (e *Editor) Lchtimes(p string, mtime int64) error {
	return e.update("utimes", p, false, func(n *Node) { n.MTime, n.Far = mtime, 0 })
}

// LchtimesTo is Lchtimes for any time.
func (e *Editor) LchtimesTo(p string, t Time) error {
	return e.update("utimes", p, false, func(n *Node) { n.SetTime(t) })
}

// SetMeta replaces the metadata of the inode at p, a link not followed, with
// none of the kernel's side effects. The kind must stay.
func (e *Editor) SetMeta(p string, m Meta) error {
	at, n, err := e.target("setattr", p, false)
	if err != nil {
		return err
	}
	if m.Kind != n.Kind {
		return pathError("setattr", p, EINVAL)
	}
	e.set(at, n, func(n *Node) { n.Meta = m })
	return nil
}

// MkdirAll makes p and its missing parents with the given mode and owner and
// returns the canonical paths of those it made, outermost first. Links are
// followed as containerd/continuity's RootPath does, and what exists stays as
// it is. As mkdir(2) does, a directory made in one with the setgid bit has that
// bit, and its group where gid is -1; elsewhere -1 stands for root.
func (e *Editor) MkdirAll(p string, mode uint32, uid, gid int) (made []string, err error) {
	at, err := e.t.RootPath(p)
	if err != nil {
		return nil, err
	}
	cur := "/"
	for _, c := range Split(at) {
		cur = path.Join(cur, c)
		n := e.t.at(cur)
		if n == nil {
			m := Meta{Kind: Dir, Mode: mode, UID: max(uid, 0), GID: max(gid, 0), MTime: e.t.tick()}
			if up := e.t.at(path.Dir(cur)); up.Mode&0o2000 != 0 {
				m.Mode |= 0o2000
				if gid < 0 {
					m.GID = up.GID
				}
			}
			e.replace(cur, e.fresh(m, nil))
			made = append(made, cur)
		} else if n.Kind != Dir {
			return made, pathError("mkdir", cur, ENOTDIR)
		}
	}
	return made, nil
}

// Chroot runs do with the directory at p as the tree's root, as chroot(2)
// does: no path, link or ".." that do uses leads out of it. Hard links to
// names outside are broken by a change made inside.
func (e *Editor) Chroot(p string, do func() error) error {
	at, n, err := e.target("chroot", p, true)
	if err != nil {
		return err
	}
	if n.Kind != Dir {
		return pathError("chroot", p, ENOTDIR)
	}
	outer := e.t.root
	e.t.root = n
	err = do()
	inner := e.t.root
	e.t.root = outer
	if inner != n {
		e.change(at, inner)
	}
	return err
}

// Graft puts a copy of the subtree n, of any tree, at p without moving any
// time, as when a filesystem is mounted there. Its inodes get numbers of this
// tree. A nil n takes away what is at p. The directory above must exist.
func (e *Editor) Graft(p string, n *Node) error {
	r := e.t.lookup(p, false)
	if r.path == "" || r.path == "/" {
		return pathError("mount", p, max(r.err, EINVAL))
	}
	dir := *e.t.at(path.Dir(r.path))
	if n == nil {
		dir.hold(dir.entries().remove(path.Base(r.path)))
	} else {
		top := e.renumber(n, map[uint64]uint64{})
		top.mount = true
		dir.hold(dir.entries().put(path.Base(r.path), top))
	}
	e.swap(path.Dir(r.path), &dir)
	return nil
}

func (e *Editor) renumber(n *Node, known map[uint64]uint64) *Node {
	c := *n
	if known[n.ino] == 0 {
		known[n.ino] = e.t.inode()
	}
	c.ino = known[n.ino]
	c.hold(nil)
	n.entries().all(func(name string, child *Node) bool {
		c.hold(c.dir.put(name, e.renumber(child, known)))
		return true
	})
	return &c
}
