package lab_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// params reads what the last request of a method asked for.
func params[P any](t testing.TB, h *host, method string) P {
	t.Helper()
	r, _ := h.lastOf(method)
	var p P
	if err := json.Unmarshal(r.Params, &p); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return p
}

// answerLast answers the last request of a method.
func answerLast(t testing.TB, l *lab.Lab, h *host, method string, result any) {
	t.Helper()
	r, _ := h.lastOf(method)
	answer(t, l, r.ID, result, "")
}

func TestMoveComparesWithBefore(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM alpine", "RUN echo first", "COPY ./second.txt .", "ADD ./third.txt .", `CMD ["echo", "fourth"]`)))
	l.Choose("a2")
	for _, test := range []struct {
		id   string
		by   int
		want bool
	}{{"a2", 1, true}, {"a2", -1, true}, {"a1", -1, false}, {"a4", 1, false}, {"a0", 1, false}, {"gone", 1, false}} {
		if got := l.CanMove(test.id, test.by); got != test.want {
			t.Errorf("%s by %d can move: %v", test.id, test.by, got)
		}
	}
	l.MoveChosen(1)
	if l.Tab != "compare" || !l.Drawer {
		t.Errorf("the tab is %s, the drawer open %v", l.Tab, l.Drawer)
	}
	const moved = "FROM alpine\nRUN echo first\nADD ./third.txt .\nCOPY ./second.txt .\nCMD [\"echo\", \"fourth\"]\n"
	if got := *l.File("Dockerfile").Text; got != moved {
		t.Fatalf("the file is\n%s", got)
	}
	if *h.saved["Dockerfile"].Text != moved || len(h.rewritten) != 1 {
		t.Error("the editor or the store still has the former text")
	}
	if l.CanMove("a3", -1) {
		t.Error("lines of a build that is out of date can be moved")
	}
	l.Flush()
	next := built(l, image("b", "FROM alpine", "RUN echo first", "ADD ./third.txt .", "COPY ./second.txt .", `CMD ["echo", "fourth"]`))
	event(t, l, wire.EventBuilt, next)
	l.Flush()
	answerLast(t, l, h, wire.MethodBuilds, wire.Builds{Builds: []wire.Build{
		{Image: "sha256:b", Dockerfile: "Dockerfile", Current: true}, {Image: "sha256:a", Dockerfile: "Dockerfile"}}})
	l.Flush()
	if q := params[wire.CompareQuery](t, h, wire.MethodCompare); q != (wire.CompareQuery{Left: "sha256:a", Right: "sha256:b"}) {
		t.Errorf("compares %+v", q)
	}
	answerLast(t, l, h, wire.MethodCompare, wire.Comparison{Shared: 2})
	if r := l.Compare.Result; !r.Ready() || r.Value.Shared != 2 {
		t.Errorf("the comparison is %+v", r)
	}
	l.Flush()
	if n := h.count(wire.MethodCompare); n != 1 {
		t.Errorf("asked %d times for the same comparison", n)
	}
	l.Notice.Do()
	if got := *l.File("Dockerfile").Text; !strings.HasPrefix(got, "FROM alpine\nRUN echo first\nCOPY") {
		t.Errorf("undone, the file is\n%s", got)
	}
}

// To take a move back would lose what was written since.
func TestNoticeOfAMoveGoesWithTheNextEdit(t *testing.T) {
	l, _ := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM alpine", "RUN echo first", "COPY ./second.txt .", "ADD ./third.txt .", `CMD ["echo", "fourth"]`)))
	l.Choose("a2")
	l.MoveChosen(1)
	if l.Notice == nil {
		t.Fatal("no notice of the move")
	}
	moved := *l.File("Dockerfile").Text
	l.Edited("Dockerfile", moved)
	l.Edited("second.txt", "more\n")
	if l.Notice == nil {
		t.Error("the notice is gone though the file is as it was moved")
	}
	l.Edited("Dockerfile", moved+"USER me\n")
	if l.Notice != nil {
		t.Errorf("still: %s", l.Notice.Text)
	}
}

func TestComparedSides(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("b", "FROM alpine")))
	l.SetTab("compare")
	l.Flush()
	// An earlier build of the same Dockerfile before another image.
	builds := []wire.Build{{Image: "sha256:other", Dockerfile: "v1/Dockerfile", Current: true}, {Image: "sha256:b", Dockerfile: "Dockerfile", Current: true},
		{Image: "sha256:a", Dockerfile: "Dockerfile"}}
	answerLast(t, l, h, wire.MethodBuilds, wire.Builds{Builds: builds})
	sides := func() [2]string {
		var out [2]string
		left, right := l.Compared()
		if left != nil {
			out[0] = left.Image
		}
		if right != nil {
			out[1] = right.Image
		}
		return out
	}
	if got := sides(); got != [2]string{"sha256:a", "sha256:b"} {
		t.Errorf("at first %v", got)
	}
	l.SetCompared("left", "sha256:other")
	l.SwapCompared()
	if got := sides(); got != [2]string{"sha256:b", "sha256:other"} {
		t.Errorf("swapped %v", got)
	}
	l.SetCompared("right", "sha256:forgotten")
	if got := sides(); got[1] != "sha256:b" {
		t.Errorf("a build that is gone is compared: %v", got)
	}
	l.SetCompared("left", "sha256:forgotten")
	if got := sides(); got[0] != "sha256:a" {
		t.Errorf("in the place of a build that is gone is %v", got)
	}
	l.Compare.Builds = append([]wire.Build{{Image: "sha256:earlier", Dockerfile: "v1/Dockerfile"}}, builds...)
	if got := sides(); got[0] != "sha256:a" {
		t.Errorf("an earlier build of another Dockerfile is compared: %v", got)
	}
	l.Compare.Builds = builds[:2]
	if got := sides(); got[0] != "sha256:other" {
		t.Errorf("where nothing is earlier, compared is %v", got)
	}
	l.Pin("sha256:a", true)
	if q := params[wire.PinQuery](t, h, wire.MethodPin); q != (wire.PinQuery{Image: "sha256:a", Pin: true}) {
		t.Errorf("pins %+v", q)
	}
}

