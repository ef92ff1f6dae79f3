package lab

import (
	"encoding/json"
	"strconv"

	"layerlab.dev/wasm/wire"
)

// Link is a link to a workspace, or to a view of the one that is open, as the
// page was opened with it.
type Link struct {
	Fragment string `json:"fragment"`
	// ID is that of a short link, and Text what the store holds under it;
	// Failure is why it gave nothing: "absent", "offline" or "unstored".
	ID      string  `json:"id,omitempty"`
	Text    *string `json:"text,omitempty"`
	Failure string  `json:"failure,omitempty"`
	From    string  `json:"from,omitempty"` // host of the page that led here, where it is known
	// Kept is what became of the workspace before this tab was loaded again.
	Kept *wire.Workspace `json:"kept,omitempty"`
	Open string          `json:"open,omitempty"`
	// Alone says that the link is a view and brings no workspace.
	Alone bool `json:"alone,omitempty"`
}

// GuestState tells whose workspace is on the page.
type GuestState int

// The states.
const (
	Own     GuestState = iota
	Opening            // a link is being read; the workspace before it, if any, waits
	Shared             // that of a link: the person's own is kept aside
)

// Guest is a workspace that a link brought beside the person's own.
type Guest struct {
	Link
	State GuestState
	Name  string

	asked bool
	tries int
	// before is what was on the page when the link was opened.
	before *Guest
}

// AwaitLink says that the page was opened with a link that is still to come.
func (l *Lab) AwaitLink() { l.Guest.State = Opening }

// OpenLink reads a link. What is on the page stays until that has worked.
func (l *Lab) OpenLink(k Link) {
	before := l.Guest
	if before.State == Opening {
		before = Guest{}
	}
	l.Guest = Guest{Link: k, State: Opening, before: &before}
	switch {
	case k.Failure != "":
		l.linkFailed(k.Failure, "")
	case k.Kept != nil:
		l.borrow(*k.Kept, wire.View{File: k.Open})
	case k.Alone:
		l.Guest.State = before.State
	}
}

// wantLink has the engine read the link.
func (l *Lab) wantLink() {
	g := &l.Guest
	if g.asked || g.before == nil {
		return
	}
	g.asked = true
	fragment := g.Fragment
	l.request(wire.MethodOpen, wire.OpenQuery{Fragment: fragment, Text: g.Text}, nil, func(result json.RawMessage, failure string) {
		if l.Guest.before == nil || l.Guest.Fragment != fragment {
			return // another link since
		}
		var opened wire.Opened
		if failure == "" {
			if err := json.Unmarshal(result, &opened); err != nil {
				failure = err.Error()
			}
		}
		switch {
		case failure != "":
			l.linkFailed("broken", failure)
		case opened.Fault != "":
			detail := l.W.Say(opened.Detail)
			if opened.Fault != "invalid" {
				detail = "" // only there does it say what to correct
			}
			l.linkFailed(opened.Fault, detail)
		case opened.Workspace != nil:
			l.borrow(*opened.Workspace, opened.View)
		default:
			if l.Revision == 0 {
				// Only a view, where there is nothing yet to look at.
				l.linkFailed("broken", "")
				return
			}
			l.Guest = *l.Guest.before
			l.goal = &opened.View
			if l.Built != nil && !l.Busy {
				l.arrive()
			}
		}
	})
}

// linkLost asks again after the engine was started anew, once.
func (l *Lab) linkLost(why string) {
	if g := &l.Guest; g.asked && g.before != nil {
		g.asked = false
		if g.tries++; g.tries > 1 {
			l.linkFailed("broken", why)
		}
	}
}

// borrow puts the workspace of the link on the page.
func (l *Lab) borrow(ws wire.Workspace, view wire.View) {
	l.Guest.State, l.Guest.before, l.Guest.Name = Shared, nil, ws.Name
	l.adopt(ws)
	l.Timeline, l.Lesson = Timeline{}, nil
	l.host.Forget()
	l.host.Borrow(l.Meta, l.Files)
	l.resetLook()
	l.goal = &view
	if Editable(l.File(view.File)) {
		l.Open(view.File)
	} else {
		l.openDefault()
	}
	l.Notice = nil
	l.changed()
	l.since = l.Revision
}

