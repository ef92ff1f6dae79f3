package shell

import (
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
func (s *Shell) arith(text string) int64 { return s.sums.Eval(text) }

// operands are a shell's variables as expressions use them.
type operands struct{ s *Shell }

func (o operands) Value(name string) string {
	v, ok := o.s.get(name)
	return o.bound(name, v, ok)
}

func (o operands) Element(name, index string) string {
	v, ok := o.s.element(name + "[" + o.key(name, index) + "]")
	return o.bound(name, v, ok)
}

// bound fails where set -u forbids that a variable is unset.
func (o operands) bound(name, value string, set bool) string {
	if !set && o.s.opt.nounset && o.s.dialect == Bash {
		o.s.unsetError(name)
	}
	return value
}

// key returns a subscript: text for an associative array.
func (o operands) key(name, index string) string {
	if v := o.s.vars[o.s.deref(name)]; v != nil && v.keys != nil {
		return strings.Trim(index, `"'`)
	}
	return strconv.FormatInt(o.s.arith(index), 10)
}

func (o operands) Set(name, value string) { o.s.set(name, value) }

func (o operands) SetElement(name, index, value string) {
	o.s.setIndex(name, o.key(name, index), value)
}

func (o operands) NotNumber(value string) { o.s.fail(2, "Illegal number: %s", value) }

func (o operands) Fail(text, why string) {
	s := o.s
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

// falsehood is the status of a number that is tested: 1 for 0.
func falsehood(n int64) int {
	if n == 0 {
		return 1
	}
	return 0
}
