package session

import (
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/compare"
	"layerlab.dev/core/cost"
	"layerlab.dev/core/image"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/wire"
)

// keptDifferences is how many lists of differing files stay at hand.
const keptDifferences = 2

// differences are the files at which two images differ.
type differences struct {
	left, right string // image IDs
	all         []compare.Difference
	epochs      [2]int64
}

// compare answers a CompareQuery.
func (s *Session) compare(q wire.CompareQuery) (wire.Comparison, error) {
	var out wire.Comparison
	left, right, err := s.pair(q.Left, q.Right)
	if err != nil {
		return out, err
	}
	files, err := s.differing(left, right)
	if err != nil {
		return out, err
	}
	for _, f := range files.all {
		switch {
		case f.Right == nil:
			out.Files.Left++
		case f.Left == nil:
			out.Files.Right++
		default:
			out.Files.Both++
		}
	}
	a, err := s.costs(left)
	if err != nil {
		return out, saysLeft.Wrap(err)
	}
	b, err := s.costs(right)
	if err != nil {
		return out, saysRight.Wrap(err)
	}
	if out.Left, err = s.side(left, a, b); err != nil {
		return out, err
	}
	if out.Right, err = s.side(right, b, a); err != nil {
		return out, err
	}
	rows(&out, left, right)
	out.Config = []wire.ConfigDifference{}
	for _, d := range image.CompareConfigs(left.result.Image.ConfigJSON(), right.result.Image.ConfigJSON()) {
		if key, ok := strings.CutPrefix(d.Where, "config, "); ok {
			out.Config = append(out.Config, wire.ConfigDifference{Key: key, Left: d.Ours, Right: d.Theirs})
		}
	}
	out.Edits = edits(left, right, a, b)
	out.Left.Top, out.Right.Top = left.top(), right.top()
	return out, nil
}

func (s *Session) pair(leftID, rightID string) (left, right *work, err error) {
	if left, err = s.work(leftID); err != nil {
		return nil, nil, err
	}
	right, err = s.work(rightID)
	return left, right, err
}

// final is the stage that is the image.
func (d *work) final() *stage { return d.stages[d.image.Final] }

// top is the ID of the newest step, after which the files are the image's.
func (d *work) top() string {
	if steps := d.final().steps; len(steps) > 0 {
		return steps[len(steps)-1].ID
	}
	return ""
}

// tree is the union of the image's layers.
func (d *work) tree() compare.Tree {
	t := compare.Tree{Files: vfs.New(0), Epoch: d.settings.Epoch}
	if steps := d.final().steps; len(steps) > 0 {
		t.Files = steps[len(steps)-1].after
	}
	return t
}

// side describes one of two images.
func (s *Session) side(d *work, img, other cost.Image) (wire.CompareSide, error) {
	m, err := d.result.Image.Manifest(s.context(), image.Options{Compression: d.compression})
	if err != nil {
		return wire.CompareSide{}, err
	}
	there := map[digest.Digest]bool{}
	for _, l := range other.Layers {
		there[l.Digest] = true
	}
	move := cost.Transfer(img, func(b digest.Digest) bool { return there[b] })
	s.mu.Lock()
	current := s.results.good[d.Path]
	out := wire.CompareSide{Build: s.results.describe(d, current != nil && current.image.ID == d.image.ID),
		ManifestDigest: string(m.Digest), Compressed: move.Whole, Missing: move.Bytes}
	s.mu.Unlock()
	for _, st := range d.final().steps {
		switch st.Cache.State {
		case "hit":
			out.Hits++
		case "built", "parent":
			out.Built++
		}
	}
	return out, nil
}

// rows aligns the two histories.
func rows(out *wire.Comparison, left, right *work) {
	a, b := compare.Lines(left.result.Image), compare.Lines(right.result.Image)
	out.Rows, out.First = []wire.CompareRow{}, -1
	bottom := true
	// The layers above what is shared, of each side, by their DiffIDs: one that
	// moved is the same as well.
	above := [2]map[string]int{{}, {}}
	for _, p := range compare.Align(a, b) {
		row := wire.CompareRow{State: p.State.String()}
		if p.Left >= 0 {
			row.Left = left.line(a[p.Left], p.Left)
		}
		if p.Right >= 0 {
			row.Right = right.line(b[p.Right], p.Right)
		}
		if p.State != compare.Same {
			if out.First < 0 {
				out.First = len(out.Rows)
			}
			bottom = false
		}
		for side, line := range []*wire.CompareLine{row.Left, row.Right} {
			switch {
			case line == nil || line.Layer == 0:
			case !bottom:
				above[side][line.DiffID]++
			case side == 0:
				out.Shared++
				out.SharedBytes += line.Size
			}
		}
		out.Rows = append(out.Rows, row)
	}
	for id, n := range above[0] {
		out.SharedBlobs += min(n, above[1][id])
	}
}

