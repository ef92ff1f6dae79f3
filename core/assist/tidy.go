package assist

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"layerlab.dev/core/dockerfile"
)

// Tidy gives the file as it should look: keywords in upper case, one blank
// between words, continued lines indented by four, an empty line before each
// stage, none twice.
//
// It means the same to BuildKit, to the last digest. So the text of a command
// in shell form stays as it is, its indentation included: it is part of the
// image's history. So does an instruction that could not be read, and a file
// with carriage returns.
func Tidy(f *dockerfile.File) []byte {
	if bytes.ContainsRune(f.Source, '\r') {
		return f.Source
	}
	t := tidier{f: f}
	t.read()
	out := t.write()
	if len(out) == 0 || !f.Same(dockerfile.Parse(f.Name, out, dockerfile.Options{})) {
		return f.Source
	}
	return out
}

// indent stands before continued lines.
const indent = "    "

type itemKind int

const (
	blankItem itemKind = iota
	commentItem
	instructionItem
)

// item is a piece of the file that stays together.
type item struct {
	kind  itemKind
	lines []string
	from  bool // a FROM with a stage before it
}

type tidier struct {
	f     *dockerfile.File
	items []item
}

// read takes the file apart.
func (t *tidier) read() {
	f := t.f
	starts := map[int]*dockerfile.Instruction{}
	for _, in := range f.Instructions {
		first, _ := in.Location()
		starts[first] = in
	}
	stages := 0
	for n := 1; n <= f.Lines(); n++ {
		if in := starts[n]; in != nil {
			_, last := in.Location()
			it := item{kind: instructionItem, lines: t.instruction(in), from: in.Keyword == "FROM" && stages > 0}
			if in.Keyword == "FROM" {
				stages++
			}
			t.items = append(t.items, it)
			n = max(n, last)
			continue
		}
		line := f.Line(n)
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "":
			t.items = append(t.items, item{kind: blankItem, lines: []string{""}})
		case trimmed[0] == '#':
			// Its indentation stays: BuildKit reads an indented one differently.
			t.items = append(t.items, item{kind: commentItem, lines: []string{strings.TrimRight(line, " \t")}})
		default:
			// Not read: perhaps a byte order mark before a comment.
			t.items = append(t.items, item{kind: instructionItem, lines: []string{line}})
		}
	}
}

