package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
)

// Busybox returns busybox's applet of a name, nil if it is not interpreted.
func Busybox(name string) Func { return applets[name] }

// GNU returns the command of a name as GNU coreutils and its like have it, nil
// if it is not interpreted.
func GNU(name string) Func {
	if gnuOnly[name] != nil {
		return gnuOnly[name]
	}
	if boxOnly[name] {
		return nil
	}
	return applets[name]
}

// boxOnly are applets whose namesakes elsewhere are programs of another kind.
var boxOnly = map[string]bool{"wget": true, "vi": true, "ash": true, "dpkg": true, "rpm": true, "busybox": true}

var gnuOnly map[string]Func

var applets map[string]Func

func init() {
	applets = map[string]Func{
		// files
		"cp": cp, "mv": mv, "install": install, "rm": rm, "rmdir": rmdir, "unlink": unlink, "mkdir": mkdir, "ln": ln, "link": link,
		"touch": touch, "mkfifo": mkfifo, "mknod": mknod, "mktemp": mktemp, "truncate": truncate, "fallocate": fallocate,
		"chmod": chmod, "chown": chown, "chgrp": chown, "ls": ls, "stat": statApplet, "readlink": readlink, "realpath": realpath,
		"basename": basename, "dirname": dirname, "cat": cat,
		// shell
		"echo": echo, "printf": func(p *proc.Proc) int { return printf(p, p.GNU) },
		"test": func(p *proc.Proc) int { return test(p, "test", false) },
		"[":    func(p *proc.Proc) int { return test(p, "[", false) },
		"[[":   func(p *proc.Proc) int { return test(p, "[[", false) },
		"true": func(*proc.Proc) int { return 0 }, "false": func(*proc.Proc) int { return 1 },
		"date": date,
	}
	gnuOnly = map[string]Func{}
}

// Install makes links to busybox, as busybox --install does.
func Install(p *proc.Proc) int {
	args := p.Args[2:]
	soft := false
	if len(args) > 0 && args[0] == "-s" {
		soft = true
		args = args[1:]
	}
	dir := "/usr/bin"
	if len(args) > 0 {
		dir = args[0]
	}
	status := 0
	for _, n := range List(p.Plain) {
		if n == "busybox" {
			continue
		}
		at := strings.TrimSuffix(dir, "/") + "/" + n
		if _, err := p.Lstat(at); err == nil {
			continue
		}
		var err error
		if soft {
			err = p.Symlink("/bin/busybox", at)
		} else {
			err = p.Link("/bin/busybox", at)
		}
		if err != nil {
			p.Errorf("busybox: %s: %s\n", at, proc.Text(err))
			status = 1
		}
	}
	return status
}
