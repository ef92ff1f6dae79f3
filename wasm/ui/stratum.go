package main

import (
	"strconv"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Stratum is one step of the stack.
type Stratum struct {
	Part
	Step  *wire.Step
	Layer int
}

// Height is the stratum's in CSS pixels.
func (c *Stratum) Height() int { return lab.Height(c.Step) }

// Class names what the style sheet draws differently.
func (c *Stratum) Class() string {
	return classes(
		"stratum", true,
		"hollow", lab.Hollow(c.Step),
		"base", c.Step.Kind == "base",
		"lit", c.Lab.Hover == c.Step.ID,
	)
}

// Chosen tells whether it is selected.
func (c *Stratum) Chosen() bool {
	s := c.Lab.Chosen()
	return s != nil && s.ID == c.Step.ID
}

// Facts is what fits beside the instruction.
func (c *Stratum) Facts() string {
	s, w := c.Step, c.Lab.W
	if !lab.HasLayer(s) {
		return ""
	}
	if lab.Hollow(s) {
		return w.EmptyLayer
	}
	return c.Lab.Size(s.Size)
}

// Fate counts changes of a kind with its sign, "" where there are none.
func (c *Stratum) Fate(sign string, n int) string {
	if n == 0 {
		return ""
	}
	return sign + strconv.Itoa(n)
}

// Name is what a screen reader says of the stratum.
func (c *Stratum) Name() string {
	s, w := c.Step, c.Lab.W
	parts := []string{w.NoLayer}
	if c.Layer > 0 {
		parts[0] = w.Layer(c.Layer)
	}
	parts = append(parts, lab.Title(s))
	if c.Layer > 0 {
		parts = append(parts, c.Facts())
		for _, f := range []struct {
			n    int
			word string
		}{{s.Added, "added"}, {s.Modified, "modified"}, {s.Removed, "removed"}} {
			if f.n > 0 {
				parts = append(parts, strconv.Itoa(f.n)+" "+w.Changed[f.word])
			}
		}
	}
	if s.HiddenBytes > 0 {
		parts = append(parts, w.HiddenBytes(c.Lab.Size(s.HiddenBytes)))
	}
	if s.RemovedBytes > 0 {
		parts = append(parts, w.RemovedBytes(c.Lab.Size(s.RemovedBytes)))
	}
	if state := w.Cache[s.Cache.State]; state != "" {
		parts = append(parts, state)
	}
	return strings.Join(parts, ", ")
}

// CacheTitle says where the step's result came from and why.
func (c *Stratum) CacheTitle() string {
	t := c.Lab.W.Cache[c.Step.Cache.State]
	if !c.Step.Cache.Reason.IsZero() {
		t += ": " + c.Lab.W.Say(c.Step.Cache.Reason)
	}
	return t
}

// CacheIcon is the picture of it: a filled circle, a ring or an arrow.
func (c *Stratum) CacheIcon() string {
	switch c.Step.Cache.State {
	case "built", "hit", "parent":
		return "#i-cache-" + c.Step.Cache.State
	}
	return "#i-cache-none"
}

// Pick chooses the stratum and opens the drawer where the inspector is one.
func (c *Stratum) Pick() {
	c.Lab.Choose(c.Step.ID)
	c.Lab.Drawer = true
}

// tall tells whether both digests fit on two lines.
func (c *Stratum) tall() bool { return lab.HasLayer(c.Step) && c.Height() >= 28 }

func (c *Stratum) number() string {
	if c.Layer == 0 {
		return ""
	}
	return strconv.Itoa(c.Layer)
}

func percent(n int) string { return strconv.Itoa(n) + "%" }