// linkFailed goes back to what was before the link, and says what is wrong.
func (l *Lab) linkFailed(fault, detail string) {
	if l.Guest.before != nil {
		l.Guest = *l.Guest.before
	} else {
		l.Guest = Guest{}
	}
	text := l.W.LinkFault[fault]
	if text == "" {
		text = l.W.LinkFault["broken"]
	}
	if detail != "" {
		text += " (" + detail + ")"
	}
	if l.Embed != nil {
		l.host.Unread(text)
	} else if l.Revision == 0 {
		l.host.Mine()
	}
	l.Notice = &Notice{Text: text}
	l.Say = text
}

// BackToMine leaves the shared workspace for the person's own.
func (l *Lab) BackToMine() {
	if l.Guest.State == Shared {
		l.host.Mine()
	}
}

// KeepShared makes the shared workspace the person's own, which is put aside.
func (l *Lab) KeepShared() {
	if l.Guest.State == Shared {
		l.host.Keep(l.Meta, l.Files)
	}
}

// Mine takes over the person's own workspace from the browser.
func (l *Lab) Mine(ws wire.Workspace, open, lesson string, former *wire.Workspace) {
	l.Guest, l.Former, l.Lesson = Guest{}, former, nil
	l.host.Forget()
	l.resetLook()
	l.Load(ws, open, lesson)
	l.since = l.Revision
	if lesson != "" && l.Phase == Running {
		l.readLesson(lesson, func(lesson *wire.LessonText) { l.Lesson = lesson }, func(string) {})
	}
}

// KeptShared tells that the shared workspace is the person's own now; former
// is the one that was.
func (l *Lab) KeptShared(former *wire.Workspace) {
	l.Guest, l.Former = Guest{}, former
	l.Notice = &Notice{Text: l.W.Replaced, Action: l.W.Undo, Do: l.restoreFormer}
}

// Looking is what is looked at, for a link.
func (l *Lab) Looking() wire.View {
	var v wire.View
	if l.Tab != "changes" && l.Tab != "lesson" {
		v.Tab = l.Tab
	}
	if l.Meta.Open != l.Meta.Dockerfile {
		v.File = l.Meta.Open
	}
	st := l.ShownStage()
	if st == nil {
		return v
	}
	if i := l.StageIndex(); i != l.Drawn().Final {
		v.Stage = strconv.Itoa(i)
	}
	if l.Chosen() != nil {
		n := l.Moment() + 2 - bases(st)
		v.Step = &n
	}
	return v
}

// bases counts the layers of a stage's base.
func bases(st *wire.Stage) (n int) {
	for i := range st.Steps {
		if st.Steps[i].Kind == "base" {
			n++
		}
	}
	return n
}

// arrive looks at what a link named, once there is something to look at. What
// is not there is passed over: the link is somebody else's.
func (l *Lab) arrive() {
	v, img := l.goal, l.Drawn()
	if l.goal = nil; v == nil || img == nil {
		return
	}
	for i, st := range img.Stages {
		if v.Stage != "" && (st.Name == v.Stage || strconv.Itoa(i) == v.Stage) {
			l.ChooseStage(i)
			break
		}
	}
	if st := l.ShownStage(); st != nil && v.Step != nil {
		if i := *v.Step - 2 + bases(st); i >= 0 && i < len(st.Steps) {
			l.Choose(st.Steps[i].ID)
		}
	}
	if l.hasTab(v.Tab) {
		l.SetTab(v.Tab)
		l.Drawer, l.Pane = true, "inspector"
	}
	if v.File != "" && Editable(l.File(v.File)) {
		l.Open(v.File)
	}
	if v.Line > 0 && Editable(l.File(l.Meta.Open)) {
		if v.Step == nil {
			l.Caret(l.Meta.Open, v.Line)
		}
		l.Pane = "editor"
		l.host.Goto(v.Line, 0)
	}
}
