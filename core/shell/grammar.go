package shell

import (
	"strings"
)

// grammar reads a program token by token as the shells do, which settles two
// things mvdan.cc/sh's parser cannot say: at which token, and with which
// words, a shell gives up, and what ash and dash take for plain words where
// that parser sees bash. It follows the parsers of ash and dash, which are one
// program; where bash's differs, bash is asked for.
type grammar struct {
	src string
	d   Dialect
	pos int
	end int // of what is read now: the text of a backquote ends before src

	kwd      check
	tok      token
	start    int // of the token
	word     string
	plain    bool // the word has no quotes and no expansions
	pushed   bool
	inside   bool // of [[ … ]]
	document bool // inside a here-document
	function bool // a word function has just been read

	docs     []document
	unclosed []document // here-documents that have no end
	spans    []span     // arithmetic and parameter expansions
	done     int        // offset behind the last complete line of commands
	edits    []edit
}

// mistake is what a shell says of a program it cannot read.
type mistake struct {
	text string
	off  int  // where the shell noticed
	end  bool // more text could mend it
	past bool // bash reports it on the line behind the last
	// token is the text bash names; "" where it names none.
	token string
}

// span is where an expansion stands.
type span struct {
	from, to int
	quoted   bool // between double quotes
	document bool // in a here-document
}

// edit is text put into the program at an offset for mvdan.cc/sh's parser.
type edit struct {
	off  int
	text string
}

// document is a here-document whose text is still to come.
type document struct {
	mark   string
	quoted bool
	tabs   bool
	line   int
}

// check says what the next token may be besides itself.
type check byte

const (
	newlines check = 1 << iota // newlines are passed over
	keywordsToo
)

// token is the kind of a token; keywords and operators are their own text.
type token string

const (
	tokEOF   token = "end of file"
	tokNL    token = "newline"
	tokRedir token = "redirection"
	tokWord  token = "word"
)

// read reads the program to its end or to its first mistake.
func (g *grammar) read() (m *mistake) {
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(*mistake)
			if !ok {
				panic(r)
			}
			m = bad
		}
	}()
	g.end = len(g.src)
	for {
		g.kwd = 0
		g.list(1)
		if g.tok == tokEOF {
			g.done = g.pos
			return nil
		}
		g.done = g.pos
	}
}

// fail gives up with a text of its own.
func (g *grammar) fail(text string) { panic(&mistake{text: text, off: g.pos}) }

// unexpected gives up at the present token; expect is the one that was wanted,
// or "".
func (g *grammar) unexpected(expect token) {
	m := &mistake{off: g.pos, end: g.tok == tokEOF}
	name := string(g.tok)
	switch g.tok {
	case tokEOF, tokNL, tokRedir, tokWord:
	default:
		name = `"` + name + `"`
	}
	switch g.d {
	case Dash:
		m.text = "Syntax error: " + name + " unexpected"
	case Ash:
		m.text = "syntax error: unexpected " + name
	default:
		m.off = g.start
		if g.tok == tokEOF {
			m.text, m.past = "syntax error: unexpected end of file", true
			panic(m)
		}
		m.token = g.word
		switch g.tok {
		case tokNL:
			m.token = "newline"
		case tokWord, tokRedir:
		default:
			m.token = string(g.tok)
		}
		m.text = "syntax error near unexpected token `" + m.token + "'"
		panic(m)
	}
	switch expect {
	case "":
	case tokWord:
		m.text += " (expecting word)"
	default:
		m.text += ` (expecting "` + string(expect) + `")`
	}
	panic(m)
}

// here gives up at the present token where no newline may stand, which is what
// bash sees at the end of the text.
func (g *grammar) here() {
	if g.d == Bash && g.tok == tokEOF {
		g.tok = tokNL
	}
	if g.d == Ash && g.tok != tokRedir && g.function {
		g.unexpected(tokWord)
	}
	g.unexpected("")
}

