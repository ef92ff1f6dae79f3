package session_test

import (
	"slices"
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
