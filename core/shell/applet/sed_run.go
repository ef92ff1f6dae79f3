package applet

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// write puts a line out; the newline is left out where the last line of input
// had none.
func (s *sedder) write(w io.Writer, text string, eol bool) {
	if s.broken[w] {
		w.Write([]byte{s.delim})
		delete(s.broken, w)
	}
	if !eol {
		s.broken[w] = true
		io.WriteString(w, text)
		return
	}
	w.Write(append([]byte(text), s.delim))
}

func (s *sedder) selects(in *instruction) bool {
	hit := s.inRange(in)
	return hit != in.negate
}

func (s *sedder) is(a *address) bool {
	switch a.kind {
	case 'n':
		return s.line == a.n
	case '$':
		_, more := s.peek()
		return !more
	case '/':
		re := a.re
		if re == nil {
			re = s.last
		}
		if re == nil {
			s.fail("no previous regexp")
		}
		s.last = re
		return re.Match(s.pattern, 0, false) != nil
	case 's':
		if a.step <= 0 {
			return s.line == a.n
		}
		return s.line >= a.n && (s.line-a.n)%a.step == 0
	}
	return false
}

func (s *sedder) inRange(in *instruction) bool {
	if in.a.kind == 0 {
		return true
	}
	if in.b.kind == 0 {
		return s.is(&in.a)
	}
	if !in.active {
		if in.a.kind == 'n' && in.a.n == 0 && s.gnu && s.line == 1 && in.since == 0 {
			in.active, in.since = true, 1
			if in.b.kind == '/' && s.is(&in.b) {
				in.active = false
			}
			return true
		}
		if !s.is(&in.a) {
			return false
		}
		in.since = s.line
		switch in.b.kind {
		case 'n':
			in.active = in.b.n > s.line
		case '+':
			in.active = in.b.n > 0
		case '~':
			in.active = in.b.n > 0 && s.line%in.b.n != 0
		case '$':
			_, more := s.peek()
			in.active = more
		default:
			in.active = true
		}
		return true
	}
	switch in.b.kind {
	case 'n':
		if s.line >= in.b.n {
			in.active = false
			return s.line == in.b.n
		}
	case '+':
		if s.line >= in.since+in.b.n {
			in.active = false
		}
	case '~':
		if s.line%in.b.n == 0 {
			in.active = false
		}
	default:
		if s.is(&in.b) {
			in.active = false
		}
	}
	return true
}

// run carries the script out for every line of the inputs.
func (s *sedder) run() {
	for !s.quit {
		line, ok := s.read()
		if !ok {
			break
		}
		s.pattern = line
		s.cycle()
	}
	if s.in != nil {
		s.in.Close()
		s.in = nil
	}
	s.next = nil
}

func (s *sedder) flushAfter() {
	for _, f := range s.after {
		f()
	}
	s.after = s.after[:0]
}

func (s *sedder) endCycle(print bool) {
	if print && !s.quiet {
		s.write(s.out, s.pattern, !s.noEOL)
	}
	s.flushAfter()
}

