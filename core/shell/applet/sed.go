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

// address is what selects lines of input.
type address struct {
	kind byte // 0 none, 'n' line, '$' last, '/' expression, '+' count, '~' multiple, 's' step
	n    int
	step int
	re   *regex.Regexp // nil: the last one used
}

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
				p.Die("can't open '%s': %s", x.Arg, proc.Text(err))
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
		s.fail("unmatched {")
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
			s.fail("missing command")
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
			i++
			c = src[i]
		}
		text, j := s.delimited(src, i+1, c, true)
		i = j
		flags := regex.Flags(0)
		for i < len(src) && (src[i] == 'I' || src[i] == 'M') {
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
		s.fail("unterminated `s' command")
	}
	s.fail("unmatched '%c'", delim)
	return "", i
}

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
			s.fail("unexpected '}'")
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
			s.fail("\":\" lacks a label")
		}
		s.labels[in.text] = len(s.script)
		return i
	case 'b', 't', 'T':
		in.text = rest("\n;}")
	case 'r', 'w', 'R', 'W':
		in.text = rest("\n")
		if in.text == "" {
			s.fail("empty filename")
		}
		if in.cmd == 'w' || in.cmd == 'W' {
			s.create(in.text)
		}
		return i
	case 'a', 'i', 'c':
		skip()
		if i < len(src) && src[i] == '\\' {
			i++
			j := i
			for j < len(src) && (src[j] == ' ' || src[j] == '\t') {
				j++
			}
			if j < len(src) && src[j] == '\n' {
				i = j + 1
				if !s.gnu {
					// white space at the beginning of the text is kept
				}
			} else {
				skip()
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
		if b.Len() == 0 && i >= len(src) {
			if s.gnu {
				s.fail("expected \\ after `a', `c' or `i'")
			}
			s.fail("expected \\ after [acir]")
		}
		return i
	case 's':
		if i >= len(src) {
			s.fail("bad substitution expression")
		}
		delim := src[i]
		if !s.gnu {
			in.nth = 1
		}
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
		delim := src[i]
		a, j := s.delimitedText(src, i+1, delim)
		b, j := s.delimitedText(src, j, delim)
		i = j
		from, to := yText(a, delim), yText(b, delim)
		if len(from) != len(to) {
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
		t := rest("\n;}")
		in.num, _ = strconv.Atoi(t)
	case 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', '=':
	case 'z', 'F':
		if !s.gnu {
			s.fail("unsupported command %c", in.cmd)
		}
	default:
		if s.gnu {
			s.fail("unknown command: `%c'", in.cmd)
		}
		s.fail("unsupported command %c", in.cmd)
	}
	skip()
	if i < len(src) && strings.IndexByte("\n;}#\r", src[i]) < 0 {
		if in.cmd == 's' {
			if s.gnu {
				s.fail("unknown option to `s'")
			}
			s.fail("bad option in substitution expression")
		}
		if s.gnu {
			s.fail("extra characters after command")
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
		s.fail("unterminated `s' command")
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
		if in.a.kind == 'n' && in.a.n == 0 && s.line == 1 && in.since == 0 {
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
