package main

import (
	"fmt"
	"strings"
	"time"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// node is a digest in the picture of the whole chain.
type node struct {
	what, id    string // as Recompute wants them
	step        string
	layer       string // of the first node of a layer: its name, and the instruction
	name, how   string
	digest      string
	chosen      bool
	flipped     bool // a byte is changed somewhere
	mark        string
	again       string
	result      string
	verdict     string
	bad         bool
	changed     bool
	of          string // "document", "chain" or "diff"
	instruction string
}

// Compute draws the chain of the shown stage from the index down to the lowest
// layer.
func (c *Digests) Compute() {
	c.nodes = c.nodes[:0]
	st, img := c.Lab.StageOf(c.Step.ID)
	w := c.Lab.W
	if st == nil {
		return
	}
	flip := &c.Lab.Proof.Flip
	flipped := c.Lab.Proof.FlipOf != "" && flip.Ready()
	add := func(n node, now string) {
		n.flipped = c.Lab.Proof.FlipOf != ""
		if flipped {
			n.changed, n.mark = now != n.digest, w.SameDigest
			if n.changed {
				n.mark = w.OtherDigest
			}
			n.digest = now
		}
		n.again = w.RecomputeIt(n.name)
		c.told(&n)
		c.nodes = append(c.nodes, n)
	}
	if img != nil && st == &img.Stages[img.Final] {
		f := flip.Value
		add(node{what: "index", id: img.ID, name: w.Tabs["index"], how: "sha256(index.json)", digest: img.IndexDigest, of: "document"}, f.Index)
		add(node{what: "manifest", id: img.ID, name: w.Tabs["manifest"], how: "sha256(manifest)", digest: img.ManifestDigest, of: "document"}, f.Manifest)
		add(node{what: "imageid", id: img.ID, name: w.ImageID, how: "sha256(config)", digest: img.ID, of: "document"}, f.ImageID)
	}
	n := lab.LayerCount(st)
	for i := len(st.Steps) - 1; i >= 0; i-- {
		s := &st.Steps[i]
		if !lab.HasLayer(s) {
			continue
		}
		f := c.Lab.Flipped(s.ID)
		if f == nil {
			f = &wire.FlippedLayer{DiffID: s.DiffID, ChainID: s.ChainID}
		}
		chosen := s.ID == c.Step.ID
		how := "= DiffID 1"
		if n > 1 {
			how = fmt.Sprintf("sha256(ChainID %d + \" \" + DiffID %d)", n-1, n)
		}
		add(node{what: "chainid", id: s.ID, step: s.ID, layer: w.Layer(n), instruction: lab.Title(s), name: fmt.Sprintf("ChainID %d", n), how: how,
			digest: s.ChainID, chosen: chosen, of: "chain"}, f.ChainID)
		add(node{what: "diffid", id: s.ID, step: s.ID, name: fmt.Sprintf("DiffID %d", n), how: "sha256(tar, " + c.Lab.Size(s.TarSize) + ")",
			digest: s.DiffID, chosen: chosen, of: "diff"}, f.DiffID)
		n--
	}
}

// told adds what a computation gave.
func (c *Digests) told(n *node) {
	r, w := c.Lab.Recomputed(n.what, n.id), c.Lab.W
	switch {
	case r == nil || n.flipped:
	case r.Failure != "":
		n.result, n.bad, n.verdict = r.Failure, true, w.NotComputed
	case !r.Loaded:
		n.result, n.verdict = w.LoadingRows, ""
	case n.what == "chainid" && !strings.Contains(r.Value.Text, " "):
		n.verdict, n.result = w.EqualDigest, w.HowChainBase
	default:
		v := r.Value
		n.bad, n.verdict = v.Output != v.Expected, w.EqualDigest
		if n.bad {
			n.verdict = w.OtherDigest
		}
		n.result = w.ComputedFrom(v.Input, (time.Duration(v.Micros)*time.Microsecond).Seconds()*1000)
	}
}

func (c *Digests) nodeClass(n node) string {
	return classes("node", true, "node-"+n.of, true, "chosen", n.chosen, "changed", n.changed, "first", n.layer != "")
}

func (c *Digests) number(step string) int { return c.Lab.NumberOf(step) }

// flipText says which byte is changed, and in what.
func (c *Digests) flipText() string {
	p, w := &c.Lab.Proof, c.Lab.W
	switch {
	case p.FlipOf == "":
		return ""
	case p.Flip.Failure != "":
		return p.Flip.Failure
	case !p.Flip.Loaded:
		return w.LoadingRows
	}
	f := p.Flip.Value
	return w.Flipped(c.number(p.FlipOf), f.Offset, byteText(f.Was), byteText(f.Is), f.Entry)
}

// byteText writes a byte in hexadecimal, and as a character where it is one.
func byteText(b int) string {
	if b > ' ' && b <= '~' {
		return fmt.Sprintf("%02x '%c'", b, b)
	}
	return fmt.Sprintf("%02x", b)
}
