package shell

import (
	"fmt"
	"slices"
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

// whole reports whether an expansion stands for a list: $@, $*, ${a[@]}.
func whole(pe *syntax.ParamExp) (is, at bool) {
	if pe.Param == nil {
		return false, false
	}
	switch pe.Param.Value {
	case "@":
		return true, true
	case "*":
		return true, false
	}
	if w, ok := pe.Index.(*syntax.Word); ok {
		switch w.Lit() {
		case "@":
			return true, true
		case "*":
			return true, false
		}
	}
	return false, false
}

// list returns the elements of a list expansion, sliced where asked.
func (s *Shell) list(pe *syntax.ParamExp, sliced bool) []string {
	var l []string
	name := pe.Param.Value
	positional := name == "@" || name == "*"
	if positional {
		l = s.args
	} else if v := s.vars[s.deref(name)]; v != nil {
		l = v.values()
	}
	if sliced && pe.Slice != nil {
		off := int(s.arithmetic(pe.Slice.Offset))
		if positional {
			l = append([]string{s.arg0}, l...)
			if off < 0 {
				off += len(l)
			}
		} else if off < 0 {
			off += len(l)
		}
		n := len(l)
		if pe.Slice.Length != nil {
			n = int(s.arithmetic(pe.Slice.Length))
		}
		if positional && pe.Slice.Offset == nil {
			off = 1
		}
		if off < 0 || off > len(l) {
			return nil
		}
		if positional && off == 0 && n > 0 && s.dialect != Bash {
			off = 0
		}
		l = l[off:min(off+max(n, 0), len(l))]
	}
	return l
}

// names returns the variables whose names begin with prefix.
func (s *Shell) names(prefix string) []string {
	var out []string
	for _, v := range s.sorted() {
		if strings.HasPrefix(v.name, prefix) && (v.set || v.array()) {
			out = append(out, v.name)
		}
	}
	return out
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

// many adds a list: as fields of their own for "$@", joined for "$*".
func (b *builder) many(l []string, at, quoted bool) {
	s := b.s
	if b.mode != split || quoted && !at {
		if quoted || b.mode != split {
			b.add(strings.Join(l, s.sep(at && (quoted || s.dialect == Bash))), true)
			return
		}
	}
	for i, v := range l {
		if i > 0 {
			if quoted {
				b.started = true
			}
			b.end()
			b.blank = false
		}
		if quoted {
			b.started = true
		}
		b.add(v, quoted)
	}
}

// listParam expands $@, $*, ${a[@]} with whatever is done to them.
func (b *builder) listParam(pe *syntax.ParamExp, at, quoted bool) {
	s := b.s
	l := s.list(pe, true)
	if pe.Length {
		b.add(strconv.Itoa(len(l)), quoted)
		return
	}
	if e := pe.Exp; e != nil {
		null := strings.Join(l, "") == "" && len(l) < 2
		switch e.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
			if len(l) == 0 || null && e.Op == syntax.DefaultUnsetOrNull {
				b.inner(e.Word, quoted)
				return
			}
		case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
			if len(l) > 0 && (!null || e.Op == syntax.AlternateUnset) {
				b.inner(e.Word, quoted)
			}
			return
		case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
			if len(l) == 0 || null && e.Op == syntax.ErrorUnsetOrNull {
				s.fail(2, "%s: %s", pe.Param.Value, s.word(e.Word))
			}
		default:
			l = slices.Clone(l)
			for i := range l {
				l[i] = s.operate(pe, l[i], true)
			}
		}
	}
	if pe.Repl != nil {
		l = slices.Clone(l)
		for i := range l {
			l[i] = s.replace(pe.Repl, l[i])
		}
	}
	b.many(l, at, quoted)
}

// slice is ${name:offset:length}.
func (s *Shell) slice(sl *syntax.Slice, val string) string {
	n := s.length(val)
	if s.dialect == Ash {
		n = len(val)
	}
	off := int(s.arithmetic(sl.Offset))
	if off < 0 {
		if off += n; off < 0 {
			if s.dialect == Bash {
				return ""
			}
			off = 0
		}
	}
	off = min(off, n)
	end := n
	if sl.Length != nil {
		l := int(s.arithmetic(sl.Length))
		if l < 0 {
			end = n + l
			if end < off {
				if s.dialect == Bash {
					s.complain("%d: substring expression < 0", l)
					panic(shellExit{s: s, status: 1})
				}
				end = off
			}
		} else {
			end = min(off+l, n)
		}
	}
	if n == len(val) {
		return val[off:end]
	}
	r := []rune(val)
	return string(r[off:end])
}

// replace is ${name/pattern/with}.
func (s *Shell) replace(r *syntax.Replace, val string) string {
	pat := s.pattern(r.Orig, pattern)
	with := s.word(r.With)
	var anchor byte
	if len(pat) > 0 && r.Orig != nil && len(r.Orig.Parts) > 0 {
		if l, ok := r.Orig.Parts[0].(*syntax.Lit); ok && s.dialect == Bash && l.Value != "" && (l.Value[0] == '#' || l.Value[0] == '%') && !r.All {
			anchor = l.Value[0]
			pat = pat[1:]
		}
	}
	if pat == "" && anchor == 0 {
		return val
	}
	switch anchor {
	case '#':
		if n := s.longest(pat, val); n >= 0 {
			return with + val[n:]
		}
		return val
	case '%':
		for i := 0; i <= len(val); i = s.next(val, i) {
			if s.match(pat, val[i:]) {
				return val[:i] + with
			}
			if i == len(val) {
				break
			}
		}
		return val
	}
	var out strings.Builder
	for i := 0; i < len(val); {
		if n := s.longest(pat, val[i:]); n > 0 {
			out.WriteString(with)
			i += n
			if !r.All {
				out.WriteString(val[i:])
				return out.String()
			}
			continue
		}
		j := s.next(val, i)
		out.WriteString(val[i:j])
		i = j
	}
	if val == "" && s.match(pat, "") {
		return with
	}
	return out.String()
}

// longest returns the length of the longest prefix of v that matches, or -1.
func (s *Shell) longest(pat, v string) int {
	if !strings.ContainsAny(pat, `*?[\(`) {
		if strings.HasPrefix(v, pat) {
			return len(pat)
		}
		return -1
	}
	for i := len(v); i >= 0; i-- {
		if i < len(v) && s.utf8 && !utf8.RuneStart(v[i]) {
			continue
		}
		if s.match(pat, v[:i]) {
			return i
		}
	}
	return -1
}

func (s *Shell) next(v string, i int) int {
	if i >= len(v) || !s.utf8 {
		return i + 1
	}
	_, n := utf8.DecodeRuneInString(v[i:])
	return i + n
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

// quoteBytes quotes as bash's $'…', every byte beyond ASCII in octal.
func quoteBytes(v string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(v) {
		switch c := v[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == 27:
			b.WriteString(`\E`)
		case c == '\a':
			b.WriteString(`\a`)
		case c == '\b':
			b.WriteString(`\b`)
		case c == '\\' || c == '\'':
			b.WriteString(`\` + string(c))
		case c < ' ' || c >= 127:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}

// quoteBash quotes as bash's @Q does.
func quoteBash(v string) string {
	for _, r := range v {
		if r < ' ' || r == 127 {
			return quoteBytes(v)
		}
	}
	return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
}
