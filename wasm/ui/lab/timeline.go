package lab

import (
	"reflect"
	"slices"

	"layerlab.dev/wasm/wire"
)

// Bounds of what can be taken back: steps, and bytes of the texts in them.
const (
	maxPast      = 300
	maxPastBytes = 24 << 20
)

// Timeline is the history of the workspace: everything that changed it, in one
// order, whichever file or setting it was. It holds nothing of what is only
// looked at.
//
// Steps are found by comparing the workspace with what it was, so that no way
// of changing it can be forgotten. What is typed without a pause is one step.
type Timeline struct {
	past, future []change
	now          moment
	open         bool // the last step may still grow by typing
	theirs       bool // what is observed was made in another tab
}

// moment is the workspace at a time. Its files share their texts with the
// workspace's.
type moment struct {
	files    []wire.File
	meta     Meta
	revision int
}

// change is a step between two moments.
type change struct {
	files    []fileChange
	from, to Meta
	meta     bool // settings, the chosen Dockerfile or the lesson changed
	typed    bool
	theirs   bool // another tab made it
}

// fileChange is what became of the file at a path; nil where there was none, or
// is none.
type fileChange struct {
	path     string
	from, to *wire.File
}

// Pause ends the step that typing makes: what comes next is another.
func (l *Lab) Pause() {
	l.Observe()
	l.Timeline.open = false
}

// begin forgets everything: the workspace is another one.
func (t *Timeline) begin(l *Lab) { *t = Timeline{now: l.moment()} }

func (l *Lab) moment() moment { return moment{slices.Clone(l.Files), l.Meta, l.Revision} }

// Observe adds what has changed since the last look.
func (l *Lab) Observe() {
	t := &l.Timeline
	if t.now.revision == l.Revision {
		return
	}
	if t.now.revision == 0 {
		t.begin(l)
		return
	}
	c := t.now.to(l)
	c.theirs = t.theirs
	t.now = l.moment()
	if len(c.files) == 0 && !c.meta {
		return
	}
	if n := len(t.past) - 1; n >= 0 && t.open && c.typed && t.past[n].typed && t.past[n].theirs == c.theirs && t.past[n].files[0].path == c.files[0].path {
		t.past[n].files[0].to, t.past[n].to = c.files[0].to, c.to
	} else {
		t.past = append(t.past, c)
	}
	t.open, t.future = c.typed, nil
	t.trim()
}

// to compares a moment with the workspace.
func (m moment) to(l *Lab) change {
	c := change{from: m.meta, to: l.Meta}
	i, j := 0, 0
	for i < len(m.files) || j < len(l.Files) {
		switch {
		case j == len(l.Files) || i < len(m.files) && m.files[i].Path < l.Files[j].Path:
			c.files = append(c.files, fileChange{m.files[i].Path, &m.files[i], nil})
			i++
		case i == len(m.files) || l.Files[j].Path < m.files[i].Path:
			f := l.Files[j]
			c.files = append(c.files, fileChange{f.Path, nil, &f})
			j++
		default:
			if !sameFile(m.files[i], l.Files[j]) {
				f := l.Files[j]
				c.files = append(c.files, fileChange{f.Path, &m.files[i], &f})
			}
			i, j = i+1, j+1
		}
	}
	c.meta = m.meta.Dockerfile != l.Meta.Dockerfile || m.meta.Lesson != l.Meta.Lesson || m.meta.Name != l.Meta.Name ||
		!reflect.DeepEqual(m.meta.Settings, l.Meta.Settings)
	if len(c.files) == 1 && !c.meta {
		f := c.files[0]
		c.typed = f.from != nil && f.to != nil && f.from.Text != nil && f.to.Text != nil && f.from.Mode == f.to.Mode
	}
	return c
}

// sameFile compares files; equal texts are the same text, nearly always.
func sameFile(a, b wire.File) bool {
	if a == b {
		return true
	}
	if a.Text != nil && b.Text != nil && a.Text != b.Text && *a.Text != *b.Text {
		return false
	}
	if (a.Text == nil) != (b.Text == nil) || !reflect.DeepEqual(a.Generated, b.Generated) {
		return false
	}
	a.Text, b.Text, a.Generated, b.Generated, a.Buffer, b.Buffer = nil, nil, nil, nil, nil, nil
	return a == b
}

// trim keeps the history within its bounds.
func (t *Timeline) trim() {
	bytes := 0
	for i := len(t.past) - 1; i >= 0; i-- {
		for _, f := range t.past[i].files {
			bytes += size(f.from) + size(f.to)
		}
		if len(t.past)-i > maxPast || bytes > maxPastBytes && i < len(t.past)-1 {
			t.past = slices.Delete(t.past, 0, i+1)
			return
		}
	}
}

