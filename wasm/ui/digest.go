package main

import "layerlab.dev/wasm/ui/strip"

// Digest draws a digest: its strip and its first twelve digits, or all of
// them.
type Digest struct {
	Value string
	Label string // what it is the digest of; "" where the text beside says so
	Full  bool

	last  string
	flips int
}

// Compute notices that the digest changed, so that the strip flips once.
func (c *Digest) Compute() {
	if c.last != "" && c.last != c.Value {
		c.flips++
	}
	c.last = c.Value
}

// Class alternates between two names at every change: a new animation starts
// only where its name is new.
func (c *Digest) Class() string {
	return classes("strip", true, "flip-a", c.flips > 0 && c.flips%2 == 0, "flip-b", c.flips%2 == 1)
}

// Text is the digits.
func (c *Digest) Text() string {
	if c.Full {
		return c.Value
	}
	return strip.Short(c.Value)
}
