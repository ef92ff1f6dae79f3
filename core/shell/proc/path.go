package proc

import (
	"slices"
	"strings"

	"layerlab.dev/core/vfs"
)

// tree returns the tree with all that has been written so far.
func (p *Proc) tree() vfs.Tree {
	p.m.sync()
	p.m.share()
	return p.m.Editor.Tree()
}

// Tree returns the tree as it is now. Permissions are not looked at.
func (p *Proc) Tree() vfs.Tree { return p.tree() }

// Abs returns name as an absolute path; it is not cleaned, because what ".."
// means depends on links.
func (p *Proc) Abs(name string) string { return p.abs(name) }

func (p *Proc) abs(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	if p.Dir == "/" {
		return "/" + name
	}
	return p.Dir + "/" + name
}

// may reports whether p has all permissions of want (1 execute, 2 write, 4
// read) on n.
func (p *Proc) may(n *vfs.Node, want uint32) bool {
	if p.UID == 0 {
		return want&1 == 0 || n.Kind == vfs.Dir || n.Mode&0o111 != 0
	}
	mode := n.Mode
	switch {
	case n.UID == p.UID:
		mode >>= 6
	case p.member(n.GID):
		mode >>= 3
	}
	return mode&want == want
}

// member reports whether p is in the group gid.
func (p *Proc) member(gid int) bool { return gid == p.GID || slices.Contains(p.Groups, gid) }

// reach finds the canonical path of name and checks that p may search the
// directories on the way. The path is set too where only the last name is
// missing (ENOENT).
func (p *Proc) reach(name string, follow bool) (at string, n *vfs.Node, err error) {
	p.Steps(1)
	if name == "" {
		return "", nil, vfs.ENOENT
	}
	t := p.tree()
	full := p.abs(name)
	at, err = t.Canonical(full, follow)
	if p.UID != 0 && !p.searched(t, name, full, follow) {
		return "", nil, vfs.EACCES
	}
	if err != nil {
		return at, nil, errno(err)
	}
	n, err = t.Lstat(at)
	return at, n, errno(err)
}

// searched reports whether p may search the directories that are walked to
// reach a path, as far as there are any: those that its components stand in,
// and those that lead to where a link points. What is above the working
// directory does not count for a relative name.
func (p *Proc) searched(t vfs.Tree, name, full string, follow bool) bool {
	start := 0
	if !strings.HasPrefix(name, "/") {
		start = len(strings.TrimSuffix(p.Dir, "/"))
	}
	passable := func(at string) bool {
		return !slices.ContainsFunc(t.Parents(at), func(d *vfs.Node) bool { return !p.may(d, 1) })
	}
	for i := start; i < len(full); i++ {
		if full[i] != '/' || strings.Trim(full[i:], "/") == "" {
			continue
		}
		at, err := t.Canonical(full[:i]+"/", true)
		if err != nil {
			return true
		}
		if n, err := t.Lstat(full[:i]); err == nil && n.Kind == vfs.Symlink && !passable(at) {
			return false
		}
		if d, err := t.Lstat(at); err != nil || d.Kind != vfs.Dir {
			return true
		} else if !p.may(d, 1) {
			return false
		}
	}
	if n, err := t.Lstat(full); follow && err == nil && n.Kind == vfs.Symlink {
		if at, err := t.Canonical(full, true); err == nil {
			return passable(at)
		}
	}
	return true
}

// errno is the bare reason of an error, without the path.
func errno(err error) error {
	if err == nil {
		return nil
	}
	for _, e := range []vfs.Errno{vfs.ENOENT, vfs.EEXIST, vfs.ENOTDIR, vfs.EISDIR, vfs.ENOTEMPTY, vfs.EXDEV, vfs.ELOOP,
		vfs.ENAMETOOLONG, vfs.EINVAL, vfs.EPERM, vfs.EBUSY} {
		if Is(err, e) {
			return e
		}
	}
	return err
}

// Lstat returns the inode at name, a link not followed.
func (p *Proc) Lstat(name string) (*vfs.Node, error) {
	_, n, err := p.reach(name, false)
	return n, err
}

// Stat returns the inode at name.
func (p *Proc) Stat(name string) (*vfs.Node, error) {
	_, n, err := p.reach(name, true)
	return n, err
}

// Real returns the canonical path of name.
func (p *Proc) Real(name string) (string, error) {
	at, _, err := p.reach(name, true)
	return at, err
}

// Device returns a number that tells file systems apart.
func (p *Proc) Device(name string) int {
	at, _, _ := p.reach(name, false)
	return p.m.device(at)
}

