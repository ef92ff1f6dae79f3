package lab_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// inspecting is a state with an image of three layers, the top one chosen.
func inspecting(t *testing.T) (*lab.Lab, *host) {
	t.Helper()
	l, h := started(t)
	img := image("a", "FROM a", "RUN x", "RUN y")
	img.ManifestDigest, img.IndexDigest = "sha256:m", "sha256:i"
	event(t, l, wire.EventBuilt, built(l, img))
	l.ShowStep("a2")
	l.Flush()
	return l, h
}

func dir(path string, depth int, open bool) wire.Row {
	return wire.Row{Path: path, Type: "dir", Depth: depth, Branch: true, Open: open}
}

func TestKeysMoveInATree(t *testing.T) {
	l, h := inspecting(t)
	rows := []wire.Row{dir("d", 0, true), dir("d/e", 1, true), {Path: "d/e/f", Type: "file", Depth: 2}, dir("g", 0, false)}
	answerLast(t, l, h, wire.MethodRows, wire.Rows{Total: 4, Rows: rows})
	list := l.Lists["changes"]
	for _, step := range []struct {
		key string
		at  int
	}{{"End", 3}, {"ArrowDown", 3}, {"Home", 0}, {"ArrowRight", 1}, {"ArrowDown", 2}, {"ArrowLeft", 1}, {"ArrowUp", 0}, {"PageDown", 3}} {
		l.RowKey("changes", step.key)
		if list.At != step.at {
			t.Fatalf("%s leads to row %d, want %d", step.key, list.At, step.at)
		}
	}
	if h.scrolled != "changes 132 44" {
		t.Errorf("scrolled to %s", h.scrolled)
	}
	// A closed directory opens, an open one closes, by asking the engine.
	l.RowKey("changes", "ArrowRight")
	l.Flush()
	if q := params[wire.RowsQuery](t, h, wire.MethodRows); !slices.Equal(q.Toggled, []string{"g"}) || !q.Tree {
		t.Errorf("asks for %+v", q)
	}
	answerLast(t, l, h, wire.MethodRows, wire.Rows{Total: 4, Rows: rows})
	l.RowKey("changes", "Home")
	l.RowKey("changes", "ArrowLeft")
	l.Flush()
	if q := params[wire.RowsQuery](t, h, wire.MethodRows); !slices.Equal(q.Toggled, []string{"d", "g"}) {
		t.Errorf("asks for %+v", q)
	}
	answerLast(t, l, h, wire.MethodRows, wire.Rows{Total: 4, Rows: rows})
	l.Fold("changes", true)
	l.CompareWithBase(true)
	l.Toggle("changes", "unchanged")
	l.Flush()
	q := params[wire.RowsQuery](t, h, wire.MethodRows)
	if !q.Folded || !q.Since || len(q.Toggled) > 0 || !slices.Contains(q.Kinds, "unchanged") || !slices.Contains(q.Kinds, "added") {
		t.Errorf("asks for %+v", q)
	}
}

func TestLevels(t *testing.T) {
	l, h := inspecting(t)
	answerLast(t, l, h, wire.MethodRows, wire.Rows{Total: 1, Rows: []wire.Row{{Path: "f", Type: "file", Change: "removed", Layer: "a1"}}})
	l.PickRow("changes", 0)
	if l.Level() != "file" || l.ShownTab() != "text" {
		t.Fatalf("looks at the %s, tab %s", l.Level(), l.ShownTab())
	}
	if q := params[wire.FileQuery](t, h, wire.MethodFile); q.Step != "a1" || q.Path != "f" {
		t.Errorf("of a removed file it reads %+v, want the version below", q)
	}
	l.SetLevel("layer")
	l.SetTab("digests")
	l.SetLevel("image")
	if l.ShownTab() != "history" {
		t.Errorf("the image's tab is %s", l.ShownTab())
	}
	l.ShowStep("a1")
	if l.Level() != "layer" || l.ShownTab() != "digests" || l.Chosen().ID != "a1" {
		t.Errorf("picking a layer shows %s %s", l.Level(), l.ShownTab())
	}
}

func TestFollowAndBack(t *testing.T) {
	l, h := inspecting(t)
	l.SetTab("manifest")
	l.Follow("sha256:" + strings.Repeat("1", 64))
	if l.ShownTab() != "digests" || l.Chosen().ID != "a1" || h.focus != "tab-digests" {
		t.Fatalf("the digest leads to %s of %s, focus %s", l.ShownTab(), l.Chosen().ID, h.focus)
	}
	l.Follow("sha256:m")
	l.Follow("sha256:nobody")
	if l.ShownTab() != "manifest" {
		t.Errorf("the manifest's digest leads to %s", l.ShownTab())
	}
	l.Back()
	l.Back()
	if l.ShownTab() != "manifest" || l.Chosen().ID != "a2" || l.CanGoBack() {
		t.Errorf("back at %s of %s", l.ShownTab(), l.Chosen().ID)
	}
	if l.Names("sha256:i") != "Index" || l.Names("sha256:"+strings.Repeat("2", 64)) != "Layer 3" || l.Names("sha256:x") != "" {
		t.Errorf("names %q %q", l.Names("sha256:i"), l.Names("sha256:"+strings.Repeat("2", 64)))
	}
}

