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
			case v.Left:
				// An outline, and in brackets how it looked until now.
				text := "-"
				if v.Rest != nil {
					text = "?" + v.Rest.Text
				}
				if v.Below {
					text = "_" + v.Rest.Text
				}
				if v.Was != nil {
					text += "(" + v.Was.ID + ")"
				}
				slabs = append(slabs, text)
			case v.Group > 0:
				slabs = append(slabs, fmt.Sprintf("%s×%d(%d B)", v.Step.ID, v.Group, v.Step.Size))
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

// broke is a build that broke off, as the engine tells of it: stages with the
// steps that were made, and with what was left.
func broke(l *lab.Lab, failure *wire.Failure, line int, stages ...wire.Stage) wire.Built {
	return wire.Built{Revision: l.Revision, Dockerfile: "Dockerfile", Shown: -1, Failure: failure,
		Draft:       &wire.Image{Dockerfile: "Dockerfile", Stages: stages, Final: len(stages) - 1},
		Diagnostics: []wire.Diagnostic{{File: "Dockerfile", Severity: "error", Text: wire.Plain("no"), StartLine: line, EndLine: line}}}
}

// A failed build is drawn of what it made itself; then comes the place where it
// broke off, then outlines of what it left. Nothing of another image is ground.
func TestWhereTheBuildBrokeOff(t *testing.T) {
	bad := func(stage, line int) *wire.Failure {
		return &wire.Failure{Stage: stage, Text: "BAD", StartLine: line, EndLine: line, Error: wire.Plain("no")}
	}
	made := func(ids ...string) (out []wire.Step) {
		for _, id := range ids {
			kind, text, _ := strings.Cut(id, " ")
			out = append(out, wire.Step{ID: "new-" + kind, Kind: map[bool]string{true: "base", false: "layer"}[kind[0] == 'b'], Text: text, DiffID: "sha256:new" + kind})
		}
		return out
	}
	left := func(lines ...string) (out []wire.Rest) {
		for _, text := range lines {
			var r wire.Rest
			number, text, _ := strings.Cut(text, " ")
			fmt.Sscan(number, &r.StartLine)
			r.EndLine, r.Text = r.StartLine, text
			out = append(out, r)
		}
		return out
	}
	tools := wire.Stage{Name: "tools", Used: true, Line: 1, Steps: made("b FROM a", "r RUN make")}
	for _, test := range []struct {
		name  string
		built func(l *lab.Lab) wire.Built
		want  string
	}{
		{"at the first instruction", func(l *lab.Lab) wire.Built {
			return broke(l, bad(1, 4), 4, tools, wire.Stage{Name: "1", Used: true, Line: 3, Steps: made("b FROM b"), Rest: left("4 BAD", "5 RUN last")})
		}, "new-b new-r | *new-b !BAD -(c1) ?RUN last(c2)"},
		{"on another base than before", func(l *lab.Lab) wire.Built {
			return broke(l, bad(1, 4), 4, tools, wire.Stage{Name: "1", Used: true, Line: 3, Steps: made("b FROM c"), Rest: left("4 BAD", "5 COPY --from=tools /x /")})
		}, "new-b new-r | *new-b !BAD ?COPY --from=tools /x /(c1)"},
		{"above all", func(l *lab.Lab) wire.Built {
			return broke(l, bad(1, 6), 6, tools, wire.Stage{Name: "1", Used: true, Line: 3, Steps: made("b FROM b", "c COPY --from=tools /x /", "l RUN last"), Rest: left("6 BAD")})
		}, "new-b new-r | *new-b new-c new-l !BAD"},
		{"in a stage beside, so that the last is not begun", func(l *lab.Lab) wire.Built {
			return broke(l, bad(0, 2), 2, wire.Stage{Name: "tools", Used: true, Line: 1, Steps: made("b FROM a"), Rest: left("2 BAD", "2 RUN make")},
				wire.Stage{Name: "1", Used: true, Line: 3, Rest: left("3 FROM b", "4 COPY --from=tools /x /", "5 RUN other")})
		}, "new-b !BAD -(t1) | *?FROM b(b2) ?COPY --from=tools /x /(c1) ?RUN other"},
		{"in a trigger of the base", func(l *lab.Lab) wire.Built {
			return broke(l, bad(1, 3), 3, tools, wire.Stage{Name: "1", Used: true, Line: 3, Steps: made("b FROM b"), Rest: left("4 RUN last")})
		}, "new-b new-r | *new-b !BAD -(c1) ?RUN last(c2)"},
		{"at a line that cannot be read: there is no ground", func(l *lab.Lab) wire.Built {
			return broke(l, nil, 4, wire.Stage{Name: "tools", Used: true, Line: 1, Rest: left("1 FROM a", "2 RUN make")},
				wire.Stage{Name: "1", Used: true, Line: 3, Rest: left("3 FROM b", "4 BAD", "5 RUN last")})
		}, "?FROM a(t0) ?RUN make(t1) | *_FROM b(b2) !ADD ./third.txt . -(c1) ?RUN last(c2)"},
		{"in a file without stages", func(l *lab.Lab) wire.Built {
			b := broke(l, nil, 1)
			b.Draft = nil
			return b
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, _ := started(t)
			event(t, l, wire.EventBuilt, built(l, staged()))
			l.Choose("c2")
			event(t, l, wire.EventBuilt, test.built(l))
			if got := drawn(l); got != test.want {
				t.Errorf("drawn %s, want %s", got, test.want)
			}
			if !strings.Contains(l.Log()[len(l.Log())-1].Why, "no") && l.Log()[len(l.Log())-1].Title != "no" {
				t.Errorf("the log ends with %+v", l.Log()[len(l.Log())-1])
			}
			// What is looked into stays there, and is told apart.
			if s := l.Chosen(); s == nil || s.ID == "c2" && !l.OfLastGood() {
				t.Errorf("chosen is %+v, of the last good build: %t", s, l.OfLastGood())
			}
			event(t, l, wire.EventBuilt, built(l, staged()))
			if got := drawn(l); strings.ContainsAny(got, "!?_-") || l.OfLastGood() {
				t.Errorf("after a good build: %s", got)
			}
			if s := l.Chosen(); s == nil || s.ID != "c2" {
				t.Errorf("after a good build chosen is %+v", s)
			}
		})
	}
}

