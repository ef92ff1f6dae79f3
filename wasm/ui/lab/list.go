package lab

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"layerlab.dev/wasm/wire"
)

// RowHeight is that of a row of a long list, in CSS pixels, and TallRowHeight
// that of a row with a second line for its note.
const (
	RowHeight     = 28
	TallRowHeight = 44
)

// window is how many rows one query asks for.
const window = 200

// List is a long list of the chosen step of which only a window is here.
type List struct {
	Name    string
	Step    string // the step that Rows are of
	Total   int
	Offset  int // of Rows in the list
	Rows    []wire.Row
	Filter  string
	Kinds   []string // kinds of change to show; none: all but "unchanged"
	Since   bool     // compare with the base
	Folded  bool     // directories are closed, but for the toggled ones
	Command string   // ID of the command of a RUN whose rows are shown; "": all
	At      int      // index of the row that has the list's focus
	Loaded  bool
	Failure string

	toggled     map[string]bool
	commandOf   string // the step that Command is of
	top, height float64
	pending     bool
	asked       question
}

type question struct {
	step, options string
	offset        int
}

func newList(name string) *List { return &List{Name: name, height: 600, toggled: map[string]bool{}} }

// Tall tells whether the rows have a second line: changes have much to say.
func (s *List) Tall() bool { return s.Name == "changes" }

// Tree tells whether the rows are a tree: not where only some are picked out.
func (s *List) Tree() bool { return s.Name != "tar" && s.Filter == "" && s.Command == "" }

// RowHeight is that of a row in CSS pixels.
func (s *List) RowHeight() int {
	if s.Tall() {
		return TallRowHeight
	}
	return RowHeight
}

// block is how many rows a list must be scrolled before others are drawn.
const block = 12

// inSight is the range of rows in sight and at least a block around them.
func (s *List) inSight() (from, to int) {
	first := int(s.top) / s.RowHeight() / block * block
	return max(first-block, 0), first + int(s.height)/s.RowHeight() + 2*block + 2
}

// Scrolled tells where the list's window stands, in CSS pixels. It reports
// whether other rows are to be drawn for that.
func (l *Lab) Scrolled(list string, top, height float64) bool {
	s := l.Lists[list]
	if s == nil || height <= 0 {
		return false
	}
	from, to := s.inSight()
	s.top, s.height = top, height
	newFrom, newTo := s.inSight()
	return from != newFrom || to != newTo
}

// Visible is the range of rows to draw: those in sight and a few around them,
// as far as they are here. Before and After are the heights of the room left
// out on either side, in CSS pixels.
func (s *List) Visible() (rows []wire.Row, first, before, after int) {
	from, to := s.inSight()
	from = min(max(from, s.Offset), s.Offset+len(s.Rows))
	to = min(max(to, from), s.Offset+len(s.Rows))
	return s.Rows[from-s.Offset : to-s.Offset], from, from * s.RowHeight(), max(s.Total-to, 0) * s.RowHeight()
}

// shownKinds are the kinds of change that a list shows.
func (s *List) shownKinds() []string {
	if len(s.Kinds) == 0 && s.Name == "changes" {
		return []string{"added", "modified", "removed"}
	}
	return s.Kinds
}

// Shows tells whether changes of a kind are shown.
func (s *List) Shows(kind string) bool { return slices.Contains(s.shownKinds(), kind) }

// Toggle shows or hides the changes of a kind; the last one shown brings all
// back.
func (l *Lab) Toggle(list, kind string) {
	s := l.Lists[list]
	kinds := slices.Clone(s.shownKinds())
	if i := slices.Index(kinds, kind); i >= 0 {
		kinds = slices.Delete(kinds, i, i+1)
	} else {
		kinds = append(kinds, kind)
	}
	s.Kinds = kinds
	l.toTop(s)
}

// toTop begins a list anew.
func (l *Lab) toTop(s *List) {
	s.top, s.At = 0, 0
	l.host.ScrollTo(s.Name, 0, 0)
}

// CompareWithBase lists the changes since the base, or those of the layer alone.
func (l *Lab) CompareWithBase(since bool) {
	s := l.Lists["changes"]
	s.Since = since
	l.toTop(s)
}

// Fold closes or opens all directories of a list.
func (l *Lab) Fold(list string, folded bool) {
	s := l.Lists[list]
	s.Folded = folded
	clear(s.toggled)
	l.toTop(s)
}

