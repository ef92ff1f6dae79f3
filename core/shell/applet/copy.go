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
	if err != nil && !proc.Is(err, vfs.ENOENT) && !p.GNU {
		p.WarnErr(err, "can't stat '%s'", dest)
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
	if src.IsDir() {
		return c.dir(source, dest, src, dst, exists)
	}
	if c.update && exists && src.MTime <= dst.MTime {
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
		if err != nil && exists && c.clear(dest, err) {
			err = make()
		}
		if err != nil {
			p.WarnErr(err, "can't create link '%s'", dest)
			return false
		}
		return true
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
			p.Lchown(dest, src.UID, src.GID)
			if t := src.MTime; p.GNU {
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
	t := src.MTime
	p.Utimes(dest, &t, true)
	mode := src.Mode
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
	if src.Linked() && !c.deref && (c.preserve || !p.GNU) {
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
		return p.GNU == false
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
				p.WarnErr(err, "can't create '%s'", dest)
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
	if err != nil {
		p.WarnErr(err, "can't open '%s'", source)
		return false
	}
	ok := true
	for _, n := range names {
		if !c.copy(under(source, n), under(dest, n), false) {
			ok = false
		}
	}
	if !exists {
		p.Chmod(dest, src.Mode&^p.Umask)
	}
	return c.keep(source, dest, src) && ok
}

func cp(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	spec := "pdRfinsrLHaPlut:Tv\x83::\x84::\x85:"
	if p.GNU {
		spec += "xZ"
	}
	o := options(p, spec, "archive=a", "force=f", "interactive=i", "link=l", "dereference=L", "no-dereference=P", "recursive=R", "symbolic-link=s", "no-target-directory=T", "verbose=v", "update=u", "parents=\x81", "remove-destination=\x82", "reflink=\x83", "no-clobber=n", "preserve=\x84", "no-preserve=\x85", "target-directory=t", "one-file-system=x")
	c := newCopier(p)
	all := o.Has('a')
	c.recurse = o.Has('R') || o.Has('r') || all
	c.preserve = o.Has('p') || all
	if attrs := o.Arg(0x84); o.Has(0x84) {
		c.preserve = attrs == "" || strings.Contains(attrs, "all") || strings.Contains(attrs, "timestamps")
		c.keepMode = strings.Contains(attrs, "mode")
	}
	c.dropMode = o.Arg(0x85) == "mode"
	c.force = o.Has('f') || o.Has(0x82)
	c.verbose = o.Has('v')
	c.update = o.Has('u')
	c.unlinkFirst = o.Has(0x82)
	for _, x := range o.Order {
		if strings.IndexByte("nif", x.Char) >= 0 {
			c.ask = x.Char == 'i'
		}
	}
	c.hard, c.soft = o.Has('l'), o.Has('s')
	c.noClobber = o.Has('n')
	c.derefTop = o.Has('H')
	c.deref = !c.recurse && !o.Has('d') && !o.Has('P') || o.Has('L')
	if o.Has(0x82) {
		c.through = false
	}
	args := o.Rest
	var last string
	if o.Has('t') {
		last = o.Arg('t')
		if len(args) == 0 {
			return usage(p)
		}
	} else {
		if len(args) < 2 {
			if p.GNU {
				if len(args) == 0 {
					p.Warn("missing file operand")
				} else {
					p.Warn("missing destination file operand after '%s'", args[0])
				}
			}
			return usage(p)
		}
		last = args[len(args)-1]
		args = args[:len(args)-1]
	}
	dst, err := p.Stat(last)
	intoDir := err == nil && dst.IsDir() && !o.Has('T')
	if !intoDir && (len(args) > 1 || o.Has('t')) {
		if p.GNU {
			if err != nil {
				p.Warn("target '%s': %s", last, proc.Text(err))
			} else {
				p.Warn("target '%s': Not a directory", last)
			}
			return 1
		}
		intoDir = true // it fails at the first file
	}
	if !intoDir && err != nil && strings.HasSuffix(last, "/") {
		// A name with a slash at its end is only good for a directory.
		if s, e := stat(p, args[0], c.deref); e == nil && !s.IsDir() {
			if p.GNU {
				p.Warn("cannot create regular file '%s': Not a directory", last)
			} else {
				p.Warn("can't create '%s': %s", last, proc.Text(vfs.EISDIR))
			}
			return 1
		}
	}
	status := 0
	for _, a := range args {
		dest := last
		if intoDir {
			name := base(a)
			if o.Has(0x81) {
				dest = under(last, a)
				makeParents(p, dest)
			} else if name == "." || name == ".." && c.recurse {
				dest = last + "/" + name
				if name == "." {
					dest = last + "/."
				}
			} else {
				dest = under(last, name)
			}
		}
		if !c.file(a, dest) {
			status = 1
		}
	}
	return status
}

// makeParents makes the directories above path.
func makeParents(p *proc.Proc, path string) {
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			p.Mkdir(path[:i], 0o777)
		}
	}
}

func mv(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "finTvt:u", "force=f", "interactive=i", "no-clobber=n", "verbose=v", "no-target-directory=T", "target-directory=t")
	ask := false
	for _, x := range o.Order {
		if strings.IndexByte("nif", x.Char) >= 0 {
			ask = x.Char == 'i'
		}
	}
	args := o.Rest
	var last string
	into := false
	if o.Has('t') {
		last, into = o.Arg('t'), true
		if len(args) < 1 {
			return usage(p)
		}
	} else {
		if len(args) < 2 {
			if p.GNU {
				if len(args) == 0 {
					p.Warn("missing file operand")
				} else {
					p.Warn("missing destination file operand after '%s'", args[0])
				}
			}
			return usage(p)
		}
		last = args[len(args)-1]
		args = args[:len(args)-1]
		into = len(args) > 1 || isDir(p, last, true) && !o.Has('T')
		if p.GNU && len(args) > 1 && !isDir(p, last, true) {
			p.Warn("target '%s': %s", last, proc.Text(vfs.ENOTDIR))
			return 1
		}
	}
	status := 0
	for _, a := range args {
		dest := last
		if into {
			dest = under(last, base(a))
		}
		if _, err := p.Lstat(dest); err == nil && ask && !confirm(p, dest) {
			continue
		}
		if !move(p, a, dest, o.Has('n')) {
			status = 1
			continue
		}
		if o.Has('v') {
			if p.GNU {
				p.Printf("renamed '%s' -> '%s'\n", a, dest)
			} else {
				p.Printf("'%s' -> '%s'\n", a, dest)
			}
		}
	}
	return status
}