// line describes entry n of the image's history.
func (d *work) line(l compare.Line, n int) *wire.CompareLine {
	out := &wire.CompareLine{Text: l.CreatedBy, Layer: l.Layer + 1, DiffID: string(l.DiffID), ChainID: string(l.ChainID)}
	if l.Layer >= 0 {
		out.Size = d.result.Image.Layers[l.Layer].Size()
	}
	if lines := d.final().lines; n < len(lines) && lines[n] != nil {
		st := lines[n]
		out.Step, out.Cache = st.ID, st.Cache
		if st.Kind != "base" {
			out.Text = st.Text
		}
	}
	return out
}

// edits tells, for every instruction of both images that reads the build
// context, what is made and moved again when that has changed: its layer and
// all above it.
func edits(left, right *work, a, b cost.Image) []wire.CompareEdit {
	type again struct {
		layers int
		bytes  int64
	}
	all := func(d *work, img cost.Image) (texts []string, by map[string]again) {
		by = map[string]again{}
		layered := d.final().layered()
		for n, st := range layered {
			if st.Kind == "base" || st.Source != "" || st.Keyword != "COPY" && st.Keyword != "ADD" {
				continue
			}
			c := again{layers: len(layered) - n}
			for _, l := range img.Layers[n:] {
				c.bytes += l.Compressed
			}
			if _, twice := by[st.Text]; !twice {
				texts, by[st.Text] = append(texts, st.Text), c
			}
		}
		return texts, by
	}
	_, before := all(left, a)
	texts, after := all(right, b)
	out := []wire.CompareEdit{}
	for _, text := range texts {
		if was, ok := before[text]; ok {
			now := after[text]
			out = append(out, wire.CompareEdit{Text: text,
				LeftLayers: was.layers, LeftBytes: was.bytes, RightLayers: now.layers, RightBytes: now.bytes})
		}
	}
	return out
}

// differing lists the files at which two images differ, or has it at hand.
func (s *Session) differing(left, right *work) (*differences, error) {
	s.mu.Lock()
	r := &s.results
	at := slices.IndexFunc(r.differences, func(d *differences) bool { return d.left == left.image.ID && d.right == right.image.ID })
	if at >= 0 {
		d := r.differences[at]
		s.mu.Unlock()
		return d, nil
	}
	s.mu.Unlock()
	a, b := left.tree(), right.tree()
	all, err := compare.Files(a, b)
	if err != nil {
		return nil, saysComparing.Wrap(err)
	}
	d := &differences{left: left.image.ID, right: right.image.ID, all: all, epochs: [2]int64{a.Epoch, b.Epoch}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.differences = append(r.differences, d); len(r.differences) > keptDifferences {
		r.differences = slices.Delete(r.differences, 0, 1)
	}
	return d, nil
}

// compareFiles answers a CompareFilesQuery.
func (s *Session) compareFiles(q wire.CompareFilesQuery) (wire.CompareFiles, error) {
	left, right, err := s.pair(q.Left, q.Right)
	if err != nil {
		return wire.CompareFiles{}, err
	}
	d, err := s.differing(left, right)
	if err != nil {
		return wire.CompareFiles{}, err
	}
	out := wire.CompareFiles{Rows: []wire.CompareFile{}}
	for _, f := range d.all {
		side := "both"
		switch {
		case f.Right == nil:
			side = "left"
		case f.Left == nil:
			side = "right"
		}
		if q.Filter != "" && !strings.Contains(f.Path, q.Filter) || len(q.Sides) > 0 && !slices.Contains(q.Sides, side) {
			continue
		}
		if out.Total >= q.Offset && len(out.Rows) < min(q.Count, maxRows) {
			row := wire.CompareFile{Path: strings.TrimPrefix(f.Path, "/"), Side: side, What: f.What}
			if f.Left != nil {
				r := nodeRow(f.Path, f.Left, d.epochs[0])
				row.Left = &r
			}
			if f.Right != nil {
				r := nodeRow(f.Path, f.Right, d.epochs[1])
				row.Right = &r
			}
			out.Rows = append(out.Rows, row)
		}
		out.Total++
	}
	out.Offset = min(q.Offset, out.Total)
	return out, nil
}
