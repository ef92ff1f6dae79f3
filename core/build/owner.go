package build

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// owner is a user and a group by number.
type owner struct{ uid, gid int }

// unchanged is the ID with which chown leaves what is there.
const unchanged = -1

// splitOwner cuts USER[:GROUP]. As in BuildKit (client/llb WithUser) a group
// without a name is none.
func splitOwner(spec string) (user, group string) {
	user, group, _ = strings.Cut(spec, ":")
	return user, group
}

// namesOwner reports whether --chown or USER has a name in it, which needs the
// files of the stage to be looked up.
func namesOwner(spec string) bool {
	user, group := splitOwner(spec)
	for _, s := range []string{user, group} {
		if _, numeric := kernelID(s); s != "" && !numeric {
			return true
		}
	}
	return false
}

// kernelID reads an ID: -1 is unchanged, other negative ones wrap.
func kernelID(s string) (int, bool) {
	id, ok := parseID(s)
	return wrapID(id), ok
}

// wrapID is an ID as the kernel takes it.
func wrapID(id int) int {
	if id = int(uint32(id)); id == 1<<32-1 {
		return unchanged
	}
	return id
}

// lookupOwner reads USER[:GROUP] of --chown, and of the USER that WORKDIR
// makes directories for: numbers as they are, names by /etc/passwd and
// /etc/group of t. As in BuildKit (solver/llbsolver/ops/user_linux.go) a name
// that is not there means 0, as does a user without a name, and without a group
// the user's own counts. An empty spec gives nil.
func lookupOwner(t vfs.Tree, spec string) (*owner, error) {
	if spec == "" {
		return nil, nil
	}
	var o owner
	user, group := splitOwner(spec)
	if id, ok := kernelID(user); ok {
		o.uid, o.gid = id, id
	} else if user != "" {
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
	if group == "" {
		return &o, nil
	}
	if id, ok := kernelID(group); ok {
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

// over is the owner that chown leaves where uid:gid was.
func (o owner) over(uid, gid int) owner {
	if o.uid == unchanged {
		o.uid = uid
	}
	if o.gid == unchanged {
		o.gid = gid
	}
	return o
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
		return nil, fmt.Errorf("open %s: not a regular file", name)
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

// lookupProcess finds who USER names for RUN (executor/oci GetUser, moby/sys/user
// GetExecUser): "" is user 0, and so is an empty user with a group, which has
// the groups of the user that it is; here a name that is not there is an error.
func lookupProcess(t vfs.Tree, spec string) (process, error) {
	p := process{home: "/"}
	passwd, err := readDatabase(t, "/etc/passwd")
	if err != nil {
		return p, err
	}
	user, rest, hasGroup := strings.Cut(spec, ":")
	group, _, _ := strings.Cut(rest, ":")
	if spec == "" {
		user = "0"
	}
	uid, userErr := processID(user, 1<<32-1)
	gid, groupErr := processID(rest, 1<<32-1)
	if hasGroup && userErr == nil && groupErr == nil {
		// Both as numbers: nothing is looked up but the home directory.
		p.uid, p.gid = uid, gid
		if f := entry(passwd, func(f []string) bool { return number(f, 2) == uid }); f != nil {
			p.enter(f)
		}
		return p, nil
	}
	uid, isUID, err := numeric(user)
	if err != nil {
		return p, err
	}
	gid, isGID, err := numeric(group)
	if err != nil {
		return p, err
	}
	name := ""
	f := entry(passwd, func(f []string) bool {
		switch {
		case user == "":
			return number(f, 2) == 0
		case isUID:
			return number(f, 2) == uid
		}
		return f[0] == user
	})
	switch {
	case f != nil:
		name, p.uid, p.gid = f[0], number(f, 2), number(f, 3)
		p.enter(f)
	case user == "":
	case !isUID:
		return p, advise(adviseUser.With(),
			"unable to find user %s: no matching entries in passwd file", user)
	default:
		p.uid = uid
	}
	if group == "" && name == "" {
		return p, nil
	}
	groups, err := readDatabase(t, "/etc/group")
	if err != nil {
		return p, err
	}
	switch {
	case group == "":
		for _, f := range groups {
			if len(f) > 3 && slices.Contains(strings.Split(f[3], ","), name) {
				p.groups = append(p.groups, number(f, 2))
			}
		}
		slices.Sort(p.groups) // setgroups(2) keeps them in order
	case isGID:
		p.gid = gid
	default:
		f := entry(groups, func(f []string) bool { return f[0] == group })
		if f == nil {
			return p, advise(adviseGroup.With(),
				"unable to find group %s: no matching entries in group file", group)
		}
		p.gid = number(f, 2)
	}
	return p, nil
}

// enter takes the home directory from a line of /etc/passwd.
func (p *process) enter(f []string) {
	if len(f) > 5 && f[5] != "" {
		p.home = f[5]
	}
}

// entry is the first line of a database that is looked for, nil if there is
// none.
func entry(lines [][]string, want func(f []string) bool) []string {
	for _, f := range lines {
		if want(f) {
			return f
		}
	}
	return nil
}

func processID(s string, most uint64) (int, error) {
	if s == "root" {
		return 0, nil
	}
	id, err := strconv.ParseUint(s, 10, 64)
	if err == nil && id > most {
		err = strconv.ErrRange
	}
	return int(id), err
}

// numeric reads what is looked up as a number rather than as a name.
func numeric(s string) (id int, ok bool, err error) {
	id, err = strconv.Atoi(s)
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		return 0, false, nil
	case err != nil || id < 0 || id > 1<<31-1:
		return 0, true, errors.New("uids and gids must be in range 0-2147483647")
	}
	return id, true, nil
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
