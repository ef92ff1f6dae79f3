package lab

import (
	"strings"

	"layerlab.dev/core/picture"
	"layerlab.dev/wasm/wire"
)

// Height is that of a step's stratum, in CSS pixels.
func Height(s *wire.Step) int { return content(s).Height() }

// Hollow tells whether a step is drawn as a hairline: it has no layer, or its
// layer holds nothing.
func Hollow(s *wire.Step) bool { return !HasLayer(s) || s.Empty || s.Entries == 0 }

// Parts divides a step's stratum by the fate of its bytes.
func Parts(s *wire.Step) []picture.Part { return content(s).Parts() }

func content(s *wire.Step) picture.Content {
	return picture.Content{
		Hollow: Hollow(s), Size: s.Size, Added: s.Added, Modified: s.Modified, Removed: s.Removed,
		AddedBytes: s.AddedBytes, ModifiedBytes: s.ModifiedBytes, HiddenBytes: s.HiddenBytes, RemovedBytes: s.RemovedBytes,
	}
}

// CacheStates are those that occur in the shown stage, and Fates the parts of
// its picture: what a legend has to explain.
func (l *Lab) CacheStates() []string {
	return l.occurring([]string{"built", "hit", "parent"}, func(s *wire.Step, name string) bool {
		return s.Cache.State == name
	})
}

// Fates: see CacheStates.
func (l *Lab) Fates() []string {
	return l.occurring([]string{"added", "modified", "hidden", "removed"}, func(s *wire.Step, name string) bool {
		for _, p := range Parts(s) {
			if p.Fate == name {
				return true
			}
		}
		return false
	})
}

func (l *Lab) occurring(names []string, in func(*wire.Step, string) bool) []string {
	st := l.ShownStage()
	if st == nil {
		return nil
	}
	var out []string
	for _, name := range names {
		for i := range st.Steps {
			if in(&st.Steps[i], name) {
				out = append(out, name)
				break
			}
		}
	}
	return out
}

// Title is what a stratum is called: the instruction as written, and for a
// layer of the base also what made it there.
func Title(s *wire.Step) string {
	made := strings.TrimSuffix(s.CreatedBy, " # buildkit")
	if s.Kind != "base" || made == "" {
		return s.Text
	}
	return s.Text + ": " + made
}
