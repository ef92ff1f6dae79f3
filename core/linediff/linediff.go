package linediff

import "strings"

// Change is a stretch of lines that differ: a[A1:A2] became b[B1:B2].
type Change struct{ A1, A2, B1, B2 int }

// Changes finds in what two lists of lines differ, in order. step, which may be
// nil, is told how much work comes next; where it returns false the search is
// given up, and everything between the common ends counts as one change.
func Changes(a, b []string, step func(work int) bool) []Change {
	lo := 0
	for lo < len(a) && lo < len(b) && a[lo] == b[lo] {
		lo++
	}
	hi := 0
	for hi < len(a)-lo && hi < len(b)-lo && a[len(a)-1-hi] == b[len(b)-1-hi] {
		hi++
	}
	x, y := a[lo:len(a)-hi], b[lo:len(b)-hi]
	keepX, keepY := kept(x, y, step)
	var out []Change
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		if i < len(x) && j < len(y) && keepX[i] && keepY[j] {
			i++
			j++
			continue
		}
		c := Change{A1: lo + i, B1: lo + j}
		for i < len(x) && !keepX[i] {
			i++
		}
		for j < len(y) && !keepY[j] {
			j++
		}
		c.A2, c.B2 = lo+i, lo+j
		out = append(out, c)
	}
	return out
}

// kept marks the lines both sides keep.
func kept(x, y []string, step func(int) bool) (keepX, keepY []bool) {
	n, m := len(x), len(y)
	keepX, keepY = make([]bool, n), make([]bool, m)
	if n == 0 || m == 0 {
		return
	}
	maxD := n + m
	v := make([]int, 2*maxD+2)
	var trace [][]int
	for d := 0; d <= maxD; d++ {
		if step != nil && !step(d) {
			return
		}
		trace = append(trace, append([]int(nil), v[maxD-d:maxD+d+2]...))
		for k := -d; k <= d; k += 2 {
			var i int
			if k == -d || k != d && v[maxD+k-1] < v[maxD+k+1] {
				i = v[maxD+k+1]
			} else {
				i = v[maxD+k-1] + 1
			}
			j := i - k
			for i < n && j < m && x[i] == y[j] {
				i++
				j++
			}
			v[maxD+k] = i
			if i >= n && j >= m {
				walkBack(trace, i, j, keepX, keepY)
				return
			}
		}
	}
	return
}

// walkBack follows the search back from its end.
func walkBack(trace [][]int, i, j int, keepX, keepY []bool) {
	for d := len(trace) - 1; d > 0; d-- {
		at := func(k int) int { return trace[d][k+d] }
		k := i - j
		pk := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			pk = k + 1
		}
		pi := at(pk)
		pj := pi - pk
		for i > pi && j > pj {
			i--
			j--
			keepX[i], keepY[j] = true, true
		}
		i, j = pi, pj
	}
	for i > 0 && j > 0 {
		i--
		j--
		keepX[i], keepY[j] = true, true
	}
}

// Split cuts a text into its lines, each with its line break where it has one.
func Split(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// Line is a line of a comparison for reading.
type Line struct {
	// Sign is '+' for a new line, '-' for a former one, ' ' for one on both
	// sides, and '@' for a gap, of which Text is empty.
	Sign byte
	// Old and New are its numbers from 1, 0 where it is not on that side.
	Old, New int
	Text     string
}

// Unified lists the changes with so many lines around each, and a gap wherever
// lines are left out.
func Unified(a, b []string, around int, step func(work int) bool) []Line {
	var out []Line
	changes := Changes(a, b, step)
	at := 0 // lines of a that are told or left out so far
	for n, c := range changes {
		from := max(c.A1-around, at)
		if from > at {
			out = append(out, Line{Sign: '@', Old: at + 1, New: at + 1 + c.B1 - c.A1})
		}
		same := func(from, to, ahead int) {
			for i := from; i < to; i++ {
				out = append(out, Line{' ', i + 1, i + 1 + ahead, a[i]})
			}
		}
		same(from, c.A1, c.B1-c.A1)
		for i := c.A1; i < c.A2; i++ {
			out = append(out, Line{'-', i + 1, 0, a[i]})
		}
		for i := c.B1; i < c.B2; i++ {
			out = append(out, Line{'+', 0, i + 1, b[i]})
		}
		at = min(c.A2+around, len(a))
		if n+1 < len(changes) {
			at = min(at, changes[n+1].A1)
		}
		same(c.A2, at, c.B2-c.A2)
	}
	if len(changes) > 0 && at < len(a) {
		out = append(out, Line{Sign: '@', Old: at + 1, New: at + 1 + len(b) - len(a)})
	}
	return out
}