// confirm asks whether dest may be overwritten.
func confirm(p *proc.Proc, dest string) bool {
	p.Errorf("%s: overwrite '%s'? ", p.Name(), dest)
	line, _ := p.In().Line()
	return strings.HasPrefix(line, "y") || strings.HasPrefix(line, "Y")
}

func move(p *proc.Proc, from, to string, keep bool) bool {
	dst, derr := p.Lstat(to)
	if derr != nil && !proc.Is(derr, vfs.ENOENT) && !p.GNU {
		p.WarnErr(derr, "can't stat '%s'", to)
		return false
	}
	if keep && derr == nil {
		return true
	}
	if p.GNU {
		if s, err := p.Lstat(from); err == nil && derr == nil && s.Ino() == dst.Ino() && p.Device(from) == p.Device(to) {
			p.Warn("'%s' and '%s' are the same file", from, to)
			return false
		}
	}
	err := p.Rename(from, to)
	if err == nil {
		return true
	}
	if !proc.Is(err, vfs.EXDEV) {
		if p.GNU {
			switch {
			case proc.Is(err, vfs.ENOENT) && func() bool { _, e := p.Lstat(from); return e != nil }():
				p.WarnErr(err, "cannot stat '%s'", from)
			case proc.Is(err, vfs.EINVAL):
				p.Warn("cannot move '%s' to a subdirectory of itself, '%s'", from, to)
			default:
				p.WarnErr(err, "cannot move '%s' to '%s'", from, to)
			}
		} else {
			p.WarnErr(err, "can't rename '%s'", from)
		}
		return false
	}
	src, err := p.Lstat(from)
	if err != nil {
		p.WarnErr(err, "can't rename '%s'", from)
		return false
	}
	if derr == nil {
		switch {
		case dst.IsDir() && !src.IsDir():
			p.Warn("can't overwrite directory with non-directory")
			return false
		case !dst.IsDir() && src.IsDir():
			p.Warn("can't overwrite non-directory with directory")
			return false
		}
		rm := p.Unlink
		if dst.IsDir() {
			rm = p.Rmdir
			if p.Plain || !p.GNU {
				rm = p.Unlink
			}
		}
		if err := rm(to); err != nil {
			p.WarnErr(err, "can't remove '%s'", to)
			return false
		}
	}
	c := newCopier(p)
	c.recurse, c.preserve = true, true
	if !c.file(from, to) {
		return false
	}
	r := remover{p: p, recurse: true, force: true}
	return r.remove(from)
}

