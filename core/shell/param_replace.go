package shell

import (
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

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

// next is the offset behind the character at i.
func (s *Shell) next(v string, i int) int {
	if i >= len(v) || !s.utf8 {
		return i + 1
	}
	_, n := utf8.DecodeRuneInString(v[i:])
	return i + n
}
