package shell

import (
	"math"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arithmetic evaluates a parsed expression. The words in it are expanded to
// text first and the text is evaluated, because an expansion may hold
// operators.
func (s *Shell) arithmetic(x syntax.ArithmExpr) int64 {
	if x == nil {
		return 0
	}
	if w, ok := x.(*syntax.Word); ok && len(w.Parts) == 1 {
		if l, ok := w.Parts[0].(*syntax.Lit); ok {
			return s.arith(l.Value)
		}
	}
	if text, ok := s.rendered[x]; ok {
		return s.arith(text)
	}
	text := ""
	still := s.static(x)
	if still {
		text = s.text(x) // as it stands: messages quote it
	}
	if text == "" {
		text = s.filled(x)
	}
	if still {
		if s.rendered == nil || len(s.rendered) > 1000 {
			s.rendered = map[syntax.ArithmExpr]string{}
		}
		s.rendered[x] = text
	}
	return s.arith(text)
}

// static reports whether an expression has nothing to expand.
func (s *Shell) static(x syntax.ArithmExpr) bool {
	bash := s.dialect == Bash
	ok := true
	syntax.Walk(x, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ParamExp:
			if n.Dollar.IsValid() {
				ok = false
			}
		case *syntax.CmdSubst, *syntax.ArithmExp, *syntax.ProcSubst, *syntax.BraceExp:
			ok = false
		case *syntax.DblQuoted:
			ok = ok && !bash
		case *syntax.Lit:
			ok = ok && strings.IndexByte(n.Value, '\\') < 0
		}
		return ok
	})
	return ok
}

// filled is the source of an expression with its expansions carried out.
func (s *Shell) filled(x syntax.ArithmExpr) string {
	var b strings.Builder
	at, to := int(x.Pos().Offset()), int(x.End().Offset())
	if to > len(s.code.src) || at > to {
		return s.render(x)
	}
	syntax.Walk(x, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ParamExp:
			if !n.Dollar.IsValid() {
				return true
			}
		case *syntax.CmdSubst, *syntax.ArithmExp, *syntax.ProcSubst:
		case *syntax.DblQuoted:
			if s.dialect != Bash && !s.code.wrong[int(n.Pos().Offset())] {
				return true
			}
		default:
			return true
		}
		part := n.(syntax.WordPart)
		b.WriteString(s.code.src[at:part.Pos().Offset()])
		b.WriteString(s.word(&syntax.Word{Parts: []syntax.WordPart{part}}))
		at = int(part.End().Offset())
		return false
	})
	return b.String() + s.code.src[at:to]
}

// render writes an expression as text, its words expanded.
func (s *Shell) render(x syntax.ArithmExpr) string {
	switch x := x.(type) {
	case *syntax.Word:
		if len(x.Parts) == 1 {
			if pe, ok := x.Parts[0].(*syntax.ParamExp); ok && !pe.Dollar.IsValid() && pe.Index != nil {
				return pe.Param.Value + "[" + s.render(pe.Index) + "]"
			}
		}
		return s.word(x)
	case *syntax.ParenArithm:
		return "(" + s.render(x.X) + ")"
	case *syntax.UnaryArithm:
		if x.Post {
			return s.render(x.X) + x.Op.String()
		}
		return x.Op.String() + " " + s.render(x.X)
	case *syntax.BinaryArithm:
		return s.render(x.X) + " " + x.Op.String() + " " + s.render(x.Y)
	}
	return ""
}

