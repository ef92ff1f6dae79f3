package account

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// Unchanged is the ID with which chown leaves what is there.
const Unchanged = -1

// The databases.
const (
	Passwd = "/etc/passwd"
	Group  = "/etc/group"
)

// Read returns the lines of a database cut into fields.
// A file that is missing has none.
func Read(t vfs.Tree, name string) ([][]string, error) {
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

// Number is the field of a database line as a number, 0 where it is none.
func Number(fields []string, i int) int {
	if i >= len(fields) {
		return 0
	}
	n, _ := strconv.Atoi(fields[i])
	return n
}

// ParseID reads a user or group that is given by number; root is one.
func ParseID(s string) (int, bool) {
	if s == "root" {
		return 0, true
	}
	id, err := strconv.ParseInt(s, 10, 32)
	return int(id), err == nil
}

// Process is who a command runs as.
type Process struct {
	UID, GID int
	Groups   []int  // supplementary
	Home     string // "/" where the user has none
}

// UnknownError reports a user or group that is not in its database.
type UnknownError struct {
	What, Name string // What is "user" or "group"
}

func (e *UnknownError) Error() string {
	file := "passwd"
	if e.What == "group" {
		file = "group"
	}
	return fmt.Sprintf("unable to find %s %s: no matching entries in %s file", e.What, e.Name, file)
}

// Lookup finds who USER[:GROUP] names as the user of a command (BuildKit's
// executor/oci GetUser, dockerd's getUser, moby/sys/user GetExecUser): "" is user 0, and so is an empty user with a group, which has
// the groups of the user that it is; a name that is not there is an
// *UnknownError.
func Lookup(t vfs.Tree, spec string) (Process, error) {
	p := Process{Home: "/"}
	passwd, err := Read(t, Passwd)
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
		p.UID, p.GID = uid, gid
		if f := entry(passwd, func(f []string) bool { return Number(f, 2) == uid }); f != nil {
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
			return Number(f, 2) == 0
		case isUID:
			return Number(f, 2) == uid
		}
		return f[0] == user
	})
	switch {
	case f != nil:
		name, p.UID, p.GID = f[0], Number(f, 2), Number(f, 3)
		p.enter(f)
	case user == "":
	case !isUID:
		return p, &UnknownError{"user", user}
	default:
		p.UID = uid
	}
	if group == "" && name == "" {
		return p, nil
	}
	groups, err := Read(t, Group)
	if err != nil {
		return p, err
	}
	switch {
	case group == "":
		for _, f := range groups {
			if len(f) > 3 && slices.Contains(strings.Split(f[3], ","), name) {
				p.Groups = append(p.Groups, Number(f, 2))
			}
		}
		slices.Sort(p.Groups) // setgroups(2) keeps them in order
	case isGID:
		p.GID = gid
	default:
		f := entry(groups, func(f []string) bool { return f[0] == group })
		if f == nil {
			return p, &UnknownError{"group", group}
		}
		p.GID = Number(f, 2)
	}
	return p, nil
}

// enter takes the home directory from a line of /etc/passwd.
func (p *Process) enter(f []string) {
	if len(f) > 5 && f[5] != "" {
		p.Home = f[5]
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

// WrapID is an ID as the kernel takes it.
func WrapID(id int) int {
	if id = int(uint32(id)); id == 1<<32-1 {
		return Unchanged
	}
	return id
}
