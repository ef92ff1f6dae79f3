package shell

import (
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
)

// traceless are the builtins that never write to a file by themselves.
var traceless = map[string]bool{":": true, "true": true, "false": true, "[": true, "test": true, "[[": true, "shift": true, "break": true,
	"continue": true, "return": true, "exit": true, "local": true, "unset": true, "wait": true, "cd": true, "read": true, "getopts": true, "let": true}

// trace writes a command before it runs, for set -x.
func (s *Shell) trace(assigns, argv []string) {
	ps4 := s.ps4()
	var b strings.Builder
	b.WriteString(ps4)
	for i, a := range assigns {
		k, v, _ := strings.Cut(a, "=")
		if i > 0 && s.dialect != Bash {
			b.WriteByte(' ')
		}
		b.WriteString(k + "=" + s.traceQuote(v, true))
		if s.dialect == Bash && (i < len(assigns)-1 || len(argv) > 0) {
			b.WriteString("\n" + ps4)
		}
	}
	for i, a := range argv {
		if i > 0 || len(assigns) > 0 && s.dialect != Bash {
			b.WriteByte(' ')
		}
		b.WriteString(s.traceQuote(a, false))
	}
	b.WriteByte('\n')
	s.p.Errorf("%s", b.String())
}

// ps4 is what a line of xtrace begins with, "" without set -x.
func (s *Shell) ps4() string {
	if !s.opt.xtrace {
		return ""
	}
	ps4, _ := s.get("PS4")
	if strings.ContainsAny(ps4, "$`") {
		s.opt.xtrace = false
		code := s.code
		sc := parse(": \""+ps4+"\"", s.dialect)
		s.code = sc
		if len(sc.stmts) == 1 {
			if c, ok := sc.stmts[0].Cmd.(*syntax.CallExpr); ok && len(c.Args) == 2 {
				ps4 = s.word(c.Args[1])
			}
		}
		s.opt.xtrace, s.code = true, code
	}
	if s.dialect == Bash && ps4 != "" {
		_, n := utf8.DecodeRuneInString(ps4)
		ps4 = strings.Repeat(ps4[:n], s.level) + ps4
	}
	return ps4
}

// traceQuote quotes a word as the shell's xtrace does.
func (s *Shell) traceQuote(v string, value bool) string {
	switch s.dialect {
	case Dash:
		return v
	case Bash:
		return traceBash(v, value)
	}
	if !value && (dialect.Keyword(v) || v == "function") {
		return quoteAsh(v)
	}
	for i := range len(v) {
		if c := v[i]; c < '+' || c >= ';' && c <= '?' || c == '`' || c == '[' || c == '\\' || c > 'z' {
			return quoteAsh(v)
		}
	}
	return v
}

// traceBash quotes a word of bash's xtrace, in the locale C.
func traceBash(v string, value bool) string {
	if v == "" {
		if value {
			return ""
		}
		return "''"
	}
	meta := v[0] == '#' || v[0] == '~'
	for i := range len(v) {
		if strings.IndexByte(" \t\n'\"\\|&;()<>!{}*[]?^$`", v[i]) >= 0 || v[i] == '~' && i > 0 && (v[i-1] == '=' || v[i-1] == ':') {
			meta = true
		}
	}
	if meta {
		return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
	}
	for i := range len(v) {
		if v[i] < ' ' || v[i] >= 127 {
			return quoteBytes(v)
		}
	}
	return v
}

// quoteAsh quotes as busybox's single_quote does.
func quoteAsh(v string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(v, '\'')
		if i < 0 {
			i = len(v)
		}
		b.WriteString("'" + v[:i] + "'")
		v = v[i:]
		if v == "" {
			return b.String()
		}
		n := 0
		for n < len(v) && v[n] == '\'' {
			n++
		}
		b.WriteString(`"` + v[:n] + `"`)
		if v = v[n:]; v == "" {
			return b.String()
		}
	}
}
