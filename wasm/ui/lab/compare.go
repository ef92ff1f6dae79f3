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
	Failure     string
	Result      Answer[wire.Comparison]
	// Files are the first paths that differ, of those that contain Filter, and
	// Diff the lines of the one at Path.
	Files  Answer[wire.CompareFiles]
	Filter string
	Path   string
	Diff   Answer[wire.Diff]

	listed  *wire.Built // the build that Builds are of
	pending bool
}

// compareFiles is how many paths that differ are shown; a filter finds others.
const compareFiles = 200

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
	if q.Left == "" || q.Right == "" {
		c.Result = Answer[wire.Comparison]{}
		return
	}
	want(l, &c.Result, about(q), wire.MethodCompare, q)
	if !c.Result.Ready() {
		return
	}
	want(l, &c.Files, about(q, c.Filter), wire.MethodCompareFiles,
		wire.CompareFilesQuery{Left: q.Left, Right: q.Right, Filter: c.Filter, Count: compareFiles})
	if r := &c.Result.Value; c.Path != "" {
		want(l, &c.Diff, about(q, c.Path), wire.MethodDiff, wire.DiffQuery{From: r.Left.Top, To: r.Right.Top, Path: c.Path})
	}
}

// FilterCompared keeps only paths that contain a text.
func (l *Lab) FilterCompared(text string) { l.Compare.Filter = text }

// LookAtCompared shows in what lines a file differs; the same again hides it.
func (l *Lab) LookAtCompared(path string) {
	if l.Compare.Path == path {
		path = ""
	}
	l.Compare.Path, l.Compare.Diff = path, Answer[wire.Diff]{}
}

// fillCompared gives the lines that differ to their island.
func (l *Lab) fillCompared() {
	if d := &l.Compare.Diff; l.Compare.Path != "" && d.Ready() {
		l.fill("compared", "diff", encodeText(d.Value.Lines))
	}
}
