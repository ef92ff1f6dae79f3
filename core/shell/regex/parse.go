package regex

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

type kind byte

const (
	kEmpty kind = iota
	kChar
	kAny
	kSet
	kCat
	kAlt
	kRepeat
	kGroup
	kBegin
	kEnd
	kBoundary
	kBackref
)

// node is a node of the expression.
type node struct {
	kind     kind
	char     string // the bytes of a character
	set      *[256]bool
	runes    string // of a set with characters beyond ASCII, as a Go class
	sub      []*node
	min, max int // of a repeat; max < 0 is no limit
	n        int // of a group or back-reference
	op       byte
}

func (n *node) literal() (string, bool) {
	switch n.kind {
	case kChar:
		return n.char, true
	case kCat:
		var b strings.Builder
		for _, c := range n.sub {
			s, ok := c.literal()
			if !ok {
				return "", false
			}
			b.WriteString(s)
		}
		return b.String(), true
	}
	return "", false
}

type parser struct {
	src      string
	pos      int
	f        Flags
	ere      bool
	groups   int
	depth    int
	backrefs bool
}

func (p *parser) parse() (*node, error) {
	n, err := p.alt()
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, Error("Unmatched ) or \\)")
	}
	return n, nil
}

func (p *parser) at(s string) bool { return strings.HasPrefix(p.src[p.pos:], s) }

func (p *parser) alt() (*node, error) {
	bar := "|"
	if !p.ere {
		bar = `\|`
	}
	n, err := p.cat()
	if err != nil {
		return nil, err
	}
	if !p.at(bar) {
		return n, nil
	}
	alt := &node{kind: kAlt, sub: []*node{n}}
	for p.at(bar) {
		p.pos += len(bar)
		if n, err = p.cat(); err != nil {
			return nil, err
		}
		alt.sub = append(alt.sub, n)
	}
	return alt, nil
}

func (p *parser) closing() bool {
	if p.ere {
		return p.depth > 0 && p.at(")")
	}
	return p.at(`\)`)
}

func (p *parser) cat() (*node, error) {
	cat := &node{kind: kCat}
	for p.pos < len(p.src) {
		if p.closing() || p.ere && p.at("|") || !p.ere && p.at(`\|`) {
			break
		}
		n, err := p.atom(len(cat.sub) == 0)
		if err != nil {
			return nil, err
		}
		if n, err = p.repeats(n); err != nil {
			return nil, err
		}
		cat.sub = append(cat.sub, n)
	}
	switch len(cat.sub) {
	case 0:
		return &node{kind: kEmpty}, nil
	case 1:
		return cat.sub[0], nil
	}
	return cat, nil
}

func (p *parser) repeats(n *node) (*node, error) {
	for p.pos < len(p.src) {
		lo, hi := 0, -1
		c := p.src[p.pos]
		switch {
		case c == '*':
			if !p.ere && (n.kind == kBegin || n.kind == kEmpty) {
				return n, nil
			}
			p.pos++
		case p.ere && c == '+' || !p.ere && p.at(`\+`):
			lo = 1
			p.pos++
			if !p.ere {
				p.pos++
			}
		case p.ere && c == '?' || !p.ere && p.at(`\?`):
			hi = 1
			p.pos++
			if !p.ere {
				p.pos++
			}
		case p.ere && c == '{' || !p.ere && p.at(`\{`):
			start := p.pos
			p.pos++
			if !p.ere {
				p.pos++
			}
			end := "}"
			if !p.ere {
				end = `\}`
			}
			body, _, ok := strings.Cut(p.src[p.pos:], end)
			if !ok {
				if p.ere {
					p.pos = start
					return n, nil
				}
				return nil, Error("Unmatched \\{")
			}
			if !bounds(body, &lo, &hi) {
				if p.ere {
					p.pos = start
					return n, nil
				}
				return nil, Error("Invalid content of \\{\\}")
			}
			if hi >= 0 && lo > hi || lo > 32767 {
				return nil, Error("Invalid content of \\{\\}")
			}
			p.pos += len(body) + len(end)
		default:
			return n, nil
		}
		if n.kind == kRepeat && n.min == 0 && n.max < 0 && lo == 0 && hi < 0 {
			continue
		}
		n = &node{kind: kRepeat, sub: []*node{n}, min: lo, max: hi}
	}
	return n, nil
}

