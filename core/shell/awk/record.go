package awk

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
)

// nextRecord reads a record of the operands.
func (in *interp) nextRecord() (string, bool) {
	for {
		if in.main == nil && !in.openNext() {
			return "", false
		}
		rec, ok := in.read(in.main)
		if !ok {
			in.closeMain()
			continue
		}
		in.globals[in.slots.nr] = num(in.globals[in.slots.nr].number(in.dialect) + 1)
		in.globals[in.slots.fnr] = num(in.globals[in.slots.fnr].number(in.dialect) + 1)
		return rec, true
	}
}

func (in *interp) closeMain() {
	if in.main != nil && in.main.fd > 0 {
		in.p.Close(in.main.fd)
	}
	in.main = nil
}

// openNext opens the next operand that is a file.
func (in *interp) openNext() bool {
	argc := int(in.globals[in.slots.argc].number(in.dialect))
	argv := in.globals[in.slots.argv].arr
	for in.arg+1 < argc {
		in.arg++
		k := strconv.Itoa(in.arg)
		if !argv.has(k) {
			continue
		}
		a := argv.get(k).text(in.convfmt())
		if a == "" {
			continue
		}
		if k, v, ok := strings.Cut(a, "="); ok && isName(k) {
			in.assignArg(k, v)
			continue
		}
		in.opened = true
		in.globals[in.slots.filename] = outside(a)
		in.globals[in.slots.fnr] = num(0)
		if a == "-" {
			in.main = &reader{src: in.p.FD(0), fd: 0}
			return true
		}
		fd, err := in.p.Open(a, proc.Read, 0)
		if err != nil {
			in.flushAll()
			if in.p.GNU {
				in.p.Errorf("%s: cannot open %s (%s)\n", in.c.Name, a, proc.Text(err))
			} else {
				in.p.Errorf("%s: %s: %s\n", in.c.Name, a, proc.Text(err))
			}
			in.p.Exit(in.failed())
		}
		in.main = &reader{src: in.p.FD(fd), fd: fd}
		return true
	}
	if !in.opened {
		in.opened = true
		if !in.p.GNU {
			in.globals[in.slots.filename] = str("-")
		}
		in.main = &reader{src: in.p.FD(0), fd: 0}
		return true
	}
	return false
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c == '_' || c|32 >= 'a' && c|32 <= 'z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return s != ""
}

func (r *reader) fill() bool {
	if r.eof {
		return false
	}
	chunk := make([]byte, 8192)
	n, err := r.src.Read(chunk)
	r.buf = append(r.buf, chunk[:n]...)
	if err != nil || n == 0 {
		r.eof = true
	}
	return n > 0
}

// read reads one record as RS says.
func (in *interp) read(r *reader) (string, bool) {
	in.p.Step()
	rs := in.global(in.slots.rs)
	switch {
	case rs == "":
		for {
			i := 0
			for i < len(r.buf) && r.buf[i] == '\n' {
				i++
			}
			r.buf = r.buf[i:]
			if len(r.buf) > 0 || !r.fill() {
				break
			}
		}
		for {
			if i := strings.Index(string(r.buf), "\n\n"); i >= 0 {
				rec := string(r.buf[:i])
				r.buf = r.buf[i+2:]
				return rec, true
			}
			if !r.fill() {
				break
			}
		}
		if len(r.buf) == 0 {
			return "", false
		}
		rec := strings.TrimSuffix(string(r.buf), "\n")
		r.buf = nil
		return rec, true
	case len(rs) == 1:
		from := 0
		for {
			if i := indexByte(r.buf[from:], rs[0]); i >= 0 {
				rec := string(r.buf[:from+i])
				r.buf = r.buf[from+i+1:]
				return rec, true
			}
			from = len(r.buf)
			if !r.fill() {
				break
			}
		}
	default:
		re := in.compile(rs)
		for {
			m := re.Match(string(r.buf), 0, false)
			if m != nil && m[1] > m[0] && (m[1] < len(r.buf) || r.eof) {
				rec := string(r.buf[:m[0]])
				r.buf = r.buf[m[1]:]
				return rec, true
			}
			if !r.fill() {
				if m != nil && m[1] > m[0] {
					rec := string(r.buf[:m[0]])
					r.buf = r.buf[m[1]:]
					return rec, true
				}
				break
			}
		}
	}
	if len(r.buf) == 0 {
		return "", false
	}
	rec := string(r.buf)
	if rs != "\n" && len(rs) > 1 {
		rec = strings.TrimSuffix(rec, "\n")
	}
	r.buf = nil
	return rec, true
}

