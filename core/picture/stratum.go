package picture

import "math"

// Content is what a layer holds, as far as it is drawn.
type Content struct {
	Hollow                   bool // there is no layer, or nothing is in it
	Size                     int64
	Added, Modified, Removed int // paths
	// Bytes by fate: AddedBytes+ModifiedBytes = Size; HiddenBytes of them later
	// layers hide; RemovedBytes are those below that it takes from sight.
	AddedBytes, ModifiedBytes, HiddenBytes, RemovedBytes int64
}

// Heights of a stratum in CSS pixels.
const (
	EmptyHeight  = 20
	bareHeight   = 28
	decadeHeight = 10
	mostHeight   = 120
)

// Height is the stratum's in CSS pixels: a hairline where nothing is in it,
// else growing by the logarithm of its content's bytes.
func (c Content) Height() int {
	if c.Hollow {
		return EmptyHeight
	}
	h := bareHeight
	if c.Size > 0 {
		h += int(math.Round(decadeHeight * math.Log10(float64(c.Size))))
	}
	return min(h, mostHeight)
}

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
func (c Content) Parts() []Part {
	if c.Hollow {
		return nil
	}
	const least = 6
	hidden := min(max(c.HiddenBytes, 0), c.Size)
	// What is hidden is taken from what was added first: the two do not say
	// which of them it was.
	added, modified := max(c.AddedBytes, 0), max(c.ModifiedBytes, 0)
	fromAdded := min(hidden, added)
	added, modified = added-fromAdded, max(modified-(hidden-fromAdded), 0)
	amounts := []struct {
		fate  string
		bytes int64
		there bool
	}{
		{"added", added, added > 0 || (c.Added > 0 && c.AddedBytes == 0)},
		{"modified", modified, modified > 0 || (c.Modified > 0 && c.ModifiedBytes == 0)},
		{"hidden", hidden, hidden > 0},
		{"removed", max(c.RemovedBytes, 0), c.Removed > 0},
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
