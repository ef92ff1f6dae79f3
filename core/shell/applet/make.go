package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// makeDir is bb_make_directory: mode < 0 is the default.
func makeDir(p *proc.Proc, path string, parents bool, mode int64, verbose bool) bool {
	fail := func(at string, err error) bool {
		if p.GNU {
			p.WarnErr(err, "cannot create directory ‘%s’", at)
		} else {
			p.WarnErr(err, "can't create directory '%s'", at)
		}
		return false
	}
	say := func(at string) {
		if !verbose {
			return
		}
		if p.GNU {
			p.Printf("%s: created directory '%s'\n", p.Name(), strings.TrimSuffix(at, "/"))
		} else {
			p.Printf("created directory: '%s'\n", at)
		}
	}
	if parents {
		for i := 1; i < len(path); i++ {
			if path[i] != '/' || path[i-1] == '/' {
				continue
			}
			j := i
			for j < len(path) && path[j] == '/' {
				j++
			}
			if j == len(path) {
				break
			}
			at := path[:i]
			old := p.Umask
			p.Umask = old &^ 0o300
			err := p.Mkdir(at, 0o777)
			p.Umask = old
			if err == nil {
				say(path[:j])
				continue
			}
			if n, e := p.Stat(at); e != nil || !n.IsDir() {
				if e == nil {
					err = vfs.ENOTDIR
				}
				if p.GNU {
					return fail(at, err)
				}
				return fail(path[:j], err)
			}
		}
	}
	if err := p.Mkdir(path, 0o777); err != nil {
		if parents && (proc.Is(err, vfs.EEXIST)) {
			n, e := p.Stat(path)
			switch {
			case e != nil && !p.GNU:
				err = e
			case e == nil && n.IsDir():
				return true
			}
		}
		return fail(path, err)
	}
	say(path)
	if mode >= 0 {
		if n, err := p.Lstat(path); err == nil && p.GNU && mode < 0o1000 && p.Name() == "mkdir" {
			mode |= int64(n.Mode & 0o2000) // what was inherited stays
		}
		if err := p.Chmod(path, uint32(mode)); err != nil {
			p.WarnErr(err, "can't set permissions of directory '%s'", path)
			return false
		}
	}
	return true
}

func mkdir(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "m:pvZ:", "mode=m", "parents=p", "verbose=v", "context=Z")
	mode := int64(-1)
	if o.Has('m') {
		m, err := Mode(o.Arg('m'), 0o777, true, 0)
		if err != nil {
			if p.GNU {
				p.Die("invalid mode ‘%s’", o.Arg('m'))
			}
			p.Die("invalid mode '%s'", o.Arg('m'))
		}
		mode = int64(m)
	}
	if len(o.Rest) == 0 {
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	status := 0
	for _, a := range o.Rest {
		if !makeDir(p, a, o.Has('p'), mode, o.Has('v')) {
			status = 1
		}
	}
	return status
}
