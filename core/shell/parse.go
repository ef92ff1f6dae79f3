package shell

import (
	"errors"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Dialect is the language of an image's shell.
type Dialect int

// The dialects.
const (
	Ash  Dialect = iota // busybox
	Dash                // Debian's and Ubuntu's /bin/sh
	Bash
)

// script is a parsed program. A program with a mistake still has the commands
// on the lines before it, because a shell runs those before it reads on.
type script struct {
	stmts []*syntax.Stmt
	// err is what the shell says of the mistake, "" if there is none.
	err  string
	line int // of the mistake
}

// parse takes a program apart in the dialect d.
func parse(src string, d Dialect) *script {
	lang := syntax.LangBash
	if d == Dash {
		lang = syntax.LangPOSIX
	}
	sc := &script{}
	for range 4 {
		var perr error
		sc.stmts = sc.stmts[:0]
		p := syntax.NewParser(syntax.Variant(lang))
		for st, err := range p.StmtsSeq(strings.NewReader(src)) {
			// Not left early: the parser yields its last error in any case.
			switch {
			case perr != nil:
			case err != nil:
				perr = err
			default:
				sc.stmts = append(sc.stmts, st)
			}
		}
		if perr == nil {
			break
		}
		var pe syntax.ParseError
		if errors.As(perr, &pe) {
			if m := unclosed.FindStringSubmatch(pe.Text); m != nil {
				// Shells take the end of the text for the end of the document.
				src += "\n" + m[1] + "\n"
				continue
			}
			sc.fault(src, d, pe.Text, pe.Pos, pe.Incomplete)
			return sc
		}
		var le syntax.LangError
		if errors.As(perr, &le) {
			if at := int(le.Pos.Offset()); d == Dash && strings.HasPrefix(src[min(at, len(src)):], "&>") {
				src = src[:at] + "& " + src[at+1:] // two things to dash
				continue
			}
			sc.fault(src, d, le.Feature, le.Pos, false)
			return sc
		}
		sc.err, sc.line = perr.Error(), 1
		return sc
	}
	sc.check(src, d)
	return sc
}

var unclosed = regexp.MustCompile("unclosed here-document `([^`]*)`")

// fault notes a mistake and drops the commands that begin on its line.
func (sc *script) fault(src string, d Dialect, text string, pos syntax.Pos, eof bool) {
	if late := expansion(text, d, eof); late != "" {
		// It is found when the expansion is carried out: all before it runs.
		sc.err, sc.line = late, int(pos.Line())
		return
	}
	start := 0
	for len(sc.stmts) > 0 {
		start = int(sc.stmts[len(sc.stmts)-1].End().Offset())
		rest := src[min(start, len(src)):]
		i := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune(" \t;&", r) })
		if i < 0 || rest[i] == '\n' || rest[i] == '#' {
			break
		}
		sc.stmts = sc.stmts[:len(sc.stmts)-1]
	}
	sc.line = int(pos.Line())
	sc.err = describe(src, d, text, int(pos.Offset()), eof)
	if eof || strings.Contains(sc.err, "end of file") || strings.Contains(sc.err, "unterminated") {
		sc.line = 1 + strings.Count(strings.TrimSuffix(src, "\n"), "\n")
	}
}

var (
	mustEnd  = regexp.MustCompile("^`([a-z{(]+)` statement must end with `([a-z})]+)`")
	follow   = regexp.MustCompile("^`([^`]*)` must be followed by (.*)$")
	reserved = map[string]bool{"then": true, "else": true, "elif": true, "fi": true, "do": true, "done": true, "esac": true, "}": true, "in": true, "!": true, "{": true, "if": true, "while": true, "for": true, "case": true, "until": true}
)

