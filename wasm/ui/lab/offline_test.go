package lab_test

import (
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
)

func TestOffline(t *testing.T) {
	l, h := started(t)
	if !l.Offline.Online || l.Offline.State() != "" || l.OffersUpdate() {
		t.Errorf("a new page is %+v", l.Offline)
	}
	l.SetOffline(lab.Offline{Online: true, Kept: "keeping"})
	l.Say = ""
	l.SetOffline(lab.Offline{Online: true, Kept: "kept"})
	if l.Offline.State() != "kept" || l.Say == "" {
		t.Errorf("kept, but %q is said of %q", l.Say, l.Offline.State())
	}
	l.Say = ""
	l.SetOffline(lab.Offline{Kept: "kept"})
	if l.Offline.State() != "offline" || l.Say == "" {
		t.Errorf("offline, but %q is said of %q", l.Say, l.Offline.State())
	}
	gone := l.Say
	if l.SetOffline(lab.Offline{Online: true, Kept: "kept"}); l.Say == gone || l.Say == "" {
		t.Errorf("back, but %q is said", l.Say)
	}

	l.SetOffline(lab.Offline{Online: true, Kept: "kept", Update: true})
	if !l.OffersUpdate() || h.updates != 0 {
		t.Error("a new version must be offered, not taken")
	}
	l.UpdateLater()
	l.SetOffline(lab.Offline{Kept: "kept", Update: true})
	if l.OffersUpdate() {
		t.Error("an offer that was put away is back")
	}
	if l.Update(); h.updates != 1 {
		t.Error("the new version was not taken")
	}
}

// A browser that keeps nothing says why, and the files can be saved.
func TestUnkept(t *testing.T) {
	for _, why := range []string{"full", "denied", "busy", "the disk is on fire"} {
		l, h := started(t)
		l.SetUnkept(why)
		if l.Notice == nil || l.Notice.Also == "" {
			t.Fatalf("%s: the notice is %+v", why, l.Notice)
		}
		if l.Notice.Text != l.NotKept() || l.W.NotKept[why] == "" && !strings.Contains(l.Notice.Text, why) {
			t.Errorf("%s: it says %q", why, l.Notice.Text)
		}
		l.Notice.DoAlso()
		if text := h.texts; !strings.HasPrefix(text, "layerlab.txtar\n") || !strings.Contains(text, "-- Dockerfile --\nFROM ") || !strings.Contains(text, "-- second.txt --\nsecond\n") {
			t.Errorf("%s: saved is %q", why, text)
		}
		l.Say = ""
		if l.SetUnkept(""); l.Unkept != "" || l.Notice != nil || l.Say == "" {
			t.Errorf("%s: kept again, but %q is said under %+v", why, l.Say, l.Notice)
		}
	}
}

// The next new version is offered, whatever became of the one before.
func TestUpdateIsOfferedAnew(t *testing.T) {
	l, _ := started(t)
	for range 2 {
		l.SetOffline(lab.Offline{Online: true, Update: true})
		if !l.OffersUpdate() {
			t.Error("a new version is not offered")
		}
		if l.UpdateLater(); l.OffersUpdate() {
			t.Error("it is still offered")
		}
		l.SetOffline(lab.Offline{Online: true})
	}
}
