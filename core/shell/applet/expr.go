package applet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
)

// exprParser is expr.
type exprParser struct {
	p    *proc.Proc
	args []string
	last string
}

func (e *exprParser) fail(text string) {
	e.p.Warn("%s", text)
	e.p.Exit(2)
}

func (e *exprParser) accept(ops ...string) string {
	if len(e.args) > 0 && slices.Contains(ops, e.args[0]) {
		op := e.args[0]
		e.last = op
		e.args = e.args[1:]
		return op
	}
	return ""
}

func null(v string) bool {
	return v == "" || strings.TrimLeft(v, "0") == "" && v != "" && !strings.HasPrefix(v, "-")
}

func (e *exprParser) or() string {
	l := e.and()
	for e.accept("|") != "" {
		r := e.and()
		if null(l) {
			l = r
			if null(l) && l == "" {
				l = "0"
			}
		}
	}
	return l
}

func (e *exprParser) and() string {
	l := e.compare()
	for e.accept("&") != "" {
		if r := e.compare(); null(l) || null(r) {
			l = "0"
		}
	}
	return l
}

func (e *exprParser) compare() string {
	l := e.sum()
	for {
		op := e.accept("<", "<=", "=", "==", "!=", ">=", ">")
		if op == "" {
			return l
		}
		r := e.sum()
		x, err1 := strconv.ParseInt(l, 10, 64)
		y, err2 := strconv.ParseInt(r, 10, 64)
		d := strings.Compare(l, r)
		if err1 == nil && err2 == nil {
			d = 0
			if x < y {
				d = -1
			} else if x > y {
				d = 1
			}
		}
		l = strconv.Itoa(truth(op == "<" && d < 0 || op == "<=" && d <= 0 || (op == "=" || op == "==") && d == 0 || op == "!=" && d != 0 || op == ">=" && d >= 0 || op == ">" && d > 0))
	}
}

func (e *exprParser) integer(v string) int64 {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		if e.p.GNU {
			e.fail("non-integer argument")
		}
		e.fail("non-numeric argument")
	}
	return n
}

func (e *exprParser) sum() string {
	l := e.product()
	for {
		op := e.accept("+", "-")
		if op == "" {
			return l
		}
		a, b := e.integer(l), e.integer(e.product())
		if op == "-" {
			b = -b
		}
		l = strconv.FormatInt(a+b, 10)
	}
}

func (e *exprParser) product() string {
	l := e.match()
	for {
		op := e.accept("*", "/", "%")
		if op == "" {
			return l
		}
		a, b := e.integer(l), e.integer(e.match())
		if op != "*" && b == 0 {
			e.fail("division by zero")
		}
		switch op {
		case "*":
			a *= b
		case "/":
			a /= b
		default:
			a %= b
		}
		l = strconv.FormatInt(a, 10)
	}
}

func (e *exprParser) anchored(s, pat string) string {
	re, err := regex.Compile(pat, 0)
	if err != nil {
		e.fail(fmt.Sprintf("bad regex '%s': %v", pat, err))
	}
	m := re.Match(s, 0, false)
	if m == nil || m[0] != 0 {
		if re.Groups() > 0 {
			return ""
		}
		return "0"
	}
	if re.Groups() > 0 {
		if m[2] < 0 {
			return ""
		}
		return s[m[2]:m[3]]
	}
	return strconv.Itoa(m[1])
}

func (e *exprParser) match() string {
	l := e.word()
	for e.accept(":") != "" {
		l = e.anchored(l, e.word())
	}
	return l
}

func (e *exprParser) word() string {
	if len(e.args) == 0 {
		if e.p.GNU {
			e.fail(fmt.Sprintf("syntax error: missing argument after ‘%s’", e.last))
		}
		e.fail("syntax error")
	}
	op := e.args[0]
	e.last = op
	e.args = e.args[1:]
	switch op {
	case "(":
		v := e.or()
		if e.accept(")") == "" {
			e.fail("syntax error")
		}
		return v
	case "match":
		s := e.word()
		return e.anchored(s, e.word())
	case "length":
		return strconv.Itoa(len(e.word()))
	case "index":
		s := e.word()
		return strconv.Itoa(strings.IndexAny(s, e.word()) + 1)
	case "substr":
		s := e.word()
		i, n := e.integer(e.word()), e.integer(e.word())
		if i < 1 || n < 1 || i > int64(len(s)) {
			return ""
		}
		return s[i-1 : min(i-1+n, int64(len(s)))]
	case map[bool]string{true: "+", false: "quote"}[e.p.GNU]:
		if len(e.args) == 0 {
			e.fail("syntax error")
		}
		v := e.args[0]
		e.args = e.args[1:]
		return v
	case "+":
		e.fail("syntax error")
	case ")":
		if e.p.GNU {
			e.fail("syntax error: unexpected ')'")
		}
		e.fail("syntax error")
	}
	return op
}

func expr(p *proc.Proc) int {
	args := p.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		if p.GNU {
			return wrong(p, "missing operand")
		}
		p.Errorf("expr: too few arguments\n")
		return 2
	}
	e := &exprParser{p: p, args: args}
	v := e.or()
	if len(e.args) > 0 {
		if p.GNU {
			e.fail(fmt.Sprintf("syntax error: unexpected argument ‘%s’", e.args[0]))
		}
		e.fail("syntax error")
	}
	p.Puts(v + "\n")
	return truth(null(v))
}
