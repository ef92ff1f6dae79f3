package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/waste"
	"layerlab.dev/wasm/wire"
)

// step is a stratum with what queries look at.
type step struct {
	wire.Step
	stage   *stage
	layer   *layer.Layer // nil where the step has none
	changes []layer.Change
	after   vfs.Tree
	trace   *trace // nil where the step is no RUN
	cached  build.Cached
	depth   int // how many layers the stage has up to here
	epoch   int64
}

// stage is a stage with the steps that led to it, its base's layers first.
type stage struct {
	steps []*step
	base  int          // how many layers the base brought
	image *image.Image // what the stage would be as an image
	// compression is that of the layers made here.
	compression layer.Compression
	// lines are the entries of the history: the step each tells of, nil where
	// that is not among steps.
	lines []*step
}

// layered returns the steps that have a layer, bottom first.
func (s *stage) layered() []*step {
	var out []*step
	for _, st := range s.steps {
		if st.layer != nil {
			out = append(out, st)
		}
	}
	return out
}

// chain is the ChainID of the topmost layer, empty for none.
func (s *stage) chain() digest.Digest {
	if l := s.layered(); len(l) > 0 {
		return digest.Digest(l[len(l)-1].ChainID)
	}
	return ""
}

// bytes follows the bytes of the first n layers.
func (s *stage) bytes(n int) *waste.Stack {
	f := waste.New()
	for _, st := range s.layered()[:n] {
		f.Apply(st.changes)
	}
	return f
}

// stages makes the picture of a build's stages.
type stages struct {
	file   string // path of the Dockerfile
	source *dockerfile.File
	epoch  int64
	bases  *baseCache
	all    []*build.Stage // those of the file, in its order
	made   map[*build.Stage]*stage
	// compression is that of the layers made here.
	compression layer.Compression
	took        []time.Duration // of the steps that are still to come
	seen        map[string]int  // how often an ID was met, to keep equal steps apart
}

// of returns the picture of a stage.
func (p *stages) of(b *build.Stage) (*stage, error) {
	if s := p.made[b]; s != nil {
		return s, nil
	}
	s := &stage{image: b.Image, compression: p.compression}
	p.made[b] = s
	if err := p.base(s, b); err != nil {
		return nil, err
	}
	s.base = len(s.layered())
	for _, from := range b.Steps {
		if !carriedOut(from) {
			break
		}
		st := p.step(s, b, from)
		s.steps = append(s.steps, st)
		if from.CreatedBy != "" {
			s.lines = append(s.lines, st)
		}
	}
	layered := s.layered()
	f := s.bytes(len(layered))
	for i, st := range layered {
		st.HiddenBytes, st.RemovedBytes = f.Hidden(i), f.Removes(i)
	}
	return s, nil
}

// base puts the layers of what the stage begins from.
func (p *stages) base(s *stage, b *build.Stage) error {
	switch {
	case b.Parent != nil:
		parent, err := p.of(b.Parent)
		if err != nil {
			return err
		}
		copies := map[*step]*step{}
		for _, below := range parent.layered() {
			st := &step{layer: below.layer, changes: below.changes, after: below.after, trace: below.trace}
			p.baseStep(s, b, st, below.CreatedBy)
			copies[below] = st
		}
		for _, line := range parent.lines {
			s.lines = append(s.lines, copies[line])
		}
	case b.Base != nil:
		layers, err := p.bases.of(b.Base, b.Files)
		if err != nil {
			return err
		}
		next := 0
		for _, h := range b.Base.Config.History {
			if h.EmptyLayer || next == len(layers) {
				s.lines = append(s.lines, nil)
				continue
			}
			l := layers[next]
			st := &step{layer: b.Base.Layers[next], changes: l.changes, after: l.after}
			p.baseStep(s, b, st, h.CreatedBy)
			s.lines = append(s.lines, st)
			next++
		}
		for ; next < len(layers); next++ {
			st := &step{layer: b.Base.Layers[next], changes: layers[next].changes, after: layers[next].after}
			p.baseStep(s, b, st, "")
			s.lines = append(s.lines, st)
		}
	}
	return nil
}

