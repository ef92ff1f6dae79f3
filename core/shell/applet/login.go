package applet

import (
	"strconv"
	"strings"
	"time"

	"layerlab.dev/core/shell/proc"
)

// setPassword puts a password hash where it belongs: into shadow if the user
// has a line there, else into passwd.
func setPassword(p *proc.Proc, name, hash string) bool {
	set := func(day bool) func([]string) []string {
		return func(lines []string) []string {
			for i, l := range lines {
				f := strings.Split(l, ":")
				if f[0] != name || len(f) < 3 {
					continue
				}
				f[1] = hash
				if day {
					f[2] = strconv.FormatInt(p.Machine().Epoch/86400, 10)
				}
				lines[i] = strings.Join(f, ":")
			}
			return lines
		}
	}
	for _, f := range table(p, "/etc/shadow") {
		if f[0] == name {
			if !rewrite(p, "/etc/shadow", set(true)) {
				return false
			}
			if p.GNU {
				return true
			}
			// busybox writes /etc/passwd again, with the x it has.
			return rewrite(p, "/etc/passwd", func(lines []string) []string { return lines })
		}
	}
	return rewrite(p, "/etc/passwd", set(false))
}

func chpasswd(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "emc:R:", "encrypted=e", "md5=m", "crypt-method=c")
	needRoot(p)
	for {
		l, ok := p.In().Line()
		if !ok {
			return 0
		}
		name, pass, ok := strings.Cut(strings.TrimSuffix(l, "\n"), ":")
		if !ok {
			p.Die("missing new password")
		}
		if _, ok := userNamed(p, name); !ok {
			p.Die("unknown user %s", name)
		}
		if !o.Has('e') {
			// A real one is salted at random, so no two builds agree: a hash that
			// matches no password keeps the layer reproducible.
			p.Machine().Note(noteLocked.With(name))
			pass = "!"
		}
		if !setPassword(p, name, pass) {
			return 1
		}
		if !p.GNU {
			p.Errorf("chpasswd: password for '%s' changed\n", name)
		}
	}
}

func passwd(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "a:dlueS", "delete=d", "lock=l", "unlock=u")
	name := ""
	if len(o.Rest) > 0 {
		name = o.Rest[0]
	} else if u, ok := userWithID(p, p.UID); ok {
		name = u.name
	}
	if _, ok := userNamed(p, name); !ok {
		if p.GNU {
			p.Die("user '%s' does not exist", name)
		}
		p.Die("unknown user %s", name)
	}
	old := "x"
	for _, f := range table(p, "/etc/shadow") {
		if f[0] == name && len(f) > 1 {
			old = f[1]
		}
	}
	if p.GNU && o.Has('S') {
		passwdStatus(p, name)
		return 0
	}
	if p.GNU && (o.Has('d') || o.Has('l') || o.Has('u')) {
		word := ""
		switch {
		case o.Has('l'):
			word = "!" + strings.TrimPrefix(old, "!")
		case o.Has('u'):
			word = strings.TrimPrefix(old, "!")
		}
		edit(p, "/etc/shadow", func(lines []string) []string {
			for i, l := range lines {
				if f := strings.Split(l, ":"); f[0] == name && len(f) > 2 {
					f[1] = word
					lines[i] = strings.Join(f, ":")
				}
			}
			return lines
		})
		p.Puts("passwd: password changed.\n")
		return 0
	}
	switch {
	case o.Has('d'):
		setPassword(p, name, "")
	case o.Has('l'):
		if strings.HasPrefix(old, "!") {
			p.Die("password for %s is already %slocked", name, "")
		}
		setPassword(p, name, "!"+old)
	case o.Has('u'):
		if !strings.HasPrefix(old, "!") {
			p.Die("password for %s is already %slocked", name, "un")
		}
		setPassword(p, name, old[1:])
	default:
		p.Puts("Changing password for " + name + "\n")
		p.Out().Flush()
		p.Warn("password for %s is unchanged", name)
		return 1
	}
	p.Errorf("passwd: password for %s changed by %s\n", name, "root")
	return 0
}

