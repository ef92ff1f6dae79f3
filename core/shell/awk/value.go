package awk

import (
	"math"
	"strconv"
	"strings"
)

// dialect is whose reading and writing of numbers is followed.
type dialect byte

const (
	busybox dialect = iota
	mawk            // its whole numbers are those of an int
)

// format is how numbers are written that are not whole.
type format struct {
	spec    string
	dialect dialect
}

// value is a number, a string, or a string from outside that counts as a
// number where it looks like one.
type value struct {
	s     string
	n     float64
	hasS  bool
	hasN  bool
	input bool // came from outside
	arr   *table
	ref   *value // of a parameter that was not set when it was passed
}

func num(n float64) value    { return value{n: n, hasN: true} }
func str(s string) value     { return value{s: s, hasS: true} }
func outside(s string) value { return value{s: s, hasS: true, input: true} }

func truth(b bool) value {
	if b {
		return num(1)
	}
	return num(0)
}

func (v *value) number(d dialect) float64 {
	if v.hasN {
		return v.n
	}
	if !v.hasS {
		return 0
	}
	n, _ := Number(v.s, d)
	return n
}

// text returns the string value; numbers are written by format.
func (v *value) text(f format) string {
	if v.hasS {
		return v.s
	}
	if v.hasN {
		return numberText(v.n, f)
	}
	return ""
}

func numberText(n float64, f format) string {
	most := 1e18
	if f.dialect == mawk {
		most = 1 << 31
	}
	if n == math.Trunc(n) && math.Abs(n) < most {
		return strconv.FormatInt(int64(n), 10)
	}
	return formatNumber(f.spec, n)
}

// looksNumeric reports whether a string from outside is a number.
func (v *value) looksNumeric(d dialect) bool {
	if !v.input {
		return false
	}
	t := strings.TrimRight(v.s, " \t\n\r")
	if t == "" {
		return false
	}
	if d == mawk && strings.TrimLeft(t, " \t\n\r+-.0123456789eE") != "" {
		return false // "0x1A" and "inf" have a value, but are no numbers
	}
	_, rest := Number(t, d)
	return rest == ""
}

func (v *value) isNumber(d dialect) bool {
	return v.hasN && !v.hasS || !v.hasS && !v.hasN || v.looksNumeric(d)
}

func (v *value) truth(d dialect) bool {
	switch {
	case v.hasN && !v.hasS:
		return v.n != 0
	case v.looksNumeric(d):
		return v.number(d) != 0
	}
	return v.s != ""
}

// flagged splits a printf directive into its parts.
func formatNumber(format string, n float64) string {
	if format == "%.6g" {
		return compactG(n, 6)
	}
	i := strings.IndexByte(format, '%')
	if i < 0 {
		return format
	}
	return sprintfOne(format, n)
}

// compactG is %.Ng.
func compactG(n float64, prec int) string {
	switch {
	case math.IsNaN(n):
		if math.Signbit(n) {
			return "-nan"
		}
		return "nan"
	case math.IsInf(n, 1):
		return "inf"
	case math.IsInf(n, -1):
		return "-inf"
	}
	if prec == 0 {
		prec = 1
	}
	s := strconv.FormatFloat(n, 'e', prec-1, 64)
	e, _ := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:])
	if e < -4 || e >= prec {
		m, exp, _ := strings.Cut(s, "e")
		if strings.Contains(m, ".") {
			m = strings.TrimRight(strings.TrimRight(m, "0"), ".")
		}
		return m + "e" + exp
	}
	s = strconv.FormatFloat(n, 'f', max(prec-1-e, 0), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
