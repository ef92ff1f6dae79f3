package grammar

import (
	"strings"

	"layerlab.dev/core/shell/dialect"
)

// readWord reads a word from pos on.
func (g *Reading) readWord() {
	g.tok = tokWord
	var b []byte
loop:
	for g.pos < g.end {
		c := g.src[g.pos]
		switch c {
		case ' ', '\t', '\n', ';', '|', ')':
			break loop
		case '&':
			break loop
		case '(':
			if g.d == dialect.Bash && len(b) > 1 && b[len(b)-1] == '=' {
				g.array()
				continue
			}
			if g.d == dialect.Bash && g.pos > g.start && strings.IndexByte("?*+@!", g.src[g.pos-1]) >= 0 && g.extended() {
				g.group()
				continue
			}
			break loop
		case '<', '>':
			if g.d != dialect.Dash && g.pos+1 < g.end && g.src[g.pos+1] == '(' {
				g.pos += 2
				g.plain = false
				g.substitution()
				continue
			}
			break loop
		case '\\':
			if g.pos+1 < g.end && g.src[g.pos+1] == '\n' {
				g.pos += 2
				continue
			}
			g.plain = false
			g.pos = min(g.pos+2, g.end)
			continue
		case '\'', '"':
			g.plain = false
			g.pos++
			g.quote(c)
			continue
		case '`':
			g.plain = false
			g.pos++
			g.backquote()
			continue
		case '$':
			g.plain = false
			g.pos++
			g.dollar(false)
			continue
		case '\r':
			if g.d != dialect.Bash || g.pos+1 < g.end && g.src[g.pos+1] == '\n' {
				// The parser takes it for a blank.
				g.edit(g.pos, `\`)
				g.edit(g.pos+1, "''")
			}
		}
		b = append(b, c)
		g.pos++
	}
	g.word = string(b)
	if !g.plain {
		g.word = g.src[g.start:g.pos]
	}
}

// array passes over the elements of name=(…).
func (g *Reading) array() {
	g.plain = false
	start, tok := g.start, g.tok
	open := g.pos
	g.pos++
	for {
		g.kwd = newlines
		t := g.next()
		if t == ")" {
			break
		}
		if t == tokEOF {
			panic(&Mistake{Text: "unexpected EOF while looking for matching `)'", Off: open})
		}
		if t != tokWord {
			g.unexpected("")
		}
	}
	g.start, g.tok = start, tok
}

// extended reports whether extended patterns are known by now: a line is read
// with what the lines before it have set.
func (g *Reading) extended() bool {
	line := 1 + strings.LastIndexByte(g.src[:g.start], '\n')
	return g.inside || strings.Contains(g.src[:line], "extglob")
}

// group passes over the bracket of an extended pattern.
func (g *Reading) group() {
	g.plain = false
	for depth := 0; g.pos < g.end; {
		c := g.src[g.pos]
		g.pos++
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return
			}
		case '\\':
			g.pos = min(g.pos+1, g.end)
		case '\'', '"':
			g.quote(c)
		case '$':
			g.dollar(false)
		}
	}
}

// quote passes over the rest of a quoted string.
func (g *Reading) quote(q byte) {
	open := g.pos - 1
	for g.pos < g.end {
		c := g.src[g.pos]
		g.pos++
		switch {
		case c == q:
			return
		case q == '\'':
		case c == '\\':
			g.pos = min(g.pos+1, g.end)
		case c == '$':
			g.dollar(true)
		case c == '`':
			g.backquote()
		}
		if c == '\r' && g.pos < g.end && g.src[g.pos] == '\n' {
			g.edit(g.pos, strings.Repeat(string(q), 2))
		}
	}
	g.unfinished(open, q, "unterminated quoted string")
}

// unfinished gives up at the end of the text inside what was opened at open;
// what is ash's word for it.
func (g *Reading) unfinished(open int, closer byte, what string) {
	m := &Mistake{Text: "syntax error: " + what, Off: g.pos, End: true}
	switch g.d {
	case dialect.Bash:
		m.Text, m.Off = "unexpected EOF while looking for matching `"+string(closer)+"'", open
	case dialect.Dash:
		m.Text = "Syntax error: " + strings.ToUpper(what[:1]) + what[1:]
	}
	panic(m)
}

// dollar passes over what follows a $.
func (g *Reading) dollar(quoted bool) {
	if g.pos >= g.end {
		return
	}
	rest := g.src[g.pos:g.end]
	switch {
	case strings.HasPrefix(rest, "((") && g.d == dialect.Bash && !g.closes(g.pos):
		// Not arithmetic, but a subshell first thing in a substitution.
		g.edit(g.pos+1, " ")
		g.pos++
		g.substitution()
	case strings.HasPrefix(rest, "(("):
		g.pos += 2
		g.arithmetic(quoted)
	case rest[0] == '(':
		g.pos++
		g.substitution()
	case rest[0] == '{':
		g.pos++
		g.brace(quoted)
	case rest[0] == '\'' && !quoted && g.d != dialect.Dash:
		g.pos++
		for g.pos < g.end {
			c := g.src[g.pos]
			g.pos++
			if c == '\\' {
				g.pos = min(g.pos+1, g.end)
			} else if c == '\'' {
				return
			}
		}
		g.unfinished(g.pos, '\'', "unterminated quoted string")
	case rest[0] == '"' && !quoted && g.d != dialect.Bash, rest[0] == '[' && g.d != dialect.Bash, rest[0] == '\'' && !quoted && g.d == dialect.Dash:
		g.edit(g.pos-1, `\`) // the dollar stands for itself
	}
}

// substitution passes over a command substitution up to its closing bracket.
func (g *Reading) substitution() {
	open := g.pos - 1
	start, tok, docs, kwd, pushed, word, plain := g.start, g.tok, g.docs, g.kwd, g.pushed, g.word, g.plain
	g.docs, g.kwd, g.pushed = nil, 0, false
	g.list(2)
	if g.next(); g.tok != ")" {
		if g.d == dialect.Bash && g.tok == tokEOF {
			panic(&Mistake{Text: "unexpected EOF while looking for matching `)'", Off: open, End: true, Past: true})
		}
		g.unexpected(")")
	}
	g.start, g.tok, g.docs, g.kwd, g.pushed, g.word, g.plain = start, tok, docs, kwd, pushed, word, plain
}

