package lab

import "testing"

func TestMoveLines(t *testing.T) {
	const text = "# syntax=docker/dockerfile:1\nFROM alpine\n\n# why a\n# and how\nCOPY a \\\n  /a\nRUN b\n# last\nCMD c"
	a, b, c := Lines{6, 7}, Lines{8, 8}, Lines{10, 10}
	for _, test := range []struct {
		name     string
		from, to Lines
		behind   bool
		want     string
	}{
		{"behind the next", a, b, true, "# syntax=docker/dockerfile:1\nFROM alpine\n\nRUN b\n# why a\n# and how\nCOPY a \\\n  /a\n# last\nCMD c"},
		{"before the one above with its comments", b, a, false, "# syntax=docker/dockerfile:1\nFROM alpine\n\nRUN b\n# why a\n# and how\nCOPY a \\\n  /a\n# last\nCMD c"},
		{"the last, which has no line break", c, b, false, "# syntax=docker/dockerfile:1\nFROM alpine\n\n# why a\n# and how\nCOPY a \\\n  /a\n# last\nCMD c\nRUN b"},
		{"to the end", a, c, true, "# syntax=docker/dockerfile:1\nFROM alpine\n\nRUN b\n# last\nCMD c\n# why a\n# and how\nCOPY a \\\n  /a"},
	} {
		if got := moveLines(text, test.from, test.to, test.behind); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
	// A directive belongs to the file, not to the instruction below it.
	if got := moveLines("# escape=`\nARG A\nARG B\n", Lines{2, 2}, Lines{3, 3}, true); got != "# escape=`\nARG B\nARG A\n" {
		t.Errorf("the directive moved: %q", got)
	}
}
