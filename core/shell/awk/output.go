package awk

import (
	"io"
	"math"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

func (in *interp) write(w io.Writer, s string) { io.WriteString(w, s) }

func (s *stream) Write(b []byte) (int, error) { s.buf = append(s.buf, b...); return len(b), nil }

func (in *interp) flush(s *stream) {
	if len(s.buf) > 0 {
		in.p.WriteFD(s.fd, s.buf)
		s.buf = s.buf[:0]
	}
}

func (in *interp) flushAll() {
	in.p.Out().Flush()
	for _, k := range in.order {
		if s := in.streams[k]; s != nil && !s.reads {
			in.flush(s)
		}
	}
}

func (in *interp) closeAll() {
	in.p.Out().Flush()
	for _, k := range in.order {
		in.closeStream(k)
	}
}

// closeStream closes what the program called name and returns close's value.
func (in *interp) closeStream(name string) int {
	rc := -1
	for _, k := range []string{">" + name, "|" + name, "<" + name, "-" + name} {
		s := in.streams[k]
		if len(name) > 0 && s == nil {
			s = in.streams[name]
			k = name
		}
		if s == nil {
			continue
		}
		delete(in.streams, k)
		if !s.reads {
			in.flush(s)
		}
		in.p.Close(s.fd)
		rc = 0
		if s.child != nil {
			in.p.Wait(func() bool { _, done := s.child.Ended(); return done })
			rc, _ = s.child.Ended()
		}
	}
	return rc
}

// open opens a stream: ">" and ">>" files, "|" a command to write to, "-" a
// command to read from, "<" a file.
func (in *interp) open(kind, name string) *stream {
	key := kind + name
	if kind == ">>" {
		key = ">" + name
	}
	if s := in.streams[key]; s != nil {
		return s
	}
	p := in.p
	s := &stream{}
	switch kind {
	case ">", ">>":
		switch name {
		case "/dev/stdout", "-":
			p.Out().Flush()
			s.fd, _ = p.Dup(1, 3)
		case "/dev/stderr":
			s.fd, _ = p.Dup(2, 3)
		default:
			flags := proc.Write | proc.Create | proc.Trunc
			if kind == ">>" {
				flags = proc.Write | proc.Create | proc.Append
			}
			fd, err := p.Open(name, flags, 0o666)
			if err != nil {
				in.flushAll()
				if p.GNU {
					p.Errorf("%s: cannot open \"%s\" for output (%s)\n", in.c.Name, name, proc.Text(err))
				} else {
					p.Errorf("%s: can't open '%s': %s\n", in.c.Name, name, proc.Text(err))
				}
				p.Exit(in.failed())
			}
			s.fd = fd
		}
	case "<":
		if name == "-" {
			s.fd, _ = p.Dup(0, 3)
		} else {
			fd, err := p.Open(name, proc.Read, 0)
			if err != nil {
				return nil
			}
			s.fd = fd
		}
		s.reads = true
		s.r = &reader{src: p.FD(s.fd)}
	default:
		in.flushAll()
		r, w := p.Machine().Pipe()
		ours := w
		theirs, at := r, 0
		if kind == "-" {
			ours, theirs, at = r, w, 1
			s.reads = true
		}
		fd := 3
		for p.Opened(fd) {
			fd++
		}
		child := p.Child(p.Args)
		child.Give(at, theirs)
		p.Give(fd, ours)
		s.fd, s.child = fd, child
		if s.reads {
			s.r = &reader{src: p.FD(fd)}
		}
		child.Go(func(c *proc.Proc) int { return in.c.Shell(c, name, nil) })
	}
	in.streams[key] = s
	in.order = append(in.order, key)
	return s
}

func (in *interp) print(n *node) {
	args := n.kids[0].kids
	var b strings.Builder
	if n.op == "printf" {
		if len(args) == 0 {
			in.fail("Unexpected token")
		}
		b.WriteString(in.sprintf("printf", args))
	} else {
		ofmt := format{in.globals[in.slots.ofmt].text(in.convfmt()), in.dialect}
		if len(args) == 0 {
			b.WriteString(in.rec())
		}
		for i, a := range args {
			v := in.eval(a)
			if i > 0 {
				b.WriteString(in.global(in.slots.ofs))
			}
			b.WriteString(v.text(ofmt))
		}
		b.WriteString(in.global(in.slots.ors))
	}
	if n.text == "" {
		in.write(in.p.Out(), b.String())
		return
	}
	v := in.eval(n.kids[1])
	s := in.open(n.text, v.text(in.convfmt()))
	in.write(s, b.String())
	if len(s.buf) > 32<<10 || n.text == "|" || v.s == "/dev/stderr" || v.s == "/dev/stdout" {
		in.flush(s)
	}
}

func (in *interp) getline(n *node) value {
	var rec string
	var ok bool
	switch n.text {
	case "":
		if rec, ok = in.nextRecord(); !ok {
			return num(0)
		}
	default:
		v := in.eval(n.kids[0])
		kind := "<"
		if n.text == "|" {
			kind = "-"
		}
		in.flushAll()
		s := in.open(kind, v.text(in.convfmt()))
		if s == nil {
			return num(-1)
		}
		if rec, ok = in.read(s.r); !ok {
			return num(0)
		}
		if n.text == "|" {
			in.globals[in.slots.nr] = num(in.globals[in.slots.nr].number(in.dialect) + 1)
		}
	}
	if len(n.kids) > 1 {
		in.assign(n.kids[1], outside(rec))
	} else {
		in.setRecord(rec)
	}
	return num(1)
}

// short ends a mawk program whose format has more conversions than arguments;
// printf has written what comes before.
func (in *interp) short(call, format, before string) {
	if call == "printf" {
		in.p.Puts(before)
	}
	in.flushAll()
	g := func(slot int) string { return in.global(slot) }
	in.p.Errorf("%s: run time error: not enough arguments passed to %s(\"%s\")\n\tFILENAME=\"%s\" FNR=%s NR=%s\n", in.c.Name, call, format, g(in.slots.filename), g(in.slots.fnr), g(in.slots.nr))
	in.p.Exit(2)
}

// sprintf formats as printf does.
func (in *interp) sprintf(call string, args []*node) string {
	f := in.eval(args[0])
	format := f.text(in.convfmt())
	args = args[1:]
	var b strings.Builder
	next := func() value {
		if len(args) == 0 {
			if in.dialect == mawk {
				in.short(call, format, b.String())
			}
			return value{}
		}
		v := in.eval(args[0])
		args = args[1:]
		return v
	}
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i+1 < len(format) && format[i+1] == '%' {
			b.WriteByte('%')
			i++
			continue
		}
		j := i + 1
		flags := ""
		for j < len(format) && strings.IndexByte("-+ #0", format[j]) >= 0 {
			flags += format[j : j+1]
			j++
		}
		read := func() int {
			if j < len(format) && format[j] == '*' {
				if !in.p.GNU {
					in.fail("%s formats are not supported", "%*x")
				}
				j++
				v := next()
				return int(v.number(in.dialect))
			}
			n := 0
			for j < len(format) && format[j] >= '0' && format[j] <= '9' {
				n = min(n*10+int(format[j]-'0'), 1<<20)
				j++
			}
			return n
		}
		width, prec := read(), -1
		if width < 0 {
			flags += "-"
			width = -width
		}
		if j < len(format) && format[j] == '.' {
			j++
			prec = read()
		}
		for j < len(format) && strings.IndexByte("hlLqjzt", format[j]) >= 0 {
			j++
		}
		if j >= len(format) {
			b.WriteString(format[i:])
			break
		}
		verb := format[j]
		switch verb {
		case 'c':
			v := next()
			t := ""
			if v.isNumber(in.dialect) && !(v.input && !v.looksNumeric(in.dialect)) && !(v.hasS && !v.input) {
				t = string([]byte{byte(int(v.number(in.dialect)))})
			} else if v.s != "" {
				t = v.s[:1]
			}
			b.WriteString(in.pad(t, flags, width))
		case 's':
			v := next()
			t := v.text(in.convfmt())
			if prec >= 0 && prec < len(t) {
				t = t[:prec]
			}
			b.WriteString(in.pad(t, flags, width))
		case 'd', 'i', 'o', 'x', 'X', 'u', 'e', 'E', 'f', 'F', 'g', 'G', 'a', 'A':
			v := next()
			b.WriteString(in.c.Format(verb, flags, width, prec, v.number(in.dialect)))
		default:
			in.fail("Invalid format specifier")
		}
		i = j
	}
	return b.String()
}

