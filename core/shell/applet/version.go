package applet

import "strings"

// versionCompare is strverscmp(3).
func versionCompare(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		x, y := a[i], b[j]
		if x >= '0' && x <= '9' && y >= '0' && y <= '9' {
			i0, j0 := i, j
			for i < len(a) && a[i] >= '0' && a[i] <= '9' {
				i++
			}
			for j < len(b) && b[j] >= '0' && b[j] <= '9' {
				j++
			}
			n, m := a[i0:i], b[j0:j]
			if n[0] == '0' || m[0] == '0' {
				// Numbers that begin with zero are fractions.
				if n != m {
					return strings.Compare(n, m)
				}
				continue
			}
			if len(n) != len(m) {
				return len(n) - len(m)
			}
			if d := strings.Compare(n, m); d != 0 {
				return d
			}
			continue
		}
		if x != y {
			return int(x) - int(y)
		}
		i++
		j++
	}
	return (len(a) - i) - (len(b) - j)
}
