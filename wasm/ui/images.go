package main

import (
	"fmt"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Images is the panel of base images: those that are kept, and those that come.
type Images struct {
	Part
	rows   []lab.BaseRow
	layers []wire.TransferLayer
}

// Compute takes what is to be shown.
func (c *Images) Compute() {
	c.rows = c.Lab.Bases()
	c.layers = nil
	if t := c.Lab.Shelf.Transfer; t != nil {
		c.layers = t.Layers
	}
}

func (c *Images) transferName() string {
	if t := c.Lab.Shelf.Transfer; t != nil {
		return t.Name
	}
	return ""
}

func (c *Images) transferText() string {
	t := c.Lab.Shelf.Transfer
	switch {
	case t == nil:
		return ""
	case t.Step == "reading" || t.Total == 0:
		return c.Lab.W.ReadingImage
	}
	return c.Lab.W.SizeOf(c.Lab.Size(t.Done), c.Lab.Size(t.Total))
}

// transferTotal is nil, so that the bar runs without an end, where the total
// is not known.
func (c *Images) transferTotal() any {
	if t := c.Lab.Shelf.Transfer; t != nil && t.Total > 0 {
		return fmt.Sprint(t.Total)
	}
	return nil
}

func (c *Images) transferDone() any {
	if t := c.Lab.Shelf.Transfer; t != nil && t.Total > 0 {
		return fmt.Sprint(t.Done)
	}
	return nil
}

func (c *Images) layerText(l wire.TransferLayer) string {
	w := c.Lab.W
	switch l.State {
	case "here":
		return w.LayerHere
	case "running":
		return w.SizeOf(c.Lab.Size(l.Done), c.Lab.Size(l.Total))
	}
	return c.Lab.Size(l.Total)
}

func (c *Images) asking() string { return c.Lab.W.AskingFor(c.Lab.Shelf.Asking) }

func (c *Images) offer() wire.Offer {
	if o := c.Lab.Shelf.Offer; o != nil {
		return *o
	}
	return wire.Offer{}
}

// cost says what a pull would move.
func (c *Images) cost() string {
	o := c.offer()
	return c.Lab.W.Cost(c.Lab.Size(o.Fetch), c.Lab.Size(o.Size))
}

func (c *Images) named() string {
	for _, k := range c.Lab.Shelf.Images.Images {
		if k.Name == c.Lab.Shelf.Naming {
			return k.Short
		}
	}
	return ""
}

func (c *Images) full(r lab.BaseRow) string {
	if r.Kept == nil {
		return r.Name
	}
	return r.Kept.Name
}

func (c *Images) title(r lab.BaseRow) string {
	if r.Kept == nil {
		return r.Name
	}
	return r.Kept.Name + "\n" + r.Kept.ID
}

// facts says what a row is.
func (c *Images) facts(r lab.BaseRow) string {
	w := c.Lab.W
	if r.Kept == nil {
		return w.StandInHere
	}
	what := w.KeptFrom[r.Kept.Source]
	if r.Kind == "imported" {
		what += ", " + w.InUse
	}
	return what + " · " + w.Layers(r.Kept.Layers) + " · " + c.Lab.Size(r.Kept.Size) + " · " + r.Kept.Platform
}

// choiceText says that an archive holds several images.
func (c *Images) choiceText() string {
	return c.Lab.W.ChoiceOf(len(c.Lab.Shelf.Choice), c.Lab.Shelf.Chosen)
}

func (c *Images) choiceName(x wire.Choice) string { return strings.Join(x.Names, ", ") }

func (c *Images) choiceFacts(x wire.Choice) string {
	return c.Lab.W.Layers(x.Layers) + " · " + c.Lab.Size(x.Size) + " · " + x.Platform
}

// note says what is to be known of what came last.
func (c *Images) note() string {
	var out []string
	for _, m := range c.Lab.Shelf.Note {
		out = append(out, c.Lab.W.Say(m))
	}
	return strings.Join(out, " ")
}

func (c *Images) onlineOnly() any {
	if c.Lab.Offline.Online {
		return nil
	}
	return c.Lab.W.OnlineOnly
}

func (c *Images) hint() string {
	if !c.Lab.Shelf.Lasting && len(c.Lab.Shelf.Images.Images) > 0 {
		return c.Lab.W.ImagesPass
	}
	return c.Lab.W.ImagesHint
}
