package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

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
