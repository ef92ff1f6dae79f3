package formatter

import (
	"strconv"
	"strings"
	"time"

	units "github.com/docker/go-units"
	"golang.org/x/text/width"
)

// ShortID cuts an id to 12 digits, its algorithm left out.
func ShortID(id string) string {
	if i := strings.IndexByte(id, ':'); i >= 0 {
		id = id[i+1:]
	}
	return id[:min(len(id), 12)]
}

// Ellipsis cuts a text to n columns, the last of them "…". Characters of East
// Asia take two.
func Ellipsis(s string, n int) string {
	wide, end := 0, 0 // columns so far; where the text that fits before "…" ends
	for i, r := range s {
		if wide <= n-1 {
			end = i
		}
		wide++
		if r >= 0x1100 {
			if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
				wide++
			}
		}
		if wide > n {
			return s[:end] + "…"
		}
	}
	return s
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
