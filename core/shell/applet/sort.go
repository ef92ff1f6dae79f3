package applet

import (
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/strtod"
)

// sortKey is one -k of sort.
type sortKey struct {
	from, fromChar int
	to, toChar     int // to 0: the end of the line
	flags          string
	blankStart     bool
	blankEnd       bool
}

func parseKey(p *proc.Proc, s string) sortKey {
	whole := s
	k := sortKey{fromChar: 1}
	num := func() int {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(s[:i])
		if err != nil {
			if p.GNU {
				p.Warn("invalid number at field start: invalid count at start of ‘%s’", s)
				p.Exit(2)
			}
			p.Warn("bad field specification")
			p.Exit(2)
		}
		s = s[i:]
		return n
	}
	letters := func() string {
		i := 0
		for i < len(s) && s[i]|32 >= 'a' && s[i]|32 <= 'z' {
			i++
		}
		f := s[:i]
		s = s[i:]
		return f
	}
	k.from = num()
	if k.from == 0 && p.GNU {
		p.Warn("field number is zero: invalid field specification ‘%s’", whole)
		p.Exit(2)
	}
	if k.from == 0 {
		p.Warn("bad field specification")
		p.Exit(2)
	}
	if strings.HasPrefix(s, ".") {
		s = s[1:]
		k.fromChar = num()
	}
	f := letters()
	k.blankStart = strings.Contains(f, "b")
	k.flags += f
	if strings.HasPrefix(s, ",") {
		s = s[1:]
		k.to = num()
		if strings.HasPrefix(s, ".") {
			s = s[1:]
			k.toChar = num()
		}
		f = letters()
		k.blankEnd = strings.Contains(f, "b")
		k.flags += f
	}
	return k
}

// sorter is sort.
type sorter struct {
	o      *proc.Options
	sep    string
	keys   []sortKey
	global string
	gnu    bool
}

