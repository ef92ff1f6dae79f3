package dockerfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// The errors of parser.Parse that do not belong to an instruction.
const (
	errNoInstructions = "file with no instructions"
	errEmpty          = "the Dockerfile cannot be empty"
	errUnterminated   = "unterminated heredoc"
)

// tree is the syntax tree of a file with the syntax errors beside it.
type tree struct {
	nodes    []*parser.Node
	warnings []parser.Warning
	faults   []fault
	escape   rune
}

// fault is a syntax error in the lines first to last.
type fault struct {
	first, last int
	text        string
	// instruction: the lines are an instruction that is missing in nodes.
	instruction bool
}

// parseTree reads the whole text. parser.Parse gives up at the first error, so
// the text is then read in pieces: what stands before the faulty lines, and
// what follows them, line numbers put right.
func parseTree(s *source) *tree {
	t := &tree{escape: escapeToken(s)}
	if len(s.text) == 0 {
		t.faults = append(t.faults, fault{first: 1, last: 1, text: errEmpty})
		return t
	}
	for from := 1; from <= s.lines(); {
		from = t.piece(s, from)
	}
	return t
}

// piece reads from line from on, up to the first error or the end, and gives
// the line where reading goes on.
func (t *tree) piece(s *source, from int) int {
	end := s.lines()
	res, err := t.parse(s, from, end)
	if err == nil {
		t.add(res)
		return end + 1
	}

	f := fault{text: err.Error(), instruction: true}
	f.first, f.last = errorLines(err)
	shift := t.shift(from)
	f.first, f.last = f.first+shift, f.last+shift

	switch {
	case res != nil, f.text == errNoInstructions:
		// The scanner stops at a line beyond its buffer. When no instruction
		// came before it, the parser only says that there is none.
		f.instruction = false
		f.first = longLine(s, from)
		if f.first == 0 {
			if len(t.nodes) == 0 && len(t.faults) == 0 {
				last := max(end, 1)
				t.faults = append(t.faults, fault{first: last, last: last, text: f.text})
			}
			return end + 1
		}
		f.last = f.first
		if len(t.nodes) > 0 || len(t.faults) > 0 {
			f.text = err.Error()
			if f.text == errNoInstructions {
				f.text = errLongLine
			}
		}
		if res != nil {
			t.add(res)
		}
	case strings.HasPrefix(f.text, "invalid escape token"), strings.HasPrefix(f.text, "only one "):
		// A directive: located by the number of lines before it.
		f.instruction = false
		f.first++
		f.last = f.first
	default:
		if before, err := t.parse(s, from, f.first-1); err == nil {
			t.add(before)
		}
		if f.text == errUnterminated {
			// All that follows is the body of the here document.
			f.last = end
		}
	}
	t.faults = append(t.faults, f)
	return max(f.last, from) + 1
}

const errLongLine = "dockerfile line greater than max allowed size of 65535"

// prefix stands before a piece that does not begin the file. It hands on the
// escape token and keeps the parser from taking comments for directives.
func (t *tree) prefix(from int) string {
	switch {
	case from == 1:
		return ""
	case t.escape == '`':
		return "# escape=`\n#\n"
	}
	return "#\n"
}

// shift is what turns line numbers of a piece into those of the file.
func (t *tree) shift(from int) int {
	return from - 1 - strings.Count(t.prefix(from), "\n")
}

// parse reads the lines from to last, with line numbers of the file.
func (t *tree) parse(s *source, from, last int) (*parser.Result, error) {
	res, err := parser.Parse(io.MultiReader(
		strings.NewReader(t.prefix(from)),
		bytes.NewReader(s.text[s.start(from):s.start(last+1)]),
	))
	if res == nil {
		return nil, err
	}
	shift := t.shift(from)
	for _, n := range res.AST.Children {
		n.StartLine += shift
		n.EndLine += shift
	}
	for _, w := range res.Warnings {
		w.Location.Start.Line += shift
		w.Location.End.Line += shift
	}
	return res, err
}

func (t *tree) add(res *parser.Result) {
	t.nodes = append(t.nodes, res.AST.Children...)
	t.warnings = append(t.warnings, res.Warnings...)
}

// errorLines gives the first and last line an error of the parser names.
func errorLines(err error) (first, last int) {
	var at *parser.LocationError
	if !errors.As(err, &at) || len(at.Locations) == 0 || len(at.Locations[0]) == 0 {
		return 0, 0
	}
	lines := at.Locations[0]
	return lines[0].Start.Line, lines[len(lines)-1].End.Line
}

// longLine finds the first line, from on, that bufio.Scanner cannot hold; 0
// when there is none.
func longLine(s *source, from int) int {
	for n := from; n <= s.lines(); n++ {
		line := s.line(n)
		size := len(line)
		if !bytes.HasSuffix(line, []byte("\n")) {
			size++ // at the end of the file the scanner must see one byte more
		}
		if size > bufio.MaxScanTokenSize {
			return n
		}
	}
	return 0
}

// escapeToken follows the directives at the head of the file as parser.Parse
// does, which tells the token only when it finds no error.
func escapeToken(s *source) rune {
	var directives parser.DirectiveParser
	for n := 1; n <= s.lines(); n++ {
		d, err := directives.ParseLine(trimLine(s, n))
		if err != nil || d == nil {
			break
		}
		if d.Name == "escape" {
			if d.Value == "`" {
				return '`'
			}
			break
		}
	}
	return parser.DefaultEscapeToken
}

// trimLine is line n without terminator, leading space and byte order mark.
func trimLine(s *source, n int) []byte {
	line := s.line(n)
	if n == 1 {
		line = bytes.TrimPrefix(line, []byte(byteOrderMark))
	}
	return bytes.TrimLeftFunc(bytes.TrimRight(line, "\r\n"), unicode.IsSpace)
}

const byteOrderMark = "\xEF\xBB\xBF"