func TestVersionsOfAFile(t *testing.T) {
	l, h := inspecting(t)
	answerLast(t, l, h, wire.MethodRows, wire.Rows{Total: 1, Rows: []wire.Row{{Path: "f", Type: "file"}}})
	l.PickRow("changes", 0)
	l.Flush()
	answerLast(t, l, h, wire.MethodVersions, wire.Versions{Versions: []wire.FileVersion{
		{Step: "a0", Change: "added"}, {Step: "a1", Change: "modified"}, {Step: "a2", Change: "modified", Seen: true}}})
	l.SetTab("diff")
	l.Flush()
	if q := params[wire.DiffQuery](t, h, wire.MethodDiff); q.From != "a1" || q.To != "a2" {
		t.Errorf("compares %+v", q)
	}
	l.LookAtVersion("a0")
	if v := l.View; v.Lower(l) != nil || v.Hidden(l) == nil || v.Hidden(l).Step != "a1" || v.From != "a2" {
		t.Errorf("the lowest version: %+v", v)
	}
	// A build that keeps the steps keeps the file in sight.
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a", "RUN x", "RUN y", "RUN z")))
	if l.View == nil {
		t.Error("the file is closed")
	}
}

func TestProofs(t *testing.T) {
	l, h := inspecting(t)
	l.SetTab("digests")
	l.RecomputeAll()
	if n := h.count(wire.MethodRecompute); n != 3*2+3 {
		t.Fatalf("%d computations", n)
	}
	if r := l.Recomputed("diffid", "a1"); r == nil || r.Loaded {
		t.Fatalf("before the answer: %+v", r)
	}
	answerLast(t, l, h, wire.MethodRecompute, wire.Recomputed{Output: "sha256:i", Expected: "sha256:i"})
	if r := l.Recomputed("index", "sha256:a"); r == nil || !r.Ready() {
		t.Errorf("after it: %+v", r)
	}
	if event(t, l, wire.EventProgress, wire.Progress{Step: "recompute", Done: 1, Total: 2}); !l.Proving() {
		t.Error("long computations are not told of")
	}
	for _, c := range h.sent {
		if c.Method == wire.MethodRecompute {
			answer(t, l, c.ID, wire.Recomputed{}, "")
		}
	}
	if l.Proving() {
		t.Error("computations that are done are told of")
	}
	if l.Recompute("diffid", "a1"); l.Proving() {
		t.Error("a computation is told of before it takes long")
	}
	l.FlipByte("a1")
	if l.Proving() {
		t.Error("a flip is told of before it takes long")
	}
	event(t, l, wire.EventProgress, wire.Progress{Step: "flip", Done: 1, Total: 2})
	if !l.Proving() {
		t.Error("a long flip is not told of")
	}
	answerLast(t, l, h, wire.MethodFlip, wire.Flipped{Layers: []wire.FlippedLayer{{Step: "a0"}, {Step: "a1", DiffID: "sha256:other"}}})
	if l.Proving() {
		t.Error("a flip that is done is told of")
	}
	if f := l.Flipped("a1"); f == nil || f.DiffID != "sha256:other" {
		t.Errorf("flipped %+v", f)
	}
	l.Unflip()
	if l.Flipped("a1") != nil {
		t.Error("the byte is not restored")
	}
	// Another image has proofs of its own; what the engine lost is asked again.
	l.FlipByte("a1")
	l.Died("test")
	if l.Proof.FlipOf != "" {
		t.Error("a change whose answer is lost stays")
	}
}

func TestCostKeepsTheLastAnswer(t *testing.T) {
	l, h := inspecting(t)
	l.SetTab("cost")
	l.Flush()
	answerLast(t, l, h, wire.MethodCost, wire.Cost{Bytes: 7})
	l.Flush()
	l.SetPresent("sha256:b", true)
	l.Flush()
	if q := params[wire.CostQuery](t, h, wire.MethodCost); !slices.Equal(q.Present, []string{"sha256:b"}) || l.Weights.Cost == nil || l.Weights.Cost.Bytes != 7 {
		t.Errorf("asks for %+v, shows %+v", q, l.Weights.Cost)
	}
	answerLast(t, l, h, wire.MethodCost, wire.Cost{Bytes: 3})
	l.Flush()
	if l.Weights.Cost.Bytes != 3 {
		t.Errorf("shows %+v", l.Weights.Cost)
	}
}

// A file that is looked at is one of the chosen step.
func TestAnotherStepClosesTheFile(t *testing.T) {
	l, h := inspecting(t)
	answerLast(t, l, h, wire.MethodRows, wire.Rows{Total: 1, Rows: []wire.Row{{Path: "f", Type: "file"}}})
	l.PickRow("changes", 0)
	if l.Choose("a2"); l.View == nil {
		t.Error("the same step closes it")
	}
	if l.Choose("a1"); l.View != nil {
		t.Error("another step leaves it open")
	}
}

