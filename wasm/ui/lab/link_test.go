package lab_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

func (h *host) Borrow(m lab.Meta, _ []wire.File) { h.borrowed = append(h.borrowed, m) }
func (h *host) Mine()                            { h.mine++ }
func (h *host) Keep(m lab.Meta, _ []wire.File)   { h.kept = append(h.kept, m) }
func (h *host) Publish(text string)              { h.published = text }
func (h *host) Looked(view string)               { h.looked = append(h.looked, view) }
func (h *host) Unread(why string)                { h.unread = why }

// shared is a workspace that somebody else made.
func shared() wire.Workspace {
	text := "FROM scratch\nCOPY a /\n"
	return wire.Workspace{Name: "Theirs", Dockerfile: "Dockerfile", Settings: wire.Settings{Epoch: 7},
		Files: []wire.File{{Path: "Dockerfile", Kind: "file", Mode: 0o644, Text: &text}, {Path: "a", Kind: "file", Mode: 0o644, Text: &text}}}
}

func step(n int) *int { return &n }

// onBase is an image whose first step is a layer of its base.
func onBase(prefix string, texts ...string) wire.Image {
	img := image(prefix, texts...)
	img.Stages[0].Steps[0].Kind = "base"
	return img
}

// opens answers the question what a link holds.
func opens(t *testing.T, l *lab.Lab, h *host, o wire.Opened) {
	t.Helper()
	l.Flush()
	r, _ := h.lastOf(wire.MethodOpen)
	if r.ID == 0 {
		t.Fatal("the engine was not asked what the link holds")
	}
	answer(t, l, r.ID, o, "")
	l.Flush()
}

func TestLinkOpensBesideMine(t *testing.T) {
	l, h := started(t)
	l.Edited("second.txt", "mine")
	l.Flush()
	before, saved := l.Files, len(h.saved)
	l.OpenLink(lab.Link{Fragment: "w=1.x"})
	if l.Guest.State != lab.Opening || len(l.Files) != len(before) {
		t.Fatalf("while the link is read: %+v", l.Guest)
	}
	ws := shared()
	opens(t, l, h, wire.Opened{Workspace: &ws, View: wire.View{Step: step(2), Tab: "digests", File: "a"}})
	if l.Guest.State != lab.Shared || l.Guest.Name != "Theirs" || len(h.borrowed) != 1 || h.shown != "a" || len(h.saved) != saved {
		t.Fatalf("the shared workspace: %+v, borrowed %v, shown %q", l.Guest, h.borrowed, h.shown)
	}
	r, _ := h.lastOf(wire.MethodBuild)
	if !strings.Contains(string(r.Params), `"name":"Theirs"`) {
		t.Errorf("built was %s", r.Params)
	}
	event(t, l, wire.EventBuilt, built(l, onBase("a", "FROM a", "COPY a /", "CMD x")))
	if got := l.Chosen(); got.Text != "COPY a /" || l.Tab != "digests" {
		t.Errorf("chosen %q, tab %s", got.Text, l.Tab)
	}
	// Once arrived, the person goes where they like.
	l.Step(1)
	l.SetTab("files")
	event(t, l, wire.EventBuilt, built(l, onBase("b", "FROM a", "COPY a /", "CMD x")))
	if got := l.Chosen(); got.Text != "CMD x" || l.Tab != "files" {
		t.Errorf("after the next build: chosen %q, tab %s", got.Text, l.Tab)
	}

	// What was mine is no former state of theirs.
	if !l.Drawer || l.CanUndo() {
		t.Errorf("the drawer is open: %v; there is something to take back: %v", l.Drawer, l.CanUndo())
	}

	l.BackToMine()
	if h.mine != 1 {
		t.Fatal("the own workspace was not asked for")
	}
	l.Mine(lab.First(), "", "", nil)
	if l.Guest.State != lab.Own || l.Meta.Name != lab.First().Name {
		t.Errorf("back: %+v, %s", l.Guest, l.Meta.Name)
	}
}