// Of a path that differs its lines are shown and hidden, those of another one
// never.
func TestComparedLines(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("b", "FROM alpine")))
	l.SetTab("compare")
	l.Flush()
	answerLast(t, l, h, wire.MethodBuilds, wire.Builds{Builds: []wire.Build{{Image: "sha256:b", Dockerfile: "Dockerfile", Current: true}, {Image: "sha256:a", Dockerfile: "Dockerfile"}}})
	l.Flush()
	answerLast(t, l, h, wire.MethodCompare, wire.Comparison{})
	l.LookAtCompared("/one")
	l.Flush()
	answerLast(t, l, h, wire.MethodDiff, wire.Diff{Added: 1})
	if !l.Compare.Diff.Ready() {
		t.Fatal("no lines")
	}
	if l.LookAtCompared("/two"); l.Compare.Path != "/two" || l.Compare.Diff.Ready() {
		t.Errorf("of %s the lines of the path before are shown", l.Compare.Path)
	}
	if l.LookAtCompared("/two"); l.Compare.Path != "" {
		t.Errorf("the lines of %s are still shown", l.Compare.Path)
	}
}

func TestSettings(t *testing.T) {
	l, h := started(t)
	text := "ARG BASE=alpine:latest\nFROM $BASE\nARG VERSION NAME=\"a b\"\n  arg QUIET\n"
	l.Edited("Dockerfile", text)
	for _, set := range []func(){
		func() { l.SetPlatform("linux/arm64") }, func() { l.SetTarget("app") }, func() { l.SetCompression("zstd") },
		func() { l.SetSeed(" 42 ") }, func() { l.AddBuildArg("VERSION=1=2") }, func() { l.SetEpoch(5) },
	} {
		before := l.Revision
		set()
		if l.Revision != before+1 {
			t.Error("a setting makes no new revision")
		}
		set()
		if l.Revision != before+1 {
			t.Error("a setting that is there already makes a new revision")
		}
	}
	want := wire.Settings{Epoch: 5, Platform: "linux/arm64", Target: "app", Compression: "zstd", Seed: 42, BuildArgs: map[string]string{"VERSION": "1=2"}}
	if got := l.Workspace().Settings; !reflect.DeepEqual(got, want) || !reflect.DeepEqual(h.meta.Settings, want) {
		t.Errorf("settings %+v, kept %+v", got, h.meta.Settings)
	}
	if got := strings.Join(l.Unusual(), ", "); got != "linux/arm64, app, zstd, 1 argument, Seed 42" {
		t.Errorf("unusual: %s", got)
	}
	if l.SetSeed("-1") || l.SetSeed("9007199254740992") || l.AddBuildArg("1=2") {
		t.Error("took what is no setting")
	}
	args := l.BuildArgs()
	wantArgs := []lab.BuildArg{{Name: "BASE", Default: "alpine:latest", Declared: true}, {Name: "VERSION", Declared: true, Value: "1=2", Set: true},
		{Name: "NAME", Default: `"a b"`, Declared: true}, {Name: "QUIET", Declared: true}}
	if !reflect.DeepEqual(args, wantArgs) {
		t.Errorf("arguments\n%+v\nwant\n%+v", args, wantArgs)
	}
	l.DropBuildArg("VERSION")
	l.SetPlatform("linux/amd64")
	l.SetCompression("gzip")
	l.SetTarget("")
	l.SetSeed("")
	if s := l.Workspace().Settings; !reflect.DeepEqual(s, wire.Settings{Epoch: 5}) {
		t.Errorf("taken back: %+v", s)
	}
}

func TestSettingsAreTakenBackOneByOne(t *testing.T) {
	l, _ := started(t)
	l.SetBuildArg("A", "1")
	l.Flush()
	l.SetBuildArg("A", "2")
	l.Flush()
	if l.Undo(); l.Meta.Settings.BuildArgs["A"] != "1" {
		t.Errorf("the arguments are %v", l.Meta.Settings.BuildArgs)
	}
	if l.Undo(); l.Meta.Settings.BuildArgs != nil {
		t.Errorf("the arguments are %v", l.Meta.Settings.BuildArgs)
	}
	before := l.Revision
	if l.SetEpoch(-1); l.Meta.Settings.Epoch != lab.DefaultEpoch || l.Revision != before {
		t.Errorf("the epoch is %d", l.Meta.Settings.Epoch)
	}
}

// Whoever builds another stage wants to see it.
func TestTargetIsShown(t *testing.T) {
	l, _ := started(t)
	img := image("a", "FROM a", "COPY x .")
	img.Stages = append(img.Stages, image("b", "FROM b").Stages[0])
	img.Final = 1
	event(t, l, wire.EventBuilt, built(l, img))
	l.ChooseStage(0)
	l.SetTarget("1")
	l.Flush()
	event(t, l, wire.EventBuilt, built(l, img))
	if l.StageIndex() != 1 {
		t.Errorf("stage %d is shown", l.StageIndex())
	}
	// A target that the file has no more can still be seen, and left.
	l.SetTarget("gone")
	if got := l.Targets(); !slices.Equal(got, []string{"0", "0", "gone"}) {
		t.Errorf("targets %q", got)
	}
}
