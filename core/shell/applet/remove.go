package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// remover removes files as busybox's remove_file does.
type remover struct {
	p                               *proc.Proc
	recurse, force, verbose, prompt bool
	dirs                            bool // empty directories go, too
}

func (r *remover) ask(format string, a ...any) bool {
	r.p.Errorf(format, a...)
	line, _ := r.p.In().Line()
	return strings.HasPrefix(line, "y") || strings.HasPrefix(line, "Y")
}

func (r *remover) remove(path string) bool {
	p := r.p
	p.Step()
	n, err := p.Lstat(path)
	if err != nil {
		if proc.Is(err, vfs.ENOENT) || proc.Is(err, vfs.ENOTDIR) && p.GNU {
			if r.force {
				return true
			}
		}
		if !p.GNU && !proc.Is(err, vfs.ENOENT) {
			p.WarnErr(err, "can't stat '%s'", path)
			return false
		}
		r.fail(path, err)
		return false
	}
	if n.IsDir() {
		if !r.recurse && r.dirs {
			if err := p.Rmdir(path); err != nil {
				r.fail(path, err)
				return false
			}
			if r.verbose {
				p.Printf("removed directory '%s'\n", path)
			}
			return true
		}
		if !r.recurse {
			if p.GNU {
				p.Warn("cannot remove '%s': Is a directory", path)
			} else {
				p.Warn("'%s' is a directory", path)
			}
			return false
		}
		if r.prompt && !(p.GNU && n.Len() == 0) && !r.ask("%s: descend into directory '%s'? ", p.Name(), path) {
			return true
		}
		names, err := p.ReadDir(path)
		if err != nil {
			if p.GNU { // busybox says nothing
				r.fail(path, err)
			}
			return false
		}
		ok := true
		for _, name := range names {
			if !r.remove(under(path, name)) {
				ok = false
			}
		}
		if r.prompt && !r.ask("%s: remove directory '%s'? ", p.Name(), path) {
			return ok
		}
		if !ok {
			return false
		}
		if err := p.Rmdir(path); err != nil {
			r.fail(path, err)
			return false
		}
		if r.verbose {
			if p.GNU {
				p.Printf("removed directory '%s'\n", path)
			} else {
				p.Printf("removed directory: '%s'\n", path)
			}
		}
		return ok
	}
	kind := ""
	if p.GNU {
		kind = kindName(n) + " "
	}
	if r.prompt && !r.ask("%s: remove %s'%s'? ", p.Name(), kind, path) {
		return true
	}
	if err := p.Unlink(path); err != nil {
		r.fail(path, err)
		return false
	}
	if r.verbose {
		p.Printf("removed '%s'\n", path)
	}
	return true
}

func (r *remover) fail(path string, err error) {
	if r.p.GNU {
		r.p.WarnErr(err, "cannot remove '%s'", path)
	} else {
		r.p.WarnErr(err, "can't remove '%s'", path)
	}
}

func rm(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "fiRrvIdx", "force=f", "recursive=r", "verbose=v", "preserve-root=\x81", "no-preserve-root=\x82", "interactive=i", "dir=d")
	r := remover{p: p, recurse: o.Has('r') || o.Has('R'), force: o.Has('f'), verbose: o.Has('v'), dirs: o.Has('d')}
	for _, x := range o.Order {
		switch x.Char {
		case 'f':
			r.prompt = false
		case 'i':
			r.prompt, r.force = true, false
		}
	}
	if len(o.Rest) == 0 {
		if r.force {
			return 0
		}
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	status := 0
	for _, a := range o.Rest {
		if t := strings.TrimRight(a, "/"); !p.GNU && t != "" {
			a = t
		}
		if b := base(a); b == "." || b == ".." {
			if p.GNU && !r.recurse {
				p.Warn("cannot remove '%s': %s", a, proc.Text(vfs.EISDIR))
			} else if p.GNU {
				p.Warn("refusing to remove '.' or '..' directory: skipping '%s'", a)
			} else {
				p.Warn("can't remove '.' or '..'")
			}
			status = 1
			continue
		}
		if p.GNU && r.recurse && strings.Trim(a, "/") == "" && !o.Has(0x82) {
			p.Warn("it is dangerous to operate recursively on '/'\n%s: use --no-preserve-root to override this failsafe", p.Name())
			status = 1
			continue
		}
		if !r.remove(a) {
			status = 1
		}
	}
	return status
}

func rmdir(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "pv", "parents=p", "ignore-fail-on-non-empty=\x81", "verbose=v")
	if len(o.Rest) == 0 {
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	status := 0
	for _, a := range o.Rest {
		path := a
		for {
			if err := p.Rmdir(path); err != nil {
				if proc.Is(err, vfs.ENOTEMPTY) && o.Has(0x81) {
					break
				}
				if p.GNU && path != a {
					p.WarnErr(err, "failed to remove directory '%s'", path)
				} else if p.GNU {
					p.WarnErr(err, "failed to remove '%s'", path)
				} else {
					p.WarnErr(err, "'%s'", path)
				}
				status = 1
				break
			}
			if o.Has('v') {
				p.Printf("rmdir: removing directory, '%s'\n", path)
			}
			if !o.Has('p') {
				break
			}
			t := strings.TrimRight(path, "/")
			i := strings.LastIndexByte(t, '/')
			if i < 0 {
				break
			}
			if path = t[:i]; path == "" {
				path = "/"
				if p.GNU {
					break
				}
			}
		}
	}
	return status
}

func unlink(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	operands(p, o.Rest, 1, 1)
	if err := p.Unlink(o.Rest[0]); err != nil {
		if p.GNU {
			p.Die("cannot unlink '%s': %s", o.Rest[0], proc.Text(err))
		}
		p.WarnErr(err, "can't remove file '%s'", o.Rest[0])
		return 1
	}
	return 0
}
