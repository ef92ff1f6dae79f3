package lab_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

func kept(name, id string) wire.KeptImage {
	return wire.KeptImage{Name: "docker.io/library/" + name, Short: name, ID: id, Source: "archive"}
}

func read[T any](t *testing.T, r wire.Request) (p T) {
	t.Helper()
	if err := json.Unmarshal(r.Params, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// What FROM means changes with the kept images, so the files are built again;
// the first list comes before the first build and changes nothing.
func TestImagesBuildAgain(t *testing.T) {
	l, h := started(t)
	builds := func() int { l.Flush(); return h.count(wire.MethodBuild) }
	first := builds()
	event(t, l, wire.EventImages, wire.Images{Images: []wire.KeptImage{kept("a:1", "x")}})
	if got := builds(); got != first {
		t.Errorf("the first list built %d times", got-first)
	}
	for _, test := range []struct {
		what   string
		images []wire.KeptImage
		again  bool
	}{
		{"the same", []wire.KeptImage{kept("a:1", "x")}, false},
		{"another image", []wire.KeptImage{kept("a:1", "x"), kept("b:1", "y")}, true},
		{"another ID", []wire.KeptImage{kept("a:1", "z"), kept("b:1", "y")}, true},
		{"none", nil, true},
	} {
		before := builds()
		event(t, l, wire.EventImages, wire.Images{Images: test.images})
		if again := builds() > before; again != test.again {
			t.Errorf("%s: built again is %v", test.what, again)
		}
	}
}

func TestImport(t *testing.T) {
	l, h := started(t)
	l.Import("image:1", "base.tar")
	if l.Shelf.Transfer == nil || !l.Shelf.Open {
		t.Error("the import is not shown")
	}
	request, _ := h.lastOf(wire.MethodImport)
	if q := read[wire.ImportQuery](t, request); q != (wire.ImportQuery{Key: "image:1", File: "base.tar"}) {
		t.Errorf("asked for %+v", q)
	}
	event(t, l, wire.EventTransfer, wire.Transfer{Name: "base.tar", Step: "layers", Done: 1, Total: 2})
	if l.Shelf.Transfer.Total != 2 {
		t.Errorf("the transfer is %+v", l.Shelf.Transfer)
	}
	l.StopTransfer()
	if h.last().Method != wire.MethodStopTransfer {
		t.Errorf("stopping asks %s", h.last().Method)
	}
	answer(t, l, request.ID, nil, "it was stopped")
	if l.Shelf.Transfer != nil || l.Shelf.Problem != "it was stopped" || l.Say != "it was stopped" {
		t.Errorf("afterwards %+v", l.Shelf)
	}
	// What is said late does not bring the transfer back.
	event(t, l, wire.EventTransfer, wire.Transfer{Name: "base.tar"})
	if l.Shelf.Transfer != nil {
		t.Error("a transfer that ended is back")
	}
}

// Only what became a base is offered as a file instead.
func TestImportDropped(t *testing.T) {
	l, h := started(t)
	asFile := 0
	drop := func(failure string) {
		l.Notice = nil
		l.ImportDropped("image:1", "base.tar", func() { asFile++ })
		request, _ := h.lastOf(wire.MethodImport)
		answer(t, l, request.ID, wire.Imported{Names: []string{"base:latest"}}, failure)
	}
	if drop("damaged"); l.Notice != nil {
		t.Errorf("a failure says %q", l.Notice.Text)
	}
	if drop(""); l.Notice == nil {
		t.Fatal("nothing is said of a file that became a base")
	}
	if l.Notice.Do(); asFile != 1 {
		t.Error("it was not added as a file")
	}
}

func TestPull(t *testing.T) {
	l, h := started(t)
	missing := &wire.Missing{Name: "base:3", Registry: "docker.io"}
	if l.CanPull(missing) || l.CanPull(nil) {
		t.Error("a pull is offered before the site was asked")
	}
	event(t, l, wire.EventRegistries, wire.Registries{Open: map[string]bool{"docker.io": true, "ghcr.io": false}})
	if !l.CanPull(missing) || l.CanPull(&wire.Missing{Name: "ghcr.io/a/b", Registry: "ghcr.io"}) {
		t.Error("the wrong registries are open")
	}
	l.LookUp("base:3")
	request, _ := h.lastOf(wire.MethodLookUp)
	if h.count(wire.MethodPull) > 0 || l.Shelf.Asking != "base:3" {
		t.Error("it is pulled before anybody saw the cost")
	}
	answer(t, l, request.ID, wire.Offer{Name: "base:3", Fetch: 5, Layers: []wire.TransferLayer{{Total: 5}}}, "")
	if l.Shelf.Offer == nil || l.Shelf.Asking != "" {
		t.Fatalf("no offer in %+v", l.Shelf)
	}
	l.Pull()
	request, _ = h.lastOf(wire.MethodPull)
	if q := read[wire.ImageQuery](t, request); q.Name != "base:3" || l.Shelf.Offer != nil || l.Shelf.Transfer.Total != 5 {
		t.Errorf("pulls %+v: %+v", q, l.Shelf)
	}
	l.Pull() // there is nothing on offer now
	if h.count(wire.MethodPull) != 1 {
		t.Error("pulled twice")
	}
	answer(t, l, request.ID, wire.Imported{Names: []string{"base:3"}}, "")
	if l.Shelf.Transfer != nil || l.Shelf.Problem != "" || l.Shelf.Open {
		t.Errorf("afterwards %+v", l.Shelf)
	}
	l.ShowImages(true)
	l.LookUp("base:3")
	if l.Refuse(); !l.Shelf.Open {
		t.Error("a panel that was opened by hand is closed")
	}
	l.ShowImages(false)

	// An answer that is not waited for any more is not shown.
	l.LookUp("base:4")
	request, _ = h.lastOf(wire.MethodLookUp)
	l.Refuse()
	answer(t, l, request.ID, wire.Offer{Name: "base:4"}, "")
	if l.Shelf.Offer != nil {
		t.Error("an offer that was put away is back")
	}
}

func TestBases(t *testing.T) {
	l, _ := started(t)
	event(t, l, wire.EventImages, wire.Images{Images: []wire.KeptImage{kept("a:1", "x"), kept("b:1", "x"), kept("c:1", "y")}})
	base := func(kind, name, full string) wire.Stage {
		return wire.Stage{Base: wire.Base{Name: name, Kind: kind, Kept: full}}
	}
	event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Images: []wire.Image{{Stages: []wire.Stage{
		base("imported", "b:1", "docker.io/library/b:1"), base("stand-in", "alpine", ""), base("scratch", "scratch", ""),
		base("stage", "0", ""), base("stand-in", "alpine", "")}}}})
	rows := func() (out []string) {
		for _, r := range l.Bases() {
			out = append(out, r.Kind+" "+r.Name+" "+r.Pullable)
		}
		return out
	}
	// Two images of one ID are told apart by the name that FROM used.
	if got, want := rows(), []string{"imported b:1 ", "stand-in alpine ", "kept a:1 ", "kept c:1 "}; !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	event(t, l, wire.EventRegistries, wire.Registries{Open: map[string]bool{"docker.io": true}})
	if got := rows()[1]; got != "stand-in alpine alpine" {
		t.Errorf("the stand-in is %q", got)
	}
}

