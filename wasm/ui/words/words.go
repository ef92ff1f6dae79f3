package words

import (
	"strconv"
	"strings"

	"layerlab.dev/core/picture"
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

// Size writes a count of bytes.
func Size(n int64) string { return picture.Size(n) }

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
