package main

import (
	"fmt"
	"strings"

	"layerlab.dev/wasm/wire"
)

// Waste shows what of the image's bytes is of no use, and what should not be in
// it.
type Waste struct{ Part }

// few is how much of a list is shown before it is unfolded.
const few = 5

func (c *Waste) waste() *wire.Waste { return &c.Lab.Weights.Waste.Value }

// State says why there is nothing to see, "" where there is.
func (c *Waste) State() string {
	switch a := &c.Lab.Weights.Waste; {
	case a.Failure != "":
		return a.Failure
	case !a.Loaded:
		return c.Lab.W.LoadingRows
	}
	return ""
}

func (c *Waste) wasted() int64 { return c.waste().Hidden + c.waste().Copies }

func (c *Waste) ofAll() string {
	w := c.waste()
	return c.Lab.W.WastedOf(c.Lab.Size(w.Size), percentOf(c.wasted(), w.Size))
}

func percentOf(part, whole int64) string {
	if whole == 0 {
		return "0%"
	}
	return fmt.Sprintf("%.1f%%", float64(part)*100/float64(whole))
}

type sharePart struct{ fate, x, width, text string }

// share divides the image's bytes into those of use, hidden ones and copies.
func (c *Waste) share() []sharePart {
	w := c.waste()
	var out []sharePart
	x := 0.0
	for _, p := range []struct {
		fate, name string
		bytes      int64
	}{
		{"added", c.Lab.W.Useful, w.Size - w.Hidden - w.Copies}, {"hidden", c.Lab.W.HiddenPart, w.Hidden}, {"modified", c.Lab.W.CopiesPart, w.Copies},
	} {
		if p.bytes <= 0 {
			continue
		}
		width := max(float64(p.bytes)*100/float64(w.Size), 1)
		out = append(out, sharePart{p.fate, fmt.Sprintf("%.2f%%", x), fmt.Sprintf("%.2f%%", width), p.name + " " + c.Lab.Size(p.bytes)})
		x += width
	}
	return out
}

func (c *Waste) shareText() string {
	var texts []string
	for _, p := range c.share() {
		texts = append(texts, p.text)
	}
	return strings.Join(texts, ", ")
}

func (c *Waste) lost() []wire.WasteFile { return firstOf(c.waste().Lost, c.Lab.Weights.Opened["lost"]) }

func (c *Waste) same() []wire.WasteCopies {
	return firstOf(c.waste().Same, c.Lab.Weights.Opened["same"])
}

// firstOf is a list, or its beginning as long as it is not unfolded.
func firstOf[T any](list []T, unfolded bool) []T {
	if unfolded {
		return list
	}
	return list[:min(len(list), few)]
}

func (c *Waste) more(what string, n int) string {
	if c.Lab.Weights.Opened[what] {
		return c.Lab.W.ShowFewer
	}
	return c.Lab.W.ShowAll(n)
}

func (c *Waste) how(f wire.WasteFile) string {
	return c.Lab.W.LostHow(layerNumber(c.Lab, f.Step), layerNumber(c.Lab, f.By), f.Removed)
}

func (c *Waste) hiddenNote() string {
	w := c.waste()
	if w.HiddenCount == 0 {
		return c.Lab.W.NothingHidden
	}
	return c.Lab.W.HiddenHow(w.HiddenCount, c.Lab.Size(w.Hidden))
}

func (c *Waste) copiesNote() string {
	w := c.waste()
	if w.CopiesCount == 0 {
		return c.Lab.W.NoCopies
	}
	return c.Lab.W.CopiesHow(c.Lab.Size(w.Copies))
}

func (c *Waste) paths(f wire.WasteCopies) string {
	text := strings.Join(f.Paths[:min(len(f.Paths), 6)], "\n")
	if f.Count > 6 {
		text += fmt.Sprintf("\n+%d", f.Count-6)
	}
	return text
}

func (c *Waste) secrets() []wire.WasteSecret {
	return c.waste().Secrets[:min(len(c.waste().Secrets), 50)]
}

func (c *Waste) settings() []wire.WasteSetting {
	return c.waste().Settings[:min(len(c.waste().Settings), 50)]
}

func (c *Waste) secretsNote() string {
	if w := c.waste(); len(w.Secrets)+len(w.Settings) > 0 {
		return c.Lab.W.SecretsHow
	}
	return c.Lab.W.NoSecrets
}

func (c *Waste) secretHow(s wire.WasteSecret) string {
	w := c.Lab.W
	text := w.SecretRule[s.Rule] + ", " + w.InLayer(layerNumber(c.Lab, s.Step))
	switch {
	case s.By == "":
		return text + ", " + w.StillSeen
	case s.Removed:
		return text + ", " + w.GoneBy(layerNumber(c.Lab, s.By)) + ". " + w.StillThere
	}
	return text + ", " + w.ReplacedBy(layerNumber(c.Lab, s.By)) + ". " + w.StillThere
}

func (c *Waste) secretKey(kind string, i int) string { return fmt.Sprint(kind, " ", i) }

func (c *Waste) open(kind string, i int) bool { return c.Lab.Weights.Opened[c.secretKey(kind, i)] }

func (c *Waste) score() string { return percentOf(c.minimum(), c.discovered()) }

func (c *Waste) minimum() int64 {
	if c.waste().Discovered == 0 {
		return 1
	}
	return c.waste().Minimum
}

func (c *Waste) discovered() int64 { return max(c.waste().Discovered, 1) }

func (c *Waste) formula() string {
	return c.Lab.W.EfficiencyFormula(c.Lab.Size(c.waste().Minimum), c.Lab.Size(c.waste().Discovered))
}