func (s *sedder) cycle() {
	p := s.p
	replaced := false
restart:
	for pc := 0; pc < len(s.script); pc++ {
		p.Step()
		in := s.script[pc]
		if in.cmd == ':' || in.cmd == '}' {
			continue
		}
		if !s.selects(in) {
			if in.cmd == '{' {
				pc = in.block
			}
			continue
		}
		switch in.cmd {
		case 'd':
			s.endCycle(false)
			return
		case 'D':
			i := strings.IndexByte(s.pattern, '\n')
			if i < 0 {
				s.endCycle(false)
				return
			}
			s.pattern = s.pattern[i+1:]
			s.flushAfter()
			goto restart
		case 'p':
			s.write(s.out, s.pattern, true)
		case 'P':
			t, _, _ := strings.Cut(s.pattern, "\n")
			s.write(s.out, t, true)
		case 'g':
			s.pattern = s.hold
		case 'G':
			s.pattern += "\n" + s.hold
		case 'h':
			s.hold = s.pattern
		case 'H':
			s.hold += "\n" + s.pattern
		case 'x':
			s.pattern, s.hold = s.hold, s.pattern
		case 'z':
			s.pattern = ""
		case 'F':
			s.write(s.out, s.name, true)
		case '=':
			s.write(s.out, strconv.Itoa(s.line), true)
		case 'l':
			if !s.gnu {
				break // busybox takes it and does nothing
			}
			s.write(s.out, s.unambiguous(in.num), true)
		case 'n':
			if _, more := s.peek(); !more {
				s.endCycle(true)
				s.quit = !s.inPlace && !s.separate
				return
			}
			s.endCycle(true)
			s.pattern, _ = s.read()
		case 'N':
			if _, more := s.peek(); !more {
				s.endCycle(true)
				s.quit = !s.inPlace && !s.separate
				return
			}
			s.flushAfter()
			next, _ := s.read()
			s.pattern += "\n" + next
		case 'q', 'Q':
			s.status = in.num
			s.quit = true
			if in.cmd == 'q' {
				s.endCycle(true)
			}
			if s.inPlace {
				// What is left of the file is copied as it is.
				for {
					l, ok := s.read()
					if !ok {
						break
					}
					s.write(s.out, l, !s.noEOL)
				}
			}
			return
		case 'a':
			text := in.text
			if text == "" {
				break
			}
			s.after = append(s.after, func() { s.write(s.out, strings.TrimSuffix(text, "\n"), true) })
		case 'i':
			if in.text == "" {
				break
			}
			s.write(s.out, strings.TrimSuffix(in.text, "\n"), true)
		case 'c':
			if in.b.kind == 0 || in.negate || !in.active {
				s.write(s.out, strings.TrimSuffix(in.text, "\n"), true)
			}
			s.endCycle(false)
			return
		case 'r':
			name := in.text
			s.after = append(s.after, func() {
				if data, err := p.ReadFile(name); err == nil {
					if s.broken[s.out] {
						s.out.Write([]byte{'\n'})
						delete(s.broken, s.out)
					}
					s.out.Write(data)
				}
			})
		case 'R':
			if line, ok := s.lineOf(in.text); ok {
				s.after = append(s.after, func() { s.write(s.out, strings.TrimSuffix(line, "\n"), true) })
			}
		case 'e':
			if in.text == "" {
				s.pattern = strings.TrimSuffix(s.execute(s.pattern), "\n")
			} else {
				io.WriteString(s.out, s.execute(in.text))
			}
		case 'w', 'W':
			text := s.pattern
			if in.cmd == 'W' {
				text, _, _ = strings.Cut(text, "\n")
			}
			s.toFile(in.text, text)
		case 'y':
			b := []byte(s.pattern)
			for i := range b {
				b[i] = in.to[b[i]]
			}
			s.pattern = string(b)
		case 's':
			if s.substitute(in) {
				replaced = true
				if in.print {
					s.write(s.out, s.pattern, true)
				}
				if in.file != "" {
					s.toFile(in.file, s.pattern)
				}
			}
		case 'b':
			pc = in.block - 1
		case 't':
			if replaced {
				replaced = false
				pc = in.block - 1
			}
		case 'T':
			if !replaced {
				pc = in.block - 1
			}
			replaced = false
		}
	}
	s.endCycle(true)
}

// lineOf reads the next line of a file, for R.
func (s *sedder) lineOf(name string) (string, bool) {
	if s.lines == nil {
		s.lines = map[string]*proc.Reader{}
	}
	r, open := s.lines[name]
	if !open {
		r, _ = s.p.Input(name)
		s.lines[name] = r
	}
	if r == nil {
		return "", false
	}
	return r.Line()
}

func (s *sedder) toFile(name, text string) {
	fd := s.files[name]
	if fd == 1 && !s.gnu {
		s.late = append(s.late, text+"\n"...)
		return
	}
	if fd == 1 {
		s.write(s.out, text, true)
		return
	}
	s.p.WriteFD(fd, []byte(text+"\n"))
}

// unambiguous is what l prints.
func (s *sedder) unambiguous(width int) string {
	var b strings.Builder
	for i := range len(s.pattern) {
		switch c := s.pattern[i]; c {
		case '\\':
			b.WriteString(`\\`)
		case '\a':
			b.WriteString(`\a`)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '\v':
			b.WriteString(`\v`)
		default:
			if c < 32 || c > 126 {
				fmt.Fprintf(&b, `\%03o`, c)
			} else {
				b.WriteByte(c)
			}
		}
	}
	return b.String() + "$"
}