func indexByte(b []byte, c byte) int {
	for i := range b {
		if b[i] == c {
			return i
		}
	}
	return -1
}

func (in *interp) setRecord(s string) {
	in.record, in.split, in.stale = s, false, false
	in.cells = nil
}

// rec returns $0.
func (in *interp) rec() string {
	if in.stale {
		in.record = strings.Join(in.fields[:min(in.nf, len(in.fields))], in.global(in.slots.ofs))
		in.stale = false
	}
	return in.record
}

// divide splits the record into fields.
func (in *interp) divide() {
	if in.split {
		return
	}
	in.split = true
	fs := in.global(in.slots.fs)
	in.fields = in.cut(in.record, fs, in.global(in.slots.rs) == "")
	in.nf = len(in.fields)
	in.globals[in.slots.nf] = num(float64(in.nf))
}

// cut splits text at a separator; in paragraph mode newlines separate too.
func (in *interp) cut(s, fs string, paragraphs bool) []string {
	if s == "" {
		return nil
	}
	if fs == " " {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' })
	}
	if paragraphs && fs != "\n" {
		var out []string
		for l := range strings.SplitSeq(s, "\n") {
			out = append(out, in.cut(l, fs, false)...)
		}
		return out
	}
	if fs == "" {
		out := make([]string, len(s))
		for i := range len(s) {
			out[i] = s[i : i+1]
		}
		return out
	}
	if len(fs) == 1 && fs != "\\" {
		return strings.Split(s, fs)
	}
	re := in.compile(fs)
	var out []string
	for pos, from := 0, 0; ; {
		m := re.Match(s, from, from > 0)
		if m == nil || m[1] == m[0] && m[0] >= len(s) {
			return append(out, s[pos:])
		}
		if m[1] == m[0] {
			from = m[1] + 1
			continue
		}
		out = append(out, s[pos:m[0]])
		pos, from = m[1], m[1]
	}
}

func (in *interp) compile(expr string) *matcher {
	key, flags := expr, regex.Extended
	if in.folds() {
		key, flags = expr+"\x00i", flags|regex.FoldCase
	}
	if re := in.regexps[key]; re != nil {
		return re
	}
	re, err := regex.Compile(expr, flags)
	if err != nil {
		in.flushAll()
		in.p.Errorf("%s: bad regex '%s': %v\n", in.c.Name, expr, err)
		in.p.Exit(1)
	}
	if len(in.regexps) > 500 {
		clear(in.regexps)
	}
	in.regexps[key] = re
	return re
}

func (in *interp) field(i int) value {
	if i == 0 {
		return outside(in.rec())
	}
	if i < 0 {
		in.fail("Access to negative field")
	}
	in.divide()
	if i <= in.nf && i <= len(in.fields) {
		if v, ok := in.cells[i]; ok {
			return v
		}
		return outside(in.fields[i-1])
	}
	return value{}
}

func (in *interp) setField(i int, v value) {
	if i == 0 {
		in.setRecord(v.text(in.convfmt()))
		return
	}
	if i < 0 {
		in.fail("Access to negative field")
	}
	in.divide()
	in.resize(max(in.nf, i))
	in.fields[i-1] = v.text(in.convfmt())
	if in.cells == nil {
		in.cells = map[int]value{}
	}
	if v.input {
		delete(in.cells, i)
	} else {
		in.cells[i] = v
	}
	in.stale = true
}

// resize sets the number of fields.
func (in *interp) resize(n int) {
	in.divide()
	if n > 1<<20 {
		in.fail("Access to negative field")
	}
	for len(in.fields) < n {
		in.fields = append(in.fields, "")
	}
	in.fields = in.fields[:n]
	in.nf = n
	in.globals[in.slots.nf] = num(float64(n))
}
