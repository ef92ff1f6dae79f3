package shell

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/glob"
)

// builder puts a word together while it is expanded.
type builder struct {
	s    *Shell
	mode mode
	out  []string
	buf  []byte // the field so far; in modes other than plain, quoted specials are escaped
	// started is set once the field exists, be it empty.
	started bool
	globs   bool // buf has an unquoted special character
	escaped bool // buf has a backslash that is not part of the text
	blank   bool // the field before was ended by white space of IFS
	loose   bool // literal text is split too: the word of ${name-word}
}

type mode byte

const (
	plain     mode = iota // one string, quotes removed
	split                 // fields: split at IFS and expanded to paths
	pattern               // one pattern, quoted specials escaped
	regexText             // one regular expression, quoted specials escaped
)

// fields expands words to fields, as for a command.
func (s *Shell) fields(words []*syntax.Word) []string {
	b := s.spare
	if s.spare = nil; b == nil {
		b = &builder{}
	}
	*b = builder{s: s, mode: split, buf: b.buf[:0], out: make([]string, 0, len(words)+1)}
	defer func() { s.spare = b }()
	for _, w := range words {
		if len(w.Parts) == 1 {
			if l, ok := w.Parts[0].(*syntax.Lit); ok && simple(l.Value) {
				b.out = append(b.out, l.Value)
				continue
			}
		}
		if s.opt.brace && braced(w) {
			c := &syntax.Word{Parts: slices.Clone(w.Parts)}
			if syntax.SplitBraces(c) {
				for x, err := range expand.BracesSeq(nil, c) {
					if err != nil {
						s.fail(1, "%v", err)
					}
					b.field(x)
				}
				continue
			}
		}
		b.field(w)
	}
	return b.out
}

// simple reports whether a literal stands for itself.
func simple(s string) bool {
	if s == "[" {
		return true // the command: no pattern without its other bracket
	}
	for i := range len(s) {
		switch s[i] {
		case '\\', '*', '?', '[', '~', '{':
			return false
		}
	}
	return true
}

func braced(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok && strings.IndexByte(l.Value, '{') >= 0 {
			return true
		}
	}
	return false
}

// word expands a word to one string, as for an assignment.
func (s *Shell) word(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	if len(w.Parts) == 1 {
		switch p := w.Parts[0].(type) {
		case *syntax.Lit:
			if simple(p.Value) {
				return p.Value
			}
		case *syntax.SglQuoted:
			if !p.Dollar {
				return p.Value
			}
		}
	}
	b := builder{s: s, mode: plain}
	b.word(w, false)
	return string(b.buf)
}

// value expands the right side of an assignment: a tilde counts after ":".
func (s *Shell) value(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	if len(w.Parts) == 1 {
		if p, ok := w.Parts[0].(*syntax.Lit); ok && simple(p.Value) {
			return p.Value
		}
	}
	b := builder{s: s, mode: plain}
	b.word(w, true)
	return string(b.buf)
}

// pattern expands a word to a pattern.
func (s *Shell) pattern(w *syntax.Word, m mode) string {
	if w == nil {
		return ""
	}
	b := builder{s: s, mode: m}
	b.word(w, false)
	return string(b.buf)
}

// document expands the body of a here-document.
func (s *Shell) document(w *syntax.Word) string {
	b := builder{s: s, mode: plain}
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok {
			b.quotedLit(l.Value, true)
			continue
		}
		b.part(p, true)
	}
	return string(b.buf)
}

func (b *builder) field(w *syntax.Word) {
	b.started, b.blank = false, false
	b.buf, b.globs, b.escaped = b.buf[:0], false, false
	b.word(w, false)
	b.end()
}

