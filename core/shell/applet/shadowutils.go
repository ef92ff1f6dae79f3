package applet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// The commands of Debian's passwd and adduser packages, as far as images call
// them: they write the same lines; the lock files and backups differ in that
// shadow-utils keeps the backup with mode and content of the old file.

// edit changes a file the way shadow-utils does: a backup NAME-, then the new
// content.
func edit(p *proc.Proc, name string, change func([]string) []string) bool {
	if _, err := p.Lstat("/etc/.pwd.lock"); err != nil {
		// lckpwdf(3) leaves its file behind.
		if fd, err := p.Open("/etc/.pwd.lock", proc.Write|proc.Create, 0o600); err == nil {
			p.Close(fd)
		}
	}
	if _, err := p.Stat(name); err != nil {
		return true
	}
	return rewrite(p, name, change)
}

// changeGroups gives groups other members, takes the group drop away and adds a
// line to /etc/group and /etc/gshadow where lines has them, each file in one
// step.
func changeGroups(p *proc.Proc, drop string, lines [2]string, change func(group string, members []string) []string) {
	for i, file := range []string{"/etc/group", "/etc/gshadow"} {
		var old []string
		for _, f := range table(p, file) {
			old = append(old, strings.Join(f, ":"))
		}
		now := slices.Clone(old)
		for k, l := range now {
			f := strings.Split(l, ":")
			if len(f) != 4 {
				continue
			}
			var members []string
			if f[3] != "" {
				members = strings.Split(f[3], ",")
			}
			f[3] = strings.Join(change(f[0], members), ",")
			now[k] = strings.Join(f, ":")
		}
		now = slices.DeleteFunc(now, func(l string) bool { return drop != "" && strings.HasPrefix(l, drop+":") })
		if lines[i] != "" {
			now = append(now, lines[i])
		}
		if !slices.Equal(old, now) {
			edit(p, file, func([]string) []string { return now })
		}
	}
}

// renamed changes the fields of a line of a file; a line with a new name goes
// to the end.
func renamed(name string, change func(f []string)) func([]string) []string {
	return func(lines []string) []string {
		for i, l := range lines {
			f := strings.Split(l, ":")
			if f[0] != name {
				continue
			}
			change(f)
			lines[i] = strings.Join(f, ":")
			if f[0] != name {
				lines = append(slices.Delete(slices.Clone(lines), i, i+1), strings.Join(f, ":"))
			}
			break
		}
		return lines
	}
}

func useradd(p *proc.Proc) int {
	o, err := proc.ParseOptions(p.Args[1:], "b:c:d:De:f:g:G:k:K:lmMNorp:R:s:u:UZ:", "base-dir=b", "comment=c", "home-dir=d", "gid=g", "groups=G", "create-home=m", "no-create-home=M", "no-user-group=N", "non-unique=o", "password=p", "system=r", "shell=s", "uid=u", "user-group=U", "skel=k", "no-log-init=l", "key=K", "expiredate=e", "inactive=f", "home=d")
	if err != nil {
		p.Warn("%v", err)
	}
	if err != nil || len(o.Rest) != 1 {
		p.Errorf("%s", usageText(p))
		return 2
	}
	if p.UID != 0 {
		p.Warn("Permission denied.\nuseradd: cannot lock /etc/passwd; try again later.")
		return 1
	}
	name := o.Rest[0]
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-$") != "" || strings.HasPrefix(name, "-") {
		p.Warn("invalid user name '%s': use --badname to ignore", name)
		return 3
	}
	if _, ok := userNamed(p, name); ok {
		p.Warn("user '%s' already exists", name)
		return 9
	}
	uid := -1
	taken := uidTaken(p)
	if o.Has('u') {
		uid = mustInt(p, o.Arg('u'))
		if taken(uid) && !o.Has('o') {
			p.Warn("UID %d is not unique", uid)
			return 4
		}
	} else if o.Has('r') {
		for n := 999; n >= 100; n-- {
			if !taken(n) {
				uid = n
				break
			}
		}
	} else {
		// The next behind the highest in use.
		uid = 1000
		for _, u := range users(p) {
			if u.uid >= uid && u.uid < 60000 {
				uid = u.uid + 1
			}
		}
	}
	gid := 100
	own := !o.Has('g') && !o.Has('N')
	if o.Has('g') {
		id, ok := groupID(p, o.Arg('g'))
		if _, known := groupWithID(p, id); !ok || !known {
			p.Warn("group '%s' does not exist", o.Arg('g'))
			return 6
		}
		gid = id
	} else if own {
		if _, ok := groupNamed(p, name); ok {
			p.Warn("group %s exists - if you want to add this user to that group, use -g.", name)
			return 9
		}
		gid = uid
		if gidTaken(p)(gid) {
			gid = nextGID(p, o.Has('r'))
		}
	}
	var extra []string
	if o.Has('G') {
		for g := range strings.SplitSeq(o.Arg('G'), ",") {
			found, ok := groupNamed(p, g)
			if !ok {
				p.Warn("group '%s' does not exist", g)
				return 6
			}
			extra = append(extra, found.name)
		}
	}
	home := "/home/" + name
	if o.Has('b') {
		home = o.Arg('b') + "/" + name
	}
	if o.Has('d') {
		home = o.Arg('d')
	}
	shell := "/bin/sh"
	if o.Has('s') {
		shell = o.Arg('s')
		if n, err := p.Stat(shell); shell != "" && (err != nil || n.IsDir() || n.Mode&0o111 == 0) {
			p.Warn("Warning: missing or non-executable shell '%s'", shell)
		}
	}
	edit(p, "/etc/passwd", appendLine(fmt.Sprintf("%s:x:%d:%d:%s:%s:%s", name, uid, gid, o.Arg('c'), home, shell)))
	pass := "!"
	if o.Has('p') {
		pass = o.Arg('p')
	}
	aging := "0:99999:7"
	if o.Has('r') {
		aging = "::"
	}
	edit(p, "/etc/shadow", appendLine(fmt.Sprintf("%s:%s:%d:%s:::", name, pass, p.Machine().Epoch/86400, aging)))
	var lines [2]string
	if own {
		lines = [2]string{fmt.Sprintf("%s:x:%d:", name, gid), name + ":!::"}
	}
	changeGroups(p, "", lines, func(g string, members []string) []string {
		if slices.Contains(extra, g) {
			members = append(members, name)
		}
		return members
	})
	if o.Has('m') {
		homeFor(p, home, uid, gid)
	}
	return 0
}

