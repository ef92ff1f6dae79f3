package applet

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// lineMatcher finds a match in a line at or after off, as regex.Regexp does.
type lineMatcher interface {
	Match(line string, off int, notFirst bool) []int
}

// head writes what GNU and busybox put before a line that is shown.
func (g *grepper) head(name string, line, offset int, sep byte) {
	p, o := g.p, g.o
	width := 0
	if n, err := p.Stat(name); o.Has('T') && err == nil && n.Kind == vfs.File {
		width = len(strconv.FormatInt(n.Size(), 10)) // as the largest would need
	}
	any := g.names || o.Has('n') || o.Has('b')
	if g.names {
		p.Puts(name + g.afterName(string(sep)))
	}
	if o.Has('n') {
		p.Puts(pad(strconv.Itoa(line), "", width) + string(sep))
	}
	if o.Has('b') {
		p.Puts(pad(strconv.Itoa(offset), "", width) + string(sep))
	}
	if o.Has('T') && any {
		p.Puts("\t")
	}
}

// afterName is what ends a file's name: with -Z a NUL.
func (g *grepper) afterName(sep string) string {
	if g.o.Has('Z') {
		return "\x00"
	}
	return sep
}

// binary reports whether GNU's grep takes a file for a binary one by what it
// reads first.
func (g *grepper) binary(r *proc.Reader) bool {
	if !g.p.GNU || g.o.Has('a') || g.o.Has('z') {
		return false
	}
	r.Peek(1)
	b, _ := r.Peek(r.Buffered())
	return bytes.IndexByte(b, 0) >= 0
}

// unprintable reports whether a line that matches is not shown.
func (g *grepper) unprintable(line string, binary bool) bool {
	if !g.p.GNU || g.o.Has('a') || g.o.Has('z') {
		return false
	}
	return binary || strings.IndexByte(line, 0) >= 0 || g.p.UTF8() && !utf8.ValidString(line)
}

// perlPattern is an expression of grep -P. keep says that a match begins
// behind the first group, ahead that it ends before the last.
type perlPattern struct {
	re          *regexp.Regexp
	keep, ahead bool
}

// perl compiles an expression in Perl's syntax: what Go's has in common with
// it, \K, and looking around at the ends.
func perl(pat string, fold bool) (*perlPattern, error) {
	x := &perlPattern{}
	if i := strings.LastIndex(pat, "(?="); i >= 0 && strings.HasSuffix(pat, ")") && strings.Count(pat[i:], "(") == strings.Count(pat[i:], ")") {
		pat, x.ahead = pat[:i]+"("+pat[i+3:], true
	}
	if i := strings.LastIndex(pat, `\K`); i >= 0 {
		pat, x.keep = "("+pat[:i]+")"+pat[i+2:], true
	} else if rest, ok := strings.CutPrefix(pat, "(?<="); ok {
		pat, x.keep = "("+rest, true
	}
	if fold {
		pat = "(?i)" + pat
	}
	var err error
	x.re, err = regexp.Compile(pat)
	return x, err
}

// Match finds the first match that begins at off or later.
func (x *perlPattern) Match(line string, off int, _ bool) []int {
	for _, m := range x.re.FindAllStringSubmatchIndex(line, -1) {
		start, end := m[0], m[1]
		if x.keep {
			start = m[3]
		}
		if x.ahead {
			end = m[len(m)-2]
		}
		if start >= off {
			return []int{start, end}
		}
	}
	return nil
}
