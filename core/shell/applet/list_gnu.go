package applet

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"layerlab.dev/core/vfs"
)

// leads reports whether ls --group-directories-first puts e first: a
// directory, to GNU's also a link to one.
func (l *lister) leads(e *listed) bool {
	if e.node.Kind == vfs.Symlink && l.p.GNU {
		return isDir(l.p, e.path, true)
	}
	return e.node.IsDir()
}

// blocks is what -s shows of a file.
func (l *lister) blocks(e *listed) string {
	n := blocks512(l.p, e.path, e.node)
	if l.o.Has('h') {
		return strings.TrimSpace(human(n*512, l.p.GNU))
	}
	return strconv.FormatInt(n/2, 10)
}

// name pads an owner: names go to the left, numbers to the right.
func (l *lister) name(s string, width int) string {
	if strings.Trim(s, "0123456789") == "" {
		return pad(s, "", width)
	}
	return pad(s, "-", width)
}

// cellWidth is how many columns a name takes: in the C locale, of bytes beyond
// ASCII none.
func (l *lister) cellWidth(s string) int {
	if l.p.UTF8() {
		return utf8.RuneCountInString(s)
	}
	n := 0
	for i := range len(s) {
		if s[i] >= ' ' && s[i] < 127 {
			n++
		}
	}
	return n
}

// grid shows names in columns, each as wide as its widest name and two more.
func (l *lister) grid(cells []string, across bool) {
	var widths []int
	cols, rows := 1, len(cells)
	for c := min(len(cells), max(l.width/3, 1)); c >= 1; c-- {
		r := (len(cells) + c - 1) / c
		w := make([]int, c)
		for i, s := range cells {
			at := i / r
			if across {
				at = i % c
			}
			gap := 2
			if at == c-1 {
				gap = 0
			}
			w[at] = max(w[at], l.cellWidth(s)+gap)
		}
		total := 0
		for _, x := range w {
			total += x
		}
		if total < l.width || c == 1 {
			cols, rows, widths = c, r, w
			break
		}
	}
	for r := range rows {
		at, pos := 0, 0
		for c := range cols {
			i := c*rows + r
			if across {
				i = r*cols + c
			}
			if i >= len(cells) {
				break
			}
			l.indent(pos, at)
			l.p.Puts(cells[i])
			pos = at + l.cellWidth(cells[i])
			at += widths[c]
		}
		l.p.Puts("\n")
	}
}

// indent goes on from one column to another, by tabs where they help.
func (l *lister) indent(from, to int) {
	size := 8
	if l.o.Has('T') {
		size = mustInt(l.p, l.o.Arg('T'))
	}
	for from < to {
		if size > 0 && to/size > (from+1)/size {
			l.p.Puts("\t")
			from += size - from%size
		} else {
			l.p.Puts(" ")
			from++
		}
	}
}

// joined shows names with commas between them.
func (l *lister) joined(cells []string) {
	pos := 0
	for i, s := range cells {
		w := l.cellWidth(s)
		if i > 0 {
			if pos+w+2 < l.width {
				l.p.Puts(", ")
				pos += 2
			} else {
				l.p.Puts(",\n")
				pos = 0
			}
		}
		l.p.Puts(s)
		pos += w
	}
	l.p.Puts("\n")
}

// escaped writes a name as a C string would have it, without quotes.
func escaped(name string, high bool) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch j := strings.IndexByte("\a\b\t\n\v\f\r \\", c); {
		case j >= 0:
			b.WriteString("\\" + `abtnvfr \`[j:j+1])
		case c < ' ' || c == 127 || high && c > 127:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
