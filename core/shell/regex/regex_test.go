package regex_test

import (
	"fmt"
	"slices"
	"testing"

	"layerlab.dev/core/shell/regex"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		expr  string
		flags regex.Flags
		text  string
		want  []int
	}{
		{`a*b`, 0, "xaab", []int{1, 4}},
		{`a\+`, 0, "baa", []int{1, 3}},
		{`a+`, 0, "a+", []int{0, 2}},
		{`\(a\)\(b\)*`, 0, "ab", []int{0, 2, 0, 1, 1, 2}},
		{`x|xy`, regex.Extended, "xy", []int{0, 2}},
		{`(a*)\1b`, regex.Extended, "aaab", []int{1, 4, 1, 2}},
		{`^b`, 0, "ab", nil},
		{`*a`, 0, "*a", []int{0, 2}},
		{`[]a]`, 0, "]", []int{0, 1}},
		{`[[:digit:]]{2,3}`, regex.Extended, "a1234", []int{1, 4}},
		{`\<foo\>`, 0, "a foo b", []int{2, 5}},
		{`\w+`, regex.Extended, "  ab_1 ", []int{2, 6}},
		{`a.c`, 0, "a\xffc", []int{0, 3}},
		{`가.다`, 0, "가나다", nil},
		{`가.다`, regex.UTF8, "가나다", []int{0, 9}},
		{`ABC`, regex.FoldCase, "xabc", []int{1, 4}},
		{`a\{2\}`, 0, "aaa", []int{0, 2}},
		{`a{,2}`, regex.Extended, "aaa", []int{0, 2}},
	} {
		re, err := regex.Compile(c.expr, c.flags)
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		if got := re.Match(c.text, 0, false); !slices.Equal(got, c.want) {
			t.Errorf("%s on %q: %v, want %v", c.expr, c.text, got, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for expr, want := range map[string]string{
		`\(a`: `Unmatched ( or \(`, `[a`: "Unmatched [, [^, [:, [., or [=", `a\`: "Trailing backslash",
		`\1`: "Invalid back reference", `a\{1`: `Unmatched \{`, `[b-a]`: "Invalid range end",
	} {
		if _, err := regex.Compile(expr, 0); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
	}
}

func Example() {
	re, _ := regex.Compile(`\([a-z]*\)=\(.*\)`, 0)
	m := re.Match("port=80", 0, false)
	fmt.Println(m)
	// Output: [0 7 0 4 5 7]
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`a*`, `\(a\)\1`, `[[:alpha:]]`, `x{1,3}`, `(a|b)+`, `[^]]`} {
		f.Add(s, "aab")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 100 || len(text) > 100 {
			return
		}
		for _, fl := range []regex.Flags{0, regex.Extended, regex.Extended | regex.UTF8 | regex.FoldCase, regex.Lines} {
			if re, err := regex.Compile(expr, fl); err == nil {
				re.Match(text, 0, false)
			}
		}
	})
}
