package formatter

import "strings"

// CompareNatural orders texts so that numbers in them count as numbers: a2
// before a10 (github.com/fvbommel/sortorder, which docker uses).
func CompareNatural(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if (da > 0) != (db > 0) {
			return strings.Compare(a, b)
		}
		if da == 0 {
			if a[0] != b[0] {
				return int(a[0]) - int(b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		na, nb := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
		if len(na) != len(nb) {
			return len(na) - len(nb)
		}
		if c := strings.Compare(na, nb); c != 0 {
			return c
		}
		if da != db {
			return da - db
		}
		a, b = a[da:], b[db:]
	}
	return len(a) - len(b)
}

func digits(s string) (n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
