package regex

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Flags change how an expression is read and matched.
type Flags int

// The flags, combined by |.
const (
	Extended Flags = 1 << iota // ERE instead of BRE
	FoldCase                   // letters match whatever their case
	Lines                      // "^" and "$" match at newlines, "." does not match one
	UTF8                       // "." takes a character, not a byte
)

// Regexp is a compiled expression.
type Regexp struct {
	re    *regexp.Regexp // nil where there are back-references
	bol   *regexp.Regexp // the same where "^" does not match the beginning
	node  *node
	n     int // number of groups
	wide  bool
	utf8  bool
	lines bool
	fold  bool
	lit   string // the whole expression where it is plain text
	plain bool
}

// Error is what regerror(3) says.
type Error string

func (e Error) Error() string { return string(e) }

// Compile reads an expression.
func Compile(expr string, f Flags) (*Regexp, error) {
	p := &parser{src: expr, f: f, ere: f&Extended != 0}
	n, err := p.parse()
	if err != nil {
		return nil, err
	}
	r := &Regexp{node: n, n: p.groups, utf8: f&UTF8 != 0, lines: f&Lines != 0, fold: f&FoldCase != 0}
	if lit, ok := n.literal(); ok && f&FoldCase == 0 && lit != "" {
		r.lit, r.plain = lit, true
		return r, nil
	}
	if p.backrefs {
		return r, nil
	}
	text, noBOL := render(n, r, false), render(n, r, true)
	prefix := "(?s"
	if f&FoldCase != 0 {
		prefix += "i"
	}
	prefix += ")"
	if r.re, err = regexp.Compile(prefix + text); err != nil {
		return nil, Error("Invalid preceding regular expression")
	}
	r.re.Longest()
	if noBOL != text {
		if r.bol, err = regexp.Compile(prefix + noBOL); err != nil {
			return nil, Error("Invalid preceding regular expression")
		}
		r.bol.Longest()
	} else {
		r.bol = r.re
	}
	for i := range len(expr) {
		if expr[i] >= utf8.RuneSelf {
			r.wide = true
		}
	}
	return r, nil
}

// Groups returns the number of parenthesised groups.
func (r *Regexp) Groups() int { return r.n }

// Match finds the leftmost longest match in s at or after byte off, and
// returns the offsets of the match and its groups, -1 for a group that took no
// part; nil if there is none. notBOL says that "^" does not match at off.
func (r *Regexp) Match(s string, off int, notBOL bool) []int {
	if r.plain {
		i := strings.Index(s[off:], r.lit)
		if i < 0 {
			return nil
		}
		return []int{off + i, off + i + len(r.lit)}
	}
	if r.re == nil {
		return r.backtrack(s, off, notBOL)
	}
	re := r.re
	if notBOL {
		re = r.bol
	}
	text := s[off:]
	if word := off > 0 && isWord(s[off-1]) && text != "" && isWord(text[0]); word {
		// \b and \< must see what is before.
		if m := r.inContext(re, s, off); m != nil || hasBoundary(r.node) {
			return m
		}
	}
	if !r.utf8 && (r.wide || !ascii(text)) {
		return r.bytewise(re, text, off)
	}
	m := re.FindStringSubmatchIndex(text)
	for i := range m {
		if m[i] >= 0 {
			m[i] += off
		}
	}
	return m
}

func hasBoundary(n *node) bool {
	if n.kind == kBoundary {
		return true
	}
	for _, c := range n.sub {
		if hasBoundary(c) {
			return true
		}
	}
	return false
}

// inContext matches with the byte before off in view.
func (r *Regexp) inContext(re *regexp.Regexp, s string, off int) []int {
	if !hasBoundary(r.node) {
		return nil
	}
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		if m[0] >= off {
			return m
		}
	}
	return nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// bytewise matches bytes: each becomes a rune of its own.
func (r *Regexp) bytewise(re *regexp.Regexp, s string, off int) []int {
	buf := make([]byte, 0, len(s)*2)
	for i := range len(s) {
		buf = utf8.AppendRune(buf, rune(s[i]))
	}
	m := re.FindSubmatchIndex(buf)
	if m == nil {
		return nil
	}
	at := make(map[int]int, len(m))
	pos := 0
	for i := 0; i <= len(s); i++ {
		at[pos] = i
		if i < len(s) {
			pos++
			if s[i] >= utf8.RuneSelf {
				pos++
			}
		}
	}
	for i := range m {
		if m[i] >= 0 {
			m[i] = at[m[i]] + off
		}
	}
	return m
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
