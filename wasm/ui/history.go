package main

import (
	"layerlab.dev/wasm/wire"
)

// History is the image's, as docker history shows it: newest first.
type History struct {
	Part
	entries []wire.History
}

// Compute turns the entries upside down.
func (c *History) Compute() {
	c.entries = c.entries[:0]
	for i := len(c.Lab.Image.History) - 1; i >= 0; i-- {
		c.entries = append(c.entries, c.Lab.Image.History[i])
	}
	// Images of hundreds of instructions do not exist; a broken import might.
	c.entries = c.entries[:min(len(c.entries), 200)]
}

// Size is an entry's as docker prints it.
func (c *History) Size(h wire.History) string {
	if h.SizeText != "" {
		return h.SizeText
	}
	return c.Lab.Size(h.Size)
}

func (c *History) chosen(h wire.History) bool {
	s := c.Lab.Chosen()
	return s != nil && h.Step != "" && s.ID == h.Step
}
