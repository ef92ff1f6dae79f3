package main

import "layerlab.dev/wasm/wire"

// Digests shows a step's digests and how its ChainID comes about.
type Digests struct {
	Part
	Step  *wire.Step
	nodes []node
}

// Bottom tells whether the layer is the lowest, whose ChainID is its DiffID.
func (c *Digests) Bottom() bool { return c.Step.ParentChain == "" }

func (c *Digests) how() string {
	if c.Bottom() {
		return c.Lab.W.HowChainBase
	}
	return c.Lab.W.HowChain
}

type fact struct{ name, value string }

// Facts are the layer's sizes and types.
func (c *Digests) Facts() []fact {
	w, s := c.Lab.W, c.Step
	facts := []fact{{w.Bytes, c.Lab.Size(s.Size)}, {w.TarBytes, c.Lab.Size(s.TarSize)}}
	if s.Compressed > 0 {
		facts = append(facts, fact{w.BlobBytes, c.Lab.Size(s.Compressed)})
	}
	if s.MediaType != "" {
		facts = append(facts, fact{w.MediaType, s.MediaType})
	}
	return facts
}

func (c *Digests) operator() string {
	if c.Bottom() {
		return "="
	}
	return "sha256 ="
}

func (c *Digests) formula() string {
	if c.Bottom() {
		return "ChainID = DiffID"
	}
	return c.Lab.W.Formula
}
