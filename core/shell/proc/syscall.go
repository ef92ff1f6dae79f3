package proc

import (
	"path"
	"strings"

	"layerlab.dev/core/vfs"
)

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
	if mt := p.m.named(at); n != nil && mt != nil && mt.fs == "proc" {
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
	if err := p.m.refuses(at, meta.Kind); err != nil {
		return err
	}
	d, err := p.parent(at, nil)
	if err != nil {
		return err
	}
	if d.Kind != vfs.Dir {
		return vfs.ENOTDIR
	}
	if meta.Kind == vfs.CharDevice && meta.Major|meta.Minor == 0 && p.m.named(at) == nil && !p.m.Editor.Whole() {
		return vfs.EPERM // overlayfs keeps 0:0 for itself: it marks a removed name
	}
	if p.UID != 0 && (meta.Kind == vfs.BlockDevice || meta.Kind == vfs.CharDevice) {
		return vfs.EPERM
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
	return p.create(name, vfs.Meta{Kind: vfs.Dir, Mode: mode & 0o1777 &^ p.Umask})
}

// Mknod makes a fifo or a device with mode less the umask.
func (p *Proc) Mknod(name string, kind vfs.Kind, mode, major, minor uint32) error {
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
	}
	if err := p.m.refuses(at, vfs.File); err != nil {
		return err
	}
	if p.m.mountOf(from) != p.m.named(at) {
		return vfs.EXDEV
	}
	if p.UID != 0 && p.UID != n.UID && (n.Kind != vfs.File || n.Mode&0o4000 != 0 || n.Mode&0o2010 == 0o2010 || !p.may(n, 6)) {
		return vfs.EPERM // fs.protected_hardlinks, which distributions set
	}
	if _, err = p.parent(at, nil); err != nil {
		return err
	}
	if n.Kind == vfs.Dir {
		return vfs.EPERM
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
	if mt := p.m.named(at); at != "" && mt != nil && mt.readOnly {
		return vfs.EROFS
	}
	if err != nil {
		return err
	}
	if at == "/" {
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
	case p.m.busy(at):
		return vfs.EBUSY
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
	if err != nil && (err != vfs.ENOENT || from == "") {
		return err
	}
	if base := path.Base(old); base == "." || base == ".." {
		return vfs.EBUSY
	}
	target := name
	if n == nil || n.Kind == vfs.Dir {
		target = strings.TrimRight(name, "/")
	}
	at, over, terr := p.reach(target, false)
	if terr != nil && (terr != vfs.ENOENT || at == "") {
		return terr
	}
	switch mt := p.m.named(at); {
	case p.m.named(from) != mt:
		return vfs.EXDEV
	case mt != nil && mt.readOnly:
		return vfs.EROFS
	case err != nil:
		return err
	case strings.HasSuffix(old, "/") && n.Kind != vfs.Dir:
		return vfs.ENOTDIR
	case from != at && below(from, at):
		return vfs.EINVAL
	case mt != nil && mt.fs == "proc" && over == nil:
		return vfs.ENOENT
	}
	if _, err := p.parent(from, n); err != nil {
		return err
	}
	if _, err := p.parent(at, over); err != nil {
		return err
	}
	switch {
	case n.IsDir() && path.Dir(from) != path.Dir(at) && !p.may(n, 2):
		return vfs.EACCES // its ".." would change
	case over != nil && n.IsDir() && !over.IsDir():
		return vfs.ENOTDIR
	case over != nil && !n.IsDir() && over.IsDir():
		return vfs.EISDIR
	case p.m.busy(from) || p.m.busy(at):
		return vfs.EBUSY
	}
	if err := p.m.Editor.Rename(from, at); err != nil {
		return errno(err)
	}
	p.m.moved(from, at)
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
	if p.UID != 0 && !p.member(n.GID) {
		mode &^= 0o2000
	}
	if o := p.m.inodes[n.Ino()]; o != nil && mode&0o6000 != 0 {
		o.guard = true
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
		if uid >= 0 && uid != n.UID || gid >= 0 && gid != n.GID && !p.member(gid) {
			return vfs.EPERM
		}
		if n.Kind != vfs.Dir && n.Kind != vfs.Symlink && p.stripped(n) != n.Mode {
			if err := p.m.Editor.Chmod(at, p.stripped(n)); err != nil {
				return errno(err)
			}
		}
	}
	return p.changed(at, n, p.m.Editor.Lchown(at, uid, gid))
}

// Utimes sets the mtime; nil is now. What the file system cannot hold becomes
// the nearest time that it can, which for an image is taken to be ext4's.
func (p *Proc) Utimes(name string, mtime *vfs.Time, follow bool) error {
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
	if mtime == nil {
		return p.changed(at, n, p.m.Editor.Lchtimes(at, p.m.Editor.Tick()))
	}
	t := *mtime
	if mt := p.m.mountOf(at); mt == nil || mt.fs == "" {
		switch {
		case t.Sec < -1<<31:
			t = vfs.Time{Sec: -1 << 31}
		case t.Sec >= 1<<34-1<<31:
			t = vfs.Time{Sec: 1<<34 - 1<<31 - 1}
		}
	}
	return p.changed(at, n, p.m.Editor.LchtimesTo(at, t))
}
