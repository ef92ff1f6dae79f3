package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// debianAdduser is Debian's adduser, which calls useradd and says what it does.
func debianAdduser(p *proc.Proc) int {
	o, err := proc.ParseOptions(p.Args[1:], "qu:g:G:s:h:\x81\x82\x83:\x84:\x85\x86:\x87:\x88:\x89\x8a", "quiet=q", "uid=u", "gid=g", "ingroup=\x83", "shell=s", "home=h", "disabled-password=\x81", "disabled-login=\x81", "gecos=\x84", "comment=\x84", "no-create-home=\x85", "system=\x82", "group=\x89", "add_extra_groups=\x8a", "force-badname=\x8a")
	if err != nil {
		p.Warn("%v", err)
		return 1
	}
	if len(o.Rest) == 2 {
		if _, ok := groupNamed(p, o.Rest[1]); !ok {
			p.Warn("The group `%s' does not exist.", o.Rest[1])
			return 1
		}
		if !o.Has('q') {
			p.Printf("Adding user `%s' to group `%s' ...\nDone.\n", o.Rest[0], o.Rest[1])
		}
		addMember(p, o.Rest[1], o.Rest[0])
		return 0
	}
	if len(o.Rest) != 1 {
		p.Warn("Only one or two names allowed.")
		return 1
	}
	name := o.Rest[0]
	if _, ok := userNamed(p, name); ok {
		if o.Has(0x82) {
			return 0
		}
		p.Warn("The user `%s' already exists.", name)
		return 1
	}
	argv := []string{"useradd", "-d"}
	home := "/home/" + name
	if o.Has(0x82) {
		home = "/nonexistent"
	}
	if o.Has('h') {
		home = o.Arg('h')
	}
	argv = append(argv, home)
	shell := "/bin/bash"
	if o.Has(0x82) {
		argv = append(argv, "-r")
		shell = "/usr/sbin/nologin"
		if !o.Has(0x89) && !o.Has(0x83) && !o.Has('g') {
			argv = append(argv, "-g", "65534")
			if _, ok := groupNamed(p, "nogroup"); ok {
				argv[len(argv)-1] = "nogroup"
			}
		}
	}
	if o.Has('s') {
		shell = o.Arg('s')
	}
	argv = append(argv, "-s", shell)
	if o.Has('u') {
		argv = append(argv, "-u", o.Arg('u'))
	}
	for _, c := range []byte{'g', 0x83} {
		if o.Has(c) {
			argv = append(argv, "-g", o.Arg(c))
		}
	}
	gecos := ",,,"
	if o.Has(0x84) {
		gecos = o.Arg(0x84)
		if !o.Has(0x82) && strings.Count(gecos, ",") == 0 && gecos != "" {
			gecos += ",,,"
		}
	}
	if o.Has(0x82) && !o.Has(0x84) {
		gecos = ""
	}
	argv = append(argv, "-c", gecos)
	if !o.Has(0x85) && !(o.Has(0x82) && !o.Has('h')) {
		argv = append(argv, "-m")
	}
	if !o.Has('q') {
		kind := ""
		if o.Has(0x82) {
			kind = "system "
		}
		p.Printf("Adding %suser `%s' ...\n", kind, name)
	}
	p.Out().Flush()
	return p.Call(append(argv, name), useradd)
}

func debianAddgroup(p *proc.Proc) int {
	o, err := proc.ParseOptions(p.Args[1:], "qg:\x82", "quiet=q", "gid=g", "system=\x82", "force-badname=\x83")
	if err != nil {
		p.Warn("%v", err)
		return 1
	}
	if len(o.Rest) == 2 {
		return p.Call(append([]string{"adduser"}, o.Rest...), debianAdduser)
	}
	if len(o.Rest) != 1 {
		p.Warn("Only one or two names allowed.")
		return 1
	}
	argv := []string{"groupadd"}
	if o.Has('g') {
		argv = append(argv, "-g", o.Arg('g'))
	}
	if o.Has(0x82) {
		argv = append(argv, "-r")
	}
	if !o.Has('q') {
		p.Printf("Adding group `%s' ...\n", o.Rest[0])
	}
	if rc := p.Call(append(argv, o.Rest[0]), groupadd); rc != 0 {
		return rc
	}
	if !o.Has('q') {
		g, _ := groupNamed(p, o.Rest[0])
		_ = strconv.Itoa(g.gid)
		p.Puts("Done.\n")
	}
	return 0
}