// end finishes the field, if there is one.
func (b *builder) end() {
	if !b.started {
		return
	}
	b.started = false
	text := string(b.buf)
	globs, escaped := b.globs, b.escaped
	b.buf, b.globs, b.escaped = b.buf[:0], false, false
	if globs && !strings.ContainsAny(text, "*?(") && strings.IndexByte(text, ']') < 0 {
		globs = false // a bracket alone is no pattern
	}
	if globs && !b.s.opt.noglob {
		if found := b.s.glob(text); len(found) > 0 {
			b.out = append(b.out, found...)
			return
		}
		if b.s.shopt["nullglob"] {
			return
		}
		if b.s.shopt["failglob"] {
			b.s.complain("no match: %s", glob.Unescape(text))
			panic(shellExit{s: b.s, status: 1})
		}
	}
	if escaped {
		text = glob.Unescape(text)
	}
	b.out = append(b.out, text)
}

func (b *builder) word(w *syntax.Word, assign bool) {
	for i, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok {
			v := l.Value
			if i == 0 && v != "" && v[0] == '~' && b.mode != regexText {
				v = b.tilde(v, len(w.Parts) == 1, assign)
			}
			if k := strings.Index(v, "=~"); i == 0 && k > 0 && b.mode == split && b.s.dialect == Bash && !b.s.opt.posix && dialect.Name(v[:k]) {
				// A word that looks like an assignment is treated as one.
				b.lit(v[:k+1])
				b.colons(b.tilde(v[k+1:], len(w.Parts) == 1, true), len(w.Parts) == 1)
				continue
			}
			if assign && strings.Contains(v, ":~") {
				b.colons(v, i == len(w.Parts)-1)
				continue
			}
			b.lit(v)
			continue
		}
		b.part(p, false)
	}
}

// colons expands tildes after ":" in an assignment.
func (b *builder) colons(v string, last bool) {
	for {
		i := strings.Index(v, ":~")
		if i < 0 {
			b.lit(v)
			return
		}
		b.lit(v[:i+1])
		v = b.tilde(v[i+1:], last, true)
	}
}

// tilde expands ~ or ~user at the start of v and returns what is left.
func (b *builder) tilde(v string, whole, assign bool) string {
	end := strings.IndexByte(v, '/')
	if c := strings.IndexByte(v, ':'); assign && c >= 0 && (end < 0 || c < end) {
		end = c
	}
	if end < 0 {
		if !whole {
			return v
		}
		end = len(v)
	}
	name := v[1:end]
	home, ok := "", false
	switch {
	case name == "":
		if home, ok = b.s.get("HOME"); !ok && b.s.dialect == Bash {
			home, ok = b.s.home("")
		}
	case name == "+" && b.s.dialect == Bash:
		home, ok = b.s.get("PWD")
	case name == "-" && b.s.dialect == Bash:
		home, ok = b.s.get("OLDPWD")
	case strings.ContainsAny(name, `\$`):
	default:
		home, ok = b.s.home(name)
	}
	if !ok {
		b.add(v[:end], true)
		return v[end:]
	}
	b.started = true
	b.add(home, true)
	return v[end:]
}

// lit adds unquoted literal text, in which a backslash quotes.
func (b *builder) lit(v string) {
	if v == "" {
		return
	}
	if !b.loose {
		b.started = true
	}
	for i := 0; i < len(v); i++ {
		c := v[i]
		if b.loose && c != '\\' {
			b.split(v[i : i+1])
			continue
		}
		switch c {
		case '\\':
			b.started = true
			if i++; i >= len(v) {
				b.quote('\\')
				return
			}
			if v[i] == '\n' {
				continue
			}
			b.quote(v[i])
			continue
		case '*', '?', '[':
			b.globs = true
		}
		b.buf = append(b.buf, c)
	}
}

// quote adds one quoted byte.
func (b *builder) quote(c byte) {
	switch b.mode {
	case split, pattern:
		switch c {
		case '*', '?', '[', ']', '\\', '!', '^', '-', '(', ')', '|', '+', '@':
			b.buf = append(b.buf, '\\')
			b.escaped = true
		}
	case regexText:
		if strings.IndexByte(`\.+*?()|[]{}^$`, c) >= 0 {
			b.buf = append(b.buf, '\\')
		}
	}
	b.buf = append(b.buf, c)
}