func TestRenameAndForget(t *testing.T) {
	l, h := started(t)
	l.NameImage("docker.io/library/a:1")
	if h.focus != "image-name" {
		t.Errorf("the focus is on %s", h.focus)
	}
	l.EndImageName("")
	if h.count(wire.MethodRename) > 0 || l.Shelf.Naming != "" {
		t.Error("an empty name renames")
	}
	l.NameImage("docker.io/library/a:1")
	l.EndImageName(" b:2 ")
	if q := read[wire.RenameQuery](t, h.last()); q != (wire.RenameQuery{From: "docker.io/library/a:1", To: "b:2"}) {
		t.Errorf("renames %+v", q)
	}
	answer(t, l, h.last().ID, nil, "that is no name")
	if l.Shelf.Problem != "that is no name" {
		t.Errorf("the problem is %q", l.Shelf.Problem)
	}
	l.ForgetImage("docker.io/library/b:2")
	if q := read[wire.ImageQuery](t, h.last()); h.last().Method != wire.MethodForget || q.Name != "docker.io/library/b:2" || l.Shelf.Problem != "" {
		t.Errorf("forgets %+v", q)
	}
}

// An engine that died knows nothing of what was on its way.
func TestImagesAfterTheEngineDied(t *testing.T) {
	l, h := started(t)
	l.Import("image:1", "base.tar")
	l.Died("out of memory")
	if l.Shelf.Transfer != nil {
		t.Error("the import goes on")
	}
	event(t, l, wire.EventReady, wire.Ready{Version: wire.Version})
	l.Flush()
	before := h.count(wire.MethodBuild)
	event(t, l, wire.EventImages, wire.Images{Images: []wire.KeptImage{kept("a:1", "x")}})
	if l.Flush(); h.count(wire.MethodBuild) != before {
		t.Error("the first list of the new engine built again")
	}
}

