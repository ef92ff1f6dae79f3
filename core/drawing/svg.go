package drawing

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"layerlab.dev/core/picture"
)

// Geometry in CSS pixels.
const (
	width     = 720
	head      = 56 // above the strata
	foot      = 44 // below them
	numberX   = 36 // right edge of the layers' numbers
	rockX     = 44
	rockWidth = 504
	idsX      = rockX + rockWidth + 12
	hexX      = idsX + picture.StripWidth + 8
	digit     = 72 // tenths of a pixel that a character of 12 px takes
)

// patterns are the textures of index.html: what a layer adds, modifies, what
// later layers hide of it, and what it removes.
const patterns = `<pattern id="ll-added" width="24" height="24" patternUnits="userSpaceOnUse"><path class="grain" d="M4 7h5M15 15h6M9 20h3"/></pattern>
<pattern id="ll-modified" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0v8"/></pattern>
<pattern id="ll-hidden" width="6" height="6" patternUnits="userSpaceOnUse"><circle class="dot" cx="3" cy="3" r="1"/></pattern>
<pattern id="ll-removed" width="20" height="20" patternUnits="userSpaceOnUse"><path class="cross" d="M7 7l6 6M13 7l-6 6"/></pattern>
`

// SVG writes the drawing of a sample. An unknown language is an error.
func SVG(out io.Writer, s Sample, lang Language) error {
	w, ok := catalogue[lang]
	if !ok {
		return fmt.Errorf("there is no language %q: en and ko there are", lang)
	}
	d := drawing{words: w}
	height := head + foot
	for _, st := range s.Strata {
		height += st.Height()
	}
	title := w.title(s.Name)
	id := picture.Short(s.ImageID)
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" class="layerlab" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="t%[3]s d%[3]s" lang="%[4]s">`+"\n",
		width, height, id, lang)
	d.put("<title id=\"t%s\">%s</title>\n<desc id=\"d%[1]s\">%[3]s</desc>\n", id, escape(title), escape(w.describe(s)))
	d.put("<style>%s</style>\n<defs>\n%s</defs>\n", style(), patterns)
	d.put(`<rect class="ground" width="%d" height="%d" rx="4"/>`+"\n", width, height)
	name := s.Name
	if name == "" {
		name = title
	}
	d.put(`<text class="name ink" x="%d" y="24">%s</text>`+"\n", rockX, escape(clip(name, 50)))
	d.put(`<text class="word ink-2" x="%d" y="43">%s</text>`+"\n", rockX, escape(w.layers(s.count(), picture.Size(s.Size))))
	d.put(`<text class="word ink-3" x="%d" y="32">DiffID</text><text class="word ink-3" x="%[1]d" y="46">ChainID</text>`+"\n", idsX)
	y := head
	for i := len(s.Strata) - 1; i >= 0; i-- {
		d.stratum(s.Strata[i], y)
		y += s.Strata[i].Height()
	}
	d.put(`<path class="bed-edge" stroke-width="2" d="M12 %dh%d"/>`+"\n", y+1, width-24)
	d.put(`<text class="word ink-2" x="%d" y="%d" text-anchor="end">%s</text>`, idsX-8, y+26, escape(w.imageID))
	d.digest(s.ImageID, y+16, "ink")
	d.put("</svg>\n")
	_, err := out.Write(d.Bytes())
	return err
}

type drawing struct {
	bytes.Buffer
	words words
}

func (d *drawing) put(format string, args ...any) { fmt.Fprintf(&d.Buffer, format, args...) }

