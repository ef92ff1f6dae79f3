package dockerfile

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// logical is an instruction on one line, as the parser joins it, and for each
// of its bytes the offset in the source.
type logical struct {
	text string
	at   []int
	last int // the last source line that belongs to it
}

// join joins the lines from first on as parser.Parse does: the continuation
// mark and what follows it go, comments and empty lines between are left out,
// leading space goes on the first line only.
func join(s *source, first int, escape byte) logical {
	var text []byte
	l := logical{last: first}
	for n := first; n <= s.lines(); n++ {
		l.last = n
		raw := s.line(n)
		line := bytes.TrimRight(raw, "\r\n")
		offset := s.start(n)
		if n == first {
			trimmed := trimLine(s, n)
			offset += len(line) - len(trimmed)
			line = trimmed
		} else {
			blank := bytes.TrimLeftFunc(line, unicode.IsSpace)
			if len(blank) == 0 || blank[0] == '#' {
				continue
			}
		}
		kept, goesOn := cutContinuation(line, escape)
		for i := range kept {
			l.at = append(l.at, offset+i)
		}
		text = append(text, kept...)
		if !goesOn {
			break
		}
	}
	l.text = string(text)
	return l
}

// Joined is an instruction on one line, as BuildKit joins its lines.
type Joined struct {
	// Text is without continuation marks, comments between and leading space.
	Text string
	// Offsets holds for every byte of Text where it stands in the source.
	Offsets []int
	// Last is the last line that belongs to it.
	Last int
}

// Join joins the lines of the instruction that begins on the line first. Here
// documents are not part of it.
func (f *File) Join(first int) Joined {
	l := join(f.source(), first, byte(f.Escape))
	return Joined{Text: l.text, Offsets: l.at, Last: l.last}
}

// GoesOn tells whether a line ends in a continuation mark.
func (f *File) GoesOn(line int) bool {
	_, on := cutContinuation(bytes.TrimRight(f.source().line(line), "\r\n"), byte(f.Escape))
	return on
}

// Lines is the number of lines, a last one without text included.
func (f *File) Lines() int { return len(f.source().starts) }

// Line is the text of a line without its end.
func (f *File) Line(n int) string {
	return string(bytes.TrimRight(f.source().line(n), "\r\n"))
}

// cutContinuation takes the continuation mark off a line, if there is one: the
// escape token as the last character that is no blank, unless another escape
// token stands before it.
func cutContinuation(line []byte, escape byte) (kept []byte, goesOn bool) {
	t := bytes.TrimRight(line, " \t")
	n := len(t)
	if n == 0 || t[n-1] != escape || n > 1 && t[n-2] == escape {
		return line, false
	}
	return t[:n-1], true
}

// span turns a range of bytes of l into source offsets.
func (l logical) span(from, to int) (int, int) {
	if from >= to || to > len(l.at) {
		return 0, 0
	}
	return l.at[from], l.at[to-1] + 1
}

var blanks = regexp.MustCompile(`[\t\v\f\r ]+`)

// keyword gives the place of the first word in l and where the rest begins, as
// the parser's splitCommand cuts.
func (l logical) keyword() (from, to, rest int) {
	from = len(l.text) - len(strings.TrimLeftFunc(l.text, unicode.IsSpace))
	line := strings.TrimRightFunc(l.text, unicode.IsSpace)
	if from >= len(line) {
		return 0, 0, 0
	}
	gap := blanks.FindStringIndex(line[from:])
	if gap == nil {
		return from, len(line), len(line)
	}
	return from, from + gap[0], from + gap[1]
}

// flagWord is the place of a flag in a logical line.
type flagWord struct{ from, to int }

// flagWords finds the flags from offset rest on. It walks as the parser's
// extractBuilderFlags does, byte for byte, its oddities included, so that the
// words found are those of Node.Flags.
func (l logical) flagWords(rest int, escape rune) []flagWord {
	line := strings.TrimRightFunc(l.text, unicode.IsSpace)
	var words []flagWord
	for pos := rest; pos < len(line); {
		if unicode.IsSpace(rune(line[pos])) {
			pos++
			continue
		}
		if !strings.HasPrefix(line[pos:], "--") {
			break
		}
		from, length := pos, 0
		quote, quoted := byte(0), false
		for ; pos < len(line); pos++ {
			ch := line[pos]
			if quote == 0 && unicode.IsSpace(rune(ch)) {
				break
			}
			switch {
			case quote == 0 && (ch == '\'' || ch == '"'):
				quote, quoted = ch, true
				continue
			case quote != 0 && ch == quote:
				quote = 0
				continue
			case rune(ch) == escape:
				if pos+1 == len(line) {
					continue
				}
				pos++
			}
			length++
		}
		pos = min(pos, len(line))
		if line[from:pos] == "--" {
			break
		}
		if quoted || length > 0 {
			words = append(words, flagWord{from, pos})
		}
	}
	return words
}