var _ lab.Host = (*host)(nil)

func TestOfferPutAway(t *testing.T) {
	l, h := started(t)
	l.LookUp("base:3")
	request, _ := h.lastOf(wire.MethodLookUp)
	answer(t, l, request.ID, wire.Offer{Name: "base:3"}, "")
	l.Import("image:1", "base.tar")
	if l.Pull(); h.count(wire.MethodPull) > 0 {
		t.Error("a pull begins while an import is under way")
	}
	l, _ = started(t)
	l.LookUp("base:3")
	if l.Refuse(); l.Shelf.Open {
		t.Error("the panel that nobody opened stays")
	}
}

// Without a network nobody asks what the site pulls from.
func TestRegistryIsAskedOnline(t *testing.T) {
	l, h := started(t)
	l.SetOffline(lab.Offline{Kept: "kept"})
	if l.ShowImages(true); h.count(wire.MethodRegistry) != 0 {
		t.Error("asked without a network")
	}
	l.SetOffline(lab.Offline{Online: true})
	if l.ShowImages(true); h.count(wire.MethodRegistry) != 1 {
		t.Error("not asked with one")
	}
}

// Of an archive with several images the page asks which are to be taken.
func TestChoiceOfImages(t *testing.T) {
	l, h := started(t)
	l.Import("image:1", "two.tar")
	request, _ := h.lastOf(wire.MethodImport)
	choice := []wire.Choice{{Names: []string{"two:v1"}}, {Names: []string{"two:v2"}}}
	answer(t, l, request.ID, wire.Imported{Choice: choice}, "")
	if len(l.Shelf.Choice) != 2 || !l.Shelf.Open || l.Shelf.Transfer != nil || !strings.Contains(l.Say, "two.tar") {
		t.Fatalf("offered %+v, said %q", l.Shelf, l.Say)
	}
	l.TakeImages(1)
	request, _ = h.lastOf(wire.MethodTake)
	if q := read[wire.TakeQuery](t, request); len(q.Which) != 1 || q.Which[0] != 1 || l.Shelf.Choice != nil || l.Shelf.Transfer == nil {
		t.Errorf("takes %+v: %+v", q, l.Shelf)
	}
	note := wire.Plain("only a part was there")
	answer(t, l, request.ID, wire.Imported{Names: []string{"two:v2"}, Notes: []wire.Message{note}}, "")
	if !l.Shelf.Open || len(l.Shelf.Note) != 1 || !strings.Contains(l.Say, note.Text) {
		t.Errorf("a note is not shown: %+v, said %q", l.Shelf, l.Say)
	}
	l.Import("image:2", "two.tar")
	request, _ = h.lastOf(wire.MethodImport)
	answer(t, l, request.ID, wire.Imported{Choice: choice}, "")
	l.ShowImages(false)
	request, _ = h.lastOf(wire.MethodTake)
	if q := read[wire.TakeQuery](t, request); len(q.Which) != 0 || l.Shelf.Choice != nil {
		t.Errorf("closing the panel does not put the archive away: %+v", q)
	}
}
