package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
)

// arguments reads what follows the letter of a command.
func (s *sedder) arguments(src string, i int, in *instruction) int {
	skip := func() {
		for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
			i++
		}
	}
	rest := func(stops string) string {
		skip()
		j := i
		for j < len(src) && strings.IndexByte(stops, src[j]) < 0 {
			j++
		}
		t := strings.TrimRight(src[i:j], " \t\r")
		i = j
		return t
	}
	switch in.cmd {
	case '{':
		s.stack = append(s.stack, len(s.script))
		return i
	case '}':
		if len(s.stack) == 0 {
			if s.gnu {
				s.failAt(i, "unexpected `}'")
			}
			return i
		}
		open := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		s.script[open].block = len(s.script)
	case ':':
		in.text = rest("\n;")
		if s.gnu {
			in.text = strings.TrimSpace(in.text)
		}
		if in.text == "" {
			s.failAt(i, "\":\" lacks a label")
		}
		s.labels[in.text] = len(s.script)
		return i
	case 'b', 't', 'T':
		in.text = rest("\n;}")
	case 'r', 'w', 'R', 'W':
		in.text = rest("\n")
		if in.text == "" {
			if s.gnu {
				s.failAt(i, "missing filename in r/R/w/W commands")
			}
			s.fail("empty filename")
		}
		if in.cmd == 'w' || in.cmd == 'W' {
			s.create(in.text)
		}
		return i
	case 'a', 'i', 'c':
		skip()
		ended := false
		if i < len(src) && src[i] == '\\' {
			i++
			ended = i == len(src)
			j := i
			for j < len(src) && (src[j] == ' ' || src[j] == '\t') {
				j++
			}
			if j < len(src) && src[j] == '\n' {
				i = j + 1
			}
		}
		var b strings.Builder
		for i < len(src) && src[i] != '\n' {
			if src[i] == '\\' && i+1 < len(src) {
				i++
				if src[i] == 't' && b.Len() > 0 {
					b.WriteByte('\t')
					i++
					continue
				}
				if src[i] == 'n' && !s.gnu {
					b.WriteByte('\n')
					i++
					continue
				}
			}
			b.WriteByte(src[i])
			i++
		}
		in.text = b.String() + "\n"
		if s.gnu && ended {
			in.text = ""
			return i
		}
		if b.Len() == 0 && i >= len(src) && (s.gnu || !ended) {
			if s.gnu {
				s.failAt(i, "expected \\ after `a', `c' or `i'")
			}
			s.fail("expected \\ after [acir]")
		}
		return i
	case 's':
		if i >= len(src) {
			if s.gnu {
				s.failAt(i, "unterminated `s' command")
			}
			s.fail("bad substitution expression")
		}
		delim := src[i]
		if !s.gnu {
			in.nth = 1
		}
		s.reading = "`s' command"
		pat, j := s.delimited(src, i+1, delim, true)
		with, j := s.delimitedText(src, j, delim)
		i = j
		flags := regex.Flags(0)
	loop:
		for i < len(src) {
			switch c := src[i]; {
			case c == 'g':
				in.global = true
				if !s.gnu && !strings.HasPrefix(pat, "^") {
					in.nth = 0
				}
			case c == 'p':
				in.print = true
			case c == 'i' || c == 'I':
				flags |= regex.FoldCase
			case c == 'm' || c == 'M':
				flags |= regex.Lines
			case c == 'e' && s.gnu:
				in.eval = true
			case c >= '1' && c <= '9':
				k := i
				for k < len(src) && src[k] >= '0' && src[k] <= '9' {
					k++
				}
				in.nth, _ = strconv.Atoi(src[i:k])
				i = k
				continue
			case c == 'w':
				i++
				in.file = rest("\n")
				s.create(in.file)
				break loop
			default:
				break loop
			}
			i++
		}
		s.at = min(i+1, len(src))
		in.re = s.expression(pat, flags)
		in.with = s.replacement(with)
		for _, w := range in.with {
			if in.re != nil && w.group > in.re.Groups() {
				if s.gnu {
					s.fail("invalid reference \\%d on `s' command's RHS", w.group)
				}
				s.fail("invalid reference \\%d on s command's RHS", w.group)
			}
		}
	case 'y':
		s.reading = "`y' command"
		if i >= len(src) {
			if s.gnu {
				s.failAt(i, "unterminated `y' command")
			}
			s.fail("bad format in substitution expression")
		}
		delim := src[i]
		a, j := s.delimitedText(src, i+1, delim)
		b, j := s.delimitedText(src, j, delim)
		i = j
		from, to := yText(a, delim), yText(b, delim)
		if len(from) != len(to) {
			if s.gnu {
				s.failAt(i, "strings for `y' command are different lengths")
			}
			s.fail("strings for 'y' command are different lengths")
		}
		in.from = from
		for c := range in.to {
			in.to[c] = byte(c)
		}
		for k := range from {
			in.to[from[k]] = to[k]
		}
	case 'q', 'Q', 'l', 'L':
		if !s.gnu {
			break
		}
		t := rest("\n;}")
		in.num, _ = strconv.Atoi(t)
	case 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', '=':
	case 'e':
		if !s.gnu {
			s.fail("unsupported command %c", in.cmd)
		}
		in.text = rest("\n")
		return i
	case 'z', 'F':
		if !s.gnu {
			s.fail("unsupported command %c", in.cmd)
		}
	default:
		if s.gnu {
			s.failAt(i, "unknown command: `%c'", in.cmd)
		}
		s.fail("unsupported command %c", in.cmd)
	}
	skip()
	if in.cmd == 'q' && !s.gnu && i < len(src) && src[i] >= '0' && src[i] <= '9' {
		s.fail("missing command")
	}
	if i < len(src) && strings.IndexByte("\n;}#\r", src[i]) < 0 {
		if in.cmd == 's' {
			if s.gnu {
				s.failAt(i+1, "unknown option to `s'")
			}
			s.fail("bad option in substitution expression")
		}
		if s.gnu {
			s.failAt(i+1, "extra characters after command")
		}
		s.fail("garbage after command: %s", src[i:])
	}
	return i
}

