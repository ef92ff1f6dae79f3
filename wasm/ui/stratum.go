package main

import (
	"strconv"
	"strings"

	"layerlab.dev/core/picture"
	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Stratum is one slab of the stack.
type Stratum struct {
	Part
	V       lab.Stratum
	Stage   int
	Compact bool // of a stage beside the chosen one: a picture only

	S *wire.Step // V.Step, else V.Was, or an empty one
}

// Heights of the place where the build broke off, and of an instruction beyond
// it that was never built, in CSS pixels.
const (
	brokenHeight = 60
	restHeight   = 28
)

// Compute takes the step.
func (c *Stratum) Compute() {
	if c.S = c.V.Step; c.S == nil {
		c.S = c.V.Was
	}
	if c.S == nil {
		c.S = &wire.Step{}
	}
}

// Height is the slab's in CSS pixels.
func (c *Stratum) Height() int {
	switch {
	case c.V.Broken != nil:
		return brokenHeight
	case c.unknown():
		return restHeight
	}
	return lab.Height(c.S)
}

// unknown tells whether nobody knows what the slab would be.
func (c *Stratum) unknown() bool { return c.V.Left && c.V.Was == nil }

func (c *Stratum) hollow() bool {
	return c.V.Broken == nil && !c.unknown() && lab.Hollow(c.S)
}

func (c *Stratum) parts() []picture.Part {
	if c.V.Broken != nil || c.unknown() {
		return nil
	}
	return lab.Parts(c.S)
}

// Class names what the style sheet draws differently.
func (c *Stratum) Class() string {
	return classes(
		"stratum", true,
		"hollow", c.hollow(),
		"base", c.S.Kind == "base",
		"group", c.V.Group > 0,
		"opened", c.V.Opened > 0,
		"broken", c.V.Broken != nil,
		"rest", c.V.Left,
		"below", c.V.Below,
		"lit", c.V.Step != nil && c.Lab.Hover != "" && c.Lab.StandsFor(c.Lab.Hover) == c.S.ID,
	)
}

// Chosen tells whether it is selected.
func (c *Stratum) Chosen() bool {
	s := c.Lab.Chosen()
	return s != nil && c.V.Step != nil && s.ID == c.S.ID
}

func (c *Stratum) role() any {
	if c.Compact {
		return nil
	}
	return "option"
}

func (c *Stratum) id() any {
	switch {
	case c.Compact:
		return nil
	case c.V.Broken != nil:
		return "stratum:broken"
	case c.V.Left:
		return "stratum:left-" + c.V.Key
	}
	return stratumID(c.S.ID)
}

func (c *Stratum) step() any {
	if c.V.Step == nil {
		return nil
	}
	return c.S.ID
}

func (c *Stratum) selected() any {
	if c.Compact {
		return nil
	}
	return word(c.Chosen())
}

func (c *Stratum) disabled() any {
	if c.V.Step != nil || c.Compact {
		return nil
	}
	return "true"
}

func (c *Stratum) draggable() any {
	if c.Compact || c.V.Step == nil {
		return nil
	}
	return word(c.Lab.Movable(c.V.Step))
}

// seams are the heights of the lines between layers that are drawn as one.
func (c *Stratum) seams() []int {
	var out []int
	for i := 1; i < min(c.V.Group, 6); i++ {
		out = append(out, c.Height()*i/min(c.V.Group, 6))
	}
	return out
}

func (c *Stratum) title() string {
	switch {
	case c.V.Broken != nil && c.V.Broken.Text == "":
		return c.Lab.Meta.Dockerfile // it is not there at all
	case c.V.Broken != nil:
		return c.V.Broken.Text
	case c.unknown():
		return c.V.Rest.Text
	case c.V.Group > 0:
		return c.S.Text + ": " + c.Lab.W.Layers(c.V.Group)
	}
	return lab.Title(c.S)
}

// why is the error where the build broke off.
func (c *Stratum) why() string {
	f := c.V.Broken
	if f == nil {
		return ""
	}
	return c.Lab.W.Line(f.StartLine) + ": " + c.Lab.W.Say(f.Error)
}

// Facts is what fits beside the instruction.
func (c *Stratum) Facts() string {
	if !lab.HasLayer(c.S) || c.V.Left {
		return ""
	}
	if lab.Hollow(c.S) {
		return c.Lab.W.EmptyLayer
	}
	return c.Lab.Size(c.S.Size)
}

// Fate counts changes of a kind with its sign, "" where there are none.
func (c *Stratum) Fate(sign string, n int) string {
	if n == 0 || c.V.Left {
		return ""
	}
	return sign + strconv.Itoa(n)
}

// Name is what a screen reader says of the slab.
func (c *Stratum) Name() string {
	s, w := c.S, c.Lab.W
	if f := c.V.Broken; f != nil {
		return w.BrokenAt + ", " + f.Text + ", " + c.why()
	}
	if c.unknown() {
		return w.NotBuilt + ", " + c.title()
	}
	parts := []string{w.NoLayer}
	switch {
	case c.V.Group > 0:
		parts[0] = w.LayersFromTo(c.V.Layer-c.V.Group+1, c.V.Layer)
	case c.V.Layer > 0:
		parts[0] = w.Layer(c.V.Layer)
	}
	parts = append(parts, c.title())
	if c.V.Left {
		return strings.Join(append(parts, w.OfLastBuild), ", ")
	}
	if c.V.Layer > 0 {
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
	if s.Source != "" {
		parts = append(parts, w.TakenFrom(s.Source))
	}
	if state := w.Cache[s.Cache.State]; state != "" {
		parts = append(parts, state)
	}
	switch {
	case c.V.Group > 0:
		parts = append(parts, w.OpenWithArrow)
	case c.V.Opened > 0:
		parts = append(parts, w.CloseWithArrow)
	}
	return strings.Join(parts, ", ")
}

// CacheTitle says where the step's result came from and why.
func (c *Stratum) CacheTitle() string {
	if c.V.Left {
		return c.Lab.W.NotBuilt
	}
	return cacheTitle(c.Lab, c.S)
}

func cacheTitle(l *lab.Lab, s *wire.Step) string {
	t := l.W.Cache[s.Cache.State]
	if !s.Cache.Reason.IsZero() {
		t += ": " + l.W.Reason(s.Cache.Reason)
	}
	return t
}

// CacheIcon is the picture of it: a filled circle, a ring or an arrow. A base
// of several layers has the mark by which it opens and closes.
func (c *Stratum) CacheIcon() string {
	switch {
	case c.V.Broken != nil:
		return "#i-cache-failed"
	case c.V.Left:
		return "#i-cache-none"
	case c.V.Group > 0:
		return "#i-closed"
	case c.V.Opened > 0:
		return "#i-open"
	}
	return cacheIcon(c.S)
}

func cacheIcon(s *wire.Step) string {
	switch s.Cache.State {
	case "built", "hit", "parent":
		return "#i-cache-" + s.Cache.State
	}
	return "#i-cache-none"
}

// Pick chooses the slab and opens the drawer where the inspector is one. A base
// of several layers opens, or closes where it is chosen already.
func (c *Stratum) Pick() {
	if f := c.V.Broken; f != nil {
		c.Lab.GoToLine(f.StartLine)
		return
	}
	if c.V.Left {
		if r := c.V.Rest; r != nil {
			c.Lab.GoToLine(r.StartLine)
		}
		return
	}
	was := c.Chosen()
	c.Lab.Find(c.S.ID)
	switch {
	case c.V.Group > 0 && !c.Compact:
		c.Lab.OpenBase(c.Stage, true)
	case c.V.Opened > 0 && was:
		c.Lab.OpenBase(c.Stage, false)
	}
	c.Lab.ShowStep(c.S.ID)
}

// diffID is that of the slab's layer; several have several.
func (c *Stratum) diffID() string {
	if c.V.Group > 0 && !c.Compact || c.V.Left {
		return ""
	}
	if c.V.Group > 0 {
		return c.S.ChainID
	}
	return c.S.DiffID
}

// tall tells whether both digests fit on two lines.
func (c *Stratum) tall() bool {
	return !c.Compact && !c.V.Left && lab.HasLayer(c.S) && c.Height() >= 28
}

func (c *Stratum) number() string {
	switch {
	case c.V.Layer == 0 || c.V.Left:
		return ""
	case c.V.Group > 0:
		return strconv.Itoa(c.V.Layer-c.V.Group+1) + "–" + strconv.Itoa(c.V.Layer)
	}
	return strconv.Itoa(c.V.Layer)
}

func percent(n int) string { return strconv.Itoa(n) + "%" }