// arith evaluates the text of an expression.
func (s *Shell) arith(text string) int64 {
	if text != "" && text[0] >= '1' && text[0] <= '9' || text == "0" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	}
	tree, ok := s.parsed[text]
	if !ok {
		p := arithParser{s: s, src: text}
		p.next()
		tree = p.comma()
		switch {
		case p.tok == "":
		case s.dialect == Ash && p.tok == ":":
			s.arithError(text, "malformed ?: operator")
		case s.dialect != Bash:
			s.arithError(text, "expecting EOF")
		case p.tok == "=" || len(p.tok) > 1 && p.tok[len(p.tok)-1] == '=':
			s.arithError(text, "attempted assignment to non-variable"+p.token(p.start))
		case p.tok == "." || p.tok == "#":
			s.arithError(text, "syntax error: invalid arithmetic operator"+p.token(p.start))
		default:
			s.arithError(text, "syntax error in expression"+p.token(p.start))
		}
		if s.parsed == nil || len(s.parsed) > 1000 {
			s.parsed = map[string]*arithNode{}
		}
		s.parsed[text] = tree
	}
	outer := s.arithText
	s.arithText = text
	defer func() { s.arithText = outer }()
	s.arithDepth++
	if s.arithDepth > 100 {
		s.arithDepth = 0
		s.arithError(text, "expression recursion loop detected")
	}
	v := s.eval(tree)
	s.arithDepth--
	return v
}

func (s *Shell) arithError(text, why string) {
	s.arithDepth = 0
	switch s.dialect {
	case Ash:
		switch why {
		case "divide by zero", "malformed ?: operator", "expression recursion loop detected", "exponent less than 0":
		default:
			why = "arithmetic syntax error"
		}
		s.fail(2, "%s", why)
	case Dash:
		if why == "" {
			why = "expecting primary"
		}
		s.fail(2, "arithmetic expression: %s: \"%s\"", why, text)
	default:
		if why == "" {
			why = "syntax error: operand expected (error token is \"" + strings.TrimLeft(text, " \t\n") + "\")"
		}
		built := s.builtin
		if built != "let" {
			s.builtin = ""
		}
		s.complain("%s: %s", strings.TrimLeft(text, " \t\n"), why)
		s.builtin = built
		panic(shellExit{s: s, status: 1, line: true})
	}
}

// arithNode is a node of an arithmetic expression.
type arithNode struct {
	op      string // "num", "var", or the operator; postfix ones begin with "p"
	n       int64
	name    string
	index   *arithNode
	text    string // of the index
	a, b, c *arithNode
}

type arithParser struct {
	s   *Shell
	src string
	pos int
	tok string // "" at the end
	num bool
	id  bool
	// start and before are where this token and the one before it begin.
	start, before int
}

// fail says that an operand is missing, or want where that is not "".
func (p *arithParser) fail(want string) {
	switch {
	case want != "" && p.s.dialect != Bash:
		p.s.arithError(p.src, want)
	case p.s.dialect == Bash:
		at := p.start
		if p.tok == "" {
			at = p.before
		}
		if want != "" {
			want = "`" + want[len(want)-2:len(want)-1] + "' expected"
			p.s.arithError(p.src, "missing "+want+p.token(at))
		}
		p.s.arithError(p.src, "syntax error: operand expected"+p.token(at))
	}
	p.s.arithError(p.src, "")
}

// token is how bash shows the rest of the text from an offset on.
func (p *arithParser) token(at int) string {
	return " (error token is \"" + p.src[at:] + "\")"
}

var arithOps = []string{"<<=", ">>=", "**", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=",
	"/=", "%=", "&=", "|=", "^=", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "=", "(", ")", "?", ":", ",", "[", "]"}

