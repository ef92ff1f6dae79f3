package applet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// memberships returns the ids of the groups a user is in, the primary first.
func memberships(p *proc.Proc, name string, gid int) []int {
	out := []int{gid}
	for _, g := range groups(p) {
		if slices.Contains(g.members, name) && !slices.Contains(out, g.gid) {
			out = append(out, g.gid)
		}
	}
	return out
}

func id(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "ugGnrZ", "user=u", "group=g", "groups=G", "name=n", "real=r")
	uid, gid := p.UID, p.GID
	var all []int
	if len(o.Rest) > 1 || !p.GNU && (o.Has('n') || o.Has('r')) && !o.Has('u') && !o.Has('g') && !o.Has('G') {
		return usage(p)
	}
	if p.GNU && (o.Has('n') || o.Has('r')) && !o.Has('u') && !o.Has('g') && !o.Has('G') {
		p.Die("cannot print only names or real IDs in default format")
	}
	if len(o.Rest) == 1 {
		u, ok := userNamed(p, o.Rest[0])
		if !ok {
			if p.GNU {
				p.Die("‘%s’: no such user", o.Rest[0])
			}
			p.Die("unknown user %s", o.Rest[0])
		}
		uid, gid = u.uid, u.gid
		all = memberships(p, u.name, gid)
	} else {
		all = ownGroups(p, gid)
		if !p.GNU && !o.Has('G') {
			all = slices.Sorted(slices.Values(dedup(p.Groups))) // as getgroups(2) has them
		}
	}
	status := 0
	userName := func(n int) string {
		if u, ok := userWithID(p, n); ok {
			return u.name
		}
		if o.Has('n') {
			status = 1
		}
		return strconv.Itoa(n)
	}
	groupName := func(n int) string {
		if g, ok := groupWithID(p, n); ok {
			return g.name
		}
		if o.Has('n') {
			status = 1
		}
		return strconv.Itoa(n)
	}
	switch {
	case o.Has('u'):
		if o.Has('n') {
			p.Puts(userName(uid) + "\n")
		} else {
			p.Printf("%d\n", uid)
		}
	case o.Has('g'):
		if o.Has('n') {
			p.Puts(groupName(gid) + "\n")
		} else {
			p.Printf("%d\n", gid)
		}
	case o.Has('G'):
		var parts []string
		for _, g := range all {
			if o.Has('n') {
				parts = append(parts, groupName(g))
			} else {
				parts = append(parts, strconv.Itoa(g))
			}
		}
		p.Puts(strings.Join(parts, " ") + "\n")
	default:
		show := func(n int, name string, ok bool) string {
			if ok {
				return fmt.Sprintf("%d(%s)", n, name)
			}
			return strconv.Itoa(n)
		}
		u, ok := userWithID(p, uid)
		text := "uid=" + show(uid, u.name, ok)
		g, ok := groupWithID(p, gid)
		text += " gid=" + show(gid, g.name, ok)
		var parts []string
		for _, n := range all {
			g, ok := groupWithID(p, n)
			parts = append(parts, show(n, g.name, ok))
		}
		if len(parts) > 0 {
			text += " groups=" + strings.Join(parts, ",")
		}
		p.Puts(text + "\n")
	}
	return status
}

