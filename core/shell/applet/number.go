package applet

import (
	"fmt"
	"strconv"
	"strings"
)

func pad(s, flags string, width int) string {
	if n := width - len(s); n > 0 {
		if strings.Contains(flags, "-") {
			return s + strings.Repeat(" ", n)
		}
		return strings.Repeat(" ", n) + s
	}
	return s
}

// formatInt formats as C's printf.
func formatInt(verb byte, flags string, width, prec int, n int64) string {
	var digits, sign string
	switch verb {
	case 'd', 'i':
		if n < 0 {
			sign = "-"
			digits = strconv.FormatUint(-uint64(n), 10)
		} else {
			digits = strconv.FormatInt(n, 10)
			if strings.Contains(flags, "+") {
				sign = "+"
			} else if strings.Contains(flags, " ") {
				sign = " "
			}
		}
	case 'u':
		digits = strconv.FormatUint(uint64(n), 10)
	case 'o':
		digits = strconv.FormatUint(uint64(n), 8)
		if strings.Contains(flags, "#") && digits[0] != '0' {
			digits = "0" + digits
		}
	case 'x', 'X':
		digits = strconv.FormatUint(uint64(n), 16)
		if strings.Contains(flags, "#") && n != 0 {
			sign = "0x"
		}
		if verb == 'X' {
			digits, sign = strings.ToUpper(digits), strings.ToUpper(sign)
		}
	}
	if prec >= 0 {
		if prec == 0 && n == 0 {
			digits = ""
		}
		if k := prec - len(digits); k > 0 {
			digits = strings.Repeat("0", k) + digits
		}
	} else if strings.Contains(flags, "0") && !strings.Contains(flags, "-") {
		if k := width - len(digits) - len(sign); k > 0 {
			digits = strings.Repeat("0", k) + digits
		}
	}
	return pad(sign+digits, flags, width)
}

// formatFloat formats as C's printf.
func formatFloat(verb byte, flags string, width, prec int, v float64) string {
	spec := "%"
	for _, c := range flags {
		if strings.ContainsRune("-+ #0", c) {
			spec += string(c)
		}
	}
	if width > 0 {
		spec += strconv.Itoa(width)
	}
	if prec < 0 && verb != 'a' && verb != 'A' {
		prec = 6
	}
	if (verb == 'g' || verb == 'G') && prec == 0 {
		prec = 1
	}
	if prec >= 0 {
		spec += "." + strconv.Itoa(prec)
	}
	s := fmt.Sprintf(spec+string(verb), v)
	switch {
	case v != v:
		s = pad(strings.TrimSpace(strings.Trim(strings.ToLower(strings.TrimLeft(s, "+0 ")), " ")), flags, width)
	case strings.Contains(s, "Inf"):
		s = pad(strings.ToLower(strings.TrimSpace(strings.ReplaceAll(s, "+Inf", "Inf"))), flags, width)
	case verb == 'g' || verb == 'G':
		s = pad(shortFloat(v, prec, verb, flags, width), flags, width)
	}
	return s
}

// shortFloat is %g, whose exponent has two digits and which Go writes alike
// but for the choice of form.
func shortFloat(v float64, prec int, verb byte, flags string, width int) string {
	s := strconv.FormatFloat(v, 'e', prec-1, 64)
	exp, _ := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:])
	if exp < -4 || exp >= prec {
		m, e, _ := strings.Cut(s, "e")
		if !strings.Contains(flags, "#") && strings.Contains(m, ".") {
			m = strings.TrimRight(strings.TrimRight(m, "0"), ".")
		}
		s = m + "e" + e
	} else {
		s = strconv.FormatFloat(v, 'f', max(prec-1-exp, 0), 64)
		if !strings.Contains(flags, "#") && strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
	}
	if verb == 'G' {
		s = strings.ToUpper(s)
	}
	if s[0] != '-' {
		switch {
		case strings.Contains(flags, "+"):
			s = "+" + s
		case strings.Contains(flags, " "):
			s = " " + s
		}
	}
	if strings.Contains(flags, "0") && !strings.Contains(flags, "-") && len(s) < width {
		sign := ""
		if s[0] == '-' || s[0] == '+' {
			sign, s = s[:1], s[1:]
		}
		s = sign + strings.Repeat("0", width-len(sign)-len(s)) + s
	}
	return s
}

// leadingInt reads as much of a C integer as there is.
func leadingInt(t string) (n int64, rest string) {
	neg := false
	s := t
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	base := uint64(10)
	switch {
	case len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") && isHex(s[2]):
		base, s = 16, s[2:]
	case len(s) > 0 && s[0] == '0':
		base = 8
	}
	i := 0
	var v uint64
	for i < len(s) {
		d := uint64(99)
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			d = uint64(c - '0')
		case c|32 >= 'a' && c|32 <= 'f':
			d = uint64(c|32-'a') + 10
		}
		if d >= base {
			break
		}
		v = v*base + d
		i++
	}
	if i == 0 {
		return 0, t
	}
	n = int64(v)
	if neg {
		n = -n
	}
	return n, s[i:]
}
