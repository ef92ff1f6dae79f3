package lab

import (
	"fmt"
	"slices"
	"strings"

	"layerlab.dev/wasm/wire"
)

// Stratum is a slab of the picture: a step, the layers of a base drawn as one,
// the step at which the last build broke off, or one that it left.
type Stratum struct {
	Key    string        // the same as long as the slab has the same place above the bottom
	Step   *wire.Step    // of layers drawn as one: their sum, with the ID of the topmost
	Layer  int           // number of its layer from 1 at the bottom, 0 where it has none
	Group  int           // how many layers are drawn as one; 0: it is a step
	Opened int           // of the topmost layer of a base that was opened: how many there are
	Broken *wire.Failure // the build broke off here; Step is nil
	// Left says that it was not carried out; Step is nil. Rest is the instruction,
	// nil where the file has it no more, and Was how the last good build had it,
	// nil where it had none. Below says that it stands before the place where the
	// build broke off.
	Left  bool
	Rest  *wire.Rest
	Was   *wire.Step
	Below bool
}

// Column is a stage of the image as it is drawn.
type Column struct {
	Index  int
	Stage  *wire.Stage
	Chosen bool
	Strata []Stratum // newest first
}

// Columns are the stages that the image is made of, in the order of the file.
func (l *Lab) Columns() []Column {
	img := l.Drawn()
	if img == nil {
		return nil
	}
	var out []Column
	for i := range img.Stages {
		c := Column{Index: i, Stage: &img.Stages[i], Chosen: i == l.StageIndex(), Strata: l.strata(i)}
		if len(c.Strata) == 0 && !c.Chosen {
			continue
		}
		slices.Reverse(c.Strata)
		out = append(out, c)
	}
	return out
}

// Unused are the names of the stages that the image does not need.
func (l *Lab) Unused() []string {
	var out []string
	if img := l.Drawn(); img != nil {
		for i := range img.Stages {
			if !img.Stages[i].Used {
				out = append(out, img.Stages[i].Name)
			}
		}
	}
	return out
}

// baseLayers counts the layers of a stage's base.
func baseLayers(st *wire.Stage) int {
	n := 0
	for n < len(st.Steps) && st.Steps[n].Kind == "base" {
		n++
	}
	return n
}

func (l *Lab) baseKey(stage int) string { return fmt.Sprint(l.Meta.Dockerfile, "\x00", stage) }

// grouped tells whether the layers of a stage's base are drawn as one.
func (l *Lab) grouped(stage int) bool {
	return baseLayers(&l.Drawn().Stages[stage]) > 1 && !l.opened[l.baseKey(stage)]
}

// OpenBase draws the layers of a stage's base one by one, or as one again.
func (l *Lab) OpenBase(stage int, open bool) {
	img := l.Drawn()
	if img == nil || stage < 0 || stage >= len(img.Stages) {
		return
	}
	l.opened[l.baseKey(stage)] = open
	st := &img.Stages[stage]
	if n := baseLayers(st); !open && n > 1 && stage == l.StageIndex() && l.chosen.ordinal < n {
		l.Choose(st.Steps[n-1].ID)
	}
}

// OpenChosen opens or closes the base where the choice is in it.
func (l *Lab) OpenChosen(open bool) {
	if s := l.Chosen(); s != nil && s.Kind == "base" {
		l.OpenBase(l.StageIndex(), open)
	}
}

// strata are the slabs of a stage, bottom first.
func (l *Lab) strata(stage int) []Stratum {
	st := &l.Drawn().Stages[stage]
	base := baseLayers(st)
	var out []Stratum
	layer := 0
	for i := range st.Steps {
		v := Stratum{Key: fmt.Sprintf("%d:%d", stage, i), Step: &st.Steps[i]}
		if HasLayer(v.Step) {
			layer++
			v.Layer = layer
		}
		switch {
		case i < base && l.grouped(stage):
			if i < base-1 {
				continue
			}
			v.Step, v.Group = sum(st.Steps[:base]), base
		case i == base-1 && base > 1:
			v.Opened = base
		}
		out = append(out, v)
	}
	if l.failed() && stage < len(l.draft.rest) {
		out = append(out, l.restOf(stage, len(st.Steps))...)
	}
	return out
}

