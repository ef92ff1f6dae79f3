package drawing

import (
	"fmt"
	"slices"
	"strings"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/picture"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/waste"
)

// Sample is what is drawn of an image.
type Sample struct {
	Name    string
	ImageID string
	Size    int64     // of the contents of all layers, in bytes
	Strata  []Stratum // bottom first
}

// Stratum is a layer of the base, or an instruction.
type Stratum struct {
	picture.Content
	Base    bool
	Number  int    // of the layer, from 1 at the bottom; 0 where there is none
	Text    string // the instruction; of a layer of the base also what made it
	DiffID  string // empty where there is no layer
	ChainID string
}

// Of reads the stage that is the image of a finished build. Name may be empty.
func Of(name string, res *build.Result) (Sample, error) {
	if res.Image == nil {
		return Sample{}, fmt.Errorf("the build has no image to draw")
	}
	r := reader{stack: waste.New(), sample: Sample{Name: name, ImageID: string(res.Image.ID())}}
	if err := r.base(res.Target, "FROM "+res.Target.BaseName); err != nil {
		return Sample{}, err
	}
	for _, st := range res.Target.Steps {
		r.add(Stratum{Text: st.Text}, st.Layer, st.Changes)
	}
	chain := res.Image.ChainIDs()
	for i := range r.sample.Strata {
		s := &r.sample.Strata[i]
		if s.Number == 0 {
			continue
		}
		s.ChainID = string(chain[s.Number-1])
		s.HiddenBytes, s.RemovedBytes = r.stack.Hidden(s.Number-1), r.stack.Removes(s.Number-1)
		r.sample.Size += s.Size
	}
	return r.sample, nil
}

type reader struct {
	sample Sample
	stack  *waste.Stack
	layers int
}

// base reads the layers that a stage begins from; text is the FROM of the
// stage that is drawn.
func (r *reader) base(st *build.Stage, text string) error {
	if st.Parent != nil {
		if err := r.base(st.Parent, text); err != nil {
			return err
		}
		for _, below := range st.Parent.Steps {
			if below.Layer != nil {
				r.add(Stratum{Base: true, Text: title(text, below.CreatedBy)}, below.Layer, below.Changes)
			}
		}
		return nil
	}
	if st.Base == nil {
		return nil
	}
	made := creators(st.Base)
	tree := vfs.New(0)
	for n, l := range st.Base.Layers {
		changes, err := layer.Held(tree, st.Files.After[n])
		if err != nil {
			return fmt.Errorf("layer %d of %s: %w", n+1, st.BaseName, err)
		}
		tree = st.Files.After[n]
		r.add(Stratum{Base: true, Text: title(text, made[n])}, l, changes)
	}
	return nil
}

// creators are the entries of an image's history that made its layers; empty
// texts where it has fewer.
func creators(img *image.Image) []string {
	var out []string
	for _, h := range img.Config.History {
		if !h.EmptyLayer {
			out = append(out, h.CreatedBy)
		}
	}
	return append(out, slices.Repeat([]string{""}, max(len(img.Layers)-len(out), 0))...)
}

func title(from, createdBy string) string {
	if made := strings.TrimSuffix(createdBy, " # buildkit"); made != "" {
		return from + ": " + made
	}
	return from
}

// add puts a stratum on top; l is nil where it has no layer.
func (r *reader) add(s Stratum, l *layer.Layer, changes []layer.Change) {
	s.Hollow = true
	if l != nil {
		r.stack.Apply(changes)
		r.layers++
		s.Number, s.DiffID = r.layers, string(l.DiffID())
		s.Size, s.Hollow = l.Size(), l.Empty() || len(l.Entries()) == 0
		n := layer.Count(changes, s.Size)
		s.Added, s.Modified, s.Removed, s.AddedBytes, s.ModifiedBytes = n.Added, n.Modified, n.Removed, n.AddedBytes, n.ModifiedBytes
	}
	r.sample.Strata = append(r.sample.Strata, s)
}