func (p *arithParser) next() {
	operand := p.num || p.id
	p.num, p.id = false, false
	p.before = p.start
	dash := p.s.dialect == Dash
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
			for i < len(p.src) && (word(p.src[i]) || p.src[i] == '#' || p.src[i] == '@') {
				i++
			}
			p.tok, p.pos, p.num = p.src[p.pos:i], i, true
			return
		case word(c):
			i := p.pos
			p.start = i
			for i < len(p.src) && word(p.src[i]) {
				i++
			}
			p.tok, p.pos, p.id = p.src[p.pos:i], i, true
			if ahead := strings.TrimLeft(p.src[i:], " \t\n"); p.s.dialect == Bash && ahead != "" && !word(ahead[0]) && strings.IndexByte("<>=!&|+-*/%^~()?:,[]\\\"'", ahead[0]) < 0 {
				// bash looks one token ahead of a name, for an assignment.
				p.s.arithError(p.src, "syntax error: invalid arithmetic operator"+p.token(len(p.src)-len(ahead)))
			}
			return
		}
		p.start = p.pos
		for _, op := range arithOps {
			if dash && (op == "**" || op == "++" || op == "--" || op == "," || op == "[" || op == "]") {
				continue
			}
			if strings.HasPrefix(p.src[p.pos:], op) {
				p.tok = op
				p.pos += len(op)
				return
			}
		}
		if operand && p.s.dialect == Bash {
			p.s.arithError(p.src, "syntax error: invalid arithmetic operator"+p.token(p.start))
		}
		p.tok = p.src[p.pos : p.pos+1]
		p.pos++
		return
	}
	p.start = len(p.src)
	p.tok = ""
}

// cNumber is the constant s begins with, as strtoimax(3) reads it.
func cNumber(s string) string {
	i := 0
	in := func(set string) {
		for i < len(s) && strings.IndexByte(set, s[i]) >= 0 {
			i++
		}
	}
	switch {
	case len(s) > 2 && s[0] == '0' && s[1]|32 == 'x' && isHex(s[2]):
		i = 2
		in("0123456789abcdefABCDEF")
	case s[0] == '0':
		in("01234567")
	default:
		in("0123456789")
	}
	return s[:i]
}

func word(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p *arithParser) comma() *arithNode {
	if p.tok == "" && p.s.dialect != Dash {
		return &arithNode{op: "num"}
	}
	n := p.assign()
	for p.tok == "," && p.s.dialect != Dash {
		p.next()
		n = &arithNode{op: ",", a: n, b: p.assign()}
	}
	return n
}

func (p *arithParser) assign() *arithNode {
	n := p.ternary()
	switch p.tok {
	case "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=":
		if n.op != "var" {
			return n // what follows is one token too many
		}
		op := p.tok
		p.next()
		return &arithNode{op: op, a: n, b: p.assign()}
	}
	return n
}

func (p *arithParser) ternary() *arithNode {
	n := p.binary(0)
	if p.tok != "?" {
		return n
	}
	p.next()
	var a *arithNode
	if p.s.dialect == Ash {
		a = p.ternary()
	} else {
		a = p.comma()
	}
	if p.tok != ":" {
		switch p.s.dialect {
		case Ash:
			p.s.arithError(p.src, "malformed ?: operator")
		case Dash:
			p.s.arithError(p.src, "expecting ':'")
		}
		at := p.start
		if p.tok == "" {
			at = p.before
		}
		p.s.arithError(p.src, "`:' expected for conditional expression"+p.token(at))
	}
	p.next()
	return &arithNode{op: "?", a: n, b: a, c: p.assign()}
}

