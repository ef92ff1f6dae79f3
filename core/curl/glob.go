package curl

import (
	"fmt"
	"strconv"
	"strings"
)

// globbed is one of the URLs that a pattern stands for, with what its sets and
// ranges stood for in it.
type globbed struct {
	url   string
	parts []string
}

// globError is a pattern that cannot be read, with the place.
type globError struct {
	what, pattern string
	at            int // counted from 0
}

func (e *globError) Error() string {
	return fmt.Sprintf("%s in URL position %d:\n%s\n%s^", e.what, e.at+1, e.pattern, strings.Repeat(" ", e.at))
}

// expand reads {a,b} and [1-3], [01-10:2], [a-z] in a URL.
func expand(pattern string) ([]globbed, error) {
	all := []globbed{{}}
	add := func(values []string, part bool) error {
		if len(all)*len(values) > maxCombinations {
			return &globError{"range overflow", pattern, len(pattern)}
		}
		var next []globbed
		for _, g := range all {
			for _, v := range values {
				n := globbed{url: g.url + v, parts: g.parts}
				if part {
					n.parts = append(append([]string{}, g.parts...), v)
				}
				next = append(next, n)
			}
		}
		all = next
		return nil
	}
	for i := 0; i < len(pattern); {
		switch ch := pattern[i]; {
		case ch == '\\' && i+1 < len(pattern) && strings.IndexByte("{}[]", pattern[i+1]) >= 0:
			if err := add([]string{pattern[i+1 : i+2]}, false); err != nil {
				return nil, err
			}
			i += 2
		case ch == '{':
			end := strings.IndexByte(pattern[i:], '}')
			if end < 0 {
				return nil, &globError{"unmatched brace", pattern, i}
			}
			if end == 1 {
				return nil, &globError{"empty string within braces", pattern, i + 1}
			}
			if err := add(strings.Split(pattern[i+1:i+end], ","), true); err != nil {
				return nil, err
			}
			i += end + 1
		case ch == '[' && ipv6(pattern[i:]) > 0:
			n := ipv6(pattern[i:])
			if err := add([]string{pattern[i : i+n]}, false); err != nil {
				return nil, err
			}
			i += n
		case ch == '[':
			end := strings.IndexByte(pattern[i:], ']')
			if end < 0 {
				return nil, &globError{"bad range", pattern, len(pattern)}
			}
			values, ok := sequence(pattern[i+1 : i+end])
			if !ok {
				return nil, &globError{"bad range", pattern, i + end + 1}
			}
			if err := add(values, true); err != nil {
				return nil, err
			}
			i += end + 1
		case ch == '}' || ch == ']':
			return nil, &globError{"unmatched close brace/bracket", pattern, i}
		default:
			n := strings.IndexAny(pattern[i+1:], `\{[}]`)
			if n < 0 {
				n = len(pattern) - i - 1
			}
			if err := add([]string{pattern[i : i+1+n]}, false); err != nil {
				return nil, err
			}
			i += 1 + n
		}
	}
	return all, nil
}

// ipv6 returns the length of an address in brackets, 0 for a range.
func ipv6(s string) int {
	end := strings.IndexByte(s, ']')
	if end > 0 && strings.Contains(s[:end], ":") && strings.Trim(s[1:end], "0123456789abcdefABCDEF:.") == "" && strings.Count(s[:end], ":") > 1 {
		return end + 1
	}
	return 0
}

// sequence gives the values of a range without its brackets.
func sequence(r string) ([]string, bool) {
	r, stepText, stepped := strings.Cut(r, ":")
	step := 1
	if stepped {
		n, err := strconv.Atoi(stepText)
		if err != nil || n < 1 {
			return nil, false
		}
		step = n
	}
	from, to, ok := strings.Cut(r, "-")
	if !ok {
		return nil, false
	}
	var values []string
	if len(from) == 1 && len(to) == 1 && letter(from[0]) && letter(to[0]) && from[0] <= to[0] {
		for ch := int(from[0]); ch <= int(to[0]); ch += step {
			values = append(values, string(rune(ch)))
		}
		return values, true
	}
	a, err1 := strconv.Atoi(from)
	b, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || a < 0 || a > b || (b-a)/step > maxCombinations {
		return nil, false
	}
	width := 0
	if len(from) > 1 && from[0] == '0' {
		width = len(from)
	}
	// Counted, because the last number may be the greatest there is.
	for k := range (b-a)/step + 1 {
		values = append(values, fmt.Sprintf("%0*d", width, a+k*step))
	}
	return values, true
}

func letter(ch byte) bool { return ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' }
