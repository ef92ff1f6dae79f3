package lab_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// staged is an image of two stages: the second stands on a base of three layers
// and takes from the first.
func staged() wire.Image {
	layer := func(id, kind, text string, line int) wire.Step {
		return wire.Step{ID: id, Kind: kind, Text: text, DiffID: "sha256:" + id, Size: 10, AddedBytes: 10, Added: 1, Entries: 1, StartLine: line, EndLine: line}
	}
	return wire.Image{Dockerfile: "Dockerfile", ID: "sha256:i", Final: 1, Stages: []wire.Stage{
		{Name: "tools", Used: true, Steps: []wire.Step{layer("t0", "base", "FROM a", 0), layer("t1", "layer", "RUN make", 2)}},
		{Name: "1", Used: true, Steps: []wire.Step{
			layer("b0", "base", "FROM b", 0), layer("b1", "base", "FROM b", 0), layer("b2", "base", "FROM b", 0),
			func() wire.Step {
				s := layer("c1", "layer", "COPY --from=tools /x /", 4)
				s.SourceStep = "t1"
				return s
			}(),
			layer("c2", "layer", "RUN last", 5),
		}},
	}}
}

// drawn writes the columns: the chosen one with a star, slabs bottom first.
func drawn(l *lab.Lab) string {
	var out []string
	for _, c := range l.Columns() {
		var slabs []string
		for _, v := range slices.Backward(c.Strata) {
			switch {
			case v.Broken != nil:
				slabs = append(slabs, "!"+v.Broken.Text)
			case v.Group > 0:
				slabs = append(slabs, fmt.Sprintf("%s×%d(%d B)", v.Step.ID, v.Group, v.Step.Size))
			case v.Above:
				slabs = append(slabs, v.Step.ID+"?")
			default:
				slabs = append(slabs, v.Step.ID)
			}
		}
		text := strings.Join(slabs, " ")
		if c.Chosen {
			text = "*" + text
		}
		out = append(out, text)
	}
	return strings.Join(out, " | ")
}

func TestStrataOfStagesAndBases(t *testing.T) {
	l, _ := started(t)
	img := staged()
	event(t, l, wire.EventBuilt, built(l, img))
	want := func(when, picture string) {
		t.Helper()
		if got := drawn(l); got != picture {
			t.Errorf("%s: drawn %s, want %s", when, got, picture)
		}
	}
	want("at first", "t0 t1 | *b2×3(30 B) c1 c2")
	if n := l.Moments(); n != 3 {
		t.Errorf("%d moments, want 3", n)
	}
	l.Step(-10)
	if s := l.Chosen(); s.ID != "b2" {
		t.Errorf("the lowest slab chose %s", s.ID)
	}
	l.OpenChosen(true)
	want("opened", "t0 t1 | *b0 b1 b2 c1 c2")
	l.Step(-10)
	if s := l.Chosen(); s.ID != "b0" {
		t.Errorf("the lowest layer chose %s", s.ID)
	}
	l.OpenChosen(false)
	want("closed", "t0 t1 | *b2×3(30 B) c1 c2")
	if s := l.Chosen(); s.ID != "b2" {
		t.Errorf("closing chose %s", s.ID)
	}
	l.Choose("b1")
	want("a layer inside chosen", "t0 t1 | *b0 b1 b2 c1 c2")

	cols := l.Columns()
	arrows := func(id string) string {
		for _, c := range cols {
			for _, v := range c.Strata {
				if v.Step != nil && v.Step.ID == id {
					return l.From(c.Index, v)
				}
			}
		}
		return "none drawn"
	}
	if from := arrows("c1"); from != "t1" {
		t.Errorf("an arrow from %q to the COPY", from)
	}
	if from := arrows("c2"); from != "" {
		t.Errorf("an arrow from %q to a RUN", from)
	}
	l.Lit("t1")
	if v, stage, ok := l.LookedAt(); !ok || stage != 0 || v.Step.ID != "t1" {
		t.Errorf("looks at %+v of stage %d", v.Step, stage)
	}
	l.Find("t0")
	want("the other stage chosen", "*t0 t1 | b0 b1 b2 c1 c2")
}

func TestWhereTheBuildBrokeOff(t *testing.T) {
	fail := func(stage int, before ...string) *wire.Failure {
		return &wire.Failure{Stage: stage, Before: before, Text: "BAD", StartLine: 4, EndLine: 4, Error: wire.Plain("no")}
	}
	for _, test := range []struct {
		name    string
		failure *wire.Failure
		want    string
	}{
		{"the first instruction", fail(1, []string{}...), "t0 t1 | *b2×3(30 B) !BAD c1? c2?"},
		{"above what was done again", fail(1, "COPY --from=tools /x /"), "t0 t1 | *b2×3(30 B) c1 !BAD c2?"},
		{"above all", fail(1, "COPY --from=tools /x /", "RUN last", "RUN new"), "t0 t1 | *b2×3(30 B) c1 c2 !BAD"},
		{"in a stage beside", fail(0, "RUN make"), "t0 t1 !BAD | *b2×3(30 B) c1 c2"},
		{"after other steps than before", fail(1, "RUN other"), "t0 t1 | *b2×3(30 B) !BAD c1? c2?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, _ := started(t)
			event(t, l, wire.EventBuilt, built(l, staged()))
			if test.failure.Before == nil {
				test.failure.Before = []string{}
			}
			event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Dockerfile: "Dockerfile", Shown: -1, Failure: test.failure,
				Diagnostics: []wire.Diagnostic{{File: "Dockerfile", Severity: "error", Text: wire.Plain("no"), StartLine: 4, EndLine: 4}}})
			if got := drawn(l); got != test.want {
				t.Errorf("drawn %s, want %s", got, test.want)
			}
			if !strings.Contains(l.Log()[len(l.Log())-1].Why, "no") {
				t.Errorf("the log ends with %+v", l.Log()[len(l.Log())-1])
			}
			event(t, l, wire.EventBuilt, built(l, staged()))
			if got := drawn(l); strings.Contains(got, "BAD") || strings.Contains(got, "?") {
				t.Errorf("after a good build: %s", got)
			}
		})
	}
}

