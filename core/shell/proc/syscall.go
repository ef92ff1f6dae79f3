package proc

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// tree returns the tree with all that has been written so far.
func (p *Proc) tree() vfs.Tree {
	p.m.sync()
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
	case n.GID == p.GID || slices.Contains(p.Groups, n.GID):
		mode >>= 3
	}
	return mode&want == want
}

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
	if at != "" && p.UID != 0 {
		for _, d := range t.Parents(at) {
			if !p.may(d, 1) {
				return "", nil, vfs.EACCES
			}
		}
	}
	if err != nil {
		return at, nil, errno(err)
	}
	n, err = t.Lstat(at)
	return at, n, errno(err)
}

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

// Merged reports whether the directory at name lies in the image below and has
// been changed: overlayfs merges the two and counts one link. So it does for the
// file systems that lie over the image.
func (p *Proc) Merged(name string) bool {
	if p.Device(name) != 0 {
		return true
	}
	at, n, err := p.reach(name, true)
	if err != nil {
		return false
	}
	old, err := p.m.below.Lstat(at)
	return err == nil && old.IsDir() && old != n && old.Ino() == n.Ino()
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
	return err == nil && p.may(n, want) && (want&2 == 0 || !p.m.readOnly(at))
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

// parent checks that p may change the entry at canonical path at.
func (p *Proc) parent(at string, n *vfs.Node) (*vfs.Node, error) {
	ds := p.m.Editor.Tree().Parents(at)
	d := ds[len(ds)-1]
	if p.UID != 0 {
		if !p.may(d, 3) {
			return d, vfs.EACCES
		}
		if n != nil && d.Mode&0o1000 != 0 && d.UID != p.UID && n.UID != p.UID {
			return d, vfs.EPERM
		}
	}
	if p.m.device(at) != 0 && p.m.device(at) != 9 && !strings.HasPrefix(at, "/dev/") {
		return d, vfs.EPERM
	}
	return d, nil
}

// fresh returns owner and group of something p makes in directory d.
func (p *Proc) fresh(d *vfs.Node) (uid, gid int) {
	if d.Mode&0o2000 != 0 {
		return p.UID, d.GID
	}
	return p.UID, p.GID
}

func (p *Proc) create(name string, meta vfs.Meta) error {
	at, _, err := p.reach(strings.TrimRight(name, "/"), false)
	switch {
	case strings.Trim(name, "/") == "" && name != "":
		return vfs.EEXIST
	case err == nil:
		return vfs.EEXIST
	case err != vfs.ENOENT || at == "":
		return err
	}
	d, err := p.parent(at, nil)
	if err != nil {
		return err
	}
	if d.Kind != vfs.Dir {
		return vfs.ENOTDIR
	}
	meta.UID, meta.GID = p.fresh(d)
	if meta.Kind == vfs.Dir {
		meta.Mode |= d.Mode & 0o2000
	}
	if err := p.m.Editor.Create(at, meta, nil); err != nil {
		return errno(err)
	}
	p.m.wrote(at, p.Command)
	return nil
}

// Mkdir makes a directory with mode less the umask.
func (p *Proc) Mkdir(name string, mode uint32) error {
	return p.create(name, vfs.Meta{Kind: vfs.Dir, Mode: mode &^ p.Umask})
}

// Mknod makes a fifo or a device with mode less the umask.
func (p *Proc) Mknod(name string, kind vfs.Kind, mode, major, minor uint32) error {
	if p.UID != 0 && (kind == vfs.CharDevice || kind == vfs.BlockDevice) {
		return vfs.EPERM
	}
	return p.create(name, vfs.Meta{Kind: kind, Mode: mode &^ p.Umask, Major: major, Minor: minor})
}

// Symlink makes a symbolic link.
func (p *Proc) Symlink(target, name string) error {
	if strings.HasSuffix(name, "/") {
		if _, err := p.Lstat(name); err != nil {
			return vfs.ENOENT
		}
		return vfs.EEXIST
	}
	return p.create(name, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: target})
}