func TestPresentFrom(t *testing.T) {
	l, _ := started(t)
	img := image("a", "FROM a", "RUN x", "CMD y")
	img.Stages[0].Steps[0].Kind = "base"
	for i := range 2 {
		img.Stages[0].Steps[i].Digest = img.Stages[0].Steps[i].ID
	}
	event(t, l, wire.EventBuilt, built(l, img))
	for kind, want := range map[string]string{"base": "a0", "all": "a0 a1", "none": ""} {
		l.PresentFrom(kind)
		if got := strings.Join(slices.Sorted(maps.Keys(l.Weights.Present)), " "); got != want {
			t.Errorf("%s: present are %q, want %q", kind, got, want)
		}
	}
}

// What a list asks for follows from how it is looked at.
func TestListQueries(t *testing.T) {
	l, h := inspecting(t)
	query := func(do func()) wire.RowsQuery {
		t.Helper()
		answerLast(t, l, h, wire.MethodRows, wire.Rows{})
		do()
		l.Flush()
		return params[wire.RowsQuery](t, h, wire.MethodRows)
	}
	if q := query(func() { l.CompareWithBase(true) }); !q.Since || !q.Tree {
		t.Errorf("since the base: %+v", q)
	}
	if q := query(func() { l.FilterBy("changes", "x") }); q.Tree || q.Filter != "x" {
		t.Errorf("filtered: %+v", q)
	}
	if q := query(func() { l.FilterBy("changes", ""); l.Toggle("changes", "added") }); !slices.Equal(q.Kinds, []string{"modified", "removed"}) {
		t.Errorf("without what is added: %+v", q)
	}
	if query(func() { l.Toggle("changes", "modified"); l.Toggle("changes", "removed") }); !l.Lists["changes"].Shows("added") {
		t.Error("the last kind that was hidden does not bring all back")
	}
	if q := query(func() { l.SetTab("files") }); q.Since || !q.Tree {
		t.Errorf("files: %+v", q)
	}
	if q := query(func() { l.SetTab("tar") }); q.Tree || q.List != "tar" {
		t.Errorf("tar: %+v", q)
	}
	answerLast(t, l, h, wire.MethodRows, wire.Rows{Total: 1, Rows: []wire.Row{{Path: "f", Type: "file"}}})
	l.PickRow("tar", 0)
	if !l.Header.Open {
		t.Fatal("no header")
	}
	if l.SetTab("files"); l.Header.Open {
		t.Error("the header is open beside the files")
	}
}

func TestFileThatWasRemoved(t *testing.T) {
	l, h := inspecting(t)
	answerLast(t, l, h, wire.MethodRows, wire.Rows{Total: 1, Rows: []wire.Row{{Path: "f", Type: "file", Change: "removed", Layer: "a0"}}})
	l.PickRow("changes", 0)
	if q := params[wire.FileQuery](t, h, wire.MethodFile); q.Step != "a0" {
		t.Errorf("reads %+v", q)
	}
	answerLast(t, l, h, wire.MethodFile, wire.FileContent{Base64: "AAA=", Size: 2})
	if l.View.Tab != "hex" {
		t.Errorf("bytes are shown as %s", l.View.Tab)
	}
	l.Flush()
	if q := params[wire.VersionsQuery](t, h, wire.MethodVersions); q.Step != "a2" {
		t.Errorf("asks for the versions of %+v", q)
	}
	// Below a file that came back is the one before it was removed.
	answerLast(t, l, h, wire.MethodVersions, wire.Versions{Versions: []wire.FileVersion{{Step: "a0", Change: "added"}, {Step: "a1", Change: "removed"}, {Step: "a2", Change: "added"}}})
	if l.LookAtVersion("a2"); l.View.Lower(l) == nil || l.View.Lower(l).Step != "a0" {
		t.Errorf("below is %+v", l.View.Lower(l))
	}
	// The way back leads to the file.
	if l.FollowStep("a1", "changes"); l.View != nil {
		t.Fatal("the file is still open")
	}
	if l.Back(); l.View == nil || l.View.Path != "f" || l.Chosen().ID != "a2" {
		t.Errorf("back at %+v of %s", l.View, l.Chosen().ID)
	}
}

func TestWayBackIsBounded(t *testing.T) {
	l, _ := inspecting(t)
	for range 40 {
		l.Follow("sha256:m")
		l.Follow("sha256:i")
	}
	n := 0
	for ; l.CanGoBack(); n++ {
		l.Back()
	}
	if n != 50 {
		t.Errorf("%d places are remembered", n)
	}
}

// A digest of the image leads to its stage, whichever is shown.
func TestFollowOutOfAnotherStage(t *testing.T) {
	l, _ := started(t)
	event(t, l, wire.EventBuilt, built(l, staged()))
	l.ChooseStage(0)
	if l.Follow("sha256:c1"); l.StageIndex() != 1 || l.Chosen() == nil || l.Chosen().ID != "c1" {
		t.Errorf("leads to stage %d, %+v", l.StageIndex(), l.Chosen())
	}
}
