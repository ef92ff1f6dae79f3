package compare

import (
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
)

// Line is an entry of an image's history with the layer it made.
type Line struct {
	// CreatedBy is the instruction as the history has it; empty for a layer of
	// which the history says nothing.
	CreatedBy string
	// Layer is the index of its layer in the image, -1 where it made none.
	Layer int
	// DiffID and ChainID are those of the layer.
	DiffID, ChainID digest.Digest
}

// Lines returns the history of an image, oldest first, each entry with its
// layer (OCI image-spec config.md: entries without empty_layer make one each).
// Layers beyond the history are lines without words.
func Lines(img *image.Image) []Line {
	chains := img.ChainIDs()
	var out []Line
	next := 0
	put := func(text string, layered bool) {
		l := Line{CreatedBy: text, Layer: -1}
		if layered && next < len(img.Layers) {
			l.Layer, l.DiffID, l.ChainID = next, img.Layers[next].DiffID(), chains[next]
			next++
		}
		out = append(out, l)
	}
	for _, h := range img.Config.History {
		put(h.CreatedBy, !h.EmptyLayer)
	}
	for next < len(img.Layers) {
		put("", true)
	}
	return out
}

// State says what became of a line from the left image to the right one.
type State byte

// The states of a Pair.
const (
	// Same: the same instruction and, where it makes a layer, the same layer on
	// the same layers; everything below is the same as well.
	Same State = iota
	// Rebased: the same layer (DiffID) on other ones, so with another ChainID.
	// A registry stores it once, a layer store twice. Lines without a layer are
	// Rebased where something below them differs.
	Rebased
	// Changed: the same instruction made another layer.
	Changed
	// Moved: the line stands elsewhere on the other side.
	Moved
	// Left and Right: the line is on one side only.
	Left
	Right
)

func (s State) String() string {
	return [...]string{"same", "rebased", "changed", "moved", "left", "right"}[s]
}

// Pair is a row of a comparison: indices of the two lines it sets side by
// side, -1 where one side has none.
type Pair struct {
	State       State
	Left, Right int
}

// Align sets the lines of two images side by side, oldest first. Equal
// beginnings are paired as they stand; of the rest, the longest common
// subsequence of instructions. What is left over on both sides with the same
// instruction is Moved and stands in two rows.
func Align(left, right []Line) []Pair {
	var out []Pair
	n := 0
	for n < len(left) && n < len(right) && left[n].CreatedBy == right[n].CreatedBy && left[n].ChainID == right[n].ChainID {
		out = append(out, Pair{Same, n, n})
		n++
	}
	for _, p := range common(left[n:], right[n:]) {
		if p.Left >= 0 {
			p.Left += n
		}
		if p.Right >= 0 {
			p.Right += n
		}
		if p.Left >= 0 && p.Right >= 0 {
			p.State = Changed
			if left[p.Left].DiffID == right[p.Right].DiffID {
				p.State = Rebased
			}
		}
		out = append(out, p)
	}
	markMoved(out, left, right)
	return out
}

// common aligns two lists by the instructions they have in common, in order.
func common(left, right []Line) []Pair {
	// longest[i][j] is that of the lines from i and j on.
	longest := make([][]int, len(left)+1)
	for i := range longest {
		longest[i] = make([]int, len(right)+1)
	}
	for i := len(left) - 1; i >= 0; i-- {
		for j := len(right) - 1; j >= 0; j-- {
			if left[i].CreatedBy == right[j].CreatedBy {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out []Pair
	i, j := 0, 0
	for i < len(left) || j < len(right) {
		switch {
		case i < len(left) && j < len(right) && left[i].CreatedBy == right[j].CreatedBy:
			out = append(out, Pair{Left: i, Right: j})
			i, j = i+1, j+1
		case j == len(right) || i < len(left) && longest[i+1][j] >= longest[i][j+1]:
			out = append(out, Pair{Left, i, -1})
			i++
		default:
			out = append(out, Pair{Right, -1, j})
			j++
		}
	}
	return out
}

// markMoved finds lines that stand alone on both sides.
func markMoved(pairs []Pair, left, right []Line) {
	alone := map[string][]int{} // rows of the left by instruction
	for n, p := range pairs {
		if p.State == Left {
			text := left[p.Left].CreatedBy
			alone[text] = append(alone[text], n)
		}
	}
	for n, p := range pairs {
		if p.State != Right {
			continue
		}
		if rows := alone[right[p.Right].CreatedBy]; len(rows) > 0 {
			pairs[n].State, pairs[rows[0]].State = Moved, Moved
			alone[right[p.Right].CreatedBy] = rows[1:]
		}
	}
}