// stratum draws one whose upper edge is at y.
func (d *drawing) stratum(s Stratum, y int) {
	h := s.Height()
	rock, edge, plate := "rock", "edge", "rock plate"
	if s.Base {
		rock, edge, plate = "bed", "bed-edge", "bed plate"
	}
	d.put("<g>")
	if s.Number > 0 {
		d.put(`<text class="word ink-3" x="%d" y="%d" text-anchor="end">%d</text>`, numberX, y+h/2+4, s.Number)
	}
	if s.Hollow {
		plate = "ground"
		d.put(`<path class="hairline" d="M%d %d.5h%d"/>`, rockX, y+h/2-1, rockWidth)
	}
	for _, p := range s.Parts() {
		class := map[string]string{"added": rock, "modified": "rock-2", "hidden": "rock faded", "removed": "void"}[p.Fate]
		x, w := rockX+p.X*rockWidth/100, p.W*rockWidth/100
		if p.X+p.W == 100 {
			w = rockX + rockWidth - x
		}
		if p.Fate == "removed" {
			// Its stroke stays inside.
			d.put(`<rect class="void" x="%d" y="%d" width="%d" height="%d"/>`, x+1, y+1, w-2, h-2)
		} else {
			d.put(`<rect class="%s" x="%d" y="%d" width="%d" height="%d"/>`, class, x, y, w, h)
		}
		d.put(`<rect fill="url(#ll-%s)" x="%d" y="%d" width="%d" height="%d"/>`, p.Fate, x, y, w, h)
	}
	if s.Parts() != nil {
		d.put(`<path class="%s" d="M%d %d.5h%dM%[2]d.5 %[3]dv%[5]dM%[6]d.5 %[3]dv%[5]d"/>`, edge, rockX, y, rockWidth, h, rockX+rockWidth-1)
	}
	facts := d.facts(s, y+h/2+4, plate)
	d.label(clip(s.Text, (rockWidth-16)*10/digit-facts-2), rockX+8, y+h/2+4, plate)
	if s.DiffID != "" && s.Hollow {
		d.digest(s.DiffID, y+h/2-6, "ink-2")
	} else if s.DiffID != "" {
		d.digest(s.DiffID, y+h/2-13, "ink-2")
		d.digest(s.ChainID, y+h/2+1, "ink-3")
	}
	d.put("</g>\n")
}

// label writes a text on a plate, from x on, on the base line y.
func (d *drawing) label(text string, x, y int, plate string) {
	long := columns(text) * digit
	d.put(`<rect class="%s" x="%d" y="%d" width="%d" height="18" rx="2"/>`, plate, x, y-13, long/10+9)
	d.put(`<text class="ink" x="%d" y="%d" textLength="%d.%d" xml:space="preserve">%s</text>`, x+4, y, long/10, long%10, escape(text))
}

// facts writes what is known of a layer at the right, and returns how many
// columns that takes.
func (d *drawing) facts(s Stratum, y int, plate string) int {
	if s.Number == 0 {
		return 0
	}
	right := rockX + rockWidth - 8
	if s.Hollow {
		taken := columns(d.words.emptyLayer) + 1
		long := taken * digit / 10
		d.put(`<rect class="%s" x="%d" y="%d" width="%d" height="18"/>`, plate, right-long, y-13, long)
		d.put(`<text class="word ink-2" x="%d" y="%d" text-anchor="end">%s</text>`, right-4, y, escape(d.words.emptyLayer))
		return taken
	}
	type piece struct{ class, text string }
	var pieces []piece
	for _, p := range []struct {
		sign, class string
		n           int
	}{{"+", "added", s.Added}, {"~", "modified", s.Modified}, {"−", "removed", s.Removed}} {
		if p.n > 0 {
			pieces = append(pieces, piece{p.class + " count", fmt.Sprint(p.sign, p.n)})
		}
	}
	pieces = append(pieces, piece{"ink", picture.Size(s.Size)})
	taken := 0
	for _, p := range pieces {
		taken += columns(p.text) + 1
	}
	long := (taken - 1) * digit / 10
	d.put(`<rect class="%s" x="%d" y="%d" width="%d" height="18" rx="2"/>`, plate, right-long-8, y-13, long+8)
	d.put(`<text x="%d" y="%d" text-anchor="end" textLength="%d" xml:space="preserve">`, right-4, y, long)
	for i, p := range pieces {
		if i > 0 {
			d.put(" ")
		}
		d.put(`<tspan class="%s">%s</tspan>`, p.class, escape(p.text))
	}
	d.put("</text>")
	return taken
}

// digest draws the blocks and the first digits of a digest whose upper edge is
// at y.
func (d *drawing) digest(value string, y int, class string) {
	for _, b := range picture.Strip(value) {
		d.put(`<rect fill="%s" x="%d" y="%d" width="%d" height="%d"/>`, hues[b.Hue], idsX+b.X, y+b.Y, b.W, b.H)
	}
	d.put(`<text class="%s" x="%d" y="%d">%s</text>`, class, hexX, y+10, escape(picture.Short(value)))
}

// columns is how many columns of a terminal a text takes: two for what East
// Asian scripts write wide.
func columns(s string) (n int) {
	for _, r := range s {
		n++
		if unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0xff01 && r <= 0xff60 {
			n++
		}
	}
	return n
}

// clip cuts a text to so many columns, with an ellipsis where something is
// missing.
func clip(s string, most int) string {
	if columns(s) <= most {
		return s
	}
	for s != "" && columns(s) >= most {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return strings.TrimRight(s, " ") + "…"
}

// escape writes a text for XML, which has no place for most control characters.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' && r != '\n' || r == 0xfffe || r == 0xffff:
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
