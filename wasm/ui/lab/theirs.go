package lab

import (
	"slices"
	"strings"

	"layerlab.dev/wasm/wire"
)

// Theirs is what another tab of this browser has changed in the workspace. The
// browser keeps it already, and what the editor shows of it is changed.
type Theirs struct {
	Files   []wire.File     `json:"files"`
	Removed []string        `json:"removed"`
	Meta    *Meta           `json:"meta"`
	Former  *wire.Workspace `json:"former"`
	// Clash are the paths where both tabs have changed the same: both are kept.
	Clash []string `json:"clash"`
	// Replaced says that the workspace is another one, which is the rest.
	Replaced  bool           `json:"replaced"`
	Workspace wire.Workspace `json:"workspace"`
	Open      string         `json:"open"`
	Lesson    string         `json:"lesson"`
	Tabs      []string       `json:"tabs"`
}

// TakeTheirs takes over what another tab has changed: it is a step that can be
// taken back, as if it had been made here.
func (l *Lab) TakeTheirs(t Theirs) {
	if l.Revision == 0 || l.Guest.State == Shared {
		return // it is read when there is something to change
	}
	l.Observe()
	if t.Replaced {
		l.follow(t)
		return
	}
	if t.Former != nil {
		l.Former = t.Former
	}
	changed := false
	for _, f := range t.Files {
		if old := l.File(f.Path); old == nil || !sameFile(*old, f) {
			l.accept(f)
			changed = true
		}
	}
	for _, path := range t.Removed {
		if i := l.index(path); i >= 0 {
			l.Files = slices.Delete(l.Files, i, i+1)
			l.host.Forget(path)
			changed = true
		}
	}
	if m := t.Meta; m != nil {
		l.acceptMeta(m)
		changed = true
	}
	if changed {
		if l.index(l.Meta.Open) < 0 {
			l.openDefault()
		}
		l.changed()
		l.Timeline.theirs = true
		l.Observe()
		l.Timeline.theirs = false
	}
	if len(t.Clash) > 0 {
		text := l.W.TheirsClash(strings.Join(t.Clash, ", "))
		l.Notice = &Notice{Text: text}
		l.Say = text
	}
}

// follow shows the workspace that another tab has opened.
func (l *Lab) follow(t Theirs) {
	l.Former = t.Former
	l.adopt(t.Workspace)
	l.Meta.Tabs, l.Meta.Lesson = t.Tabs, t.Lesson
	l.host.Forget()
	l.resetLook()
	if l.index(t.Open) >= 0 {
		l.Open(t.Open)
	} else {
		l.openDefault()
	}
	l.relearn()
	l.Notice = &Notice{Text: l.W.TheirsReplaced}
	if l.Former != nil {
		l.Notice.Action, l.Notice.Do = l.W.Undo, l.restoreFormer
	}
	l.Say = l.W.TheirsReplaced
	l.changed()
	l.since = l.Revision
}

// accept puts a file that the browser keeps already.
func (l *Lab) accept(f wire.File) {
	i, found := slices.BinarySearchFunc(l.Files, f, byPath)
	if found {
		was := Editable(&l.Files[i])
		l.Files[i] = f
		if was != Editable(&f) && f.Path == l.Meta.Open {
			l.host.Forget(f.Path)
			l.Open(f.Path)
		}
	} else {
		l.Files = slices.Insert(l.Files, i, f)
	}
	l.textKeys[f.Path]++
}

func (l *Lab) acceptMeta(m *Meta) {
	chosen, lesson := l.Meta.Dockerfile, l.Meta.Lesson
	l.Meta.Name, l.Meta.Dockerfile, l.Meta.Settings, l.Meta.Lesson = m.Name, m.Dockerfile, m.Settings, m.Lesson
	if l.Meta.Dockerfile != chosen {
		l.chosen, l.Stage = mark{}, -1
		l.since = l.Revision + 1
	}
	if l.Meta.Lesson != lesson {
		l.relearn()
	}
}
