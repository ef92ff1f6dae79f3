package main

import (
	"path"
	"slices"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Inspector looks into the chosen stratum and the image.
type Inspector struct{ Part }

type crumb struct{ level, text, title string }

// Crumbs lead from the image to the chosen step and the file that is looked at.
func (c *Inspector) Crumbs() []crumb {
	w := c.Lab.W
	out := []crumb{{"image", w.OfImage, ""}}
	if c.Lab.Image != nil {
		out[0].title = c.Lab.Image.Tag
	}
	if s := c.Lab.Chosen(); s != nil {
		text := s.Keyword
		if n := c.Lab.NumberOf(s.ID); n > 0 {
			text = w.Layer(n)
		}
		out = append(out, crumb{"layer", text, lab.Title(s)})
	}
	if v := c.Lab.View; v != nil {
		out = append(out, crumb{"file", path.Base(v.Path), "/" + v.Path})
	}
	return out
}

// Shows tells whether one of these tabs of the image or a layer is chosen, and
// not a file looked at.
func (c *Inspector) Shows(tabs ...string) bool {
	return c.Lab.View == nil && slices.Contains(tabs, c.Lab.Tab)
}

// OfLayer tells whether the chosen step is looked at.
func (c *Inspector) OfLayer() bool { return c.Lab.Level() != "image" }

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
	if name == c.Lab.ShownTab() {
		return "0"
	}
	return "-1"
}

// List is the list of the chosen tab, or nil.
func (c *Inspector) List() *lab.List {
	if c.Lab.Chosen() == nil {
		return nil
	}
	return c.Lab.Lists[c.Lab.Tab]
}

// nothing says why there is nothing to look into.
func (c *Inspector) nothing() string {
	if c.Lab.Built != nil {
		return c.Lab.W.NothingBuilt
	}
	return c.Lab.W.Choose
}

// empty tells whether there is nothing to look into: no image, or no step.
func (c *Inspector) empty() bool {
	if c.Lab.View != nil || c.Shows("lesson") {
		return false
	}
	if c.OfLayer() {
		return c.Lab.Chosen() == nil
	}
	return c.Lab.Image == nil
}

// lists tells whether a long list is to be shown.
func (c *Inspector) lists() bool {
	return c.List() != nil && c.Lab.View == nil && (c.hasLayer() || c.Shows("files"))
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