// list reads commands. how is 1 for a line of the program, 0 for a list that
// must have a command, 2 for one that may be empty.
func (g *grammar) list(how int) {
	var nl check = newlines
	if how == 1 {
		nl = 0
	}
	for first := true; ; first = false {
		g.kwd = nl | keywordsToo
		switch g.next() {
		case tokNL:
			g.hereDocuments()
			return
		case tokEOF:
			g.hereDocuments()
			g.pushed = true
			return
		}
		g.pushed = true
		if (how == 2 || how == 0 && !first) && ends(g.tok) {
			return
		}
		g.andOr()
		switch g.next() {
		case tokEOF:
			g.hereDocuments()
			g.pushed = true
			return
		case tokNL:
			g.pushed = true
		case "&", ";":
			if how == 1 && g.d == Bash {
				// A line of the program may go on with nothing.
				continue
			}
		default:
			if how == 1 {
				g.unexpected("")
			}
			g.pushed = true
			return
		}
	}
}

// ends reports whether a token ends a list.
func ends(t token) bool {
	switch t {
	case tokEOF, ")", ";;", ";&", ";;&", "`", "do", "done", "elif", "else", "esac", "fi", "then", "}":
		return true
	}
	return false
}

func (g *grammar) andOr() {
	g.pipeline()
	for {
		if t := g.next(); t != "&&" && t != "||" {
			g.pushed = true
			return
		}
		g.kwd = newlines | keywordsToo
		g.pipeline()
	}
}

func (g *grammar) pipeline() {
	if g.next() == "!" {
		g.kwd = keywordsToo
		for g.d == Bash && g.next() == "!" {
			g.kwd = keywordsToo
		}
		if g.d == Bash {
			g.pushed = true
			if g.tok == tokNL || g.tok == ";" || g.tok == tokEOF {
				return
			}
		}
	} else {
		g.pushed = true
	}
	g.command()
	for {
		t := g.next()
		if t != "|" && t != "|&" {
			g.pushed = true
			return
		}
		g.kwd = newlines | keywordsToo
		g.command()
	}
}

// want takes the next token, which has to be t.
func (g *grammar) want(t token) {
	if g.next() != t {
		g.unexpected(t)
	}
}

func (g *grammar) command() {
	switch g.next() {
	case "if":
		for {
			g.list(0)
			g.want("then")
			g.list(0)
			if g.next() != "elif" {
				break
			}
		}
		if g.tok == "else" {
			g.list(0)
		} else {
			g.pushed = true
		}
		g.want("fi")
	case "while", "until":
		g.list(0)
		g.want("do")
		g.list(0)
		g.want("done")
	case "for", "select":
		g.loop()
	case "case":
		g.caseCommand()
	case "(":
		if g.pos < g.end && g.src[g.pos] == '(' {
			if g.d == Bash && g.arithmeticCommand() {
				break
			}
			g.edit(g.pos, " ")
		}
		g.list(0)
		g.want(")")
	case "{":
		g.list(0)
		g.want("}")
	case "[[":
		g.conditional()
	case "time", "coproc":
		g.kwd = keywordsToo
		if t := g.next(); t != ";" && t != tokNL && t != tokEOF {
			g.pushed = true
			g.kwd = keywordsToo
			g.pipeline()
			return
		}
		g.pushed = true
		return
	case "function", tokWord, tokRedir:
		g.pushed = true
		g.simple()
		return
	default:
		g.unexpected("")
	}
	g.kwd = keywordsToo
	for g.next() == tokRedir {
		g.target()
		g.kwd = keywordsToo
	}
	g.pushed = true
}

func (g *grammar) loop() {
	t := g.next()
	if g.d == Bash {
		if t == "(" && g.arithmeticCommand() {
			g.kwd = newlines | keywordsToo
			if g.next() == ";" {
				g.kwd = newlines | keywordsToo
				g.next()
			}
			g.body()
			return
		}
		if t != tokWord {
			g.here()
		}
	} else if t != tokWord || !g.plain || !name(g.word) {
		if g.d == Ash {
			g.fail("syntax error: bad for loop variable")
		}
		g.fail("Syntax error: Bad for loop variable")
	}
	g.kwd = newlines | keywordsToo
	if g.next() == "in" {
		for g.next() == tokWord {
		}
		if g.tok != tokNL && g.tok != ";" {
			g.unexpected("")
		}
	} else if g.tok != ";" {
		g.pushed = true
	}
	g.kwd = newlines | keywordsToo
	g.next()
	g.body()
}

