package oracle

import (
	"strings"
)

// Shells are those that every line was recorded in.
var Shells = []string{"ash", "dash", "bash"}

// Line is a command line of the table.
type Line struct {
	Script string `json:"script"`
	UID    int    `json:"uid,omitempty"` // of the user and the group it runs as
}

// Argv is how a shell runs the line.
func (l Line) Argv(shell string) []string {
	if shell == "bash" {
		return []string{"/bin/bash", "-c", l.Script}
	}
	return []string{"/bin/sh", "-c", l.Script}
}

// File is a file that a line made or changed; Kind is file, directory,
// symlink, fifo or removed.
type File struct {
	Path    string `json:"path"`
	Kind    string `json:"kind"`
	Mode    string `json:"mode,omitempty"` // octal
	UID     int    `json:"uid,omitempty"`
	GID     int    `json:"gid,omitempty"`
	Content string `json:"content,omitempty"` // of a symlink its target
}

// Outcome is what a line did in one shell.
type Outcome struct {
	Stdout string `json:"stdout,omitempty"`
	Stderr string `json:"stderr,omitempty"`
	Exit   int    `json:"exit,omitempty"`
	Files  []File `json:"files,omitempty"` // below Watched, by path
}

// Record is a line and what each shell did with it.
type Record struct {
	Line
	Outcomes map[string]Outcome `json:"outcomes"`
}

// Lines reads the table: a script is a line, or what stands between a line of
// {{{ and one of }}}. Lines that begin with "## " are comments. A script that
// begins with "@user " runs as the user User.
func Lines(text string) []Line {
	var list []Line
	add := func(script string) {
		l := Line{}
		if rest, ok := strings.CutPrefix(script, "@user "); ok {
			l.UID, script = User, rest
		}
		l.Script = script
		list = append(list, l)
	}
	var block []string
	inside := false
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "{{{":
			inside, block = true, nil
		case line == "}}}":
			inside = false
			add(strings.Join(block, "\n"))
		case inside:
			block = append(block, line)
		case line != "" && !strings.HasPrefix(line, "## "):
			add(line)
		}
	}
	return list
}
