package lab_test

import (
	"encoding/json"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

func TestHelpIsWorded(t *testing.T) {
	l, h := started(t)
	l.SetWords(words.For(words.Korean))
	copyDoc := wire.Message{Key: "keyword.COPY", Text: "Copies files."}
	for _, test := range []struct {
		method string
		result any
		want   string
	}{
		{wire.MethodComplete, wire.Completion{From: 3, Options: []wire.Option{{Label: "COPY", Insert: "COPY ", Kind: "keyword", Doc: copyDoc, More: true}}},
			`{"from":3,"options":[{"label":"COPY","insert":"COPY ","kind":"keyword","doc":"빌드 컨텍스트, 스테이지, 이미지에서 파일을 복사합니다.","more":true}]}`},
		{wire.MethodExplain, wire.Note{Title: "COPY", Lines: []wire.Message{copyDoc}, To: 4}, `{"from":0,"lines":["빌드 컨텍스트, 스테이지, 이미지에서 파일을 복사합니다."],"title":"COPY","to":4,"url":""}`},
		{wire.MethodExplain, wire.Note{}, "null"},
		{wire.MethodForm, wire.Shape{Parts: []string{"COPY"}, Active: 0, Doc: copyDoc}, `{"active":0,"doc":"빌드 컨텍스트, 스테이지, 이미지에서 파일을 복사합니다.","parts":["COPY"]}`},
		{wire.MethodForm, wire.Shape{}, "null"},
		{wire.MethodStage, wire.StageName{Name: "b", Places: []wire.Span{{From: 1, To: 2}}, Problem: wire.Message{Key: "assist.taken-name", Args: []wire.Message{wire.Plain("c")}}},
			`{"name":"b","places":[{"from":1,"to":2}],"problem":"이미 있는 스테이지입니다: c"}`},
		{wire.MethodTidy, wire.Text{Text: "FROM a\n"}, `{"text":"FROM a\n"}`},
		{wire.MethodFolds, []wire.Fold{{First: 1, Last: 2}}, `[{"first":1,"last":2}]`},
	} {
		h.answers = nil
		l.Help(7, test.method, json.RawMessage(`{"path":"Dockerfile","text":"x","at":1}`))
		r := h.last()
		if r.Method != test.method || !strings.Contains(string(r.Params), `"at":1`) {
			t.Fatalf("asked %s %s", r.Method, r.Params)
		}
		answer(t, l, r.ID, test.result, "")
		if len(h.answers) != 1 || h.answers[0] != "7 "+test.want {
			t.Errorf("%s: %q, want %q", test.method, h.answers, test.want)
		}
	}
	h.answers = nil
	l.Help(8, wire.MethodBuild, nil)
	l.Help(9, wire.MethodComplete, json.RawMessage(`{}`))
	answer(t, l, h.last().ID, nil, "it failed")
	if strings.Join(h.answers, "|") != "8 null|9 null" {
		t.Errorf("answers %q", h.answers)
	}
}

func TestMend(t *testing.T) {
	l, h := started(t)
	edits := []wire.Edit{{Span: wire.Span{From: 0, To: 4}, Old: "from", Text: "FROM"}}
	title := wire.Message{Key: "fix.create", Args: []wire.Message{wire.Plain("a/b")}, Text: "Create a/b"}
	event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Shown: -1, Diagnostics: []wire.Diagnostic{{
		File: "Dockerfile", Severity: "error", Text: wire.Plain("no"), StartLine: 1,
		Fixes: []wire.Fix{{Title: wire.Plain("write"), Edits: edits}, {Title: title, Create: "a/b"}, {Title: title, Create: ".dockerignore", Append: "!x"}},
	}}})
	if m := h.marks; len(m) != 1 || len(m[0].Fixes) != 3 || m[0].Fixes[1].Title != "Create a/b" || m[0].Fixes[1].Fix != 1 || m[0].Fixes[0].Edits[0] != edits[0] {
		t.Errorf("marks %+v", m)
	}
	l.Mend(0, 0)
	if len(h.edits) != 1 || h.edits[0] != edits[0] {
		t.Errorf("edits %+v", h.edits)
	}
	l.Mend(0, 1)
	if l.File("a/b") == nil || l.Meta.Open != "a/b" {
		t.Errorf("files %s, open %s", paths(l), l.Meta.Open)
	}
	for _, want := range []string{"!x\n", "!x\n!x\n"} {
		l.Mend(0, 2)
		if f := l.File(".dockerignore"); f == nil || *f.Text != want {
			t.Errorf("file %+v, want %q", f, want)
		}
	}
	l.Edited(".dockerignore", "a")
	l.Mend(0, 2)
	if f := l.File(".dockerignore"); *f.Text != "a\n!x\n" {
		t.Errorf("behind a line without end: %q", *f.Text)
	}
	l.Mend(0, 3)
	l.Mend(1, 0)
	l.Mend(-1, 0)
}

func TestRenamedStageIsTheTargetStill(t *testing.T) {
	l, _ := started(t)
	l.SetTarget("build")
	l.RenamedStage("other", "build", "x")
	l.RenamedStage("Dockerfile", "Build", "make")
	if l.Meta.Settings.Target != "make" {
		t.Errorf("the target is %q", l.Meta.Settings.Target)
	}
}

var _ lab.Host = (*host)(nil)

func TestNoFixesToOfferWhereNothingMayChange(t *testing.T) {
	for _, readOnly := range []bool{false, true} {
		l, h := started(t)
		l.BeEmbedded(lab.Embed{ReadOnly: readOnly})
		fix := wire.Fix{Title: wire.Plain("mend"), Edits: []wire.Edit{{Text: "x"}}}
		event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Shown: -1, Diagnostics: []wire.Diagnostic{
			{File: "Dockerfile", Severity: "warning", Text: wire.Plain("a"), StartLine: 1, Fixes: []wire.Fix{fix}}}})
		if l.Mend(0, 0); (len(h.marks[0].Fixes) == 0) != readOnly || (len(h.edits) == 0) != readOnly {
			t.Errorf("read only %v: %d fixes are offered, %d edits made", readOnly, len(h.marks[0].Fixes), len(h.edits))
		}
	}
}
