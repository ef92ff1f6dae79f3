package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

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
	args, last, ok := sources(p, o)
	if !ok {
		return usage(p)
	}
	into := o.Has('t')
	if _, err := p.Stat(last); nondirectory(p, last, err) {
		return 1
	}
	if !into {
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
	if derr != nil && !proc.Is(derr, vfs.ENOENT) {
		verb := "can't"
		if p.GNU {
			verb = "cannot"
		}
		p.WarnErr(derr, "%s stat '%s'", verb, to)
		return false
	}
	if _, err := p.Lstat(from); proc.Is(err, vfs.ENOTDIR) && p.GNU {
		p.WarnErr(err, "cannot stat '%s'", from)
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
	if s, err := p.Lstat(from); p.GNU && err == nil && derr == nil && s.IsDir() != dst.IsDir() {
		if s.IsDir() {
			p.Warn("cannot overwrite non-directory '%s' with directory '%s'", to, from)
		} else {
			p.Warn("cannot overwrite directory '%s' with non-directory", to)
		}
		return false
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
	if p.GNU {
		rm := p.Unlink
		if src.IsDir() {
			rm = p.Rmdir
		}
		if err := rm(to); err != nil && !proc.Is(err, vfs.ENOENT) {
			p.Warn("inter-device move failed: '%s' to '%s'; unable to remove target: %s", from, to, proc.Text(err))
			return false
		}
		derr = vfs.ENOENT
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
	c.recurse, c.preserve, c.links = true, true, true
	if !c.file(from, to) {
		return false
	}
	r := remover{p: p, recurse: true, force: true}
	return r.remove(from)
}
