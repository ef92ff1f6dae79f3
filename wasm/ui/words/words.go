package words

import (
	"strconv"
	"strings"
)

// Lang names a language of the catalogue by its BCP 47 primary tag.
type Lang string

// The languages.
const (
	English Lang = "en"
	Korean  Lang = "ko"
)

// Langs lists the languages in the order in which the page offers them.
func Langs() []Lang { return []Lang{Korean, English} }

// For gives the catalogue of a language, the English one for an unknown one.
func For(l Lang) *Words {
	if l == Korean {
		return &korean
	}
	return &english
}

// Choose picks a language for a person: the remembered one where it is known,
// else the first of the browser's preferences that has a catalogue, else
// English.
func Choose(remembered string, preferred []string) Lang {
	for _, tag := range append([]string{remembered}, preferred...) {
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		for _, l := range Langs() {
			if primary == string(l) {
				return l
			}
		}
	}
	return English
}

// Size writes a count of bytes, in decimal units as docker does, with at most
// three significant digits: "7 B", "5.29 MB".
func Size(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	v, units := float64(n), []string{"kB", "MB", "GB", "TB", "PB", "EB"}
	i := -1
	for v >= 999.5 && i < len(units)-1 {
		v /= 1000
		i++
	}
	digits := 2
	if v >= 99.95 {
		digits = 0
	} else if v >= 9.995 {
		digits = 1
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if digits > 0 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s + " " + units[i]
}

// Count writes a number with thousands separated by commas.
func Count(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
