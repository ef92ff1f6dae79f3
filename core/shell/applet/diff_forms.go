package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/linediff"
)

// contextForm is diff -c: both sides of a hunk, one after the other.
func (d *differ) contextForm(a, b []string, eolA, eolB bool, changes []linediff.Change) {
	for len(changes) > 0 {
		n := 1
		for n < len(changes) && changes[n].A1-changes[n-1].A2 <= 2*d.context {
			n++
		}
		hunk := changes[:n]
		changes = changes[n:]
		first, last := hunk[0], hunk[n-1]
		d.p.Puts("***************\n")
		d.side("***", " ****\n", '-', a, eolA, max(first.A1-d.context, 0), min(last.A2+d.context, len(a)), hunk, func(c linediff.Change) (int, int) { return c.A1, c.A2 })
		d.side("---", " ----\n", '+', b, eolB, max(first.B1-d.context, 0), min(last.B2+d.context, len(b)), hunk, func(c linediff.Change) (int, int) { return c.B1, c.B2 })
	}
}

// side writes the lines from to to of one file, if any is changed; its part of
// a change is what of gives.
func (d *differ) side(head, tail string, sign byte, lines []string, eol bool, from, to int, hunk []linediff.Change, of func(linediff.Change) (int, int)) {
	p := d.p
	span := strconv.Itoa(to)
	if to-from > 1 {
		span = strconv.Itoa(from+1) + "," + span
	}
	p.Puts(head + " " + span + tail)
	changed := false
	for _, c := range hunk {
		x, y := of(c)
		changed = changed || y > x
	}
	if !changed {
		return
	}
	put := func(mark byte, i int) {
		p.Puts(string(mark) + " " + lines[i] + "\n")
		if i == len(lines)-1 && !eol {
			p.Puts("\\ No newline at end of file\n")
		}
	}
	at := from
	for _, c := range hunk {
		x, y := of(c)
		for ; at < x; at++ {
			put(' ', at)
		}
		mark := sign
		if c.A2 > c.A1 && c.B2 > c.B1 {
			mark = '!'
		}
		for ; at < y; at++ {
			put(mark, at)
		}
	}
	for ; at < to; at++ {
		put(' ', at)
	}
}

// sideBySide is diff -y: two columns, and between them what a line is: "|"
// changed, "<" only on the left, ">" only on the right.
func (d *differ) sideBySide(a, b []string, changes []linediff.Change) {
	const tab = 8
	width := 130
	if d.o.Has('W') {
		width = max(mustInt(d.p, d.o.Arg('W')), 1)
	}
	right := (width + tab + 3) / (2 * tab) * tab
	half := max(min(right-3, width-right), 0)
	if half == 0 {
		right = width
	}
	p := d.p
	to := func(col, want int) int {
		for t := col + tab - col%tab; t <= want; t += tab {
			p.Puts("\t")
			col = t
		}
		p.Puts(strings.Repeat(" ", max(want-col, 0)))
		return max(col, want)
	}
	row := func(left *string, mark byte, other *string) {
		col := 0
		if left != nil {
			col = d.halfLine(*left, 0, half, tab)
		}
		if mark != ' ' {
			col = to(col, (half+right-1)/2) + 1
			p.Out().WriteByte(mark)
		}
		if other != nil && *other != "" {
			d.halfLine(*other, to(col, right), half, tab)
		}
		p.Puts("\n")
	}
	i, j := 0, 0
	common := func(until int) {
		for ; i < until; i, j = i+1, j+1 {
			if !d.o.Has(0x84) {
				row(&a[i], ' ', &b[j])
			}
		}
	}
	for _, c := range changes {
		common(c.A1)
		for ; i < c.A2 && j < c.B2; i, j = i+1, j+1 {
			row(&a[i], '|', &b[j])
		}
		for ; i < c.A2; i++ {
			row(&a[i], '<', nil)
		}
		for ; j < c.B2; j++ {
			row(nil, '>', &b[j])
		}
	}
	common(len(a))
}

// halfLine writes as much of a line as fits into width columns, indented by
// indent, and returns the column it ends in.
func (d *differ) halfLine(s string, indent, width, tab int) int {
	col := 0
	var b strings.Builder
	for k := range len(s) {
		if s[k] == '\t' {
			spaces := tab - col%tab
			if col+spaces >= width {
				break
			}
			b.WriteByte('\t')
			col += spaces
			continue
		}
		if col+1 > width {
			break
		}
		b.WriteByte(s[k])
		col++
	}
	d.p.Puts(b.String())
	return indent + col
}

// visible writes a byte as cmp -b does.
func visible(c byte) string {
	s := ""
	if c >= 128 {
		s, c = "M-", c-128
	}
	switch {
	case c < 32:
		return s + "^" + string(rune(c+64))
	case c == 127:
		return s + "^?"
	}
	return s + string(rune(c))
}
