package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"layerlab.dev/core/picture"
	"layerlab.dev/wasm/wire"
)

// Compare sets two images side by side: their histories as two stacks with
// lines between what belongs together, then what differs.
type Compare struct {
	Part
	left, right []compareLine
	ties        []tie
	height      int
}

// compareLine is a line of one of the two stacks.
type compareLine struct {
	*wire.CompareLine
	Side  string // "left" or "right"
	State string
}

// tie joins two lines of the stacks.
type tie struct {
	State string
	Path  string // of the SVG
}

// Heights of lines with a layer and without, and the width between the stacks,
// in CSS pixels.
const (
	compareTall  = 46
	compareShort = 24
	tieWidth     = 48
)

func (l compareLine) height() int {
	if l.Layer > 0 {
		return compareTall
	}
	return compareShort
}

// Compute lays the two stacks out, newest at the top, both standing on one
// line.
func (c *Compare) Compute() {
	c.left, c.right, c.ties, c.height = nil, nil, nil, 0
	r := c.result()
	if r == nil {
		return
	}
	type place struct{ index, middle int }
	var heights [2]int
	put := func(side int, l *wire.CompareLine, state string) place {
		name := [...]string{"left", "right"}[side]
		line := compareLine{l, name, state}
		stack := &c.left
		if side == 1 {
			stack = &c.right
		}
		*stack = append(*stack, line)
		heights[side] += line.height()
		return place{len(*stack) - 1, heights[side] - line.height()/2}
	}
	moved := map[string][]place{} // of the left, by instruction, in their order
	type pair struct {
		state    string
		from, to int // heights above the bottom
	}
	var pairs []pair
	var waiting []func()
	for _, row := range r.Rows {
		var a, b place
		if row.Left != nil {
			a = put(0, row.Left, row.State)
		}
		if row.Right != nil {
			b = put(1, row.Right, row.State)
		}
		switch {
		case row.Left != nil && row.Right != nil:
			pairs = append(pairs, pair{row.State, a.middle, b.middle})
		case row.State == "moved" && row.Left != nil:
			moved[row.Left.Text] = append(moved[row.Left.Text], a)
		case row.State == "moved":
			text := row.Right.Text
			waiting = append(waiting, func() {
				if list := moved[text]; len(list) > 0 {
					pairs, moved[text] = append(pairs, pair{"moved", list[0].middle, b.middle}), list[1:]
				}
			})
		}
	}
	for _, f := range waiting {
		f()
	}
	c.height = max(heights[0], heights[1])
	for _, p := range pairs {
		from, to := c.height-p.from, c.height-p.to
		c.ties = append(c.ties, tie{p.state, fmt.Sprintf("M0 %d C%d %d %d %d %d %d", from, tieWidth/2, from, tieWidth/2, to, tieWidth, to)})
	}
	reverse(c.left)
	reverse(c.right)
}

func reverse(l []compareLine) {
	for i, j := 0, len(l)-1; i < j; i, j = i+1, j-1 {
		l[i], l[j] = l[j], l[i]
	}
}

func (c *Compare) result() *wire.Comparison {
	if a := &c.Lab.Compare.Result; a.Ready() {
		return &a.Value
	}
	return nil
}

// State is what stands in the place of a comparison that is not there.
func (c *Compare) State() string {
	w, s := c.Lab.W, &c.Lab.Compare
	left, right := c.Lab.Compared()
	switch {
	case s.Failure != "":
		return s.Failure
	case s.Result.Failure != "":
		return s.Result.Failure
	case len(s.Builds) > 0 && (left == nil || right == nil):
		return w.CompareNothing
	case !s.Result.Ready():
		return w.CompareReading
	case left.Image == right.Image:
		return w.CompareSame
	}
	return ""
}

// there tells whether there is something to compare.
func (c *Compare) there() bool { return c.result() != nil && c.State() == "" }