// baseStep completes a layer of the base and puts it into s.
func (p *stages) baseStep(s *stage, b *build.Stage, st *step, createdBy string) {
	st.Kind, st.Keyword, st.Text, st.CreatedBy = "base", "FROM", "FROM "+b.BaseName, createdBy
	p.complete(s, b, st)
	s.steps = append(s.steps, st)
}

// step is the picture of an instruction carried out.
func (p *stages) step(s *stage, b *build.Stage, from *build.Step) *step {
	st := &step{layer: from.Layer, changes: from.Changes, after: from.After, trace: newTrace(p.source, from)}
	st.Kind, st.Keyword, st.Text, st.CreatedBy = "meta", from.Keyword, from.Text, from.CreatedBy
	if !from.Trigger {
		st.StartLine, st.EndLine = from.Instruction.Location()
	}
	if from.Layer != nil {
		st.Kind = "layer"
		st.Cache, st.cached = cacheState(from.Cache), from.Cache
	}
	if from.Keyword == "RUN" {
		st.How = "interpreted"
	}
	st.Source = from.Source
	st.SourceStep = p.origin(from)
	if len(p.took) > 0 {
		st.Micros, p.took = p.took[0].Microseconds(), p.took[1:]
	}
	for _, n := range from.Notes {
		st.Notes = append(st.Notes, toPage(n))
	}
	for _, o := range from.Output {
		st.Output = append(st.Output, wire.Output{FD: o.FD, Text: o.Text})
	}
	p.complete(s, b, st)
	return st
}

// complete fills in what follows from the layer and the place in the stage.
func (p *stages) complete(s *stage, b *build.Stage, st *step) {
	st.stage, st.epoch = s, p.epoch
	st.depth = len(s.layered())
	chain := s.chain()
	if l := st.layer; l != nil {
		st.depth++
		st.ParentChain = string(chain)
		chain = layer.ChainID(chain, l.DiffID())
		st.ChainID, st.DiffID = string(chain), string(l.DiffID())
		st.TarSize, st.Size, st.Empty, st.Entries = l.TarSize(), l.Size(), l.Empty(), len(l.Entries())
		n := layer.Count(st.changes, st.Size)
		st.Added, st.Modified, st.Removed, st.AddedBytes, st.ModifiedBytes = n.Added, n.Modified, n.Removed, n.AddedBytes, n.ModifiedBytes
	}
	st.ID = p.id(b, st, chain)
}

// id names a step by what it is and stands on, so that it stays the same for
// as long as the step does, wherever lines are added around it.
func (p *stages) id(b *build.Stage, st *step, chain digest.Digest) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		p.file, fmt.Sprint(b.Index), st.Kind, st.Text, st.CreatedBy, string(chain)}, "\x00")))
	id := hex.EncodeToString(sum[:8])
	p.seen[id]++
	if n := p.seen[id]; n > 1 {
		id = fmt.Sprintf("%s.%d", id, n)
	}
	return id
}

func cacheState(c build.Cached) wire.Cache {
	state := "built"
	switch {
	case c.Hit:
		state = "hit"
	case c.Parent:
		state = "parent"
	}
	return wire.Cache{State: state, Reason: toPage(c.Reason)}
}

// baseLayer is what a layer of a base image does to those below it.
type baseLayer struct {
	changes []layer.Change
	after   vfs.Tree
}

// baseCache keeps the layers of base images taken apart.
type baseCache struct {
	layers map[*image.Image]baseLayers
}

type baseLayers struct {
	files *image.Files // of which they were made
	list  []baseLayer
}

func (c *baseCache) of(img *image.Image, files *image.Files) ([]baseLayer, error) {
	if l := c.layers[img]; l.files == files {
		return l.list, nil
	}
	var out []baseLayer
	tree := vfs.New(0)
	for n, after := range files.After {
		changes, err := layer.Held(tree, after)
		if err != nil {
			return nil, saysBaseLayer.Wrap(err, n+1, img.ID())
		}
		tree = after
		out = append(out, baseLayer{changes: changes, after: after})
	}
	c.layers[img] = baseLayers{files, out}
	return out, nil
}

// keep forgets all images but those given.
func (c *baseCache) keep(images []*image.Image) {
	for img := range c.layers {
		if !slices.Contains(images, img) {
			delete(c.layers, img)
		}
	}
}
