package lab

import (
	"fmt"
	"maps"
	"slices"

	"layerlab.dev/wasm/wire"
)

// Header is the header of an entry of the chosen layer's tar, as far as it is
// looked at.
type Header struct {
	Open  bool
	Step  string
	Index int
	Field int // the field that is lit, counted through all blocks; -1: none
	Facts Answer[wire.Header]
}

// CloseHeader goes back to the entries of the tar.
func (l *Lab) CloseHeader() {
	l.Header = Header{}
	l.host.Focus("rows-tar")
}

// LightField lights a field of the header.
func (l *Lab) LightField(n int) {
	l.Header.Field = n
	if n >= 0 {
		l.host.Reveal(FieldID(n))
		l.host.Reveal(fmt.Sprintf("bytes-%d", n))
	}
}

// FieldKey moves through the fields of the header.
func (l *Lab) FieldKey(key string) {
	h := &l.Header
	total := 0
	for _, b := range h.Facts.Value.Blocks {
		total += len(b.Fields)
	}
	switch key {
	case "ArrowDown":
		h.Field++
	case "ArrowUp":
		h.Field--
	case "Home":
		h.Field = 0
	case "End":
		h.Field = total - 1
	}
	l.LightField(min(max(h.Field, 0), total-1))
}

// Proof is what the person had computed again in this page.
type Proof struct {
	results map[string]*Answer[wire.Recomputed]
	// Flip is what follows from a changed byte in the layer of FlipOf, "" where
	// nothing is changed.
	FlipOf string
	Flip   Answer[wire.Flipped]
	image  string
}

func proofKey(what, id string) string { return what + " " + id }

// Recompute hashes again what a digest is of: "diffid", "chainid" or "blob" of
// a step, "imageid", "manifest" or "index" of an image.
func (l *Lab) Recompute(what, id string) {
	q := wire.RecomputeQuery{What: what, Step: id}
	if slices.Contains([]string{"imageid", "manifest", "index"}, what) {
		q = wire.RecomputeQuery{What: what, Image: id}
	}
	if l.Proof.results == nil {
		l.Proof.results = map[string]*Answer[wire.Recomputed]{}
	}
	l.prove()
	a := &Answer[wire.Recomputed]{}
	l.Proof.results[proofKey(what, id)] = a
	want(l, a, proofKey(what, id), wire.MethodRecompute, q)
}

// Recomputed is what a computation gave, nil where it was not asked for.
func (l *Lab) Recomputed(what, id string) *Answer[wire.Recomputed] {
	return l.Proof.results[proofKey(what, id)]
}

// RecomputeAll computes every digest of the shown stage again.
func (l *Lab) RecomputeAll() {
	st, img := l.StageOf(l.chosen.id)
	if st == nil {
		return
	}
	for i := range st.Steps {
		if s := &st.Steps[i]; HasLayer(s) {
			l.Recompute("diffid", s.ID)
			l.Recompute("chainid", s.ID)
		}
	}
	if img != nil && st == &img.Stages[img.Final] {
		for _, what := range []string{"imageid", "manifest", "index"} {
			l.Recompute(what, l.Image.ID)
		}
	}
}

// FlipByte changes one byte of a step's layer, to see what follows.
func (l *Lab) FlipByte(step string) {
	l.Proof.FlipOf, l.Proof.Flip = step, Answer[wire.Flipped]{}
	l.prove()
	want(l, &l.Proof.Flip, step, wire.MethodFlip, wire.FlipQuery{Step: step})
}

// prove begins a proof: how far another was is past.
func (l *Lab) prove() {
	if !l.Busy {
		l.Progress = wire.Progress{}
	}
}

// Proving tells whether a digest is computed again, or a byte changed, for long
// enough to be told of.
func (l *Lab) Proving() bool {
	switch l.Progress.Step {
	case "flip":
		return l.Proof.FlipOf != "" && !l.Proof.Flip.Loaded
	case "recompute":
		for _, a := range l.Proof.results {
			if !a.Loaded {
				return true
			}
		}
	}
	return false
}

