package applet

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// user is a line of /etc/passwd.
type user struct {
	name, pass string
	uid, gid   int
	gecos      string
	home       string
	shell      string
}

// group is a line of /etc/group.
type group struct {
	name    string
	gid     int
	members []string
}

// table reads a file of colon-separated lines; permissions do not matter.
func table(p *proc.Proc, name string) [][]string {
	n, err := p.Tree().Stat(name)
	if err != nil || n.Kind != vfs.File {
		return nil
	}
	data, err := n.Blob().Bytes()
	if err != nil {
		return nil
	}
	var rows [][]string
	for l := range strings.SplitSeq(string(data), "\n") {
		if l != "" && l[0] != '#' {
			rows = append(rows, strings.Split(l, ":"))
		}
	}
	return rows
}

func users(p *proc.Proc) []user {
	var out []user
	for _, f := range table(p, "/etc/passwd") {
		if len(f) < 7 {
			continue
		}
		uid, e1 := strconv.Atoi(f[2])
		gid, e2 := strconv.Atoi(f[3])
		if e1 == nil && e2 == nil {
			out = append(out, user{f[0], f[1], uid, gid, f[4], f[5], f[6]})
		}
	}
	return out
}

func groups(p *proc.Proc) []group {
	var out []group
	for _, f := range table(p, "/etc/group") {
		if len(f) < 4 {
			continue
		}
		gid, err := strconv.Atoi(f[2])
		if err != nil {
			continue
		}
		g := group{name: f[0], gid: gid}
		for m := range strings.SplitSeq(f[3], ",") {
			if m != "" {
				g.members = append(g.members, m)
			}
		}
		out = append(out, g)
	}
	return out
}

func userNamed(p *proc.Proc, name string) (user, bool) {
	for _, u := range users(p) {
		if u.name == name {
			return u, true
		}
	}
	return user{}, false
}

func userWithID(p *proc.Proc, uid int) (user, bool) {
	for _, u := range users(p) {
		if u.uid == uid {
			return u, true
		}
	}
	return user{}, false
}

func groupNamed(p *proc.Proc, name string) (group, bool) {
	for _, g := range groups(p) {
		if g.name == name {
			return g, true
		}
	}
	return group{}, false
}

func groupWithID(p *proc.Proc, gid int) (group, bool) {
	for _, g := range groups(p) {
		if g.gid == gid {
			return g, true
		}
	}
	return group{}, false
}

