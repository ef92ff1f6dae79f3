package lab_test

import (
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
