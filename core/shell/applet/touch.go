package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func touch(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "cr:d:t:hamf\x81:", "no-create=c", "reference=r", "date=d", "no-dereference=h", "time=\x81")
	var when *vfs.Time
	if o.Has('r') {
		n, err := p.Stat(o.Arg('r'))
		if err != nil {
			if p.GNU {
				p.Die("failed to get attributes of '%s': %s", o.Arg('r'), proc.Text(err))
			}
			p.Die("can't stat '%s': %s", o.Arg('r'), proc.Text(err))
		}
		t := n.Time()
		when = &t
	}
	for _, c := range []byte{'d', 't'} {
		if !o.Has(c) {
			continue
		}
		t, ok := parseDate(p, o.Arg(c), false)
		if !ok || t == -1 && !p.GNU {
			if p.GNU {
				p.Die("invalid date format ‘%s’", o.Arg(c))
			}
			p.Die("invalid date '%s'", o.Arg(c))
		}
		when = &vfs.Time{Sec: t, Nsec: fraction(p, o.Arg(c))}
		if when.Nsec > 0 && t < 0 || t == 0 && strings.HasPrefix(o.Arg(c), "@-0.") {
			when.Sec, when.Nsec = t-1, 1e9-when.Nsec
		}
	}
	if len(o.Rest) == 0 {
		if p.GNU {
			p.Warn("missing file operand")
		}
		return usage(p)
	}
	status := 0
	fail := func(name string, err error) {
		if p.GNU {
			n, e := p.Stat(name)
			if e == nil && n.IsDir() {
				p.WarnErr(err, "setting times of '%s'", name)
				status = 1
				return
			}
			if e == nil {
				// It is opened first, and that is what is told.
				if fd, e := p.Open(name, proc.Write, 0); e != nil {
					err = e
				} else {
					p.Close(fd)
				}
			}
			p.WarnErr(err, "cannot touch '%s'", name)
		} else {
			simple(p, name, err)
		}
		status = 1
	}
	onlyAccess := o.Has('a') && !o.Has('m')
	for _, name := range o.Rest {
		set := func() error {
			if onlyAccess {
				// The access time is not part of an image, but the call may fail.
				n, err := stat(p, name, !o.Has('h'))
				if err != nil {
					return err
				}
				t := n.Time()
				return p.Utimes(name, &t, !o.Has('h'))
			}
			return p.Utimes(name, when, !o.Has('h'))
		}
		err := set()
		if err == nil {
			continue
		}
		if !proc.Is(err, vfs.ENOENT) {
			fail(name, err)
			continue
		}
		if o.Has('c') {
			continue
		}
		fd, err := p.Open(name, proc.Read|proc.Write|proc.Create, 0o666)
		if err != nil {
			fail(name, err)
			continue
		}
		p.Close(fd)
		if when != nil {
			set()
		}
	}
	return status
}
