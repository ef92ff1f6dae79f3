package build

import (
	"bytes"

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
	seen, err := filter(t, nil, patterns)
	return seen, patterns, err
}
