package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func ln(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "sfnbS:vTrt:i", "symbolic=s", "force=f", "no-dereference=n", "verbose=v", "no-target-directory=T", "relative=r", "target-directory=t", "backup=b", "suffix=S")
	args := o.Rest
	if len(args) == 0 {
		if p.GNU {
			p.Warn("missing file operand")
		}
		return usage(p)
	}
	last := args[len(args)-1]
	if o.Has('t') {
		last = o.Arg('t')
	} else if len(args) == 1 {
		last = base(last)
		if p.GNU {
			last = "./" + last
		}
	} else {
		args = args[:len(args)-1]
		if o.Has('T') && len(args) > 1 {
			p.Die("-T accepts 2 args max")
		}
	}
	status := 0
	var refused error // why what is there cannot go
	for _, target := range args {
		dest := last
		if isDir(p, dest, !o.Has('n')) && !(len(o.Rest) == 1 && !o.Has('t')) {
			if o.Has('T') {
				if n, e := p.Lstat(dest); e != nil || n.IsDir() {
					p.Die("'%s' is a directory", dest)
				}
				goto ready
			}
			dest = under(dest, base(target))
		}
	ready:
		refused = nil
		if !o.Has('s') {
			if _, err := p.Stat(target); err != nil {
				if n, e := p.Lstat(target); e != nil || n.Kind != vfs.Symlink {
					if p.GNU {
						p.WarnErr(err, "failed to access '%s'", target)
					} else {
						simple(p, target, err)
					}
					status = 1
					continue
				}
			}
		}
		if o.Has('b') || o.Has('S') && p.GNU {
			suffix := "~"
			if o.Has('S') {
				suffix = o.Arg('S')
			}
			if _, err := p.Lstat(dest); err == nil {
				p.Rename(dest, dest+suffix)
			}
		} else if o.Has('f') {
			if a, e1 := p.Lstat(target); e1 == nil && !o.Has('s') {
				if b, e2 := p.Lstat(dest); e2 == nil && a.Ino() == b.Ino() {
					if p.GNU {
						p.Warn("'%s' and '%s' are the same file", target, dest)
						status = 1
					}
					continue
				}
			}
			if err := p.Unlink(dest); err != nil && !proc.Is(err, vfs.ENOENT) && p.GNU {
				refused = err
			}
		}
		if o.Has('v') {
			if p.GNU {
				arrow := "->"
				if !o.Has('s') {
					arrow = "=>"
				}
				p.Printf("'%s' %s '%s'\n", dest, arrow, target)
			} else {
				p.Printf("'%s' -> '%s'\n", dest, target)
			}
		}
		text := target
		if o.Has('r') && o.Has('s') {
			text = relative(p, target, dest)
		}
		err := error(nil)
		switch {
		case refused != nil:
			err = refused
		case o.Has('s'):
			err = p.Symlink(text, dest)
		default:
			err = p.Link(target, dest)
		}
		if err != nil {
			switch {
			case p.GNU && o.Has('s'):
				p.WarnErr(err, "failed to create symbolic link '%s'", dest)
			case p.GNU:
				if n, e := p.Stat(target); e == nil && n.IsDir() {
					p.Warn("%s: hard link not allowed for directory", target)
				} else if proc.Is(err, vfs.EEXIST) || proc.Is(err, vfs.EROFS) || proc.Is(err, vfs.ENOSPC) {
					p.WarnErr(err, "failed to create hard link '%s'", dest)
				} else {
					p.WarnErr(err, "failed to create hard link '%s' => '%s'", dest, target)
				}
			default:
				simple(p, dest, err)
			}
			status = 1
		}
	}
	return status
}

// relative writes target as seen from the directory of dest.
func relative(p *proc.Proc, target, dest string) string {
	t := vfs.Split(resolve(p, p.Abs(target)))
	dir := p.Abs(dest)
	if i := strings.LastIndexByte(dir, '/'); i >= 0 {
		dir = dir[:i+1]
	}
	d := vfs.Split(resolve(p, dir))
	i := 0
	for i < len(t) && i < len(d) && t[i] == d[i] {
		i++
	}
	out := []string{}
	for range d[i:] {
		out = append(out, "..")
	}
	out = append(out, t[i:]...)
	if len(out) == 0 {
		return "."
	}
	return strings.Join(out, "/")
}

func resolve(p *proc.Proc, path string) string {
	if r, err := p.Tree().RootPath(path); err == nil {
		return r
	}
	return path
}

func link(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	operands(p, o.Rest, 2, 2)
	if err := p.Link(o.Rest[0], o.Rest[1]); err != nil {
		if p.GNU {
			p.Die("cannot create link '%s' to '%s': %s", o.Rest[1], o.Rest[0], proc.Text(err))
		}
		p.Die("can't create hardlink '%s' to '%s': %s", o.Rest[1], o.Rest[0], proc.Text(err))
	}
	return 0
}
