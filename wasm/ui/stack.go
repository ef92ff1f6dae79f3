package main

import (
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Stack is the core sample: the strata of the shown stage, newest at the top.
type Stack struct {
	Part
	strata []stratumView
}

// stratumView is a step with its place in the stack.
type stratumView struct {
	Step  *wire.Step
	Layer int // number of its layer from 1 at the bottom, 0 where it has none
}

// Compute turns the steps upside down.
func (c *Stack) Compute() {
	c.strata = c.strata[:0]
	st := c.Lab.ShownStage()
	if st == nil {
		return
	}
	n := 0
	for i := range st.Steps {
		v := stratumView{Step: &st.Steps[i]}
		if lab.HasLayer(v.Step) {
			n++
			v.Layer = n
		}
		c.strata = append(c.strata, v)
	}
	for i, j := 0, len(c.strata)-1; i < j; i, j = i+1, j-1 {
		c.strata[i], c.strata[j] = c.strata[j], c.strata[i]
	}
}

// Stages of the image, none where there is only one.
func (c *Stack) Stages() []wire.Stage {
	if c.Lab.Image == nil || len(c.Lab.Image.Stages) < 2 {
		return nil
	}
	return c.Lab.Image.Stages
}

// Images of the last good build, none where there is only one.
func (c *Stack) Images() []wire.Image {
	if b := c.Lab.Built; b != nil && len(b.Images) > 1 {
		return b.Images
	}
	return nil
}

// use shows the image of another Dockerfile, and the file with it.
func (c *Stack) use(path string) {
	c.Lab.UseDockerfile(path)
	c.Lab.Open(path)
}

// StageNote says what is special about a stage.
func (c *Stack) StageNote(i int) string {
	switch img := c.Lab.Image; {
	case i == img.Final:
		return c.Lab.W.FinalStage
	case !img.Stages[i].Used:
		return c.Lab.W.UnusedStage
	}
	return ""
}

// Base tells what the stack stands on.
func (c *Stack) Base() string {
	st := c.Lab.ShownStage()
	if st == nil {
		return ""
	}
	text := c.Lab.W.BaseOf[st.Base.Kind]
	if !st.Base.Note.IsZero() {
		text += ": " + c.Lab.W.Say(st.Base.Note)
	}
	return text
}

// Empty is what stands in the place of a stack that is not there.
func (c *Stack) Empty() string {
	if c.Lab.Built == nil {
		return c.Lab.W.SampleWaiting
	}
	return c.Lab.W.SampleEmpty
}

// Sketch lists the instructions of the chosen Dockerfile, last first, while no
// build has been: outlines without sizes or digests.
func (c *Stack) Sketch() []string {
	f := c.Lab.File(c.Lab.Meta.Dockerfile)
	if c.Lab.Image != nil || c.Lab.Built != nil || f == nil || f.Text == nil {
		return nil
	}
	var out []string
	goesOn := false
	for _, line := range lab.SplitLines(*f.Text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !goesOn {
			out = append([]string{strings.TrimSuffix(line, "\\")}, out...)
		}
		goesOn = strings.HasSuffix(line, "\\")
	}
	return out[:min(len(out), 40)]
}

// Active is the element ID of the chosen stratum.
func (c *Stack) Active() any {
	if s := c.Lab.Chosen(); s != nil {
		return stratumID(s.ID)
	}
	return nil
}

func stratumID(step string) string { return "stratum:" + step }

// last is the index of the newest step, and at that of the chosen one: where
// the slider through time ends and stands.
func (c *Stack) last() int { return len(c.strata) - 1 }

func (c *Stack) at() int { return c.Lab.Moment() }

// now is what a screen reader says of the slider.
func (c *Stack) now() string {
	if s := c.Lab.Chosen(); s != nil {
		return lab.Title(s)
	}
	return ""
}

// Total describes the whole image.
func (c *Stack) Total() string {
	img := c.Lab.Image
	if img == nil {
		return ""
	}
	w := c.Lab.W
	text := w.Layers(lab.LayerCount(&img.Stages[img.Final])) + ", " + c.Lab.Size(img.Size) + " " + w.Uncompressed
	if img.Compressed > 0 {
		text += ", " + c.Lab.Size(img.Compressed) + " " + w.Pulled
	}
	return text
}
