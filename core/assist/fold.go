package assist

import (
	"slices"
	"strings"

	"layerlab.dev/core/dockerfile"
)

// Fold is a range of lines that can be hidden behind its first.
type Fold struct {
	First, Last int
}

// Folds gives the ranges of a file: stages, instructions of several lines,
// here documents, and comments of several lines. Ranges lie within each other
// or apart, and none begin on the same line.
func Folds(f *dockerfile.File) []Fold {
	var out []Fold
	add := func(first, last int) {
		if last > first {
			out = append(out, Fold{first, last})
		}
	}
	for _, s := range f.Stages {
		add(s.Range.Start.Line, s.Range.End.Line)
	}
	for _, in := range f.Instructions {
		add(in.Range.Start.Line, in.Range.End.Line)
		for i, h := range in.Heredocs {
			if i > 0 { // the first one begins where the instruction does
				add(h.Body.Start.Line, h.Close.End.Line)
			}
		}
	}
	inside := func(line int) bool {
		return slices.ContainsFunc(f.Instructions, func(in *dockerfile.Instruction) bool {
			first, last := in.Location()
			return first <= line && line <= last
		})
	}
	from := 0
	for n := 1; n <= f.Lines()+1; n++ {
		comment := n <= f.Lines() && strings.HasPrefix(strings.TrimSpace(f.Line(n)), "#") && !inside(n)
		if comment && from == 0 {
			from = n
		}
		if !comment && from > 0 {
			add(from, n-1)
			from = 0
		}
	}
	// Of two that begin alike the longer one stays: a FROM of several lines.
	slices.SortFunc(out, func(a, b Fold) int {
		if a.First != b.First {
			return a.First - b.First
		}
		return b.Last - a.Last
	})
	return slices.CompactFunc(out, func(a, b Fold) bool { return a.First == b.First })
}
