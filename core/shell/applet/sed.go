package applet

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
	"layerlab.dev/core/vfs"
)

// instruction is one command of a sed script.
type instruction struct {
	a, b   address
	negate bool
	cmd    byte
	text   string // of a, i, c, r, w, y, labels
	block  int    // of {: where it ends; of b and t: the target
	re     *regex.Regexp
	with   []piece
	global bool
	nth    int
	print  bool
	file   string
	eval   bool
	from   []byte // of y
	to     [256]byte
	num    int // of q, Q, l
	active bool
	since  int
}

// piece is a part of a replacement: text, or group n (0 for &).
type piece struct {
	text  string
	group int
	fold  byte // of GNU's \U \L \u \l \E
}

// sedder runs a sed script.
type sedder struct {
	p        *proc.Proc
	gnu      bool
	ere      bool
	quiet    bool
	script   []*instruction
	labels   map[string]int
	stack    []int
	last     *regex.Regexp
	inputs   []string
	in       *proc.Reader
	next     *string
	noEOL    bool
	line     int
	pattern  string
	hold     string
	after    []func()
	out      io.Writer
	files    map[string]int
	inPlace  bool
	suffix   string
	status   int
	quit     bool
	delim    byte
	separate bool
	broken   map[io.Writer]bool
	late     []byte // what w wrote to /dev/stdout: busybox has a buffer of its own for it
}

func sed(p *proc.Proc) int {
	if len(p.Args) == 2 && (p.Args[1] == "--help" || p.Args[1] == "--version") {
		if p.Args[1] == "--version" {
			if p.GNU {
				p.Puts("sed (GNU sed) 4.9\n")
			} else {
				p.Puts("This is not GNU sed version 4.0\n")
			}
			return 0
		}
		p.Errorf("%s", usageText(p))
		return 0
	}
	o := options(p, "i::rEne:f:zsu\x81:", "expression=e", "file=f", "in-place=i", "quiet=n", "silent=n", "regexp-extended=r", "null-data=z", "separate=s", "version=\x82", "line-length=\x81", "posix=\x83")
	s := &sedder{p: p, gnu: p.GNU, ere: o.Has('r') || o.Has('E'), quiet: o.Has('n'), labels: map[string]int{}, files: map[string]int{}, delim: '\n', broken: map[io.Writer]bool{}}
	s.inPlace, s.suffix = o.Has('i'), o.Arg('i')
	s.separate = o.Has('s') || s.inPlace
	if o.Has('z') {
		s.delim = 0
	}
	rest := o.Rest
	var parts []string
	for _, x := range o.Order {
		switch x.Char {
		case 'e':
			parts = append(parts, x.Arg)
		case 'f':
			data, err := p.ReadFile(x.Arg)
			if err != nil {
				if p.GNU {
					p.Die("couldn't open file %s: %s", x.Arg, proc.Text(err))
				}
				p.Die("%s: %s", x.Arg, proc.Text(err))
			}
			parts = append(parts, strings.TrimSuffix(string(data), "\n"))
		}
	}
	if len(parts) == 0 {
		if len(rest) == 0 {
			if p.GNU {
				p.Errorf("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n")
				return 1
			}
			return usage(p)
		}
		parts, rest = []string{rest[0]}, rest[1:]
	}
	s.compile(strings.Join(parts, "\n"))
	if len(s.stack) > 0 {
		if s.gnu {
			s.fail("unmatched {")
		}
		for _, open := range s.stack {
			s.script[open].block = len(s.script)
		}
	}
	for _, in := range s.script {
		if in.cmd == 'b' || in.cmd == 't' || in.cmd == 'T' {
			if in.text == "" {
				in.block = len(s.script)
			} else if at, ok := s.labels[in.text]; ok {
				in.block = at
			} else {
				p.Die("can't find label for jump to '%s'", in.text)
			}
		}
	}
	if s.inPlace {
		for _, name := range rest {
			if s.edit(name); s.quit {
				break
			}
		}
		return s.status
	}
	if len(rest) == 0 {
		rest = []string{"-"}
	}
	s.out = p.Out()
	if s.separate {
		for _, n := range rest {
			s.inputs = []string{n}
			s.line = 0
			s.run()
		}
	} else {
		s.inputs = rest
		s.run()
	}
	p.Out().Write(s.late)
	return s.status
}

