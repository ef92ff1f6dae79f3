package main

import (
	"path"
	"strings"
)

// OpenFiles are the tabs above the editor. The Delete key closes one, as its
// cross does for the pointer.
type OpenFiles struct{ Part }

// name is a file's, with its folder where another open file has the same name.
func (c *OpenFiles) name(p string) string {
	base := path.Base(p)
	for _, other := range c.Lab.OpenFiles() {
		if other != p && path.Base(other) == base {
			return strings.TrimPrefix(path.Base(path.Dir(p))+"/"+base, "./")
		}
	}
	return base
}

func (c *OpenFiles) alone() bool { return len(c.Lab.OpenFiles()) == 1 }

// TabStop is "0" for the file in the editor, which alone the Tab key reaches.
func (c *OpenFiles) TabStop(p string) string {
	if p == c.Lab.Meta.Open {
		return "0"
	}
	return "-1"
}
