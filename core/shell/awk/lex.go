package awk

import (
	"fmt"
	"strconv"
	"strings"
)

// failure is a mistake in a program or at its run, with its place.
type failure struct {
	where string
	text  string
}

func (f *failure) Error() string { return f.where + ": " + f.text }

type lexer struct {
	src   string
	pos   int
	line  int
	name  string
	tok   string // kind: "num", "str", "ere", "name", "func", "builtin", "newline", "eof", or an operator or keyword
	text  string
	num   float64
	prev  string
	space bool // white space before the token
	plain bool // a slash ends an expression inside brackets, too, as in busybox
}

var keywords = map[string]bool{"BEGIN": true, "END": true, "function": true, "func": true, "if": true, "else": true, "while": true,
	"for": true, "do": true, "break": true, "continue": true, "next": true, "nextfile": true, "exit": true, "return": true,
	"delete": true, "in": true, "getline": true, "print": true, "printf": true, "switch": true, "case": true, "default": true}

var builtins = map[string]bool{"length": true, "substr": true, "index": true, "split": true, "sub": true, "gsub": true, "gensub": true,
	"match": true, "sprintf": true, "sin": true, "cos": true, "atan2": true, "exp": true, "log": true, "sqrt": true, "int": true,
	"rand": true, "srand": true, "tolower": true, "toupper": true, "system": true, "close": true, "fflush": true, "systime": true,
	"strftime": true, "mktime": true, "and": true, "or": true, "xor": true, "compl": true, "lshift": true, "rshift": true, "asort": false}

func (l *lexer) fail(format string, a ...any) {
	panic(&failure{fmt.Sprintf("%s:%d", l.name, l.line), fmt.Sprintf(format, a...)})
}

// divides reports whether "/" is a division after the token before.
func (l *lexer) divides() bool {
	switch l.prev {
	case "num", "str", "ere", "name", "builtin", ")", "]", "$", "++", "--", "incr":
		return true
	}
	return false
}

func (l *lexer) next() {
	l.prev = l.tok
	if l.tok == "++" || l.tok == "--" {
		l.prev = l.tok
	}
	l.space = false
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			l.pos++
			l.space = true
			continue
		case c == '\\' && l.pos+1 < len(l.src) && l.src[l.pos+1] == '\n':
			l.pos += 2
			l.line++
			l.space = true
			continue
		case c == '\\' && strings.HasPrefix(l.src[l.pos+1:], "\r\n"):
			l.pos += 3
			l.line++
			continue
		case c == '#':
			for l.pos < len(l.src) && l.src[l.pos] != '\n' {
				l.pos++
			}
			continue
		}
		break
	}
	if l.pos >= len(l.src) {
		l.tok = "eof"
		return
	}
	c := l.src[l.pos]
	switch {
	case c == '\n':
		l.pos++
		l.line++
		l.tok = "newline"
		return
	case c >= '0' && c <= '9' || c == '.' && l.pos+1 < len(l.src) && l.src[l.pos+1] >= '0' && l.src[l.pos+1] <= '9':
		l.number()
		return
	case c == '_' || c|32 >= 'a' && c|32 <= 'z':
		i := l.pos
		for i < len(l.src) && (l.src[i] == '_' || l.src[i]|32 >= 'a' && l.src[i]|32 <= 'z' || l.src[i] >= '0' && l.src[i] <= '9') {
			i++
		}
		w := l.src[l.pos:i]
		l.pos = i
		l.text = w
		switch {
		case keywords[w]:
			l.tok = w
			if w == "func" {
				l.tok = "function"
			}
		case builtins[w]:
			l.tok = "builtin"
		case i < len(l.src) && l.src[i] == '(':
			l.tok = "func"
		default:
			l.tok = "name"
		}
		return
	case c == '"':
		l.str()
		return
	case c == '/' && !l.divides():
		l.ere()
		return
	}
	for _, op := range []string{"**=", "<<", ">>", "&&", "||", "==", "!=", "<=", ">=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", "!~"} {
		if strings.HasPrefix(l.src[l.pos:], op) && op != "<<" {
			l.pos += len(op)
			if op == "**" {
				op = "^"
			}
			if op == "**=" {
				op = "^="
			}
			l.tok = op
			return
		}
	}
	if strings.IndexByte("{}()[];,+-*/%^!<>|?:~$=", c) < 0 {
		l.fail("Unexpected token")
	}
	l.pos++
	l.tok = string(c)
}

