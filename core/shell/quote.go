package shell

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quote writes a word for a POSIX shell.
func Quote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=./:@,+", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// quoteBytes quotes as bash's $'…', every byte beyond ASCII in octal.
func quoteBytes(v string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(v) {
		switch c := v[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == 27:
			b.WriteString(`\E`)
		case c == '\a':
			b.WriteString(`\a`)
		case c == '\b':
			b.WriteString(`\b`)
		case c == '\\' || c == '\'':
			b.WriteString(`\` + string(c))
		case c < ' ' || c >= 127:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}

// quoteBash quotes as bash's @Q does.
func quoteBash(v string) string {
	for _, r := range v {
		if r < ' ' || r == 127 {
			return quoteBytes(v)
		}
	}
	return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
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

// quoteSingle quotes always, as ash and dash show values.
func quoteSingle(v string) string {
	if v == "" {
		return "''"
	}
	return quoteAsh(v)
}

// doubleQuote quotes as bash's declare -p does.
func doubleQuote(v string) string {
	if strings.ContainsAny(v, "\n\t\r\x1b") {
		return quoteBash(v)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(v) + `"`
}
