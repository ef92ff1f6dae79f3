package applet

import (
	"io"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// span is a range of cut -f: from 1, to 0 for no end.
type span struct{ from, to int }

func spans(p *proc.Proc, list string) []span {
	var out []span
	for item := range strings.SplitSeq(list, ",") {
		a, b, dash := strings.Cut(item, "-")
		s := span{1, 0}
		bad := func() {
			if p.GNU {
				p.Die("invalid field value ‘%s’", item)
			}
			p.Die("invalid range %s-%s", a, b)
		}
		if item == "" || dash && a == "" && b == "" {
			if p.GNU {
				p.Die("fields are numbered from 1")
			}
			p.Die("invalid range %s", item)
		}
		if a != "" {
			n, err := strconv.Atoi(a)
			if err != nil {
				p.Die("invalid number '%s'", a)
			}
			if n < 1 {
				if p.GNU {
					p.Die("fields are numbered from 1")
				}
				s.from, s.to = 1, 0
				out = append(out, s)
				continue
			}
			s.from = n
		}
		if !dash {
			s.to = s.from
		} else if b != "" {
			n, err := strconv.Atoi(b)
			if err != nil {
				p.Die("invalid number '%s'", b)
			}
			if n < s.from {
				if !p.GNU {
					p.Die("%d<%d", n, s.from-1)
				}
				bad()
			}
			s.to = n
		}
		out = append(out, s)
	}
	return out
}

func picked(list []span, n int) bool {
	for _, s := range list {
		if n >= s.from && (s.to == 0 || n <= s.to) {
			return true
		}
	}
	return false
}

func cut(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "b:c:f:d:snDO:", "bytes=b", "characters=c", "fields=f", "delimiter=d", "only-delimited=s", "output-delimiter=O", "complement=\x81")
	var kind byte
	for _, c := range []byte("bcf") {
		if o.Has(c) {
			if kind != 0 {
				if p.GNU {
					p.Warn("only one type of list may be specified")
				}
				return usage(p)
			}
			kind = c
		}
	}
	if kind == 0 {
		if p.GNU {
			p.Warn("you must specify a list of bytes, characters, or fields")
			return usage(p)
		}
		p.Warn("expected a list of bytes, characters, or fields")
		p.Exit(1)
	}
	delim := "\t"
	if o.Has('d') {
		if kind != 'f' {
			if p.GNU {
				p.Warn("an input delimiter may be specified only when operating on fields")
				return usage(p)
			}
			p.Die("a delimiter may be specified only when operating on fields")
		}
		delim = o.Arg('d')
		if len(delim) > 1 {
			if p.GNU {
				p.Warn("the delimiter must be a single character")
				return usage(p)
			}
			delim = delim[:1]
		}
		if delim == "" {
			delim = "\x00"
		}
	}
	outDelim := delim
	if o.Has('O') {
		outDelim = o.Arg('O')
	}
	list := spans(p, o.Arg(kind))
	flip := o.Has(0x81)
	return inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			body := strings.TrimSuffix(s, "\n")
			if kind != 'f' {
				var b []byte
				for i := range len(body) {
					if picked(list, i+1) != flip {
						b = append(b, body[i])
					}
				}
				p.Out().Write(append(b, '\n'))
				continue
			}
			if !strings.Contains(body, delim) {
				if !o.Has('s') {
					p.Puts(body + "\n")
				}
				continue
			}
			var out []string
			for i, f := range strings.Split(body, delim) {
				if picked(list, i+1) != flip {
					out = append(out, f)
				}
			}
			p.Puts(strings.Join(out, outDelim) + "\n")
		}
	})
}

