package formatter

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	units "github.com/docker/go-units"
)

// ShortID cuts an id to 12 digits, its algorithm left out.
func ShortID(id string) string {
	if i := strings.IndexByte(id, ':'); i >= 0 {
		id = id[i+1:]
	}
	return id[:min(len(id), 12)]
}

// Ellipsis cuts a text to n characters, the last of them "…".
func Ellipsis(s string, n int) string {
	if n <= 1 || utf8.RuneCountInString(s) <= n {
		if n <= 1 && len(s) > 0 {
			return string([]rune(s)[:min(n, utf8.RuneCountInString(s))])
		}
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

var sizeUnits = [...]string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}

// size is go-units' HumanSizeWithPrecision, of which a list needs thousands.
func size(n int64, digits int) string {
	v, i := float64(n), 0
	for v >= 1000 && i < len(sizeUnits)-1 {
		v, i = v/1000, i+1
	}
	b := strconv.AppendFloat(make([]byte, 0, 12), v, 'g', digits, 64)
	return string(append(b, sizeUnits[i]...))
}

// Size is a number of bytes with three digits.
func Size(n int64) string { return size(n, 3) }

// LongSize is a number of bytes with four digits.
func LongSize(n int64) string { return size(n, 4) }

// Ago tells how long before now a time was.
func Ago(now, t time.Time) string { return units.HumanDuration(now.Sub(t)) + " ago" }

// stamp prints a time as Go does.
func stamp(seconds int64) string { return time.Unix(seconds, 0).UTC().String() }

// ChangeKind is the letter of `docker diff`.
func ChangeKind(kind uint8) string {
	switch kind {
	case 0:
		return "C"
	case 1:
		return "A"
	case 2:
		return "D"
	}
	return ""
}

// HeaderContext is what every row of docker has, and nothing is in it but for
// headings.
type HeaderContext struct{ Header any }

// FullHeader are the headings.
func (c *HeaderContext) FullHeader() any { return c.Header }
