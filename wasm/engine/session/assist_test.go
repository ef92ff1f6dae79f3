package session_test

import (
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/wire"
)

// place is that of the mark ‸, counted as browsers do.
func place(path, text string) wire.Place {
	before, after, _ := strings.Cut(text, "‸")
	return wire.Place{Path: path, Text: before + after, At: len(utf16Of(before))}
}

func utf16Of(s string) []struct{} {
	var out []struct{}
	for _, r := range s {
		out = append(out, struct{}{})
		if r > 0xFFFF {
			out = append(out, struct{}{})
		}
	}
	return out
}

func labels(c wire.Completion) []string {
	var out []string
	for _, o := range c.Options {
		out = append(out, o.Label)
	}
	return out
}

func TestHelpBeforeAnyBuild(t *testing.T) {
	p := newPage(t)
	got := ask[wire.Completion](p, wire.MethodComplete, place("Dockerfile", "FROM al‸"))
	if got.From != 5 || !slices.Contains(labels(got), "alpine") {
		t.Errorf("completes %+v", got)
	}
	if n := ask[wire.Note](p, wire.MethodExplain, place("Dockerfile", "FROM alp‸ine")); n.Title != "alpine" || n.Lines[0].Key != "standin.alpine" {
		t.Errorf("explains %+v", n)
	}
}

// Help knows the files of the build before the one that is being typed, and of
// the context as it is now.
func TestHelpKnowsFiles(t *testing.T) {
	p := newPage(t)
	ws := workspace(1, "Dockerfile", "FROM alpine\nWORKDIR /app\nCOPY a /app/b\n", "a", "1", "hidden.txt", "", ".dockerignore", "hidden.txt\n")
	ws.Files = append(ws.Files, wire.File{Path: "other.Dockerfile", Kind: "file", Mode: 0o644, Text: new(string)})
	*ws.Files[len(ws.Files)-1].Text = "FROM scratch\nCOPY a /deep/a\n"
	p.build(ws)
	for _, test := range []struct {
		name, text, want, not string
		from                  int
	}{
		{"context", "FROM alpine\nCOPY ‸", "a", "hidden.txt", 17},
		{"stage after two steps", "FROM alpine\nWORKDIR /app\nCOPY a /app/b\nRUN cat /app/‸", "b", "a", 52},
		{"stage before", "FROM alpine\nRUN cat /app/‸", "", "b", 25},
		{"image of another Dockerfile", "FROM oth‸", "other", "", 5},
		{"its files", "FROM alpine\nCOPY --from=other /deep/‸", "a", "b", 36},
		{"behind wide characters", "# 가😀\nFROM al‸", "alpine", "", 11},
	} {
		got := ask[wire.Completion](p, wire.MethodComplete, place("Dockerfile", test.text))
		if got.From != test.from || test.want != "" && !slices.Contains(labels(got), test.want) || slices.Contains(labels(got), test.not) {
			t.Errorf("%s: from %d %v", test.name, got.From, labels(got))
		}
	}
}

func TestFixesTravel(t *testing.T) {
	p := newPage(t)
	find := func(b wire.Built, key string) wire.Fix {
		t.Helper()
		for _, d := range b.Diagnostics {
			for _, f := range d.Fixes {
				if f.Title.Key == key {
					return f
				}
			}
		}
		t.Errorf("no %s in %+v", key, b.Diagnostics)
		return wire.Fix{}
	}
	b := p.build(workspace(1, "Dockerfile", "# 가😀\nFROM alpine AS Build\n"))
	if f := find(b, "fix.replace"); len(f.Edits) != 1 || f.Edits[0].Span != (wire.Span{From: 21, To: 26}) || f.Edits[0].Old != "Build" || f.Edits[0].Text != "build" {
		t.Errorf("fix %+v", f)
	}
	if f := find(p.build(workspace(2, "Dockerfile", "FROM scratch\nCOPY src/a /\n")), "fix.create"); f.Create != "src/a" {
		t.Errorf("fix %+v", f)
	}
	b = p.build(workspace(3, "Dockerfile", "FROM scratch\nCOPY b /\n", "b", "", ".dockerignore", "b\n"))
	if f := find(b, "fix.except"); f.Create != ".dockerignore" || f.Append != "!b" {
		t.Errorf("fix %+v", f)
	}
	ws := workspace(4, "a.txt", "")
	ws.Dockerfile = "Dockerfile"
	if f := find(p.build(ws), "fix.create"); f.Create != "Dockerfile" {
		t.Errorf("fix %+v", f)
	}
	ws = workspace(5, "web/Dockerfile", "FROM scratch\nCOPY c /\n")
	ws.Dockerfile = "web/Dockerfile"
	if f := find(p.build(ws), "fix.create"); f.Create != "web/c" {
		t.Errorf("fix %+v", f)
	}
}

func TestFormTidyFoldsStage(t *testing.T) {
	p := newPage(t)
	if s := ask[wire.Shape](p, wire.MethodForm, place("Dockerfile", "FROM alpine\nCOPY a ‸")); s.Active < 0 || s.Parts[s.Active] != "DESTINATION" || s.Doc.Key != "keyword.COPY" {
		t.Errorf("form %+v", s)
	}
	if s := ask[wire.Shape](p, wire.MethodForm, place("Dockerfile", "‸")); len(s.Parts) != 0 {
		t.Errorf("form of nothing %+v", s)
	}
	if s := ask[wire.Text](p, wire.MethodTidy, place("Dockerfile", "from  alpine‸")); s.Text != "FROM alpine\n" {
		t.Errorf("tidy %q", s.Text)
	}
	if f := ask[[]wire.Fold](p, wire.MethodFolds, place("Dockerfile", "FROM alpine\nRUN a \\\n b\n‸")); len(f) != 2 || f[1] != (wire.Fold{First: 2, Last: 3}) {
		t.Errorf("folds %+v", f)
	}
	q := wire.StageQuery{Place: place("Dockerfile", "FROM alpine AS b‸\nFROM b\n"), Name: "scratch"}
	if s := ask[wire.StageName](p, wire.MethodStage, q); s.Name != "b" || len(s.Places) != 2 || s.Places[1] != (wire.Span{From: 22, To: 23}) || s.Problem.Key != "assist.reserved-name" {
		t.Errorf("stage %+v", s)
	}
}
