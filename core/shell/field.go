package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/glob"
)

// field expands a word of a command to fields.
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

// word expands the parts of a word; assign says that it is a value.
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

// part expands a part of a word.
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
