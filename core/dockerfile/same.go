package dockerfile

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Same tells whether two instructions mean the same to BuildKit: the same
// words, flags, here documents and comment above, wherever they stand and
// however their keyword is written. One that could not be read is the same as
// none.
func (in *Instruction) Same(o *Instruction) bool {
	return in.node != nil && o.node != nil && sameNode(in.node, o.node) &&
		slices.EqualFunc(in.Comments, o.Comments, func(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) })
}

// sameNode compares an instruction with the words behind it.
func sameNode(a, b *parser.Node) bool {
	from := a != nil && strings.EqualFold(a.Value, "FROM")
	for n := 0; ; n++ {
		switch {
		case a == nil || b == nil:
			return a == b
		case n == 0 || n == 2 && from: // the words FROM and AS
			if !strings.EqualFold(a.Value, b.Value) {
				return false
			}
		case a.Value != b.Value:
			return false
		}
		switch {
		case !slices.Equal(a.Flags, b.Flags) || !sameHeredocs(a.Heredocs, b.Heredocs):
			return false
		case len(a.Attributes) != len(b.Attributes) || a.Attributes["json"] != b.Attributes["json"]:
			return false
		case len(a.Children) != len(b.Children):
			return false
		}
		for i := range a.Children {
			if !sameNode(a.Children[i], b.Children[i]) {
				return false
			}
		}
		a, b = a.Next, b.Next
	}
}

func sameHeredocs(a, b []parser.Heredoc) bool {
	return slices.EqualFunc(a, b, func(x, y parser.Heredoc) bool { return x == y })
}

// Same tells whether two files mean the same to BuildKit: the same directives
// and the same instructions.
func (f *File) Same(o *File) bool {
	return f.Escape == o.Escape && f.Syntax == o.Syntax &&
		f.Check.Error == o.Check.Error && f.Check.SkipAll == o.Check.SkipAll && slices.Equal(f.Check.Skip, o.Check.Skip) &&
		f.Check.ExperimentalAll == o.Check.ExperimentalAll && slices.Equal(f.Check.Experimental, o.Check.Experimental) &&
		slices.EqualFunc(f.Instructions, o.Instructions, func(a, b *Instruction) bool {
			return a.Same(b) || a.node == nil && b.node == nil && a.Original == b.Original
		})
}
