package grammar

import (
	"strings"

	"layerlab.dev/core/shell/dialect"
)

// list reads commands. how is 1 for a line of the program, 0 for a list that
// must have a command, 2 for one that may be empty.
func (g *Reading) list(how int) {
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
			if how == 1 && g.d == dialect.Bash {
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

func (g *Reading) andOr() {
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

func (g *Reading) pipeline() {
	if g.next() == "!" {
		g.kwd = keywordsToo
		for g.d == dialect.Bash && g.next() == "!" {
			g.kwd = keywordsToo
		}
		if g.d == dialect.Bash {
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
func (g *Reading) want(t token) {
	if g.next() != t {
		g.unexpected(t)
	}
}

func (g *Reading) command() {
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
			if g.d == dialect.Bash && g.arithmeticCommand() {
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

func (g *Reading) loop() {
	t := g.next()
	if g.d == dialect.Bash {
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
	} else if t != tokWord || !g.plain || !dialect.Name(g.word) {
		if g.d == dialect.Ash {
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
func (g *Reading) body() {
	if g.d == dialect.Bash && g.tok == "{" {
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

func (g *Reading) caseCommand() {
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
		if g.d == dialect.Bash && g.tok != tokWord && !reserved(string(g.tok)) {
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
func (g *Reading) simple() {
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
				if g.d == dialect.Bash || g.word != "[[" {
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
			if words++; g.d == dialect.Bash && words > 1 {
				g.declared(named)
			}
			if g.d == dialect.Ash && g.plain {
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
				if g.next() != ")" {
					if g.d == dialect.Bash {
						g.here()
					}
					g.unexpected(")")
				}
				if g.d != dialect.Bash && (!dialect.Name(named) || g.special(named) || named == "source" && g.d == dialect.Ash) {
					if g.d == dialect.Ash {
						g.fail("syntax error: bad function name")
					}
					g.fail("Syntax error: Bad function name")
				}
				g.kwd = newlines | keywordsToo
				if g.d == dialect.Bash {
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
func (g *Reading) first() {
	if g.d == dialect.Bash || !g.plain {
		return
	}
	switch g.word {
	case "[[", "time", "select", "coproc", "let", "declare", "typeset", "nameref", "export", "readonly", "local", "function":
		g.edit(g.start, `\`)
	}
}

// declared hides from bash's parser an operand of export and its like that is
// no assignment: bash says so only when it runs.
func (g *Reading) declared(command string) {
	switch command {
	case "export", "readonly", "declare", "typeset", "local":
	default:
		return
	}
	raw := g.src[g.start:g.pos]
	eq := strings.IndexByte(raw, '=')
	if eq > 0 && !dialect.Name(strings.TrimSuffix(raw[:eq], "+")) && strings.Trim(raw[:eq], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == "" {
		g.edit(g.start+eq, `\`)
	}
}

// assignment reports whether the word is name=value, and hides from bash's
// parser what only bash takes for one.
func (g *Reading) assignment(leading bool) bool {
	raw := g.src[g.start:g.pos]
	eq := strings.IndexByte(raw, '=')
	if eq < 0 {
		return false
	}
	left := raw[:eq]
	if dialect.Name(left) {
		return true
	}
	plus := strings.TrimSuffix(left, "+")
	base, _, indexed := strings.Cut(plus, "[")
	if !dialect.Name(base) || indexed && !strings.HasSuffix(plus, "]") {
		return false
	}
	if g.d != dialect.Bash {
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
func (g *Reading) target() {
	op := g.word
	if g.next() != tokWord {
		g.here()
	}
	raw := g.src[g.start:g.pos]
	switch op {
	case "<<", "<<-":
		g.docs = append(g.docs, Document{unquote(raw), strings.ContainsAny(raw, `\'"`), op == "<<-", g.Line(g.start)})
	case "<&", ">&":
		if g.d == dialect.Bash || !g.plain || g.word == "-" || digits(g.word) {
			break
		}
		if g.d == dialect.Dash {
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
