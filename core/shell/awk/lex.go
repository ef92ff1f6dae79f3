package awk

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/strtod"
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

// busyboxOnly are the functions mawk does not have.
var busyboxOnly = map[string]bool{"gensub": true, "and": true, "or": true, "xor": true, "compl": true, "lshift": true, "rshift": true}

// unexpected fails at the token that was read.
func (l *lexer) unexpected() {
	if l.plain {
		l.fail("Unexpected token")
	}
	near := l.tok
	switch l.tok {
	case "eof":
		panic(&failure{fmt.Sprintf("line %d", l.line+1), "missing } near end of file"})
	case "newline":
		near = "end of line"
		l.line--
	case ")":
		panic(&failure{fmt.Sprintf("line %d", l.line), "extra ')'"})
	case "name", "func", "builtin":
		near = l.text
	case "str":
		near = `"` + l.text + `"`
	case "num":
		near = numberText(l.num, format{"%.6g", mawk})
	}
	panic(&failure{fmt.Sprintf("line %d", l.line), "syntax error at or near " + near})
}

// runaway fails in a constant, from byte i on, that does not end in its line.
func (l *lexer) runaway(what string, i int) {
	if l.plain {
		l.fail("Unexpected end of string")
	}
	text, _, _ := strings.Cut(l.src[i:], "\n")
	panic(&failure{fmt.Sprintf("line %d", l.line), fmt.Sprintf("runaway %s %s ...", what, text)})
}

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
		case builtins[w] && (l.plain || !busyboxOnly[w]):
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
		if strings.HasPrefix(l.src[l.pos:], op) && op != "<<" && (l.plain || op[0] != '*' || op == "*=") {
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
		if !l.plain {
			panic(&failure{strconv.Itoa(l.line), fmt.Sprintf("unexpected character '%c'", c)})
		}
		l.fail("Unexpected token")
	}
	l.pos++
	l.tok = string(c)
}

func (l *lexer) number() {
	s := l.src[l.pos:]
	if l.plain && len(s) > 2 && s[0] == '0' && s[1]|32 == 'x' {
		i := 2
		for i < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[i]) >= 0 {
			i++
		}
		n, _ := strconv.ParseUint(s[2:i], 16, 64)
		l.num, l.tok = float64(n), "num"
		l.pos += i
		return
	}
	d := mawk
	if l.plain {
		d = busybox
	} else if len(s) > 1 && s[0] == '0' && s[1]|32 == 'x' {
		s = s[:1] // a name stands behind it
	}
	v, rest := Number(s, d)
	l.num, l.tok = v, "num"
	l.pos += len(s) - len(rest)
}

func (l *lexer) str() {
	var b strings.Builder
	from := l.pos
	l.pos++
	for {
		if l.pos >= len(l.src) || l.src[l.pos] == '\n' {
			l.runaway("string constant", from)
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
	from := l.pos
	l.pos++
	in := false
	for {
		if l.pos >= len(l.src) || l.src[l.pos] == '\n' {
			l.runaway("regular expression", from)
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

// special reads what is no decimal number, as strtod(3) does, of which number
// has the sign and digits has not; where busybox finds a zero in front, it is
// an octal number, unless it has a sign or goes on as a decimal one.
func special(number, digits string, d dialect) (v float64, rest string, ok bool) {
	if digits == "" || digits[0] >= '1' && digits[0] <= '9' || digits[0] == '.' {
		return 0, "", false
	}
	i, base := 0, 10
	switch lower := strings.ToLower(digits[:min(len(digits), 8)]); {
	case strings.HasPrefix(lower, "infinity"):
		v, i = math.Inf(1), 8
	case strings.HasPrefix(lower, "inf"):
		v, i = math.Inf(1), 3
	case strings.HasPrefix(lower, "nan"):
		v, i = math.NaN(), 3
	case len(lower) > 2 && strings.HasPrefix(lower, "0x") && strings.IndexByte("0123456789abcdef", lower[2]) >= 0:
		i, base = 2, 16
	case d == busybox && number == digits && len(lower) > 1 && lower[0] == '0' && lower[1] >= '0' && lower[1] <= '7':
		i, base = 1, 8
	default:
		return 0, "", false
	}
	if base != 10 {
		from, set := i, map[int]string{8: "01234567", 16: "0123456789abcdefABCDEF"}[base]
		for i < len(digits) && strings.IndexByte(set, digits[i]) >= 0 {
			i++
		}
		n, err := strconv.ParseUint(digits[from:i], base, 64)
		if err != nil {
			n = math.MaxUint64
		}
		if base == 8 && i < len(digits) && (digits[i] == '.' || digits[i] == '8' || digits[i] == '9') {
			return 0, "", false
		}
		v = float64(n)
	}
	if number[0] == '-' {
		v = -v
	}
	return v, digits[i:], true
}

// Number reads as much of a number as there is, as strtod(3).
func Number(s string, d dialect) (v float64, rest string) {
	number := strings.TrimLeft(s, " \t\n\v\f\r")
	digits := number
	if number != "" && (number[0] == '-' || number[0] == '+') {
		digits = number[1:]
	}
	if v, rest, ok := special(number, digits, d); ok {
		return v, rest
	}
	n := 0
	for n < len(digits) && digits[n] >= '0' && digits[n] <= '9' {
		n++
	}
	if rest := digits[n:]; n > 0 && n < 16 && (rest == "" || rest[0] != '.' && rest[0]|32 != 'e') {
		whole, _ := strconv.ParseInt(number[:len(number)-len(rest)], 10, 64)
		return float64(whole), rest
	}
	return strtod.Read(s)
}
