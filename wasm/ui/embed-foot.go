package main

// EmbedFoot is the line under the page where it is inside another one.
type EmbedFoot struct{ Part }

// status says how things stand, as the top bar does elsewhere.
func (c *EmbedFoot) status() string { return (&Topbar{Part: c.Part}).StatusText() }