// FilterBy keeps only paths that contain a text.
func (l *Lab) FilterBy(list, text string) {
	if s := l.Lists[list]; s != nil && s.Filter != text {
		s.Filter = text
		l.toTop(s)
	}
}

// wantRows asks for the window that is in sight where it is not here.
func (l *Lab) wantRows() {
	s, step := l.Lists[l.Tab], l.Chosen()
	if s == nil || step == nil || s.pending {
		return
	}
	if s.commandOf != step.ID {
		s.Command, s.commandOf = "", step.ID
	}
	ask := wire.RowsQuery{
		Step: step.ID, List: s.Name, Filter: s.Filter, Kinds: s.Kinds, Command: s.Command, Since: s.Since && s.Name == "changes",
		Tree: s.Tree(), Folded: s.Folded, Toggled: slices.Sorted(maps.Keys(s.toggled)), Count: window,
	}
	q := question{step: step.ID, options: fmt.Sprintf("%q", []any{ask.Filter, ask.Kinds, ask.Command, ask.Since, ask.Folded, ask.Toggled})}
	from, to := s.inSight()
	here := s.Loaded && q.step == s.asked.step && q.options == s.asked.options
	if here && from >= s.Offset && min(to, s.Total) <= s.Offset+len(s.Rows) {
		return
	}
	q.offset = max(from-window/4, 0)
	if here && s.asked.offset == q.offset {
		return // the engine gave less than was asked for; asking again gives no more
	}
	s.pending, ask.Offset = true, q.offset
	l.request(wire.MethodRows, ask, nil, func(result json.RawMessage, failure string) {
		s.pending, s.asked = false, q
		var rows wire.Rows
		if failure == "" {
			if err := json.Unmarshal(result, &rows); err != nil {
				failure = err.Error()
			}
		}
		s.Failure, s.Loaded, s.Step = failure, true, q.step
		s.Total, s.Offset, s.Rows = rows.Total, rows.Offset, rows.Rows
		s.At = min(s.At, max(s.Total-1, 0))
	})
}

// Row is the row at an index of the whole list, nil where it is not here.
func (s *List) Row(index int) *wire.Row {
	if i := index - s.Offset; i >= 0 && i < len(s.Rows) {
		return &s.Rows[i]
	}
	return nil
}

// RowKey moves in a list by a key of the ARIA tree pattern.
func (l *Lab) RowKey(list, key string) {
	s := l.Lists[list]
	if s == nil || s.Total == 0 {
		return
	}
	page := max(int(s.height)/s.RowHeight()-1, 1)
	r := s.Row(s.At)
	switch key {
	case "ArrowDown":
		s.At++
	case "ArrowUp":
		s.At--
	case "PageDown":
		s.At += page
	case "PageUp":
		s.At -= page
	case "Home":
		s.At = 0
	case "End":
		s.At = s.Total - 1
	case "ArrowRight":
		switch {
		case r == nil || !r.Branch:
		case r.Open:
			s.At++
		default:
			s.toggle(r.Path)
		}
	case "ArrowLeft":
		switch {
		case r == nil:
		case r.Branch && r.Open:
			s.toggle(r.Path)
		default:
			s.toParent(r.Depth)
		}
	case "Enter", " ":
		l.PickRow(list, s.At)
		return
	}
	s.At = min(max(s.At, 0), s.Total-1)
	l.host.ScrollTo(list, s.At*s.RowHeight(), s.RowHeight())
}

func (s *List) toggle(p string) {
	if s.toggled[p] {
		delete(s.toggled, p)
	} else {
		s.toggled[p] = true
	}
}

// toParent goes to the directory that a row of a depth is in.
func (s *List) toParent(depth int) {
	for i := s.At - 1; i >= s.Offset; i-- {
		if r := s.Row(i); r != nil && r.Depth < depth {
			s.At = i
			return
		}
	}
}

// PickRow does what a row is for: it opens or closes a directory, opens a file,
// or shows the header of an entry.
func (l *Lab) PickRow(list string, index int) {
	s := l.Lists[list]
	r := s.Row(index)
	if r == nil {
		return
	}
	s.At = index
	switch {
	case list == "tar":
		l.Header = Header{Step: s.Step, Index: r.Index, Field: -1, Open: true}
		l.host.Focus("header-back")
	case r.Branch:
		s.toggle(r.Path)
	case CanLook(r):
		l.lookAt(r)
	}
}

// CanLook tells whether a row is of a file, of which there may be content.
func CanLook(r *wire.Row) bool { return r.Type == "file" }
