package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/shell/regex"
)

// test evaluates [[ … ]] and returns its status.
func (s *Shell) test(x syntax.TestExpr) int {
	if s.testExpr(x) {
		return 0
	}
	return 1
}

func (s *Shell) testExpr(x syntax.TestExpr) bool {
	switch x := x.(type) {
	case *syntax.Word:
		return s.word(x) != ""
	case *syntax.ParenTest:
		return s.testExpr(x.X)
	case *syntax.UnaryTest:
		switch x.Op {
		case syntax.TsNot:
			return !s.testExpr(x.X)
		case syntax.TsVarSet:
			_, ok := s.element(s.deref(s.word(x.X.(*syntax.Word))))
			return ok
		case syntax.TsRefVar:
			v := s.vars[s.word(x.X.(*syntax.Word))]
			return v != nil && v.flags&nameref != 0
		case syntax.TsOptSet:
			p := s.option(0, s.word(x.X.(*syntax.Word)))
			return p != nil && *p
		}
		operand := s.word(x.X.(*syntax.Word))
		s.traceTest(x.Op.String(), s.traceQuote(operand, false))
		return applet.TestFile(s.p, x.Op.String(), operand)
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.AndTest:
			return s.testExpr(x.X) && s.testExpr(x.Y)
		case syntax.OrTest:
			return s.testExpr(x.X) || s.testExpr(x.Y)
		}
		left := s.word(x.X.(*syntax.Word))
		right := x.Y.(*syntax.Word)
		if s.opt.xtrace {
			s.traceTest(s.traceQuote(left, false), x.Op.String(), s.pattern(right, pattern))
		}
		switch x.Op {
		case syntax.TsMatchShort, syntax.TsMatch, syntax.TsNoMatch:
			return s.match(s.pattern(right, pattern), left) == (x.Op != syntax.TsNoMatch)
		case syntax.TsReMatch:
			return s.rematch(left, s.pattern(right, regexText))
		case syntax.TsBefore:
			return left < s.word(right)
		case syntax.TsAfter:
			return left > s.word(right)
		case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
			a, b := s.arith(strings.TrimSpace(left)), s.arith(strings.TrimSpace(s.word(right)))
			switch x.Op {
			case syntax.TsEql:
				return a == b
			case syntax.TsNeq:
				return a != b
			case syntax.TsLeq:
				return a <= b
			case syntax.TsGeq:
				return a >= b
			case syntax.TsLss:
				return a < b
			}
			return a > b
		}
		return applet.TestFiles(s.p, x.Op.String(), left, s.word(right))
	}
	return false
}

// traceTest shows one comparison of [[ … ]] as bash's xtrace does.
func (s *Shell) traceTest(words ...string) {
	if s.opt.xtrace {
		s.p.Errorf("%s[[ %s ]]\n", s.ps4(), strings.Join(words, " "))
	}
}

// rematch is =~: what matched goes to BASH_REMATCH.
func (s *Shell) rematch(text, pat string) bool {
	re, err := regex.Compile(pat, regex.Extended|regex.UTF8)
	if err != nil {
		if s.dialect == Bash {
			s.status = 2
		}
		return false
	}
	m := re.Match(text, 0, false)
	if s.dialect == Bash {
		v := s.own("BASH_REMATCH")
		v.list, v.set = map[int]string{}, true
		for i := 0; i+1 < len(m); i += 2 {
			v.list[i/2] = ""
			if m[i] >= 0 {
				v.list[i/2] = text[m[i]:m[i+1]]
			}
		}
	}
	return m != nil
}