// name is how a build is called in the menus.
func (c *Compare) name(b wire.Build) string {
	w := c.Lab.W
	var parts []string
	if c.severalTags() {
		parts = append(parts, b.Tag)
	}
	if b.Current {
		parts = append(parts, w.CompareNow)
	} else {
		parts = append(parts, w.CompareBuild(b.Revision)+" · "+time.UnixMilli(b.Time).Format("15:04:05"))
	}
	if b.Pinned {
		parts = append(parts, w.ComparePinned)
	}
	return strings.Join(append(parts, picture.Short(b.Image)), " · ")
}

// severalTags tells whether the builds are not all of one image.
func (c *Compare) severalTags() bool {
	builds := c.Lab.Compare.Builds
	return slices.ContainsFunc(builds, func(b wire.Build) bool { return b.Tag != builds[0].Tag })
}

func (c *Compare) chosen(side string) string {
	left, right := c.Lab.Compared()
	b := left
	if side == "right" {
		b = right
	}
	if b == nil {
		return ""
	}
	return b.Image
}

func (c *Compare) pinned() bool {
	left, _ := c.Lab.Compared()
	return left != nil && left.Pinned
}

func (c *Compare) pinWord() string {
	if c.pinned() {
		return c.Lab.W.CompareUnpin
	}
	return c.Lab.W.ComparePin
}

func (c *Compare) togglePin() {
	if left, _ := c.Lab.Compared(); left != nil {
		c.Lab.Pin(left.Image, !left.Pinned)
	}
}

// summary says in a line what the two share, and where they part.
func (c *Compare) summary() string {
	r, w := c.result(), c.Lab.W
	if r == nil {
		return ""
	}
	parts := []string{w.CompareShared(r.Shared, c.Lab.Size(r.SharedBytes))}
	if r.SharedBlobs > 0 {
		parts = append(parts, w.CompareBlobs(r.SharedBlobs))
	}
	return strings.Join(parts, ", ")
}

// parts is the instruction at which the two part, "" where they do not.
func (c *Compare) parts() string {
	r := c.result()
	if r == nil || r.First < 0 {
		return ""
	}
	row := r.Rows[r.First]
	line := row.Right
	if line == nil {
		line = row.Left
	}
	return line.Text
}

