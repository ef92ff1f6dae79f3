package strtod

import "strconv"

// Read reads as much of a decimal number as there is, white space before it
// included, and gives what follows. Without a number that is all of s. A number
// too large for a float64 is infinite.
func Read(s string) (v float64, rest string) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r') {
		i++
	}
	start := i
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	before := i
	i = pastDigits(s, i)
	digits := i - before
	if i < len(s) && s[i] == '.' {
		point := i + 1
		i = pastDigits(s, point)
		digits += i - point
	}
	if digits == 0 {
		return 0, s
	}
	if i < len(s) && s[i]|32 == 'e' {
		exponent := i + 1
		if exponent < len(s) && (s[exponent] == '-' || s[exponent] == '+') {
			exponent++
		}
		if end := pastDigits(s, exponent); end > exponent {
			i = end
		}
	}
	v, _ = strconv.ParseFloat(s[start:i], 64)
	return v, s[i:]
}

// pastDigits gives the place behind the digits that stand at i.
func pastDigits(s string, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}
