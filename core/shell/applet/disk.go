package applet

import (
	"fmt"
	"strconv"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

func du(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "aHkLsd:lcxmhb0", "all=a", "summarize=s", "human-readable=h", "max-depth=d", "bytes=b", "total=c", "one-file-system=x", "apparent-size=b", "exclude=\x81")
	most := 1 << 30
	if o.Has('d') {
		most = mustInt(p, o.Arg('d'))
	}
	if o.Has('s') {
		most = 0
	}
	names := o.Rest
	if len(names) == 0 {
		names = []string{"."}
	}
	show := func(blocks, bytes int64, name string) {
		var t string
		switch {
		case o.Has('b'):
			t = strconv.FormatInt(bytes, 10)
		case o.Has('h'):
			t = human(blocks*512, p.GNU)
		case o.Has('m'):
			t = strconv.FormatInt((blocks+2047)/2048, 10)
		default:
			t = strconv.FormatInt((blocks+1)/2, 10)
		}
		p.Puts(t + "\t" + name + "\n")
	}
	seen := map[uint64]bool{}
	status := 0
	var walk func(path string, depth int) (int64, int64)
	walk = func(path string, depth int) (int64, int64) {
		n, err := stat(p, path, o.Has('L') || depth == 0 && o.Has('H'))
		if err != nil {
			if p.GNU {
				p.Warn("cannot access '%s': %s", path, proc.Text(err))
			} else {
				simple(p, path, err)
			}
			status = 1
			return 0, 0
		}
		if n.Linked() && !o.Has('l') {
			if seen[n.Ino()] {
				return 0, 0
			}
			seen[n.Ino()] = true
		}
		blocks, bytes := blocks512(p, path, n), shownSize(p, path, n)
		if n.IsDir() {
			names, err := p.ReadDir(path)
			if err != nil {
				status = 1
				if !p.GNU {
					p.WarnErr(err, "can't open '%s'", path)
					return 0, 0
				}
				p.WarnErr(err, "cannot read directory '%s'", path)
			}
			for _, c := range names {
				if o.Has('x') && p.Device(under(path, c)) != p.Device(path) {
					continue
				}
				x, y := walk(under(path, c), depth+1)
				blocks += x
				bytes += y
			}
			if depth <= most {
				show(blocks, bytes, path)
			}
		} else if depth == 0 || o.Has('a') && depth <= most {
			show(blocks, bytes, path)
		}
		return blocks, bytes
	}
	var total, totalBytes int64
	for _, n := range names {
		x, y := walk(n, 0)
		total += x
		totalBytes += y
	}
	if o.Has('c') {
		show(total, totalBytes, "total")
	}
	return status
}

func df(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "PkmhTat:iBb:", "human-readable=h", "portability=P", "print-type=T")
	status, missing := 0, 0
	for _, n := range o.Rest {
		if _, err := p.Stat(n); err != nil && !p.GNU {
			status = 1
			missing++
			defer p.Warn("%s: can't find mount point", n)
		}
	}
	unit := "1K-blocks"
	size, used, free := "1048576", "524288", "524288"
	switch {
	case o.Has('h'):
		unit, size, used, free = "Size", "1.0G", "512.0M", "512.0M"
	case o.Has('m'):
		unit, size, used, free = "1M-blocks", "1024", "512", "512"
	}
	if o.Has('P') && !o.Has('h') {
		unit = "1024-blocks"
	}
	use := "Use%"
	if o.Has('P') {
		use = "Capacity"
	}
	p.Printf("Filesystem           %-8s      Used Available %s Mounted on\n", unit, use)
	if missing == 0 || missing < len(o.Rest) {
		p.Printf("%-20.20s %9s %9s %9s %3s%% %s\n", "overlay", size, used, free, "50", "/")
	}
	return status
}

func mountpoint(p *proc.Proc) int {
	o := options(p, "qdxn")
	if len(o.Rest) != 1 {
		return usage(p)
	}
	at, err := p.Real(o.Rest[0])
	if err == nil && !p.GNU && !isDir(p, at, true) {
		err = vfs.ENOTDIR
	}
	if err != nil {
		if !o.Has('q') {
			simple(p, o.Rest[0], err)
		}
		return 1
	}
	is := p.MountPoint(at)
	if !o.Has('q') {
		not := "not "
		if is {
			not = ""
		}
		p.Printf("%s is %sa mountpoint\n", o.Rest[0], not)
	}
	return truth(!is)
}

func free(p *proc.Proc) int {
	p.Puts(fmt.Sprintf("%24s%12s%12s%12s%12s%12s\nMem:      %12d%12d%12d%12d%12d%12d\nSwap:     %12d%12d%12d\n", "total", "used", "free", "shared", "buff/cache", "available", 1048576, 262144, 524288, 0, 262144, 786432, 0, 0, 0))
	return 0
}
