package session

import (
	"strconv"
	"strings"

	"layerlab.dev/core/build"
	"layerlab.dev/core/layer"
)

// origin is the ID of the step that last made something of what a COPY took
// from a stage, the topmost where several did; empty where it took from
// elsewhere.
func (p *stages) origin(from *build.Step) string {
	if from.Source == "" {
		return ""
	}
	for _, b := range p.all {
		s := p.made[b]
		if s == nil || b.Name != from.Source && strconv.Itoa(b.Index) != from.Source {
			continue
		}
		layered := s.layered()
		for i := len(layered) - 1; i >= 0; i-- {
			if makes(layered[i].changes, from.Sources) {
				return layered[i].ID
			}
		}
	}
	return ""
}

// makes tells whether one of the changes puts something at or below one of the
// paths.
func makes(changes []layer.Change, paths []string) bool {
	for _, c := range changes {
		if c.Kind == layer.Removed || c.Kind == layer.Parent {
			continue
		}
		for _, p := range paths {
			p = strings.Trim(p, "/")
			at := strings.Trim(c.Path, "/")
			if p == "" || p == "." || at == p || strings.HasPrefix(at, p+"/") {
				return true
			}
		}
	}
	return false
}