// trSet expands a set of tr to bytes.
func trSet(p *proc.Proc, s string) []byte {
	var out []byte
	b := []byte(s)
	classes := map[string]func(c byte) bool{
		"alpha": func(c byte) bool { return c|32 >= 'a' && c|32 <= 'z' },
		"alnum": func(c byte) bool { return c|32 >= 'a' && c|32 <= 'z' || c >= '0' && c <= '9' },
		"digit": func(c byte) bool { return c >= '0' && c <= '9' }, "lower": func(c byte) bool { return c >= 'a' && c <= 'z' },
		"upper": func(c byte) bool { return c >= 'A' && c <= 'Z' }, "space": func(c byte) bool { return c == ' ' || c >= 9 && c <= 13 },
		"blank":  func(c byte) bool { return c == ' ' || c == 9 },
		"punct":  func(c byte) bool { return c > ' ' && c < 127 && !(c|32 >= 'a' && c|32 <= 'z' || c >= '0' && c <= '9') },
		"cntrl":  func(c byte) bool { return c < 32 || c == 127 },
		"print":  func(c byte) bool { return c >= 32 && c < 127 },
		"graph":  func(c byte) bool { return c > 32 && c < 127 },
		"xdigit": func(c byte) bool { return c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'f' },
	}
	one := func(i int) (byte, int) {
		if b[i] != '\\' || i+1 >= len(b) {
			return b[i], i + 1
		}
		end := i + 2
		if b[i+1] >= '0' && b[i+1] <= '7' {
			for end < len(b) && end < i+4 && b[end] >= '0' && b[end] <= '7' {
				end++
			}
		}
		text, _ := unescape(string(b[i:end]), false, true)
		if len(text) == 2 {
			return text[1], end
		}
		return text[0], end
	}
	for i := 0; i < len(b); {
		if b[i] == '[' && i+1 < len(b) {
			if b[i+1] == ':' {
				if end := strings.Index(s[i:], ":]"); end > 0 {
					if f := classes[s[i+2:i+end]]; f != nil {
						for c := range 256 {
							if f(byte(c)) {
								out = append(out, byte(c))
							}
						}
						i += end + 2
						continue
					}
					if p.GNU {
						p.Die("invalid character class ‘%s’", s[i+2:i+end])
					}
				}
			}
			if b[i+1] == '=' && i+4 < len(b) && b[i+3] == '=' && b[i+4] == ']' {
				out = append(out, b[i+2])
				i += 5
				continue
			}
		}
		c, next := one(i)
		if next+1 < len(b) && b[next] == '-' {
			hi, end := one(next + 1)
			if hi < c {
				if p.GNU {
					p.Die("range-endpoints of '%c-%c' are in reverse collating sequence order", c, hi)
				}
				i = end
				continue
			}
			for x := int(c); x <= int(hi); x++ {
				out = append(out, byte(x))
			}
			i = end
			continue
		}
		out = append(out, c)
		i = next
	}
	return out
}