var arithLevels = [][]string{{"||"}, {"&&"}, {"|"}, {"^"}, {"&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}}

func (p *arithParser) binary(level int) *arithNode {
	if level == len(arithLevels) {
		return p.power()
	}
	n := p.binary(level + 1)
	for {
		hit := false
		for _, op := range arithLevels[level] {
			if p.tok == op && !p.num && !p.id {
				p.next()
				n = &arithNode{op: op, a: n, b: p.binary(level + 1)}
				hit = true
				break
			}
		}
		if !hit {
			return n
		}
	}
}

func (p *arithParser) power() *arithNode {
	n := p.unary()
	if p.tok == "**" && p.s.dialect != Dash {
		p.next()
		return &arithNode{op: "**", a: n, b: p.power()}
	}
	return n
}

func (p *arithParser) unary() *arithNode {
	switch op := p.tok; op {
	case "+", "-", "!", "~":
		p.next()
		return &arithNode{op: "u" + op, a: p.unary()}
	case "++", "--":
		p.next()
		n := p.unary()
		if n.op != "var" || p.s.dialect == Dash {
			return &arithNode{op: "u" + op[:1], a: &arithNode{op: "u" + op[:1], a: n}}
		}
		return &arithNode{op: op, a: n}
	}
	n := p.primary()
	for p.tok == "++" || p.tok == "--" {
		if n.op != "var" {
			// Two signs: one of two operands, one of the second.
			p.tok = p.tok[:1]
			p.pos = p.start + 1
			return n
		}
		n = &arithNode{op: "p" + p.tok, a: n}
		p.next()
	}
	return n
}

func (p *arithParser) primary() *arithNode {
	switch {
	case p.num:
		n, ok := arithNumber(p.tok)
		switch p.s.dialect {
		case Dash:
			n, ok = clamped(p.tok), true
		case Ash:
			if p.tok == "0x" || p.tok == "0X" {
				ok = false
			} else if ok && strings.IndexByte(p.tok, '#') < 0 {
				if _, err := strconv.ParseUint(p.tok, 0, 64); err != nil && len(p.tok) > 18 {
					n = 0 // too large
				}
			}
		}
		if !ok {
			if p.s.dialect == Bash {
				p.s.arithError(p.src, "value too great for base (error token is \""+p.tok+"\")")
			}
			p.fail("")
		}
		p.next()
		return &arithNode{op: "num", n: n}
	case p.id:
		n := &arithNode{op: "var", name: p.tok}
		p.next()
		if p.tok == "[" && p.s.dialect == Bash {
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
		return &arithNode{op: "(", a: n}
	}
	p.fail("")
	return nil
}

// clamped reads a C constant, the largest number if it is too large.
func clamped(t string) int64 {
	n, err := strconv.ParseInt(t, 0, 64)
	if err != nil && len(t) > 10 {
		return math.MaxInt64
	}
	return n
}

// arithNumber reads a constant: decimal, 0octal, 0xhex or base#digits.
func arithNumber(t string) (int64, bool) {
	base := 10
	digits := t
	switch {
	case strings.HasPrefix(t, "0x"), strings.HasPrefix(t, "0X"):
		base, digits = 16, t[2:]
	case strings.Contains(t, "#"):
		b, d, _ := strings.Cut(t, "#")
		n, err := strconv.Atoi(b)
		if err != nil || n < 2 || n > 64 {
			return 0, false
		}
		base, digits = n, d
	case len(t) > 1 && t[0] == '0':
		base, digits = 8, t[1:]
	}
	if digits == "" {
		return 0, base == 16
	}
	var n uint64
	for i := range len(digits) {
		c := digits[i]
		d := 99
		switch {
		case '0' <= c && c <= '9':
			d = int(c - '0')
		case 'a' <= c && c <= 'z':
			d = int(c-'a') + 10
		case 'A' <= c && c <= 'Z':
			d = int(c-'A') + 10
			if base > 36 {
				d += 26
			}
		case c == '@':
			d = 62
		case c == '_':
			d = 63
		}
		if d >= base {
			return 0, false
		}
		n = n*uint64(base) + uint64(d)
	}
	return int64(n), true
}

func (s *Shell) arithVar(n *arithNode) int64 {
	var v string
	var ok bool
	if n.index != nil {
		v, ok = s.element(n.name + "[" + s.arithKey(n) + "]")
	} else {
		v, ok = s.get(n.name)
	}
	if !ok && s.opt.nounset && s.dialect == Bash {
		s.unsetError(n.name)
	}
	if v == "" {
		return 0
	}
	if len(v) < 18 {
		// The usual case: a plain decimal number.
		i, x := 0, int64(0)
		if v[0] == '-' {
			i = 1
		}
		if i < len(v) && v[i] != '0' || len(v) == 1 {
			for ; i < len(v) && v[i] >= '0' && v[i] <= '9'; i++ {
				x = x*10 + int64(v[i]-'0')
			}
			if i == len(v) {
				if v[0] == '-' {
					return -x
				}
				return x
			}
		}
	}
	if s.dialect == Dash {
		x, err := strconv.ParseInt(strings.TrimSpace(v), 0, 64)
		if err != nil {
			s.fail(2, "Illegal number: %s", v)
		}
		return x
	}
	return s.arith(v)
}

// arithKey returns the subscript of n: text for an associative array.
func (s *Shell) arithKey(n *arithNode) string {
	if v := s.vars[s.deref(n.name)]; v != nil && v.keys != nil {
		return strings.Trim(n.text, `"'`)
	}
	return strconv.FormatInt(s.arith(n.text), 10)
}

func (s *Shell) arithSet(n *arithNode, v int64) {
	if n.index != nil {
		s.setIndex(n.name, s.arithKey(n), strconv.FormatInt(v, 10))
		return
	}
	s.set(n.name, strconv.FormatInt(v, 10))
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (s *Shell) eval(n *arithNode) int64 {
	switch n.op {
	case "num":
		return n.n
	case "var":
		return s.arithVar(n)
	case "(":
		return s.eval(n.a)
	case "&&":
		return truth(s.eval(n.a) != 0 && s.eval(n.b) != 0)
	case "||":
		return truth(s.eval(n.a) != 0 || s.eval(n.b) != 0)
	case "?":
		if s.eval(n.a) != 0 {
			return s.eval(n.b)
		}
		return s.eval(n.c)
	case ",":
		s.eval(n.a)
		return s.eval(n.b)
	case "=":
		v := s.eval(n.b)
		s.arithSet(n.a, v)
		return v
	case "u+":
		return s.eval(n.a)
	case "u-":
		return -s.eval(n.a)
	case "u!":
		return truth(s.eval(n.a) == 0)
	case "u~":
		return ^s.eval(n.a)
	case "++", "--", "p++", "p--":
		old := s.arithVar(n.a)
		v := old + 1
		if n.op[len(n.op)-1] == '-' {
			v = old - 1
		}
		s.arithSet(n.a, v)
		if n.op[0] == 'p' {
			return old
		}
		return v
	}
	a, b := s.eval(n.a), s.eval(n.b)
	op := n.op
	if len(op) > 1 && op[len(op)-1] == '=' && op != "==" && op != "!=" && op != "<=" && op != ">=" {
		v := s.binaryOp(op[:len(op)-1], a, b)
		s.arithSet(n.a, v)
		return v
	}
	return s.binaryOp(op, a, b)
}

func (s *Shell) binaryOp(op string, a, b int64) int64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/", "%":
		if b == 0 {
			switch s.dialect {
			case Ash:
				s.arithError("", "divide by zero")
			case Dash:
				s.arithDepth = 0
				s.fail(2, "arithmetic expression: division by zero: \"%s\"", s.arithText)
			default:
				text := s.arithText
				s.arithError(text, "division by 0 (error token is \""+strings.TrimSpace(text[1+strings.LastIndexAny(text, "/%"):])+"\")")
			}
		}
		if b == -1 {
			if op == "/" {
				return -a
			}
			return 0
		}
		if op == "/" {
			return a / b
		}
		return a % b
	case "<<":
		return a << (uint64(b) & 63)
	case ">>":
		return a >> (uint64(b) & 63)
	case "<":
		return truth(a < b)
	case ">":
		return truth(a > b)
	case "<=":
		return truth(a <= b)
	case ">=":
		return truth(a >= b)
	case "==":
		return truth(a == b)
	case "!=":
		return truth(a != b)
	case "&":
		return a & b
	case "|":
		return a | b
	case "^":
		return a ^ b
	case "**":
		if b < 0 {
			if s.dialect == Bash {
				s.arithError("", "exponent less than 0")
			}
			return 0
		}
		r := int64(1)
		for ; b > 0; b >>= 1 {
			if b&1 != 0 {
				r *= a
			}
			a *= a
		}
		return r
	}
	return 0
}
