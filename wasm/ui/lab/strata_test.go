package lab_test

import (
	"fmt"
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
