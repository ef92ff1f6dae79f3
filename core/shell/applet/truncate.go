package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func truncate(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "cs:r:", "no-create=c", "size=s", "reference=r")
	if !o.Has('s') && !o.Has('r') {
		return wrong(p, "you must specify either ‘--size’ or ‘--reference’")
	}
	if len(o.Rest) == 0 {
		return wrong(p, "missing file operand")
	}
	spec := o.Arg('s')
	op := byte(0)
	if spec != "" && strings.IndexByte("+-<>/%", spec[0]) >= 0 && p.GNU {
		op = spec[0]
		spec = spec[1:]
	}
	n := int64(0)
	if o.Has('s') {
		n = mustSize(p, spec)
	}
	if o.Has('r') {
		r, err := p.Stat(o.Arg('r'))
		if err != nil {
			p.Die("cannot stat '%s': %s", o.Arg('r'), proc.Text(err))
		}
		n = r.Size()
	}
	status := 0
	for _, name := range o.Rest {
		flags := proc.Write
		if !o.Has('c') {
			flags |= proc.Create
		}
		fd, err := p.Open(name, flags, 0o666)
		if err != nil {
			if !(o.Has('c') && proc.Is(err, vfs.ENOENT)) {
				if p.GNU {
					p.WarnErr(err, "cannot open '%s' for writing", name)
				} else {
					p.WarnErr(err, "%s: open", name)
				}
				status = 1
			}
			continue
		}
		size := n
		cur, _ := p.Seek(fd, 0, 2)
		switch op {
		case '+':
			size = cur + n
		case '-':
			size = max(cur-n, 0)
		case '<':
			size = min(cur, n)
		case '>':
			size = max(cur, n)
		case '/':
			size = cur / n * n
		case '%':
			size = (cur + n - 1) / n * n
		}
		if err := p.Truncate(fd, size); err != nil {
			simple(p, name, err)
			status = 1
		}
		p.Close(fd)
	}
	return status
}

func fallocate(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "l:o:")
	if !o.Has('l') || len(o.Rest) != 1 {
		return usage(p)
	}
	n := mustSize(p, o.Arg('l'))
	if o.Has('o') {
		n += mustSize(p, o.Arg('o'))
	}
	fd, err := p.Open(o.Rest[0], proc.Read|proc.Write|proc.Create, 0o666)
	if err != nil {
		p.Die("can't open '%s': %s", o.Rest[0], proc.Text(err))
	}
	cur, _ := p.Seek(fd, 0, 2)
	p.Truncate(fd, max(cur, n))
	p.Close(fd)
	return 0
}
