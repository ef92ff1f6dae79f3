package session_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/engine/session"
	"layerlab.dev/wasm/wire"
)

// A build that breaks off tells at which step, with what that printed.
func TestFailure(t *testing.T) {
	tests := []struct {
		name, dockerfile string
		want             *wire.Failure
	}{
		{"a RUN", lines("FROM alpine", "ENV A=b", "RUN echo out; echo bad >&2; exit 3", "RUN true"),
			&wire.Failure{Stage: 0, Name: "0", Before: []string{"ENV A=b"}, Keyword: "RUN", Text: "RUN echo out; echo bad >&2; exit 3", StartLine: 3, EndLine: 3}},
		{"a COPY of a later stage", lines("FROM scratch AS one", "LABEL a=b", "FROM scratch AS two", "COPY --from=one /nothing /"),
			&wire.Failure{Stage: 1, Name: "two", Before: []string{}, Keyword: "COPY", Text: "COPY --from=one /nothing /", StartLine: 4, EndLine: 4}},
		{"grammar", lines("FROM alpine", "RUNN true"), nil},
		{"no such base", lines("FROM nothing-of-this-name", "RUN true"), nil},
	}
	p := newPageWith(t, session.Options{})
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			built := p.build(workspace(1+i, "Dockerfile", test.dockerfile))
			got := built.Failure
			if built.Ok || (got == nil) != (test.want == nil) {
				t.Fatalf("ok %t, failure %+v", built.Ok, got)
			}
			if got == nil {
				return
			}
			w := test.want
			if got.Stage != w.Stage || got.Name != w.Name || !slices.Equal(got.Before, w.Before) || got.Keyword != w.Keyword ||
				got.Text != w.Text || got.StartLine != w.StartLine || got.EndLine != w.EndLine || got.Error.IsZero() {
				t.Errorf("failure %+v, want %+v", got, w)
			}
			if w.Keyword == "RUN" && !slices.Equal(got.Output, []wire.Output{{FD: 1, Text: "out\n"}, {FD: 2, Text: "bad\n"}}) {
				t.Errorf("output %+v", got.Output)
			}
		})
	}
	if built := p.build(workspace(9, "Dockerfile", lines("FROM alpine", "RUN true"))); built.Failure != nil || !built.Ok {
		t.Errorf("a good build tells of %+v", built.Failure)
	}
}

// A failed build tells what it made and what it left, stage by stage: the text
// of each step with a number for a layer, then that of each instruction that was
// not carried out.
func TestDraft(t *testing.T) {
	tests := []struct {
		name, dockerfile string
		made, left       []string // by stage
	}{
		{"a RUN", lines("FROM alpine", "ENV A=b", "COPY a /", "RUN exit 3", "RUN true"),
			[]string{"FROM alpine*;ENV A=b;COPY a /*"}, []string{"4 RUN exit 3;5 RUN true"}},
		{"the first instruction, on another base", lines("FROM busybox", "RUN exit 3"),
			[]string{"FROM busybox*"}, []string{"2 RUN exit 3"}},
		{"on scratch", lines("FROM scratch", "COPY a /", "COPY none /", "COPY a /b"),
			[]string{"COPY a /*"}, []string{"3 COPY none /;4 COPY a /b"}},
		{"in the second of three stages", lines("FROM alpine AS one", "COPY a /", "FROM one AS two", "COPY a /2", "RUN exit 3", "FROM scratch", "COPY --from=two /a /"),
			[]string{"FROM alpine*;COPY a /*", "FROM one*;FROM one*;COPY a /2*", ""}, []string{"", "5 RUN exit 3", "7 COPY --from=two /a /"}},
		{"a stage that is not begun", lines("FROM scratch AS one", "COPY none /", "FROM alpine", "COPY --from=one /a /"),
			[]string{"", ""}, []string{"2 COPY none /", "3 FROM alpine;4 COPY --from=one /a /"}},
		{"an unused stage", lines("FROM alpine AS unused", "RUN true", "FROM scratch", "COPY none /"),
			[]string{"", ""}, []string{"", "4 COPY none /"}},
		{"no such base", lines("FROM alpine AS one", "COPY a /", "FROM nothing-of-this-name", "COPY --from=one /a /"),
			[]string{"", ""}, []string{"1 FROM alpine;2 COPY a /", "3 FROM nothing-of-this-name;4 COPY --from=one /a /"}},
		{"grammar", lines("FROM alpine", "COPY a /", "", "RUNN true", "RUN <<X", "one", "X", "CMD x"),
			[]string{""}, []string{"1 FROM alpine;2 COPY a /;4 RUNN true;5 RUN <<X;8 CMD x"}},
	}
	p := newPageWith(t, session.Options{})
	p.build(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /", "RUN true"), "a", "good"))
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			built := p.build(workspace(2+i, "Dockerfile", test.dockerfile, "a", "now"))
			if built.Ok || built.Draft == nil {
				t.Fatalf("ok %t, draft %v", built.Ok, built.Draft)
			}
			var made, left []string
			for _, st := range built.Draft.Stages {
				var steps, rest []string
				for _, s := range st.Steps {
					text := s.Text
					if s.DiffID != "" {
						text += "*"
					}
					steps = append(steps, text)
					if s.DiffID != "" && (s.Digest == "" || s.ChainID == "") {
						t.Errorf("%s has no digests", s.Text)
					}
					// What was made can be looked into.
					if s.DiffID != "" {
						if rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: s.ID, List: "changes", Count: 10}); rows.Total == 0 && !s.Empty {
							t.Errorf("%s has no rows", s.Text)
						}
					}
				}
				for _, r := range st.Rest {
					rest = append(rest, fmt.Sprint(r.StartLine, " ", r.Text))
				}
				made, left = append(made, strings.Join(steps, ";")), append(left, strings.Join(rest, ";"))
			}
			if !slices.Equal(made, test.made) || !slices.Equal(left, test.left) {
				t.Errorf("made %q\nwant %q\nleft %q\nwant %q", made, test.made, left, test.left)
			}
		})
	}
	if built := p.build(workspace(90, "Dockerfile", "# nothing\n")); built.Draft != nil {
		t.Errorf("a file without stages gives %+v", built.Draft)
	}
	if built := p.build(workspace(91, "Dockerfile", lines("FROM alpine", "RUN true"))); built.Draft != nil || !built.Ok {
		t.Errorf("a good build gives a draft: %+v", built.Draft)
	}
}

// A COPY of a stage knows the step whose layer holds what it took.
func TestSourceStep(t *testing.T) {
	p := newPageWith(t, session.Options{})
	built := p.build(workspace(1, "Dockerfile", lines(
		"FROM alpine AS tools",
		"RUN mkdir /out && echo a >/out/a",
		"RUN echo b >/b",
		"RUN rm /b; echo c >/c",
		"FROM scratch",
		"COPY --from=tools /out /out",
		"COPY --from=0 /c /",
		"COPY --from=tools /etc/passwd /",
		"COPY Dockerfile /",
	)))
	if !built.Ok {
		t.Fatalf("%+v", built.Diagnostics)
	}
	tools, last := built.Images[0].Stages[0].Steps, built.Images[0].Stages[1].Steps
	base := tools[len(tools)-4]
	for i, want := range []string{tools[len(tools)-3].ID, tools[len(tools)-1].ID, base.ID, ""} {
		if last[i].SourceStep != want {
			t.Errorf("%s: from step %q, want %q", last[i].Text, last[i].SourceStep, want)
		}
	}
}
