package shell

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/grammar"
)

// Dialect is the language of an image's shell.
type Dialect = dialect.Dialect

// The dialects.
const (
	Ash  = dialect.Ash
	Dash = dialect.Dash
	Bash = dialect.Bash
)

// script is a parsed program. A program with a mistake still has the commands
// on the lines before it, because a shell runs those before it reads on.
type script struct {
	stmts []*syntax.Stmt
	text  string         // as it was given
	src   string         // as it was parsed
	edits []grammar.Edit // what was put into it for the parser
	// spans are expansions the parser refuses, which stand in src as quoted
	// strings; wrong are the offsets of these.
	spans []grammar.Span
	wrong map[int]bool
	// bad is the mistake it has, nil if there is none.
	bad *grammar.Mistake
	// late is a refused expansion that cannot be made a string; all statements
	// before it are in stmts.
	late string
	line int // of the mistake, or of the late expansion
	// unclosed are the marks of here-documents that the end of the text ends,
	// in the last of the statements.
	unclosed []grammar.Document
	lines    int
}

// parse takes a program apart in the dialect d.
func parse(src string, d Dialect) *script {
	src = strings.ReplaceAll(src, "\x00", "")
	g := grammar.Read(src, d, func(name string) bool { return specials[name] != nil })
	sc := &script{text: src, bad: g.Mistake, lines: 1 + strings.Count(strings.TrimSuffix(src, "\n"), "\n")}
	text := src
	if sc.bad != nil {
		text = src[:g.Done]
		if sc.line = g.Line(sc.bad.Off); sc.bad.Past {
			sc.line = sc.lines + 1
		}
	} else {
		sc.unclosed = g.Unclosed
	}
	for range 100 {
		pos, what := sc.read(g, text)
		if what == "" {
			return sc
		}
		bad := g.Expansion(grammar.Original(sc.edits, int(pos.Offset())))
		if g.Defuse(bad) {
			if sc.wrong == nil {
				sc.wrong = map[int]bool{}
			}
			sc.spans = append(sc.spans, bad)
			continue
		}
		sc.line = int(pos.Line())
		sc.unclosed = nil
		if sc.late = src[bad.From:bad.To]; sc.late == "" {
			sc.bad = &grammar.Mistake{Text: "syntax error: " + what}
		}
		break
	}
	return sc
}

// read gives the edited text to mvdan.cc/sh and takes the statements it finds.
// what is its complaint, "" if it has none.
func (sc *script) read(g *grammar.Reading, text string) (pos syntax.Pos, what string) {
	sc.src, sc.edits = g.Apply(text)
	clear(sc.wrong)
	for _, s := range sc.spans {
		at := s.From
		for _, e := range sc.edits {
			if e.Off < s.From {
				at += len(e.Text)
			}
		}
		if s.Quoted {
			at++
		}
		sc.wrong[at] = true
	}
	text = sc.src
	for _, doc := range sc.unclosed {
		// Shells take the end of the text for the end of the document.
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		text += doc.Mark + "\n"
	}
	sc.stmts = sc.stmts[:0]
	p := syntax.NewParser(syntax.Variant(syntax.LangBash))
	var perr error
	for st, err := range p.StmtsSeq(strings.NewReader(text)) {
		// Not left early: the parser yields its last error in any case.
		switch {
		case perr != nil:
		case err != nil:
			perr = err
		default:
			sc.stmts = append(sc.stmts, st)
		}
	}
	var pe syntax.ParseError
	var le syntax.LangError
	switch {
	case perr == nil:
		return pos, ""
	case errors.As(perr, &pe):
		return pe.Pos, pe.Text
	case errors.As(perr, &le):
		return le.Pos, le.Feature
	}
	return pos, perr.Error()
}