func yText(t string, delim byte) []byte {
	var out []byte
	for i := 0; i < len(t); i++ {
		if t[i] == '\\' && i+1 < len(t) {
			i++
			switch t[i] {
			case 'n':
				out = append(out, '\n')
			case 't':
				out = append(out, '\t')
			default:
				out = append(out, t[i])
			}
			continue
		}
		out = append(out, t[i])
	}
	return out
}

// delimitedText is delimited for text: escapes stay.
func (s *sedder) delimitedText(src string, i int, delim byte) (string, int) {
	start := i
	for ; i < len(src); i++ {
		if src[i] == '\\' {
			i++
			continue
		}
		if src[i] == delim {
			t := src[start:i]
			if delim != '\\' {
				t = unescapeDelim(t, delim)
			}
			return t, i + 1
		}
	}
	if s.gnu {
		s.failAt(len(src), "unterminated %s", s.reading)
	}
	s.fail("unmatched '%c'", delim)
	return "", i
}

func unescapeDelim(t string, delim byte) string {
	if delim >= '0' && delim <= '9' || delim == 'n' || delim == '&' {
		return t
	}
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] == '\\' && i+1 < len(t) {
			if t[i+1] == delim {
				i++
				b.WriteByte(delim)
				continue
			}
			b.WriteString(t[i : i+2])
			i++
			continue
		}
		b.WriteByte(t[i])
	}
	return b.String()
}

// replacement takes the second part of s apart.
func (s *sedder) replacement(t string) []piece {
	var out []piece
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, piece{text: b.String(), group: -1})
			b.Reset()
		}
	}
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case c == '&':
			flush()
			out = append(out, piece{group: 0})
		case c == '\\' && i+1 < len(t):
			i++
			switch n := t[i]; {
			case n >= '0' && n <= '9':
				flush()
				out = append(out, piece{group: int(n - '0')})
			case n == 'n':
				b.WriteByte('\n')
			case n == 't':
				b.WriteByte('\t')
			case n == 'r':
				b.WriteByte('\r')
			case n == 'f':
				b.WriteByte('\f')
			case n == 'v':
				b.WriteByte('\v')
			case n == 'a':
				b.WriteByte('\a')
			case s.gnu && strings.IndexByte("ULulE", n) >= 0:
				flush()
				out = append(out, piece{group: -1, fold: n})
			default:
				b.WriteByte(n)
			}
		default:
			b.WriteByte(c)
		}
	}
	flush()
	return out
}

// create opens a file for w once.
func (s *sedder) create(name string) {
	if _, ok := s.files[name]; ok {
		return
	}
	switch name {
	case "/dev/stdout":
		s.files[name] = 1
		return
	case "/dev/stderr":
		s.files[name] = 2
		return
	}
	fd, err := s.p.Open(name, proc.Write|proc.Create|proc.Trunc, 0o666)
	if err != nil {
		s.p.Die("can't open '%s': %s", name, proc.Text(err))
	}
	s.files[name] = fd
}