// restOf are the slabs above the first n steps of a stage whose build broke off
// or was not begun.
func (l *Lab) restOf(stage, n int) []Stratum {
	var out []Stratum
	for _, r := range l.draft.rest[stage] {
		if r.torn {
			out = append(out, Stratum{Key: fmt.Sprintf("%d:broken", stage), Broken: l.draft.breach})
			continue
		}
		n += max(len(r.was), 1) // the place that it had
		v := Stratum{Key: fmt.Sprintf("%d:%d", stage, n-1), Left: true, Rest: r.Rest, Below: r.below, Layer: r.layer}
		switch len(r.was) {
		case 0:
		case 1:
			v.Was = &r.was[0]
		default:
			v.Was = sum(r.was)
		}
		out = append(out, v)
	}
	return out
}

// lines are lines of the chosen Dockerfile, joined.
func (l *Lab) lines(from, to int) string {
	f := l.File(l.Meta.Dockerfile)
	if f == nil || f.Text == nil {
		return ""
	}
	all := SplitLines(*f.Text)
	from, to = max(from-1, 0), min(to, len(all))
	if from >= to {
		return ""
	}
	return strings.TrimSpace(strings.Join(all[from:to], " "))
}

// sum is several layers as one, under the ID of the topmost.
func sum(steps []wire.Step) *wire.Step {
	s := steps[len(steps)-1]
	s.CreatedBy = ""
	for i := range steps[:len(steps)-1] {
		b := &steps[i]
		s.Size += b.Size
		s.TarSize += b.TarSize
		s.Compressed += b.Compressed
		s.Entries += b.Entries
		s.Added += b.Added
		s.Modified += b.Modified
		s.Removed += b.Removed
		s.AddedBytes += b.AddedBytes
		s.ModifiedBytes += b.ModifiedBytes
		s.HiddenBytes += b.HiddenBytes
		s.RemovedBytes += b.RemovedBytes
		s.Empty = s.Empty && b.Empty
	}
	return &s
}

// From is the ID of the step from which an arrow leads to a step: the one that
// made what a COPY took from a stage, or the top of the stage that a base is.
func (l *Lab) From(stage int, v Stratum) string {
	if v.Step == nil {
		return ""
	}
	if v.Step.SourceStep != "" {
		return l.StandsFor(v.Step.SourceStep)
	}
	img := l.Drawn()
	st := &img.Stages[stage]
	bottom := v.Group > 0 || v.Step.Kind == "base" && v.Layer == 1
	if !bottom || st.Base.Kind != "stage" {
		return ""
	}
	for i := range img.Stages[:stage] {
		from := &img.Stages[i]
		if from.Name != st.Base.Name {
			continue
		}
		for k := len(from.Steps) - 1; k >= 0; k-- {
			if HasLayer(&from.Steps[k]) {
				return l.StandsFor(from.Steps[k].ID)
			}
		}
	}
	return ""
}

// StandsFor is the ID of the slab in which a step is drawn.
func (l *Lab) StandsFor(id string) string {
	img := l.Drawn()
	if img == nil {
		return id
	}
	for i := range img.Stages {
		st := &img.Stages[i]
		base := baseLayers(st)
		for k := range st.Steps {
			if st.Steps[k].ID != id {
				continue
			}
			if k < base && l.grouped(i) {
				return st.Steps[base-1].ID
			}
			return id
		}
	}
	return id
}

// LookedAt is the slab that is looked at: under the pointer or the focus, else
// the chosen one.
func (l *Lab) LookedAt() (v Stratum, stage int, ok bool) {
	img := l.Drawn()
	if img == nil {
		return v, 0, false
	}
	for _, id := range []string{l.Hover, l.chosen.id} {
		if id == "" {
			continue
		}
		id = l.StandsFor(id)
		for i := range img.Stages {
			for _, s := range l.strata(i) {
				if s.Step != nil && s.Step.ID == id {
					return s, i, true
				}
			}
		}
	}
	return v, 0, false
}