func su(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	args := p.Args[1:]
	o, err := proc.ParseOptions(args, "+mplc:s:fg:G:", "login=l", "command=c", "shell=s", "preserve-environment=m")
	if err != nil {
		p.Warn("%v", err)
		return usage(p)
	}
	rest := o.Rest
	login := o.Has('l')
	if len(rest) > 0 && rest[0] == "-" {
		login = true
		rest = rest[1:]
	}
	name := "root"
	if len(rest) > 0 {
		name = rest[0]
		rest = rest[1:]
	}
	// Options may follow the name.
	cmd, hasCmd := o.Arg('c'), o.Has('c')
	shell := o.Arg('s')
	for len(rest) > 0 {
		switch {
		case rest[0] == "-c" && len(rest) > 1:
			cmd, hasCmd = rest[1], true
			rest = rest[2:]
			continue
		case rest[0] == "-s" && len(rest) > 1:
			shell = rest[1]
			rest = rest[2:]
			continue
		case rest[0] == "-" || rest[0] == "-l":
			login = true
			rest = rest[1:]
			continue
		}
		break
	}
	u, ok := userNamed(p, name)
	if !ok {
		if p.GNU {
			p.Die("user %s does not exist or the user entry does not contain all the required fields", name)
		}
		p.Die("unknown user %s", name)
	}
	if p.UID != 0 && p.UID != u.uid {
		p.Errorf("su: must be suid to work properly\n")
		return 1
	}
	keep := o.Has('m') || o.Has('p')
	if shell == "" && keep {
		shell, _ = p.Getenv("SHELL")
	}
	if shell == "" {
		shell = u.shell
	}
	if shell == "" {
		shell = "/bin/sh"
	}
	p.UID, p.GID = u.uid, u.gid
	p.Groups = memberships(p, u.name, u.gid)
	if login {
		term, has := p.Getenv("TERM")
		p.Env = nil
		if has {
			p.Env = append(p.Env, "TERM="+term)
		}
		p.Setenv("PATH", proc.DefaultPath)
		p.Setenv("USER", u.name)
		p.Setenv("LOGNAME", u.name)
		p.Setenv("HOME", u.home)
		p.Setenv("SHELL", shell)
		if err := p.Chdir(u.home); err != nil {
			if p.GNU {
				p.WarnErr(err, "can't change directory to '%s'", u.home)
			} else {
				p.Warn("can't change directory to '%s'", u.home)
			}
			p.Chdir("/")
		}
	} else if !keep {
		if u.uid != 0 {
			p.Setenv("USER", u.name)
			p.Setenv("LOGNAME", u.name)
		}
		p.Setenv("HOME", u.home)
		p.Setenv("SHELL", shell)
	}
	argv := []string{shell}
	if login {
		argv[0] = "-" + base(shell)
	} else {
		argv[0] = base(shell)
	}
	if hasCmd {
		argv = append(argv, "-c", cmd)
	}
	argv = append(argv, rest...)
	at, err := p.Look(shell, "")
	if err == nil {
		p.Args = argv
		var status int
		if status, err = p.Exec(at); err == nil {
			return status
		}
	}
	p.Errorf("su: can't execute '%s': %s\n", shell, proc.Text(err))
	return 1
}

const tryGetent = "Try `getent --help' or `getent --usage' for more information.\n"

func getent(p *proc.Proc) int {
	if len(p.Args) < 2 {
		p.Errorf("getent: wrong number of arguments\n")
		p.Puts(tryGetent)
		return 1
	}
	file, ok := map[string]string{"passwd": "/etc/passwd", "group": "/etc/group", "shadow": "/etc/shadow", "hosts": "/etc/hosts", "services": "/etc/services", "protocols": "/etc/protocols", "networks": "/etc/networks"}[p.Args[1]]
	if !ok {
		p.Errorf("Unknown database: %s\n", p.Args[1])
		p.Puts(tryGetent)
		return 1
	}
	rows := table(p, file)
	if len(p.Args) == 2 {
		for _, f := range rows {
			p.Puts(strings.Join(f, ":") + "\n")
		}
		return 0
	}
	status := 0
	for _, key := range p.Args[2:] {
		found := false
		for _, f := range rows {
			if f[0] == key || len(f) > 2 && f[2] == key && file != "/etc/hosts" || file == "/etc/hosts" && has(strings.Fields(strings.Join(f, ":")), key) {
				p.Puts(strings.Join(f, ":") + "\n")
				found = true
				break
			}
		}
		if !found {
			status = 2
		}
	}
	return status
}

// passwdStatus is passwd -S: whether the password is locked (L), missing (NP)
// or usable (P), when it was changed, and the four ages.
func passwdStatus(p *proc.Proc, name string) {
	for _, f := range table(p, "/etc/shadow") {
		if f[0] != name || len(f) < 8 {
			continue
		}
		state := "P"
		switch {
		case f[1] == "":
			state = "NP"
		case f[1][0] == '!' || f[1][0] == '*':
			state = "L"
		}
		days, _ := strconv.ParseInt(f[2], 10, 64)
		ages := f[3:7]
		for i, a := range ages {
			if a == "" {
				ages[i] = "-1"
			}
		}
		p.Printf("%s %s %s %s\n", name, state, strftimeIn("%Y-%m-%d", time.Unix(days*86400, 0).UTC()), strings.Join(ages, " "))
	}
}