func bounds(s string, lo, hi *int) bool {
	a, b, comma := strings.Cut(s, ",")
	num := func(v string, n *int) bool {
		*n = 0
		for i := range len(v) {
			if v[i] < '0' || v[i] > '9' || *n > 40000 {
				return false
			}
			*n = *n*10 + int(v[i]-'0')
		}
		return true
	}
	if !num(a, lo) || a == "" && !comma {
		return false
	}
	if !comma {
		*hi = *lo
		return true
	}
	if b == "" {
		*hi = -1
		return true
	}
	return num(b, hi)
}

func (p *parser) atom(first bool) (*node, error) {
	c := p.src[p.pos]
	switch {
	case c == '.':
		p.pos++
		return &node{kind: kAny}, nil
	case c == '[':
		return p.bracket()
	case c == '^':
		if p.ere || first {
			p.pos++
			return &node{kind: kBegin}, nil
		}
	case c == '$':
		rest := p.src[p.pos+1:]
		if p.ere || rest == "" || strings.HasPrefix(rest, `\)`) || strings.HasPrefix(rest, `\|`) || p.f&Lines != 0 && rest[0] == '\n' {
			p.pos++
			return &node{kind: kEnd}, nil
		}
	case c == '(' && p.ere || p.at(`\(`) && !p.ere:
		p.pos++
		if !p.ere {
			p.pos++
		}
		p.groups++
		g := &node{kind: kGroup, n: p.groups}
		p.depth++
		inner, err := p.alt()
		if err != nil {
			return nil, err
		}
		p.depth--
		end := ")"
		if !p.ere {
			end = `\)`
		}
		if !p.at(end) {
			return nil, Error("Unmatched ( or \\(")
		}
		p.pos += len(end)
		g.sub = []*node{inner}
		return g, nil
	case p.ere && (c == '*' || c == '+' || c == '?'):
		if first {
			if c == '*' {
				p.pos++
				return &node{kind: kChar, char: "*"}, nil
			}
			return nil, Error("Invalid preceding regular expression")
		}
	case p.ere && c == '{' && first:
		return nil, Error("Invalid preceding regular expression")
	case c == '\\':
		return p.escape()
	}
	n := 1
	if p.f&UTF8 != 0 {
		_, n = utf8.DecodeRuneInString(p.src[p.pos:])
	}
	s := p.src[p.pos : p.pos+n]
	p.pos += n
	return &node{kind: kChar, char: s}, nil
}

func (p *parser) escape() (*node, error) {
	if p.pos+1 >= len(p.src) {
		return nil, Error("Trailing backslash")
	}
	c := p.src[p.pos+1]
	p.pos += 2
	switch c {
	case 'w', 'W', 's', 'S':
		set := &[256]bool{}
		for i := range 256 {
			b := byte(i)
			in := isWord(b)
			if c == 's' || c == 'S' {
				in = b == ' ' || b >= '\t' && b <= '\r'
			}
			set[i] = in == (c == 'w' || c == 's')
		}
		return &node{kind: kSet, set: set}, nil
	case 'b', 'B', '<', '>':
		return &node{kind: kBoundary, op: c}, nil
	case '`':
		return &node{kind: kBegin, op: 'A'}, nil
	case '\'':
		return &node{kind: kEnd, op: 'z'}, nil
	case 'n':
		return &node{kind: kChar, char: "n"}, nil
	}
	if c >= '1' && c <= '9' {
		if int(c-'0') > p.groups {
			return nil, Error("Invalid back reference")
		}
		p.backrefs = true
		return &node{kind: kBackref, n: int(c - '0')}, nil
	}
	return &node{kind: kChar, char: string([]byte{c})}, nil
}