// Link gives the inode at old the further name name, without following a link
// at old.
func (p *Proc) Link(old, name string) error {
	from, n, err := p.reach(old, false)
	if err != nil {
		return err
	}
	at, _, err := p.reach(name, false)
	switch {
	case err == nil:
		return vfs.EEXIST
	case err != vfs.ENOENT || at == "":
		return err
	case n.Kind == vfs.Dir:
		return vfs.EPERM
	case p.m.device(from) != p.m.device(at) || p.m.readOnly(from):
		return vfs.EXDEV
	}
	if _, err = p.parent(at, nil); err != nil {
		return err
	}
	if err := p.m.Editor.Link(from, at); err != nil {
		return errno(err)
	}
	p.follow(from, n)
	p.m.wrote(at, p.Command)
	return nil
}

// follow keeps open files together with an inode that was copied up.
func (p *Proc) follow(at string, old *vfs.Node) {
	o := p.m.inodes[old.Ino()]
	if o == nil {
		return
	}
	if n, err := p.m.Editor.Tree().Lstat(at); err == nil && n.Ino() != old.Ino() && o.path == at {
		delete(p.m.inodes, old.Ino())
		o.ino = n.Ino()
		p.m.inodes[o.ino] = o
	}
}

// Unlink removes a name that is not a directory.
func (p *Proc) Unlink(name string) error { return p.remove(name, false) }

// Rmdir removes an empty directory.
func (p *Proc) Rmdir(name string) error { return p.remove(name, true) }

func (p *Proc) remove(name string, dir bool) error {
	if dir {
		if base := path.Base(name); base == "." {
			return vfs.EINVAL
		}
		name = strings.TrimRight(name, "/")
		if name == "" {
			return vfs.EBUSY
		}
	}
	at, n, err := p.reach(name, false)
	if err != nil {
		return err
	}
	if at == "/" || p.m.busy(at) {
		return vfs.EBUSY
	}
	if _, err := p.parent(at, n); err != nil {
		return err
	}
	switch {
	case dir && n.Kind != vfs.Dir:
		return vfs.ENOTDIR
	case !dir && n.Kind == vfs.Dir:
		return vfs.EISDIR
	}
	if err := p.m.Editor.Remove(at); err != nil {
		return errno(err)
	}
	p.m.wrote(at, p.Command)
	return nil
}

// Rename is rename(2).
func (p *Proc) Rename(old, name string) error {
	from, n, err := p.reach(strings.TrimRight(old, "/"), false)
	if old == "/" || old == "//" {
		return vfs.EBUSY
	}
	if err != nil {
		return err
	}
	if strings.HasSuffix(old, "/") && n.Kind != vfs.Dir {
		return vfs.ENOTDIR
	}
	if base := path.Base(old); base == "." || base == ".." {
		return vfs.EBUSY
	}
	target := name
	if n.Kind == vfs.Dir {
		target = strings.TrimRight(name, "/")
	}
	at, over, err := p.reach(target, false)
	if err != nil && (err != vfs.ENOENT || at == "") {
		return err
	}
	if p.m.busy(from) || p.m.busy(at) {
		return vfs.EBUSY
	}
	if p.m.device(from) != p.m.device(at) {
		return vfs.EXDEV
	}
	if _, err := p.parent(from, n); err != nil {
		return err
	}
	if _, err := p.parent(at, over); err != nil {
		return err
	}
	if err := p.m.Editor.Rename(from, at); err != nil {
		return errno(err)
	}
	for _, o := range p.m.inodes {
		if o.path == from {
			o.path = at
			if now, err := p.m.Editor.Tree().Lstat(at); err == nil && o.ino == n.Ino() && now.Ino() != o.ino {
				delete(p.m.inodes, o.ino)
				o.ino = now.Ino()
				p.m.inodes[o.ino] = o
			}
			break
		}
	}
	p.m.wrote(from, p.Command)
	p.m.wrote(at, p.Command)
	return nil
}