func tr(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "+Ccdst", "complement=c", "delete=d", "squeeze-repeats=s", "truncate-set1=t")
	args := o.Rest
	if !p.GNU && len(args) > 2 {
		args = args[:2]
	}
	if len(args) == 0 || p.GNU && (len(args) > 2 || len(args) < 2 && !o.Has('d') && !o.Has('s')) {
		if p.GNU {
			if len(args) == 0 {
				p.Warn("missing operand")
			} else if len(args) == 1 {
				p.Errorf("tr: missing operand after '%s'\nTwo strings must be given when translating.\n", args[0])
			} else {
				p.Warn("extra operand '%s'", args[2])
			}
		}
		return usage(p)
	}
	set1 := trSet(p, args[0])
	if o.Has('c') || o.Has('C') {
		var in [256]bool
		for _, c := range set1 {
			in[c] = true
		}
		set1 = set1[:0:0]
		for c := range 256 {
			if !in[c] {
				set1 = append(set1, byte(c))
			}
		}
	}
	var drop, squeeze [256]bool
	var to [256]byte
	for i := range to {
		to[i] = byte(i)
	}
	var set2 []byte
	if len(args) == 2 {
		set2 = trSet(p, args[1])
	}
	switch {
	case o.Has('d'):
		for _, c := range set1 {
			drop[c] = true
		}
		for _, c := range set2 {
			squeeze[c] = true
		}
	case len(args) == 2:
		if len(set2) == 0 {
			p.Die("SET2 cannot be empty")
		}
		for i, c := range set1 {
			if i < len(set2) {
				to[c] = set2[i]
			} else if !o.Has('t') {
				to[c] = set2[len(set2)-1]
			}
		}
		if o.Has('s') {
			for _, c := range set2 {
				squeeze[c] = true
			}
		}
	default:
		for _, c := range set1 {
			squeeze[c] = true
		}
	}
	if !o.Has('s') {
		squeeze = [256]bool{}
	}
	last := -1
	buf := make([]byte, 32<<10)
	out := make([]byte, 0, 32<<10)
	for {
		n, err := p.ReadFD(0, buf)
		p.Steps(int64(n) >> 8)
		out = out[:0]
		for _, c := range buf[:n] {
			if drop[c] {
				continue
			}
			c = to[c]
			if squeeze[c] && last == int(c) {
				continue
			}
			last = int(c)
			out = append(out, c)
		}
		p.Out().Write(out)
		if err != nil || n == 0 {
			if err != nil && err != io.EOF {
				p.WarnErr(err, "read error")
				return 1
			}
			return 0
		}
	}
}

func paste(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "d:s", "delimiters=d", "serial=s")
	delims := []byte("\t")
	if o.Has('d') {
		d, _ := unescape(o.Arg('d'), false, false)
		delims = d
		if o.Arg('d') == `\0` || len(d) == 0 {
			delims = []byte{0}
		}
	}
	sep := func(i int) string {
		c := delims[i%len(delims)]
		if c == 0 {
			return ""
		}
		return string([]byte{c})
	}
	names := o.Rest
	if len(names) == 0 {
		names = []string{"-"}
	}
	var files []*proc.Reader
	for _, n := range names {
		r, err := open(p, n)
		if err != nil {
			return 1
		}
		files = append(files, r)
	}
	if o.Has('s') {
		for _, r := range files {
			for i := 0; ; i++ {
				s, ok := r.Line()
				if !ok {
					break
				}
				if i > 0 {
					p.Puts(sep(i - 1))
				}
				p.Puts(strings.TrimSuffix(s, "\n"))
			}
			p.Puts("\n")
		}
		return 0
	}
	if !p.GNU {
		return pasteBox(p, files, sep)
	}
	done := make([]bool, len(files))
	for {
		var b strings.Builder
		alive := false
		for i, r := range files {
			if i > 0 {
				b.WriteString(sep(i - 1))
			}
			if done[i] {
				continue
			}
			s, ok := r.Line()
			if !ok {
				done[i] = true
				continue
			}
			alive = true
			b.WriteString(strings.TrimSuffix(s, "\n"))
		}
		if !alive {
			return 0
		}
		p.Puts(b.String() + "\n")
	}
}

// pasteBox leaves out the files that have ended, as busybox does, with their
// delimiters.
func pasteBox(p *proc.Proc, files []*proc.Reader, sep func(int) string) int {
	alive := len(files)
	for alive > 0 {
		k := 0
		for i, r := range files {
			if r == nil {
				continue
			}
			s, ok := r.Line()
			if !ok {
				files[i] = nil
				alive--
				continue
			}
			p.Puts(strings.TrimSuffix(s, "\n"))
			if i == len(files)-1 {
				p.Puts("\n")
				continue
			}
			p.Puts(sep(k))
			k++
		}
	}
	return 0
}