// Unflip takes the change back.
func (l *Lab) Unflip() { l.Proof.FlipOf, l.Proof.Flip = "", Answer[wire.Flipped]{} }

// Flipped is the layer of a step as it is with the byte changed, nil where
// nothing is.
func (l *Lab) Flipped(step string) *wire.FlippedLayer {
	if l.Proof.FlipOf == "" || !l.Proof.Flip.Ready() {
		return nil
	}
	for i := range l.Proof.Flip.Value.Layers {
		if f := &l.Proof.Flip.Value.Layers[i]; f.Step == step {
			return f
		}
	}
	return nil
}

// Weights are what the image wastes and costs.
type Weights struct {
	Cache Answer[wire.CacheKey]
	Waste Answer[wire.Waste]
	cost  Answer[wire.Cost]
	// Cost is the last answer that came, which stays while the next is computed.
	Cost *wire.Cost
	// Present are the blobs that the other side has.
	Present map[string]bool
	Opened  map[string]bool // what is unfolded
}

// SetPresent says whether the other side has a blob.
func (l *Lab) SetPresent(digest string, present bool) {
	if present {
		l.Weights.Present[digest] = true
	} else {
		delete(l.Weights.Present, digest)
	}
}

// PresentFrom says that the other side has the layers that a kind of steps
// brought: "base", "all" or "none".
func (l *Lab) PresentFrom(kind string) {
	clear(l.Weights.Present)
	if l.Image == nil || kind == "none" {
		return
	}
	for _, s := range l.Image.Stages[l.Image.Final].Steps {
		if s.Digest != "" && (kind == "all" || s.Kind == "base") {
			l.Weights.Present[s.Digest] = true
		}
	}
}

// Unfold shows or hides more of something.
func (l *Lab) Unfold(what string) { l.Weights.Opened[what] = !l.Weights.Opened[what] }

// wantInspected asks for what the tab in sight is about.
func (l *Lab) wantInspected() {
	l.wantView()
	if h := &l.Header; h.Open && l.Tab == "tar" {
		want(l, &h.Facts, about(h.Step, h.Index), wire.MethodHeader, wire.HeaderQuery{Step: h.Step, Index: h.Index})
	}
	w := &l.Weights
	if s := l.Chosen(); l.Tab == "cache" && s != nil && s.Cache.State != "" && l.Built != nil {
		want(l, &w.Cache, about(s.ID, l.Built.Revision), wire.MethodCache, wire.CacheQuery{Step: s.ID})
	}
	if l.Image == nil {
		return
	}
	if l.Proof.image != l.Image.ID {
		l.Proof = Proof{image: l.Image.ID}
	}
	switch l.Tab {
	case "waste":
		want(l, &w.Waste, l.Image.ID, wire.MethodWaste, wire.WasteQuery{Image: l.Image.ID})
	case "cost":
		present := slices.Sorted(maps.Keys(w.Present))
		want(l, &w.cost, about(l.Image.ID, l.Built.Revision, present), wire.MethodCost, wire.CostQuery{Image: l.Image.ID, Present: present})
		if w.cost.Ready() {
			last := w.cost.Value
			w.Cost = &last
		}
	}
}

// CostFailure says why there is no cost, "" where there is.
func (l *Lab) CostFailure() string { return l.Weights.cost.Failure }

// forgetLost asks again what was asked of an engine, or of a build, that is
// gone.
func (l *Lab) forgetLost() {
	c := &l.Compare
	c.pending, c.listed = false, nil
	c.Result.lost()
	c.Files.lost()
	c.Diff.lost()
	l.Weights.Cache.lost()
	l.Weights.Waste.lost()
	l.Weights.cost.lost()
	l.Header.Facts.lost()
	for key, a := range l.Proof.results {
		if !a.Loaded {
			delete(l.Proof.results, key)
		}
	}
	if !l.Proof.Flip.Loaded {
		l.Unflip()
	}
	if l.View != nil {
		l.View.Versions.lost()
		l.View.Diff.lost()
	}
}

// FieldID names the element of a field of a header.
func FieldID(n int) string { return fmt.Sprintf("field-%d", n) }
