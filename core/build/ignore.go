package build

import (
	"bytes"

	"github.com/moby/patternmatcher/ignorefile"

	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// Context gives the files that COPY and ADD see: those of the tree without what
// .dockerignore leaves out, NAME.dockerignore beside the Dockerfile NAME before
// it.
func Context(files vfs.Tree, name string) (vfs.Tree, error) {
	seen, _, err := findIgnore(files, name).apply(files)
	return seen, err
}

// ignoreFile is a .dockerignore: its name and what it holds, nil where there is
// none.
type ignoreFile struct {
	name string
	text *vfs.Blob
}

// findIgnore finds what leaves files out for the Dockerfile of that path in the
// context (frontend/dockerui, ReadEntrypoint and DockerIgnorePatterns). An empty
// NAME.dockerignore counts.
func findIgnore(t vfs.Tree, dockerfile string) ignoreFile {
	for _, name := range []string{dockerfile + ".dockerignore", ".dockerignore"} {
		if n, err := t.Stat(name); err == nil && n.Kind == vfs.File {
			return ignoreFile{name, n.Blob()}
		}
	}
	return ignoreFile{}
}

// findBeside is findIgnore for a Dockerfile outside of the context.
func findBeside(t vfs.Tree, dockerfile string, beside *vfs.Blob) ignoreFile {
	if beside != nil {
		return ignoreFile{dockerfile + ".dockerignore", beside}
	}
	return findIgnore(t, "")
}

// apply takes out of the context what the file names, and gives its patterns. A
// directory that is named stays where an exception keeps something in it. The
// error is an *Error of the file that cannot be read.
func (f ignoreFile) apply(t vfs.Tree) (vfs.Tree, []string, error) {
	if f.text == nil {
		return t, nil, nil
	}
	seen, patterns, err := without(t, f.text)
	if err != nil {
		return t, nil, &Error{File: f.name, Text: message.Of(err), Err: err}
	}
	return seen, patterns, nil
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
