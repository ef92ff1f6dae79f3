package applet

import (
	"path"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func readlink(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	spec := "fnvsqemz"
	if p.Plain {
		spec = "fnvsq"
	}
	o := options(p, spec, "canonicalize=f", "canonicalize-existing=e", "canonicalize-missing=m", "no-newline=n")
	if len(o.Rest) == 0 || len(o.Rest) > 1 && !p.GNU {
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	status := 0
	for _, name := range o.Rest {
		var out string
		var err error
		switch {
		case o.Has('m'):
			out = resolve(p, p.Abs(name))
		case o.Has('f') || o.Has('e'):
			out, err = p.Real(name)
			if err != nil && o.Has('f') && out != "" && proc.Is(err, vfs.ENOENT) && (p.GNU || dangling(p, name) || strings.Contains(name, "/")) {
				err = nil
			}
		default:
			out, err = p.Readlink(name)
		}
		if err != nil {
			switch {
			case o.Has('v') && p.GNU:
				simple(p, name, err)
			case o.Has('v') && proc.Is(err, vfs.EINVAL):
				p.Warn("%s: cannot read link: not a symlink", name)
			case o.Has('v'):
				p.Warn("%s: cannot read link: %s", name, proc.Text(err))
			}
			status = 1
			continue
		}
		p.Puts(out)
		if !o.Has('n') {
			p.Puts("\n")
		}
	}
	return status
}

// dangling reports whether name is a link to nothing: of that busybox gives the
// target, of what is not there at all nothing.
func dangling(p *proc.Proc, name string) bool {
	n, err := p.Lstat(name)
	return err == nil && n.Kind == vfs.Symlink
}

func realpath(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	spec := ""
	if p.GNU {
		spec = "emsqzLP\x81:"
	}
	o := &proc.Options{Rest: p.Args[1:]}
	if p.GNU {
		o = options(p, spec, "canonicalize-existing=e", "canonicalize-missing=m", "no-symlinks=s", "strip=s", "quiet=q", "relative-to=\x81")
	} else if len(o.Rest) > 0 && o.Rest[0] == "--" {
		o.Rest = o.Rest[1:]
	}
	if len(o.Rest) == 0 {
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	status := 0
	for _, name := range o.Rest {
		if o.Has('m') {
			p.Puts(resolve(p, p.Abs(name)) + "\n")
			continue
		}
		out, err := p.Real(name)
		if o.Has('s') {
			out, err = path.Clean(p.Abs(name)), nil
		}
		if err != nil && proc.Is(err, vfs.ENOENT) && out != "" && !o.Has('e') && (p.GNU || dangling(p, name) || strings.Contains(name, "/")) {
			err = nil
		}
		if err != nil {
			if !o.Has('q') {
				simple(p, name, err)
			}
			status = 1
			continue
		}
		if o.Has(0x81) {
			out = relative(p, out, under(o.Arg(0x81), "."))
		}
		p.Puts(out + "\n")
	}
	return status
}

func basename(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "+as:z", "multiple=a", "suffix=s")
	args := o.Rest
	if len(args) == 0 || len(args) > 2 && !o.Has('a') && !o.Has('s') {
		operands(p, args, 1, 2)
	}
	cut := func(name, suffix string) string {
		b := base(name)
		if t, ok := strings.CutSuffix(b, suffix); ok && t != "" {
			return t
		}
		return b
	}
	if o.Has('a') || o.Has('s') {
		for _, a := range args {
			p.Puts(cut(a, o.Arg('s')) + "\n")
		}
		return 0
	}
	suffix := ""
	if len(args) == 2 {
		suffix = args[1]
	}
	p.Puts(cut(args[0], suffix) + "\n")
	return 0
}

func dirname(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	if len(o.Rest) == 0 || len(o.Rest) > 1 && !p.GNU {
		return wrong(p, "missing operand")
	}
	for _, a := range o.Rest {
		t := strings.TrimRight(a, "/")
		switch i := strings.LastIndexByte(t, '/'); {
		case t == "" && a != "":
			t = "/"
		case i < 0:
			t = "."
		default:
			if t = strings.TrimRight(t[:i], "/"); t == "" {
				t = "/"
			}
		}
		p.Puts(t + "\n")
	}
	return 0
}
