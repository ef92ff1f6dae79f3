package main

import (
	"fmt"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Cost shows what the image takes to move and to keep.
type Cost struct{ Part }

// cost is the last that was computed; the zero Cost before.
func (c *Cost) cost() *wire.Cost {
	if k := c.Lab.Weights.Cost; k != nil {
		return k
	}
	return &wire.Cost{}
}

// State says why there is nothing to see, "" where there is.
func (c *Cost) State() string {
	switch {
	case c.Lab.CostFailure() != "":
		return c.Lab.CostFailure()
	case c.Lab.Weights.Cost == nil:
		return c.Lab.W.LoadingRows
	}
	return ""
}

func (c *Cost) ofWhole() string {
	k := c.cost()
	return c.Lab.W.MoveOf(c.Lab.Size(k.Whole), percentOf(k.Bytes, k.Whole))
}

func (c *Cost) part() string {
	k := c.cost()
	if k.Whole == 0 {
		return "0%"
	}
	return fmt.Sprintf("%.2f%%", float64(k.Bytes)*100/float64(k.Whole))
}

// layers are those of the image, newest first as in the stack.
func (c *Cost) layers() []wire.CostLayer {
	all := c.cost().Layers
	var out []wire.CostLayer
	for i := len(all) - 1; i >= 0 && len(out) < 200; i-- {
		out = append(out, all[i])
	}
	return out
}

func (c *Cost) images() []wire.CostImage { return c.cost().Images[:min(len(c.cost().Images), 100)] }

func (c *Cost) final() *wire.Stage { return &c.Lab.Image.Stages[c.Lab.Image.Final] }

func (c *Cost) name(l wire.CostLayer) string {
	return c.Lab.W.Layer(lab.LayerNumber(c.final(), l.Step))
}

func (c *Cost) instruction(l wire.CostLayer) string {
	for i := range c.final().Steps {
		if s := &c.final().Steps[i]; s.ID == l.Step {
			return lab.Title(s)
		}
	}
	return ""
}

// with says with which images a layer is shared.
func (c *Cost) with(l wire.CostLayer) string {
	var notes []string
	if l.Again {
		notes = append(notes, c.Lab.W.AgainBlob)
	}
	if len(l.With) > 0 {
		notes = append(notes, c.Lab.W.SharedWith(strings.Join(l.With[:min(len(l.With), 8)], ", ")))
	}
	return strings.Join(notes, "; ")
}

// chained tells whether an image of the workspace stands on another.
func (c *Cost) chained() bool {
	for _, i := range c.cost().Images {
		if i.Above > 0 {
			return true
		}
	}
	return false
}
