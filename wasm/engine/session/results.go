package session

import (
	"slices"

	"layerlab.dev/core/image"
	"layerlab.dev/core/workspace"
	"layerlab.dev/wasm/wire"
)

// results are what queries look at: of each Dockerfile the last build that
// gave an image, which is what the page still shows while a newer one fails.
type results struct {
	good map[string]*work // by path of the Dockerfile
	// draft is what the last build of the shown Dockerfile made where it failed,
	// else nil.
	draft *work
	// now and before are the images and steps of good, and those of the round
	// before: a question may be under way while its answer is built anew.
	now, before index
	earlier     earlier
	lists       []*list // used last comes last
	differences []*differences
	bases       *baseCache
}

// index finds what a query names.
type index struct {
	images map[string]*work // by image ID
	steps  map[string]*step
}

// add makes the steps of a work known.
func (i *index) add(d *work) {
	for _, s := range d.stages {
		for _, st := range s.steps {
			i.steps[st.ID] = st
		}
	}
}

func newResults() results {
	return results{good: map[string]*work{}, bases: &baseCache{layers: map[*image.Image]baseLayers{}}}
}

// take keeps the works that built, and what the failed one made, if any; it
// forgets Dockerfiles that are gone.
func (r *results) take(plan *workspace.Plan, order []*work, draft *work) {
	for _, d := range order {
		switch last := r.good[d.Path]; {
		case last == nil:
		case last.image.ID == d.image.ID:
			d.revision, d.at = last.revision, last.at
		default:
			r.earlier.add(last)
		}
		r.good[d.Path] = d
	}
	for path := range r.good {
		if _, planned := plan.Find(path); !planned {
			delete(r.good, path)
		}
	}
	r.before, r.now = r.now, index{images: map[string]*work{}, steps: map[string]*step{}}
	var all []*work
	for _, d := range r.good {
		all = append(all, d)
		r.now.images[d.image.ID] = d
		r.now.add(d)
	}
	r.earlier.trim(all)
	if r.draft = draft; draft != nil {
		all = append(all, draft)
		r.now.add(draft)
	}
	r.bases.keep(usedBases(all))
	r.lists = slices.DeleteFunc(r.lists, func(l *list) bool { return r.step(l.key.of.ID) != l.key.of })
}

// usedBases are the base images of all builds that can be looked at.
func (r *results) usedBases() []*image.Image {
	var all []*work
	for _, d := range r.good {
		all = append(all, d)
	}
	if r.draft != nil {
		all = append(all, r.draft)
	}
	return usedBases(append(all, r.earlier.works()...))
}

// draftBases are the base images of the last builds, failed ones included.
func draftBases(drafts map[string]*work) []*image.Image {
	var out []*image.Image
	for _, d := range drafts {
		if d.result == nil {
			continue
		}
		for _, img := range d.result.Bases {
			out = append(out, img)
		}
	}
	return out
}

func (r *results) step(id string) *step {
	if st := r.now.steps[id]; st != nil {
		return st
	}
	if st := r.before.steps[id]; st != nil {
		return st
	}
	return r.earlier.step(id)
}

// step finds a step by its ID.
func (s *Session) step(id string) (*step, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.results.step(id); st != nil {
		return st, nil
	}
	return nil, saysStepGone.Error(id)
}

// work finds the build that made an image.
func (s *Session) work(imageID string) (*work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range []index{s.results.now, s.results.before} {
		if d := in.images[imageID]; d != nil {
			return d, nil
		}
	}
	if d := s.results.earlier.find(imageID); d != nil {
		return d, nil
	}
	return nil, saysImageGone.Error(imageID)
}

// keptLists is how many lists stay at hand for scrolling.
const keptLists = 4

// rows answers a RowsQuery.
func (s *Session) rows(q wire.RowsQuery) (wire.Rows, error) {
	st, err := s.step(q.Step)
	if err != nil {
		return wire.Rows{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.results
	key := listKey(st, q)
	at := slices.IndexFunc(r.lists, func(l *list) bool { return l.key == key })
	var l *list
	if at >= 0 {
		l = r.lists[at]
		r.lists = slices.Delete(r.lists, at, at+1)
	} else if l, err = newList(key); err != nil {
		return wire.Rows{}, err
	}
	if r.lists = append(r.lists, l); len(r.lists) > keptLists {
		r.lists = slices.Delete(r.lists, 0, 1)
	}
	return l.window(q), nil
}