func nextGID(p *proc.Proc, system bool) int {
	taken := gidTaken(p)
	if system {
		for n := 999; n >= 100; n-- {
			if !taken(n) {
				return n
			}
		}
	}
	n := 1000
	for _, g := range groups(p) {
		if g.gid >= n && g.gid < 60000 {
			n = g.gid + 1
		}
	}
	return n
}

func homeFor(p *proc.Proc, home string, uid, gid int) {
	if _, err := p.Stat(home); err == nil {
		return
	}
	makeParents(p, home)
	old := p.Umask
	p.Umask = 0o022
	if p.Mkdir(home, 0o755) == nil && isDir(p, "/etc/skel", true) {
		c := newCopier(p)
		c.recurse, c.preserve = true, true
		names, _ := p.ReadDir("/etc/skel")
		for _, n := range names {
			c.file("/etc/skel/"+n, under(home, n))
		}
	}
	p.Umask = old
	each(p, home, true, false, func(path string, _ *vfs.Node) error { return p.Lchown(path, uid, gid) })
}

func groupadd(p *proc.Proc) int {
	o, err := proc.ParseOptions(p.Args[1:], "fg:K:op:rR:", "force=f", "gid=g", "non-unique=o", "system=r", "key=K", "password=p")
	if err != nil {
		p.Warn("%v", err)
		return 2
	}
	if len(o.Rest) != 1 {
		p.Errorf("%s", usageText(p))
		return 2
	}
	name := o.Rest[0]
	if _, ok := groupNamed(p, name); ok {
		if o.Has('f') {
			return 0
		}
		p.Warn("group '%s' already exists", name)
		return 9
	}
	gid := -1
	if o.Has('g') {
		gid = mustInt(p, o.Arg('g'))
		if gidTaken(p)(gid) && !o.Has('o') {
			if o.Has('f') {
				gid = nextGID(p, o.Has('r'))
			} else {
				p.Warn("GID '%d' already exists", gid)
				return 4
			}
		}
	} else {
		gid = nextGID(p, o.Has('r'))
	}
	edit(p, "/etc/group", appendLine(fmt.Sprintf("%s:x:%d:", name, gid)))
	edit(p, "/etc/gshadow", appendLine(name+":!::"))
	return 0
}

