package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/regex"
	"layerlab.dev/core/vfs"
)

// grepper is grep, egrep and fgrep.
type grepper struct {
	p        *proc.Proc
	o        *proc.Options
	patterns []lineMatcher
	fixed    []string
	fold     bool
	names    bool // show file names
	before   int
	after    int
	most     int64
	delim    byte
	matched  bool
	failed   bool
	include  []string
	exclude  []string
}

func grep(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	spec := "lnqvscFiHhe:f:Lorm:wxA:B:C:EzIRaUPbZT\x81:\x82:\x83::\x84:"
	args := p.Args[1:]
	for i, a := range args {
		// -5 is -C 5
		if a == "--" || !p.GNU {
			break
		}
		if len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "0123456789") == "" {
			args = append([]string(nil), args...)
			args[i] = "-C" + a[1:]
			break
		}
	}
	p.Args = append(p.Args[:1:1], args...)
	o := options(p, spec, "include=\x81", "exclude=\x82", "color=\x83", "colour=\x83", "exclude-dir=\x84", "extended-regexp=E", "fixed-strings=F", "ignore-case=i", "invert-match=v", "quiet=q", "silent=q", "count=c", "files-with-matches=l", "line-number=n", "recursive=r", "word-regexp=w", "only-matching=o", "regexp=e", "file=f", "max-count=m", "line-regexp=x", "after-context=A", "before-context=B", "context=C", "no-messages=s", "no-filename=h", "with-filename=H", "files-without-match=L", "null-data=z", "basic-regexp=\x85", "perl-regexp=P", "byte-offset=b", "null=Z", "initial-tab=T", "text=a")
	g := &grepper{p: p, o: o, most: -1, delim: '\n', fold: o.Has('i'), include: o.All(0x81), exclude: o.All(0x82)}
	if o.Has('z') {
		g.delim = 0
	}
	num := func(c byte) int {
		if !o.Has(c) {
			return 0
		}
		return mustInt(p, o.Arg(c))
	}
	g.before, g.after = max(num('B'), num('C')), max(num('A'), num('C'))
	if o.Has('m') {
		g.most = int64(num('m'))
	}
	var pats []string
	for _, e := range o.All('e') {
		pats = append(pats, strings.Split(e, "\n")...)
	}
	for _, f := range o.All('f') {
		data, err := p.ReadFile(f)
		if err != nil {
			if p.GNU {
				simple(p, f, err)
				return 2
			}
			p.Die("%s: %s", f, proc.Text(err))
		}
		if len(data) == 0 {
			continue
		}
		pats = append(pats, strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")...)
	}
	rest := o.Rest
	if !o.Has('e') && !o.Has('f') {
		if len(rest) == 0 {
			return usage(p)
		}
		pats = append(pats, strings.Split(rest[0], "\n")...)
		rest = rest[1:]
	}
	name := p.Name()
	fixed := o.Has('F') || name == "fgrep"
	flags := regex.Flags(0)
	if o.Has('E') || name == "egrep" || o.Has('P') {
		flags |= regex.Extended
	}
	if g.fold {
		flags |= regex.FoldCase
	}
	for _, pat := range pats {
		if fixed && !o.Has('w') && !o.Has('o') {
			if g.fold {
				pat = strings.ToLower(pat)
			}
			g.fixed = append(g.fixed, pat)
			continue
		}
		if fixed {
			pat = quoteMeta(pat)
		}
		if o.Has('P') && !fixed {
			re, err := perl(pat, g.fold)
			if err != nil {
				p.Machine().Abort(&proc.UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
					Reason: whyPerl.With(pat), Advice: insteadPerl.With()})
			}
			g.patterns = append(g.patterns, re)
			continue
		}
		f := flags
		if fixed {
			f &^= regex.Extended
		}
		re, err := regex.Compile(pat, f)
		if err != nil {
			if p.GNU {
				if strings.HasPrefix(err.Error(), "Unmatched [") && pat == "[" {
					err = regex.BadPattern
				}
				p.Warn("%v", err)
				return 2
			}
			if p.Plain {
				p.Warn("bad regex '%s'", pat)
			} else {
				p.Warn("bad regex '%s': %v", pat, err)
			}
			return 2
		}
		g.patterns = append(g.patterns, re)
	}
	recurse := o.Has('r') || o.Has('R')
	if len(rest) == 0 {
		rest = []string{"-"}
		if recurse && p.GNU {
			rest = []string{"."}
		}
	}
	g.names = (len(rest) > 1 || recurse) && !o.Has('h') || o.Has('H')
	for _, n := range rest {
		if recurse && n != "-" {
			if g.tree(n, true) {
				break
			}
			continue
		}
		if g.file(n) {
			break
		}
	}
	switch {
	case g.failed && !(o.Has('q') && g.matched):
		return 2
	case g.matched:
		return 0
	}
	return 1
}

