package build

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// owner is a user and a group by number.
type owner struct{ uid, gid int }

// lookupOwner reads USER[:GROUP] of --chown, and of the USER that WORKDIR
// makes directories for: numbers as they are, names by /etc/passwd and
// /etc/group of t. As in BuildKit (solver/llbsolver/ops/user_linux.go) a name
// that is not there means 0. An empty spec gives nil.
func lookupOwner(t vfs.Tree, spec string) (*owner, error) {
	if spec == "" {
		return nil, nil
	}
	var o owner
	user, group, hasGroup := strings.Cut(spec, ":")
	if id, ok := parseID(user); ok {
		o.uid, o.gid = id, id
	} else {
		lines, err := readDatabase(t, "/etc/passwd")
		if err != nil {
			return nil, err
		}
		for _, f := range lines {
			if f[0] == user {
				o.uid, o.gid = number(f, 2), number(f, 3)
				break
			}
		}
	}
	if !hasGroup {
		return &o, nil
	}
	if id, ok := parseID(group); ok {
		o.gid = id
		return &o, nil
	}
	lines, err := readDatabase(t, "/etc/group")
	if err != nil {
		return nil, err
	}
	for _, f := range lines {
		if f[0] == group {
			o.gid = number(f, 2)
			break
		}
	}
	return &o, nil
}

func parseID(s string) (int, bool) {
	if s == "root" {
		return 0, true
	}
	id, err := strconv.ParseInt(s, 10, 32)
	return int(id), err == nil
}

// number is the field of a database line as a number, 0 where it is none.
func number(fields []string, i int) int {
	if i >= len(fields) {
		return 0
	}
	n, _ := strconv.Atoi(fields[i])
	return n
}

// readDatabase returns the lines of /etc/passwd or /etc/group cut into fields.
// A file that is missing has none.
func readDatabase(t vfs.Tree, name string) ([][]string, error) {
	n, err := t.Stat(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, vfs.ENOTDIR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if n.Kind != vfs.File {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	text, err := n.Blob().Bytes()
	if err != nil {
		return nil, err
	}
	var lines [][]string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, strings.Split(line, ":"))
		}
	}
	return lines, nil
}

// process is who a command runs as.
type process struct {
	owner
	groups []int
	home   string
}

// lookupProcess finds who USER names for RUN, as moby/sys/user GetExecUser
// does: here a name that is not there is an error.
func lookupProcess(t vfs.Tree, spec string) (process, error) {
	p := process{home: "/"}
	passwd, err := readDatabase(t, "/etc/passwd")
	if err != nil {
		return p, err
	}
	if spec == "" {
		spec = "0:0"
	}
	user, group, hasGroup := strings.Cut(spec, ":")
	id, numeric := parseID(user)
	name, known := "", false
	for _, f := range passwd {
		if f[0] == user || numeric && number(f, 2) == id && len(f) > 2 {
			p.uid, p.gid, name, known = number(f, 2), number(f, 3), f[0], true
			if len(f) > 5 && f[5] != "" {
				p.home = f[5]
			}
			break
		}
	}
	if !known {
		if !numeric {
			return p, advise(adviseUser.With(),
				"unable to find user %s: no matching entries in passwd file", user)
		}
		p.uid = id
	}
	// Both as numbers is BuildKit's fast path, which looks up nothing.
	gid, groupNumeric := parseID(group)
	if hasGroup && groupNumeric && numeric {
		p.gid = gid
		return p, nil
	}
	groups, err := readDatabase(t, "/etc/group")
	if err != nil {
		return p, err
	}
	found := groupNumeric
	if groupNumeric {
		p.gid = gid
	}
	for _, f := range groups {
		if hasGroup {
			if f[0] == group {
				p.gid, found = number(f, 2), true
				break
			}
			continue
		}
		if len(f) > 3 && name != "" {
			for _, member := range strings.Split(f[3], ",") {
				if member == name {
					p.groups = append(p.groups, number(f, 2))
				}
			}
		}
	}
	if hasGroup && !found {
		return p, advise(adviseGroup.With(),
			"unable to find group %s: no matching entries in group file", group)
	}
	return p, nil
}

// reason takes the path off an error that names one, because the step's own
// message does.
func reason(err error) error {
	var no vfs.Errno
	if errors.As(err, &no) {
		return lower{no}
	}
	return err
}

// lower is an Errno in the words of Go's syscall package, which BuildKit's
// messages have.
type lower struct{ vfs.Errno }

func (l lower) Error() string {
	s := l.Errno.Error()
	return strings.ToLower(s[:1]) + s[1:]
}
