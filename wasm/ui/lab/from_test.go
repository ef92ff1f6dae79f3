package lab_test

import (
	"slices"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

func TestFromLines(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []lab.Lines
	}{
		{"none", "", nil},
		{"one", "FROM a\n", []lab.Lines{{1, 1}}},
		{"after directives and ARG", "# syntax=x\nARG V\n\nfrom a:$V\nRUN b", []lab.Lines{{4, 4}}},
		{"on two lines", "FROM a \\\n  AS b\nRUN c\nFROM b\n", []lab.Lines{{1, 2}, {4, 4}}},
		{"in a comment", "FROM a\n# FROM b\n", []lab.Lines{{1, 1}}},
		{"in a continued RUN", "FROM a\nRUN echo \\\nFROM b\n", []lab.Lines{{1, 1}}},
		{"in a heredoc", "FROM a\nRUN <<EOF\nFROM b\nEOF\nFROM c\n", []lab.Lines{{1, 1}, {5, 5}}},
		{"in a heredoc of several lines", "FROM a\nRUN <<EOF\ntrue\nFROM b\nEOF\nFROM c\n", []lab.Lines{{1, 1}, {6, 6}}},
		{"in a heredoc of tabs", "FROM a\nCOPY <<-'END' /x\n\tFROM b\n\tEND\nFROM c\n", []lab.Lines{{1, 1}, {5, 5}}},
		{"in a heredoc without end", "FROM a\nRUN <<EOF\nFROM b\n", []lab.Lines{{1, 1}}},
		{"a word that begins alike", "FROMAGE a\n", nil},
		{"backslash before spaces", "FROM a \\  \nAS b\nFROM c", []lab.Lines{{1, 2}, {3, 3}}},
	} {
		if got := lab.FromLines(test.text); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestFromIsLinkedWithTheBase(t *testing.T) {
	l, h := started(t)
	img := image("a", "FROM a", "FROM a", "COPY x .")
	for i := range 2 {
		s := &img.Stages[0].Steps[i]
		s.Kind, s.StartLine, s.EndLine = "base", 0, 0
	}
	event(t, l, wire.EventBuilt, built(l, img))
	l.Caret("Dockerfile", 1)
	if s := l.Chosen(); s == nil || s.ID != "a1" {
		t.Errorf("the caret on FROM chose %v, want the base's topmost layer", s)
	}
	l.Lit("a0")
	l.Flush()
	if want := (lab.Lines{From: 1, To: 1}); h.lit != want || h.chosen != want {
		t.Errorf("lit %v, chosen %v, want %v", h.lit, h.chosen, want)
	}
	l.GoTo("a0")
	if h.gone != [2]int{1, 0} {
		t.Errorf("went to %v", h.gone)
	}
}

func FuzzFromLines(f *testing.F) {
	for _, text := range []string{"FROM a\n", "RUN <<EOF\nFROM b\nEOF", "FROM a \\\nb", "RUN <<-A <<B\nA\nB\nFROM"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, l := range lab.FromLines(text) {
			if l.From <= last || l.To < l.From {
				t.Fatalf("%q: lines %v after line %d", text, l, last)
			}
			last = l.To
		}
	})
}