func dedup(l []int) []int {
	var out []int
	for _, x := range l {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func whoami(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	operands(p, o.Rest, 0, 0)
	u, ok := userWithID(p, p.UID)
	if !ok {
		if p.GNU {
			p.Die("cannot find name for user ID %d", p.UID)
		}
		p.Die("unknown uid %d", p.UID)
	}
	p.Puts(u.name + "\n")
	return 0
}

// ownGroups are the groups of the process: gid, then the others in the kernel's
// order.
func ownGroups(p *proc.Proc, gid int) []int {
	return dedup(append([]int{gid}, slices.Sorted(slices.Values(p.Groups))...))
}

func groupsApplet(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	all := ownGroups(p, p.GID)
	prefix, status := "", 0
	if len(o.Rest) > 0 {
		u, ok := userNamed(p, o.Rest[0])
		if !ok {
			if p.GNU {
				p.Die("‘%s’: no such user", o.Rest[0])
			}
			p.Die("unknown user %s", o.Rest[0])
		}
		all = memberships(p, u.name, u.gid)
		if p.GNU {
			prefix = u.name + " : "
		}
	}
	var parts []string
	for _, n := range dedup(all) {
		if g, ok := groupWithID(p, n); ok {
			parts = append(parts, g.name)
		} else {
			if p.GNU {
				p.Warn("cannot find name for group ID %d", n)
			} else {
				p.Warn("unknown ID %d", n)
			}
			status = 1
			parts = append(parts, strconv.Itoa(n))
		}
	}
	p.Puts(prefix + strings.Join(parts, " ") + "\n")
	return status
}

// rewrite changes a colon-separated file as busybox's update_passwd does: the
// old one is kept as NAME-, a new one takes its place with mode and owner.
func rewrite(p *proc.Proc, name string, change func(lines []string) []string) bool {
	n, err := p.Stat(name)
	if err != nil {
		return false
	}
	data, err := p.ReadFile(name)
	if err != nil {
		return false
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(data) == 0 {
		lines = nil
	}
	lines = change(lines)
	text := strings.Join(lines, "\n")
	if len(lines) > 0 {
		text += "\n"
	}
	old := p.Umask
	p.Umask = 0
	defer func() { p.Umask = old }()
	tmp := name + "+"
	fd, err := p.Open(tmp, proc.Write|proc.Create|proc.Trunc, n.Mode&0o777)
	if err != nil {
		p.WarnErr(err, "can't create '%s'", tmp)
		return false
	}
	p.Chown(tmp, n.UID, n.GID)
	p.WriteFD(fd, []byte(text))
	p.Close(fd)
	backup := name + "-"
	p.Unlink(backup)
	p.Link(name, backup)
	if err := p.Rename(tmp, name); err != nil {
		p.WarnErr(err, "can't rename '%s'", tmp)
		return false
	}
	return true
}

func appendLine(line string) func([]string) []string {
	return func(l []string) []string { return append(l, line) }
}

// addMember puts a user into the member list of a group.
func addMember(p *proc.Proc, name, member string) bool {
	add := func(lines []string) []string {
		for i, l := range lines {
			f := strings.Split(l, ":")
			if len(f) < 4 || f[0] != name {
				continue
			}
			if f[3] == "" {
				f[3] = member
			} else {
				f[3] += "," + member
			}
			lines[i] = strings.Join(f, ":")
		}
		return lines
	}
	ok := rewrite(p, "/etc/group", add)
	for _, f := range table(p, "/etc/gshadow") {
		if f[0] == name {
			rewrite(p, "/etc/gshadow", add)
		}
	}
	return ok
}

// freeID finds an id in a range that no user and no group has.
func freeID(p *proc.Proc, from, to int, also func(int) bool) (int, bool) {
	for n := from; n <= to; n++ {
		if !also(n) {
			return n, true
		}
	}
	return 0, false
}

func uidTaken(p *proc.Proc) func(int) bool {
	us := users(p)
	return func(n int) bool { return slices.ContainsFunc(us, func(u user) bool { return u.uid == n }) }
}

func gidTaken(p *proc.Proc) func(int) bool {
	gs := groups(p)
	return func(n int) bool { return slices.ContainsFunc(gs, func(g group) bool { return g.gid == n }) }
}

func needRoot(p *proc.Proc) {
	if p.UID != 0 {
		p.Die("must be root")
	}
}

func addgroup(p *proc.Proc) int {
	if p.GNU {
		return debianAddgroup(p)
	}
	if helped(p) {
		return 0
	}
	o := options(p, "g:S", "gid=g", "system=S")
	needRoot(p)
	args := o.Rest
	if len(args) < 1 || len(args) > 2 || len(args) == 2 && (o.Has('g') || o.Has('S')) {
		return usage(p)
	}
	if len(args) == 2 {
		userName, groupName := args[0], args[1]
		if _, ok := userNamed(p, userName); !ok {
			p.Die("unknown user %s", userName)
		}
		g, ok := groupNamed(p, groupName)
		if !ok {
			p.Die("unknown group %s", groupName)
		}
		if slices.Contains(g.members, userName) {
			return 0
		}
		if !addMember(p, groupName, userName) {
			return 1
		}
		return 0
	}
	gid := -1
	if o.Has('g') {
		gid = mustInt(p, o.Arg('g'))
	}
	return newGroup(p, args[0], gid, o.Has('S'))
}

func newGroup(p *proc.Proc, name string, gid int, system bool) int {
	if _, ok := groupNamed(p, name); ok {
		p.Die("group '%s' in use", name)
	}
	if gid < 0 {
		from, to := 1000, 59999
		if system {
			from, to = 100, 999
		}
		n, ok := freeID(p, from, to, gidTaken(p))
		if !ok {
			p.Die("no gids left")
		}
		gid = n
	} else if g, ok := groupWithID(p, gid); ok {
		_ = g
		p.Die("gid '%d' in use", gid)
	}
	if !rewrite(p, "/etc/group", appendLine(fmt.Sprintf("%s:x:%d:", name, gid))) {
		return 1
	}
	if _, err := p.Stat("/etc/gshadow"); err == nil {
		rewrite(p, "/etc/gshadow", appendLine(name+":!::"))
	}
	return 0
}

func adduser(p *proc.Proc) int {
	if p.GNU {
		return debianAdduser(p)
	}
	if helped(p) {
		return 0
	}
	o := options(p, "h:g:s:G:DSHu:k:", "home=h", "gecos=g", "shell=s", "ingroup=G", "disabled-password=D", "empty-password=D", "system=S", "no-create-home=H", "uid=u", "skel=k")
	needRoot(p)
	args := o.Rest
	if len(args) == 0 {
		return usage(p)
	}
	if len(args) == 2 && len(o.Order) == 0 {
		// adduser USER GROUP
		p.Args = append([]string{"addgroup"}, args...)
		return addgroup(p)
	}
	if len(args) > 2 {
		return usage(p)
	}
	name := args[0]
	if _, ok := userNamed(p, name); ok {
		p.Die("%s '%s' in use", "user", name)
	}
	uid := -1
	if o.Has('u') {
		uid = mustInt(p, o.Arg('u'))
	}
	from, to := 1000, 59999
	if o.Has('S') {
		from, to = 100, 999
	}
	gid := -1
	groupExists := false
	if o.Has('G') {
		g, ok := groupNamed(p, o.Arg('G'))
		if !ok {
			if n, err := strconv.Atoi(o.Arg('G')); err == nil {
				g, ok = groupWithID(p, n)
			}
			if !ok {
				p.Die("unknown group %s", o.Arg('G'))
			}
		}
		gid, groupExists = g.gid, true
	} else if o.Has('S') {
		gid, groupExists = 65533, true // nogroup
		if g, ok := groupNamed(p, "nogroup"); ok {
			gid = g.gid
		}
	}
	if uid < 0 {
		taken, gids := uidTaken(p), gidTaken(p)
		n, ok := freeID(p, from, to, func(n int) bool { return taken(n) || !groupExists && gids(n) })
		if !ok {
			p.Die("no %cids left", 'u')
		}
		uid = n
	} else if _, ok := userWithID(p, uid); ok {
		p.Die("%s '%d' in use", "uid", uid)
	}
	if !groupExists {
		gid = uid
		if _, ok := groupNamed(p, name); ok {
			p.Die("%s '%s' in use", "group", name)
		}
	}
	gecos := "Linux User,,,"
	if o.Has('g') {
		gecos = o.Arg('g')
	}
	home := "/home/" + name
	if o.Has('h') {
		home = o.Arg('h')
	}
	shell := "/bin/sh"
	if v, ok := p.Getenv("SHELL"); ok && v != "" {
		shell = v
	} else if u, ok := userWithID(p, p.UID); ok && u.shell != "" {
		shell = u.shell
	}
	if o.Has('S') {
		shell = "/bin/false"
	}
	if o.Has('s') {
		shell = o.Arg('s')
	}
	if !rewrite(p, "/etc/passwd", appendLine(fmt.Sprintf("%s:x:%d:%d:%s:%s:%s", name, uid, gid, gecos, home, shell))) {
		return 1
	}
	if _, err := p.Stat("/etc/shadow"); err == nil {
		day := p.Machine().Epoch / 86400
		rewrite(p, "/etc/shadow", appendLine(fmt.Sprintf("%s:!:%d:0:99999:7:::", name, day)))
	}
	if !groupExists {
		if _, ok := groupWithID(p, gid); ok {
			p.Die("gid '%d' in use", gid)
		}
		newGroup(p, name, gid, false)
	} else if g, ok := groupWithID(p, gid); ok {
		addMember(p, g.name, name)
	}
	if !o.Has('H') {
		makeHome(p, home, uid, gid, o.Arg('k'))
	}
	if !o.Has('D') && !o.Has('S') {
		p.Puts("Changing password for " + name + "\n")
		p.Puts("New password: ")
		line, ok := p.In().Line()
		if !ok || line == "" {
			p.Out().Flush()
			p.Errorf("passwd: password for %s is unchanged\n", name)
			return 1
		}
	}
	return 0
}

// makeHome makes a home directory, with the files of /etc/skel in it.
func makeHome(p *proc.Proc, home string, uid, gid int, skel string) {
	old := p.Umask
	err := p.Mkdir(home, 0o755)
	if err != nil {
		if proc.Is(err, vfs.EEXIST) {
			p.Warn("Warning: home directory '%s' already exists", home)
		} else {
			simple(p, home, err)
		}
	}
	if skel == "" {
		skel = "/etc/skel"
	}
	if isDir(p, skel, true) && err == nil {
		c := newCopier(p)
		c.recurse, c.preserve = true, p.GNU
		names, _ := p.ReadDir(skel)
		for _, n := range names {
			c.file(under(skel, n), under(home, n))
		}
	}
	if err == nil {
		each(p, home, true, false, func(path string, _ *vfs.Node) error { return p.Lchown(path, uid, gid) })
	}
	p.Chmod(home, 0o2755)
	p.Umask = old
}

func deluser(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	isGroup := p.Name() == "delgroup"
	o := options(p, "", "remove-home=r", "system=S", "quiet=q", "group=g")
	needRoot(p)
	args := o.Rest
	if len(args) < 1 || len(args) > 2 {
		return usage(p)
	}
	without := func(name string) func([]string) []string {
		return func(lines []string) []string {
			return slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, name+":") })
		}
	}
	dropped := false
	dropMember := func(member, only string) func([]string) []string {
		return func(lines []string) []string {
			for i, l := range lines {
				f := strings.Split(l, ":")
				if len(f) < 4 || only != "" && f[0] != only {
					continue
				}
				ms := slices.DeleteFunc(strings.Split(f[3], ","), func(m string) bool { return m == member })
				dropped = dropped || len(ms) != len(strings.Split(f[3], ","))
				f[3] = strings.Join(ms, ",")
				lines[i] = strings.Join(f, ":")
			}
			return lines
		}
	}
	if len(args) == 2 {
		if !isGroup && !p.GNU {
			return usage(p)
		}
		u, g := args[0], args[1]
		if _, ok := userNamed(p, u); !ok {
			p.Die("unknown user %s", u)
		}
		if _, ok := groupNamed(p, g); !ok {
			p.Die("unknown group %s", g)
		}
		for _, file := range []string{"/etc/group", "/etc/gshadow"} {
			if _, err := p.Stat(file); err != nil {
				continue
			}
			dropped = false
			if rewrite(p, file, dropMember(u, g)); !dropped && !p.GNU {
				p.Warn("can't find %s in %s", u, file)
			}
		}
		return 0
	}
	name := args[0]
	if !isGroup {
		u, ok := userNamed(p, name)
		if !ok {
			if p.GNU {
				p.Die("The user `%s' does not exist.", name)
			}
			p.Die("unknown user %s", name)
		}
		rewrite(p, "/etc/passwd", without(name))
		if _, err := p.Stat("/etc/shadow"); err == nil {
			rewrite(p, "/etc/shadow", without(name))
		}
		rewrite(p, "/etc/group", dropMember(name, ""))
		if !dropped && !p.GNU {
			p.Warn("can't find %s in %s", name, "/etc/group")
		}
		if o.Has('r') {
			r := remover{p: p, recurse: true, force: true}
			r.remove(u.home)
		}
		if _, ok := groupNamed(p, name); !ok {
			return 0
		}
	} else {
		g, ok := groupNamed(p, name)
		if !ok {
			p.Die("unknown group %s", name)
		}
		for _, u := range users(p) {
			if u.gid == g.gid {
				p.Die("'%s' still has '%s' as their primary group!", u.name, name)
			}
		}
	}
	rewrite(p, "/etc/group", without(name))
	if _, err := p.Stat("/etc/gshadow"); err == nil {
		rewrite(p, "/etc/gshadow", without(name))
	}
	return 0
}