func (s *sedder) fail(format string, a ...any) {
	if s.gnu {
		s.p.Errorf("sed: -e expression #1, char 0: %s\n", fmt.Sprintf(format, a...))
		s.p.Exit(1)
	}
	s.p.Die(format, a...)
}

// edit changes a file in place: a new file takes the old one's name, mode and
// owner.
func (s *sedder) edit(name string) {
	p := s.p
	n, err := p.Stat(name)
	if err != nil {
		if p.GNU {
			p.Warn("can't read %s: %s", name, proc.Text(err))
			s.status = 2
		} else {
			simple(p, name, err)
			s.status = 1
		}
		return
	}
	if n.Kind != vfs.File {
		if p.GNU {
			p.Warn("couldn't edit %s: not a regular file", name)
			s.status = 4
		} else {
			p.Warn("'%s' is not a regular file", name)
			s.status = 1
		}
		return
	}
	dir := ""
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		dir = name[:i+1]
	}
	tmp := fmt.Sprintf("%ssed%06d", dir, p.PID)
	if !p.GNU {
		tmp = name + fmt.Sprintf("%06d", p.PID)
	}
	old := p.Umask
	p.Umask = 0o077
	fd, err := p.Open(tmp, proc.Write|proc.Create|proc.Excl, 0o600)
	p.Umask = old
	if err != nil {
		if p.GNU {
			p.Warn("couldn't open temporary file %s: %s", tmp, proc.Text(err))
			p.Exit(4)
		}
		p.Die("can't create temp file '%sXXXXXX': %s", name, proc.Text(err))
	}
	p.Chmod(tmp, n.Mode)
	p.Chown(tmp, n.UID, n.GID)
	p.Chmod(tmp, n.Mode)
	w := p.FD(fd)
	buf := &buffered{w: w}
	s.out = buf
	s.inputs = []string{name}
	s.line = 0
	s.run()
	buf.flush()
	w.Close()
	if s.suffix != "" {
		backup := name + s.suffix
		if strings.Contains(s.suffix, "*") && p.GNU {
			backup = dir + strings.ReplaceAll(s.suffix, "*", base(name))
		}
		p.Rename(name, backup)
	}
	if err := p.Rename(tmp, name); err != nil {
		p.Unlink(tmp)
		p.WarnErr(err, "can't rename '%s'", tmp)
		s.status = 1
	}
}

// buffered gathers what is written.
type buffered struct {
	w   io.Writer
	buf []byte
}

func (b *buffered) Write(data []byte) (int, error) {
	b.buf = append(b.buf, data...)
	if len(b.buf) > 64<<10 {
		b.flush()
	}
	return len(data), nil
}

func (b *buffered) flush() {
	if len(b.buf) > 0 {
		b.w.Write(b.buf)
		b.buf = b.buf[:0]
	}
}

// read returns the next line of input. Whether it is the last is known only
// by reading one more.
func (s *sedder) read() (string, bool) {
	line, ok := s.peek()
	if !ok {
		return "", false
	}
	s.next = nil
	s.line++
	body, nl := strings.CutSuffix(line, string(s.delim))
	s.noEOL = !nl
	return body, true
}

func (s *sedder) peek() (string, bool) {
	if s.next != nil {
		return *s.next, true
	}
	for {
		if s.in == nil {
			if len(s.inputs) == 0 {
				return "", false
			}
			name := s.inputs[0]
			s.inputs = s.inputs[1:]
			r, err := s.p.Input(name)
			if err == nil && name != "-" {
				if n, e := s.p.Stat(name); e == nil && n.IsDir() {
					r.Close()
					if s.gnu {
						s.p.Warn("couldn't read %s: Is a directory", name)
					} else {
						s.p.Warn("read error: Is a directory")
					}
					s.status = 1
					continue
				}
			}
			if err != nil {
				if s.gnu {
					s.p.Warn("can't read %s: %s", name, proc.Text(err))
					s.status = 2
				} else {
					simple(s.p, name, err)
					s.status = 1
				}
				continue
			}
			s.in = r
		}
		line, ok := s.in.Until(s.delim)
		if !ok {
			s.in.Close()
			s.in = nil
			continue
		}
		s.next = &line
		return line, true
	}
}

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
			s.write(s.out, "-", true)
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
			s.after = append(s.after, func() { s.write(s.out, strings.TrimSuffix(text, "\n"), true) })
		case 'i':
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
