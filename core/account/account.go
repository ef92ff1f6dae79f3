package account

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// The databases.
const (
	Passwd = "/etc/passwd"
	Group  = "/etc/group"
)

// Read returns the lines of a database cut into fields. A file that is missing
// has none.
func Read(t vfs.Tree, name string) ([][]string, error) {
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

// Lookup finds who USER[:GROUP] names, empty for root: a name that is not
// there is an *UnknownError, a number need not be there.
func Lookup(t vfs.Tree, spec string) (Process, error) {
	p := Process{Home: "/"}
	passwd, err := Read(t, Passwd)
	if err != nil {
		return p, err
	}
	if spec == "" {
		spec = "0:0"
	}
	user, group, hasGroup := strings.Cut(spec, ":")
	id, numeric := ParseID(user)
	name, known := "", false
	for _, f := range passwd {
		if f[0] == user || numeric && Number(f, 2) == id && len(f) > 2 {
			p.UID, p.GID, name, known = Number(f, 2), Number(f, 3), f[0], true
			if len(f) > 5 && f[5] != "" {
				p.Home = f[5]
			}
			break
		}
	}
	if !known {
		if !numeric {
			return p, &UnknownError{"user", user}
		}
		p.UID = id
	}
	// Both as numbers is a fast path, which looks up nothing.
	gid, groupNumeric := ParseID(group)
	if hasGroup && groupNumeric && numeric {
		p.GID = gid
		return p, nil
	}
	groups, err := Read(t, Group)
	if err != nil {
		return p, err
	}
	found := groupNumeric
	if groupNumeric {
		p.GID = gid
	}
	for _, f := range groups {
		if hasGroup {
			if f[0] == group {
				p.GID, found = Number(f, 2), true
				break
			}
			continue
		}
		if len(f) > 3 && name != "" {
			for _, member := range strings.Split(f[3], ",") {
				if member == name {
					p.Groups = append(p.Groups, Number(f, 2))
				}
			}
		}
	}
	if hasGroup && !found {
		return p, &UnknownError{"group", group}
	}
	return p, nil
}
