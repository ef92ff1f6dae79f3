package linediff_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/linediff"
)

// lcs is the length of the longest common subsequence, by the table.
func lcs(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// The changes must turn a into b, and be the fewest lines that do.
func TestChangesAreShortestAndRight(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list := func() []string {
		out := make([]string, r.IntN(12))
		for i := range out {
			out[i] = string(rune('a' + r.IntN(4)))
		}
		return out
	}
	for range 3000 {
		a, b := list(), list()
		var made []string
		at, lines := 0, 0
		for _, c := range linediff.Changes(a, b, nil) {
			made = append(append(made, a[at:c.A1]...), b[c.B1:c.B2]...)
			at = c.A2
			lines += c.A2 - c.A1 + c.B2 - c.B1
		}
		made = append(made, a[at:]...)
		if !slices.Equal(made, b) {
			t.Fatalf("%v to %v: the changes make %v", a, b, made)
		}
		if want := len(a) + len(b) - 2*lcs(a, b); lines != want {
			t.Fatalf("%v to %v: %d lines change, %d are enough", a, b, lines, want)
		}
	}
}

func TestChangesGiveUp(t *testing.T) {
	a, b := []string{"1", "2", "x", "3"}, []string{"1", "4", "x", "5", "3"}
	got := linediff.Changes(a, b, func(int) bool { return false })
	if want := []linediff.Change{{A1: 1, A2: 3, B1: 1, B2: 4}}; !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
}

func TestUnified(t *testing.T) {
	var long []string
	for i := range 20 {
		long = append(long, fmt.Sprintf("line %d\n", i+1))
	}
	changed := slices.Clone(long)
	changed[9] = "changed\n"
	near := slices.Clone(changed)
	near[11] = "too\n"
	for _, test := range []struct {
		name string
		a, b []string
		want string
	}{
		{"alike", long, long, ""},
		{"all new", nil, []string{"a", "b"}, "+a|+b"},
		{"all gone", []string{"a"}, nil, "-a"},
		{"in the middle", long, changed, "@| line 9| -line 10| +changed| line 11|@"},
		{"two changes close together", long, near, "@| line 9| -line 10| +changed| line 11| -line 12| +too| line 13|@"},
		{"line break at the end", linediff.Split("a\nb"), linediff.Split("a\nb\n"), " a|-b|+b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, l := range linediff.Unified(test.a, test.b, 1, nil) {
				got = append(got, strings.TrimSpace(string(l.Sign)+strings.TrimSuffix(l.Text, "\n")))
			}
			want := strings.Split(strings.ReplaceAll(test.want, "| ", "|"), "|")
			for i := range want {
				want[i] = strings.TrimSpace(want[i])
			}
			if len(got) == 0 {
				got = []string{""}
			}
			if !slices.Equal(got, want) {
				t.Errorf("lines %q, want %q", got, want)
			}
		})
	}
}

func FuzzUnified(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nc\n", 1)
	f.Add("", "x", 0)
	f.Add("a\nb\nc\n", "x\nb\ny\n", 3)
	f.Fuzz(func(t *testing.T, a, b string, around int) {
		if len(a)+len(b) > 1000 || around < 0 || around > 100 {
			return
		}
		x, y := linediff.Split(a), linediff.Split(b)
		old, now := 0, 0
		for _, l := range linediff.Unified(x, y, around, nil) {
			if l.Sign == '@' {
				continue
			}
			if l.Old > 0 && (l.Old <= old || x[l.Old-1] != l.Text) || l.New > 0 && (l.New <= now || y[l.New-1] != l.Text) {
				t.Fatalf("%q to %q: line %+v", a, b, l)
			}
			old, now = max(old, l.Old), max(now, l.New)
		}
	})
}

func ExampleUnified() {
	for _, l := range linediff.Unified(linediff.Split("one\ntwo\n"), linediff.Split("one\n2\n"), 3, nil) {
		fmt.Printf("%c%s", l.Sign, l.Text)
	}
	// Output:
	//  one
	// -two
	// +2
}

// A gap has the numbers of the first lines that it leaves out on either side.
func TestGapsAreNumbered(t *testing.T) {
	var a []string
	for i := range 30 {
		a = append(a, fmt.Sprint(i))
	}
	b := slices.Concat(a[:5], []string{"x", "y"}, a[5:20], a[21:])
	var gaps []string
	for _, l := range linediff.Unified(a, b, 1, nil) {
		if l.Sign == '@' {
			gaps = append(gaps, fmt.Sprint(l.Old, " ", l.New))
		}
	}
	if want := []string{"1 1", "7 9", "23 24"}; !slices.Equal(gaps, want) {
		t.Errorf("gaps at %q, want %q", gaps, want)
	}
}
