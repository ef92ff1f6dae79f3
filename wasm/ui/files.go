package main

import (
	"path"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
)

// Files is the tree of the workspace's files.
type Files struct {
	Part
	rows          []lab.Node
	before, after int
}

// Compute takes the part of the tree that is in sight.
func (c *Files) Compute() { c.rows, c.before, c.after = c.Lab.VisibleTree() }

// RowID names a row's element, for aria-activedescendant.
func (c *Files) RowID(p string) string { return "file:" + p }

// Active is the ID of the row that has the tree's focus.
func (c *Files) Active() any {
	if c.Lab.Tree.Current == "" {
		return nil
	}
	return c.RowID(c.Lab.Tree.Current)
}

// Icon names the picture of a row.
func (c *Files) Icon(n lab.Node) string {
	switch {
	case n.Dir && n.Open:
		return "#i-open"
	case n.Dir:
		return "#i-closed"
	case n.File != nil && n.File.Kind == "symlink":
		return "#i-link"
	case lab.IsDockerfile(n.Path):
		return "#i-core"
	}
	return "#i-file"
}

// Mark says what is special about a file.
func (c *Files) Mark(n lab.Node) string {
	f, w := n.File, c.Lab.W
	switch {
	case f == nil:
		return ""
	case n.Path == c.Lab.Meta.Dockerfile:
		return w.IsDockerfile
	case f.Kind == "symlink":
		return w.LinkTo(f.Target)
	case f.Kind == "dir":
		return ""
	case f.Generated != nil:
		return w.GeneratedMark(f.Generated.Kind, words.Size(f.Generated.Size))
	case f.Text == nil:
		return w.BinaryMark + ", " + words.Size(fileSize(n))
	}
	if lab.Executable(f) {
		return w.Executable + ", " + words.Size(int64(len(*f.Text)))
	}
	return words.Size(int64(len(*f.Text)))
}

func fileSize(n lab.Node) int64 {
	if n.File.Key != "" {
		return n.File.Size
	}
	return int64(len(n.File.Base64) / 4 * 3)
}

// Suggested is the name with which a new file's field begins: the folder that
// has the focus.
func (c *Files) Suggested() string {
	if !c.Lab.Tree.Adding {
		return c.Lab.Tree.Naming
	}
	for _, n := range c.rows {
		if n.Path == c.Lab.Tree.Current {
			if n.Dir {
				return n.Path + "/"
			}
			if dir := path.Dir(n.Path); dir != "." {
				return dir + "/"
			}
		}
	}
	return ""
}

// CanUse tells whether the focused file is a Dockerfile that is not built.
func (c *Files) CanUse() bool {
	p := c.Lab.Tree.Current
	return p != c.Lab.Meta.Dockerfile && lab.IsDockerfile(p) && c.Lab.File(p) != nil
}

func (c *Files) isFile() bool {
	f := c.Lab.File(c.Lab.Tree.Current)
	return f != nil && f.Kind == "file"
}

func (c *Files) executable() bool { return lab.Executable(c.Lab.File(c.Lab.Tree.Current)) }

func (c *Files) naming() bool { return c.Lab.Tree.Adding || c.Lab.Tree.Naming != "" }

func (c *Files) namingLabel() string {
	if c.Lab.Tree.Problem != "" {
		return c.Lab.Tree.Problem
	}
	return c.Lab.W.NewName
}

func (c *Files) expanded(n lab.Node) any {
	if !n.Dir {
		return nil
	}
	return word(n.Open)
}