// userID returns the id of a user given by name or number.
func userID(p *proc.Proc, s string) (int, bool) {
	if u, ok := userNamed(p, s); ok {
		return u.uid, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

func groupID(p *proc.Proc, s string) (int, bool) {
	if g, ok := groupNamed(p, s); ok {
		return g.gid, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

func mustUser(p *proc.Proc, s string) int {
	id, ok := userID(p, s)
	if !ok {
		p.Die("unknown user %s", s)
	}
	return id
}

func mustGroup(p *proc.Proc, s string) int {
	id, ok := groupID(p, s)
	if !ok {
		p.Die("unknown group %s", s)
	}
	return id
}

// ownership reads user[:[group]] or user.group; -1 is "leave it".
func ownership(p *proc.Proc, spec string) (uid, gid int, ok bool) {
	uid, gid = -1, -1
	sep := strings.IndexByte(spec, ':')
	if sep < 0 {
		if id, found := userID(p, spec); found {
			return id, -1, true
		}
		sep = strings.IndexByte(spec, '.')
	}
	if sep < 0 {
		return -1, -1, false
	}
	name, grp := spec[:sep], spec[sep+1:]
	if name != "" {
		id, found := userID(p, name)
		if !found {
			return -1, -1, false
		}
		uid = id
		if grp == "" {
			if u, found := userWithID(p, uid); found {
				gid = u.gid
			} else if spec[sep] == ':' {
				gid = -1
			}
		}
	}
	if grp != "" {
		id, found := groupID(p, grp)
		if !found {
			return -1, -1, false
		}
		gid = id
	}
	return uid, gid, true
}

func chown(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	name := p.Name()
	o := options(p, "RhvcfHLP\x81:\x82:", "recursive=R", "no-dereference=h", "verbose=v", "changes=c", "silent=f", "quiet=f", "reference=\x81", "from=\x82")
	if o.Has(0x81) {
		n, err := p.Stat(o.Arg(0x81))
		if err != nil {
			p.Die("failed to get attributes of '%s': %s", o.Arg(0x81), proc.Text(err))
		}
		spec := fmt.Sprintf("%d:%d", n.UID, n.GID)
		if name == "chgrp" {
			spec = strconv.Itoa(n.GID)
		}
		o.Rest = append([]string{spec}, o.Rest...)
	}
	if len(o.Rest) < 2 {
		if p.GNU {
			if len(o.Rest) == 0 {
				p.Warn("missing operand")
			} else {
				p.Warn("missing operand after ‘%s’", o.Rest[0])
			}
		}
		return usage(p)
	}
	spec := o.Rest[0]
	uid, gid := -1, -1
	if !p.GNU {
		// A number is digits only, and ":" alone names a group without a name.
		if u, g, sep := strings.Cut(spec, ":"); strings.HasPrefix(u, "+") {
			p.Die("unknown user %s", u)
		} else if sep && u == "" && g == "" {
			p.Die("unknown group %s", g)
		}
	}
	if name == "chgrp" {
		id, ok := groupID(p, spec)
		if !ok {
			if p.GNU {
				p.Die("invalid group: ‘%s’", spec)
			}
			p.Die("unknown group %s", spec)
		}
		gid = id
	} else {
		var ok bool
		if uid, gid, ok = ownership(p, spec); !ok {
			switch {
			case p.GNU:
				u, g, sep := strings.Cut(spec, ":")
				if _, found := userID(p, u); sep && (found || u == "") && g != "" {
					p.Die("invalid group: ‘%s’", spec)
				}
				p.Die("invalid user: ‘%s’", spec)
			case strings.ContainsAny(spec, ":."):
				p.Die("unknown user/group %s", spec)
			}
			p.Die("unknown user %s", spec)
		}
	}
	status := 0
	for _, file := range o.Rest[1:] {
		top := file
		if o.Has('R') && (o.Has('H') || o.Has('L')) && isDir(p, file, true) {
			if real, err := p.Real(file); err == nil {
				top = real
			}
		}
		ok := each(p, top, o.Has('R'), true, func(path string, n *vfs.Node) error {
			followAll := !p.GNU && (o.Has('H') || o.Has('L'))
			follow := !o.Has('h') && followAll || !o.Has('h') && !(o.Has('R') && (path != file || !o.Has('H') && !o.Has('L')))
			call := p.Lchown
			if follow {
				call = p.Chown
			}
			if err := call(path, uid, gid); err != nil {
				if !o.Has('f') || n == nil && !p.GNU {
					if p.GNU {
						if n == nil {
							p.WarnErr(err, "cannot access '%s'", path)
						} else {
							verb := "ownership"
							if name == "chgrp" {
								verb = "group"
							}
							p.WarnErr(err, "changing %s of '%s'", verb, path)
						}
					} else {
						simple(p, path, err)
					}
				}
				return err
			}
			if o.Has('v') || o.Has('c') {
				if p.GNU {
					reportOwner(p, o, path, spec, n, uid, gid)
					return nil
				}
				u, g := uid, gid
				if u < 0 && n != nil {
					u = n.UID
				}
				if g < 0 && n != nil {
					g = n.GID
				}
				p.Printf("changed ownership of '%s' to %d:%d\n", path, u, g)
			}
			return nil
		})
		if !ok {
			status = 1
		}
	}
	return status
}

// reportOwner says what GNU's chown and chgrp did to a file with the owner and
// the group of n.
func reportOwner(p *proc.Proc, o *proc.Options, path, spec string, n *vfs.Node, uid, gid int) {
	owner, grp := strconv.Itoa(n.UID), strconv.Itoa(n.GID)
	if u, ok := userWithID(p, n.UID); ok {
		owner = u.name
	}
	if g, ok := groupWithID(p, n.GID); ok {
		grp = g.name
	}
	what, old := "ownership", owner
	switch {
	case p.Name() == "chgrp":
		what, old = "group", grp
	case strings.HasSuffix(spec, ":") && gid >= 0:
		if g, ok := groupWithID(p, gid); ok {
			spec += g.name
		} else {
			spec += strconv.Itoa(gid)
		}
		old += ":" + grp
	case gid >= 0:
		old += ":" + grp
	}
	switch {
	case (uid < 0 || uid == n.UID) && (gid < 0 || gid == n.GID):
		if o.Has('v') {
			p.Printf("%s of '%s' retained as %s\n", what, path, old)
		}
	default:
		p.Printf("changed %s of '%s' from %s to %s\n", what, path, old, spec)
	}
}
