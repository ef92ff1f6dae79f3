package build

import (
	"bytes"
	"path"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// Context gives the files that COPY and ADD see: those of the tree without what
// .dockerignore leaves out, NAME.dockerignore of the Dockerfile NAME before it.
func Context(files vfs.Tree, name string) (vfs.Tree, error) {
	seen, _, err := ignore(files, name)
	return seen, err
}

// ignore takes out of the context what NAME.dockerignore, or else
// .dockerignore, names (frontend/dockerui, DockerIgnorePatterns). A directory
// that is named stays where an exception keeps something in it. The error is an
// *Error of the file that cannot be read.
func ignore(t vfs.Tree, dockerfileName string) (vfs.Tree, []string, error) {
	for _, name := range []string{dockerfileName + ".dockerignore", ".dockerignore"} {
		n, err := t.Stat(name)
		if err != nil || n.Kind != vfs.File {
			continue
		}
		seen, patterns, err := without(t, n.Blob())
		if err != nil {
			return t, nil, &Error{File: name, Text: message.Of(err), Err: err}
		}
		return seen, patterns, nil
	}
	return t, nil, nil
}

// without takes out of the tree what a .dockerignore names, and gives its
// patterns.
func without(t vfs.Tree, file *vfs.Blob) (vfs.Tree, []string, error) {
	text, err := file.Bytes()
	if err != nil {
		return t, nil, err
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err != nil {
		return t, nil, err
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return t, nil, err
	}
	e := t.Edit()
	_, err = prune(e, m, "", t.Root())
	return e.Tree(), patterns, err
}

// prune removes what is excluded below dir without moving any mtime, and
// reports whether anything is left there.
func prune(e *vfs.Editor, m *patternmatcher.PatternMatcher, dir string, n *vfs.Node) (bool, error) {
	left := false
	for name, c := range n.Children() {
		p := path.Join(dir, name)
		excluded, err := m.MatchesOrParentMatches(p)
		if err != nil {
			return false, err
		}
		if c.IsDir() {
			kept, err := prune(e, m, p, c)
			if err != nil {
				return false, err
			}
			excluded = excluded && !kept
		}
		if !excluded {
			left = true
		} else if err := e.Graft(p, nil); err != nil {
			return false, err
		}
	}
	return left, nil
}
