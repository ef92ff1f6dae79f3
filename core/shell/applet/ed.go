package applet

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
)

// editor is ed. Its cursor is a number and a place, and inserting moves one
// and not the other, as in busybox 1.35: what "1a" does depends on it.
type editor struct {
	p      *proc.Proc
	lines  []string
	num    int // of the current line
	at     int // where the current line is; len(lines) is the end of the ring
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
		if !e.load(e.name, 1) {
			return 0
		}
		e.dirty = false
	}
	for {
		p.Puts(o.Arg('p'))
		line, ok := p.In().Line()
		if !ok {
			return 0
		}
		if e.command(strings.TrimRight(line, " \t\n\r")) {
			return 0
		}
	}
}

// find returns the place of line n, counted from the cursor.
func (e *editor) find(n int) (int, bool) {
	last := len(e.lines)
	if n < 1 || n > last {
		e.complain("line number %d does not exist", n)
		return 0, false
	}
	if e.num <= 0 {
		e.num, e.at = 1, 0
	}
	if n == e.num {
		return e.at, true
	}
	at, num := e.at, e.num
	if n < e.num/2 {
		at, num = 0, 1
	} else if n > (e.num+last)/2 {
		at, num = last-1, last
	}
	ring := last + 1
	return ((at+n-num)%ring + ring) % ring, true
}

func (e *editor) move(n int) bool {
	at, ok := e.find(n)
	if ok {
		e.num, e.at = n, at
	}
	return ok
}

func (e *editor) insert(n int, text string) bool {
	if n < 1 || n > len(e.lines)+1 {
		e.complain("inserting at bad line number")
		return false
	}
	at := len(e.lines)
	if n <= len(e.lines) {
		var ok bool
		if at, ok = e.find(n); !ok {
			return false
		}
	}
	// What is at the end of the ring stays there.
	if e.at >= at && !(e.at == len(e.lines) && e.num == 0) {
		e.at++
	}
	e.lines = append(e.lines[:at:at], append([]string{text}, e.lines[at:]...)...)
	e.dirty = true
	return e.move(n)
}

func (e *editor) load(name string, n int) bool {
	data, err := e.p.ReadFile(name)
	if err != nil {
		e.p.WarnErr(err, "%s", name)
		return false
	}
	lines, _ := toLines(string(data))
	for i, l := range lines {
		if !e.insert(n+i, l) {
			return false
		}
	}
	e.p.Printf("%d\n", len(data))
	return true
}

func (e *editor) text(n int) string {
	at, ok := e.find(n)
	if !ok || at >= len(e.lines) {
		return ""
	}
	return e.lines[at]
}

func (e *editor) delete(from, to int) {
	at, ok := e.find(from)
	if !ok {
		return
	}
	last := len(e.lines)
	if e.num >= from && e.num <= to {
		switch {
		case to < last:
			e.move(to + 1)
		case from > 1:
			e.move(from - 1)
		default:
			e.num = 0
		}
	}
	count := to - from + 1
	if e.num > to {
		e.num -= count
	}
	if e.at > at {
		e.at = max(e.at-count, at)
	}
	e.lines = append(e.lines[:at:at], e.lines[min(at+count, last):]...)
	e.dirty = true
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
		n, s, ok = e.num, s[1:], true
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
			at := (e.num+i)%len(e.lines) + 1
			if e.search != nil && e.search.Match(e.lines[at-1], 0, false) != nil {
				n, ok = at, true
				break
			}
		}
	case c == '+' || c == '-':
		n, ok = e.num, true
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

func (e *editor) bad(from, to int, verb string) bool {
	if from < 1 || to > len(e.lines) || from > to {
		e.complain("bad line range for %s", verb)
		return true
	}
	return false
}

func (e *editor) print(from, to int) {
	if e.bad(from, to, "print") {
		return
	}
	for n := from; n <= to; n++ {
		e.p.Puts(e.text(n) + "\n")
		e.move(n)
	}
}

