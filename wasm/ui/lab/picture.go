package lab

import (
	"math"
	"strings"

	"layerlab.dev/wasm/wire"
)

// Heights of a stratum in CSS pixels.
const (
	EmptyHeight  = 20
	bareHeight   = 28
	decadeHeight = 10
	mostHeight   = 120
)

// Height is that of a step's stratum: a hairline where nothing is in it, else
// growing by the logarithm of its content's bytes.
func Height(s *wire.Step) int {
	if Hollow(s) {
		return EmptyHeight
	}
	h := bareHeight
	if s.Size > 0 {
		h += int(math.Round(decadeHeight * math.Log10(float64(s.Size))))
	}
	return min(h, mostHeight)
}

// Hollow tells whether a step is drawn as a hairline: it has no layer, or its
// layer holds nothing.
func Hollow(s *wire.Step) bool { return !HasLayer(s) || s.Empty || s.Entries == 0 }

// Part is a piece of a stratum's picture. X and W are in hundredths of its
// width.
type Part struct {
	Fate string // "added", "modified", "hidden" or "removed"
	X, W int
}

// Parts divides a stratum by the fate of its bytes: what it adds, what it
// modifies, what later layers hide of it, and the void where it removes what
// is below. A fate that is there is never too narrow to be seen, and a layer
// of entries without bytes is still solid.
func Parts(s *wire.Step) []Part {
	if Hollow(s) {
		return nil
	}
	const least = 6
	hidden := min(max(s.HiddenBytes, 0), s.Size)
	// What is hidden is taken from what was added first: the two do not say
	// which of them it was.
	added, modified := max(s.AddedBytes, 0), max(s.ModifiedBytes, 0)
	fromAdded := min(hidden, added)
	added, modified = added-fromAdded, max(modified-(hidden-fromAdded), 0)
	amounts := []struct {
		fate  string
		bytes int64
		there bool
	}{
		{"added", added, added > 0 || (s.Added > 0 && s.AddedBytes == 0)},
		{"modified", modified, modified > 0 || (s.Modified > 0 && s.ModifiedBytes == 0)},
		{"hidden", hidden, hidden > 0},
		{"removed", max(s.RemovedBytes, 0), s.Removed > 0},
	}
	var parts []Part
	var total float64
	weights := make([]float64, 0, len(amounts))
	for _, a := range amounts {
		if a.there {
			// By the square root, so that a whiteout of a large file leaves the
			// small addition beside it visible.
			w := math.Sqrt(float64(max(a.bytes, 1)))
			parts, weights, total = append(parts, Part{Fate: a.fate}), append(weights, w), total+w
		}
	}
	if len(parts) == 0 {
		return []Part{{Fate: "added", W: 100}}
	}
	room, x := 100-least*len(parts), 0
	for i := range parts {
		parts[i].X, parts[i].W = x, least+int(float64(room)*weights[i]/total)
		x += parts[i].W
	}
	parts[len(parts)-1].W += 100 - x
	return parts
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
