package applet

import (
	"archive/zip"
	"strings"
)

// shorten takes from the name of a member what leads out of the directory, as
// busybox does for all it does with one: everything up to the last ".." that is
// not the end, and leading slashes (skip_unsafe_prefix).
func (u *unzipper) shorten(f *zip.File) {
	if u.p.GNU {
		return
	}
	name := f.Name
	if i := strings.LastIndex("/"+name, "/../"); i >= 0 {
		name = name[i+3:]
	}
	name = strings.TrimLeft(name, "/")
	if name != f.Name && !u.warned {
		u.warned = true
		u.p.Warn("removing leading '%s' from member names", strings.TrimSuffix(f.Name, name))
	}
	f.Name = name
}

// mapped is where Info-ZIP puts a member: below the directory, whatever its
// name says, "." and ".." being no names of files (mapname). A directory's ends
// in a slash; "" is nowhere.
func (u *unzipper) mapped(name string) string {
	rest := strings.TrimLeft(name, "/")
	if rest != name {
		u.p.Errorf("warning:  stripped absolute path spec from %s\n", name)
		u.status = max(u.status, 1)
	}
	if rest == "" {
		u.p.Errorf("mapname:  conversion of  failed\n")
		u.status = max(u.status, 2)
		return ""
	}
	parts := strings.Split(rest, "/")
	last := len(parts) - 1
	var kept []string
	up := false
	for _, part := range parts[:last] {
		switch part {
		case "", ".":
		case "..":
			up = true
		default:
			kept = append(kept, part)
		}
	}
	switch parts[last] {
	case ".":
		parts[last] = "_"
	case "..":
		parts[last] = "__"
	}
	if up && u.has['j'] == 0 {
		u.say("warning:  skipped \"../\" path component(s) in %s\n", rest)
		u.status = max(u.status, 1)
	}
	return strings.Join(append(kept, parts[last]), "/")
}
