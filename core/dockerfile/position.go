package dockerfile

import (
	"fmt"
	"sort"
	"unicode/utf8"
)

// Position is a point in the source. Line counts from 1. Column counts bytes
// from 0 within the line, of the source as given: a byte order mark takes the
// columns 0 to 2 of line 1. The zero Position is no position.
type Position struct {
	Line   int
	Column int
}

// String gives line:column, both counted from 1, as compilers print them.
func (p Position) String() string {
	return fmt.Sprintf("%d:%d", p.Line, p.Column+1)
}

// Before tells whether p comes before q.
func (p Position) Before(q Position) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

// Range is the source from Start up to, but not including, End.
type Range struct {
	Start Position
	End   Position
}

// String gives start-end.
func (r Range) String() string {
	return r.Start.String() + "-" + r.End.String()
}

// Contains tells whether p lies in r; the end of a range belongs to it here,
// because a cursor behind the last character still stands on the word.
func (r Range) Contains(p Position) bool {
	return !p.Before(r.Start) && !r.End.Before(p)
}

// source is a text with an index of its lines.
type source struct {
	text []byte
	// starts holds the offset of the first byte of every line; a text that
	// ends in a newline has an empty line more, where a cursor can stand.
	starts []int
}

func newSource(text []byte) *source {
	s := &source{text: text, starts: []int{0}}
	for i, b := range text {
		if b == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// lines is the number of lines a scanner would see.
func (s *source) lines() int {
	n := len(s.starts)
	if s.starts[n-1] == len(s.text) {
		n--
	}
	return n
}

// line is line n (from 1) with its terminator; nil when there is none.
func (s *source) line(n int) []byte {
	if n < 1 || n > s.lines() {
		return nil
	}
	return s.text[s.start(n):s.start(n+1)]
}

// start is the offset of the first byte of line n (from 1), the end of the
// text for a line behind the last.
func (s *source) start(n int) int {
	switch {
	case n < 1:
		return 0
	case n > len(s.starts):
		return len(s.text)
	}
	return s.starts[n-1]
}

func (s *source) position(offset int) Position {
	offset = max(0, min(offset, len(s.text)))
	n := sort.Search(len(s.starts), func(i int) bool { return s.starts[i] > offset })
	return Position{Line: n, Column: offset - s.starts[n-1]}
}

func (s *source) offset(p Position) int {
	if p.Line < 1 {
		return 0
	}
	return min(s.start(p.Line)+max(p.Column, 0), s.start(p.Line+1), len(s.text))
}

func (s *source) span(from, to int) Range {
	return Range{Start: s.position(from), End: s.position(to)}
}

// Offset is the byte offset of p in the source; a position outside gives the
// nearest offset inside.
func (f *File) Offset(p Position) int { return f.source().offset(p) }

// Position is the place of a byte offset of the source.
func (f *File) Position(offset int) Position { return f.source().position(offset) }

// UTF16 gives p as the Language Server Protocol counts: line from 0, character
// in UTF-16 code units from 0. A byte that is no UTF-8 counts as one unit.
func (f *File) UTF16(p Position) (line, character int) {
	s := f.source()
	text := s.text[s.start(p.Line):s.offset(p)]
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r > 0xFFFF {
			character++
		}
		character++
		text = text[size:]
	}
	return max(p.Line-1, 0), character
}

// FromUTF16 is the inverse of [File.UTF16].
func (f *File) FromUTF16(line, character int) Position {
	s := f.source()
	at := s.start(line + 1)
	text := s.text[at:s.start(line+2)]
	for len(text) > 0 && character > 0 {
		r, size := utf8.DecodeRune(text)
		if r > 0xFFFF {
			character--
		}
		character--
		text = text[size:]
		at += size
	}
	return Position{Line: line + 1, Column: at - s.start(line+1)}
}

// Text is the source within r.
func (f *File) Text(r Range) string {
	s := f.source()
	from, to := s.offset(r.Start), s.offset(r.End)
	return string(s.text[from:max(from, to)])
}