func TestLinkIsKept(t *testing.T) {
	l, h := started(t)
	ws := shared()
	l.OpenLink(lab.Link{Fragment: "w=1.x", Kept: &ws, Open: "a"})
	if l.Guest.State != lab.Shared || l.Meta.Open != "a" || h.count(wire.MethodOpen) != 0 {
		t.Fatalf("what was changed before is not used: %+v", l.Guest)
	}
	l.KeepShared()
	if len(h.kept) != 1 || h.kept[0].Name != "Theirs" {
		t.Fatalf("kept %+v", h.kept)
	}
	mine := lab.First()
	l.KeptShared(&mine)
	if l.Guest.State != lab.Own || l.Notice == nil || l.Notice.Do == nil {
		t.Fatalf("%+v, notice %+v", l.Guest, l.Notice)
	}
	l.Notice.Do()
	if l.Meta.Name != mine.Name || h.former.Name != "Theirs" {
		t.Errorf("undo gives %s and puts %s aside", l.Meta.Name, h.former.Name)
	}
}

func TestLinkFaults(t *testing.T) {
	for _, fault := range []string{"broken", "truncated", "newer", "large", "invalid"} {
		t.Run(fault, func(t *testing.T) {
			l, h := started(t)
			event(t, l, wire.EventBuilt, built(l, onBase("a", "FROM a", "COPY x .")))
			l.OpenLink(lab.Link{Fragment: "w=1.x"})
			opens(t, l, h, wire.Opened{Fault: fault, Detail: wire.Plain("why")})
			if l.Guest.State != lab.Own || len(h.borrowed) != 0 || h.mine != 0 || l.Meta.Name != lab.First().Name || l.Image == nil {
				t.Errorf("the own workspace was touched: %+v, %s", l.Guest, l.Meta.Name)
			}
			if l.Notice == nil || !strings.HasPrefix(l.Notice.Text, l.W.LinkFault[fault]) || strings.Contains(l.Notice.Text, "why") != (fault == "invalid") {
				t.Errorf("notice %+v", l.Notice)
			}
		})
	}
	t.Run("a short link of nothing", func(t *testing.T) {
		l, _ := started(t)
		l.OpenLink(lab.Link{ID: "abc", Failure: "absent"})
		if l.Notice == nil || l.Notice.Text != l.W.LinkFault["absent"] || l.Guest.State != lab.Own {
			t.Errorf("%+v, notice %+v", l.Guest, l.Notice)
		}
	})
	t.Run("it ends the engine", func(t *testing.T) {
		l, h := started(t)
		l.OpenLink(lab.Link{Fragment: "w=1.x"})
		for range 2 {
			l.Flush()
			l.Died("out of memory")
			event(t, l, wire.EventReady, wire.Ready{Version: wire.Version})
		}
		if l.Guest.State != lab.Own || h.count(wire.MethodOpen) != 2 {
			t.Errorf("%+v after %d tries", l.Guest, h.count(wire.MethodOpen))
		}
	})
}

// A page that is opened by a link shows nothing of its own until the link is
// read, and its own when that fails.
func TestPageOpenedByALink(t *testing.T) {
	h := &host{saved: map[string]wire.File{}, filled: map[string]string{}}
	l := lab.New(h, words.For(words.English))
	l.AwaitLink()
	event(t, l, wire.EventReady, wire.Ready{Version: wire.Version})
	l.Flush()
	if h.count(wire.MethodBuild) != 0 || l.Guest.State != lab.Opening {
		t.Fatal("something was built")
	}
	l.OpenLink(lab.Link{Fragment: "w=9.x"})
	opens(t, l, h, wire.Opened{Fault: "newer"})
	if h.mine != 1 || l.Guest.State != lab.Own {
		t.Errorf("own asked for %d times, %+v", h.mine, l.Guest)
	}
}

func TestLinkToAView(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, onBase("a", "FROM a", "COPY x .", "CMD x")))
	files := len(l.Files)
	for _, test := range []struct {
		view wire.View
		want string
		tab  string
	}{
		{wire.View{Step: step(1)}, "FROM a", "changes"},
		{wire.View{Step: step(3), Tab: "history"}, "CMD x", "history"},
		{wire.View{Step: step(99), Tab: "nonsense", Stage: "none", File: "none"}, "CMD x", "history"},
		{wire.View{Line: 2}, "COPY x .", "history"},
	} {
		l.OpenLink(lab.Link{Fragment: "…", Alone: true})
		if l.Guest.State != lab.Own {
			t.Errorf("while a view is read the workspace is %v", l.Guest.State)
		}
		opens(t, l, h, wire.Opened{View: test.view})
		if got := l.Chosen(); got.Text != test.want || l.Tab != test.tab || len(l.Files) != files || l.Guest.State != lab.Own {
			t.Errorf("%+v: chosen %q, tab %s, %+v", test.view, got.Text, l.Tab, l.Guest)
		}
	}
	if h.gone != [2]int{2, 0} {
		t.Errorf("the editor went to %v", h.gone)
	}
}