func install(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "cvbdDpsg:m:o:t:", "directory=d", "preserve-timestamps=p", "strip=s", "group=g", "mode=m", "owner=o", "target-directory=t", "verbose=v")
	mode := uint32(0o755)
	if o.Has('m') {
		m, err := Mode(o.Arg('m'), 0, false, 0)
		switch {
		case err != nil && p.GNU:
			p.Die("invalid mode '%s'", o.Arg('m'))
		case err != nil:
			m = 0o7777 // busybox does not look
		}
		mode = m
	}
	uid, gid := -1, -1
	if o.Has('o') {
		uid = mustUser(p, o.Arg('o'))
	}
	if o.Has('g') {
		gid = mustGroup(p, o.Arg('g'))
	}
	own := o.Has('o') || o.Has('g')
	args := o.Rest
	status := 0
	if o.Has('d') {
		if len(args) == 0 {
			return usage(p)
		}
		for _, d := range args {
			if !makeDir(p, d, true, int64(mode), false) {
				status = 1
				continue
			}
			if own {
				if err := p.Lchown(d, uid, gid); err != nil {
					p.WarnErr(err, "can't change %s of %s", "ownership", d)
					status = 1
				}
			}
		}
		return status
	}
	last := ""
	into := false
	if o.Has('t') {
		last, into = o.Arg('t'), true
		if o.Has('D') {
			makeDir(p, last, true, -1, false)
		}
	} else {
		if len(args) < 2 {
			return usage(p)
		}
		last = args[len(args)-1]
		args = args[:len(args)-1]
		into = isDir(p, last, true)
		if !into && len(args) > 1 {
			p.Die("target '%s' is not a directory", last)
		}
	}
	for _, a := range args {
		dest := last
		if into {
			dest = under(last, base(a))
		}
		if o.Has('D') {
			if i := strings.LastIndexByte(dest, '/'); i > 0 {
				makeDir(p, dest[:i], true, 0o755, false)
			}
		}
		if _, err := p.Lstat(dest); err == nil {
			p.Unlink(dest)
		}
		c := newCopier(p)
		c.force, c.deref = true, true
		c.preserve = o.Has('p')
		if !c.file(a, dest) {
			status = 1
			continue
		}
		if err := p.Chmod(dest, mode); err != nil {
			p.WarnErr(err, "can't change %s of %s", "permissions", dest)
			status = 1
		}
		if own {
			if err := p.Lchown(dest, uid, gid); err != nil {
				p.WarnErr(err, "can't change %s of %s", "ownership", dest)
				status = 1
			}
		}
		if o.Has('v') {
			p.Printf("'%s' -> '%s'\n", a, dest)
		}
	}
	return status
}
