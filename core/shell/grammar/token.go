package grammar

import (
	"strings"

	"layerlab.dev/core/shell/dialect"
)

// reserved reports whether a word is one of the shell's own in every dialect.
func reserved(w string) bool { return dialect.Keyword(w) }

// next takes the next token.
func (g *Reading) next() token {
	kwd := g.kwd
	g.kwd = 0
	if g.pushed {
		g.pushed = false
	} else {
		g.scan()
	}
	for kwd&newlines != 0 && g.tok == tokNL {
		g.hereDocuments()
		g.scan()
	}
	if g.tok == tokWord && g.plain && kwd&keywordsToo != 0 && g.keyword(g.word) {
		g.tok = token(g.word)
	}
	return g.tok
}

func (g *Reading) keyword(w string) bool {
	if reserved(w) {
		return true
	}
	switch w {
	case "function":
		return g.d != dialect.Dash
	case "[[", "select", "time", "coproc":
		return g.d == dialect.Bash
	}
	return false
}

// operators are those that are no redirections, the longest first.
var operators = []string{";;", "&&", "||", ";", "&", "|", "(", ")"}

var bashOperators = append([]string{";;&", ";&", "|&"}, operators...)

// redirections are the operators that want a word, the longest first.
var redirections = []string{"<<-", "<<", "<&", "<>", ">>", ">|", ">&", "<", ">"}

var bashRedirections = append([]string{"&>>", "&>", "<<<"}, redirections...)

// scan reads one token without looking at keywords.
func (g *Reading) scan() {
	for g.pos < g.end {
		c := g.src[g.pos]
		if c == ' ' || c == '\t' {
			g.pos++
			continue
		}
		if c == '\\' && g.pos+1 < g.end && g.src[g.pos+1] == '\n' {
			g.pos += 2
			continue
		}
		if c == '#' {
			if i := strings.IndexByte(g.src[g.pos:g.end], '\n'); i >= 0 {
				g.pos += i
				continue
			}
			g.pos = g.end
		}
		break
	}
	g.start, g.word, g.plain = g.pos, "", true
	if g.pos >= g.end {
		g.tok = tokEOF
		return
	}
	rest := g.src[g.pos:g.end]
	if rest[0] == '\n' {
		g.pos++
		g.tok = tokNL
		return
	}
	if g.d != dialect.Dash && (strings.HasPrefix(rest, "<(") || strings.HasPrefix(rest, ">(")) {
		g.readWord()
		return
	}
	if n := g.redirection(rest); n > 0 {
		g.redirected(n)
		return
	}
	if g.d == dialect.Dash && strings.HasPrefix(rest, "&>") {
		g.edit(g.pos+1, " ")
	}
	ops := operators
	if g.d == dialect.Bash {
		ops = bashOperators
	}
	for _, op := range ops {
		if strings.HasPrefix(rest, op) {
			g.pos += len(op)
			g.tok = token(op)
			return
		}
	}
	g.readWord()
	if g.pos < g.end && (g.src[g.pos] == '<' || g.src[g.pos] == '>') {
		if raw := g.src[g.start:g.pos]; digits(raw) && (g.d != dialect.Dash || len(raw) == 1) {
			g.redirected(g.redirection(g.src[g.pos:g.end]))
		} else if g.d != dialect.Bash && (digits(raw) || raw[0] == '{' && raw[len(raw)-1] == '}') {
			g.edit(g.pos, " ")
		} else if g.d == dialect.Bash && raw[0] == '{' && raw[len(raw)-1] == '}' && dialect.Name(raw[1:len(raw)-1]) {
			g.redirected(g.redirection(g.src[g.pos:g.end]))
		}
	}
}

// redirected makes the n bytes ahead the token.
func (g *Reading) redirected(n int) {
	g.word = g.src[g.pos : g.pos+n]
	g.pos += n
	g.tok = tokRedir
}

// redirection is the length of the redirection operator rest begins with.
func (g *Reading) redirection(rest string) int {
	ops := redirections
	switch {
	case g.d == dialect.Bash:
		ops = bashRedirections
	case g.d == dialect.Ash && strings.HasPrefix(rest, "&>"):
		return 2
	}
	for _, op := range ops {
		if strings.HasPrefix(rest, op) {
			return len(op)
		}
	}
	return 0
}