// place fills in the ranges of in from the source.
func (in *Instruction) place(s *source, escape rune) {
	l := join(s, in.first, byte(escape))
	if in.node == nil {
		in.Original = l.text
	}
	from, to, rest := l.keyword()
	start, end := l.span(from, to)
	if end == 0 {
		start = s.start(in.first)
		end = start + len(bytes.TrimRight(s.line(in.first), "\r\n"))
	}
	in.Keyword = strings.ToUpper(l.text[from:to])
	in.KeywordRange = s.span(start, end)

	in.Range = s.span(start, max(end, lastByte(s, in.first, in.last)))
	if in.node == nil {
		return
	}
	if len(in.node.Heredocs) > 0 {
		last := s.start(in.last) + len(bytes.TrimRight(s.line(in.last), "\r\n"))
		in.Range.End = s.position(last)
		in.placeHeredocs(s, l)
	}
	in.placeFlags(s, l, rest, escape)
}

// lastByte is the offset behind the last character that is no space in the
// lines first to last.
func lastByte(s *source, first, last int) int {
	from := s.start(first)
	text := bytes.TrimRightFunc(s.text[from:s.start(last+1)], unicode.IsSpace)
	return from + len(text)
}

func (in *Instruction) placeFlags(s *source, l logical, rest int, escape rune) {
	words := l.flagWords(rest, escape)
	for i, arg := range in.node.Flags {
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		f := Flag{Name: name, Value: value, HasValue: hasValue, Range: in.KeywordRange}
		if len(words) == len(in.node.Flags) {
			w := words[i]
			f.Range = s.span(l.span(w.from, w.to))
			if eq := strings.IndexByte(l.text[w.from:w.to], '='); hasValue && eq >= 0 {
				if from := w.from + eq + 1; from < w.to {
					f.ValueRange = s.span(l.span(from, w.to))
				} else {
					f.ValueRange = Range{Start: f.Range.End, End: f.Range.End}
				}
			}
		}
		in.Flags = append(in.Flags, f)
	}
}

func (in *Instruction) placeHeredocs(s *source, l logical) {
	operator, line := 0, l.last+1
	for _, doc := range in.node.Heredocs {
		h := Heredoc{
			Name: doc.Name, FileDescriptor: doc.FileDescriptor,
			Expand: doc.Expand, Chomp: doc.Chomp, Content: doc.Content,
			Range: in.KeywordRange,
		}
		if from, to := findOperator(l.text, operator, doc.Name); to > 0 {
			h.Range = s.span(l.span(from, to))
			operator = to
		}
		first := line
		for !isTerminator(s.line(line), doc) && line < in.last {
			line++
		}
		h.Body = s.span(s.start(first), s.start(line))
		word := bytes.TrimRight(s.line(line), "\r\n")
		tabs := len(word) - len(bytes.TrimLeft(word, "\t"))
		if !doc.Chomp {
			tabs = 0
		}
		h.Close = s.span(s.start(line)+tabs, s.start(line)+len(word))
		line++
		in.Heredocs = append(in.Heredocs, h)
	}
}

func isTerminator(line []byte, doc parser.Heredoc) bool {
	line = bytes.TrimRight(line, "\r\n")
	if doc.Chomp {
		line = bytes.TrimLeft(line, "\t")
	}
	return string(line) == doc.Name
}

var operatorPattern = regexp.MustCompile(`\d*<<-?[\t\r ]*`)

// findOperator finds the operator and word of a here document from offset on.
func findOperator(line string, offset int, name string) (from, to int) {
	for offset < len(line) {
		m := operatorPattern.FindStringIndex(line[offset:])
		if m == nil {
			return 0, 0
		}
		word := line[offset+m[1]:]
		// The word may be quoted in part or whole: walk it beside the name.
		i, n := 0, 0
		for i < len(word) {
			if n < len(name) && word[i] == name[n] {
				n++
			} else if word[i] != '\'' && word[i] != '"' && word[i] != '\\' {
				break
			}
			i++
		}
		if n == len(name) {
			return offset + m[0], offset + m[1] + i
		}
		offset += m[1]
	}
	return 0, 0
}