// backquote passes over `…`, whose text is a program of its own.
func (g *Reading) backquote() {
	open := g.pos
	for g.pos < g.end {
		switch g.src[g.pos] {
		case '\\':
			g.pos = min(g.pos+2, g.end)
		case '`':
			g.pos++
			text := g.src[open : g.pos-1]
			if strings.IndexByte(text, '\\') < 0 && g.d != dialect.Bash {
				inner := Reading{src: g.src, d: g.d, special: g.special, pos: open, end: g.pos - 1}
				inner.list(2)
				g.edits = append(g.edits, inner.edits...)
				g.spans = append(g.spans, inner.spans...)
			}
			return
		default:
			g.pos++
		}
	}
	g.unfinished(open-1, '`', "EOF in backquote substitution")
}

// arithmetic passes over $((…)).
func (g *Reading) arithmetic(quoted bool) {
	open := g.pos
	depth := 0
	for g.pos < g.end {
		c := g.src[g.pos]
		g.pos++
		switch c {
		case '\\':
			g.pos = min(g.pos+1, g.end)
		case '$':
			g.dollar(true)
		case '`':
			g.backquote()
		case '(':
			depth++
		case ')':
			switch {
			case depth > 0:
				depth--
			case g.pos < g.end && g.src[g.pos] == ')':
				if g.d != dialect.Dash && strings.TrimSpace(g.src[open:g.pos-1]) == "" {
					g.edit(g.pos-1, "0")
				}
				g.pos++
				g.spans = append(g.spans, Span{open - 3, g.pos, quoted, g.document})
				return
			}
		}
	}
	g.unfinished(open-1, ')', "missing '))'")
}

// brace passes over ${…}.
func (g *Reading) brace(quoted bool) {
	open, outer := g.pos-1, quoted
	i := g.pos
	for i < g.end && (dialect.NameByte(g.src[i]) || i == g.pos && strings.IndexByte("#?!@*$-", g.src[i]) >= 0) {
		i++
	}
	if i < g.end && (g.src[i] == '#' || g.src[i] == '%') && i > g.pos {
		quoted = false // the pattern has quotes of its own
	}
	g.pos = i
	for g.pos < g.end {
		c := g.src[g.pos]
		g.pos++
		switch {
		case c == '}':
			g.spans = append(g.spans, Span{open - 1, g.pos, outer, g.document})
			return
		case c == '\\':
			g.pos = min(g.pos+1, g.end)
		case c == '\'' && !quoted, c == '"':
			g.quote(c)
		case c == '$':
			g.dollar(quoted)
		case c == '`':
			g.backquote()
		}
	}
	if quoted {
		g.unfinished(open, '}', "unterminated quoted string")
	}
	g.unfinished(open, '}', "missing '}'")
}

// closes reports whether the two brackets at an offset are closed by two that
// stand together; it says so too where they are not closed at all.
func (g *Reading) closes(at int) bool {
	depth := 0
	for i := at; i < g.end; i++ {
		switch g.src[i] {
		case '\\':
			i++
		case '\'':
			for i++; i < g.end && g.src[i] != '\''; i++ {
			}
		case '(':
			depth++
		case ')':
			if depth--; depth == 1 && i+1 < g.end && g.src[i+1] == ')' {
				return true
			} else if depth == 0 {
				return false
			}
		}
	}
	return true
}

// arithmeticCommand passes over bash's ((…)), whose first bracket has been
// taken; it reports false, and takes nothing, where that is no such command.
func (g *Reading) arithmeticCommand() bool {
	depth := 0
	for i := g.pos; i < g.end; i++ {
		switch g.src[i] {
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				if i+1 < g.end && g.src[i+1] == ')' {
					g.pos = i + 2
					return true
				}
				return false
			}
		}
	}
	panic(&Mistake{Text: "unexpected EOF while looking for matching `)'", Off: g.pos})
}

// conditional passes over bash's [[ … ]].
func (g *Reading) conditional() {
	g.inside = true
	defer func() { g.inside = false }()
	for g.pos < g.end {
		g.scan()
		if g.tok == tokWord && g.word == "]]" {
			return
		}
		if g.tok == tokWord && g.word == "=~" {
			// A regular expression ends at a blank outside brackets.
			for g.pos < g.end && (g.src[g.pos] == ' ' || g.src[g.pos] == '\t') {
				g.pos++
			}
			for depth := 0; g.pos < g.end && (depth > 0 || g.src[g.pos] != ' ' && g.src[g.pos] != '\n'); {
				c := g.src[g.pos]
				g.pos++
				switch c {
				case '(':
					depth++
				case ')':
					depth--
				case '\\':
					g.pos = min(g.pos+1, g.end)
				case '\'', '"':
					g.quote(c)
				case '$':
					g.dollar(false)
				}
			}
		}
	}
}
