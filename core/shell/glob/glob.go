package glob

import (
	"strings"
	"unicode/utf8"
)

// Flags change how a pattern is matched.
type Flags int

// The flags, combined by |.
const (
	PathName Flags = 1 << iota // "*", "?" and brackets do not match "/"
	Period                     // a leading "." must be matched by itself
	FoldCase                   // letters match whatever their case
	Extended                   // bash's ?(a|b) *(…) +(…) @(…) !(…)
	NoCaret                    // [^…] is no complement, only [!…] is
	Bytes                      // "?" and brackets take one byte, not one UTF-8 character
)

// Special reports whether s has a character that is special in patterns.
func Special(s string) bool { return strings.ContainsAny(s, `*?[\`) }

// Escape puts a backslash before every character of s that is special.
func Escape(s string) string {
	if !strings.ContainsAny(s, `*?[]\!^-()|+@`) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(`*?[]\!^-()|+@`, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Unescape removes the backslashes.
func Unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}

// Match reports whether the whole of s matches pattern.
func Match(pattern, s string, f Flags) bool {
	if f&Period != 0 && strings.HasPrefix(s, ".") && !strings.HasPrefix(pattern, ".") && !strings.HasPrefix(pattern, `\.`) {
		return false
	}
	m := matcher{f: f, budget: 1 << 20}
	return m.match(pattern, s)
}

type matcher struct {
	f      Flags
	budget int
}

func (m *matcher) char(s string) (rune, int) {
	if s[0] < utf8.RuneSelf || m.f&Bytes != 0 {
		return rune(s[0]), 1
	}
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n <= 1 {
		return rune(s[0]), 1
	}
	return r, n
}

func fold(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 32
	}
	return r
}

func (m *matcher) match(p, s string) bool {
	// The position to go back to: only the last "*" ever needs it.
	backP, backS := "", ""
	star := false
	for {
		if m.budget--; m.budget < 0 {
			return false
		}
		if m.f&Extended != 0 && len(p) > 1 && p[1] == '(' && strings.IndexByte("?*+@!", p[0]) >= 0 {
			if m.extended(p, s) {
				return true
			}
			goto back
		}
		if p == "" {
			if s == "" {
				return true
			}
			goto back
		}
		switch p[0] {
		case '*':
			for p != "" && p[0] == '*' && !(m.f&Extended != 0 && len(p) > 1 && p[1] == '(') {
				p = p[1:]
			}
			if p == "" {
				return m.f&PathName == 0 || !strings.Contains(s, "/")
			}
			backP, backS, star = p, s, true
			continue
		case '?':
			if s == "" || s[0] == '/' && m.f&PathName != 0 {
				goto back
			}
			_, n := m.char(s)
			p, s = p[1:], s[n:]
			continue
		case '[':
			if s == "" {
				goto back
			}
			r, n := m.char(s)
			ok, rest, valid := m.bracket(p, r)
			if valid {
				if !ok || r == '/' && m.f&PathName != 0 {
					goto back
				}
				p, s = rest, s[n:]
				continue
			}
		case '\\':
			if len(p) > 1 {
				p = p[1:]
			}
		}
		if s != "" && (p[0] == s[0] || m.f&FoldCase != 0 && fold(rune(p[0])) == fold(rune(s[0]))) {
			p, s = p[1:], s[1:]
			continue
		}
	back:
		if !star || backS == "" || backS[0] == '/' && m.f&PathName != 0 {
			return false
		}
		_, n := m.char(backS)
		backS = backS[n:]
		p, s = backP, backS
	}
}

// bracket matches r against the bracket expression that p begins with. valid
// is false where there is no closing bracket: "[" then stands for itself.
func (m *matcher) bracket(p string, r rune) (ok bool, rest string, valid bool) {
	p = p[1:]
	neg := false
	if p != "" && (p[0] == '!' || p[0] == '^' && m.f&NoCaret == 0) {
		neg = true
		p = p[1:]
	}
	if m.f&FoldCase != 0 {
		r = fold(r)
	}
	for first := true; ; first = false {
		if p == "" {
			return false, "", false
		}
		if p[0] == ']' && !first {
			return ok != neg, p[1:], true
		}
		if strings.HasPrefix(p, "[:") {
			if name, after, found := strings.Cut(p[2:], ":]"); found {
				if Class(name, r) {
					ok = true
				}
				p = after
				continue
			}
		}
		lo, n := m.member(p)
		p = p[n:]
		hi := lo
		if len(p) > 1 && p[0] == '-' && p[1] != ']' {
			hi, n = m.member(p[1:])
			p = p[1+n:]
		}
		if m.f&FoldCase != 0 {
			lo, hi = fold(lo), fold(hi)
		}
		if lo <= r && r <= hi {
			ok = true
		}
	}
}

func (m *matcher) member(p string) (rune, int) {
	for _, q := range []string{".", "="} {
		if strings.HasPrefix(p, "["+q) {
			if name, _, found := strings.Cut(p[2:], q+"]"); found && name != "" {
				r, _ := m.char(name)
				return r, len(name) + 4
			}
		}
	}
	if p[0] == '\\' && len(p) > 1 {
		r, n := m.char(p[1:])
		return r, n + 1
	}
	return m.char(p)
}

// Class reports whether r is in the POSIX class called name, in the C locale.
func Class(name string, r rune) bool {
	switch name {
	case "alpha":
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	case "digit":
		return '0' <= r && r <= '9'
	case "alnum":
		return Class("alpha", r) || Class("digit", r)
	case "upper":
		return 'A' <= r && r <= 'Z'
	case "lower":
		return 'a' <= r && r <= 'z'
	case "space":
		return r == ' ' || '\t' <= r && r <= '\r'
	case "blank":
		return r == ' ' || r == '\t'
	case "punct":
		return '!' <= r && r <= '~' && !Class("alnum", r)
	case "print":
		return ' ' <= r && r <= '~'
	case "graph":
		return '!' <= r && r <= '~'
	case "cntrl":
		return r < ' ' || r == 127
	case "xdigit":
		return Class("digit", r) || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F'
	}
	return false
}

// extended matches a pattern that begins with ?( *( +( @( or !(.
func (m *matcher) extended(p, s string) bool {
	op := p[0]
	alts, rest, ok := alternatives(p[2:])
	if !ok {
		return p[0] == '?' && s != "" && m.match(p[1:], s[1:]) || s != "" && p[0] == s[0] && m.match(p[1:], s[1:])
	}
	if op == '?' || op == '*' {
		if m.match(rest, s) {
			return true
		}
	}
	for i := 0; i <= len(s); i++ {
		head, tail := s[:i], s[i:]
		hit := false
		for _, a := range alts {
			if m.match(a, head) {
				hit = true
				break
			}
		}
		switch {
		case op == '!':
			if !hit && m.match(rest, tail) {
				return true
			}
		case !hit:
		case (op == '*' || op == '+') && i > 0 && m.extended("*"+p[1:], tail):
			return true
		case m.match(rest, tail):
			return true
		}
	}
	return false
}

// alternatives splits "a|b)rest".
func alternatives(p string) (alts []string, rest string, ok bool) {
	depth, start := 0, 0
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '(':
			depth++
		case '|':
			if depth == 0 {
				alts = append(alts, p[start:i])
				start = i + 1
			}
		case ')':
			if depth == 0 {
				return append(alts, p[start:i]), p[i+1:], true
			}
			depth--
		}
	}
	return nil, "", false
}
