package main

import "layerlab.dev/core/picture"

// Digest draws a digest: its strip and its first twelve digits, or all of
// them.
type Digest struct {
	Part
	Value string
	Label string // what it is the digest of; "" where the text beside says so
	Full  bool

	last    string
	flipped int // the revision of the build that changed it
}

// Compute notices that the digest changed, so that the strip flips once.
func (c *Digest) Compute() {
	if c.last != "" && c.last != c.Value {
		c.flipped = c.revision()
	}
	c.last = c.Value
}

func (c *Digest) revision() int {
	if c.Lab.Built == nil {
		return 0
	}
	return c.Lab.Built.Revision
}

// Class lets the strip flip where the last build changed it: by one of two
// names, since a new animation starts only where its name is new.
func (c *Digest) Class() string {
	now := c.flipped > 0 && c.flipped == c.revision()
	return classes("strip", true, "flip-a", now && c.flipped%2 == 0, "flip-b", now && c.flipped%2 == 1)
}

// Text is the digits.
func (c *Digest) Text() string {
	if c.Full {
		return c.Value
	}
	return picture.Short(c.Value)
}
