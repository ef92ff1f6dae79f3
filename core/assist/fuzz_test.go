package assist_test

import (
	"bytes"
	"testing"

	"layerlab.dev/core/assist"
	"layerlab.dev/core/dockerfile"
)

// FuzzAssist asks everything at every kind of place: nothing may fail, edits
// lie within the file, and a tidy file means the same and stays as it is.
func FuzzAssist(f *testing.F) {
	for _, src := range []string{
		"", "FROM alpine", "from a as b\nrun x \\\n\n y\nCOPY --from=b [\"a\", \"b\"] /\n", "# escape=`\nFROM a\nRUN <<EOF\nx\nEOF\n",
		"FROM a\nENV a b c\nONBUILD HEALTHCHECK --interval=5s CMD x\nRUN --mount=type=cache,target=$", "\n\n# check=skip=x\nARG A\nFROM $A",
		"FROM a\r\nRUN x\r\n", "\xEF\xBB\xBFfrom a\n", "FROM a\nRUN \\", "FROM a\nCOPY <<A <<B /\nA\nB\n",
	} {
		f.Add([]byte(src), 7)
	}
	f.Fuzz(func(t *testing.T, src []byte, at int) {
		if len(src) > 4096 {
			return
		}
		file := dockerfile.Parse("", src, dockerfile.Options{AllStages: true})
		at = max(0, min(at, len(src)))
		c := assist.Context{Options: dockerfile.Options{AllStages: true}, Images: []string{"a"}}
		if got := assist.Complete(file, at, c); got.From < 0 || got.From > at {
			t.Fatalf("completes from %d at %d", got.From, at)
		}
		if n, ok := assist.Explain(file, at, c); ok && (n.From < 0 || n.To > len(src) || n.From > n.To) {
			t.Fatalf("explains %d to %d of %d", n.From, n.To, len(src))
		}
		if s, ok := assist.Form(file, at, c); ok && s.Active >= len(s.Parts) {
			t.Fatalf("part %d of %d", s.Active, len(s.Parts))
		}
		last := 0
		for _, fold := range assist.Folds(file) {
			if fold.First <= last || fold.Last <= fold.First || fold.Last > file.Lines() {
				t.Fatalf("folds %v", assist.Folds(file))
			}
			last = fold.First
		}
		inside := func(edits []assist.Edit) {
			for _, e := range edits {
				if e.From < 0 || e.To < e.From || e.To > len(src) {
					t.Fatalf("edit %+v of %d bytes", e, len(src))
				}
			}
		}
		if n, ok := assist.StageName(file, at); ok {
			inside(n.Places)
		}
		for _, d := range file.Diagnostics {
			for _, fix := range assist.Fixes(file, d, c) {
				inside(fix.Edits)
			}
		}
		out := assist.Tidy(file)
		tidy := dockerfile.Parse("", out, dockerfile.Options{})
		if !file.Same(tidy) {
			t.Fatalf("%q became %q, which means something else", src, out)
		}
		if again := assist.Tidy(tidy); !bytes.Equal(again, out) {
			t.Fatalf("%q became %q, then %q", src, out, again)
		}
	})
}
