package session

import (
	"strconv"

	"layerlab.dev/wasm/wire"
)

// failure tells at which step the build of a Dockerfile broke off, in the
// words of why, its diagnostic; nil where no step did.
func (d *work) failure(why wire.Diagnostic) *wire.Failure {
	if d.result == nil || d.result.Image != nil {
		return nil
	}
	for n := len(d.result.Stages) - 1; n >= 0; n-- {
		s := d.result.Stages[n]
		if len(s.Steps) == 0 {
			continue
		}
		if s.Image != nil {
			return nil // what came after it failed before its first step
		}
		f := &wire.Failure{Stage: s.Index, Name: s.Name, Before: []string{}, Error: why.Text, Advice: why.Detail}
		if f.Name == "" {
			f.Name = strconv.Itoa(s.Index)
		}
		last := s.Steps[len(s.Steps)-1]
		for _, st := range s.Steps[:len(s.Steps)-1] {
			f.Before = append(f.Before, st.Text)
		}
		f.Keyword, f.Text = last.Keyword, last.Text
		f.StartLine, f.EndLine = last.Instruction.Location()
		for _, o := range last.Output {
			f.Output = append(f.Output, wire.Output{FD: o.FD, Text: o.Text})
		}
		return f
	}
	return nil
}
