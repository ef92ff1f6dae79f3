package shell

import (
	"slices"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// builder puts a word together while it is expanded.
type builder struct {
	s    *Shell
	mode mode
	out  []string
	buf  []byte // the field so far; in modes other than plain, quoted specials are escaped
	// started is set once the field exists, be it empty.
	started bool
	globs   bool // buf has an unquoted special character
	escaped bool // buf has a backslash that is not part of the text
	blank   bool // the field before was ended by white space of IFS
	loose   bool // literal text is split too: the word of ${name-word}
}

type mode byte

const (
	plain     mode = iota // one string, quotes removed
	split                 // fields: split at IFS and expanded to paths
	pattern               // one pattern, quoted specials escaped
	regexText             // one regular expression, quoted specials escaped
)

// fields expands words to fields, as for a command.
func (s *Shell) fields(words []*syntax.Word) []string {
	b := s.spare
	if s.spare = nil; b == nil {
		b = &builder{}
	}
	*b = builder{s: s, mode: split, buf: b.buf[:0], out: make([]string, 0, len(words)+1)}
	defer func() { s.spare = b }()
	for _, w := range words {
		if len(w.Parts) == 1 {
			if l, ok := w.Parts[0].(*syntax.Lit); ok && simple(l.Value) {
				b.out = append(b.out, l.Value)
				continue
			}
		}
		if s.opt.brace && braced(w) {
			c := &syntax.Word{Parts: slices.Clone(w.Parts)}
			if syntax.SplitBraces(c) {
				for x, err := range expand.BracesSeq(nil, c) {
					if err != nil {
						s.fail(1, "%v", err)
					}
					b.field(x)
				}
				continue
			}
		}
		b.field(w)
	}
	return b.out
}

// simple reports whether a literal stands for itself.
func simple(s string) bool {
	if s == "[" {
		return true // the command: no pattern without its other bracket
	}
	for i := range len(s) {
		switch s[i] {
		case '\\', '*', '?', '[', '~', '{':
			return false
		}
	}
	return true
}

func braced(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok && strings.IndexByte(l.Value, '{') >= 0 {
			return true
		}
	}
	return false
}

// word expands a word to one string, as for an assignment.
func (s *Shell) word(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	if len(w.Parts) == 1 {
		switch p := w.Parts[0].(type) {
		case *syntax.Lit:
			if simple(p.Value) {
				return p.Value
			}
		case *syntax.SglQuoted:
			if !p.Dollar {
				return p.Value
			}
		}
	}
	b := builder{s: s, mode: plain}
	b.word(w, false)
	return string(b.buf)
}

// value expands the right side of an assignment: a tilde counts after ":".
func (s *Shell) value(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	if len(w.Parts) == 1 {
		if p, ok := w.Parts[0].(*syntax.Lit); ok && simple(p.Value) {
			return p.Value
		}
	}
	b := builder{s: s, mode: plain}
	b.word(w, true)
	return string(b.buf)
}

// pattern expands a word to a pattern.
func (s *Shell) pattern(w *syntax.Word, m mode) string {
	if w == nil {
		return ""
	}
	b := builder{s: s, mode: m}
	b.word(w, false)
	return string(b.buf)
}

// document expands the body of a here-document.
func (s *Shell) document(w *syntax.Word) string {
	b := builder{s: s, mode: plain}
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok {
			b.quotedLit(l.Value, true)
			continue
		}
		b.part(p, true)
	}
	return string(b.buf)
}

// length is the number of characters, which are bytes where the shell knows
// no UTF-8.
func (s *Shell) length(v string) int {
	if !s.utf8 && (s.dialect != Ash || s.p.Plain) {
		return len(v)
	}
	return utf8.RuneCountInString(v)
}

// text is the source of a part of the program.
func (s *Shell) text(n syntax.Node) string {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	if from < 0 || to > len(s.code.src) || from > to {
		return ""
	}
	return s.code.src[from:to]
}