func comm(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "123")
	if len(o.Rest) != 2 {
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	var r [2]*proc.Reader
	for i := range 2 {
		var err error
		if r[i], err = open(p, o.Rest[i]); err != nil {
			return 1
		}
	}
	next := func(i int) (string, bool) {
		s, ok := r[i].Line()
		return strings.TrimSuffix(s, "\n"), ok
	}
	put := func(col byte, s string) {
		if o.Has(col) {
			return
		}
		indent := ""
		for c := byte('1'); c < col; c++ {
			if !o.Has(c) {
				indent += "\t"
			}
		}
		p.Puts(indent + s + "\n")
	}
	a, okA := next(0)
	b, okB := next(1)
	for okA || okB {
		switch {
		case !okB || okA && a < b:
			put('1', a)
			a, okA = next(0)
		case !okA || b < a:
			put('2', b)
			b, okB = next(1)
		default:
			put('3', a)
			a, okA = next(0)
			b, okB = next(1)
		}
	}
	return 0
}

func join(p *proc.Proc) int {
	o := options(p, "1:2:j:t:a:v:o:e:i", "ignore-case=i")
	if len(o.Rest) != 2 {
		p.Warn("missing operand")
		return usage(p)
	}
	key := [2]int{1, 1}
	if o.Has('j') {
		key[0] = mustInt(p, o.Arg('j'))
		key[1] = key[0]
	}
	for i, c := range []byte("12") {
		if o.Has(c) {
			key[i] = mustInt(p, o.Arg(c))
		}
	}
	sep := " "
	split := strings.Fields
	if o.Has('t') {
		sep = o.Arg('t')
		split = func(s string) []string { return strings.Split(s, sep) }
	}
	var rows [2][][]string
	for i, n := range o.Rest {
		r, err := open(p, n)
		if err != nil {
			return 1
		}
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			rows[i] = append(rows[i], split(strings.TrimSuffix(s, "\n")))
		}
		r.Close()
	}
	get := func(f []string, k int) string {
		if k <= len(f) {
			return f[k-1]
		}
		return ""
	}
	without := func(f []string, k int) []string {
		var out []string
		for i, x := range f {
			if i != k-1 {
				out = append(out, x)
			}
		}
		return out
	}
	emit := func(k string, a, b []string) {
		if o.Has('o') && o.Arg('o') != "auto" {
			var out []string
			for f := range strings.FieldsFuncSeq(o.Arg('o'), func(r rune) bool { return r == ',' || r == ' ' }) {
				v := ""
				switch {
				case f == "0":
					v = k
				case strings.HasPrefix(f, "1."):
					v = get(a, mustInt(p, f[2:]))
				case strings.HasPrefix(f, "2."):
					v = get(b, mustInt(p, f[2:]))
				}
				if v == "" {
					v = o.Arg('e')
				}
				out = append(out, v)
			}
			p.Puts(strings.Join(out, sep) + "\n")
			return
		}
		out := []string{k}
		out = append(out, without(a, key[0])...)
		out = append(out, without(b, key[1])...)
		p.Puts(strings.Join(out, sep) + "\n")
	}
	lone := [2]bool{has(o.All('a'), "1") || o.Arg('v') == "1", has(o.All('a'), "2") || o.Arg('v') == "2"}
	i, j := 0, 0
	for i < len(rows[0]) || j < len(rows[1]) {
		var a, b string
		if i < len(rows[0]) {
			a = get(rows[0][i], key[0])
		}
		if j < len(rows[1]) {
			b = get(rows[1][j], key[1])
		}
		switch {
		case j >= len(rows[1]) || i < len(rows[0]) && a < b:
			if lone[0] {
				emit(a, rows[0][i], nil)
			}
			i++
		case i >= len(rows[0]) || b < a:
			if lone[1] {
				emit(b, nil, rows[1][j])
			}
			j++
		default:
			j2 := j
			for ; j2 < len(rows[1]) && get(rows[1][j2], key[1]) == a; j2++ {
			}
			for ; i < len(rows[0]) && get(rows[0][i], key[0]) == a; i++ {
				for x := j; x < j2 && !o.Has('v'); x++ {
					emit(a, rows[0][i], rows[1][x])
				}
			}
			j = j2
		}
	}
	return 0
}
