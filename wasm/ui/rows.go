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
// is drawn: a tree in which the arrow keys move.
type Rows struct {
	Part
	List *lab.List

	rows          []wire.Row
	first         int // index of the first row drawn
	before, after int
}

// Compute takes the rows that are in sight.
func (c *Rows) Compute() { c.rows, c.first, c.before, c.after = c.List.Visible() }

// Kinds are the kinds of rows that can be shown or not.
func (c *Rows) Kinds() []string {
	switch c.List.Name {
	case "changes":
		return []string{"added", "modified", "removed", "unchanged"}
	case "files":
		return []string{"removed"}
	}
	return nil
}

func (c *Rows) kindText(kind string) string {
	if c.List.Name == "files" {
		return c.Lab.W.RemovedBelow
	}
	return c.Lab.W.Changed[kind]
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
	case l.Name == "files":
		return w.NoFilesYet
	case l.Kinds != nil && c.Lab.Chosen() != nil && !c.Lab.Chosen().Empty:
		return w.NoKind
	}
	return c.Lab.W.NoChanges
}

func (c *Rows) foldText() string {
	if c.List.Folded {
		return c.Lab.W.UnfoldAll
	}
	return c.Lab.W.FoldAll
}

func (c *Rows) foldIcon() string {
	if c.List.Folded {
		return "#i-unfold"
	}
	return "#i-fold"
}

func (c *Rows) rowID(i int) string { return fmt.Sprintf("row-%s-%d", c.List.Name, i) }

// active is the element of the row that has the list's focus, where it is drawn.
func (c *Rows) active() any {
	if at := c.List.At; at >= c.first && at < c.first+len(c.rows) {
		return c.rowID(at)
	}
	return nil
}

// Depth indents a row of the tree.
func (c *Rows) Depth(r wire.Row) any {
	if !c.List.Tree() {
		return nil
	}
	return min(r.Depth+1, 8)
}

func (c *Rows) level(r wire.Row) int {
	if !c.List.Tree() {
		return 1
	}
	return r.Depth + 1
}

// expanded is the state of a directory with something below, nil for others.
func (c *Rows) expanded(r wire.Row) any {
	if !r.Branch {
		return nil
	}
	return word(r.Open)
}

func (c *Rows) place(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

func twisty(r wire.Row) string {
	switch {
	case r.Branch && r.Open:
		return "#i-open"
	case r.Branch:
		return "#i-closed"
	}
	return ""
}

// Class names what the style sheet draws differently.
func (c *Rows) Class(i int, r wire.Row) string {
	s := c.Lab.Chosen()
	return classes("row", true, r.Change, r.Change != "", "context", r.Context, "here", s != nil && r.Layer == s.ID,
		"current", i == c.List.At)
}

// SignClass is that of a row's first column.
func (c *Rows) SignClass() string {
	if c.List.Name == "files" {
		return "layer-of"
	}
	return "sign"
}

// layer is the number of the layer of a step, "" where that is not known.
func (c *Rows) layer(step string) string { return layerNumber(c.Lab, step) }

func layerNumber(l *lab.Lab, step string) string {
	if n := l.NumberOf(step); n > 0 {
		return strconv.Itoa(n)
	}
	return ""
}

// Sign is the change as a character, or the number of the layer that holds
// the path.
func (c *Rows) Sign(r wire.Row) string {
	if c.List.Name == "files" {
		return c.layer(r.Layer)
	}
	if r.Context {
		return ""
	}
	return sign(r.Change)
}

// sign is a kind of change as a character.
func sign(kind string) string {
	switch kind {
	case "added":
		return "+"
	case "modified":
		return "~"
	case "removed":
		return "−"
	case "parent", "unchanged":
		return "·"
	}
	return ""
}

// Name is the path as the list shows it.
func (c *Rows) Name(r wire.Row) string {
	name := r.Path
	if c.List.Tree() {
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
	case r.Gone != "":
		notes = append(notes, w.GoneBy(c.layer(r.Gone)))
	case r.With != "":
		notes = append(notes, w.GoneWith(r.With))
	case r.Type == "whiteout" && strings.HasSuffix(r.Name, ".wh..wh..opq"):
		notes = append(notes, w.Opaque(r.Path))
	case r.Change == "removed" && !r.Note.IsZero():
		notes = append(notes, w.Kind["whiteout"]+": "+w.Say(r.Note))
	case r.Type == "whiteout" && !c.List.Tall():
		notes = append(notes, w.Kind["whiteout"])
	case r.Type == "whiteout" || r.Change == "removed":
		notes = append(notes, w.Whiteout)
	}
	if !r.Note.IsZero() && r.Change != "removed" {
		notes = append(notes, w.Say(r.Note))
	}
	if c.List.Tree() && (r.Change == "parent" || r.Context) {
		return ""
	}
	if r.Change == "parent" {
		notes = append(notes, w.ParentDir)
	}
	if c.List.Tall() && len(notes) == 0 {
		notes = append(notes, w.Kind[r.Type])
	}
	if r.Versions > 1 {
		notes = append(notes, w.VersionsOf(r.Versions))
	}
	if r.Command != "" && c.List.Name != "files" {
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

// ModeText writes permission bits as ls does, and the owner; root is left out
// where a row has one line.
func (c *Rows) ModeText(r wire.Row) string {
	if !c.List.Tall() && r.UID == 0 && r.GID == 0 {
		return modeString(r.Type, r.Mode)
	}
	return fmt.Sprintf("%s %d:%d", modeString(r.Type, r.Mode), r.UID, r.GID)
}

// opens tells whether a row leads to something: a file's content, or the header
// of an entry.
func (c *Rows) opens(r wire.Row) bool { return c.List.Name == "tar" || lab.CanLook(&r) }

// Word is what the first column says, for people who do not see it, and the
// type of what no other column tells.
func (c *Rows) Word(r wire.Row) string {
	w := c.Lab.W
	var words []string
	switch {
	case c.List.Name == "files" && c.layer(r.Layer) != "":
		words = append(words, w.InLayer(c.layer(r.Layer)))
	case r.Change != "" && !r.Context:
		words = append(words, w.Changed[r.Change])
	}
	if r.Type != "file" {
		words = append(words, w.Kind[r.Type])
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, " ") + " "
}

// Title is the row's whole path with what is known of it.
func (c *Rows) Title(r wire.Row) string {
	w := c.Lab.W
	parts := []string{"/" + r.Path}
	if c.List.Name == "tar" {
		parts[0] = r.Name
	}
	if r.Change != "" && !r.Context && r.Gone == "" {
		parts = append(parts, w.Changed[r.Change])
	}
	parts = append(parts, w.Kind[r.Type])
	if r.Target != "" {
		parts = append(parts, "→ "+r.Target)
	}
	if size := c.Size(r); size != "" {
		parts = append(parts, size)
	}
	if n := c.layer(r.Layer); n != "" && c.List.Name == "files" {
		parts = append(parts, w.InLayer(n))
	}
	if note := c.Note(r); note != "" && note != w.Kind[r.Type] {
		parts = append(parts, note)
	}
	if r.Change == "parent" || r.Context {
		parts = append(parts, w.ParentDir)
	}
	if r.Command != "" && c.List.Name == "files" {
		parts = append(parts, w.WrittenBy+" "+r.Command)
	}
	parts = append(parts, c.ModeText(r))
	if r.MTime != 0 {
		parts = append(parts, epochText(r.MTime))
	}
	return strings.Join(parts, ", ")
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