// own finds an inode whose metadata p wants to change.
func (p *Proc) own(name string, follow bool) (string, *vfs.Node, error) {
	at, n, err := p.reach(name, follow)
	switch {
	case err != nil:
		return "", nil, err
	case p.m.readOnly(at):
		return "", nil, vfs.EROFS
	case p.UID != 0 && n.UID != p.UID:
		return "", nil, vfs.EPERM
	}
	return at, n, nil
}

// Chmod sets the permission bits.
func (p *Proc) Chmod(name string, mode uint32) error {
	at, n, err := p.own(name, true)
	if err != nil {
		return err
	}
	if p.UID != 0 && n.GID != p.GID && !slices.Contains(p.Groups, n.GID) {
		mode &^= 0o2000
	}
	return p.changed(at, n, p.m.Editor.Chmod(at, mode))
}

func (p *Proc) changed(at string, n *vfs.Node, err error) error {
	if err != nil {
		return errno(err)
	}
	p.follow(at, n)
	p.m.wrote(at, p.Command)
	return nil
}

// Chown sets owner and group; -1 leaves one as it is.
func (p *Proc) Chown(name string, uid, gid int) error { return p.chown(name, true, uid, gid) }

// Lchown is Chown on the link itself.
func (p *Proc) Lchown(name string, uid, gid int) error { return p.chown(name, false, uid, gid) }

func (p *Proc) chown(name string, follow bool, uid, gid int) error {
	at, n, err := p.own(name, follow)
	if err != nil {
		return err
	}
	if p.UID != 0 {
		if uid >= 0 && uid != n.UID || gid >= 0 && gid != n.GID && gid != p.GID && !slices.Contains(p.Groups, gid) {
			return vfs.EPERM
		}
	}
	return p.changed(at, n, p.m.Editor.Lchown(at, uid, gid))
}