// extract returns the part of a line that a key names.
func (s *sorter) extract(line string, k sortKey) string {
	fieldStart := func(n int) int {
		i := 0
		for range n - 1 {
			if s.sep != "" {
				j := strings.Index(line[i:], s.sep)
				if j < 0 {
					return len(line)
				}
				i += j + 1
			} else {
				for i < len(line) && blank(line[i]) {
					i++
				}
				for i < len(line) && !blank(line[i]) {
					i++
				}
			}
		}
		return i
	}
	fieldEnd := func(n int) int {
		i := fieldStart(n)
		if s.sep != "" {
			j := strings.Index(line[i:], s.sep)
			if j < 0 {
				return len(line)
			}
			return i + j
		}
		for i < len(line) && blank(line[i]) {
			i++
		}
		for i < len(line) && !blank(line[i]) {
			i++
		}
		return i
	}
	start := fieldStart(k.from)
	if k.blankStart || strings.Contains(s.global, "b") && k.flags == "" {
		for start < len(line) && blank(line[start]) {
			start++
		}
	}
	start = min(start+k.fromChar-1, len(line))
	end := len(line)
	if k.to > 0 {
		if k.toChar == 0 {
			end = fieldEnd(k.to)
		} else {
			i := fieldStart(k.to)
			if k.blankEnd {
				for i < len(line) && blank(line[i]) {
					i++
				}
			}
			end = min(i+k.toChar, len(line))
		}
	}
	if end < start {
		return ""
	}
	return line[start:end]
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

func (s *sorter) compareText(a, b, flags string) int {
	if strings.Contains(flags, "b") {
		a, b = strings.TrimLeft(a, " \t"), strings.TrimLeft(b, " \t")
	}
	if strings.Contains(flags, "d") || strings.Contains(flags, "i") {
		dict := strings.Contains(flags, "d")
		keep := func(t string) string {
			return strings.Map(func(r rune) rune {
				if dict && !(r == ' ' || r == '\t' || r|32 >= 'a' && r|32 <= 'z' || r >= '0' && r <= '9') || !dict && (r < 32 || r > 126) {
					return -1
				}
				return r
			}, t)
		}
		a, b = keep(a), keep(b)
	}
	if strings.Contains(flags, "f") {
		a, b = strings.ToUpper(a), strings.ToUpper(b)
	}
	for _, c := range flags {
		switch c {
		case 'n':
			return ordered(number(a), number(b))
		case 'g':
			x, restA := strtod.Read(a)
			y, restB := strtod.Read(b)
			if restA == a || restB == b {
				return truth(restA != a) - truth(restB != b)
			}
			return ordered(x, y)
		case 'h':
			return ordered(humanNumber(a), humanNumber(b))
		case 'M':
			return month(a) - month(b)
		case 'V':
			return versionCompare(a, b)
		}
	}
	return strings.Compare(a, b)
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ordered compares numbers.
func ordered(x, y float64) int { return truth(x > y) - truth(x < y) }

// number reads what sort -n compares.
func number(s string) float64 {
	s = strings.TrimLeft(s, " \t\n")
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	v, _ := strtod.Read(s[:i])
	return v
}

func humanNumber(s string) float64 {
	v, rest := strtod.Read(s)
	if rest != "" {
		if i := strings.IndexByte("kMGTPE", rest[0]); i >= 0 || rest[0] == 'K' {
			for range max(i, 0) + 1 {
				v *= 1024
			}
		}
	}
	return v
}

func month(s string) int {
	s = strings.ToUpper(strings.TrimLeft(s, " \t"))
	if len(s) < 3 {
		return 0
	}
	return strings.Index("   JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", s[:3]) / 3
}

// order is what decides between two lines; 0 means that the keys are equal.
func (s *sorter) order(a, b string) int {
	if len(s.keys) == 0 {
		d := s.compareText(a, b, s.global)
		if strings.Contains(s.global, "r") {
			d = -d
		}
		return d
	}
	for _, k := range s.keys {
		f := k.flags
		if strings.Trim(f, "b") == "" && !strings.Contains(f, "r") {
			f = s.global
		}
		d := s.compareText(s.extract(a, k), s.extract(b, k), strings.ReplaceAll(f, "b", ""))
		if strings.Contains(f, "r") {
			d = -d
		}
		if d != 0 {
			return d
		}
	}
	return 0
}

func (s *sorter) compare(a, b string) int {
	d := s.order(a, b)
	if d == 0 && !s.o.Has('s') && !(s.o.Has('u') && s.gnu) {
		d = strings.Compare(a, b)
		if strings.Contains(s.global, "r") {
			d = -d
		}
	}
	return d
}

func sortLines(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	spec := "nrugMcszbdfimS:T:o:k:t:hV"
	if p.GNU {
		spec += "RCe"
	}
	o := options(p, spec, "numeric-sort=n", "reverse=r", "unique=u", "general-numeric-sort=g", "month-sort=M", "check=c", "stable=s", "zero-terminated=z", "ignore-leading-blanks=b", "dictionary-order=d", "ignore-case=f", "key=k", "field-separator=t", "output=o", "human-numeric-sort=h", "version-sort=V", "random-sort=R")
	s := &sorter{o: o, gnu: p.GNU}
	for _, c := range []byte("nrgMbdfihV") {
		if o.Has(c) {
			s.global += string(c)
		}
	}
	if o.Has('t') {
		s.sep = o.Arg('t')
		if s.sep == `\t` && p.GNU {
			s.sep = "\t"
		}
		if len(s.sep) != 1 {
			if p.GNU && s.sep != `\0` {
				p.Warn("multi-character tab ‘%s’", s.sep)
				p.Exit(2)
			}
			if !p.GNU {
				p.Warn("bad -t parameter")
				p.Exit(2)
			}
		}
	}
	for _, k := range o.All('k') {
		s.keys = append(s.keys, parseKey(p, k))
	}
	delim := byte('\n')
	if o.Has('z') {
		delim = 0
	}
	var lines []string
	status := 0
	names := o.Rest
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, n := range names {
		r, err := open(p, n)
		if err != nil {
			p.Exit(2)
		}
		for {
			l, ok := r.Until(delim)
			if !ok {
				break
			}
			lines = append(lines, strings.TrimSuffix(l, string(delim)))
		}
		r.Close()
	}
	if o.Has('c') {
		for i := 1; i < len(lines); i++ {
			if d := s.compare(lines[i-1], lines[i]); d > 0 || d == 0 && o.Has('u') {
				if p.GNU {
					p.Errorf("sort: %s:%d: disorder: %s\n", names[0], i+1, lines[i])
				} else {
					p.Errorf("Check line %d\n", i)
				}
				return 1
			}
		}
		return 0
	}
	p.Steps(int64(len(lines)))
	slices.SortStableFunc(lines, s.compare)
	if o.Has('u') {
		lines = slices.CompactFunc(lines, func(a, b string) bool { return s.order(a, b) == 0 })
	}
	if o.Has('o') {
		if err := p.OpenAt(1, o.Arg('o'), proc.Write|proc.Create|proc.Trunc, 0o666); err != nil {
			if p.GNU {
				p.Warn("open failed: %s: %s", o.Arg('o'), proc.Text(err))
				return 2
			}
			p.Warn("can't open '%s': %s", o.Arg('o'), proc.Text(err))
			return 2
		}
	}
	for _, l := range lines {
		p.Puts(l)
		p.Out().WriteByte(delim)
	}
	return status
}

func uniq(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "cduf:s:w:izD\x81::", "all-repeated=\x81", "count=c", "repeated=d", "unique=u", "skip-fields=f", "skip-chars=s", "check-chars=w", "ignore-case=i")
	if len(o.Rest) > 2 {
		return usage(p)
	}
	in := "-"
	if len(o.Rest) > 0 {
		in = o.Rest[0]
	}
	r, err := open(p, in)
	if err != nil {
		return 1
	}
	if len(o.Rest) > 1 && o.Rest[1] != "-" {
		if err := p.OpenAt(1, o.Rest[1], proc.Write|proc.Create|proc.Trunc, 0o666); err != nil {
			p.Die("can't open '%s': %s", o.Rest[1], proc.Text(err))
		}
	}
	skipF, skipC, width := 0, 0, -1
	if o.Has('f') {
		skipF = mustInt(p, o.Arg('f'))
	}
	if o.Has('s') {
		skipC = mustInt(p, o.Arg('s'))
	}
	if o.Has('w') {
		width = mustInt(p, o.Arg('w'))
	}
	key := func(l string) string {
		for range skipF {
			l = strings.TrimLeft(l, " \t")
			if i := strings.IndexAny(l, " \t"); i >= 0 {
				l = l[i:]
			} else {
				l = ""
			}
		}
		l = l[min(skipC, len(l)):]
		if width >= 0 {
			l = l[:min(width, len(l))]
		}
		if o.Has('i') {
			l = strings.ToLower(l)
		}
		return l
	}
	end := "\n"
	if o.Has('z') {
		end = "\x00"
	}
	if o.Has('D') || o.Has(0x81) {
		return repeated(p, r, key, end, o.Arg(0x81))
	}
	var cur string
	n := 0
	flush := func() {
		if n == 0 || o.Has('d') && n == 1 || o.Has('u') && n > 1 {
			return
		}
		if o.Has('c') {
			p.Printf("%7d ", n)
		}
		p.Puts(cur + end)
	}
	in0 := byte('\n')
	if o.Has('z') && p.GNU {
		in0 = 0
	}
	for {
		l, ok := r.Until(in0)
		if !ok {
			break
		}
		l = strings.TrimSuffix(l, string(in0))
		if n > 0 && key(l) == key(cur) {
			n++
			continue
		}
		flush()
		cur, n = l, 1
	}
	flush()
	return 0
}

// repeated is uniq -D: all lines that come more than once in a row; method says
// where an empty line goes: "prepend" before each group, "separate" between.
func repeated(p *proc.Proc, r *proc.Reader, key func(string) string, end, method string) int {
	switch method {
	case "", "none", "prepend", "separate":
	default:
		return wrong(p, "invalid argument ‘%s’ for ‘--all-repeated’\nValid arguments are:\n  - ‘none’\n  - ‘prepend’\n  - ‘separate’", method)
	}
	var group []string
	shown := false
	flush := func() {
		if len(group) > 1 {
			if method == "prepend" || method == "separate" && shown {
				p.Puts(end)
			}
			shown = true
			for _, l := range group {
				p.Puts(l + end)
			}
		}
		group = group[:0]
	}
	for {
		l, ok := r.Until(end[0])
		if !ok {
			break
		}
		l = strings.TrimSuffix(l, end)
		if len(group) > 0 && key(l) != key(group[0]) {
			flush()
		}
		group = append(group, l)
	}
	flush()
	return 0
}