func (l *lexer) number() {
	s := l.src[l.pos:]
	if len(s) > 2 && s[0] == '0' && s[1]|32 == 'x' {
		i := 2
		for i < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[i]) >= 0 {
			i++
		}
		n, _ := strconv.ParseUint(s[2:i], 16, 64)
		l.num, l.tok = float64(n), "num"
		l.pos += i
		return
	}
	v, rest := Number(s)
	l.num, l.tok = v, "num"
	l.pos += len(s) - len(rest)
}

func (l *lexer) str() {
	var b strings.Builder
	l.pos++
	for {
		if l.pos >= len(l.src) || l.src[l.pos] == '\n' {
			l.fail("Unexpected end of string")
		}
		c := l.src[l.pos]
		l.pos++
		if c == '"' {
			break
		}
		if c == '\\' && l.pos < len(l.src) {
			if l.src[l.pos] == '\n' {
				l.pos++
				l.line++
				continue
			}
			n := escape(&b, l.src[l.pos:], false)
			l.pos += n
			continue
		}
		b.WriteByte(c)
	}
	l.tok, l.text = "str", b.String()
}

// escape decodes what follows a backslash and returns its length.
func escape(b *strings.Builder, s string, keep bool) int {
	switch c := s[0]; c {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'a':
		b.WriteByte(7)
	case 'b':
		b.WriteByte(8)
	case 'f':
		b.WriteByte(12)
	case 'v':
		b.WriteByte(11)
	case '\\', '"', '/':
		b.WriteByte(c)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n, i := 0, 0
		for i < len(s) && i < 3 && s[i] >= '0' && s[i] <= '7' {
			n = n*8 + int(s[i]-'0')
			i++
		}
		b.WriteByte(byte(n))
		return i
	case 'x':
		n, i := 0, 1
		for i < len(s) && i < 3 && strings.IndexByte("0123456789abcdefABCDEF", s[i]) >= 0 {
			d, _ := strconv.ParseUint(s[i:i+1], 16, 8)
			n = n*16 + int(d)
			i++
		}
		if i == 1 {
			b.WriteString("\\x")
		} else {
			b.WriteByte(byte(n))
		}
		return i
	default:
		b.WriteByte('\\')
		b.WriteByte(c)
	}
	return 1
}

func (l *lexer) ere() {
	var b strings.Builder
	l.pos++
	in := false
	for {
		if l.pos >= len(l.src) || l.src[l.pos] == '\n' {
			l.fail("Unexpected end of string")
		}
		c := l.src[l.pos]
		l.pos++
		if c == '/' && (!in || l.plain) {
			break
		}
		if c == '\\' && l.pos < len(l.src) {
			n := l.src[l.pos]
			l.pos++
			switch n {
			case '/':
				b.WriteByte('/')
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case '"':
				b.WriteByte('"')
			default:
				b.WriteByte('\\')
				b.WriteByte(n)
			}
			continue
		}
		if c == '[' && !in {
			in = true
			b.WriteByte(c)
			if l.pos < len(l.src) && l.src[l.pos] == '^' {
				b.WriteByte('^')
				l.pos++
			}
			if l.pos < len(l.src) && l.src[l.pos] == ']' {
				b.WriteByte(']')
				l.pos++
			}
			continue
		}
		if c == '[' && in && l.pos < len(l.src) && l.src[l.pos] == ':' {
			if end := strings.Index(l.src[l.pos:], ":]"); end >= 0 {
				b.WriteString("[" + l.src[l.pos:l.pos+end+2])
				l.pos += end + 2
				continue
			}
		}
		if c == ']' {
			in = false
		}
		b.WriteByte(c)
	}
	l.tok, l.text = "ere", b.String()
}

// Number reads as much of a decimal number as there is, as strtod(3).
func Number(s string) (v float64, rest string) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r') {
		i++
	}
	start := i
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	digits := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
		digits++
	}
	if digits > 0 && digits < 16 && (i >= len(s) || s[i] != '.' && s[i]|32 != 'e') {
		n, _ := strconv.ParseInt(s[start:i], 10, 64)
		return float64(n), s[i:]
	}
	if i < len(s) && s[i] == '.' {
		i++
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
			digits++
		}
	}
	if digits == 0 {
		return 0, s
	}
	if i < len(s) && s[i]|32 == 'e' {
		j := i + 1
		if j < len(s) && (s[j] == '-' || s[j] == '+') {
			j++
		}
		if j < len(s) && s[j] >= '0' && s[j] <= '9' {
			for j < len(s) && s[j] >= '0' && s[j] <= '9' {
				j++
			}
			i = j
		}
	}
	v, _ = strconv.ParseFloat(s[start:i], 64)
	return v, s[i:]
}
