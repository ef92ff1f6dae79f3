package arith

import (
	"math"
	"strconv"
	"strings"
)

const hexadecimal = "0123456789abcdefABCDEF"

// cNumber is the constant s begins with, as strtoimax(3) reads it.
func cNumber(s string) string {
	i := 0
	in := func(set string) {
		for i < len(s) && strings.IndexByte(set, s[i]) >= 0 {
			i++
		}
	}
	switch {
	case len(s) > 2 && s[0] == '0' && s[1]|32 == 'x' && strings.IndexByte(hexadecimal, s[2]) >= 0:
		i = 2
		in(hexadecimal)
	case s[0] == '0':
		in("01234567")
	default:
		in("0123456789")
	}
	return s[:i]
}

// clamped reads a C constant, the largest number if it is too large.
func clamped(t string) int64 {
	n, err := strconv.ParseInt(t, 0, 64)
	if err != nil && len(t) > 10 {
		return math.MaxInt64
	}
	return n
}

// number reads a constant: decimal, 0octal, 0xhex or base#digits.
func number(t string) (int64, bool) {
	base := 10
	digits := t
	switch {
	case strings.HasPrefix(t, "0x"), strings.HasPrefix(t, "0X"):
		base, digits = 16, t[2:]
	case strings.Contains(t, "#"):
		b, d, _ := strings.Cut(t, "#")
		n, err := strconv.Atoi(b)
		if err != nil || n < 2 || n > 64 {
			return 0, false
		}
		base, digits = n, d
	case len(t) > 1 && t[0] == '0':
		base, digits = 8, t[1:]
	}
	if digits == "" {
		return 0, base == 16
	}
	var n uint64
	for i := range len(digits) {
		c := digits[i]
		d := 99
		switch {
		case '0' <= c && c <= '9':
			d = int(c - '0')
		case 'a' <= c && c <= 'z':
			d = int(c-'a') + 10
		case 'A' <= c && c <= 'Z':
			d = int(c-'A') + 10
			if base > 36 {
				d += 26
			}
		case c == '@':
			d = 62
		case c == '_':
			d = 63
		}
		if d >= base {
			return 0, false
		}
		n = n*uint64(base) + uint64(d)
	}
	return int64(n), true
}
