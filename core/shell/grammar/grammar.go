package grammar

import (
	"strings"

	"layerlab.dev/core/shell/dialect"
)

// Reading is a program as a shell reads it.
type Reading struct {
	// Mistake is the first one, nil where there is none.
	Mistake *Mistake
	// Done is the offset behind the last complete line of commands.
	Done int
	// Unclosed are the here-documents that have no end.
	Unclosed []Document

	// special tells whether a name is that of a special builtin.
	special func(name string) bool

	src string
	d   dialect.Dialect
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

	docs  []Document
	spans []Span // arithmetic and parameter expansions
	edits []Edit
}

// Mistake is what a shell says of a program it cannot read.
type Mistake struct {
	Text string
	Off  int  // where the shell noticed
	End  bool // more text could mend it
	Past bool // bash reports it on the line behind the last
	// Token is the text bash names; "" where it names none.
	Token string
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

// Read reads a program to its end or to its first mistake. special tells
// whether a name is that of a special builtin of the shell.
func Read(src string, d dialect.Dialect, special func(name string) bool) *Reading {
	g := &Reading{src: src, d: d, special: special}
	g.Mistake = g.read()
	return g
}

func (g *Reading) read() (m *Mistake) {
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(*Mistake)
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
			g.Done = g.pos
			return nil
		}
		g.Done = g.pos
	}
}

// fail gives up with a text of its own.
func (g *Reading) fail(text string) { panic(&Mistake{Text: text, Off: g.pos}) }

// unexpected gives up at the present token; expect is the one that was wanted,
// or "".
func (g *Reading) unexpected(expect token) {
	m := &Mistake{Off: g.pos, End: g.tok == tokEOF}
	name := string(g.tok)
	switch g.tok {
	case tokEOF, tokNL, tokRedir, tokWord:
	default:
		name = `"` + name + `"`
	}
	switch g.d {
	case dialect.Dash:
		m.Text = "Syntax error: " + name + " unexpected"
	case dialect.Ash:
		m.Text = "syntax error: unexpected " + name
	default:
		m.Off = g.start
		if g.tok == tokEOF {
			m.Text, m.Past = "syntax error: unexpected end of file", true
			panic(m)
		}
		m.Token = g.word
		switch g.tok {
		case tokNL:
			m.Token = "newline"
		case tokWord, tokRedir:
		default:
			m.Token = string(g.tok)
		}
		m.Text = "syntax error near unexpected token `" + m.Token + "'"
		panic(m)
	}
	switch expect {
	case "":
	case tokWord:
		m.Text += " (expecting word)"
	default:
		m.Text += ` (expecting "` + string(expect) + `")`
	}
	panic(m)
}

// here gives up at the present token where no newline may stand, which is what
// bash sees at the end of the text.
func (g *Reading) here() {
	if g.d == dialect.Bash && g.tok == tokEOF {
		g.tok = tokNL
	}
	if g.d == dialect.Ash && g.tok != tokRedir && g.function {
		g.unexpected(tokWord)
	}
	g.unexpected("")
}

// Line is the number of the line at an offset.
func (g *Reading) Line(off int) int { return 1 + strings.Count(g.src[:min(off, len(g.src))], "\n") }
