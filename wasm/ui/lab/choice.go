package lab

import (
	"slices"

	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// mark remembers a chosen step so that it is found again after a build gave
// the steps other IDs.
type mark struct {
	id, text string
	ordinal  int
}

// Size writes a count of bytes.
func (l *Lab) Size(n int64) string { return words.Size(n) }

// ShownStage is the stage whose stack is on screen, nil where there is none.
func (l *Lab) ShownStage() *wire.Stage {
	i := l.StageIndex()
	if img := l.Drawn(); img != nil && i >= 0 && i < len(img.Stages) {
		return &img.Stages[i]
	}
	return nil
}

// StageIndex is the index of ShownStage.
func (l *Lab) StageIndex() int {
	img := l.Drawn()
	if img == nil {
		return -1
	}
	if l.Stage < 0 || l.Stage >= len(img.Stages) {
		return img.Final
	}
	return l.Stage
}

// Chosen is the chosen step, nil where there is none. While the last build has
// failed it stays one of the last good build where the failed one did not come
// to it: what is looked into does not go away with every key.
func (l *Lab) Chosen() *wire.Step {
	if s := l.step(l.chosen.id); s != nil {
		return s
	}
	return l.former(l.chosen.id)
}

func (l *Lab) step(id string) *wire.Step {
	st := l.ShownStage()
	if st == nil || id == "" {
		return nil
	}
	for i := range st.Steps {
		if st.Steps[i].ID == id {
			return &st.Steps[i]
		}
	}
	return nil
}

// Has tells whether a stage has a step.
func Has(st *wire.Stage, id string) bool {
	return st != nil && slices.ContainsFunc(st.Steps, func(s wire.Step) bool { return s.ID == id })
}

// LayerNumber counts the layers of a stage up to a step, from 1 at the
// bottom; 0 where the step has no layer.
func LayerNumber(st *wire.Stage, id string) int {
	n := 0
	for i := range st.Steps {
		if HasLayer(&st.Steps[i]) {
			n++
		}
		if st.Steps[i].ID == id {
			if HasLayer(&st.Steps[i]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// LayerCount is the number of layers of a stage.
func LayerCount(st *wire.Stage) int {
	n := 0
	if st != nil {
		for i := range st.Steps {
			if HasLayer(&st.Steps[i]) {
				n++
			}
		}
	}
	return n
}

// HasLayer tells whether a step made a layer, be it an empty one.
func HasLayer(s *wire.Step) bool { return s.DiffID != "" }

// Choose selects a step of the shown stage. A layer inside a base that is drawn
// as one opens the base.
func (l *Lab) Choose(id string) {
	st := l.ShownStage()
	if st == nil {
		return
	}
	if s := l.former(id); s != nil && l.step(id) == nil {
		if l.chosen.id != id {
			l.View = nil
		}
		l.chosen = mark{id: id, text: s.Text, ordinal: len(st.Steps)}
		return
	}
	for i := range st.Steps {
		if st.Steps[i].ID == id {
			if l.chosen.id != id {
				l.View = nil
			}
			l.chosen = mark{id: id, text: st.Steps[i].Text, ordinal: i}
			if i < baseLayers(st)-1 && l.grouped(l.StageIndex()) {
				l.opened[l.baseKey(l.StageIndex())] = true
			}
			return
		}
	}
}

// moments are the steps of the shown stage that are drawn, bottom first.
func (l *Lab) moments() []*wire.Step {
	var out []*wire.Step
	if l.ShownStage() != nil {
		for _, v := range l.strata(l.StageIndex()) {
			if v.Step != nil {
				out = append(out, v.Step)
			}
		}
	}
	return out
}

// Step moves the choice by so many strata upwards, or to an end.
func (l *Lab) Step(by int) {
	if all := l.moments(); len(all) > 0 {
		l.Choose(all[min(max(l.Moment()+by, 0), len(all)-1)].ID)
	}
}

// Moment is the place of the chosen step among those that are drawn, from 0 at
// the bottom, and Moments how many there are.
func (l *Lab) Moment() int {
	for i, s := range l.moments() {
		if s.ID == l.chosen.id {
			return i
		}
	}
	return 0
}

// Moments: see Moment.
func (l *Lab) Moments() int { return len(l.moments()) }

// Travel chooses the step of a moment and shows the files as they are after it.
func (l *Lab) Travel(to int) {
	l.Step(to - l.Moment())
	l.SetTab("files")
}

// rechoose finds the chosen step again in a new build: the same step, else
// the nearest one of the same text, else the one at the same height. At first
// it chooses the newest step that put something into the image.
func (l *Lab) rechoose() {
	st := l.ShownStage()
	if st == nil || len(st.Steps) == 0 {
		if !l.failed() { // then it stays, for the next build
			l.chosen = mark{}
		}
		return
	}
	if l.chosen.id == "" {
		i := len(st.Steps) - 1
		for i > 0 && st.Steps[i].Entries == 0 {
			i--
		}
		l.Choose(st.Steps[i].ID)
		return
	}
	if l.step(l.chosen.id) != nil {
		l.Choose(l.chosen.id)
		return
	}
	best, far := min(l.chosen.ordinal, len(st.Steps)-1), len(st.Steps)+1
	for i := range st.Steps {
		d := max(i-l.chosen.ordinal, l.chosen.ordinal-i)
		if st.Steps[i].Text == l.chosen.text && d < far {
			best, far = i, d
		}
	}
	if l.failed() && far > len(st.Steps) {
		return // nothing that was made is like it
	}
	if l.grouped(l.StageIndex()) {
		best = max(best, baseLayers(st)-1)
	}
	l.Choose(st.Steps[best].ID)
}

// ChooseStage shows the stack of another stage.
func (l *Lab) ChooseStage(i int) {
	if img := l.Drawn(); img == nil || i < 0 || i >= len(img.Stages) || i == l.StageIndex() {
		return
	}
	l.Stage, l.chosen, l.Hover = i, mark{}, ""
	l.rechoose()
}

// linked tells whether the lines of the editor are those of the stack.
func (l *Lab) linked() bool {
	img := l.Drawn()
	return img != nil && (l.failed() || !l.Stale) && l.Meta.Open == img.Dockerfile
}

// stepAt finds the step of a line, in the shown stage first.
func (l *Lab) stepAt(line int) (stage int, id string) {
	if line == 0 || !l.linked() {
		return -1, ""
	}
	find := func(st *wire.Stage) string {
		for i := range st.Steps {
			if s := &st.Steps[i]; s.StartLine > 0 && s.StartLine <= line && line <= s.EndLine {
				return s.ID
			}
		}
		return ""
	}
	shown := l.StageIndex()
	if st := l.ShownStage(); st != nil {
		if id := find(st); id != "" {
			return shown, id
		}
	}
	img := l.Drawn()
	for i := range img.Stages {
		if id := find(&img.Stages[i]); id != "" {
			return i, id
		}
	}
	return l.baseAt(line)
}

// Caret chooses the step of the line that the caret is on.
func (l *Lab) Caret(path string, line int) {
	if path != l.Meta.Open {
		return
	}
	stage, id := l.stepAt(line)
	if id == "" {
		return
	}
	if stage != l.StageIndex() {
		l.Stage = stage
	}
	l.Choose(id)
}

// Point lights the step of the line under the pointer; 0: of none.
func (l *Lab) Point(line int) {
	_, l.Hover = l.stepAt(line)
}

// Lit lights a step; "": none.
func (l *Lab) Lit(id string) { l.Hover = id }

// GoTo moves the editor to the line of a step.
func (l *Lab) GoTo(id string) {
	if at := l.LinesOf(l.step(id)); at.From > 0 {
		l.Open(l.Drawn().Dockerfile)
		l.host.Goto(at.From, 0)
	}
}

// Find chooses a step in whatever stage it is.
func (l *Lab) Find(id string) {
	if i, s := l.anyStep(id); s != nil {
		l.ChooseStage(i)
		l.Choose(id)
	}
}

// anyStep is a step of whatever stage, with that; nil where there is none.
func (l *Lab) anyStep(id string) (stage int, s *wire.Step) {
	if img := l.Drawn(); img != nil && id != "" {
		for i := range img.Stages {
			for k := range img.Stages[i].Steps {
				if s := &img.Stages[i].Steps[k]; s.ID == id {
					return i, s
				}
			}
		}
	}
	return -1, nil
}

// GoToLine moves the editor to a line of the chosen Dockerfile.
func (l *Lab) GoToLine(line int) {
	l.Open(l.Meta.Dockerfile)
	l.Pane = "editor"
	l.host.Goto(line, 0)
}

// light tells the editor which lines are chosen and lit.
func (l *Lab) light() {
	lines := func(id string) Lines {
		if !l.linked() {
			return Lines{}
		}
		_, s := l.anyStep(id)
		return l.LinesOf(s)
	}
	lit := lines(l.Hover)
	if c := l.traced(); lit.From == 0 && c != nil && l.linked() {
		lit = Lines{c.StartLine, c.EndLine}
	}
	l.host.Light(lines(l.chosen.id), lit)
}

// mark gives the editor the diagnostics of the open file.
func (l *Lab) mark() {
	of := []Mark{}
	if l.Built != nil {
		for i, d := range l.Built.Diagnostics {
			if d.File == l.Meta.Open {
				of = append(of, Mark{
					Fixes:    l.markFixes(i, d),
					Severity: d.Severity, Rule: d.Rule, URL: d.URL, Text: l.W.Say(d.Text), Detail: l.W.Say(d.Detail),
					StartLine: d.StartLine, StartColumn: d.StartColumn, EndLine: d.EndLine, EndColumn: d.EndColumn,
				})
			}
		}
	}
	l.host.Marks(l.Meta.Open, of)
}

// Diagnostics are the last build's.
func (l *Lab) Diagnostics() []wire.Diagnostic {
	if l.Built == nil {
		return nil
	}
	return l.Built.Diagnostics
}

// Errors counts the diagnostics that are errors.
func (l *Lab) Errors() int {
	n := 0
	for _, d := range l.Diagnostics() {
		if d.Severity == "error" {
			n++
		}
	}
	return n
}

// GoToProblem opens the place of a diagnostic.
func (l *Lab) GoToProblem(i int) {
	if d := l.Diagnostics(); i >= 0 && i < len(d) {
		l.Open(d[i].File)
		l.Pane = "editor"
		l.host.Goto(d[i].StartLine, d[i].StartColumn)
	}
}

func (l *Lab) markFixes(problem int, d wire.Diagnostic) []MarkFix {
	var out []MarkFix
	if l.ReadOnly() {
		return out
	}
	for i, f := range d.Fixes {
		out = append(out, MarkFix{Title: l.W.Say(f.Title), Edits: f.Edits, Problem: problem, Fix: i})
	}
	return out
}
