package arith

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/dialect"
)

// Eval evaluates the text of an expression.
func (e *Evaluator) Eval(text string) int64 {
	if text != "" && text[0] >= '1' && text[0] <= '9' || text == "0" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	}
	tree, ok := e.parsed[text]
	if !ok {
		p := parser{e: e, src: text}
		p.next()
		tree = p.comma()
		switch {
		case p.tok == "":
		case e.dialect == dialect.Ash && p.tok == ":":
			e.fail(text, "malformed ?: operator")
		case e.dialect != dialect.Bash:
			e.fail(text, "expecting EOF")
		case p.tok == "=" || len(p.tok) > 1 && p.tok[len(p.tok)-1] == '=':
			e.fail(text, "attempted assignment to non-variable"+p.token(p.start))
		case p.tok == "." || p.tok == "#":
			e.fail(text, "syntax error: invalid arithmetic operator"+p.token(p.start))
		default:
			e.fail(text, "syntax error in expression"+p.token(p.start))
		}
		if e.parsed == nil || len(e.parsed) > 1000 {
			e.parsed = map[string]*node{}
		}
		e.parsed[text] = tree
	}
	outer := e.text
	e.text = text
	defer func() { e.text = outer }()
	e.depth++
	if e.depth > 100 {
		e.depth = 0
		e.fail(text, "expression recursion loop detected")
	}
	v := e.eval(tree)
	e.depth--
	return v
}

// value is that of a variable, which may hold an expression.
func (e *Evaluator) value(n *node) int64 {
	v := ""
	if n.index != nil {
		v = e.shell.Element(n.name, n.text)
	} else {
		v = e.shell.Value(n.name)
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
	if e.dialect == dialect.Dash {
		x, err := strconv.ParseInt(strings.TrimSpace(v), 0, 64)
		if err != nil {
			e.shell.NotNumber(v)
		}
		return x
	}
	return e.Eval(v)
}

func (e *Evaluator) set(n *node, v int64) {
	if n.index != nil {
		e.shell.SetElement(n.name, n.text, strconv.FormatInt(v, 10))
		return
	}
	e.shell.Set(n.name, strconv.FormatInt(v, 10))
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// eval evaluates a tree.
func (e *Evaluator) eval(n *node) int64 {
	switch n.op {
	case "num":
		return n.n
	case "var":
		return e.value(n)
	case "(":
		return e.eval(n.a)
	case "&&":
		return truth(e.eval(n.a) != 0 && e.eval(n.b) != 0)
	case "||":
		return truth(e.eval(n.a) != 0 || e.eval(n.b) != 0)
	case "?":
		if e.eval(n.a) != 0 {
			return e.eval(n.b)
		}
		return e.eval(n.c)
	case ",":
		e.eval(n.a)
		return e.eval(n.b)
	case "=":
		v := e.eval(n.b)
		e.set(n.a, v)
		return v
	case "u+":
		return e.eval(n.a)
	case "u-":
		return -e.eval(n.a)
	case "u!":
		return truth(e.eval(n.a) == 0)
	case "u~":
		return ^e.eval(n.a)
	case "++", "--", "p++", "p--":
		old := e.value(n.a)
		v := old + 1
		if n.op[len(n.op)-1] == '-' {
			v = old - 1
		}
		e.set(n.a, v)
		if n.op[0] == 'p' {
			return old
		}
		return v
	}
	a, b := e.eval(n.a), e.eval(n.b)
	op := n.op
	if len(op) > 1 && op[len(op)-1] == '=' && op != "==" && op != "!=" && op != "<=" && op != ">=" {
		v := e.binary(op[:len(op)-1], a, b)
		e.set(n.a, v)
		return v
	}
	return e.binary(op, a, b)
}

// binary applies an operator to two numbers.
func (e *Evaluator) binary(op string, a, b int64) int64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/", "%":
		if b == 0 {
			switch e.dialect {
			case dialect.Ash:
				e.fail("", "divide by zero")
			case dialect.Dash:
				e.fail(e.text, "division by zero")
			default:
				text := e.text
				e.fail(text, "division by 0 (error token is \""+strings.TrimSpace(text[1+strings.LastIndexAny(text, "/%"):])+"\")")
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
			if e.dialect == dialect.Bash {
				e.fail("", "exponent less than 0")
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
