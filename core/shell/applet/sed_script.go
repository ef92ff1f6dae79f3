package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/regex"
)

// address is what selects lines of input.
type address struct {
	kind byte // 0 none, 'n' line, '$' last, '/' expression, '+' count, '~' multiple, 's' step
	n    int
	step int
	re   *regex.Regexp // nil: the last one used
}

// compile reads a script.
func (s *sedder) compile(src string) {
	i := 0
	for {
		for i < len(src) && strings.IndexByte(" \t\n;\r", src[i]) >= 0 {
			i++
		}
		if i >= len(src) {
			return
		}
		if src[i] == '#' {
			if i == 0 && strings.HasPrefix(src, "#n\n") {
				s.quiet = true
			}
			for i < len(src) && src[i] != '\n' {
				i++
			}
			continue
		}
		in := &instruction{}
		i = s.address(src, i, &in.a)
		if in.a.kind != 0 {
			for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
				i++
			}
			if i < len(src) && src[i] == ',' {
				i++
				for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
					i++
				}
				j := s.address(src, i, &in.b)
				if j == i {
					if s.gnu {
						s.failAt(i+1, "unexpected `,'")
					}
					s.fail("no address after comma")
				}
				i = j
			}
		}
		for i < len(src) && (src[i] == ' ' || src[i] == '\t' || src[i] == '!') {
			if src[i] == '!' {
				in.negate = true
			}
			i++
		}
		if i >= len(src) {
			s.failAt(i, "missing command")
		}
		in.cmd = src[i]
		if !s.gnu && strings.IndexByte("saicrw:btTydDgGhHlnNpPqx={}", in.cmd) < 0 {
			s.fail("unsupported command %c", in.cmd)
		}
		i++
		i = s.arguments(src, i, in)
		s.script = append(s.script, in)
	}
}

// address reads one address at i and returns the place behind it.
func (s *sedder) address(src string, i int, a *address) int {
	if i >= len(src) {
		return i
	}
	c := src[i]
	num := func() int {
		j := i
		for j < len(src) && src[j] >= '0' && src[j] <= '9' {
			j++
		}
		n, _ := strconv.Atoi(src[i:j])
		i = j
		return n
	}
	switch {
	case c >= '0' && c <= '9':
		a.kind = 'n'
		a.n = num()
		if i < len(src) && src[i] == '~' && s.gnu {
			i++
			a.kind = 's'
			a.step = num()
		}
	case c == '$':
		a.kind = '$'
		i++
	case c == '+' || c == '~':
		a.kind = c
		i++
		a.n = num()
	case c == '/' || c == '\\':
		a.kind = '/'
		if c == '\\' {
			if i++; i >= len(src) {
				s.fail("unmatched '%c'", c)
			}
			c = src[i]
		}
		s.reading = "address regex"
		text, j := s.delimited(src, i+1, c, true)
		i = j
		flags := regex.Flags(0)
		for s.gnu && i < len(src) && (src[i] == 'I' || src[i] == 'M') {
			if src[i] == 'I' {
				flags |= regex.FoldCase
			}
			if src[i] == 'M' {
				flags |= regex.Lines
			}
			i++
		}
		a.re = s.expression(text, flags)
	}
	return i
}

// delimited reads up to an unescaped delimiter. In an expression the
// delimiter inside brackets does not count.
func (s *sedder) delimited(src string, i int, delim byte, isRegex bool) (string, int) {
	var b strings.Builder
	inBracket := false
	for ; i < len(src); i++ {
		c := src[i]
		if inBracket {
			b.WriteByte(c)
			if c == '[' && i+1 < len(src) && strings.IndexByte(":.=", src[i+1]) >= 0 {
				if end := strings.Index(src[i+2:], string(src[i+1])+"]"); end >= 0 {
					b.WriteString(src[i+1 : i+2+end+2])
					i += end + 3
				}
				continue
			}
			if c == ']' {
				inBracket = false
			}
			continue
		}
		if c == '\\' && i+1 < len(src) {
			n := src[i+1]
			if n == delim {
				if isRegex && strings.IndexByte(".*[]^$+?(){}|", delim) >= 0 && s.gnu {
					b.WriteByte('\\')
				}
				b.WriteByte(delim)
				i++
				continue
			}
			if n == 'n' && isRegex {
				b.WriteByte('\n')
				i++
				continue
			}
			if k := strings.IndexByte("trfva", n); isRegex && k >= 0 && (n != 'a' || s.gnu) {
				b.WriteByte("\t\r\f\v\a"[k])
				i++
				continue
			}
			b.WriteByte(c)
			b.WriteByte(n)
			i++
			continue
		}
		if c == delim {
			return b.String(), i + 1
		}
		if c == '[' && isRegex {
			inBracket = true
			b.WriteByte(c)
			if i+1 < len(src) && src[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
			if i+1 < len(src) && src[i+1] == ']' {
				i++
				b.WriteByte(']')
			}
			continue
		}
		b.WriteByte(c)
	}
	if s.gnu {
		s.failAt(len(src), "unterminated %s", s.reading)
	}
	s.fail("unmatched '%c'", delim)
	return "", i
}

// expression compiles a regular expression.
func (s *sedder) expression(text string, flags regex.Flags) *regex.Regexp {
	if text == "" {
		return nil
	}
	if s.ere {
		flags |= regex.Extended
	}
	// \n inside brackets is a newline, as is \t.
	text = bracketEscapes(text)
	re, err := regex.Compile(text, flags)
	if err != nil {
		if s.gnu {
			s.fail("%v", err)
		}
		s.p.Die("bad regex '%s': %v", text, err)
	}
	return re
}

func bracketEscapes(t string) string {
	if !strings.Contains(t, `\n`) && !strings.Contains(t, `\t`) {
		return t
	}
	var b strings.Builder
	in := false
	for i := 0; i < len(t); i++ {
		if !in && t[i] == '\\' && i+1 < len(t) {
			b.WriteString(t[i : i+2])
			i++
			continue
		}
		if t[i] == '[' && !in {
			in = true
		} else if t[i] == ']' && in {
			in = false
		} else if in && t[i] == '\\' && i+1 < len(t) && (t[i+1] == 'n' || t[i+1] == 't') {
			b.WriteByte(map[byte]byte{'n': '\n', 't': '\t'}[t[i+1]])
			i++
			continue
		}
		b.WriteByte(t[i])
	}
	return b.String()
}
