package shell

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// parameter returns the value of $name: a variable, a positional or a special
// parameter.
func (s *Shell) parameter(name string) (string, bool) {
	switch c := name[0]; {
	case c >= '0' && c <= '9':
		n, err := strconv.Atoi(name)
		if err != nil {
			return "", false
		}
		if n == 0 {
			return s.arg0, true
		}
		if n <= len(s.args) {
			return s.args[n-1], true
		}
		return "", false
	case c == '_' && len(name) == 1:
		if s.dialect != Bash {
			break
		}
		return s.last, true
	case len(name) > 1 || c == '_' || c >= 'A':
	case c == '?':
		return strconv.Itoa(s.status), true
	case c == '#':
		return strconv.Itoa(len(s.args)), true
	case c == '$':
		return strconv.Itoa(s.pid), true
	case c == '!':
		if s.background == 0 {
			return "", false
		}
		return strconv.Itoa(s.background), true
	case c == '-':
		return s.flagLetters(), true
	case c == '@' || c == '*':
		return strings.Join(s.args, s.sep(c == '@')), len(s.args) > 0
	}
	return s.get(name)
}

// sep is what joins the arguments: the first character of IFS for $*.
func (s *Shell) sep(space bool) string {
	if space {
		return " "
	}
	if s.ifs == "" {
		return ""
	}
	return s.ifs[:1]
}

// subscript returns the text of an array subscript.
func (s *Shell) subscript(x syntax.ArithmExpr) string {
	if w, ok := x.(*syntax.Word); ok {
		return s.word(w)
	}
	return s.render(x)
}

// bad complains of an expansion the dialect does not know.
func (s *Shell) bad(pe *syntax.ParamExp) {
	switch s.dialect {
	case Dash:
		s.fail(2, "Bad substitution")
	case Ash:
		s.fail(2, "syntax error: bad substitution")
	default:
		s.complain("%s: bad substitution", s.text(pe))
		panic(shellExit{s: s, status: 1, line: true})
	}
}

// param expands ${…} of one parameter.
func (b *builder) param(pe *syntax.ParamExp, quoted bool) {
	s := b.s
	if pe.Short && pe.Index == nil && pe.Exp == nil && !pe.Length {
		// The usual case: $name.
		name := pe.Param.Value
		if name == "@" || name == "*" {
			b.many(s.args, name == "@", quoted)
			return
		}
		v, ok := s.parameter(name)
		if !ok && s.opt.nounset {
			s.unsetError(name)
		}
		b.add(v, quoted)
		return
	}
	if s.dialect != Bash && (pe.Excl || pe.Index != nil || pe.Names != 0 || pe.Flags != nil ||
		s.dialect == Dash && (pe.Slice != nil || pe.Repl != nil)) {
		s.bad(pe)
	}
	if pe.Param == nil {
		s.bad(pe)
	}
	name := pe.Param.Value
	if pe.Names != 0 {
		b.many(s.names(name), pe.Names == syntax.NamesPrefixWords, quoted)
		return
	}
	if pe.Excl {
		if is, at := whole(pe); is && pe.Index != nil {
			if v := s.vars[s.deref(name)]; v != nil {
				b.many(v.indexes(), at, quoted)
			}
			return
		}
		if v := s.vars[name]; v != nil && v.flags&nameref != 0 {
			b.add(v.value, quoted)
			return
		}
		ref, ok := s.parameter(name)
		if !ok || ref == "" {
			if s.opt.nounset && !ok {
				s.unsetError(name)
			}
			s.complain("%s: invalid indirect expansion", name)
			panic(shellExit{s: s, status: 1})
		}
		c := *pe
		c.Excl = false
		base, idx, ok := strings.Cut(ref, "[")
		c.Param = &syntax.Lit{Value: base}
		if ok {
			c.Index = &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: strings.TrimSuffix(idx, "]")}}}
		}
		b.param(&c, quoted)
		return
	}
	if is, at := whole(pe); is {
		b.listParam(pe, at, quoted)
		return
	}
	var val string
	var ok bool
	if pe.Index != nil {
		if v := s.vars[s.deref(name)]; v != nil {
			val, ok = s.index(v, s.subscript(pe.Index))
		}
	} else {
		val, ok = s.parameter(name)
	}
	if pe.Length {
		if !ok && s.opt.nounset {
			s.unsetError(name)
		}
		b.add(strconv.Itoa(s.length(val)), quoted)
		return
	}
	if e := pe.Exp; e != nil {
		switch e.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
			if !ok || val == "" && e.Op == syntax.DefaultUnsetOrNull {
				b.inner(e.Word, quoted)
				return
			}
			b.add(val, quoted)
			return
		case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
			if ok && (val != "" || e.Op == syntax.AlternateUnset) {
				b.inner(e.Word, quoted)
			}
			return
		case syntax.AssignUnset, syntax.AssignUnsetOrNull:
			if !ok || val == "" && e.Op == syntax.AssignUnsetOrNull {
				if c := name[0]; c < 'A' {
					s.bad(pe)
				}
				val = s.word(e.Word)
				if pe.Index != nil {
					s.setIndex(name, s.subscript(pe.Index), val)
				} else {
					s.set(name, val)
				}
			}
			b.add(val, quoted)
			return
		case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
			if !ok || val == "" && e.Op == syntax.ErrorUnsetOrNull {
				msg := s.word(e.Word)
				if msg == "" {
					msg = "parameter not set"
					if e.Op == syntax.ErrorUnsetOrNull {
						msg += " or null"
						if s.dialect == Bash {
							msg = "parameter null or not set"
						}
					}
				}
				status := 2
				if s.dialect == Bash {
					if status = 127; s.sub || s.opt.errexit {
						status = 1
					}
				}
				s.fail(status, "%s: %s", name, msg)
			}
			b.add(val, quoted)
			return
		}
	}
	if !ok && s.opt.nounset {
		s.unsetError(name)
	}
	switch {
	case pe.Slice != nil:
		val = s.slice(pe.Slice, val)
	case pe.Repl != nil:
		val = s.replace(pe.Repl, val)
	case pe.Exp != nil:
		val = s.operate(pe, val, ok)
	}
	b.add(val, quoted)
}

