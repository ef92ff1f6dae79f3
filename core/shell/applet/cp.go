package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

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
		c.links = strings.Contains(attrs, "links") || strings.Contains(attrs, "all")
	}
	c.links = c.links || all || o.Has('d')
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
	args, last, ok := sources(p, o)
	if !ok {
		return usage(p)
	}
	if len(args) == 1 {
		if _, err := stat(p, args[0], c.deref); nondirectory(p, args[0], err) {
			return 1
		}
	}
	dst, err := p.Stat(last)
	if nondirectory(p, last, err) {
		return 1
	}
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
	if !intoDir && err == nil && !p.GNU && !o.Has('T') {
		// busybox puts a directory below a file as well, and fails there.
		if s, e := stat(p, args[0], c.deref); e == nil && s.IsDir() {
			intoDir = true
		}
	}
	if !intoDir && err != nil && strings.HasSuffix(last, "/") {
		// A name with a slash at its end is only good for a directory.
		if s, e := stat(p, args[0], c.deref); e == nil && !s.IsDir() {
			if proc.Is(err, vfs.ENOTDIR) && p.GNU {
				p.WarnErr(err, "cannot stat '%s'", last)
			} else if proc.Is(err, vfs.ENOTDIR) {
				p.WarnErr(err, "can't stat '%s'", last)
			} else if p.GNU {
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

// sources are the files that cp or mv was given and where they go: -t, or the
// last of them. Where there are too few it says so, and ok is false.
func sources(p *proc.Proc, o *proc.Options) (files []string, dest string, ok bool) {
	files = o.Rest
	if o.Has('t') {
		return files, o.Arg('t'), len(files) > 0
	}
	switch n := len(files); {
	case n >= 2:
		return files[:n-1], files[n-1], true
	case n == 1 && p.GNU:
		p.Warn("missing destination file operand after '%s'", files[0])
	case p.GNU:
		p.Warn("missing file operand")
	}
	return nil, "", false
}

// nondirectory says so where the last of cp's and mv's files leads through what
// is no directory, as a build of busybox that explains more does.
func nondirectory(p *proc.Proc, last string, err error) bool {
	if !p.Plain || !proc.Is(err, vfs.ENOTDIR) {
		return false
	}
	p.Warn("can't stat '%s': Path has non-directory component", last)
	return true
}

// makeParents makes the directories above path.
func makeParents(p *proc.Proc, path string) {
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			p.Mkdir(path[:i], 0o777)
		}
	}
}