// BadPattern is what regcomp(3) says of a bracket with nothing behind it.
const BadPattern = Error("Invalid regular expression")

const unmatchedBracket = Error("Unmatched [, [^, [:, [., or [=")

func (p *parser) bracket() (*node, error) {
	p.pos++
	neg := p.at("^")
	if neg {
		p.pos++
	}
	set := &[256]bool{}
	var wide strings.Builder
	for first := true; ; first = false {
		if p.pos >= len(p.src) {
			if first {
				return nil, BadPattern
			}
			return nil, unmatchedBracket
		}
		if p.src[p.pos] == ']' && !first {
			p.pos++
			break
		}
		if p.at("[:") {
			name, _, ok := strings.Cut(p.src[p.pos+2:], ":]")
			if !ok {
				return nil, unmatchedBracket
			}
			if !class(name, set) {
				return nil, Error("Invalid character class name")
			}
			p.pos += len(name) + 4
			continue
		}
		lo, err := p.member()
		if err != nil {
			return nil, err
		}
		hi := lo
		if p.pos+1 < len(p.src) && p.src[p.pos] == '-' && p.src[p.pos+1] != ']' {
			p.pos++
			if hi, err = p.member(); err != nil {
				return nil, err
			}
			if hi < lo {
				return nil, Error("Invalid range end")
			}
		}
		for r := lo; r <= hi && r < 256; r++ {
			if r < 128 || p.f&UTF8 == 0 {
				set[r] = true
			}
		}
		if p.f&UTF8 != 0 && hi >= 128 {
			fmt.Fprintf(&wide, `\x{%X}-\x{%X}`, max(lo, 128), hi)
		}
	}
	if p.f&FoldCase != 0 {
		for c := byte('a'); c <= 'z'; c++ {
			if set[c] || set[c-32] {
				set[c], set[c-32] = true, true
			}
		}
	}
	if p.f&UTF8 != 0 {
		n := &node{kind: kSet, set: set, runes: classText(set, wide.String(), neg, true)}
		if neg {
			for i := range 128 {
				set[i] = !set[i]
			}
			for i := 128; i < 256; i++ {
				set[i] = true
			}
		}
		return n, nil
	}
	if neg {
		for i := range set {
			set[i] = !set[i]
		}
		if p.f&Lines != 0 {
			set['\n'] = false
		}
	}
	return &node{kind: kSet, set: set}, nil
}

// member reads one end of a range.
func (p *parser) member() (rune, error) {
	for _, q := range []string{".", "="} {
		if p.at("[" + q) {
			name, _, ok := strings.Cut(p.src[p.pos+2:], q+"]")
			if !ok || name == "" {
				return 0, unmatchedBracket
			}
			p.pos += len(name) + 4
			return rune(name[0]), nil
		}
	}
	if p.f&UTF8 != 0 {
		r, n := utf8.DecodeRuneInString(p.src[p.pos:])
		p.pos += n
		return r, nil
	}
	r := rune(p.src[p.pos])
	p.pos++
	return r, nil
}

func class(name string, set *[256]bool) bool {
	in := map[string]func(c byte) bool{
		"alpha":  func(c byte) bool { return c|32 >= 'a' && c|32 <= 'z' },
		"digit":  func(c byte) bool { return c >= '0' && c <= '9' },
		"alnum":  func(c byte) bool { return c|32 >= 'a' && c|32 <= 'z' || c >= '0' && c <= '9' },
		"upper":  func(c byte) bool { return c >= 'A' && c <= 'Z' },
		"lower":  func(c byte) bool { return c >= 'a' && c <= 'z' },
		"space":  func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' },
		"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
		"punct":  func(c byte) bool { return c > ' ' && c < 127 && !(c|32 >= 'a' && c|32 <= 'z' || c >= '0' && c <= '9') },
		"print":  func(c byte) bool { return c >= ' ' && c < 127 },
		"graph":  func(c byte) bool { return c > ' ' && c < 127 },
		"cntrl":  func(c byte) bool { return c < ' ' || c == 127 },
		"xdigit": func(c byte) bool { return c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'f' },
	}[name]
	if in == nil {
		return false
	}
	for i := range 128 {
		if in(byte(i)) {
			set[i] = true
		}
	}
	return true
}

