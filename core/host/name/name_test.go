package name_test

import (
	"regexp"
	"testing"

	"layerlab.dev/core/host/name"
)

func TestDraw(t *testing.T) {
	n := 0
	below := func(m int) int { n += 7919; return n % m }
	form := regexp.MustCompile(`^[a-z]+_[a-z]+[0-9]?$`)
	taken := map[string]bool{}
	for range 2000 {
		got := name.Draw(below, func(s string) bool { return taken[s] })
		if taken[got] || !form.MatchString(got) || got == "boring_wozniak" {
			t.Fatal(got)
		}
		taken[got] = true
	}
	// What is taken comes with a digit.
	first := true
	got := name.Draw(func(int) int { return 3 }, func(string) bool { f := first; first = false; return f })
	if got[len(got)-1] != '3' {
		t.Error(got)
	}
}
