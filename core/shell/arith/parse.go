package arith

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/dialect"
)

// node is a node of an arithmetic expression.
type node struct {
	op      string // "num", "var", or the operator; postfix ones begin with "p"
	n       int64
	name    string
	index   *node
	text    string // of the index
	a, b, c *node
}

type parser struct {
	e   *Evaluator
	src string
	pos int
	tok string // "" at the end
	num bool
	id  bool
	// start and before are where this token and the one before it begin.
	start, before int
}

// fail says that an operand is missing, or want where that is not "".
func (p *parser) fail(want string) {
	switch {
	case want != "" && p.e.dialect != dialect.Bash:
		p.e.fail(p.src, want)
	case p.e.dialect == dialect.Bash:
		at := p.start
		if p.tok == "" {
			at = p.before
		}
		if want != "" {
			want = "`" + want[len(want)-2:len(want)-1] + "'"
			p.e.fail(p.src, "missing "+want+p.token(at))
		}
		p.e.fail(p.src, "syntax error: operand expected"+p.token(at))
	}
	p.e.fail(p.src, "")
}

// token is how bash shows the rest of the text from an offset on.
func (p *parser) token(at int) string {
	return " (error token is \"" + p.src[at:] + "\")"
}

var operators = []string{"<<=", ">>=", "**", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=",
	"/=", "%=", "&=", "|=", "^=", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "=", "(", ")", "?", ":", ",", "[", "]"}

func (p *parser) next() {
	operand := p.num || p.id
	p.num, p.id = false, false
	p.before = p.start
	dash := p.e.dialect == dialect.Dash
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			p.pos++
			continue
		case c == '\\' && p.pos+1 < len(p.src) && p.src[p.pos+1] == '\n':
			p.pos += 2
			continue
		case c >= '0' && c <= '9':
			i := p.pos
			if p.start = i; dash {
				p.tok, p.num = cNumber(p.src[i:]), true
				p.pos += len(p.tok)
				return
			}
			for i < len(p.src) && (dialect.NameByte(p.src[i]) || p.src[i] == '#' || p.src[i] == '@') {
				i++
			}
			p.tok, p.pos, p.num = p.src[p.pos:i], i, true
			return
		case dialect.NameByte(c):
			i := p.pos
			p.start = i
			for i < len(p.src) && dialect.NameByte(p.src[i]) {
				i++
			}
			p.tok, p.pos, p.id = p.src[p.pos:i], i, true
			if ahead := strings.TrimLeft(p.src[i:], " \t\n"); p.e.dialect == dialect.Bash && ahead != "" && !dialect.NameByte(ahead[0]) && strings.IndexByte("<>=!&|+-*/%^~()?:,[]\\\"'", ahead[0]) < 0 {
				// bash looks one token ahead of a name, for an assignment.
				p.e.fail(p.src, "syntax error: invalid arithmetic operator"+p.token(len(p.src)-len(ahead)))
			}
			return
		}
		p.start = p.pos
		for _, op := range operators {
			if dash && (op == "**" || op == "++" || op == "--" || op == "," || op == "[" || op == "]") {
				continue
			}
			if strings.HasPrefix(p.src[p.pos:], op) {
				p.tok = op
				p.pos += len(op)
				return
			}
		}
		if operand && p.e.dialect == dialect.Bash {
			p.e.fail(p.src, "syntax error: invalid arithmetic operator"+p.token(p.start))
		}
		p.tok = p.src[p.pos : p.pos+1]
		p.pos++
		return
	}
	p.start = len(p.src)
	p.tok = ""
}

func (p *parser) comma() *node {
	if p.tok == "" && p.e.dialect != dialect.Dash {
		return &node{op: "num"}
	}
	n := p.assign()
	for p.tok == "," && p.e.dialect != dialect.Dash {
		p.next()
		n = &node{op: ",", a: n, b: p.assign()}
	}
	return n
}

