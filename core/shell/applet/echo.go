package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// Echo returns what echo writes for its arguments. With always, as in dash,
// escapes are understood without -e, and -n is the only option.
func Echo(args []string, always bool) []byte {
	newline, escapes := true, always
	for len(args) > 0 {
		a := args[0]
		if always {
			if a != "-n" {
				break
			}
			newline = false
			args = args[1:]
			break
		}
		if len(a) < 2 || a[0] != '-' || strings.Trim(a[1:], "neE") != "" {
			break
		}
		for _, c := range a[1:] {
			switch c {
			case 'n':
				newline = false
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
	}
	var out []byte
	for i, a := range args {
		if i > 0 {
			out = append(out, ' ')
		}
		if !escapes || strings.IndexByte(a, '\\') < 0 {
			out = append(out, a...)
			continue
		}
		text, stop := unescape(a, true, always)
		out = append(out, text...)
		if stop {
			return out
		}
	}
	if newline {
		out = append(out, '\n')
	}
	return out
}

// unescape decodes backslash escapes. zero says that octal begins with 0, as
// in echo and %b. stop is set by \c.
func unescape(s string, zero, dash bool) (out []byte, stop bool) {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'a':
			out = append(out, 7)
		case 'b':
			out = append(out, 8)
		case 'e':
			if dash {
				out = append(out, '\\', 'e')
			} else {
				out = append(out, 27)
			}
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
		case '\\':
			out = append(out, '\\')
		case 'c':
			if zero {
				return out, true
			}
			out = append(out, '\\', 'c')
		case 'x':
			n, j := 0, i+1
			for j < len(s) && j < i+3 && isHex(s[j]) {
				v, _ := strconv.ParseUint(s[j:j+1], 16, 8)
				n = n*16 + int(v)
				j++
			}
			if j == i+1 || dash {
				out = append(out, '\\', 'x')
				break
			}
			out = append(out, byte(n))
			i = j - 1
		case '0', '1', '2', '3', '4', '5', '6', '7':
			most := 3
			j := i
			if zero && c == '0' {
				most = 4
			}
			n := 0
			for j < len(s) && j < i+most && s[j] >= '0' && s[j] <= '7' {
				n = n*8 + int(s[j]-'0')
				j++
			}
			out = append(out, byte(n))
			i = j - 1
		default:
			out = append(out, '\\', c)
		}
	}
	return out, false
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'f' }

func echo(p *proc.Proc) int {
	p.Out().Write(Echo(p.Args[1:], false))
	return 0
}
