package lab

import (
	"encoding/json"
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
	Kinds   []string // kinds of change to show; none: all
	Command string   // ID of the command of a RUN whose rows are shown; "": all
	Loaded  bool
	Failure string

	commandOf   string // the step that Command is of
	top, height float64
	pending     bool
	asked       question
}

type question struct {
	step, filter, kinds, command string
	offset                       int
}

func newList(name string) *List { return &List{Name: name, height: 600} }

// Tall tells whether the rows have a second line: changes have much to say.
func (s *List) Tall() bool { return s.Name == "changes" }

func (s *List) rowHeight() int {
	if s.Tall() {
		return TallRowHeight
	}
	return RowHeight
}

// inSight is the range of rows in sight and a few around them.
func (s *List) inSight() (from, to int) {
	from = max(int(s.top)/s.rowHeight()-8, 0)
	return from, from + int(s.height)/s.rowHeight() + 17
}

// Scrolled tells where the list's window stands, in CSS pixels.
func (l *Lab) Scrolled(list string, top, height float64) {
	if s := l.Lists[list]; s != nil && height > 0 {
		s.top, s.height = top, height
	}
}

// Visible is the range of rows to draw: those in sight and a few around them,
// as far as they are here. Before and After are the heights of the room left
// out on either side, in CSS pixels.
func (s *List) Visible() (rows []wire.Row, first, before, after int) {
	from, to := s.inSight()
	from = min(max(from, s.Offset), s.Offset+len(s.Rows))
	to = min(max(to, from), s.Offset+len(s.Rows))
	return s.Rows[from-s.Offset : to-s.Offset], from, from * s.rowHeight(), max(s.Total-to, 0) * s.rowHeight()
}

// Toggle shows or hides the changes of a kind; the last one shown brings all
// back.
func (l *Lab) Toggle(list, kind string) {
	s := l.Lists[list]
	if i := slices.Index(s.Kinds, kind); i >= 0 {
		s.Kinds = slices.Delete(slices.Clone(s.Kinds), i, i+1)
	} else {
		s.Kinds = append(slices.Clone(s.Kinds), kind)
	}
	s.top = 0
}

// FilterBy keeps only paths that contain a text.
func (l *Lab) FilterBy(list, text string) {
	if s := l.Lists[list]; s != nil && s.Filter != text {
		s.Filter, s.top = text, 0
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
	q := question{step: step.ID, filter: s.Filter, command: s.Command}
	for _, k := range s.Kinds {
		q.kinds += k + " "
	}
	from, to := s.inSight()
	here := s.Loaded && q.step == s.asked.step && q.filter == s.asked.filter && q.kinds == s.asked.kinds && q.command == s.asked.command
	if here && from >= s.Offset && min(to, s.Total) <= s.Offset+len(s.Rows) {
		return
	}
	q.offset = max(from-window/4, 0)
	if here && s.asked.offset == q.offset {
		return // the engine gave less than was asked for; asking again gives no more
	}
	s.pending = true
	l.request(wire.MethodRows, wire.RowsQuery{
		Step: step.ID, List: s.Name, Filter: s.Filter, Kinds: s.Kinds, Command: s.Command, Offset: q.offset, Count: window,
	}, nil, func(result json.RawMessage, failure string) {
		s.pending, s.asked = false, q
		var rows wire.Rows
		if failure == "" {
			if err := json.Unmarshal(result, &rows); err != nil {
				failure = err.Error()
			}
		}
		s.Failure, s.Loaded, s.Step = failure, true, q.step
		s.Total, s.Offset, s.Rows = rows.Total, rows.Offset, rows.Rows
	})
}

// FileView is a file's content as it is after a step.
type FileView struct {
	Step, Path string
	// Command wrote the file last, where that was in a RUN, and By is its ID
	// among those of the step, "" where it is another step's.
	Command, By string
	Content     wire.FileContent
	Failure     string
	Loaded      bool
}

// LookAt shows the content of a file after the chosen step.
func (l *Lab) LookAt(path string) {
	step := l.Chosen()
	if step == nil {
		return
	}
	v := &FileView{Step: step.ID, Path: path}
	if s := l.Lists[l.Tab]; s != nil {
		for i := range s.Rows {
			if r := &s.Rows[i]; r.Path == path && s.Step == step.ID {
				v.Command, v.By = r.Command, r.By
			}
		}
	}
	l.View = v
	l.request(wire.MethodFile, wire.FileQuery{Step: step.ID, Path: path}, nil, func(result json.RawMessage, failure string) {
		if failure == "" {
			if err := json.Unmarshal(result, &v.Content); err != nil {
				failure = err.Error()
			}
		}
		v.Failure, v.Loaded = failure, true
	})
}

// CloseView goes back from a file's content to the list.
func (l *Lab) CloseView() { l.View = nil }