func (e *editor) add(n int) {
	for {
		l, ok := e.p.In().Line()
		l = strings.TrimSuffix(l, "\n")
		if !ok || l == "." {
			return
		}
		if !e.insert(n, l) {
			return
		}
		n++
	}
}

func (e *editor) command(s string) (quit bool) {
	if e.num == 0 && len(e.lines) > 0 {
		e.num, e.at = 1, 0
	}
	from, s, have := e.address(strings.TrimLeft(s, " "))
	s = strings.TrimLeft(s, " ")
	two := false
	to := 0
	if strings.HasPrefix(s, ",") {
		n, rest, ok := e.address(s[1:])
		if to = n; !ok {
			to = len(e.lines)
		}
		if !have {
			from = 1
		}
		s, have, two = rest, true, true
	}
	if !have {
		from = e.num
	}
	if !two {
		to = from
	}
	cmd := byte(0)
	if s = strings.TrimLeft(s, " "); s != "" {
		cmd = s[0]
		s = s[1:]
	}
	arg := strings.TrimSpace(s)
	switch cmd {
	case 0:
		if have {
			e.print(to, to)
		} else if e.move(e.num + 1) {
			e.print(e.num, e.num)
		}
	case 'p', 'l':
		e.print(from, to)
	case '=':
		e.p.Printf("%d\n", from)
	case 'a':
		e.add(from + 1)
	case 'i':
		if !have && len(e.lines) == 0 {
			from = 1
		}
		e.add(from)
	case 'c':
		if !e.bad(from, to, "delete") {
			e.delete(from, to)
		}
		e.add(from)
	case 'd':
		if !e.bad(from, to, "delete") {
			e.delete(from, to)
		}
	case 's':
		if !e.bad(from, to, "substitute") && s != "" {
			e.substitute(s, from, to)
		}
	case 'k':
		if arg != "" {
			e.marks[arg[0]] = to
		}
	case 'r':
		if arg == "" {
			e.complain("no file name")
			break
		}
		if !have {
			from = len(e.lines)
		}
		e.load(arg, from+1)
	case 'f':
		if arg != "" {
			e.name = arg
		} else if e.name != "" {
			e.p.Puts(fmt.Sprintf("\"%s\"\n", e.name))
		} else {
			e.p.Puts("No file name\n")
		}
	case 'w':
		name := arg
		if name == "" {
			name = e.name
		}
		if name == "" {
			e.complain("no file name specified")
			break
		}
		if !have {
			from, to = 1, len(e.lines)
			e.dirty = false
		}
		if e.bad(from, to, "write") {
			break
		}
		text := ""
		at, _ := e.find(from)
		for range to - from + 1 {
			if at < len(e.lines) {
				text += e.lines[at] + "\n"
			}
			at = (at + 1) % (len(e.lines) + 1)
		}
		if err := e.p.WriteFile(name, []byte(text), 0o666); err != nil {
			e.p.WarnErr(err, "%s", name)
			break
		}
		e.p.Printf("%d\n", len(text))
	case 'q':
		if have || arg != "" {
			e.complain("bad quit command")
			break
		}
		if !e.dirty {
			return true
		}
		e.p.Puts("Really quit? ")
		l, ok := e.p.In().Line()
		l = strings.TrimLeft(l, " ")
		return !ok || strings.HasPrefix(l, "y") || strings.HasPrefix(l, "Y")
	case '.':
		e.print(e.num, e.num)
	case '-':
		if e.move(e.num - 1) {
			e.print(e.num, e.num)
		}
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
		at, _ := e.find(i)
		sd.pattern = e.text(i)
		if sd.substitute(in) {
			e.lines[at] = sd.pattern
			done, e.dirty = true, true
			e.move(i)
		}
	}
	if !done {
		e.complain("no substitutions found for \"%s\"", parts[0])
	} else if strings.Contains(flags, "p") {
		e.print(e.num, e.num)
	}
}
