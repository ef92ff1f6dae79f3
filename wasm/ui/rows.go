package main

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Rows is a long list of paths of the chosen step, of which what is in sight
// is drawn.
type Rows struct {
	Part
	List *lab.List

	rows          []wire.Row
	before, after int
}

// Compute takes the rows that are in sight.
func (c *Rows) Compute() { c.rows, _, c.before, c.after = c.List.Visible() }

// Kinds are the kinds of change that can be hidden.
func (c *Rows) Kinds() []string {
	if c.List.Name != "changes" {
		return nil
	}
	return []string{"added", "modified", "removed", "parent"}
}

// Shown tells whether changes of a kind are shown.
func (c *Rows) Shown(kind string) bool {
	if len(c.List.Kinds) == 0 {
		return true
	}
	for _, k := range c.List.Kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// Empty says why there are no rows.
func (c *Rows) Empty() string {
	switch l, w := c.List, c.Lab.W; {
	case l.Failure != "":
		return l.Failure
	case !l.Loaded:
		return w.LoadingRows
	case l.Filter != "":
		return w.NoMatch
	case l.Name == "tar":
		return w.NoTar
	}
	return c.Lab.W.NoChanges
}

// tree tells whether the rows are drawn as a tree, with names instead of whole
// paths: those of the union, as long as none is left out.
func (c *Rows) tree() bool { return c.List.Name == "files" && c.List.Filter == "" }

// Depth indents a row of the tree.
func (c *Rows) Depth(r wire.Row) any {
	if !c.tree() {
		return nil
	}
	return min(strings.Count(r.Path, "/")+1, 8)
}

// Class names what the style sheet draws differently.
func (c *Rows) Class(r wire.Row) string {
	s := c.Lab.Chosen()
	return classes("row", true, r.Change, r.Change != "", "here", s != nil && r.Layer == s.ID)
}

// SignClass is that of a row's first column.
func (c *Rows) SignClass() string {
	if c.List.Name == "files" {
		return "layer-of"
	}
	return "sign"
}

// layer is the number of the layer that holds a path, "" where that is not
// known.
func (c *Rows) layer(r wire.Row) string {
	if st := c.Lab.ShownStage(); st != nil && r.Layer != "" {
		if n := lab.LayerNumber(st, r.Layer); n > 0 {
			return strconv.Itoa(n)
		}
	}
	return ""
}

// Sign is the change as a character, or the number of the layer that holds
// the path.
func (c *Rows) Sign(r wire.Row) string {
	if c.List.Name == "files" {
		return c.layer(r)
	}
	switch r.Change {
	case "added":
		return "+"
	case "modified":
		return "~"
	case "removed":
		return "−"
	case "parent":
		return "·"
	}
	return ""
}

// Name is the path as the list shows it.
func (c *Rows) Name(r wire.Row) string {
	name := r.Path
	if c.tree() {
		name = path.Base(name)
	}
	if c.List.Name == "tar" && r.Name != "" {
		name = r.Name
	} else if r.Type == "dir" && !strings.HasSuffix(name, "/") {
		name += "/"
	}
	if r.Target != "" {
		name += " → " + r.Target
	}
	return name
}

// Note says in words what the row is about.
func (c *Rows) Note(r wire.Row) string {
	w := c.Lab.W
	var notes []string
	switch {
	case r.Type == "whiteout" && strings.HasSuffix(r.Name, ".wh..wh..opq"):
		notes = append(notes, w.Opaque(r.Path))
	case r.Type == "whiteout" || r.Change == "removed":
		notes = append(notes, w.Whiteout)
	case r.Change == "parent":
		notes = append(notes, w.ParentDir)
	}
	if !r.Note.IsZero() {
		notes = append(notes, w.Say(r.Note))
	}
	if c.List.Tall() && len(notes) == 0 {
		notes = append(notes, w.Kind[r.Type])
	}
	if r.Command != "" {
		notes = append(notes, w.WrittenBy+" "+r.Command)
	}
	return strings.Join(notes, "; ")
}

// Size is a file's, "" for what has none.
func (c *Rows) Size(r wire.Row) string {
	if r.Type != "file" {
		return ""
	}
	return c.Lab.Size(r.Size)
}

// ModeText writes permission bits as ls does, and the owner.
func (c *Rows) ModeText(r wire.Row) string {
	return fmt.Sprintf("%s %d:%d", modeString(r.Type, r.Mode), r.UID, r.GID)
}

// Word is the change for people who see neither sign nor colour.
func (c *Rows) Word(r wire.Row) string {
	switch {
	case r.Change != "":
		return c.Lab.W.Changed[r.Change] + " "
	case c.layer(r) != "":
		return c.Lab.W.InLayer(c.layer(r)) + " "
	}
	return ""
}

// CanLook tells whether a file's content can be shown.
func (c *Rows) CanLook(r wire.Row) bool {
	return r.Type == "file" && r.Change != "removed"
}

// Title is the row's whole path with what is known of it.
func (c *Rows) Title(r wire.Row) string {
	t := "/" + r.Path + ", " + c.Lab.W.Kind[r.Type]
	if n := c.layer(r); n != "" {
		t += ", " + c.Lab.W.InLayer(n)
	}
	if note := c.Note(r); note != "" {
		t += "\n" + note
	}
	if r.MTime != 0 {
		t += ", " + epochText(r.MTime)
	}
	if r.Digest != "" {
		t += "\n" + r.Digest
	}
	return t
}

// command is the text of the command whose rows are listed.
func (c *Rows) command() string {
	if by := c.Lab.Command(c.List.Command); by != nil {
		return by.Text
	}
	return ""
}

func (c *Rows) count() string {
	if !c.List.Loaded {
		return ""
	}
	return c.Lab.W.RowsOf(len(c.rows), c.List.Total)
}

// modeString writes a type and permission bits as ls -l does.
func modeString(kind string, mode uint32) string {
	b := []byte("-rwxrwxrwx")
	if t, ok := map[string]byte{"dir": 'd', "symlink": 'l', "char": 'c', "block": 'b', "fifo": 'p'}[kind]; ok {
		b[0] = t
	}
	for i := range 9 {
		if mode&(1<<(8-i)) == 0 {
			b[1+i] = '-'
		}
	}
	special := func(at int, bit uint32, with, without byte) {
		if mode&bit == 0 {
			return
		}
		if b[at] == 'x' {
			b[at] = with
		} else {
			b[at] = without
		}
	}
	special(3, 0o4000, 's', 'S')
	special(6, 0o2000, 's', 'S')
	special(9, 0o1000, 't', 'T')
	return string(b)
}
