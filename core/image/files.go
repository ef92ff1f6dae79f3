package image

import (
	"context"
	"fmt"
	"slices"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Files is an image extracted.
type Files struct {
	// After is what is seen with each layer on top, bottom first.
	After []vfs.Tree
	// Ghosts are names that are listed but lead to nothing: see layer.Mount.
	Ghosts []string
	// Refused is what BuildKit refuses of the layers.
	Refused []Refused
}

// Refused is a part of a layer that BuildKit does not take.
type Refused struct {
	Layer int // from 0 at the bottom
	layer.Refusal
}

// Tree is what is seen of the whole image.
func (f *Files) Tree() vfs.Tree {
	if len(f.After) == 0 {
		return vfs.New(0)
	}
	return f.After[len(f.After)-1]
}

// extraction is the last answer of Extract, and to what.
type extraction struct {
	files   *Files
	mount   *layer.Mount // kept where other images are made from this one
	now     int64
	lenient bool
}

// Extract extracts the layers onto each other, bottom first, and remembers the
// result; of an image made from another one it extracts the layer that was
// added. The Progress of o counts the entries of the layers that are extracted.
// The error of a layer that BuildKit refuses is a *layer.RefusalError. ctx
// cancels it.
func (i *Image) Extract(ctx context.Context, o layer.ApplyOptions) (*Files, error) {
	x, err := i.extract(ctx, o, false)
	if err != nil {
		return nil, err
	}
	return x.files, nil
}

func (i *Image) extract(ctx context.Context, o layer.ApplyOptions, mount bool) (*extraction, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if x := i.extracted; x != nil && x.lenient == o.Lenient && x.now == o.Now && (x.mount != nil || !mount) {
		return x, nil
	}
	f, layers := &Files{}, i.Layers
	var m *layer.Mount
	if i.parent != nil {
		below, err := i.parent.extract(ctx, o, true)
		if err != nil {
			return nil, err
		}
		m, layers = below.mount, i.Layers[len(i.parent.Layers):]
		*f = Files{After: slices.Clone(below.files.After), Refused: slices.Clone(below.files.Refused)}
	}
	var done, total int
	for _, l := range layers {
		total += len(l.Entries())
	}
	tell := o.Progress
	for _, l := range layers {
		if tell != nil {
			o.Progress = func(count, _ int) { tell(done+count, total) }
		}
		n := len(f.After)
		next, err := layer.Apply(ctx, m, l.Entries(), o)
		if err != nil {
			return nil, fmt.Errorf("layer %d of image %s: %w", n+1, i.ID(), err)
		}
		for _, r := range next.Refused()[len(m.Refused()):] {
			f.Refused = append(f.Refused, Refused{n, r})
		}
		m = next
		done += len(l.Entries())
		f.After = append(f.After, m.Tree())
	}
	f.Ghosts = m.Ghosts()
	i.extracted = &extraction{files: f, now: o.Now, lenient: o.Lenient}
	if mount {
		i.extracted.mount = m
	}
	return i.extracted, nil
}

// Tree returns the union of the layers, as Extract found it last, or extracted
// at the Unix epoch. What BuildKit refuses is taken.
func (i *Image) Tree() (vfs.Tree, error) {
	i.mu.Lock()
	x := i.extracted
	i.mu.Unlock()
	if x != nil {
		return x.files.Tree(), nil
	}
	f, err := i.Extract(context.Background(), layer.ApplyOptions{Lenient: true})
	if err != nil {
		return vfs.Tree{}, err
	}
	return f.Tree(), nil
}