func (in *interp) pad(t, flags string, width int) string {
	if k := width - len(t); k > 0 {
		if strings.Contains(flags, "-") {
			return t + strings.Repeat(" ", k)
		}
		return strings.Repeat(" ", k) + t
	}
	return t
}

// sprintfOne formats a number by a format such as CONVFMT.
func sprintfOne(format string, n float64) string {
	i := strings.IndexByte(format, '%')
	j := i + 1
	prec := -1
	for j < len(format) && strings.IndexByte("-+ #0123456789", format[j]) >= 0 {
		j++
	}
	if j < len(format) && format[j] == '.' {
		k := j + 1
		for k < len(format) && format[k] >= '0' && format[k] <= '9' {
			k++
		}
		prec, _ = strconv.Atoi(format[j+1 : k])
		j = k
	}
	if j >= len(format) {
		return format
	}
	if prec < 0 {
		prec = 6
	}
	var t string
	switch format[j] {
	case 'd', 'i':
		t = strconv.FormatInt(int64(n), 10)
	case 'g':
		t = compactG(n, prec)
	case 'e':
		t = strconv.FormatFloat(n, 'e', prec, 64)
	default:
		if math.IsInf(n, 0) || math.IsNaN(n) {
			t = compactG(n, 6)
		} else {
			t = strconv.FormatFloat(n, 'f', prec, 64)
		}
	}
	return format[:i] + t + format[j+1:]
}
