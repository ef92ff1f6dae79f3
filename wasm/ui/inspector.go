package main

import (
	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Inspector looks into the chosen stratum and the image.
type Inspector struct{ Part }

type tabRow struct {
	Name string
	Tabs []string
}

// TabRows are the tabs of the layer and those of the image.
func (c *Inspector) TabRows() []tabRow {
	return []tabRow{{c.Lab.W.OfLayer, lab.LayerTabs}, {c.Lab.W.OfImage, c.Lab.ImageTabs()}}
}

// Shows tells whether a tab is the chosen one.
func (c *Inspector) Shows(tabs ...string) bool {
	for _, t := range tabs {
		if t == c.Lab.Tab {
			return true
		}
	}
	return false
}

// OfLayer tells whether the chosen tab is one of the layer's.
func (c *Inspector) OfLayer() bool { return c.Shows(lab.LayerTabs...) }

// Title names what is looked at.
func (c *Inspector) Title() string {
	s, w := c.Lab.Chosen(), c.Lab.W
	if s == nil || !c.OfLayer() {
		return w.OfImage
	}
	if n := lab.LayerNumber(c.Lab.ShownStage(), s.ID); n > 0 {
		return w.Layer(n)
	}
	return w.NoLayer
}

// Subject is the chosen step's instruction, or the image's Dockerfile.
func (c *Inspector) Subject() string {
	if s := c.Lab.Chosen(); s != nil && c.OfLayer() {
		return lab.Title(s)
	}
	if c.Lab.Image != nil {
		return c.Lab.Image.Dockerfile
	}
	return ""
}

// TabStop is "0" for the chosen tab, which alone the Tab key reaches.
func (c *Inspector) TabStop(name string) string {
	if name == c.Lab.Tab {
		return "0"
	}
	return "-1"
}

// Why is the reason of the chosen step's cache state.
func (c *Inspector) Why() string {
	s := c.Lab.Chosen()
	if s == nil || !c.OfLayer() {
		return ""
	}
	t := c.Lab.W.Cache[s.Cache.State]
	if !s.Cache.Reason.IsZero() {
		t += ": " + c.Lab.W.Say(s.Cache.Reason)
	}
	return t
}

// List is the list of the chosen tab, or nil.
func (c *Inspector) List() *lab.List {
	if c.Lab.Chosen() == nil {
		return nil
	}
	return c.Lab.Lists[c.Lab.Tab]
}

// hasLayer tells whether the chosen step made a layer.
func (c *Inspector) hasLayer() bool {
	s := c.Lab.Chosen()
	return s != nil && lab.HasLayer(s)
}

func (c *Inspector) chosen() *wire.Step { return c.Lab.Chosen() }

// goTo opens the line of the chosen step.
func (c *Inspector) goTo() {
	if s := c.Lab.Chosen(); s != nil {
		c.Lab.Pane = "editor"
		c.Lab.GoTo(s.ID)
	}
}

func (c *Inspector) lineText() string {
	if at := c.Lab.LinesOf(c.Lab.Chosen()); at.From > 0 && c.OfLayer() {
		return c.Lab.W.Line(at.From)
	}
	return ""
}
