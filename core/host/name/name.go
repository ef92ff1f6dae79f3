// Package name makes the names of containers that nobody named, as docker does
// (pkg/namesgenerator).
package name

import (
	_ "embed"
	"fmt"
	"strings"
)

// words holds docker's words: what comes first, an empty line, what comes last.
//
//go:embed words.txt
var words string

var first, last = func() ([]string, []string) {
	a, b, _ := strings.Cut(words, "\n\n")
	return strings.Fields(a), strings.Fields(b)
}()

// Draw draws a name that is not taken. below gives a number from 0 to n-1.
func Draw(below func(n int) int, taken func(name string) bool) string {
	for try := 0; ; try++ {
		name := first[below(len(first))] + "_" + last[below(len(last))]
		if name == "boring_wozniak" { // docker's own exception
			continue
		}
		if try > 0 {
			name += fmt.Sprint(below(10))
		}
		if !taken(name) {
			return name
		}
	}
}