// What a first build made before it failed can be chosen and looked into.
func TestFirstBuildThatFails(t *testing.T) {
	l, _ := started(t)
	bad := &wire.Failure{Text: "BAD", StartLine: 3, EndLine: 3, Error: wire.Plain("no")}
	event(t, l, wire.EventBuilt, broke(l, bad, 3, wire.Stage{Name: "0", Used: true, Line: 1,
		Steps: []wire.Step{{ID: "b", Kind: "base", Text: "FROM a", DiffID: "sha256:b"}, {ID: "c", Kind: "layer", Text: "COPY x .", StartLine: 2, EndLine: 2, DiffID: "sha256:c", Entries: 1}},
		Rest:  []wire.Rest{{Text: "BAD", StartLine: 3, EndLine: 3}, {Text: "CMD x", StartLine: 4, EndLine: 4}}}))
	if got, want := drawn(l), "*b c !BAD ?CMD x"; got != want {
		t.Errorf("drawn %s, want %s", got, want)
	}
	if s := l.Chosen(); s == nil || s.ID != "c" || l.OfLastGood() {
		t.Errorf("chosen is %+v", s)
	}
	if l.Caret("Dockerfile", 1); l.Chosen().ID != "b" {
		t.Errorf("the line of FROM chose %s", l.Chosen().ID)
	}
	if n := l.Moments(); n != 2 {
		t.Errorf("%d moments", n)
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
	event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Dockerfile: "web.Dockerfile", Shown: -1, Diagnostics: []wire.Diagnostic{elsewhere}})
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
		Draft:   &wire.Image{Stages: []wire.Stage{{Used: true, Steps: img.Stages[0].Steps[:2]}}},
		Failure: &wire.Failure{Before: []string{"RUN x"}, Text: "BAD", StartLine: 3, Error: wire.Plain("no")}})
	if got, want := log(), "RUN x: "+l.W.Cache["hit"]+", BAD: "+l.W.ErrorWord; got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
}
