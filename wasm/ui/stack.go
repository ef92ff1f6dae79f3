package main

import (
	"slices"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Stack is the core sample: the strata of the image's stages side by side, the
// newest at the top, with arrows where one took from another.
type Stack struct {
	Part
	columns []lab.Column
}

// Compute takes the stages.
func (c *Stack) Compute() { c.columns = c.Lab.Columns() }

// label is what a screen reader says of the stack.
func (c *Stack) label(col lab.Column) string {
	w := c.Lab.W
	text := w.Sample
	if len(c.columns) > 1 {
		text += ", " + w.StageNamed(col.Stage.Name)
	}
	return text + ". " + w.SampleHint
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
	if i == c.Lab.Drawn().Final {
		return c.Lab.W.FinalStage
	}
	return ""
}

func (c *Stack) unused() string {
	return strings.Join(c.Lab.Unused(), ", ") + ": " + c.Lab.W.UnusedStage
}

// Base tells what a stage stands on.
func (c *Stack) Base(col lab.Column) string {
	b := col.Stage.Base
	if !col.Chosen {
		return b.Name
	}
	text := c.Lab.W.BaseOf[b.Kind]
	if !b.Note.IsZero() {
		text += ": " + c.Lab.W.Say(b.Note)
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

// sketchLine is an instruction while nothing is built of it.
type sketchLine struct {
	Text string
	Torn bool // the build broke off here
}

// Sketch lists the instructions of the chosen Dockerfile, last first, while no
// build has come to any: outlines without sizes or digests.
func (c *Stack) Sketch() []sketchLine {
	f := c.Lab.File(c.Lab.Meta.Dockerfile)
	if c.Lab.Drawn() != nil || f == nil || f.Text == nil {
		return nil
	}
	torn := 0
	if b := c.Lab.Breach(); b != nil {
		torn = b.StartLine
	}
	var out []sketchLine
	goesOn := false
	for i, line := range lab.SplitLines(*f.Text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !goesOn {
			out = append(out, sketchLine{strings.TrimSuffix(line, "\\"), i+1 == torn})
		}
		goesOn = strings.HasSuffix(line, "\\")
	}
	slices.Reverse(out)
	return out[:min(len(out), 40)]
}

func (c *Stack) tornWhy() string {
	if b := c.Lab.Breach(); b != nil {
		return c.Lab.W.Say(b.Error)
	}
	return ""
}

// Active is the element ID of the chosen stratum, nil where it is not drawn.
func (c *Stack) Active() any {
	if s := c.Lab.Chosen(); s != nil && c.Lab.Drawn() != nil && lab.Has(c.Lab.ShownStage(), s.ID) {
		return stratumID(s.ID)
	}
	return nil
}

func stratumID(step string) string { return "stratum:" + step }

// last is the newest moment, and at the chosen one: where the slider through
// time ends and stands.
func (c *Stack) last() int { return c.Lab.Moments() - 1 }

func (c *Stack) at() int { return c.Lab.Moment() }

// now is what a screen reader says of the slider.
func (c *Stack) now() string {
	if s := c.Lab.Chosen(); s != nil {
		return lab.Title(s)
	}
	return ""
}

// failed tells whether the stack is what a failed build made.
func (c *Stack) failed() bool { return c.Lab.Built != nil && !c.Lab.Built.Ok }

// whole tells whether there is an image to name.
func (c *Stack) whole() bool { return c.Lab.Image != nil && !c.failed() }

// Total describes the whole image, or how far a build came.
func (c *Stack) Total() string {
	img, w := c.Lab.Drawn(), c.Lab.W
	if img == nil {
		return ""
	}
	if c.failed() {
		n := 0
		for i := range img.Stages {
			for k := range img.Stages[i].Steps {
				if s := &img.Stages[i].Steps[k]; s.Kind != "base" && lab.HasLayer(s) {
					n++
				}
			}
		}
		text := w.BrokenAfter(n)
		if c.Lab.Image != nil {
			text += ". " + w.LastGood + ": " + c.size(c.Lab.Image)
		}
		return text
	}
	text := c.size(img)
	if c.Lab.Stale {
		text = w.LastGood + ": " + text
	}
	return text
}

// size says how many layers an image has, and how large it is.
func (c *Stack) size(img *wire.Image) string {
	w := c.Lab.W
	text := w.Layers(lab.LayerCount(&img.Stages[img.Final])) + ", " + c.Lab.Size(img.Size) + " " + w.Uncompressed
	if img.Compressed > 0 {
		text += ", " + c.Lab.Size(img.Compressed) + " " + w.Pulled
	}
	return text
}