// add adds text that came from an expansion, or was quoted.
func (b *builder) add(v string, quoted bool) {
	if quoted {
		if v == "" {
			return
		}
		b.started = true
		if b.mode == plain {
			b.buf = append(b.buf, v...)
			return
		}
		for i := range len(v) {
			b.quote(v[i])
		}
		return
	}
	if b.mode != split {
		b.buf = append(b.buf, v...)
		return
	}
	b.split(v)
}

// split adds the result of an unquoted expansion, divided at IFS.
func (b *builder) split(v string) {
	ifs := b.s.ifs
	for i := range len(v) {
		c := v[i]
		if strings.IndexByte(ifs, c) >= 0 {
			white := c == ' ' || c == '\t' || c == '\n'
			switch {
			case b.started:
				b.end()
				b.blank = white
			case white:
			case b.blank:
				b.blank = false // white space before a delimiter belongs to it
			default:
				b.out = append(b.out, "")
			}
			continue
		}
		b.started, b.blank = true, false
		switch c {
		case '*', '?', '[':
			b.globs = true
		case '\\':
			b.buf = append(b.buf, '\\')
			b.escaped = true
		}
		b.buf = append(b.buf, c)
	}
}

// quotedLit adds literal text inside double quotes or a here-document.
func (b *builder) quotedLit(v string, doc bool) {
	if strings.IndexByte(v, '\\') < 0 {
		b.add(v, true)
		return
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) {
			switch c := v[i+1]; {
			case c == '\n':
				i++
				continue
			case c == '$' || c == '`' || c == '\\' || c == '"' && !doc:
				i++
			}
		}
		out = append(out, v[i])
	}
	b.add(string(out), true)
}

func (b *builder) part(p syntax.WordPart, quoted bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		if quoted {
			b.quotedLit(p.Value, false)
		} else {
			b.lit(p.Value)
		}
	case *syntax.SglQuoted:
		b.started = true
		v := p.Value
		if p.Dollar {
			if b.s.dialect == Dash {
				v = "$" + v
			} else {
				v = b.s.ansi(v)
			}
		}
		b.add(v, true)
	case *syntax.DblQuoted:
		if b.s.code.wrong[int(p.Pos().Offset())] {
			in := builder{s: b.s, mode: plain}
			for _, q := range p.Parts {
				in.part(q, true)
			}
			b.add(b.s.belated(string(in.buf)), true)
			return
		}
		if !b.s.noArgs(p) {
			b.started = true
		}
		for _, q := range p.Parts {
			b.part(q, true)
		}
	case *syntax.ParamExp:
		b.param(p, quoted)
	case *syntax.CmdSubst:
		b.add(b.s.capture(p), quoted)
	case *syntax.ArithmExp:
		b.add(strconv.FormatInt(b.s.arithmetic(p.X), 10), quoted)
	case *syntax.ProcSubst:
		b.add(b.s.procSubst(p), true)
	case *syntax.ExtGlob:
		b.started, b.globs = true, true
		op := p.Op.String()
		b.buf = append(b.buf, op...)
		b.buf = append(b.buf, p.Pattern.Value...)
		b.buf = append(b.buf, ')')
	}
}

// noArgs reports whether a quoted word is just "$@" while there are no
// arguments: it gives no field at all.
func (s *Shell) noArgs(q *syntax.DblQuoted) bool {
	if len(q.Parts) != 1 {
		return false
	}
	pe, ok := q.Parts[0].(*syntax.ParamExp)
	if !ok || pe.Length || pe.Param == nil {
		return false
	}
	if pe.Param.Value == "@" && pe.Exp == nil {
		if pe.Slice != nil {
			return len(s.list(pe, true)) == 0
		}
		return len(s.args) == 0
	}
	if w, ok := pe.Index.(*syntax.Word); ok && w.Lit() == "@" && pe.Exp == nil {
		return len(s.list(pe, true)) == 0
	}
	return pe.Names == syntax.NamesPrefixWords && len(s.names(pe.Param.Value)) == 0
}