// describe says of a mistake what the shell says.
func describe(src string, d Dialect, text string, off int, eof bool) string {
	expect := ""
	if m := mustEnd.FindStringSubmatch(text); m != nil {
		expect = m[2]
	} else if m := follow.FindStringSubmatch(text); m != nil {
		expect = map[string]string{"then": "fi", "else": "fi", "do": "done", "{": "}", "(": ")", "$(": ")"}[m[1]]
		for _, w := range []string{"then", "do", "in"} {
			if strings.Contains(m[2], "`"+w+"`") {
				expect = w
			}
		}
	} else if strings.Contains(text, "matching `{`") {
		expect = "}"
	} else if strings.Contains(text, "matching `(`") || strings.Contains(text, "matching `$(`") {
		expect = ")"
	}
	if strings.Contains(text, "without closing quote") {
		switch {
		case d == Bash:
			return "unexpected EOF while looking for matching `" + closing(text) + "'"
		case d == Dash:
			if strings.Contains(text, "quote ```") {
				return "Syntax error: EOF in backquote substitution"
			}
			return "Syntax error: Unterminated quoted string"
		case strings.Contains(text, "quote ```"):
			return "syntax error: EOF in backquote substitution"
		}
		return "syntax error: unterminated quoted string"
	}
	if strings.Contains(text, "matching `${`") {
		switch d {
		case Dash:
			return "Syntax error: Missing '}'"
		case Ash:
			return "syntax error: missing '}'"
		}
	}
	if strings.Contains(text, "matching `$((`") || eof && strings.Contains(text, "`$((`") {
		switch d {
		case Dash:
			return "Syntax error: Missing '))'"
		case Ash:
			return "syntax error: missing '))'"
		}
	}
	switch text {
	case "c-style fors":
		return "Syntax error: Bad for loop variable"
	case "herestrings":
		return "Syntax error: redirection unexpected"
	case "arrays", "extended globs":
		return "Syntax error: \"(\" unexpected"
	}
	tok := "end of file"
	if !eof && off < len(src) {
		tok = token(src[off:], d)
		if mustEnd.MatchString(text) || strings.Contains(text, "must be followed by") {
			// The position is that of the word that was begun with.
			if t, ok := stray(src[off:], d); ok {
				tok = t
			}
		}
	}
	switch d {
	case Dash:
		s := "Syntax error: "
		if expect != "" {
			return s + tok + " unexpected (expecting \"" + expect + "\")"
		}
		return s + tok + " unexpected"
	case Bash:
		if tok == "end of file" {
			return "syntax error: unexpected end of file"
		}
		return "syntax error near unexpected token `" + strings.Trim(tok, `"`) + "'"
	}
	s := "syntax error: unexpected " + tok
	if expect != "" {
		s += " (expecting \"" + expect + "\")"
	}
	return s
}

// expansion says what a shell says of a mistake inside an expansion, which it
// meets only when it gets there; "" for other mistakes.
func expansion(text string, d Dialect, eof bool) string {
	arithmetic := strings.Contains(text, "`$((`") || strings.Contains(text, "an expression") || strings.Contains(text, "arithmetic operator") || strings.Contains(text, "ternary operator") || strings.Contains(text, "must follow a name")
	switch {
	case d == Bash:
		return ""
	case arithmetic && eof:
		return ""
	case arithmetic && d == Dash:
		return "arithmetic expression: expecting primary"
	case arithmetic:
		return "arithmetic syntax error"
	case d == Dash && (strings.Contains(text, "slicing") || strings.Contains(text, "search and replace") || text == "this expansion operator" || strings.Contains(text, "${")):
		return "Bad substitution"
	case strings.Contains(text, "parameter expansion") || strings.Contains(text, "cannot be followed by a word") || strings.Contains(text, "invalid parameter name"):
		if d == Dash {
			return "Bad substitution"
		}
		return "syntax error: bad substitution"
	}
	return ""
}

func closing(text string) string {
	if strings.Contains(text, "quote `'`") {
		return "'"
	}
	return `"`
}