// write puts the pieces together.
func (t *tidier) write() []byte {
	// No two empty lines, and none at the ends; one at the head stays before a
	// comment, which could become a directive without it.
	items := slices.CompactFunc(t.items, func(a, b item) bool { return a.kind == blankItem && b.kind == blankItem })
	if len(items) > 1 && items[0].kind == blankItem && items[1].kind != commentItem {
		items = items[1:]
	}
	if n := len(items); n > 0 && items[n-1].kind == blankItem {
		items = items[:n-1]
	}
	for i := len(items) - 1; i > 0; i-- {
		if !items[i].from {
			continue
		}
		at := i
		for at > 0 && items[at-1].kind == commentItem {
			at--
		}
		if at > 0 && items[at-1].kind != blankItem {
			items = slices.Insert(items, at, item{kind: blankItem, lines: []string{""}})
		}
	}
	var b bytes.Buffer
	for _, it := range items {
		for _, line := range it.lines {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// instruction gives the lines of an instruction as they should be: the first
// of several ways to write them that means the same.
func (t *tidier) instruction(in *dockerfile.Instruction) []string {
	first, last := in.Location()
	var lines []string
	for n := first; n <= last; n++ {
		lines = append(lines, t.f.Line(n))
	}
	if in.Command == nil && in.Keyword != "FROM" {
		return lines // it could not be read
	}
	// Here documents stay as they are.
	head := min(t.f.Join(first).Last-first+1, len(lines))
	for _, way := range []func(*dockerfile.Instruction, []string) []string{t.array, t.words, t.command, t.keyword} {
		if better := way(in, lines[:head]); better != nil {
			all := slices.Concat(better, lines[head:])
			if t.same(in, all) {
				return all
			}
		}
	}
	return lines
}

// same tells whether lines mean what an instruction does.
func (t *tidier) same(in *dockerfile.Instruction, lines []string) bool {
	var b strings.Builder
	if t.f.Escape == '`' {
		b.WriteString("# escape=`\n")
	}
	b.WriteString("\n") // so that a comment is no directive
	for _, c := range in.Comments {
		b.WriteString("# " + c + "\n")
	}
	b.WriteString(strings.Join(lines, "\n") + "\n")
	f := dockerfile.Parse("", []byte(b.String()), dockerfile.Options{})
	if len(f.Instructions) != 1 {
		return false
	}
	f.Instructions[0].Comments = in.Comments
	return in.Same(f.Instructions[0])
}

// cut takes a line apart: its text and whether it goes on.
func (t *tidier) cut(line string) (text string, goesOn bool) {
	text = strings.TrimRight(line, " \t")
	mark := string(t.f.Escape)
	if strings.HasSuffix(text, mark) && !strings.HasSuffix(text, mark+mark) {
		return strings.TrimSuffix(text, mark), true
	}
	return text, false
}

// join is the inverse of cut.
func (t *tidier) join(text string, goesOn bool) string {
	if !goesOn {
		return text
	}
	if text = strings.TrimRight(text, " \t"); text == "" {
		return indent + string(t.f.Escape)
	}
	return text + " " + string(t.f.Escape)
}

// opening is keyword and flags, one blank between, and the text behind them.
func (t *tidier) opening(text string) (head, rest string) {
	text = strings.TrimLeft(strings.TrimPrefix(text, "\xEF\xBB\xBF"), " \t")
	words := splitWords(text)
	if len(words) == 0 {
		return "", ""
	}
	head = strings.ToUpper(text[:words[0].to])
	end := words[0].to
	for _, w := range words[1:] {
		if !strings.HasPrefix(text[w.from:w.to], "--") {
			break
		}
		head, end = head+" "+text[w.from:w.to], w.to
	}
	return head, strings.TrimLeft(text[end:], " \t")
}

// array writes a JSON array that stands on one line.
func (t *tidier) array(in *dockerfile.Instruction, lines []string) []string {
	if len(lines) != 1 {
		return nil
	}
	head, rest := t.opening(lines[0])
	before, array := "", rest
	if in.Keyword == "HEALTHCHECK" && len(rest) > 4 && strings.EqualFold(rest[:3], "CMD") {
		before, array = rest[:3]+" ", strings.TrimSpace(rest[3:])
	}
	var words []string
	if !strings.HasPrefix(array, "[") || json.Unmarshal([]byte(array), &words) != nil || len(words) == 0 {
		return nil
	}
	return []string{head + " " + before + jsonArray(words)}
}

// words writes an instruction in which blanks only separate.
func (t *tidier) words(in *dockerfile.Instruction, lines []string) []string {
	switch in.Keyword {
	case "FROM", "ARG", "ENV", "LABEL", "EXPOSE", "VOLUME", "COPY", "ADD", "HEALTHCHECK", "SHELL":
	default:
		return nil
	}
	var out []string
	for i, line := range lines {
		if trimmed := strings.TrimSpace(line); i > 0 && (trimmed == "" || trimmed[0] == '#') {
			if trimmed != "" {
				out = append(out, indent+trimmed)
			}
			continue
		}
		text, goesOn := t.cut(line)
		var words []string
		if i == 0 {
			text = strings.TrimPrefix(text, "\xEF\xBB\xBF")
		}
		for _, w := range splitWords(text) {
			words = append(words, text[w.from:w.to])
		}
		if i == 0 && len(words) > 0 {
			words[0] = strings.ToUpper(words[0])
		}
		if n := len(words); in.Keyword == "FROM" && n > 2 && strings.EqualFold(words[n-2], "as") {
			words[n-2] = "AS"
		}
		text = strings.Join(words, " ")
		if i > 0 && text != "" {
			text = indent + text
		}
		out = append(out, t.join(text, goesOn))
	}
	return out
}

// command writes keyword and flags, and leaves a command as it is but for what
// stands around it.
func (t *tidier) command(in *dockerfile.Instruction, lines []string) []string {
	var out []string
	flags := true // no line of the command was met
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		text, goesOn := t.cut(line)
		switch {
		case i == 0:
			head, rest := t.opening(text)
			if rest == "" {
				out = append(out, t.join(head, goesOn))
				continue
			}
			flags = false
			out = append(out, t.mark(head+" "+rest, goesOn))
			continue
		case trimmed == "":
			continue
		case trimmed[0] == '#':
			out = append(out, strings.TrimRight(line, " \t"))
			continue
		case flags && strings.HasPrefix(trimmed, "--"):
			var words []string
			for _, w := range splitWords(text) {
				words = append(words, text[w.from:w.to])
			}
			if flags = strings.HasPrefix(words[len(words)-1], "--"); flags {
				out = append(out, t.join(indent+strings.Join(words, " "), goesOn))
				continue
			}
		case flags:
			flags = false
			text = indent + strings.TrimLeft(text, " \t")
		}
		out = append(out, t.mark(text, goesOn))
	}
	return out
}

// mark puts the continuation mark back where it was: blanks before it belong
// to a command.
func (t *tidier) mark(text string, goesOn bool) string {
	if goesOn {
		return text + string(t.f.Escape)
	}
	return text
}

// keyword writes no more than the keyword in upper case.
func (t *tidier) keyword(in *dockerfile.Instruction, lines []string) []string {
	out := slices.Clone(lines)
	line := strings.TrimLeft(out[0], " \t")
	if len(line) < len(in.Keyword) {
		return nil
	}
	out[0] = strings.ToUpper(line[:len(in.Keyword)]) + line[len(in.Keyword):]
	return out
}
