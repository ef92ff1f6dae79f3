package applet

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
)

// editor is ed.
type editor struct {
	p      *proc.Proc
	lines  []string
	dot    int
	name   string
	dirty  bool
	search *regex.Regexp
	marks  map[byte]int
}

func ed(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "sp:")
	e := &editor{p: p, marks: map[byte]int{}}
	if len(o.Rest) > 0 {
		e.name = o.Rest[0]
		if n, err := e.load(e.name, 0); err == nil {
			e.dirty = false
			e.dot = len(e.lines)
			if !o.Has('s') {
				p.Printf("%d\n", n)
			}
		} else {
			p.WarnErr(err, "can't open '%s'", e.name)
		}
	}
	for {
		line, ok := p.In().Line()
		if !ok {
			return 0
		}
		if e.command(strings.TrimSuffix(line, "\n")) {
			return 0
		}
	}
}

func (e *editor) load(name string, after int) (int, error) {
	data, err := e.p.ReadFile(name)
	if err != nil {
		return 0, err
	}
	lines, _ := toLines(string(data))
	e.lines = append(e.lines[:after:after], append(lines, e.lines[after:]...)...)
	e.dirty = true
	return len(data), nil
}

func (e *editor) complain(format string, a ...any) { e.p.Warn(format, a...) }

// address reads one address; ok is false where there is none.
func (e *editor) address(s string) (n int, rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	if s == "" {
		return 0, s, false
	}
	switch c := s[0]; {
	case c >= '0' && c <= '9':
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		n, _ = strconv.Atoi(s[:i])
		s, ok = s[i:], true
	case c == '.':
		n, s, ok = e.dot, s[1:], true
	case c == '$':
		n, s, ok = len(e.lines), s[1:], true
	case c == '\'' && len(s) > 1:
		n, s, ok = e.marks[s[1]], s[2:], true
	case c == '/':
		end := strings.IndexByte(s[1:], '/')
		pat := s[1:]
		s = ""
		if end >= 0 {
			s = pat[end+1:]
			pat = pat[:end]
		}
		if pat != "" {
			if re, err := regex.Compile(pat, 0); err == nil {
				e.search = re
			}
		}
		for i := range len(e.lines) {
			at := (e.dot+i)%len(e.lines) + 1
			if e.search != nil && e.search.Match(e.lines[at-1], 0, false) != nil {
				n, ok = at, true
				break
			}
		}
	case c == '+' || c == '-':
		n, ok = e.dot, true
	}
	for ok && s != "" && (s[0] == '+' || s[0] == '-') {
		sign := 1
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		d := 1
		if i > 0 {
			d, _ = strconv.Atoi(s[:i])
		}
		n += sign * d
		s = s[i:]
	}
	return n, s, ok
}

func (e *editor) command(s string) (quit bool) {
	from, to := e.dot, e.dot
	given := false
	s = strings.TrimLeft(s, " ")
	if strings.HasPrefix(s, "%") || strings.HasPrefix(s, ",") {
		from, to, given = 1, len(e.lines), true
		s = s[1:]
	} else if n, rest, ok := e.address(s); ok {
		from, to, given = n, n, true
		s = rest
		if strings.HasPrefix(s, ",") {
			if n, rest, ok := e.address(s[1:]); ok {
				to, s = n, rest
			} else {
				to, s = len(e.lines), s[1:]
			}
		}
	}
	bad := func() bool {
		if from < 1 || to > len(e.lines) || from > to {
			e.complain("bad line range")
			return true
		}
		return false
	}
	cmd := byte(0)
	if s != "" {
		cmd = s[0]
		s = strings.TrimSpace(s[1:])
	}
	switch cmd {
	case 0:
		if !given {
			to = e.dot + 1
			from = to
		}
		if bad() {
			return
		}
		e.dot = to
		e.p.Puts(e.lines[to-1] + "\n")
	case 'p', 'l', 'n':
		if bad() {
			return
		}
		for i := from; i <= to; i++ {
			if cmd == 'n' {
				e.p.Printf("%d\t", i)
			}
			e.p.Puts(e.lines[i-1] + "\n")
		}
		e.dot = to
	case '=':
		e.p.Printf("%d\n", to)
	case 'a', 'i', 'c':
		at := to
		if cmd == 'i' && at > 0 {
			at--
		}
		if cmd == 'c' {
			if bad() {
				return
			}
			e.lines = append(e.lines[:from-1:from-1], e.lines[to:]...)
			at = from - 1
		}
		var text []string
		for {
			l, ok := e.p.In().Line()
			l = strings.TrimSuffix(l, "\n")
			if !ok || l == "." {
				break
			}
			text = append(text, l)
		}
		at = min(at, len(e.lines))
		e.lines = append(e.lines[:at:at], append(text, e.lines[at:]...)...)
		e.dot = at + len(text)
		e.dirty = true
	case 'd':
		if bad() {
			return
		}
		e.lines = append(e.lines[:from-1:from-1], e.lines[to:]...)
		e.dot = min(from, len(e.lines))
		e.dirty = true
	case 's':
		if bad() || s == "" {
			return
		}
		e.substitute(s, from, to)
	case 'k':
		if s != "" {
			e.marks[s[0]] = to
		}
	case 'r':
		name := s
		if name == "" {
			name = e.name
		}
		if n, err := e.load(name, to); err != nil {
			e.p.WarnErr(err, "can't open '%s'", name)
		} else {
			e.p.Printf("%d\n", n)
		}
	case 'f':
		if s != "" {
			e.name = s
		}
		e.p.Puts(fmt.Sprintf("\"%s\"\n", e.name))
	case 'w':
		if !given {
			from, to = 1, len(e.lines)
		}
		name := s
		if name == "" {
			name = e.name
		}
		text := ""
		for i := from; i <= to; i++ {
			text += e.lines[i-1] + "\n"
		}
		if err := e.p.WriteFile(name, []byte(text), 0o666); err != nil {
			e.p.WarnErr(err, "can't open '%s'", name)
			return
		}
		e.dirty = false
		e.p.Printf("%d\n", len(text))
	case 'q', 'Q':
		return true
	default:
		e.complain("unimplemented command")
	}
	return false
}

func (e *editor) substitute(s string, from, to int) {
	parts := strings.Split(s[1:], s[:1])
	if len(parts) < 2 {
		e.complain("bad substitute")
		return
	}
	flags := ""
	if len(parts) > 2 {
		flags = parts[2]
	}
	if parts[0] != "" {
		re, err := regex.Compile(parts[0], 0)
		if err != nil {
			e.complain("bad substitute")
			return
		}
		e.search = re
	}
	if e.search == nil {
		e.complain("no previous search string")
		return
	}
	sd := &sedder{p: e.p, labels: map[string]int{}}
	in := &instruction{re: e.search, with: sd.replacement(parts[1]), nth: 1}
	if strings.Contains(flags, "g") {
		in.nth = 0
	}
	done := false
	for i := from; i <= to; i++ {
		sd.pattern = e.lines[i-1]
		if sd.substitute(in) {
			e.lines[i-1] = sd.pattern
			e.dot, done, e.dirty = i, true, true
		}
	}
	if !done {
		e.complain("no substitutions found for \"%s\"", parts[0])
	} else if strings.Contains(flags, "p") {
		e.p.Puts(e.lines[e.dot-1] + "\n")
	}
}