// unsetError ends the shell over a parameter that is not set.
func (s *Shell) unsetError(name string) {
	if s.dialect == Bash {
		status := 127
		if s.sub || s.opt.errexit {
			status = 1
		}
		if name[0] < 'A' {
			name = "$" + name
		}
		s.fail(status, "%s: unbound variable", name)
	}
	s.fail(2, "%s: parameter not set", name)
}

// inner expands the word of ${name-word}.
func (b *builder) inner(w *syntax.Word, quoted bool) {
	if w == nil {
		return
	}
	if !quoted {
		outer := b.loose
		b.loose = b.mode == split
		b.word(w, false)
		b.loose = outer
		return
	}
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.SglQuoted:
			if !p.Dollar {
				b.add("'"+p.Value+"'", true) // no quotes between double quotes
				continue
			}
		case *syntax.Lit:
			b.quotedLit(strings.ReplaceAll(p.Value, `\}`, "}"), false)
			continue
		}
		b.part(p, true)
	}
}

// operate applies the operators that work on the value alone.
func (s *Shell) operate(pe *syntax.ParamExp, val string, set bool) string {
	e := pe.Exp
	switch e.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		pat := s.pattern(e.Word, pattern)
		if e.Op == syntax.RemLargePrefix {
			if n := s.longest(pat, val); n >= 0 {
				return val[n:]
			}
			return val
		}
		for i := 0; i <= len(val); i = s.next(val, i) {
			if s.match(pat, val[:i]) {
				return val[i:]
			}
		}
		return val
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		pat := s.pattern(e.Word, pattern)
		if e.Op == syntax.RemLargeSuffix {
			for i := 0; i <= len(val); i = s.next(val, i) {
				if s.match(pat, val[i:]) {
					return val[:i]
				}
			}
			return val
		}
		for i := len(val); i >= 0; i-- {
			if i < len(val) && s.utf8 && !utf8.RuneStart(val[i]) {
				continue
			}
			if s.match(pat, val[i:]) {
				return val[:i]
			}
		}
		return val
	}
	if s.dialect != Bash {
		s.bad(pe)
	}
	switch e.Op {
	case syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll:
		pat := s.pattern(e.Word, pattern)
		r := []rune(val)
		for i, c := range r {
			if pat != "" && !s.match(pat, string(c)) {
				continue
			}
			if e.Op == syntax.UpperFirst || e.Op == syntax.UpperAll {
				r[i] = unicode.ToUpper(c)
			} else {
				r[i] = unicode.ToLower(c)
			}
			if e.Op == syntax.UpperFirst || e.Op == syntax.LowerFirst {
				break
			}
		}
		if (e.Op == syntax.UpperFirst || e.Op == syntax.LowerFirst) && pat != "" && len(r) > 0 {
			r = []rune(val)
			if s.match(pat, string(r[0])) {
				if e.Op == syntax.UpperFirst {
					r[0] = unicode.ToUpper(r[0])
				} else {
					r[0] = unicode.ToLower(r[0])
				}
			}
		}
		return string(r)
	case syntax.OtherParamOps:
		switch s.word(e.Word) {
		case "Q":
			if !set {
				return ""
			}
			return quoteBash(val)
		case "E":
			return s.ansi(val)
		case "P":
			return val
		case "U":
			return strings.ToUpper(val)
		case "L":
			return strings.ToLower(val)
		case "u":
			r, n := utf8.DecodeRuneInString(val)
			if n == 0 {
				return val
			}
			return string(unicode.ToUpper(r)) + val[n:]
		case "a":
			if v := s.vars[pe.Param.Value]; v != nil {
				return v.letters()
			}
			return ""
		case "A":
			if v := s.vars[pe.Param.Value]; v != nil {
				if l := v.letters(); l != "" {
					return "declare -" + l + " " + v.name + "=" + quoteBash(val)
				}
				return v.name + "=" + quoteBash(val)
			}
			return ""
		}
		s.bad(pe)
	}
	return val
}

// letters returns the attributes of v as declare -p shows them.
func (v *variable) letters() string {
	var b []byte
	if v.list != nil {
		b = append(b, 'a')
	}
	if v.keys != nil {
		b = append(b, 'A')
	}
	for _, x := range []struct {
		f flags
		c byte
	}{{integer, 'i'}, {lower, 'l'}, {nameref, 'n'}, {readonly, 'r'}, {upper, 'u'}, {exported, 'x'}} {
		if v.flags&x.f != 0 {
			b = append(b, x.c)
		}
	}
	return string(b)
}
