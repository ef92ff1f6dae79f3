package lab

import (
	"encoding/json"
	"slices"

	"layerlab.dev/wasm/wire"
)

// Compare sets two images side by side.
type Compare struct {
	// Left and Right are the image IDs that were chosen; empty: the newest
	// earlier build of the shown Dockerfile, and its image as it is now.
	Left, Right string
	Builds      []wire.Build
	Result      *wire.Comparison
	Failure     string

	listed  *wire.Built // the build that Builds are of
	asked   wire.CompareQuery
	pending bool
}

// CompareWith opens the comparison of an image with what is now.
func (l *Lab) CompareWith(image string) {
	l.Compare.Left, l.Compare.Right = image, ""
	l.SetTab("compare")
	l.Drawer = true
}

// SetCompared chooses the image of a side, "left" or "right".
func (l *Lab) SetCompared(side, image string) {
	if side == "left" {
		l.Compare.Left = image
	} else {
		l.Compare.Right = image
	}
}

// SwapCompared exchanges the two sides.
func (l *Lab) SwapCompared() {
	q := l.compared()
	l.Compare.Left, l.Compare.Right = q.Right, q.Left
}

// Pin keeps a build at hand, or lets it go.
func (l *Lab) Pin(image string, pin bool) {
	l.request(wire.MethodPin, wire.PinQuery{Image: image, Pin: pin}, nil, func(result json.RawMessage, failure string) {
		l.takeBuilds(result, failure)
	})
}

func (l *Lab) takeBuilds(result json.RawMessage, failure string) {
	var b wire.Builds
	if failure == "" {
		if err := json.Unmarshal(result, &b); err != nil {
			failure = err.Error()
		}
	}
	l.Compare.Failure = failure
	if failure == "" {
		l.Compare.Builds = b.Builds
	}
}

// compared are the two images to compare, empty where there is none.
func (l *Lab) compared() wire.CompareQuery {
	c := &l.Compare
	there := func(id string) bool {
		return slices.ContainsFunc(c.Builds, func(b wire.Build) bool { return b.Image == id })
	}
	var q wire.CompareQuery
	if q.Right = c.Right; !there(q.Right) {
		q.Right = ""
		if l.Image != nil {
			q.Right = l.Image.ID
		}
	}
	if q.Left = c.Left; !there(q.Left) {
		q.Left = ""
		for _, b := range c.Builds {
			if b.Image != q.Right && !b.Current && l.Image != nil && b.Dockerfile == l.Image.Dockerfile {
				q.Left = b.Image
				break
			}
		}
	}
	if q.Left == "" { // nothing earlier: another image of the workspace
		for _, b := range c.Builds {
			if b.Image != q.Right {
				q.Left = b.Image
				break
			}
		}
	}
	return q
}

// Compared are the builds of the two sides, nil where there is none.
func (l *Lab) Compared() (left, right *wire.Build) {
	q := l.compared()
	for i := range l.Compare.Builds {
		b := &l.Compare.Builds[i]
		if b.Image == q.Left {
			left = b
		}
		if b.Image == q.Right {
			right = b
		}
	}
	return left, right
}

// wantComparison asks for the builds at hand and for what is to be compared,
// where the comparison is in sight and something has changed.
func (l *Lab) wantComparison() {
	c := &l.Compare
	if l.Tab != "compare" || l.Built == nil || l.Busy || c.pending {
		return
	}
	if c.listed != l.Built {
		c.listed, c.pending = l.Built, true
		l.request(wire.MethodBuilds, nil, nil, func(result json.RawMessage, failure string) {
			c.pending = false
			l.takeBuilds(result, failure)
		})
		return
	}
	q := l.compared()
	if q == c.asked || q.Left == "" || q.Right == "" {
		if q.Left == "" || q.Right == "" {
			c.Result, c.asked = nil, wire.CompareQuery{}
		}
		return
	}
	c.asked, c.pending = q, true
	l.request(wire.MethodCompare, q, nil, func(result json.RawMessage, failure string) {
		c.pending = false
		var r wire.Comparison
		if failure == "" {
			if err := json.Unmarshal(result, &r); err != nil {
				failure = err.Error()
			}
		}
		if c.Failure = failure; failure != "" {
			c.Result = nil
			return
		}
		c.Result = &r
	})
}