// glob expands a pattern to paths.
func (s *Shell) glob(p string) []string {
	f := glob.Bytes // the locale is C
	if s.dialect == Bash {
		f |= glob.Extended
		if s.shopt["nocaseglob"] {
			f |= glob.FoldCase
		}
	} else if s.dialect == Dash {
		f |= glob.NoCaret
	}
	if !s.utf8 {
		f |= glob.Bytes
	}
	return glob.Expand(p, directory{s}, f, s.shopt["dotglob"], s.shopt["globstar"])
}

// directory is what patterns are matched against.
type directory struct{ s *Shell }

func (d directory) Names(dir string) []string {
	if dir == "" {
		dir = "."
	}
	names, _ := d.s.p.ReadDir(dir)
	if d.s.dialect != Bash {
		names = append([]string{".", ".."}, names...)
	}
	return names
}

func (d directory) Exists(path string) bool { _, err := d.s.p.Lstat(path); return err == nil }

func (d directory) IsDir(path string) bool {
	n, err := d.s.p.Stat(path)
	return err == nil && n.IsDir()
}

// match reports whether a string matches a pattern, as in case.
func (s *Shell) match(pat, str string) bool {
	f := glob.Flags(0)
	if !s.utf8 {
		f |= glob.Bytes
	}
	switch s.dialect {
	case Bash:
		f |= glob.Extended
		if s.shopt["nocasematch"] {
			f |= glob.FoldCase
		}
	case Dash:
		f |= glob.NoCaret
	}
	return glob.Match(pat, str, f)
}

// length is the number of characters, which are bytes where the shell knows
// no UTF-8.
func (s *Shell) length(v string) int {
	if !s.utf8 && (s.dialect != Ash || s.p.Plain) {
		return len(v)
	}
	return utf8.RuneCountInString(v)
}

// text is the source of a part of the program.
func (s *Shell) text(n syntax.Node) string {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	if from < 0 || to > len(s.code.src) || from > to {
		return ""
	}
	return s.code.src[from:to]
}

// ansi decodes the text of $'…'.
func (s *Shell) ansi(v string) string {
	if strings.IndexByte(v, '\\') < 0 {
		return v
	}
	var out []byte
	for i := 0; i < len(v); i++ {
		if v[i] != '\\' || i+1 >= len(v) {
			out = append(out, v[i])
			continue
		}
		i++
		if c := v[i]; s.dialect == Ash && strings.IndexByte("abfnrtvx\\01234567", c) < 0 || s.dialect == Bash && !s.utf8 && (c == 'u' || c == 'U') {
			j := i + 1
			for c|32 == 'u' && s.dialect == Bash && j < len(v) && j <= i+8 && isHex(v[j]) {
				j++
			}
			out = append(out, '\\', c)
			out = append(out, strings.ToUpper(v[i+1:j])...)
			i = j - 1
			continue
		}
		switch c := v[i]; c {
		case 'a':
			out = append(out, 7)
		case 'b':
			out = append(out, 8)
		case 'e', 'E':
			out = append(out, 27)
		case 'f':
			out = append(out, 12)
		case 'n':
			out = append(out, 10)
		case 'r':
			out = append(out, 13)
		case 't':
			out = append(out, 9)
		case 'v':
			out = append(out, 11)
		case 'c':
			if i+1 < len(v) {
				i++
				out = append(out, v[i]&0x1f)
			}
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n := 0
			j := i
			for j < len(v) && j < i+3 && v[j] >= '0' && v[j] <= '7' {
				n = n*8 + int(v[j]-'0')
				j++
			}
			i = j - 1
			if byte(n) == 0 {
				return string(out)
			}
			out = append(out, byte(n))
		case 'x', 'u', 'U':
			most := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			j := i + 1
			for j < len(v) && j <= i+most && isHex(v[j]) {
				j++
			}
			if j == i+1 {
				out = append(out, '\\', c)
				break
			}
			n, _ := strconv.ParseUint(v[i+1:j], 16, 32)
			i = j - 1
			if n == 0 {
				return string(out)
			}
			if c == 'x' {
				out = append(out, byte(n))
			} else {
				out = utf8.AppendRune(out, rune(n))
			}
		case '\\', '\'', '"', '?':
			out = append(out, c)
		default:
			out = append(out, '\\', c)
		}
	}
	return string(out)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
