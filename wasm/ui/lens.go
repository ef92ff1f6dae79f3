package main

import (
	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Lens says in words what the slab under the pointer or the focus is, or else
// the chosen one: where it came from and why, and what is in it.
type Lens struct {
	Part
	v  lab.Stratum
	s  *wire.Step
	ok bool
}

// Compute finds the slab.
func (c *Lens) Compute() {
	c.v, _, c.ok = c.Lab.LookedAt()
	c.s = c.v.Step
	if !c.ok {
		c.s = &wire.Step{}
	}
}

func (c *Lens) icon() string {
	if c.v.Group > 0 {
		return "#i-cache-none"
	}
	return cacheIcon(c.s)
}

func (c *Lens) name() string {
	w := c.Lab.W
	switch {
	case !c.ok && c.Lab.Drawn() != nil && c.Lab.Breach() != nil:
		return w.BrokenAt
	case !c.ok && c.Lab.Built != nil:
		return w.NothingBuilt
	case !c.ok:
		return w.SampleWaiting
	case c.v.Group > 0:
		return w.LayersFromTo(c.v.Layer-c.v.Group+1, c.v.Layer)
	case c.v.Layer > 0:
		return w.Layer(c.v.Layer)
	}
	return w.NoLayer
}

func (c *Lens) title() string {
	switch {
	case c.v.Group > 0:
		return c.s.Text
	case !c.ok && c.Lab.Drawn() != nil && c.Lab.Breach() != nil:
		return c.Lab.Breach().Text
	}
	return lab.Title(c.s)
}

func (c *Lens) took() string {
	if c.s.Micros == 0 {
		return ""
	}
	return c.Lab.W.Took(c.s.Micros)
}

// failed tells whether what is looked at is not of the files as they are.
func (c *Lens) failed() bool { return c.breach() != "" }

// breach is why there is no build at all, "" where there is one.
func (c *Lens) breach() string {
	if c.ok || c.Lab.Built == nil {
		return ""
	}
	f := c.Lab.Breach()
	if f == nil {
		return c.Lab.W.SampleEmpty
	}
	return c.Lab.W.Say(f.Error)
}

// why is where the result came from and why.
func (c *Lens) why() string {
	w := c.Lab.W
	switch {
	case !c.ok && c.Lab.Built != nil:
		return c.breach()
	case !c.ok:
		return w.LensHint
	case c.s.Kind == "base":
		return w.OfBase
	case c.s.Kind == "meta":
		return w.ConfigOnly
	}
	return cacheTitle(c.Lab, c.s)
}

type lensFact struct{ kind, sign, text string }

// facts are what the layer does, each with its sign.
func (c *Lens) facts() []lensFact {
	w, s := c.Lab.W, c.s
	if !lab.HasLayer(s) {
		return nil
	}
	var out []lensFact
	add := func(kind, sign string, n int, bytes int64) {
		if n > 0 {
			out = append(out, lensFact{kind, sign, w.CountOf(n, w.Changed[kind], c.Lab.Size(bytes))})
		}
	}
	add("added", "+", s.Added, s.AddedBytes)
	add("modified", "~", s.Modified, s.ModifiedBytes)
	if s.Removed > 0 {
		out = append(out, lensFact{"removed", "−", w.CountOf(s.Removed, w.Changed["removed"], "")})
	}
	if s.RemovedBytes > 0 {
		out = append(out, lensFact{"other", "", w.RemovedBytes(c.Lab.Size(s.RemovedBytes))})
	}
	if s.HiddenBytes > 0 {
		out = append(out, lensFact{"other", "", w.HiddenBytes(c.Lab.Size(s.HiddenBytes))})
	}
	if lab.Hollow(s) {
		out = append(out, lensFact{"other", "", w.EmptyLayer})
	}
	if s.TarSize > 0 {
		text := w.TarBytes + " " + c.Lab.Size(s.TarSize)
		if s.Compressed > 0 {
			text += ", " + w.Pulled + " " + c.Lab.Size(s.Compressed)
		}
		out = append(out, lensFact{"other", "", text})
	}
	return out
}