func TestLookingIsArrivedAt(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, onBase("a", "FROM a", "COPY x .", "CMD x")))
	l.Step(-9)
	l.SetTab("tar")
	l.Open("second.txt")
	want := l.Looking()
	if !reflect.DeepEqual(want, wire.View{Step: step(1), Tab: "tar", File: "second.txt"}) {
		t.Fatalf("looking at %+v", want)
	}
	l.Step(2)
	l.SetTab("files")
	l.Open("Dockerfile")
	l.OpenLink(lab.Link{Alone: true})
	opens(t, l, h, wire.Opened{View: want})
	if got := l.Looking(); !reflect.DeepEqual(got, want) {
		t.Errorf("arrived at %+v, want %+v", got, want)
	}
}

func TestShare(t *testing.T) {
	l, h := started(t)
	img := onBase("a", "FROM a", "COPY x .")
	img.Stages[0].Base = wire.Base{Name: "mine", Kind: "imported"}
	event(t, l, wire.EventBuilt, built(l, img))
	if got := l.Imported(); len(got) != 1 || got[0] != "mine" {
		t.Errorf("imported images %v", got)
	}
	l.Flush()
	if h.count(wire.MethodShare) != 0 {
		t.Error("a link was made that nobody wants to see")
	}
	l.ShowShare(true)
	l.Flush()
	l.Flush()
	r, _ := h.lastOf(wire.MethodShare)
	var q wire.ShareQuery
	if err := json.Unmarshal(r.Params, &q); err != nil || h.count(wire.MethodShare) != 1 || q.View.Step == nil || len(q.Workspace.Files) != 3 {
		t.Fatalf("asked %d times, %s, %v", h.count(wire.MethodShare), r.Params, err)
	}
	answer(t, l, r.ID, wire.Shared{Fragment: "step=2&w=1.x", Length: 12, View: "step=2", Text: "-- a --\n"}, "")
	l.Flush()
	if h.filled["share-link"] != "link:step=2&w=1.x" || h.filled["share-embed"] != "embed:-- a --\n" {
		t.Errorf("shown %v", h.filled)
	}
	l.Publish()
	h.published = ""
	if l.Publish(); h.published != "" {
		t.Error("it is stored twice at once")
	}
	l.Published("", "offline")
	l.Publish()
	if h.published != "-- a --\n" || !l.Share.Sending {
		t.Fatalf("stored %q", h.published)
	}
	l.Published("1f", "")
	l.Flush()
	if h.filled["share-short"] != "link:s=1f&step=2" {
		t.Errorf("shown %v", h.filled)
	}
	// Another text is not what the short link leads to.
	l.Edited("second.txt", "2")
	l.Flush()
	answerLast(t, l, h, wire.MethodShare, wire.Shared{Fragment: "w=1.y", Text: "-- b --\n"})
	if l.Share.Short != "" {
		t.Errorf("the short link %s is still shown", l.Share.Short)
	}
	l.SharePlain(true)
	l.Flush()
	r, _ = h.lastOf(wire.MethodShare)
	if h.count(wire.MethodShare) != 3 || strings.Contains(string(r.Params), "step") {
		t.Errorf("without the view: asked %d times, %s", h.count(wire.MethodShare), r.Params)
	}
	answer(t, l, r.ID, nil, "too bad")
	if l.Share.Failure != "too bad" {
		t.Errorf("%+v", l.Share)
	}
	l.ShowShare(false)
	l.Flush()
	if l.Share.Open || !l.Share.Plain || l.Share.Text != "" {
		t.Errorf("closed: %+v", l.Share)
	}
}

// Of two links the later one counts, whichever is read first.
func TestLaterLinkCounts(t *testing.T) {
	l, h := started(t)
	l.OpenLink(lab.Link{Fragment: "w=1.x"})
	l.Flush()
	first, _ := h.lastOf(wire.MethodOpen)
	l.OpenLink(lab.Link{Fragment: "w=1.y"})
	l.Flush()
	ws := shared()
	answer(t, l, first.ID, wire.Opened{Workspace: &ws}, "")
	if l.Guest.State != lab.Opening || len(h.borrowed) != 0 {
		t.Fatalf("the first link is opened: %+v", l.Guest)
	}
	ws.Name = "Second"
	opens(t, l, h, wire.Opened{Workspace: &ws})
	if l.Guest.State != lab.Shared || l.Guest.Name != "Second" {
		t.Errorf("opened is %+v", l.Guest)
	}
}
