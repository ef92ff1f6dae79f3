package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// copier copies files as busybox's copy_file does.
type copier struct {
	p *proc.Proc
	recurse, preserve, force, deref, derefTop, verbose,
	update, hard, soft, noClobber bool
	// through says that an existing file is written through, not replaced.
	through bool
	// unlinkFirst removes an existing file, ask asks before it goes.
	unlinkFirst, ask bool
	// links keeps names of one inode together, where it is GNU's.
	links bool
	// keepMode preserves the mode alone, dropMode does not even copy it.
	keepMode, dropMode bool
	seen               map[uint64]string // where the first name of an inode went
	made               map[uint64]bool   // directories this copy has made
}

func newCopier(p *proc.Proc) *copier {
	return &copier{p: p, seen: map[uint64]string{}, made: map[uint64]bool{}, through: p.Plain || p.GNU}
}

// clear asks whether an existing destination may go, and removes it.
func (c *copier) clear(dest string, cause error) bool {
	if c.noClobber {
		return false
	}
	if c.through && !c.force && !c.ask && cause != nil {
		c.p.WarnErr(cause, "can't create '%s'", dest)
		return false
	}
	if err := c.p.Unlink(dest); err != nil {
		if c.p.GNU {
			c.p.WarnErr(err, "cannot remove '%s'", dest)
			return false
		}
		if cause == nil || !proc.Is(cause, vfs.EEXIST) && cause != nil {
			c.p.WarnErr(cmpErr(cause, err), "can't create '%s'", dest)
		} else {
			c.p.WarnErr(cause, "can't create '%s'", dest)
		}
		return false
	}
	return true
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// file copies source to dest and reports whether that went well.
func (c *copier) file(source, dest string) bool { return c.copy(source, dest, true) }

func (c *copier) copy(source, dest string, top bool) bool {
	p := c.p
	p.Step()
	follow := c.deref || top && c.derefTop
	src, err := stat(p, source, follow)
	if err != nil {
		if p.GNU {
			p.WarnErr(err, "cannot stat '%s'", source)
		} else {
			p.WarnErr(err, "can't stat '%s'", source)
		}
		return false
	}
	dst, err := p.Lstat(dest)
	if err != nil && !proc.Is(err, vfs.ENOENT) {
		verb := "can't"
		if p.GNU {
			verb = "cannot"
		}
		p.WarnErr(err, "%s stat '%s'", verb, dest)
		return false
	}
	if c.deref && err == nil && p.GNU {
		if d, e := p.Stat(dest); e == nil {
			dst = d
		}
	}
	exists := err == nil
	if exists {
		same := src.Ino() == dst.Ino() && p.Device(source) == p.Device(dest)
		if d, e := p.Stat(dest); e == nil && !same && follow && p.GNU && !c.unlinkFirst {
			same = src.Ino() == d.Ino() && p.Device(source) == p.Device(dest)
		}
		if l, e := p.Lstat(dest); e == nil && l.Kind == vfs.Symlink && src.Kind != vfs.Symlink && c.unlinkFirst {
			same = false
		}
		if same && !(c.hard || c.soft) {
			if p.GNU {
				p.Warn("'%s' and '%s' are the same file", source, dest)
			} else {
				p.Warn("'%s' and '%s' are the same file", source, dest)
			}
			return false
		}
		if c.noClobber {
			return true
		}
	}
	if p.GNU && exists && dst.IsDir() && !src.IsDir() {
		p.Warn("cannot overwrite directory '%s' with non-directory", dest)
		return false
	}
	if src.IsDir() {
		return c.dir(source, dest, src, dst, exists)
	}
	if c.update && exists && src.Time().Compare(dst.Time()) <= 0 {
		return true
	}
	if c.verbose {
		p.Printf("'%s' -> '%s'\n", source, dest)
	}
	if c.hard || c.soft {
		target := source
		if c.soft && !strings.HasPrefix(source, "/") {
			target = source
		}
		make := func() error {
			if c.soft {
				return p.Symlink(target, dest)
			}
			return p.Link(source, dest)
		}
		err := make()
		switch {
		case err != nil && p.GNU && exists && proc.Is(err, vfs.EEXIST) && c.force:
			if err = p.Unlink(dest); err == nil {
				err = make()
			}
		case err != nil && !p.GNU:
			if !c.clear(dest, err) {
				return false
			}
			err = make()
		}
		switch {
		case err == nil:
			return true
		case !p.GNU:
			p.WarnErr(err, "can't create link '%s'", dest)
		case c.soft:
			p.Warn("cannot create symbolic link '%s' to '%s': %s", dest, source, proc.Text(err))
		default:
			p.Warn("cannot create hard link '%s' to '%s': %s", dest, source, proc.Text(err))
		}
		return false
	}
	if exists && c.unlinkFirst {
		if !c.clear(dest, nil) {
			return false
		}
		exists = false
	}
	if src.Kind == vfs.File || follow && !c.recurse {
		return c.regular(source, dest, src, exists)
	}
	if exists && p.Plain && !c.force && !c.ask {
		p.WarnErr(vfs.EEXIST, "can't create '%s'", dest)
		return false
	}
	if exists {
		if !c.clear(dest, nil) {
			return false
		}
	}
	switch src.Kind {
	case vfs.Symlink:
		if err := p.Symlink(src.Target, dest); err != nil {
			p.WarnErr(err, "can't create symlink '%s' to '%s'", dest, src.Target)
			return false
		}
		if c.preserve {
			if err := p.Lchown(dest, src.UID, src.GID); err != nil && !p.GNU {
				p.WarnErr(err, "can't preserve ownership of '%s'", dest)
			}
			if t := src.Time(); p.GNU {
				p.Utimes(dest, &t, false)
			}
		}
		return true
	default:
		if !c.recurse {
			return c.regular(source, dest, src, exists)
		}
		if err := p.Mknod(dest, src.Kind, src.Mode, src.Major, src.Minor); err != nil {
			p.WarnErr(err, "can't create '%s'", dest)
			return false
		}
	}
	return c.keep(source, dest, src)
}

// keep gives dest the times, the owner and the mode of src, if asked to.
func (c *copier) keep(source, dest string, src *vfs.Node) bool {
	if c.keepMode && !c.preserve {
		c.p.Chmod(dest, src.Mode)
	}
	if !c.preserve {
		return true
	}
	p := c.p
	t := src.Time()
	if !p.GNU {
		t = t.Whole()
	}
	p.Utimes(dest, &t, true)
	mode := src.Mode
	if cur, err := p.Stat(dest); err == nil && p.GNU && mode&0o7000 == 0 {
		mode |= cur.Mode & 0o2000 // an access list is set, which leaves it alone
	}
	if err := p.Chown(dest, src.UID, src.GID); err != nil {
		mode &^= 0o6000
		if !p.GNU {
			p.WarnErr(err, "can't preserve ownership of '%s'", dest)
		}
	}
	if err := p.Chmod(dest, mode); err != nil {
		p.WarnErr(err, "can't preserve permissions of '%s'", dest)
	}
	return true
}

func (c *copier) regular(source, dest string, src *vfs.Node, exists bool) bool {
	p := c.p
	if src.Linked() && !c.deref && (c.links || !p.GNU) {
		if first, ok := c.seen[src.Ino()]; ok {
			err := p.Link(first, dest)
			if err != nil && c.clear(dest, err) {
				err = p.Link(first, dest)
			}
			if err != nil {
				p.WarnErr(err, "can't create link '%s'", dest)
				return false
			}
			return true
		}
		c.seen[src.Ino()] = dest
	}
	if exists && c.ask && !confirm(p, dest) {
		return !p.GNU
	}
	in, err := p.Open(source, proc.Read, 0)
	if err != nil {
		if p.GNU {
			p.WarnErr(err, "cannot open '%s' for reading", source)
		} else {
			p.WarnErr(err, "can't open '%s'", source)
		}
		return false
	}
	defer p.Close(in)
	mode := src.Mode
	if src.Kind != vfs.File {
		mode = 0o666
	}
	if p.GNU {
		mode &= 0o777
	}
	if c.dropMode {
		mode = 0o666
	}
	flags := proc.Write | proc.Create | proc.Excl
	if c.through && !c.ask {
		flags = proc.Write | proc.Create | proc.Trunc
	}
	out, err := p.Open(dest, flags, mode)
	if err != nil {
		if p.GNU && !c.force {
			p.WarnErr(err, "cannot create regular file '%s'", dest)
			return false
		}
		if !exists && !proc.Is(err, vfs.EEXIST) || !c.clear(dest, err) {
			if !exists && !proc.Is(err, vfs.EEXIST) {
				if p.GNU {
					p.WarnErr(err, "cannot create regular file '%s'", dest)
				} else {
					p.WarnErr(err, "can't create '%s'", dest)
				}
			}
			return false
		}
		if out, err = p.Open(dest, proc.Write|proc.Create|proc.Excl, mode); err != nil {
			p.WarnErr(err, "can't open '%s'", dest)
			return false
		}
	}
	_, err = p.Splice(in, out, -1)
	p.Close(out)
	if err != nil {
		p.WarnErr(err, "write error")
		return false
	}
	return c.keep(source, dest, src)
}

func (c *copier) dir(source, dest string, src, dst *vfs.Node, exists bool) bool {
	p := c.p
	if !c.recurse {
		if p.GNU {
			p.Warn("-r not specified; omitting directory '%s'", source)
		} else {
			p.Warn("omitting directory '%s'", source)
		}
		return false
	}
	if c.made[src.Ino()] {
		p.Warn("recursion detected, omitting directory '%s'", source)
		return false
	}
	if exists {
		if d, err := p.Stat(dest); err != nil || !d.IsDir() {
			if p.GNU {
				p.Warn("cannot overwrite non-directory '%s' with directory '%s'", dest, source)
			} else {
				p.Warn("target '%s' is not a directory", dest)
			}
			return false
		}
		c.made[dst.Ino()] = true
	} else {
		old := p.Umask
		mode := src.Mode
		if !c.preserve {
			mode &^= old
		}
		p.Umask = 0
		err := p.Mkdir(dest, mode|0o700)
		p.Umask = old
		if err != nil {
			if p.GNU {
				p.WarnErr(err, "cannot create directory '%s'", dest)
			} else {
				p.WarnErr(err, "can't create directory '%s'", dest)
			}
			return false
		}
		if d, err := p.Lstat(dest); err == nil {
			c.made[d.Ino()] = true
		}
		if c.verbose {
			p.Printf("'%s' -> '%s'\n", source, dest)
		}
	}
	names, err := p.ReadDir(source)
	ok := err == nil
	if err != nil && p.GNU { // busybox says nothing
		p.WarnErr(err, "cannot access '%s'", source)
	}
	for _, n := range names {
		if !c.copy(under(source, n), under(dest, n), false) {
			ok = false
		}
	}
	switch {
	case exists:
	case p.GNU:
		if cur, err := p.Stat(dest); err == nil {
			p.Chmod(dest, src.Mode&0o777&^p.Umask|cur.Mode&0o7000)
		}
	case err == nil:
		p.Chmod(dest, src.Mode&^p.Umask)
	}
	return c.keep(source, dest, src) && ok
}
