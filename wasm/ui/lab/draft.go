package lab

import (
	"strconv"

	"layerlab.dev/wasm/wire"
)

// draft is how the stack is drawn while the last build has failed: of what it
// made, and of what the file has beside that.
type draft struct {
	image  *wire.Image   // wire.Built.Draft
	breach *wire.Failure // where it broke off; nil where no line of the file did
	rest   [][]rest      // by stage, in the order of the file
}

// rest is an instruction that the build left, what the last good build had in
// the place of one, or the place where the build broke off.
type rest struct {
	*wire.Rest      // nil where the file has no such instruction any more
	torn       bool // it is that place
	below      bool // it stands before that place: nothing at all was built
	// was are the steps of the last good build that say the same, and layer the
	// number of their topmost layer there. They are how the slab looked until
	// now, so that nothing jumps while a line is half typed.
	was   []wire.Step
	layer int
}

// failed tells whether the last build gave no image.
func (l *Lab) failed() bool { return l.Built != nil && !l.Built.Ok }

// Drawn is what the stack is drawn of: the image, or what the last build made
// before it failed. It is nil where there are outlines at most.
func (l *Lab) Drawn() *wire.Image {
	if l.failed() {
		return l.draft.image
	}
	return l.Image
}

// Breach is where the last build broke off: the step that failed, or the line
// of the file that cannot be read. It is nil where the build did not fail, or
// elsewhere.
func (l *Lab) Breach() *wire.Failure {
	if l.failed() {
		return l.draft.breach
	}
	return nil
}

// take takes over how far a failed build came.
func (d *draft) take(l *Lab, b *wire.Built) {
	*d = draft{image: b.Draft, breach: l.breach(b)}
	if d.image == nil {
		return
	}
	for i := range d.image.Stages {
		st := &d.image.Stages[i]
		before := stageLike(l.Image, i, st.Name)
		// What is gone from the file is shown for as long as all below it is what
		// it was: above another ground it has no place.
		alike := true
		for k := range st.Steps {
			alike = before.pass(st.Steps[k].Text) && alike
		}
		var torn *wire.Failure
		if f := d.breach; f != nil && f.Stage == i {
			torn = f
			before.pass(f.Text)
		}
		var list []rest
		placed := torn == nil
		for k := range st.Rest {
			r := rest{Rest: &st.Rest[k]}
			if !placed && r.EndLine >= torn.StartLine {
				list, placed = append(list, rest{torn: true}), true
			}
			if torn != nil && r.StartLine <= torn.EndLine && r.EndLine >= torn.StartLine {
				continue // it is the place
			}
			gone, was, layer := before.next(r.Text)
			if placed && alike {
				list = append(list, gone...)
			}
			alike = alike && len(was) > 0
			r.was, r.layer, r.below = was, layer, !placed
			list = append(list, r)
		}
		if !placed {
			list = append(list, rest{torn: true})
		}
		if len(st.Rest) > 0 && alike {
			list = append(list, before.gone(before.end())...)
		}
		d.rest = append(d.rest, list)
	}
}

// breach finds where a build broke off.
func (l *Lab) breach(b *wire.Built) *wire.Failure {
	if b.Failure != nil {
		return b.Failure
	}
	for _, d := range b.Diagnostics {
		if d.Severity != "error" || d.File != l.Meta.Dockerfile {
			continue
		}
		f := &wire.Failure{Text: l.lines(d.StartLine, d.EndLine), StartLine: d.StartLine, EndLine: max(d.StartLine, d.EndLine), Error: d.Text, Advice: d.Detail}
		if b.Draft != nil {
			for i, st := range b.Draft.Stages {
				if st.Line <= d.StartLine {
					f.Stage = i
				}
			}
		}
		return f
	}
	return nil
}

// former is a step of the last good build while the last one has failed; nil
// where there is none of that ID.
func (l *Lab) former(id string) *wire.Step {
	if st, _ := l.formerStage(id); st != nil {
		for k := range st.Steps {
			if s := &st.Steps[k]; s.ID == id {
				return s
			}
		}
	}
	return nil
}

func (l *Lab) formerStage(id string) (*wire.Stage, *wire.Image) {
	if !l.failed() || l.Image == nil || id == "" {
		return nil, nil
	}
	for i := range l.Image.Stages {
		for k := range l.Image.Stages[i].Steps {
			if l.Image.Stages[i].Steps[k].ID == id {
				return &l.Image.Stages[i], l.Image
			}
		}
	}
	return nil, nil
}

// OfLastGood tells whether what is looked into is of the last good build, and not of
// the files as they are: the image, or the chosen step.
func (l *Lab) OfLastGood() bool {
	if !l.failed() || l.Image == nil {
		return false
	}
	if l.Level() == "image" {
		return l.Tab != "lesson"
	}
	s := l.Chosen()
	return s != nil && l.step(s.ID) == nil
}

// StageOf is the stage that a step looked into is in, with its image where that
// is there.
func (l *Lab) StageOf(id string) (*wire.Stage, *wire.Image) {
	if l.step(id) == nil {
		if st, img := l.formerStage(id); st != nil {
			return st, img
		}
	}
	if l.failed() {
		return l.ShownStage(), nil
	}
	return l.ShownStage(), l.Image
}

// earlier walks through the steps of a stage of the build before.
type earlier struct {
	*wire.Stage
	at int
}

// stageLike is the stage of an image that has a name, or a place where it has
// none; one without steps where there is none.
func stageLike(img *wire.Image, i int, name string) *earlier {
	if img == nil {
		return &earlier{Stage: &wire.Stage{}}
	}
	for k := range img.Stages {
		if named := name != strconv.Itoa(i); named && img.Stages[k].Name == name || !named && k == i {
			return &earlier{Stage: &img.Stages[k]}
		}
	}
	return &earlier{Stage: &wire.Stage{}}
}

// find gives the next steps that say a text, several where they are the layers
// of a base; both are at the end where there are none.
func (e *earlier) find(text string) (from, to int) {
	for i := e.at; i < len(e.Steps); i++ {
		if e.Steps[i].Text != text {
			continue
		}
		for to = i + 1; e.Steps[i].Kind == "base" && to < len(e.Steps) && e.Steps[to].Kind == "base"; to++ {
		}
		return i, to
	}
	return e.end(), e.end()
}

func (e *earlier) end() int { return len(e.Steps) }

// pass goes behind the steps that say a text, and tells whether there are some,
// be it that it stands behind them already: the layers of a base are many.
func (e *earlier) pass(text string) bool {
	if from, to := e.find(text); from < to {
		e.at = to
		return true
	}
	return e.at > 0 && e.Steps[e.at-1].Kind == "base" && e.Steps[e.at-1].Text == text
}

// next gives the steps that say a text, with the number of their layer, and
// those before them that are in the file no more.
func (e *earlier) next(text string) (gone []rest, was []wire.Step, layer int) {
	from, to := e.find(text)
	if from == to {
		return nil, nil, 0
	}
	gone, e.at = e.gone(from), to
	return gone, e.Steps[from:to], LayerNumber(e.Stage, e.Steps[to-1].ID)
}

// gone are the instructions up to a step that the file has no more. Another base
// is none of them.
func (e *earlier) gone(to int) []rest {
	var out []rest
	for ; e.at < to; e.at++ {
		if s := e.Steps[e.at]; s.Kind != "base" {
			out = append(out, rest{was: e.Steps[e.at : e.at+1], layer: LayerNumber(e.Stage, s.ID)})
		}
	}
	return out
}