// token names the token src begins with, as ash and dash do.
func token(src string, d Dialect) string {
	src = strings.TrimLeft(src, " \t")
	if src == "" {
		return "end of file"
	}
	for _, op := range []string{"\n", ";;", "&&", "||", "<<", ">>", ";", "&", "|", "(", ")", "<", ">"} {
		if strings.HasPrefix(src, op) {
			switch op {
			case "\n":
				return "newline"
			case "<<", ">>", "<", ">":
				return "redirection"
			}
			return `"` + op + `"`
		}
	}
	end := strings.IndexAny(src, " \t\n;&|()<>")
	if end < 0 {
		end = len(src)
	}
	if w := src[:end]; reserved[w] {
		return `"` + w + `"`
	}
	if d == Bash {
		return src[:end]
	}
	return "word"
}

// stray finds the first reserved word that closes something not open, which is
// where the shell stumbles.
func stray(src string, d Dialect) (string, bool) {
	open := []string{}
	closes := map[string]string{"if": "fi", "while": "done", "until": "done", "for": "done", "case": "esac", "{": "}"}
	for _, w := range strings.FieldsFunc(src, func(r rune) bool { return strings.ContainsRune(" \t\n;", r) }) {
		if c, ok := closes[w]; ok {
			open = append(open, c)
			continue
		}
		switch w {
		case "fi", "done", "esac", "}":
			if len(open) == 0 || open[len(open)-1] != w {
				return `"` + w + `"`, true
			}
			open = open[:len(open)-1]
		}
	}
	return "end of file", true
}

// check finds what the parser takes and the dialect does not.
func (sc *script) check(src string, d Dialect) {
	if d == Bash {
		return
	}
	for i, st := range sc.stmts {
		text, at := "", syntax.Pos{}
		syntax.Walk(st, func(n syntax.Node) bool {
			if n == nil || text != "" {
				return false
			}
			if t := foreign(n, d); t != "" {
				text, at = t, n.Pos()
			}
			return text == ""
		})
		if text == "" {
			continue
		}
		sc.stmts = sc.stmts[:i]
		line := st.Pos().Line()
		for len(sc.stmts) > 0 && sc.stmts[len(sc.stmts)-1].End().Line() == line {
			sc.stmts = sc.stmts[:len(sc.stmts)-1]
		}
		sc.line = int(at.Line())
		if d == Dash {
			sc.err = "Syntax error: " + text + " unexpected"
		} else if strings.HasPrefix(text, "bad") {
			sc.err = "syntax error: " + text
		} else {
			sc.err = "syntax error: unexpected " + text
		}
		return
	}
}

// foreign names the token at which ash or dash gives up on bash's syntax.
func foreign(n syntax.Node, d Dialect) string {
	switch n := n.(type) {
	case *syntax.ArrayExpr, *syntax.ExtGlob:
		return `"("`
	case *syntax.ForClause:
		if _, ok := n.Loop.(*syntax.CStyleLoop); ok {
			if d == Dash {
				return "Bad for loop variable"
			}
			return "bad for loop variable"
		}
	case *syntax.Redirect:
		switch n.Op {
		case syntax.WordHdoc, syntax.AppAll:
			return "redirection"
		}
		if d == Dash && n.Op == syntax.RdrAll {
			return "redirection"
		}
	case *syntax.BinaryCmd:
		if n.Op == syntax.PipeAll {
			return `"&"`
		}
	case *syntax.CaseItem:
		if n.Op == syntax.Fallthrough || n.Op == syntax.Resume || n.Op == syntax.ResumeKorn {
			return `"&"`
		}
	case *syntax.ProcSubst:
		if d == Dash {
			return `"("`
		}
	}
	return ""
}

// closed reports whether every here-document in text has its end.
func closed(text string) bool {
	_, err := syntax.NewParser().Parse(strings.NewReader(text), "")
	return err == nil || !unclosed.MatchString(err.Error())
}
