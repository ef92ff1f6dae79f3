package session

import (
	"slices"
	"strings"

	"layerlab.dev/core/layer"
	"layerlab.dev/wasm/wire"
)

const (
	// keptBuilds is how many earlier builds stay at hand besides pinned ones.
	keptBuilds = 12
	// keptBytes bounds what their layers, but for those still in use, would
	// take as tars: a build of large files is soon forgotten.
	keptBytes = 256 << 20
)

// earlier holds builds that newer ones have replaced, to compare with.
type earlier struct {
	list   []*work // newest first, each image once
	pinned map[string]*work
}

// add keeps a build that has been replaced.
func (e *earlier) add(d *work) {
	e.list = slices.DeleteFunc(e.list, func(o *work) bool { return o.image.ID == d.image.ID })
	e.list = slices.Insert(e.list, 0, d)
}

// find gives the build of an image, nil where it is not kept.
func (e *earlier) find(imageID string) *work {
	if d := e.pinned[imageID]; d != nil {
		return d
	}
	for _, d := range e.list {
		if d.image.ID == imageID {
			return d
		}
	}
	return nil
}

// step finds a step of a build that is kept, nil where there is none.
func (e *earlier) step(id string) *step {
	for _, d := range e.works() {
		for _, s := range d.stages {
			for _, st := range s.steps {
				if st.ID == id {
					return st
				}
			}
		}
	}
	return nil
}

// trim forgets the oldest builds beyond what may be kept. What current builds
// use costs nothing more.
func (e *earlier) trim(current []*work) {
	counted := map[*layer.Layer]bool{}
	cost := func(d *work) (n int64) {
		for _, l := range d.result.Image.Layers {
			if !counted[l] {
				counted[l] = true
				n += l.TarSize()
			}
		}
		return n
	}
	for _, d := range current {
		cost(d)
	}
	var bytes int64
	for n, d := range e.list {
		if bytes += cost(d); n == keptBuilds || bytes > keptBytes {
			e.list = slices.Delete(e.list, n, len(e.list))
			return
		}
	}
}

// works are all builds that are kept, pinned ones included, newest first.
func (e *earlier) works() []*work {
	out := slices.Clone(e.list)
	for _, d := range e.pinned {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *work) int { return b.revision - a.revision })
	return out
}

// listBuilds answers MethodBuilds.
func (s *Session) listBuilds() wire.Builds {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.results
	out := wire.Builds{Builds: []wire.Build{}}
	current := map[string]bool{}
	var now []*work
	for _, d := range r.good {
		now = append(now, d)
	}
	slices.SortFunc(now, func(a, b *work) int { return strings.Compare(a.Path, b.Path) })
	for _, d := range now {
		current[d.image.ID] = true
		out.Builds = append(out.Builds, r.describe(d, true))
	}
	for _, d := range r.earlier.works() {
		if !current[d.image.ID] {
			out.Builds = append(out.Builds, r.describe(d, false))
		}
	}
	return out
}

func (r *results) describe(d *work, current bool) wire.Build {
	return wire.Build{
		Image: d.image.ID, Dockerfile: d.Path, Tag: d.Tag, Revision: d.revision, Time: d.at.UnixMilli(), Current: current,
		Pinned: r.earlier.pinned[d.image.ID] != nil, Layers: len(d.result.Image.Layers), Size: d.image.Size,
	}
}

// pin answers a PinQuery.
func (s *Session) pin(q wire.PinQuery) (wire.Builds, error) {
	d, err := s.work(q.Image)
	if err != nil {
		return wire.Builds{}, err
	}
	s.mu.Lock()
	e := &s.results.earlier
	if q.Pin {
		if e.pinned == nil {
			e.pinned = map[string]*work{}
		}
		e.pinned[q.Image] = d
	} else {
		delete(e.pinned, q.Image)
	}
	s.mu.Unlock()
	return s.listBuilds(), nil
}
