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
		"find": find, "du": du, "df": df, "cmp": cmp, "diff": diff, "patch": patch, "mountpoint": mountpoint,
		// text
		"head": head, "tail": tail, "wc": wc, "tee": tee, "tac": tac, "rev": rev, "nl": nl, "fold": fold, "expand": expandTabs,
		"unexpand": expandTabs, "cut": cut, "tr": tr, "paste": paste, "comm": comm, "sort": sortLines, "uniq": uniq,
		"grep": grep, "egrep": grep, "fgrep": grep, "sed": sed, "awk": awkApplet, "split": split, "shuf": shuf, "more": more,
		"less": more, "dos2unix": dos2unix, "unix2dos": dos2unix, "od": od, "hexdump": hexdump, "hd": hexdump, "xxd": xxd,
		"strings": stringsApplet,
		// checksums and codings
		"md5sum": checksum, "sha1sum": checksum, "sha256sum": checksum, "sha512sum": checksum, "sha3sum": checksum,
		"cksum": cksum, "crc32": cksum, "sum": sumApplet, "base64": base64Applet, "base32": base64Applet,
		"uuencode": uuencode, "uudecode": uudecode,
		// archives
		"tar": tarMain, "gzip": compress, "gunzip": compress, "zcat": compress, "bzip2": compress, "bunzip2": compress,
		"bzcat": compress, "xz": compress, "unxz": compress, "xzcat": compress, "unlzma": compress, "lzcat": compress,
		"lzma": compress, "unzip": unzip, "cpio": cpio, "ar": ar,
		// accounts
		"id": id, "whoami": whoami, "groups": groupsApplet, "adduser": adduser, "addgroup": addgroup, "deluser": deluser,
		"delgroup": deluser, "chpasswd": chpasswd, "passwd": passwd, "su": su,
		// processes and the system
		"sleep": sleep, "usleep": usleep, "env": env, "printenv": printenv, "uname": uname, "arch": uname, "hostname": hostname,
		"nproc": nproc, "yes": yes, "seq": seq, "timeout": timeout, "time": timeApplet, "nice": through("n:"), "nohup": through(""),
		"setsid": through("c"), "ionice": through("c:n:p:t"), "xargs": xargs, "tty": tty, "sync": syncApplet, "fsync": syncApplet,
		"which": which, "kill": killApplet, "run-parts": runParts, "getopt": getopt, "free": free, "ps": ps,
		"clear":   func(p *proc.Proc) int { p.Puts("\x1b[H\x1b[J"); return 0 },
		"logname": func(p *proc.Proc) int { p.Die("getlogin: No such file or directory"); return 1 },
		"hostid":  func(p *proc.Proc) int { p.Puts("00000000\n"); return 0 },
		// calculators
		"bc": bc, "ed": ed, "ascii": ascii, "factor": factor, "expr": expr, "cal": cal, "dc": dc,
		// shell
		"echo": echo, "printf": func(p *proc.Proc) int { return printf(p, p.GNU) }, "date": date, "dd": dd,
		"test": func(p *proc.Proc) int { return test(p, "test", &Shell{}) },
		"[":    func(p *proc.Proc) int { return test(p, "[", &Shell{}) },
		"[[":   func(p *proc.Proc) int { return test(p, "[[", &Shell{}) },
		"true": func(*proc.Proc) int { return 0 }, "false": func(*proc.Proc) int { return 1 },
		"pwd": func(p *proc.Proc) int { p.Puts(p.Dir + "\n"); return 0 },
	}
	gnuOnly = map[string]Func{
		"join": join, "useradd": useradd, "groupadd": groupadd, "usermod": usermod, "userdel": userdel, "groupdel": groupdel,
		"getent": getent, "ldconfig": nothing, "install-info": nothing, "tsort": tsort, "update-ca-certificates": nothing, "sha224sum": checksum, "sha384sum": checksum,
		"stdbuf": through("o:e:i:"), "dir": ls, "vdir": ls,
	}
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