// At first the newest step is chosen that put something into the image.
func TestFirstChoice(t *testing.T) {
	l, _ := started(t)
	img := image("a", "FROM a", "COPY x .", "RUN true", "CMD x")
	img.Stages[0].Steps[2].Entries, img.Stages[0].Steps[3].Entries = 0, 0
	if event(t, l, wire.EventBuilt, built(l, img)); l.Chosen().ID != "a1" {
		t.Errorf("chosen is %s", l.Chosen().ID)
	}
}

// A stage that only stands beside, and made nothing, is no column.
func TestStageWithoutSteps(t *testing.T) {
	l, _ := started(t)
	img := staged()
	img.Stages[0].Steps = nil
	if event(t, l, wire.EventBuilt, built(l, img)); drawn(l) != "*b2×3(30 B) c1 c2" {
		t.Errorf("drawn %s", drawn(l))
	}
	if l.ChooseStage(0); drawn(l) != "* | b2×3(30 B) c1 c2" {
		t.Errorf("chosen %s", drawn(l))
	}
}

// Layers that are drawn as one are summed up in everything that is told of one.
func TestSumOfABase(t *testing.T) {
	l, _ := started(t)
	img := staged()
	for i := range 3 {
		s, n := &img.Stages[1].Steps[i], int64(1)<<(8*i)
		s.Size, s.TarSize, s.Compressed, s.AddedBytes, s.ModifiedBytes, s.HiddenBytes, s.RemovedBytes = n, 2*n, 3*n, 4*n, 5*n, 6*n, 7*n
		s.Entries, s.Added, s.Modified, s.Removed, s.Empty = 8*int(n), 9*int(n), 10*int(n), 11*int(n), i == 2
	}
	event(t, l, wire.EventBuilt, built(l, img))
	const n = 0x010101
	s := l.Columns()[1].Strata[2].Step
	want := wire.Step{ID: "b2", Kind: "base", Text: "FROM b", DiffID: "sha256:b2", Size: n, TarSize: 2 * n, Compressed: 3 * n, AddedBytes: 4 * n, ModifiedBytes: 5 * n,
		HiddenBytes: 6 * n, RemovedBytes: 7 * n, Entries: 8 * n, Added: 9 * n, Modified: 10 * n, Removed: 11 * n}
	if !reflect.DeepEqual(*s, want) {
		t.Errorf("the sum is\n%+v, want\n%+v", *s, want)
	}
}

// What is wrong with one Dockerfile is not drawn in the image of another.
func TestBreachIsOfItsDockerfile(t *testing.T) {
	l, _ := started(t)
	l.Add("web.Dockerfile")
	l.Flush()
	event(t, l, wire.EventBuilt, built(l, staged()))
	elsewhere := wire.Diagnostic{File: "web.Dockerfile", Severity: "error", Text: wire.Plain("no"), StartLine: 1, EndLine: 1}
	event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Dockerfile: "Dockerfile", Shown: -1, Diagnostics: []wire.Diagnostic{elsewhere}})
	if b := l.Breach(); b != nil {
		t.Errorf("broke off at %+v", b)
	}
	l.UseDockerfile("web.Dockerfile")
	if b := l.Breach(); b == nil || strings.Contains(drawn(l), "!") {
		t.Errorf("the other Dockerfile broke off at %+v, drawn is %s", b, drawn(l))
	}
}

func TestLogOfABuild(t *testing.T) {
	l, _ := started(t)
	img := image("a", "FROM a", "RUN x", "CMD y")
	img.Stages[0].Steps[0].Kind, img.Stages[0].Steps[1].Cache = "base", wire.Cache{State: "hit"}
	log := func() string {
		var out []string
		for _, r := range l.Log() {
			out = append(out, r.Title+": "+r.Word)
		}
		return strings.Join(out, ", ")
	}
	event(t, l, wire.EventBuilt, built(l, img))
	if got, want := log(), "RUN x: "+l.W.Cache["hit"]+", CMD y: "+l.W.ConfigOnly; got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
	event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Dockerfile: "Dockerfile", Shown: -1,
		Failure: &wire.Failure{Before: []string{"RUN x"}, Text: "BAD", StartLine: 3, Error: wire.Plain("no")}})
	if got, want := log(), "RUN x: "+l.W.WasDone+", BAD: "+l.W.ErrorWord; got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
}
