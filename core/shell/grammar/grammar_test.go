package grammar_test

import (
	"testing"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/grammar"
)

func special(name string) bool { return name == "export" }

// A mistake is told as each shell tells it, "" where it has none to tell.
var tests = []struct{ src, ash, dash, bash string }{
	{"echo a; echo b", "", "", ""},
	{"if true; then echo a; fi", "", "", ""},
	{"case x in a|b) ;; esac", "", "", ""},
	{"cat <<EOF\ntext\nEOF\n", "", "", ""},
	{"for i in 1 2; do echo", `syntax error: unexpected end of file (expecting "done")`,
		`Syntax error: end of file unexpected (expecting "done")`, "syntax error: unexpected end of file"},
	{"echo a; fi", `syntax error: unexpected "fi"`, `Syntax error: "fi" unexpected`, "syntax error near unexpected token `fi'"},
	{"echo (", `syntax error: unexpected end of file (expecting ")")`, `Syntax error: end of file unexpected (expecting ")")`,
		"syntax error near unexpected token `newline'"},
	{"true && && false", `syntax error: unexpected "&&"`, `Syntax error: "&&" unexpected`, "syntax error near unexpected token `&&'"},
	{"echo 'open", "syntax error: unterminated quoted string", "Syntax error: Unterminated quoted string",
		"unexpected EOF while looking for matching `''"},
	{"a=(1 2)", `syntax error: unexpected "("`, `Syntax error: "(" unexpected`, ""},
	{"function f { :; }", "", `Syntax error: "}" unexpected`, ""},
}

func TestMistakes(t *testing.T) {
	for _, test := range tests {
		for d, want := range map[dialect.Dialect]string{dialect.Ash: test.ash, dialect.Dash: test.dash, dialect.Bash: test.bash} {
			got := ""
			if m := grammar.Read(test.src, d, special).Mistake; m != nil {
				got = m.Text
			}
			if got != want {
				t.Errorf("dialect %d: %q: %q, want %q", d, test.src, got, want)
			}
		}
	}
}

// What stands on the lines before a mistake is done with.
func TestDone(t *testing.T) {
	r := grammar.Read("echo a\necho b\nfi\n", dialect.Dash, special)
	if r.Mistake == nil || r.Done != len("echo a\necho b\n") || r.Line(r.Mistake.Off) != 3 {
		t.Errorf("done up to %d, %+v on line %d", r.Done, r.Mistake, r.Line(r.Mistake.Off))
	}
}

func TestUnclosedDocument(t *testing.T) {
	r := grammar.Read("cat <<A\ntext\n", dialect.Bash, special)
	if r.Mistake != nil || len(r.Unclosed) != 1 || r.Unclosed[0].Mark != "A" || r.Unclosed[0].Line != 1 {
		t.Errorf("%+v, %+v", r.Mistake, r.Unclosed)
	}
}

// What dash takes for plain words is hidden from a parser that sees bash, and
// places in the edited program lead back.
func TestEdits(t *testing.T) {
	src := "echo {a,b} <(x)"
	r := grammar.Read("let x=1; echo $'a'", dialect.Dash, special)
	text, edits := r.Apply("let x=1; echo $'a'")
	if len(edits) == 0 || text == src {
		t.Fatalf("no edit: %q", text)
	}
	if at := grammar.Original(edits, len(text)); at != len("let x=1; echo $'a'") {
		t.Errorf("the end leads back to %d", at)
	}
}

func FuzzRead(f *testing.F) {
	for _, test := range tests {
		f.Add(test.src, 0)
	}
	f.Fuzz(func(t *testing.T, src string, d int) {
		if d < 0 || d > 2 {
			return
		}
		r := grammar.Read(src, dialect.Dialect(d), special)
		if r.Done < 0 || r.Done > len(src) {
			t.Errorf("%q: done up to %d of %d", src, r.Done, len(src))
		}
		text, edits := r.Apply(src)
		if len(edits) == 0 && text != src {
			t.Errorf("%q became %q without an edit", src, text)
		}
	})
}
