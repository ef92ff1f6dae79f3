package lab

import (
	"encoding/json"
	"slices"

	"layerlab.dev/wasm/wire"
)

// DockTabs are the tabs of the pane below the stack.
var DockTabs = []string{"output", "log"}

// Panes is how the person has divided the page.
type Panes struct {
	Closed []string       `json:"closed"`
	At     map[string]int `json:"at"` // a pane's share of the page in percent
}

// Folded tells whether a pane is folded away.
func (p *Panes) Folded(name string) bool { return slices.Contains(p.Closed, name) }

// ShowDock opens the pane below the stack at one of its tabs.
func (l *Lab) ShowDock(tab string) {
	l.DockTab, l.Pane = tab, "dock"
	l.host.Unfold("bottom")
}

// Printed is a step as the output pane shows it.
type Printed struct {
	ID     string        `json:"id"`
	Title  string        `json:"title"`
	Place  string        `json:"place"` // "Layer 3", or the stage of a step of another one
	How    string        `json:"how,omitempty"`
	Output []wire.Output `json:"output"`
	Error  string        `json:"error,omitempty"`
	Line   int           `json:"line,omitempty"` // of the failed step, and in words
	At     string        `json:"at,omitempty"`
}

// Printed lists the steps that printed something, in the order of the file,
// and last the one at which the build broke off.
func (l *Lab) Printed() []Printed {
	out := []Printed{}
	if img := l.Drawn(); img != nil {
		shown := l.ShownStage()
		for i := range img.Stages {
			st := &img.Stages[i]
			for k := range st.Steps {
				s := &st.Steps[k]
				if len(s.Output) == 0 {
					continue
				}
				p := Printed{ID: s.ID, Title: s.Text, Place: st.Name, Output: s.Output}
				if n := LayerNumber(st, s.ID); st == shown && n > 0 {
					p.Place = l.W.Layer(n)
				}
				if s.How == "interpreted" {
					p.How = l.W.Interpreted
				}
				out = append(out, p)
			}
		}
	}
	if f := l.Failure(); f != nil {
		out = append(out, Printed{Title: f.Text, Place: l.W.ErrorWord, Output: f.Output, Error: l.W.Say(f.Error),
			Line: f.StartLine, At: l.W.Line(f.StartLine)})
	}
	return out
}

// Logged is a step as the log of the build shows it.
type Logged struct {
	ID     string `json:"id"`
	Stage  string `json:"stage"`
	Title  string `json:"title"`
	State  string `json:"state"` // of wire.Cache, "failed" or ""
	Word   string `json:"word"`  // the same for people
	Why    string `json:"why,omitempty"`
	Took   string `json:"took,omitempty"`
	Share  int    `json:"share"`          // of the longest step's time, in percent
	Line   int    `json:"line,omitempty"` // of a failed step, and in words
	At     string `json:"at,omitempty"`
	micros int64
}

// Log lists the steps of the last build in the order of the file.
func (l *Lab) Log() []Logged {
	out := []Logged{}
	var most int64
	if img := l.carriedOut(); img != nil {
		for i := range img.Stages {
			st := &img.Stages[i]
			for k := range st.Steps {
				s := &st.Steps[k]
				if s.Kind == "base" {
					continue
				}
				row := Logged{ID: s.ID, Stage: st.Name, Title: s.Text, State: s.Cache.State, Why: l.W.Reason(s.Cache.Reason), micros: s.Micros,
					Took: l.W.Took(s.Micros)}
				if row.Word = l.W.Cache[s.Cache.State]; row.Word == "" {
					row.Word = l.W.ConfigOnly
				}
				most = max(most, s.Micros)
				out = append(out, row)
			}
		}
	}
	switch f := l.Failure(); {
	case f != nil:
		out = append(out, Logged{Stage: f.Name, Title: f.Text, State: "failed", Word: l.W.ErrorWord, Why: l.W.Say(f.Error), Line: f.StartLine, At: l.W.Line(f.StartLine)})
	case l.Built != nil && !l.Built.Ok:
		for _, d := range l.Diagnostics() {
			if d.Severity == "error" {
				out = append(out, Logged{Title: l.W.Say(d.Text), State: "failed", Word: l.W.ErrorWord, Why: l.W.Say(d.Detail), Line: d.StartLine, At: l.W.Line(d.StartLine)})
			}
		}
	}
	for i := range out {
		if most > 0 {
			out[i].Share = int(out[i].micros * 100 / most)
		}
	}
	return out
}

// carriedOut holds the steps of the last build, nil where it was given up.
func (l *Lab) carriedOut() *wire.Image {
	if l.Stale && !l.failed() {
		return nil
	}
	return l.Drawn()
}

// Failure is the step at which the last build broke off, nil where none did.
func (l *Lab) Failure() *wire.Failure {
	if l.Built == nil || l.Built.Ok {
		return nil
	}
	return l.Built.Failure
}

// fillDock gives the dock's island what its tab shows.
func (l *Lab) fillDock() {
	if l.Built == nil || l.Panes.Folded("bottom") && l.Pane != "dock" {
		return
	}
	journal := map[string]any{"tab": l.DockTab}
	switch l.DockTab {
	case "log":
		journal["rows"], journal["summary"] = l.Log(), l.Summary()
		journal["columns"] = l.W.LogColumns
	default:
		journal["rows"], journal["empty"] = l.Printed(), l.W.NothingPrinted
		journal["cut"] = l.W.OutputCut
	}
	b, err := json.Marshal(journal)
	if err == nil {
		l.fill("dock", "journal", string(b))
	}
}

// Summary says in a line what the last build did.
func (l *Lab) Summary() string {
	if l.Built == nil {
		return ""
	}
	hits, made := 0, 0
	if img := l.carriedOut(); img != nil {
		for i := range img.Stages {
			for k := range img.Stages[i].Steps {
				switch img.Stages[i].Steps[k].Cache.State {
				case "hit":
					hits++
				case "built", "parent":
					made++
				}
			}
		}
	}
	return l.W.LogSummary(l.Built.Ok, hits, made, l.Errors(), len(l.Diagnostics())-l.Errors(), l.Built.Millis)
}
