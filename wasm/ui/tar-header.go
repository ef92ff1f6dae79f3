package main

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// TarHeader shows the header of an entry of the tar: its bytes with the fields
// they belong to.
type TarHeader struct {
	Part
	fields []headerField
	lines  []byteLine
}

// headerField is a row of the list of fields.
type headerField struct {
	n                           int // counted through all blocks
	begins                      bool
	name, value, meaning, place string
}

// byteLine is a row of bytes, and bytePiece a stretch of it in one field.
type byteLine struct {
	offset string
	begins bool
	pieces []bytePiece
}

type bytePiece struct {
	field     int
	id        any
	hex, text string
}

// bytesInLine fit into the narrowest inspector.
const bytesInLine = 8

// maxLines bounds what is drawn of records that are very long.
const maxLines = 300

func (c *TarHeader) header() *wire.Header { return &c.Lab.Header.Facts.Value }

// State says why there is nothing to see, "" where there is.
func (c *TarHeader) State() string {
	switch f := &c.Lab.Header.Facts; {
	case f.Failure != "":
		return f.Failure
	case !f.Loaded:
		return c.Lab.W.LoadingRows
	}
	return ""
}

// Compute lays out fields and bytes.
func (c *TarHeader) Compute() {
	c.fields, c.lines = c.fields[:0], c.lines[:0]
	if c.State() != "" {
		return
	}
	h := c.header()
	owner := make([]int, len(h.Bytes))
	starts := map[int]bool{}
	for _, b := range h.Blocks {
		starts[b.Offset] = true
		for i, f := range b.Fields {
			n := len(c.fields)
			for at := f.Offset; at < f.Offset+f.Size && at < len(owner); at++ {
				owner[at] = n
			}
			c.fields = append(c.fields, headerField{n: n, begins: i == 0, name: f.Name, value: c.value(b, f), meaning: c.meaning(b, f),
				place: fmt.Sprintf("%d+%d", f.Offset, f.Size)})
		}
	}
	c.drawBytes(h.Bytes, owner, starts)
}

// drawBytes puts the bytes into lines. Lines of zeros of the field before are
// drawn as one.
func (c *TarHeader) drawBytes(raw []byte, owner []int, starts map[int]bool) {
	first := map[int]bool{}
	for at := 0; at < len(raw) && len(c.lines) < maxLines; at += bytesInLine {
		end := min(at+bytesInLine, len(raw))
		if at > 0 && !starts[at] && owner[at-1] == owner[end-1] && strings.Trim(string(raw[at:end]), "\x00") == "" {
			if last := &c.lines[len(c.lines)-1]; last.offset != "⋯" {
				c.lines = append(c.lines, byteLine{offset: "⋯"})
			}
			continue
		}
		l := byteLine{offset: fmt.Sprintf("%04x", at), begins: at > 0 && starts[at]}
		for i := at; i < end; i++ {
			if i == at || owner[i] != owner[i-1] {
				p := bytePiece{field: owner[i]}
				if !first[owner[i]] {
					first[owner[i]], p.id = true, fmt.Sprintf("bytes-%d", owner[i])
				}
				l.pieces = append(l.pieces, p)
			}
			p := &l.pieces[len(l.pieces)-1]
			p.hex += fmt.Sprintf("%02x ", raw[i])
			if raw[i] >= ' ' && raw[i] <= '~' {
				p.text += string(rune(raw[i]))
			} else {
				p.text += "."
			}
		}
		c.lines = append(c.lines, l)
	}
}

// pieceClass colours a field, and lights the chosen one.
func (c *TarHeader) pieceClass(n int) string {
	if n < len(c.fields) && (c.fields[n].name == "pad" || c.fields[n].name == "unused") {
		return classes("f-pad", true, "lit", n == c.Lab.Header.Field)
	}
	return classes(fmt.Sprintf("f%d", n%6), true, "lit", n == c.Lab.Header.Field)
}

func (c *TarHeader) active() any {
	if n := c.Lab.Header.Field; n >= 0 {
		return lab.FieldID(n)
	}
	return nil
}

// value is what a field says, numbers as they are most readable.
func (c *TarHeader) value(b wire.HeaderBlock, f wire.HeaderField) string {
	n, err := strconv.ParseInt(f.Value, 10, 64)
	switch {
	case f.Name == "pad" || f.Name == "unused":
		return ""
	case f.Value == "":
		return "—"
	case b.Kind == "records" && f.Name == "mtime":
		return f.Value
	case err == nil && f.Name == "mode" && f.Octal:
		return fmt.Sprintf("%04o", n)
	case err == nil && f.Name == "chksum" && f.Octal:
		return fmt.Sprintf("%06o = %d", n, n)
	case err == nil && f.Name == "mtime" && b.Kind == "header":
		return epochText(n)
	case f.Name == "typeflag":
		return "'" + f.Value + "'"
	case f.Name == "magic" || f.Name == "version":
		return strconv.Quote(f.Value)
	}
	return f.Value
}

// meaning says in words what a field is.
func (c *TarHeader) meaning(b wire.HeaderBlock, f wire.HeaderField) string {
	w := c.Lab.W
	switch {
	case b.Kind == "records" && f.Name != "pad" && f.Name != "unreadable":
		return w.PaxRecord
	case f.Name == "typeflag":
		return w.FieldMeaning[f.Name] + ": " + w.TypeFlag(f.Value)
	case f.Name == "mode":
		if n, err := strconv.ParseUint(f.Value, 10, 32); err == nil {
			return w.FieldMeaning[f.Name] + ": " + modeString("file", uint32(n))[1:]
		}
	case f.Name == "name" && strings.Contains(f.Value, ".wh."):
		return w.WhiteoutName
	}
	return w.FieldMeaning[f.Name]
}

// sound tells whether every checksum holds.
func (c *TarHeader) sound() bool {
	for _, b := range c.header().Blocks {
		if b.Kind == "header" && b.Stored != b.Computed {
			return false
		}
	}
	return true
}

func (c *TarHeader) verdict() string {
	blocks := c.header().Blocks
	if len(blocks) == 0 {
		return ""
	}
	last := blocks[len(blocks)-1]
	return c.Lab.W.Checksum(last.Stored, last.Computed, c.sound())
}

// follows says what comes after the header in the tar.
func (c *TarHeader) follows() string {
	h := c.header()
	if h.Content == 0 {
		return c.Lab.W.NothingFollows
	}
	return c.Lab.W.Follows(c.Lab.Size(h.Content), h.Padding)
}

func (c *TarHeader) where() string {
	if c.State() != "" {
		return ""
	}
	return c.Lab.W.HeaderAt(c.header().Offset, len(c.header().Bytes))
}