// Merged reports whether the directory at name, of which n is the inode, is in
// several layers: overlayfs merges them and counts one link. So it does for the
// root.
func (p *Proc) Merged(name string, n *vfs.Node) bool {
	at, _, err := p.reach(name, true)
	if err != nil || p.m.Editor.Whole() {
		return false
	}
	if mt := p.m.mountOf(at); mt != nil {
		return mt.of != nil && mt.of.Overlay && (at == mt.at && mt.of.Top || n.Merged() || mt.changed(at, n))
	}
	return at == "/" || n.Merged()
}

// changed reports whether the directory n at a path of the mount is in its lower
// layers and looks different now.
func (mt *mounted) changed(at string, n *vfs.Node) bool {
	old := mt.of.Lower
	if old == nil {
		old = mt.of.Node
	}
	for _, c := range vfs.Split(at[len(mt.at):]) {
		if old = old.Child(c); old == nil {
			return false
		}
	}
	return old.IsDir() && (old.MTime != n.MTime || old.Mode != n.Mode || old.UID != n.UID || old.GID != n.GID)
}

// FileSystem returns the type of the file system that name lies in, as mount(8)
// has it, "" for the image and for what is mounted of another one.
func (p *Proc) FileSystem(name string) string {
	at, _, _ := p.reach(name, true)
	if mt := p.m.mountOf(at); mt != nil {
		return mt.fs
	}
	return ""
}

// MountPoint reports whether something is mounted at name.
func (p *Proc) MountPoint(name string) bool {
	at, err := p.Real(name)
	return err == nil && (at == "/" || p.m.busy(at))
}

// Readlink returns the target of a symbolic link.
func (p *Proc) Readlink(name string) (string, error) {
	n, err := p.Lstat(name)
	if err == nil && n.Kind != vfs.Symlink {
		err = vfs.EINVAL
	}
	if err != nil {
		return "", err
	}
	return n.Target, nil
}

// Access reports whether p may do want (1 execute, 2 write, 4 read) with name.
func (p *Proc) Access(name string, want uint32) bool {
	at, n, err := p.reach(name, true)
	return err == nil && p.may(n, want) && (want&2 == 0 || !p.m.readOnly(at) || n.Kind != vfs.File && n.Kind != vfs.Dir)
}

// Permits reports whether the mode of name lets p do want with it, whatever the
// mount says.
func (p *Proc) Permits(name string, want uint32) bool {
	_, n, err := p.reach(name, true)
	return err == nil && p.may(n, want)
}

// Entry returns the inode of an entry that a directory p may read tells of, of
// which p may know no more than its kind.
func (p *Proc) Entry(name string) (*vfs.Node, error) {
	t := p.tree()
	at, err := t.Canonical(p.abs(name), false)
	if err != nil {
		return nil, errno(err)
	}
	return t.Lstat(at)
}

// ReadDir returns the names in a directory, sorted bytewise.
func (p *Proc) ReadDir(name string) ([]string, error) {
	_, n, err := p.reach(name, true)
	switch {
	case err != nil:
		return nil, err
	case n.Kind != vfs.Dir:
		return nil, vfs.ENOTDIR
	case !p.may(n, 4):
		return nil, vfs.EACCES
	}
	names := make([]string, 0, n.Len())
	for c := range n.Children() {
		names = append(names, c)
	}
	p.Steps(int64(len(names)))
	return names, nil
}

// MakeDir goes to the working directory that p begins with, as root and as it is
// written: what is missing on the way is made, as the runtime does it in the
// container (runc, prepareRootfs).
func (p *Proc) MakeDir() error {
	at := "/"
	for _, c := range strings.Split(p.Dir, "/") {
		if c == "" || c == "." {
			continue
		}
		name := strings.TrimSuffix(at, "/") + "/" + c
		next, err := p.tree().Canonical(name, true)
		if Is(err, vfs.ENOENT) && next != "" {
			if err := p.m.refuses(next, vfs.Dir); err != nil {
				return err
			}
			_, err = p.m.Editor.MkdirAll(next, 0o755, -1, -1)
		}
		if err != nil {
			return errno(err)
		}
		at = next
	}
	n, err := p.tree().Lstat(at)
	if err == nil && n.Kind != vfs.Dir {
		err = vfs.ENOTDIR
	}
	if err != nil {
		return errno(err)
	}
	p.Dir = at
	return nil
}

// Chdir changes the working directory.
func (p *Proc) Chdir(name string) error {
	at, n, err := p.reach(name, true)
	switch {
	case err != nil:
		return err
	case n.Kind != vfs.Dir:
		return vfs.ENOTDIR
	case !p.may(n, 1):
		return vfs.EACCES
	}
	p.Dir = at
	return nil
}