// body is what follows the head of a loop; its first token has been taken.
func (g *grammar) body() {
	if g.d == Bash && g.tok == "{" {
		g.list(0)
		g.want("}")
		return
	}
	if g.tok != "do" {
		g.unexpected("do")
	}
	g.list(0)
	g.want("done")
}

func (g *grammar) caseCommand() {
	g.want(tokWord)
	g.kwd = newlines | keywordsToo
	g.want("in")
	for {
		g.kwd = newlines | keywordsToo
		if g.next() == "esac" {
			return
		}
		if g.tok == "(" {
			g.next()
		}
		if g.d == Bash && g.tok != tokWord && !reserved(string(g.tok)) {
			g.unexpected("")
		}
		for g.next() == "|" {
			g.next()
		}
		if g.tok != ")" {
			g.unexpected(")")
		}
		g.list(2)
		g.kwd = newlines | keywordsToo
		switch g.next() {
		case "esac":
			return
		case ";;", ";&", ";;&":
		default:
			g.unexpected(";;")
		}
	}
}

// simple is a command of words, or the definition of a function.
func (g *grammar) simple() {
	words, assigns, redirs, brackets := 0, 0, 0, false
	named := ""
	for {
		switch t := g.next(); t {
		case "function":
			g.function = true
			if g.next() != tokWord {
				g.here()
			}
			g.function = false
			g.kwd = newlines | keywordsToo
			if g.next() == "(" {
				g.want(")")
				g.kwd = newlines | keywordsToo
				g.next()
			}
			g.pushed = true
			switch g.tok {
			case "{", "if", "case", "until", "while", "for", "(", "[[":
			default:
				if g.d == Bash || g.word != "[[" {
					g.unexpected("")
				}
			}
			g.kwd = newlines | keywordsToo
			g.command()
			return
		case "&&", "||":
			if !brackets {
				g.pushed = true
				return
			}
			g.edit(g.start, `\`)
			g.edit(g.start+1, `\`)
		case tokWord:
			assign := g.assignment(words == 0)
			if assign && words == 0 {
				assigns++
				continue
			}
			if words == 0 {
				named = g.word
				g.first()
			}
			if words++; g.d == Bash && words > 1 {
				g.declared(named)
			}
			if g.d == Ash && g.plain {
				switch g.word {
				case "[[":
					brackets = true
				case "]]":
					brackets = false
				}
			}
		case tokRedir:
			g.target()
			redirs++
		case "(":
			if words == 1 && assigns == 0 && redirs == 0 {
				g.want(")")
				if g.d != Bash && (!name(named) || specials[named] != nil || named == "source" && g.d == Ash) {
					if g.d == Ash {
						g.fail("syntax error: bad function name")
					}
					g.fail("Syntax error: Bad function name")
				}
				g.kwd = newlines | keywordsToo
				if g.d == Bash {
					g.next()
					g.pushed = true
					if g.tok == tokWord || g.tok == tokRedir {
						g.unexpected("")
					}
				}
				g.command()
				return
			}
			g.pushed = true
			return
		default:
			g.pushed = true
			return
		}
	}
}

// first marks the first word of a command where ash and dash have none of
// bash's words for it.
func (g *grammar) first() {
	if g.d == Bash || !g.plain {
		return
	}
	switch g.word {
	case "[[", "time", "select", "coproc", "let", "declare", "typeset", "nameref", "export", "readonly", "local", "function":
		g.edit(g.start, `\`)
	}
}

// declared hides from bash's parser an operand of export and its like that is
// no assignment: bash says so only when it runs.
func (g *grammar) declared(command string) {
	switch command {
	case "export", "readonly", "declare", "typeset", "local":
	default:
		return
	}
	raw := g.src[g.start:g.pos]
	eq := strings.IndexByte(raw, '=')
	if eq > 0 && !name(strings.TrimSuffix(raw[:eq], "+")) && strings.Trim(raw[:eq], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == "" {
		g.edit(g.start+eq, `\`)
	}
}

// assignment reports whether the word is name=value, and hides from bash's
// parser what only bash takes for one.
func (g *grammar) assignment(leading bool) bool {
	raw := g.src[g.start:g.pos]
	eq := strings.IndexByte(raw, '=')
	if eq < 0 {
		return false
	}
	left := raw[:eq]
	if name(left) {
		return true
	}
	plus := strings.TrimSuffix(left, "+")
	base, _, indexed := strings.Cut(plus, "[")
	if !name(base) || indexed && !strings.HasSuffix(plus, "]") {
		return false
	}
	if g.d != Bash {
		if off := g.start + eq; indexed {
			g.edit(g.start+len(base), `\`)
		} else {
			g.edit(off, `\`)
		}
		return false
	}
	return true
}

// target is the word behind a redirection.
func (g *grammar) target() {
	op := g.word
	if g.next() != tokWord {
		g.here()
	}
	raw := g.src[g.start:g.pos]
	switch op {
	case "<<", "<<-":
		g.docs = append(g.docs, document{unquote(raw), strings.ContainsAny(raw, `\'"`), op == "<<-", g.line(g.start)})
	case "<&", ">&":
		if g.d == Bash || !g.plain || g.word == "-" || digits(g.word) {
			break
		}
		if g.d == Dash {
			g.fail("Syntax error: Bad fd number")
		}
	}
}

func unquote(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		switch c := v[i]; c {
		case '\'', '"':
		case '\\':
			if i++; i < len(v) {
				b.WriteByte(v[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func digits(v string) bool {
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return v != ""
}

func (g *grammar) edit(off int, text string) { g.edits = append(g.edits, edit{off, text}) }

// hereDocuments passes over the texts of the here-documents of the line that
// has ended.
func (g *grammar) hereDocuments() {
	docs := g.docs
	g.docs = nil
	for _, d := range docs {
		closed := false
		for g.pos < g.end && !closed {
			line := g.src[g.pos:g.end]
			if i := strings.IndexByte(line, '\n'); i >= 0 {
				line = line[:i]
			}
			text := line
			if d.tabs {
				text = strings.TrimLeft(text, "\t")
			}
			if text == d.mark {
				g.pos = min(g.pos+len(line)+1, g.end)
				closed = true
				break
			}
			if d.quoted {
				g.pos = min(g.pos+len(line)+1, g.end)
				continue
			}
			g.document = true
			for g.pos < g.end {
				c := g.src[g.pos]
				g.pos++
				if c == '\n' {
					break
				}
				switch c {
				case '\\':
					g.pos = min(g.pos+1, g.end)
				case '$':
					g.dollar(true)
				case '`':
					g.backquote()
				}
			}
		}
		g.document = false
		if !closed {
			g.unclosed = append(g.unclosed, d)
		}
	}
}

// expansion returns the innermost arithmetic or parameter expansion at an
// offset, an empty one if there is none.
func (g *grammar) expansion(off int) span {
	best := span{}
	for _, s := range g.spans {
		if s.from <= off && off <= s.to && (best.to == 0 || s.to-s.from < best.to-best.from) {
			best = s
		}
	}
	return best
}

// defuse turns an expansion that mvdan.cc/sh refuses into a quoted string of
// the same text, and reports whether it could.
func (g *grammar) defuse(s span) bool {
	if s.to == 0 || s.document || strings.ContainsAny(g.src[s.from+1:s.to], "\"\\`") {
		return false
	}
	for _, e := range g.edits {
		if e.off == s.from && strings.HasSuffix(e.text, `"\`) {
			return false
		}
	}
	if s.quoted {
		g.edit(s.from, `""\`)
		g.edit(s.to, `""`)
	} else {
		g.edit(s.from, `"\`)
		g.edit(s.to, `"`)
	}
	return true
}

// line is the number of the line at an offset.
func (g *grammar) line(off int) int { return 1 + strings.Count(g.src[:min(off, len(g.src))], "\n") }
