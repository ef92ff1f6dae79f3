package applet

import (
	"fmt"
	"io"
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

// sedSource is a part of a script: of a file, or of -e.
type sedSource struct {
	file string
	size int
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
	text     string // all of the script
	sources  []sedSource
	at       int                     // what was read of it
	reading  string                  // what a delimiter is missing of
	name     string                  // of the input
	lines    map[string]*proc.Reader // of R
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
	source := func(from, text string) {
		parts = append(parts, text)
		s.sources = append(s.sources, sedSource{from, len(text)})
	}
	for _, x := range o.Order {
		switch x.Char {
		case 'e':
			source("", x.Arg)
		case 'f':
			data, err := p.ReadFile(x.Arg)
			if err != nil {
				if p.GNU {
					p.Warn("couldn't open file %s: %s", x.Arg, proc.Text(err))
					p.Exit(4)
				}
				p.Die("%s: %s", x.Arg, proc.Text(err))
			}
			source(x.Arg, strings.TrimSuffix(string(data), "\n"))
		}
	}
	if len(parts) == 0 {
		if len(rest) == 0 {
			if p.GNU {
				return usage(p)
			}
			return usage(p)
		}
		source("", rest[0])
		rest = rest[1:]
	}
	s.text = strings.Join(parts, "\n")
	s.compile(s.text)
	if len(s.stack) > 0 {
		if s.gnu {
			s.failAt(0, "unmatched `{'")
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
				if s.gnu {
					p.Warn("can't find label for jump to `%s'", in.text)
					p.Exit(4)
				}
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

// failAt is fail at the byte of the script that was read last.
func (s *sedder) failAt(at int, format string, a ...any) {
	s.at = at
	s.fail(format, a...)
}

func (s *sedder) fail(format string, a ...any) {
	if s.gnu {
		s.p.Warn("%s: %s", s.place(), fmt.Sprintf(format, a...))
		s.p.Exit(1)
	}
	s.p.Die(format, a...)
}

// place names where in the scripts the reader is.
func (s *sedder) place() string {
	at, number := s.at, 0
	for i, src := range s.sources {
		if src.file == "" {
			number++
		}
		if at > src.size && i < len(s.sources)-1 {
			at -= src.size + 1
			continue
		}
		if src.file != "" {
			return fmt.Sprintf("file %s line %d", src.file, 1+strings.Count(s.text[s.at-at:min(s.at, len(s.text))], "\n"))
		}
		break
	}
	return fmt.Sprintf("-e expression #%d, char %d", number, at)
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
		if p.GNU {
			p.Warn("cannot rename %s: %s", tmp, proc.Text(err))
			p.Exit(4)
		}
		p.WarnErr(err, "can't move '%s' to '%s'", tmp, name)
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
						s.p.Warn("read error on %s: Is a directory", name)
						s.p.Exit(4)
					}
					continue // busybox takes it for empty
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
			s.in, s.name = r, name
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
