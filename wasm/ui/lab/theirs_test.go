package lab_test

import (
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

func textFile(path, text string) wire.File {
	return wire.File{Path: path, Kind: "file", Mode: 0o644, Text: &text}
}

// What another tab has changed is there, is built, is not saved once more, and
// is a step of its own among those that were made here.
func TestTheirs(t *testing.T) {
	l, h := started(t)
	l.Edited("second.txt", "mine")
	l.Flush()
	builds := h.count(wire.MethodBuild)
	l.TakeTheirs(lab.Theirs{Files: []wire.File{textFile("Dockerfile", "FROM scratch\n"), textFile("new", "n")}, Removed: []string{"third.txt"}})
	l.Flush()
	if got := *l.File("Dockerfile").Text; got != "FROM scratch\n" || l.File("new") == nil || l.File("third.txt") != nil {
		t.Fatalf("files %+v", l.Files)
	}
	if len(h.saved) != 0 || h.count(wire.MethodBuild) != builds+1 {
		t.Errorf("saved %v, %d builds", h.saved, h.count(wire.MethodBuild)-builds)
	}
	l.TakeTheirs(lab.Theirs{Files: []wire.File{textFile("new", "n")}})
	l.Flush()
	if h.count(wire.MethodBuild) != builds+1 {
		t.Error("what is the same already was built")
	}
	// First theirs is taken back, then mine: neither with the other.
	l.Undo()
	if got := *l.File("Dockerfile").Text; got == "FROM scratch\n" || l.File("third.txt") == nil || *l.File("second.txt").Text != "mine" {
		t.Errorf("taken back: %q, mine is %q", got, *l.File("second.txt").Text)
	}
	if l.Undo(); *l.File("second.txt").Text != "second\n" {
		t.Errorf("taken back: %q", *l.File("second.txt").Text)
	}
	// They are saved as any change is, so that the other tab has them.
	if len(h.saved) == 0 || *h.saved["second.txt"].Text != "second\n" {
		t.Errorf("saved %v", h.saved)
	}
}

// What both type in one file are steps of each.
func TestTheirTypingIsTheirStep(t *testing.T) {
	l, _ := started(t)
	begin := *l.File("Dockerfile").Text
	for _, text := range []string{"# m", "# mi"} {
		l.Edited("Dockerfile", begin+text)
		l.Flush()
	}
	for _, text := range []string{"# mit", "# mith"} {
		l.TakeTheirs(lab.Theirs{Files: []wire.File{textFile("Dockerfile", begin+text)}})
		l.Flush()
	}
	l.Edited("Dockerfile", begin+"# mith!")
	l.Flush()
	for _, want := range []string{"# mith", "# mi", ""} {
		if l.Undo(); *l.File("Dockerfile").Text != begin+want {
			t.Errorf("taken back to %q, want %q", *l.File("Dockerfile").Text, begin+want)
		}
	}
}

func TestTheirSettingsAndClash(t *testing.T) {
	l, h := started(t)
	open := l.Meta.Open
	l.TakeTheirs(lab.Theirs{Meta: &lab.Meta{Name: "n", Dockerfile: "Dockerfile", Open: "third.txt", Settings: wire.Settings{Epoch: 7, Platform: "linux/arm64"}}})
	if l.Meta.Settings.Epoch != 7 || l.Meta.Name != "n" || l.Meta.Open != open {
		t.Errorf("meta %+v", l.Meta)
	}
	if h.meta.Name == "n" {
		t.Errorf("saved %+v", h.meta)
	}
	l.TakeTheirs(lab.Theirs{Removed: []string{open}})
	if l.Meta.Open == open {
		t.Error("a file is open that is gone")
	}
	l.TakeTheirs(lab.Theirs{Clash: []string{"second.txt"}})
	if l.Notice == nil || !strings.Contains(l.Notice.Text, "second.txt") {
		t.Errorf("notice %+v", l.Notice)
	}
}

// Where another tab has opened another workspace this one follows, and has a way
// back.
func TestTheirsReplaced(t *testing.T) {
	l, h := started(t)
	mine := l.Workspace()
	ws := shared()
	l.TakeTheirs(lab.Theirs{Replaced: true, Workspace: ws, Open: "a", Former: &mine})
	l.Flush()
	if l.Meta.Name != ws.Name || l.Meta.Open != "a" || l.Notice == nil || l.Notice.Do == nil {
		t.Fatalf("meta %+v, notice %+v", l.Meta, l.Notice)
	}
	l.Notice.Do()
	if l.Meta.Name != mine.Name || h.former == nil || h.former.Name != ws.Name {
		t.Errorf("back is %s, put aside %+v", l.Meta.Name, h.former)
	}

	// In somebody else's workspace it waits until mine is gone back to.
	l.OpenLink(lab.Link{Fragment: "w=1.x", Kept: &ws})
	l.TakeTheirs(lab.Theirs{Files: []wire.File{textFile("a", "theirs")}})
	if *l.File("a").Text == "theirs" {
		t.Error("a shared workspace was changed")
	}
}
