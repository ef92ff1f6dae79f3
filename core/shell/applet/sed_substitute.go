package applet

import (
	"io"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
)

// substitute is the command s.
func (s *sedder) substitute(in *instruction) bool {
	re := in.re
	if re == nil {
		re = s.last
	}
	if re == nil {
		s.fail("no previous regexp")
	}
	s.last = re
	if !s.gnu {
		return s.substituteBox(in, re)
	}
	text := s.pattern
	var b strings.Builder
	done := false
	n, pos := 0, 0
	prevEnd := -1
	for pos <= len(text) {
		m := re.Match(text, pos, pos > 0)
		if m == nil {
			break
		}
		// An empty match right behind a match does not count.
		if m[0] == m[1] && m[0] == prevEnd {
			if pos >= len(text) {
				break
			}
			b.WriteByte(text[pos])
			pos++
			prevEnd = -1
			continue
		}
		n++
		b.WriteString(text[pos:m[0]])
		if in.nth == 0 || n == in.nth || in.global && n > in.nth {
			s.expand(&b, in.with, text, m)
			done = true
		} else {
			b.WriteString(text[m[0]:m[1]])
		}
		prevEnd = m[1]
		if m[0] == m[1] {
			if m[1] < len(text) {
				b.WriteByte(text[m[1]])
			}
			pos = m[1] + 1
		} else {
			pos = m[1]
		}
		if done && !in.global {
			break
		}
	}
	if !done {
		return false
	}
	if pos <= len(text) {
		b.WriteString(text[pos:])
	}
	s.pattern = b.String()
	if in.eval {
		s.pattern = strings.TrimSuffix(s.execute(s.pattern), "\n")
	}
	return true
}

// substituteBox is the command s as busybox has it: which match is meant is 1
// unless g or a number says otherwise, and the later of the two wins.
func (s *sedder) substituteBox(in *instruction, re *regex.Regexp) bool {
	line := s.pattern
	m := re.Match(line, 0, false)
	if m == nil {
		return false
	}
	var b strings.Builder
	count := 0
	altered, tried := false, false
	empty := true
	for m != nil {
		start, end := m[0], m[1]
		count++
		if in.nth != 0 && in.nth != count {
			b.WriteString(line[:end])
			line = line[end:]
			if start == end && line != "" {
				b.WriteByte(line[0])
				line = line[1:]
			}
		} else {
			b.WriteString(line[:start])
			if empty || start != 0 || start != end {
				s.expand(&b, in.with, line, m)
				altered = true
			}
			empty = start == end
			if empty {
				if end >= len(line) {
					tried = true
				} else {
					b.WriteByte(line[end])
					end++
				}
			}
			line = line[end:]
			if in.nth != 0 {
				break
			}
		}
		if line == "" {
			if tried {
				break
			}
			tried = true
		}
		m = re.Match(line, 0, true)
	}
	b.WriteString(line)
	s.pattern = b.String()
	return altered
}

func (s *sedder) expand(b *strings.Builder, with []piece, text string, m []int) {
	var mode, once byte
	put := func(t string) {
		switch mode {
		case 'U':
			t = strings.ToUpper(t)
		case 'L':
			t = strings.ToLower(t)
		}
		if once != 0 && t != "" {
			if once == 'u' {
				t = strings.ToUpper(t[:1]) + t[1:]
			} else {
				t = strings.ToLower(t[:1]) + t[1:]
			}
			once = 0
		}
		b.WriteString(t)
	}
	for _, w := range with {
		switch {
		case w.fold == 'E':
			mode = 0
		case w.fold == 'u' || w.fold == 'l':
			once = w.fold
		case w.fold != 0:
			mode = w.fold
		case w.group < 0:
			put(w.text)
		case 2*w.group+1 < len(m) && m[2*w.group] >= 0:
			put(text[m[2*w.group]:m[2*w.group+1]])
		}
	}
}

// execute runs a command line by the shell and returns what it writes.
func (s *sedder) execute(line string) string {
	p := s.p
	p.Out().Flush()
	r, w := p.Machine().Pipe()
	fd := 3
	for p.Opened(fd) {
		fd++
	}
	child := p.Child(p.Args)
	child.Give(1, w)
	p.Give(fd, r)
	child.Go(func(c *proc.Proc) int { return runShell(c, line, nil) })
	text, _ := io.ReadAll(p.FD(fd))
	p.Close(fd)
	p.Wait(func() bool { _, done := child.Ended(); return done })
	return string(text)
}
