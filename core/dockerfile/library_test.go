package dockerfile_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"layerlab.dev/core/dockerfile"
)

// compare holds a file against what BuildKit's packages say when they are
// asked themselves: the same instructions, stages and first error.
func compare(t *testing.T, src []byte) {
	t.Helper()
	f := dockerfile.Parse("Dockerfile", src, dockerfile.Options{AllStages: true})
	inside(t, f)

	check, _, _, _ := parser.ParseDirective("check", src)
	if _, err := linter.ParseLintOptions(check); err != nil {
		sameError(t, f, "failed to parse check options: "+err.Error())
		return
	}
	if len(src) == 0 {
		sameError(t, f, "the Dockerfile cannot be empty")
		return
	}
	res, err := parser.Parse(bytes.NewReader(src))
	if err != nil {
		sameError(t, f, err.Error())
		return
	}
	if f.Escape != res.EscapeToken {
		t.Errorf("escape %q, BuildKit %q", f.Escape, res.EscapeToken)
	}
	if len(f.Instructions) != len(res.AST.Children) {
		t.Fatalf("%d instructions, BuildKit %d", len(f.Instructions), len(res.AST.Children))
	}
	for i, n := range res.AST.Children {
		in := f.Instructions[i]
		first, last := in.Location()
		if first != n.StartLine || last != n.EndLine || in.Original != n.Original {
			t.Errorf("instruction %d: %d-%d %q, BuildKit %d-%d %q", i, first, last, in.Original, n.StartLine, n.EndLine, n.Original)
		}
		if in.Keyword != strings.ToUpper(n.Value) {
			t.Errorf("line %d: keyword %q, BuildKit %q", first, in.Keyword, n.Value)
		}
		if len(in.Flags) != len(n.Flags) || len(in.Heredocs) != len(n.Heredocs) {
			t.Errorf("line %d: %d flags, %d here documents, BuildKit %d, %d", first, len(in.Flags), len(in.Heredocs), len(n.Flags), len(n.Heredocs))
		}
	}
	dump, err := f.Dump()
	if err != nil || dump != res.AST.Dump() {
		t.Errorf("dump %q, %v, BuildKit %q", dump, err, res.AST.Dump())
	}

	// The linter is there because without one a check comment makes the
	// library panic.
	stages, metaArgs, err := instructions.Parse(res.AST, linter.New(&linter.Config{}))
	if err != nil {
		text := err.Error()
		if strings.HasPrefix(text, "dockerfile parse error on line ") {
			text = errors.Unwrap(err).Error()
		}
		sameError(t, f, text)
		return
	}
	if len(stages) != len(f.Stages) || len(metaArgs) != len(f.MetaArgs) {
		t.Fatalf("%d stages, %d arguments, BuildKit %d, %d", len(f.Stages), len(f.MetaArgs), len(stages), len(metaArgs))
	}
	for i, want := range stages {
		got := f.Stages[i]
		if got.Name != want.Name || got.BaseName != want.BaseName || got.Platform != want.Platform || got.Doc != want.DocComment {
			t.Errorf("stage %d: %+v, BuildKit %+v", i, got, want)
		}
		if len(got.Instructions) != len(want.Commands) {
			t.Fatalf("stage %d: %d instructions, BuildKit %d", i, len(got.Instructions), len(want.Commands))
		}
		for j, cmd := range want.Commands {
			if a, b := describe(got.Instructions[j].Command), describe(cmd); a != b {
				t.Errorf("stage %d, instruction %d: %s, BuildKit %s", i, j, a, b)
			}
		}
	}
}

// sameError compares the first error, but for the "did you mean", which the
// library picks at random among words equally near.
func sameError(t *testing.T, f *dockerfile.File, want string) {
	t.Helper()
	err := f.Err()
	if err == nil {
		t.Errorf("no error, BuildKit says %q", want)
		return
	}
	_, got, _ := strings.Cut(err.Error(), ": ")
	got, gotWord, _ := strings.Cut(got, " (did you mean ")
	want, wantWord, _ := strings.Cut(want, " (did you mean ")
	if got != want || (gotWord == "") != (wantWord == "") {
		t.Errorf("error %q %q, BuildKit says %q %q", got, gotWord, want, wantWord)
	}
}

// inside tells ranges that leave the source, go backwards or overlap.
func inside(t *testing.T, f *dockerfile.File) {
	t.Helper()
	check := func(what string, r dockerfile.Range) {
		if r.End.Before(r.Start) {
			t.Errorf("%s: %v goes backwards", what, r)
		}
		for _, p := range []dockerfile.Position{r.Start, r.End} {
			if f.Position(f.Offset(p)) != p {
				t.Errorf("%s: %v is not in the source", what, p)
			}
		}
	}
	var last dockerfile.Position
	for _, in := range f.Instructions {
		check(in.Keyword, in.Range)
		check(in.Keyword+" keyword", in.KeywordRange)
		if in.Range.Start.Before(last) {
			t.Errorf("%s: %v begins before the end of the one above", in.Keyword, in.Range)
		}
		last = in.Range.End
		for _, fl := range in.Flags {
			check("--"+fl.Name, fl.Range)
			if fl.HasValue && fl.ValueRange != (dockerfile.Range{}) {
				check("--"+fl.Name+" value", fl.ValueRange)
			}
		}
		for _, h := range in.Heredocs {
			check("<<"+h.Name, h.Range)
			check("<<"+h.Name+" body", h.Body)
			check("<<"+h.Name+" close", h.Close)
		}
	}
	for _, s := range f.Stages {
		check("stage", s.Range)
	}
	for _, d := range f.Diagnostics {
		check(d.Text, d.Range)
		if d.Text == "" || d.Severity != dockerfile.Error && d.Severity != dockerfile.Warning {
			t.Errorf("incomplete diagnostic %+v", d)
		}
	}
}

func corpus() []string {
	var all []string
	for _, tc := range checkCases {
		all = append(all, tc.src)
	}
	for _, tc := range errorCases {
		all = append(all, tc.src)
	}
	for _, tc := range rangeCases {
		all = append(all, tc.src)
	}
	return all
}

func TestLibrary(t *testing.T) {
	for _, src := range corpus() {
		compare(t, []byte(src))
		// The same file in the hands of other editors.
		compare(t, []byte(strings.ReplaceAll(src, "\n", "\r\n")))
		compare(t, []byte(bom+src))
		compare(t, []byte(strings.TrimSuffix(src, "\n")))
	}
	t.Logf("%d files, each in 4 forms", len(corpus()))
}

func FuzzParse(f *testing.F) {
	for _, src := range corpus() {
		if len(src) < 4096 {
			f.Add([]byte(src))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) { compare(t, src) })
}
