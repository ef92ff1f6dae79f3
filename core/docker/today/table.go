package today

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
	"layerlab.dev/core/host/containerd"
)

const (
	gap      = 3 // blanks between columns
	untagged = "<untagged>"
)

// Colours of the terminal.
const (
	secondary = "39"
	title     = "39;1"
	nameColor = "34;1"
	faint     = "39;2"
)

// table is what `docker images` prints: a line for each name, or with expanded a
// tree of the platforms of each image.
type table struct {
	session  *cli.Session
	expanded bool

	colour bool
	widths []int
}

// line is a line of the table: an image or one of its platforms.
type line struct {
	names    []string
	id       string
	disk     string
	content  string
	used     bool
	absent   bool
	platform string
	below    []line
}

func (t table) lines(list []containerd.Summary) []line {
	var out []line
	for _, i := range list {
		l := line{id: formatter.ShortID(i.Image.ID.String()), disk: formatter.Size(i.Size), content: formatter.Size(i.Content), used: i.Containers > 0}
		for _, p := range i.Platforms {
			if t.expanded {
				l.below = append(l.below, line{
					platform: p.Name, id: formatter.ShortID(p.ID.String()), disk: formatter.Size(p.Size), content: formatter.Size(p.Content),
					used: p.Containers > 0, absent: !p.Available,
				})
			}
		}
		for _, n := range i.Names {
			l.names = append(l.names, n.Familiar())
		}
		slices.Sort(l.names)
		if t.expanded || len(l.names) == 0 {
			out = append(out, l)
			continue
		}
		for _, n := range l.names {
			one := l
			one.names = []string{n}
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b line) int {
		switch {
		case len(a.names) == 0 || len(b.names) == 0:
			return len(b.names) - len(a.names)
		}
		return strings.Compare(a.names[0], b.names[0])
	})
	return out
}

// paint puts text into a colour where there is a terminal.
func (t *table) paint(colour, text string) string {
	if !t.colour {
		return text
	}
	codes := ""
	for _, c := range strings.Split(colour, ";") {
		codes += "\x1b[" + c + "m"
	}
	return codes + text + "\x1b[0m"
}

func pad(text, shown string, width int, right bool) string {
	fill := strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))
	if right {
		return fill + shown
	}
	return shown + fill
}

func (t table) print(list []containerd.Summary) {
	s := t.session
	lines := t.lines(list)
	t.colour = s.TTY.Out && s.Environ("NO_COLOR") == ""
	width := 0
	if s.TTY.Out {
		width = max(s.TTY.Cols, 20)
		t.legend(width)
	}
	used := false
	for _, l := range lines {
		used = used || l.used
		for _, b := range l.below {
			used = used || b.used
		}
	}
	// The columns after the first, as many as there is room for.
	t.widths = []int{0, 12, 10, 12, 5}
	room := width
	if width > 0 {
		for i := 1; i < len(t.widths); i++ {
			if room-t.widths[i]-gap < 12 {
				t.widths = t.widths[:i]
				break
			}
			room -= t.widths[i] + gap
		}
	}
	widest := len("Image")
	for _, l := range lines {
		names := l.names
		if len(names) == 0 {
			names = []string{untagged}
		}
		for _, n := range names {
			widest = max(widest, len(n))
		}
		for _, b := range l.below {
			widest = max(widest, len(b.platform)+len("└─ "))
		}
	}
	t.widths[0] = widest
	if width > 0 && room <= widest {
		t.widths[0] = room
	}
	var b strings.Builder
	for i, h := range []string{"IMAGE", "ID", "DISK USAGE", "CONTENT SIZE", "EXTRA"}[:len(t.widths)] {
		if i > 0 {
			b.WriteString(strings.Repeat(" ", gap))
		}
		b.WriteString(pad(h, t.paint(title, h), t.widths[i], i == 2 || i == 3))
	}
	b.WriteString("\n")
	spaced := slices.ContainsFunc(lines, func(l line) bool { return len(l.below) > 0 })
	for _, l := range lines {
		t.names(&b, l)
		t.details(&b, l, secondary, used)
		if spaced {
			b.WriteString("\n")
		}
		for i, p := range l.below {
			branch, colour := "├─ ", secondary
			if i == len(l.below)-1 {
				branch = "└─ "
			}
			if p.absent {
				colour = faint
			}
			text := branch + p.platform
			b.WriteString(pad(text, t.paint(colour, text), t.widths[0], false))
			t.details(&b, p, colour, used)
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	fmt.Fprint(s.Stdout, b.String())
}

// legend explains the marks, at the right edge.
func (t *table) legend(width int) {
	text := "i Info →   U  In Use"
	shown := "\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m \x1b[38;5;0m\x1b[48;5;14m U \x1b[0m In Use"
	if !t.colour {
		text = "Info ->  U In Use"
		shown = text
	}
	fmt.Fprint(t.session.Stdout, strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))+shown+"\n")
}

func (t *table) names(b *strings.Builder, l line) {
	if len(l.names) == 0 {
		b.WriteString(pad(untagged, t.paint(faint, untagged), t.widths[0], false))
	}
	for i, n := range l.names {
		last, long := i == len(l.names)-1, utf8.RuneCountInString(n) > t.widths[0]
		b.WriteString(pad(n, t.paint(nameColor, n), t.widths[0], false))
		if !last || long {
			b.WriteString("\n")
		}
		if last && long {
			b.WriteString(strings.Repeat(" ", t.widths[0]))
		}
	}
}

func (t *table) details(b *strings.Builder, l line, colour string, used bool) {
	extra, shown := "", ""
	if used {
		extra, shown = "   ", "   "
		if l.used {
			extra, shown = " U ", "\x1b[38;5;0m\x1b[48;5;14m U \x1b[0m"
		}
		if !t.colour {
			extra = " "
			if l.used {
				extra = "U"
			}
			shown = extra
		}
	}
	for i, cell := range []string{l.id, l.disk, l.content, extra} {
		i++
		if i >= len(t.widths) {
			return
		}
		text := t.paint(colour, cell)
		if i == 4 {
			text = shown
		}
		b.WriteString(strings.Repeat(" ", gap) + pad(cell, text, t.widths[i], i == 2 || i == 3))
	}
}
