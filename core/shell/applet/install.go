package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

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
			return wrong(p, "missing file operand")
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
		switch len(args) {
		case 0:
			return wrong(p, "missing file operand")
		case 1:
			return wrong(p, "missing destination file operand after '%s'", args[0])
		}
		last = args[len(args)-1]
		args = args[:len(args)-1]
		into = isDir(p, last, true)
		if !into && len(args) > 1 {
			if _, err := p.Stat(last); p.GNU && err != nil {
				p.Die("target '%s': %s", last, proc.Text(err))
			} else if p.GNU {
				p.Die("target '%s': %s", last, proc.Text(vfs.ENOTDIR))
			}
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
				mode := int64(0o755)
				if p.GNU {
					mode = -1
				}
				if !makeDir(p, dest[:i], true, mode, false) && p.GNU {
					status = 1
					continue
				}
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
		if o.Has('s') && !p.GNU {
			path, _ := p.Getenv("PATH")
			if _, err := p.Look("strip", path); err != nil {
				p.WarnErr(err, "strip")
				status = 1
			} else if p.Spawn([]string{"strip", "-p", dest}, nil) != 0 {
				p.Warn("strip failed")
				status = 1
			}
		}
		if o.Has('v') {
			p.Printf("'%s' -> '%s'\n", a, dest)
		}
	}
	return status
}