// Utimes sets the mtime in nanoseconds since the Unix epoch; a negative-free
// "now" is asked for by nil.
func (p *Proc) Utimes(name string, mtime *int64, follow bool) error {
	at, n, err := p.reach(name, follow)
	switch {
	case err != nil:
		return err
	case p.m.readOnly(at):
		return vfs.EROFS
	case p.UID != 0 && n.UID != p.UID && (mtime != nil || !p.may(n, 2)):
		if mtime == nil {
			return vfs.EACCES
		}
		return vfs.EPERM
	}
	t := p.m.Editor.Tick()
	if mtime != nil {
		t = *mtime
	}
	return p.changed(at, n, p.m.Editor.Lchtimes(at, t))
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

// descriptor recognises the names of open descriptors below /dev and /proc.
func descriptor(full string) (fd int, ok bool) {
	switch full {
	case "/dev/stdin":
		return 0, true
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	for _, pre := range []string{"/dev/fd/", "/proc/self/fd/", "/proc/1/fd/"} {
		if s, found := strings.CutPrefix(full, pre); found {
			n, err := strconv.Atoi(s)
			return n, err == nil && n >= 0
		}
	}
	return 0, false
}

// Open opens name and returns the lowest free descriptor. A new file gets mode
// less the umask.
func (p *Proc) Open(name string, flags int, mode uint32) (int, error) {
	f, err := p.open(name, flags, mode)
	if err != nil {
		return -1, err
	}
	return p.add(f, 0), nil
}

// OpenAt opens name at descriptor fd, which is closed first if it is open.
func (p *Proc) OpenAt(fd int, name string, flags int, mode uint32) error {
	f, err := p.open(name, flags, mode)
	if err != nil {
		return err
	}
	p.put(fd, f)
	return nil
}

func (p *Proc) open(name string, flags int, mode uint32) (*File, error) {
	if fd, ok := descriptor(p.abs(name)); ok {
		of := p
		if strings.HasPrefix(p.abs(name), "/proc/1/") {
			of = p.m.procs[1]
		}
		f, err := of.file(fd)
		if err != nil {
			return nil, vfs.ENOENT
		}
		if o, ok := f.src.(*inode); ok {
			// Opening it again gives an offset of its own.
			o.refs++
			if flags&Trunc != 0 {
				o.truncate(0)
				p.touched(o)
			}
			return &File{refs: 1, flags: flags, src: o, Path: name}, nil
		}
		f.refs++
		return f, nil
	}
	at, n, err := p.reach(name, flags&(Create|Excl) != Create|Excl)
	switch {
	case err == vfs.ENOENT && flags&Create != 0 && at != "":
		if strings.HasSuffix(name, "/") {
			return nil, vfs.EISDIR
		}
		d, err := p.parent(at, nil)
		if err != nil {
			return nil, err
		}
		uid, gid := p.fresh(d)
		if err := p.m.Editor.Create(at, vfs.Meta{Kind: vfs.File, Mode: mode &^ p.Umask, UID: uid, GID: gid}, nil); err != nil {
			return nil, errno(err)
		}
		p.m.wrote(at, p.Command)
		if n, err = p.m.Editor.Tree().Lstat(at); err != nil {
			return nil, errno(err)
		}
		return p.regular(at, n, flags), nil
	case err != nil:
		return nil, err
	case flags&(Create|Excl) == Create|Excl:
		return nil, vfs.EEXIST
	}
	want := uint32(0)
	if flags&Read != 0 {
		want |= 4
	}
	if flags&Write != 0 {
		want |= 2
	}
	if n.Kind == vfs.Dir && flags&Write != 0 {
		return nil, vfs.EISDIR
	}
	if !p.may(n, want) {
		return nil, vfs.EACCES
	}
	if want&2 != 0 && p.m.readOnly(at) {
		return nil, vfs.EROFS
	}
	switch n.Kind {
	case vfs.Dir:
		return &File{refs: 1, flags: flags, src: directory{}, Path: name}, nil
	case vfs.CharDevice:
		d, err := deviceOf(n)
		if err != nil {
			return nil, err
		}
		return &File{refs: 1, flags: flags, src: d, Path: name}, nil
	case vfs.Fifo:
		return p.openFifo(n, flags), nil
	case vfs.File:
		f := p.regular(at, n, flags)
		if flags&Trunc != 0 {
			o := f.src.(*inode)
			// Truncating an empty file still is a write: it takes a new time.
			o.truncate(0)
			p.touched(o)
		}
		return f, nil
	}
	return nil, vfs.ENXIO
}

func (p *Proc) regular(at string, n *vfs.Node, flags int) *File {
	o := p.m.inodes[n.Ino()]
	if o == nil {
		o = &inode{m: p.m, ino: n.Ino(), path: at}
		o.setBlob(n.Blob())
		p.m.inodes[o.ino] = o
	}
	o.refs++
	return &File{refs: 1, flags: flags, src: o, Path: at}
}

type directory struct{}

func (directory) read(*Proc, *File, []byte) (int, error)  { return 0, vfs.EISDIR }
func (directory) write(*Proc, *File, []byte) (int, error) { return 0, vfs.EBADF }
func (directory) close(*File)                             {}

// SetBlob gives a regular file that is open for writing at fd, and empty, the
// content b without reading it.
func (p *Proc) SetBlob(fd int, b *vfs.Blob) error {
	f, err := p.file(fd)
	if err != nil {
		return err
	}
	o, ok := f.src.(*inode)
	if !ok || f.flags&Write == 0 {
		return vfs.EBADF
	}
	p.spend(b.Size())
	o.setBlob(b)
	f.off = o.size
	p.touched(o)
	return nil
}
