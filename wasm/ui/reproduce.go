package main

import "layerlab.dev/wasm/ui/lab"

// Reproduce tells how to make the image again with BuildKit and which digests
// that must give.
type Reproduce struct {
	Part
	layers []expectedLayer
}

type expectedLayer struct{ name, diffID, chainID string }

// Compute numbers the layers.
func (c *Reproduce) Compute() {
	c.layers = c.layers[:0]
	// The archive's expected.json has them all.
	for i, id := range c.recipe().DiffIDs[:min(len(c.recipe().DiffIDs), 200)] {
		l := expectedLayer{name: c.Lab.W.Layer(i + 1), diffID: id}
		if i < len(c.recipe().ChainIDs) {
			l.chainID = c.recipe().ChainIDs[i]
		}
		c.layers = append(c.layers, l)
	}
}

func (c *Reproduce) recipe() *lab.Recipe { return &c.Lab.Recipe }

// there tells whether the answer is here.
func (c *Reproduce) there() bool { return c.recipe().Loaded && c.recipe().Failure == "" }

// State says why there is nothing to see, "" where there is.
func (c *Reproduce) State() string {
	switch r := c.recipe(); {
	case r.Failure != "":
		return r.Failure
	case !r.Loaded:
		return c.Lab.W.LoadingRows
	}
	return ""
}

// caveats are what RUN steps mean for the comparison.
func (c *Reproduce) caveats() []string {
	var out []string
	if c.recipe().Deviates {
		out = append(out, c.Lab.W.RunDeviates)
	}
	if c.recipe().Interpreted {
		out = append(out, c.Lab.W.RunThere)
	}
	if c.recipe().Placeholders {
		out = append(out, c.Lab.W.RunPlaceholders)
	}
	return out
}

type command struct{ name, id, island string }

func (c *Reproduce) commands() []command {
	return []command{{"docker buildx", "command-buildx", "buildx"}, {"buildctl", "command-buildctl", "buildctl"}}
}