// classText writes a set as a class of package regexp.
func classText(set *[256]bool, wide string, neg, utf8 bool) string {
	var b strings.Builder
	top := 256
	if utf8 {
		top = 128
	}
	for i := 0; i < top; i++ {
		if !set[i] {
			continue
		}
		j := i
		for j+1 < top && set[j+1] {
			j++
		}
		fmt.Fprintf(&b, `\x{%X}-\x{%X}`, i, j)
		i = j
	}
	b.WriteString(wide)
	if b.Len() == 0 {
		if neg {
			return `[\x{0}-\x{10FFFF}]`
		}
		return `[^\x{0}-\x{10FFFF}]`
	}
	if neg {
		return "[^" + b.String() + "]"
	}
	return "[" + b.String() + "]"
}

// render writes the expression for package regexp.
func render(n *node, r *Regexp, notBOL bool) string {
	switch n.kind {
	case kEmpty:
		return "(?:)"
	case kChar:
		if r.utf8 {
			return regexp.QuoteMeta(n.char)
		}
		var b strings.Builder
		for i := range len(n.char) {
			if n.char[i] >= utf8.RuneSelf {
				fmt.Fprintf(&b, `\x{%X}`, n.char[i])
			} else {
				b.WriteString(regexp.QuoteMeta(n.char[i : i+1]))
			}
		}
		return b.String()
	case kAny:
		if r.lines {
			return `[^\n]`
		}
		return "."
	case kSet:
		if n.runes != "" {
			return n.runes
		}
		return classText(n.set, "", false, r.utf8)
	case kCat:
		var b strings.Builder
		for _, c := range n.sub {
			s := render(c, r, notBOL)
			if c.kind == kAlt {
				s = "(?:" + s + ")"
			}
			b.WriteString(s)
		}
		return b.String()
	case kAlt:
		parts := make([]string, len(n.sub))
		for i, c := range n.sub {
			parts[i] = render(c, r, notBOL)
		}
		return "(?:" + strings.Join(parts, "|") + ")"
	case kGroup:
		return "(" + render(n.sub[0], r, notBOL) + ")"
	case kBegin:
		if r.lines && n.op == 0 {
			return "(?m:^)"
		}
		if notBOL {
			return `[^\x{0}-\x{10FFFF}]`
		}
		return `\A`
	case kEnd:
		if r.lines && n.op == 0 {
			return "(?m:$)"
		}
		return `\z`
	case kBoundary:
		switch n.op {
		case 'B':
			return `\B`
		case '<', '>':
			return `\b`
		}
		return `\b`
	case kRepeat:
		s := render(n.sub[0], r, notBOL)
		if k := n.sub[0].kind; k != kGroup && k != kSet && k != kAny {
			s = "(?:" + s + ")"
		}
		switch {
		case n.min == 0 && n.max < 0:
			return s + "*"
		case n.min == 1 && n.max < 0:
			return s + "+"
		case n.min == 0 && n.max == 1:
			return s + "?"
		}
		// Package regexp repeats at most 1000 times.
		var b strings.Builder
		for left := n.min; left > 0; left -= 1000 {
			fmt.Fprintf(&b, "%s{%d}", s, min(left, 1000))
		}
		if n.max < 0 {
			b.WriteString(s + "*")
		} else {
			for left := n.max - n.min; left > 0; left -= 1000 {
				fmt.Fprintf(&b, "%s{0,%d}", s, min(left, 1000))
			}
		}
		if b.Len() == 0 {
			return "(?:)"
		}
		return "(?:" + b.String() + ")"
	}
	return ""
}
