package applet

import (
	"strconv"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// mknodMode takes -m and a umask together: -m sets the mode as it is.
func mknodMode(p *proc.Proc, o *proc.Options) (mode uint32, exact bool) {
	if !o.Has('m') {
		return 0o666, false
	}
	m, err := Mode(o.Arg('m'), 0o666, false, 0)
	if err != nil {
		p.Die("invalid mode '%s'", o.Arg('m'))
	}
	return m, true
}

func mkfifo(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "m:", "mode=m")
	operands(p, o.Rest, 1, len(o.Rest))
	mode, exact := mknodMode(p, o)
	old := p.Umask
	if exact {
		p.Umask = 0
	}
	defer func() { p.Umask = old }()
	status := 0
	for _, a := range o.Rest {
		if err := p.Mknod(a, vfs.Fifo, mode, 0, 0); err != nil {
			if p.GNU {
				p.WarnErr(err, "cannot create fifo '%s'", a)
			} else {
				simple(p, a, err)
			}
			status = 1
		}
	}
	return status
}

func mknod(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "m:", "mode=m")
	mode, exact := mknodMode(p, o)
	if len(o.Rest) != 2 && len(o.Rest) != 4 {
		return usage(p)
	}
	old := p.Umask
	if exact {
		p.Umask = 0
	}
	defer func() { p.Umask = old }()
	kind := vfs.Fifo
	switch o.Rest[1] {
	case "p":
		if len(o.Rest) != 2 {
			return usage(p)
		}
	case "b":
		kind = vfs.BlockDevice
	case "c", "u":
		kind = vfs.CharDevice
	default:
		return usage(p)
	}
	var major, minor uint64
	if kind != vfs.Fifo {
		if len(o.Rest) != 4 {
			return usage(p)
		}
		var err error
		if major, err = strconv.ParseUint(o.Rest[2], 10, 32); err != nil {
			p.Die("invalid number '%s'", o.Rest[2])
		}
		if minor, err = strconv.ParseUint(o.Rest[3], 10, 32); err != nil {
			p.Die("invalid number '%s'", o.Rest[3])
		}
	}
	if err := p.Mknod(o.Rest[0], kind, mode, uint32(major), uint32(minor)); err != nil {
		simple(p, o.Rest[0], err)
		return 1
	}
	return 0
}