// states are the states that occur, in the order of the legend.
func (c *Compare) states() []string {
	var out []string
	if c.result() == nil {
		return nil
	}
	for _, s := range []string{"same", "rebased", "changed", "moved", "left", "right"} {
		for _, row := range c.result().Rows {
			if row.State == s {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// say is what a screen reader says of a line.
func (c *Compare) say(l compareLine) string {
	parts := []string{l.Text, c.Lab.W.CompareStates[l.State]}
	if l.Layer > 0 {
		parts = append(parts, c.Lab.W.Layer(l.Layer), c.Lab.Size(l.Size))
	}
	return strings.Join(parts, ", ")
}

// look chooses the line's step where its image is the one that is shown.
func (c *Compare) look(l compareLine) {
	c.Lab.Choose(l.Step)
	c.Lab.GoTo(l.Step)
}

// figure is a row of the table below the stacks.
type figure struct {
	name, left, right string
	a, b              int // widths of the bars, of 100; both 0: none
}

func (c *Compare) figures() []figure {
	r, w := c.result(), c.Lab.W
	if r == nil {
		return nil
	}
	size := c.Lab.Size
	bytes := func(name string, left, right, most int64) figure {
		return figure{name, size(left), size(right), share(left, most), share(right, most)}
	}
	most := max(r.Left.Compressed, r.Right.Compressed)
	return []figure{
		{name: w.CompareLayers, left: fmt.Sprint(r.Left.Layers), right: fmt.Sprint(r.Right.Layers)},
		bytes(w.CompareSize, r.Left.Size, r.Right.Size, max(r.Left.Size, r.Right.Size)),
		bytes(w.ComparePull+" "+w.CompareAlone, r.Left.Compressed, r.Right.Compressed, most),
		bytes(w.ComparePull+" "+w.CompareWithLeft, r.Left.Missing, r.Right.Missing, most),
		{name: w.CompareCache, left: w.CompareHits(r.Left.Hits, r.Left.Built), right: w.CompareHits(r.Right.Hits, r.Right.Built)},
	}
}

// edits are what an edit of the context costs in each image.
func (c *Compare) edits() []figure {
	r, w := c.result(), c.Lab.W
	if r == nil {
		return nil
	}
	var most int64
	for _, e := range r.Edits {
		most = max(most, e.LeftBytes, e.RightBytes)
	}
	var out []figure
	for _, e := range r.Edits {
		out = append(out, figure{e.Text, w.CompareEdit(e.LeftLayers, c.Lab.Size(e.LeftBytes)), w.CompareEdit(e.RightLayers, c.Lab.Size(e.RightBytes)),
			share(e.LeftBytes, most), share(e.RightBytes, most)})
	}
	return out
}

func share(n, of int64) int {
	if n <= 0 || of <= 0 {
		return 0
	}
	return max(int(n*100/of), 1)
}

func (c *Compare) config() []wire.ConfigDifference {
	if c.result() == nil {
		return nil
	}
	return c.result().Config
}

func (c *Compare) value(v string) string {
	if v == "missing" {
		return c.Lab.W.CompareMissing
	}
	return v
}

func (c *Compare) files() string {
	r := c.result()
	switch {
	case r == nil:
		return ""
	case r.Files == wire.CompareFileCounts{}:
		return c.Lab.W.CompareNoFiles
	}
	return c.Lab.W.CompareCounts(r.Files.Left, r.Files.Right, r.Files.Both)
}

// paths are those that differ, as far as they are shown.
func (c *Compare) paths() []wire.CompareFile {
	if f := &c.Lab.Compare.Files; f.Ready() {
		return f.Value.Rows
	}
	return nil
}

// more says how many paths are not shown, "" where all are.
func (c *Compare) more() string {
	f := &c.Lab.Compare.Files
	if f.Ready() && f.Value.Total > len(f.Value.Rows) {
		return c.Lab.W.CompareMore(len(f.Value.Rows), f.Value.Total)
	}
	return ""
}

// manyFiles tells whether a filter is of use.
func (c *Compare) manyFiles() bool {
	r := c.result()
	return r != nil && r.Files.Left+r.Files.Right+r.Files.Both > 8
}

// kindOf says what became of a path, as a layer would say it.
func (c *Compare) kindOf(f wire.CompareFile) string {
	return map[string]string{"left": "removed", "right": "added", "both": "modified"}[f.Side]
}

// about says in what a path differs, and its size.
func (c *Compare) about(f wire.CompareFile) string {
	var words []string
	for _, w := range f.What {
		words = append(words, c.Lab.W.CompareWhat[w])
	}
	size := func(r *wire.Row) string {
		if r == nil || r.Type != "file" {
			return ""
		}
		return c.Lab.Size(r.Size)
	}
	a, b := size(f.Left), size(f.Right)
	switch {
	case a != "" && b != "" && a != b:
		words = append(words, a+" → "+b)
	case a+b != "":
		words = append(words, strings.TrimPrefix(a, b)+b)
	}
	return strings.Join(words, ", ")
}

// canLook tells whether lines of a path can be shown: a file on both sides.
func (c *Compare) canLook(f wire.CompareFile) bool {
	return f.Side == "both" && f.Left.Type == "file" && f.Right.Type == "file"
}

// noLines says why no lines are shown of the path that is open.
func (c *Compare) noLines() string {
	d := &c.Lab.Compare.Diff
	switch {
	case d.Failure != "":
		return d.Failure
	case !d.Ready():
		return c.Lab.W.LoadingRows
	}
	return c.Lab.W.NoDiff[d.Value.Why]
}

// expanded tells whether the lines of a path are shown; nil where it has none.
func (c *Compare) expanded(f wire.CompareFile) any {
	if !c.canLook(f) {
		return nil
	}
	return word(f.Path == c.Lab.Compare.Path)
}

// stateOf is what is said of a path.
func (c *Compare) stateOf(f wire.CompareFile) string {
	if f.Side == "both" {
		return "changed"
	}
	return f.Side
}
