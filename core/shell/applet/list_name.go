package applet

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"layerlab.dev/core/vfs"
)

// shown replaces what a terminal of the C locale cannot show.
func (l *lister) shown(name string) string {
	if l.o.Has('Q') {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	if l.p.GNU && l.o.Has('b') {
		return escaped(name, !l.p.UTF8())
	}
	if l.p.GNU && l.o.Has('q') {
		return strings.Map(func(r rune) rune {
			if r < ' ' || r == 127 {
				return '?'
			}
			return r
		}, name)
	}
	if l.p.GNU {
		return name
	}
	plain := true
	for i := range len(name) {
		if name[i] < ' ' || name[i] >= 127 {
			plain = false
		}
	}
	if plain {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		n := 1
		if !l.p.Plain {
			_, n = utf8.DecodeRuneInString(name[i:])
		}
		if n == 1 && name[i] >= ' ' && name[i] < 127 {
			b.WriteByte(name[i])
		} else {
			b.WriteByte('?')
		}
		i += n
	}
	return b.String()
}

// suffix is what -F and -p put behind a name.
func (l *lister) suffix(e *listed) string {
	if !l.o.Has('F') && !l.o.Has('p') {
		return ""
	}
	if e.node.IsDir() {
		return "/"
	}
	if !l.o.Has('F') {
		return ""
	}
	switch e.node.Kind {
	case vfs.Symlink:
		return "@"
	case vfs.Fifo:
		return "|"
	case vfs.Socket:
		return "="
	case vfs.File:
		if e.node.Mode&0o111 != 0 {
			return "*"
		}
	}
	return ""
}

// show writes entries: long, one a line, or in columns.
func (l *lister) show(list []*listed) {
	p, o := l.p, l.o
	if l.long() {
		l.showLong(list)
		return
	}
	blocksWide := 0
	for _, e := range list {
		blocksWide = max(blocksWide, len(l.blocks(e)))
	}
	cell := func(e *listed) string {
		s := ""
		if o.Has('i') {
			s += fmt.Sprintf("%7d ", e.node.Ino())
		}
		if o.Has('s') {
			if p.GNU {
				s += pad(l.blocks(e), "", blocksWide) + " "
			} else {
				s += fmt.Sprintf("%6d ", blocks512(l.p, e.path, e.node)/2)
			}
		}
		return s + l.shown(e.name) + l.suffix(e)
	}
	if p.GNU && (l.columns || l.commas) && len(list) > 0 {
		cells := make([]string, len(list))
		for i, e := range list {
			cells[i] = cell(e)
		}
		if l.commas {
			l.joined(cells)
		} else {
			l.grid(cells, o.Has('x'))
		}
		return
	}
	if !l.columns || len(list) == 0 {
		for _, e := range list {
			p.Puts(cell(e) + "\n")
		}
		return
	}
	wide := 0
	for _, e := range list {
		wide = max(wide, len(cell(e)))
	}
	wide += 2
	cols := max(l.width/wide, 1)
	rows := (len(list) + cols - 1) / cols
	for r := range rows {
		line := ""
		for c := range cols {
			i := c*rows + r
			if o.Has('x') {
				i = r*cols + c
			}
			if i >= len(list) {
				continue
			}
			if line != "" {
				line += strings.Repeat(" ", c*wide-len(line))
			}
			line += cell(list[i])
		}
		p.Puts(line + "\n")
	}
}
