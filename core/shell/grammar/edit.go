package grammar

import (
	"slices"
	"strings"
)

// Edit is text put into the program at an offset for mvdan.cc/sh's parser.
type Edit struct {
	Off  int
	Text string
}

// Span is where an expansion stands.
type Span struct {
	From, To int
	Quoted   bool // between double quotes
	Document bool // in a here-document
}

func (g *Reading) edit(off int, text string) { g.edits = append(g.edits, Edit{off, text}) }

// Expansion returns the innermost arithmetic or parameter expansion at an
// offset, an empty one if there is none.
func (g *Reading) Expansion(off int) Span {
	best := Span{}
	for _, s := range g.spans {
		if s.From <= off && off <= s.To && (best.To == 0 || s.To-s.From < best.To-best.From) {
			best = s
		}
	}
	return best
}

// Defuse turns an expansion that mvdan.cc/sh refuses into a quoted string of
// the same text, and reports whether it could.
func (g *Reading) Defuse(s Span) bool {
	if s.To == 0 || s.Document || strings.ContainsAny(g.src[s.From+1:s.To], "\"\\`") {
		return false
	}
	for _, e := range g.edits {
		if e.Off == s.From && strings.HasSuffix(e.Text, `"\`) {
			return false
		}
	}
	if s.Quoted {
		g.edit(s.From, `""\`)
		g.edit(s.To, `""`)
	} else {
		g.edit(s.From, `"\`)
		g.edit(s.To, `"`)
	}
	return true
}

// Apply puts the edits into the program, of which src is the beginning, and
// returns it with them, for Original.
func (g *Reading) Apply(src string) (string, []Edit) {
	if len(g.edits) == 0 {
		return src, nil
	}
	slices.SortStableFunc(g.edits, func(a, b Edit) int { return a.Off - b.Off })
	var b strings.Builder
	at := 0
	for _, e := range g.edits {
		if e.Off >= len(src) {
			break
		}
		b.WriteString(src[at:e.Off] + e.Text)
		at = e.Off
	}
	b.WriteString(src[at:])
	return b.String(), g.edits
}

// Original takes an offset in an edited program back to the program.
func Original(edits []Edit, off int) int {
	back := 0
	for _, e := range edits {
		if e.Off+back >= off {
			break
		}
		back += len(e.Text)
	}
	return off - back
}