func quoteMeta(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(`\.*[]^$`, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// tree searches a directory; it reports whether to stop.
func (g *grepper) tree(path string, top bool) bool {
	p := g.p
	n, err := stat(p, path, top || g.o.Has('R'))
	if n != nil && n.Kind == vfs.Symlink && !p.GNU {
		// busybox reads what a link names, unless it is a directory.
		if t, e := p.Stat(path); e != nil || t.Kind == vfs.File {
			return g.file(path)
		}
	}
	if err != nil {
		return g.file(path)
	}
	if n.IsDir() {
		if !top {
			for _, pat := range g.o.All(0x84) {
				if globMatch(pat, base(path)) {
					return false
				}
			}
		}
		names, err := p.ReadDir(path)
		if err != nil {
			simple(p, path, err)
			g.failed = true
			return false
		}
		for _, c := range names {
			if g.tree(under(path, c), false) {
				return true
			}
		}
		return false
	}
	if n.Kind != vfs.File && !top {
		return false
	}
	if !top && len(g.include) > 0 {
		ok := false
		for _, pat := range g.include {
			ok = ok || globMatch(pat, base(path))
		}
		if !ok {
			return false
		}
	}
	for _, pat := range g.exclude {
		if globMatch(pat, base(path)) {
			return false
		}
	}
	return g.file(path)
}

// find looks for the first match in line at or after off: -1 if there is none.
func (g *grepper) find(line string, off int) (start, end int) {
	start = -1
	if g.o.Has('x') || len(g.fixed) > 0 {
		subject := line
		if g.fold {
			subject = strings.ToLower(line)
		}
		for _, f := range g.fixed {
			if g.o.Has('x') {
				if subject == f {
					return 0, len(line)
				}
			} else if i := strings.Index(subject, f); i >= 0 {
				return i, i + len(f)
			}
		}
	}
	for _, re := range g.patterns {
		for at := off; at <= len(line); {
			m := re.Match(line, at, at > 0)
			if m == nil {
				break
			}
			s, e := m[0], m[1]
			ok := true
			if g.o.Has('x') {
				ok = s == 0 && e == len(line)
			}
			if g.o.Has('w') {
				ok = ok && (s == 0 || !wordByte(line[s-1])) && (e == len(line) || !wordByte(line[e]))
			}
			if ok {
				if start < 0 || s < start || s == start && e > end {
					start, end = s, e
				}
				break
			}
			if g.o.Has('x') {
				break
			}
			at = s + 1
		}
	}
	return start, end
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'z'
}

// file searches one file; it reports whether to stop altogether.
func (g *grepper) file(name string) bool {
	p, o := g.p, g.o
	r, err := p.Input(name)
	if err == nil && name != "-" {
		if n, e := p.Stat(name); e == nil && n.IsDir() {
			r.Close()
			if p.GNU {
				p.Warn("%s: Is a directory", name)
				g.failed = true
			}
			return false
		}
	}
	if err != nil {
		if !o.Has('s') {
			simple(p, name, err)
		}
		g.failed = true
		return false
	}
	defer r.Close()
	shown := name
	if name == "-" {
		shown = "(standard input)"
	}
	invert := o.Has('v')
	var count int64
	var held []string
	heldFrom := 0
	left := 0
	lastShown := 0
	line := 0
	offset, offsets := 0, map[int]int{}
	binary := g.binary(r)
	put := func(n int, sep byte, text string) {
		if g.before+g.after > 0 && lastShown > 0 && n > lastShown+1 {
			p.Puts("--\n")
		}
		lastShown = n
		g.head(shown, n, offsets[n], sep)
		p.Puts(text)
		p.Out().WriteByte(g.delim)
	}
	var pieces []string
	for {
		var s string
		var ok bool
		if len(pieces) > 0 {
			s, pieces, ok = pieces[0], pieces[1:], true
		} else if s, ok = r.Until(g.delim); ok && !p.GNU && !p.Plain && strings.IndexByte(s, 0) >= 0 {
			// busybox takes a NUL for the end of a line, too.
			pieces = strings.Split(strings.TrimSuffix(s, string(g.delim)), "\x00")
			if !strings.HasSuffix(s, string(g.delim)) && pieces[len(pieces)-1] == "" {
				pieces = pieces[:len(pieces)-1]
			}
			s, pieces = pieces[0], pieces[1:]
		}
		if !ok {
			break
		}
		s = strings.TrimSuffix(s, string(g.delim))
		line++
		at := offset
		offset += len(s) + 1
		if o.Has('b') {
			offsets[line] = at
		}
		start, end := g.find(s, 0)
		if (start >= 0) == invert {
			if left > 0 {
				left--
				put(line, '-', s)
			} else if g.before > 0 {
				if len(held) == 0 {
					heldFrom = line
				}
				held = append(held, s)
				if len(held) > g.before {
					held = held[1:]
					heldFrom++
				}
			}
			continue
		}
		count++
		g.matched = true
		switch {
		case o.Has('q'):
			return true
		case !o.Has('l') && !o.Has('L') && !o.Has('c') && g.unprintable(s, binary):
			p.Warn("%s: binary file matches", shown)
			return false
		case o.Has('l'):
			p.Puts(shown + g.afterName("\n"))
			return false
		case o.Has('L'):
			return false
		case o.Has('c'):
		case o.Has('o') && !invert:
			for start >= 0 {
				if end > start {
					g.head(shown, line, at+start, ':')
					p.Puts(s[start:end] + "\n")
				} else {
					end++
				}
				if end > len(s) {
					break
				}
				start, end = g.find(s, end)
			}
		case o.Has('o'):
		default:
			for i, h := range held {
				put(heldFrom+i, '-', h)
			}
			held = nil
			put(line, ':', s)
			left = g.after
		}
		if g.most >= 0 && count >= g.most {
			break
		}
	}
	if o.Has('c') {
		if g.names {
			p.Puts(shown + g.afterName(":"))
		}
		p.Puts(strconv.FormatInt(count, 10) + "\n")
	}
	if o.Has('L') && count == 0 {
		p.Puts(shown + g.afterName("\n"))
		g.matched = true
	}
	return false
}