func size(f *wire.File) int {
	switch {
	case f == nil:
		return 0
	case f.Text != nil:
		return len(*f.Text)
	}
	return len(f.Base64)
}

// CanUndo and CanRedo tell whether there is a step to take.
func (l *Lab) CanUndo() bool {
	t := &l.Timeline
	return len(t.past) > 0 || t.now.revision > 0 && t.now.revision < l.Revision
}

// CanRedo: see CanUndo.
func (l *Lab) CanRedo() bool { return len(l.Timeline.future) > 0 }

// Undo takes the last step back, and shows the file that it was made in.
func (l *Lab) Undo() {
	l.Observe()
	t := &l.Timeline
	n := len(t.past) - 1
	if n < 0 {
		return
	}
	c := t.past[n]
	t.past = t.past[:n]
	t.future = append(t.future, c)
	back := change{from: c.to, to: c.from, meta: c.meta}
	for _, f := range c.files {
		back.files = append(back.files, fileChange{f.path, f.to, f.from})
	}
	l.carryOut(back)
	l.Say = l.W.Undone(l.told(c))
}

// takeBack gives what takes the step that was just made back: Undo as long as it
// is the last one, otherwise a step of its own.
func (l *Lab) takeBack(otherwise func()) func() {
	l.Observe()
	made := l.Revision
	return func() {
		if l.Revision == made {
			l.Undo()
			return
		}
		otherwise()
	}
}

// Redo takes the step that was taken back last once more.
func (l *Lab) Redo() {
	l.Observe()
	t := &l.Timeline
	n := len(t.future) - 1
	if n < 0 {
		return
	}
	c := t.future[n]
	t.future = t.future[:n]
	t.past = append(t.past, c)
	l.carryOut(c)
	l.Say = l.W.Redone(l.told(c))
}

// carryOut brings the workspace from one end of a step to the other.
func (l *Lab) carryOut(c change) {
	show := ""
	for _, f := range c.files {
		switch {
		case f.to == nil:
			l.take(f.path)
			l.host.Forget(f.path)
		default:
			l.put(*f.to)
			if f.from != nil && Editable(f.from) && Editable(f.to) {
				l.host.Rewrite(f.path, *f.to.Text)
			} else {
				l.host.Forget(f.path)
			}
			if show == "" && (f.from == nil || f.from.Mode == f.to.Mode) {
				show = f.path
			}
		}
	}
	if c.meta {
		open := l.Meta.Open
		lesson, chosen := l.Meta.Lesson, l.Meta.Dockerfile
		l.Meta = c.to
		l.Meta.Open = open
		if l.Meta.Dockerfile != chosen {
			l.chosen, l.Stage = mark{}, -1
		}
		if l.Meta.Lesson != lesson {
			l.resetLook()
			l.relearn()
		}
		l.host.SaveMeta(l.Meta)
	}
	switch {
	case show != "" && show != l.Meta.Open && !(c.meta && len(c.files) > 1):
		l.Open(show)
	case l.index(l.Meta.Open) < 0:
		l.openDefault()
	case c.meta:
		l.Open(l.Meta.Open)
	}
	l.Notice = nil
	l.changed()
	if c.meta {
		l.since = l.Revision
	}
	l.Timeline.now = l.moment()
	l.Timeline.open = false
}

// relearn shows the words of the lesson that the workspace is of, if any.
func (l *Lab) relearn() {
	l.Lesson = nil
	if slug := l.Meta.Lesson; slug != "" && l.Phase == Running {
		l.readLesson(slug, func(lesson *wire.LessonText) {
			if l.Meta.Lesson == slug {
				l.Lesson = lesson
			}
		}, func(string) {})
	}
}

// told says what a step did.
func (l *Lab) told(c change) string {
	switch {
	case c.meta && len(c.files) > 1 && c.from.Lesson != c.to.Lesson || len(c.files) > 3:
		return l.W.ChangeOfMany
	case len(c.files) == 0:
		return l.W.ChangeOfSettings
	case len(c.files) == 2 && (c.files[0].from == nil) != (c.files[1].from == nil):
		return l.W.Rename
	}
	f := c.files[0]
	switch {
	case f.from == nil:
		return l.W.ChangeAdded(f.path)
	case f.to == nil:
		return l.W.Deleted(f.path)
	}
	return l.W.ChangeEdited(f.path)
}

// NextUndo and NextRedo say what the next step would take back, or make again.
func (l *Lab) NextUndo() string {
	if n := len(l.Timeline.past); n > 0 {
		return l.told(l.Timeline.past[n-1])
	}
	return ""
}

// NextRedo: see NextUndo.
func (l *Lab) NextRedo() string {
	if n := len(l.Timeline.future); n > 0 {
		return l.told(l.Timeline.future[n-1])
	}
	return ""
}
