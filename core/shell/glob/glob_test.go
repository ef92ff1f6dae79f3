package glob_test

import (
	"fmt"
	"testing"

	"layerlab.dev/core/shell/glob"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		flags      glob.Flags
		want       bool
	}{
		{"*", "", 0, true}, {"*.c", "a.c", 0, true}, {"a*b*c", "aXbYc", 0, true}, {"a*b*c", "aXbY", 0, false},
		{"[a-c]", "b", 0, true}, {"[!a-c]", "b", 0, false}, {"[]x]", "]", 0, true}, {"[[:digit:]]", "5", 0, true},
		{`\*`, "*", 0, true}, {`\*`, "a", 0, false}, {"?", "가", 0, true}, {"?", "가", glob.Bytes, false},
		{"*", "a/b", glob.PathName, false}, {"*", ".x", glob.Period, false}, {"A", "a", glob.FoldCase, true},
		{"@(a|b)c", "bc", glob.Extended, true}, {"!(a)", "b", glob.Extended, true}, {"+(ab)", "abab", glob.Extended, true},
		{"*(x)y", "xxxy", glob.Extended, true}, {"?(a)b", "b", glob.Extended, true}, {"[", "[", 0, true}, {"[a", "[a", 0, true},
	} {
		if got := glob.Match(c.pattern, c.s, c.flags); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.s, got)
		}
	}
}

func Example() {
	fmt.Println(glob.Match("*.tar.[gx]z", "app-1.2.tar.gz", 0))
	// Output: true
}

func FuzzMatch(f *testing.F) {
	f.Add("*a[b-c]?", "xab")
	f.Add("!(a|+(b))", "bbb")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) < 40 && len(s) < 40 {
			glob.Match(pattern, s, 0)
			glob.Match(pattern, s, glob.Extended|glob.FoldCase)
		}
	})
}