func usermod(p *proc.Proc) int {
	o, err := proc.ParseOptions(p.Args[1:], "ac:d:e:f:g:G:l:Lmop:R:s:u:UZ:", "append=a", "comment=c", "home=d", "gid=g", "groups=G", "login=l", "lock=L", "move-home=m", "password=p", "shell=s", "uid=u", "unlock=U", "non-unique=o")
	if err != nil {
		p.Warn("%v", err)
		return 2
	}
	if len(o.Rest) != 1 {
		p.Errorf("%s", usageText(p))
		return 2
	}
	name := o.Rest[0]
	u, ok := userNamed(p, name)
	if !ok {
		p.Warn("user '%s' does not exist", name)
		return 6
	}
	oldHome, before := u.home, u
	if o.Has('c') {
		u.gecos = o.Arg('c')
	}
	if o.Has('d') {
		u.home = o.Arg('d')
	}
	if o.Has('s') {
		u.shell = o.Arg('s')
	}
	if o.Has('u') {
		u.uid = mustInt(p, o.Arg('u'))
	}
	if o.Has('g') {
		id, ok := groupID(p, o.Arg('g'))
		if !ok {
			p.Warn("group '%s' does not exist", o.Arg('g'))
			return 6
		}
		u.gid = id
	}
	if o.Has('l') {
		u.name = o.Arg('l')
	}
	var want []string
	if o.Has('G') {
		want = strings.Split(o.Arg('G'), ",")
		for _, g := range want {
			if _, ok := groupNamed(p, g); !ok {
				p.Warn("group '%s' does not exist", g)
				return 6
			}
		}
	}
	if u != before {
		edit(p, "/etc/passwd", renamed(name, func(f []string) {
			copy(f, []string{u.name, u.pass, strconv.Itoa(u.uid), strconv.Itoa(u.gid), u.gecos, u.home, u.shell})
		}))
	}
	if u.name != name || o.Has('L') || o.Has('U') {
		edit(p, "/etc/shadow", renamed(name, func(f []string) {
			f[0] = u.name
			switch {
			case o.Has('L'):
				f[1] = "!" + strings.TrimPrefix(f[1], "!")
			case o.Has('U'):
				f[1] = strings.TrimPrefix(f[1], "!")
			}
		}))
	}
	if o.Has('p') {
		setPassword(p, u.name, o.Arg('p'))
	}
	if o.Has('G') || u.name != name {
		changeGroups(p, "", [2]string{}, func(g string, members []string) []string {
			at := slices.Index(members, name)
			switch {
			case at >= 0 && (o.Has('G') && !o.Has('a') && !slices.Contains(want, g)):
				return slices.Delete(members, at, at+1)
			case at >= 0 && u.name != name:
				return append(slices.Delete(members, at, at+1), u.name)
			case at < 0 && slices.Contains(want, g):
				return append(members, u.name)
			}
			return members
		})
	}
	if o.Has('m') && o.Has('d') && oldHome != u.home {
		move(p, oldHome, u.home, false)
	}
	return 0
}

func userdel(p *proc.Proc) int {
	o, err := proc.ParseOptions(p.Args[1:], "frR:", "force=f", "remove=r")
	if err != nil || len(o.Rest) != 1 {
		p.Errorf("%s", usageText(p))
		return 2
	}
	name := o.Rest[0]
	u, ok := userNamed(p, name)
	if !ok {
		p.Warn("user '%s' does not exist", name)
		return 6
	}
	without := func(lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, name+":") })
	}
	edit(p, "/etc/passwd", without)
	edit(p, "/etc/shadow", without)
	drop := name // the group of its own
	if g, ok := groupNamed(p, name); ok {
		for _, other := range users(p) {
			if other.gid == g.gid {
				drop = ""
			}
		}
	}
	changeGroups(p, drop, [2]string{}, func(_ string, members []string) []string {
		return slices.DeleteFunc(members, func(m string) bool { return m == name })
	})
	if o.Has('r') {
		if _, err := p.Stat("/var/mail/" + name); err != nil {
			p.Warn("%s mail spool (/var/mail/%s) not found", name, name)
		} else {
			p.Unlink("/var/mail/" + name)
		}
		if _, err := p.Stat(u.home); err != nil {
			p.Warn("%s home directory (%s) not found", name, u.home)
			return 0
		}
		r := remover{p: p, recurse: true, force: true}
		r.remove(u.home)
	}
	return 0
}

func groupdel(p *proc.Proc) int {
	args := p.Args[1:]
	if len(args) != 1 {
		p.Errorf("Usage: groupdel [options] GROUP\n")
		return 2
	}
	g, ok := groupNamed(p, args[0])
	if !ok {
		p.Warn("group '%s' does not exist", args[0])
		return 6
	}
	for _, u := range users(p) {
		if u.gid == g.gid {
			p.Warn("cannot remove the primary group of user '%s'", u.name)
			return 8
		}
	}
	without := func(lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, g.name+":") })
	}
	edit(p, "/etc/group", without)
	edit(p, "/etc/gshadow", without)
	return 0
}