func (p *parser) assign() *node {
	n := p.ternary()
	switch p.tok {
	case "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=":
		if n.op != "var" {
			return n // what follows is one token too many
		}
		op := p.tok
		p.next()
		return &node{op: op, a: n, b: p.assign()}
	}
	return n
}

func (p *parser) ternary() *node {
	n := p.binary(0)
	if p.tok != "?" {
		return n
	}
	p.next()
	var a *node
	if p.e.dialect == dialect.Ash {
		a = p.ternary()
	} else {
		a = p.comma()
	}
	if p.tok != ":" {
		switch p.e.dialect {
		case dialect.Ash:
			p.e.fail(p.src, "malformed ?: operator")
		case dialect.Dash:
			p.e.fail(p.src, "expecting ':'")
		}
		at := p.start
		if p.tok == "" {
			at = p.before
		}
		p.e.fail(p.src, "`:' expected for conditional expression"+p.token(at))
	}
	p.next()
	return &node{op: "?", a: n, b: a, c: p.assign()}
}

var levels = [][]string{{"||"}, {"&&"}, {"|"}, {"^"}, {"&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}}

func (p *parser) binary(level int) *node {
	if level == len(levels) {
		return p.power()
	}
	n := p.binary(level + 1)
	for {
		hit := false
		for _, op := range levels[level] {
			if p.tok == op && !p.num && !p.id {
				p.next()
				n = &node{op: op, a: n, b: p.binary(level + 1)}
				hit = true
				break
			}
		}
		if !hit {
			return n
		}
	}
}

func (p *parser) power() *node {
	n := p.unary()
	if p.tok == "**" && p.e.dialect != dialect.Dash {
		p.next()
		return &node{op: "**", a: n, b: p.power()}
	}
	return n
}

func (p *parser) unary() *node {
	switch op := p.tok; op {
	case "+", "-", "!", "~":
		p.next()
		return &node{op: "u" + op, a: p.unary()}
	case "++", "--":
		p.next()
		n := p.unary()
		if n.op != "var" || p.e.dialect == dialect.Dash {
			return &node{op: "u" + op[:1], a: &node{op: "u" + op[:1], a: n}}
		}
		return &node{op: op, a: n}
	}
	n := p.primary()
	for p.tok == "++" || p.tok == "--" {
		if n.op != "var" {
			// Two signs: one of two operands, one of the second.
			p.tok = p.tok[:1]
			p.pos = p.start + 1
			return n
		}
		n = &node{op: "p" + p.tok, a: n}
		p.next()
	}
	return n
}

func (p *parser) primary() *node {
	switch {
	case p.num:
		n, ok := number(p.tok)
		switch p.e.dialect {
		case dialect.Dash:
			n, ok = clamped(p.tok), true
		case dialect.Ash:
			if p.tok == "0x" || p.tok == "0X" {
				ok = false
			} else if ok && strings.IndexByte(p.tok, '#') < 0 {
				if _, err := strconv.ParseUint(p.tok, 0, 64); err != nil && len(p.tok) > 18 {
					n = 0 // too large
				}
			}
		}
		if !ok {
			if p.e.dialect == dialect.Bash {
				p.e.fail(p.src, "value too great for base (error token is \""+p.tok+"\")")
			}
			p.fail("")
		}
		p.next()
		return &node{op: "num", n: n}
	case p.id:
		n := &node{op: "var", name: p.tok}
		p.next()
		if p.tok == "[" && p.e.dialect == dialect.Bash {
			start := p.pos
			depth := 1
			i := start
			for ; i < len(p.src) && depth > 0; i++ {
				switch p.src[i] {
				case '[':
					depth++
				case ']':
					depth--
				}
			}
			if depth > 0 {
				p.fail("")
			}
			n.text = p.src[start : i-1]
			n.index = n
			p.pos = i
			p.next()
		}
		return n
	case p.tok == "(":
		p.next()
		n := p.comma()
		if p.tok != ")" {
			p.fail("expecting ')'")
		}
		p.next()
		return &node{op: "(", a: n}
	}
	p.fail("")
	return nil
}
