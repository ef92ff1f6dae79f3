package host

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store/content"
	"layerlab.dev/core/vfs"
)

// CacheRecord is something that BuildKit keeps for later builds: what a step
// made, a base image, or files that a client sent. It is a value once it is in a
// State.
type CacheRecord struct {
	types.BuildCache
	// Key is what it is found under.
	Key string
	// Made is what a step made, Tar the layer of it as 20.10 stores it; nil for
	// others.
	Made *build.Made
	Tar  *layer.Layer
	// Chain is the layer of the store that the record holds; empty: none.
	Chain digest.Digest
	// Sent are the files that a client sent.
	Sent vfs.Tree
	// Measured says that Size was asked for: BuildKit keeps it from then on,
	// whatever the client sends later.
	Measured bool
	// Target is the image of which a base is the content, in Engine 29.
	Target *content.Target
}

// cached returns what is kept under a key.
func (s *State) cached(key string) *CacheRecord {
	id, ok := s.cacheKeys.Get(key)
	if !ok {
		return nil
	}
	r, _ := s.BuildCache.Get(id)
	return r
}

// putCache keeps a record, which is found under its key from now on. What had
// the key stays until it is pruned.
func (s *State) putCache(r *CacheRecord) {
	s.BuildCache = s.BuildCache.Set(r.ID, r)
	s.cacheKeys = s.cacheKeys.Set(r.Key, r.ID)
}

// dropCache removes a record and gives up the layer that it holds.
func (s *State) dropCache(id string) {
	r, ok := s.BuildCache.Get(id)
	if !ok {
		return
	}
	s.BuildCache = s.BuildCache.Delete(id)
	if at, _ := s.cacheKeys.Get(r.Key); at == id {
		s.cacheKeys = s.cacheKeys.Delete(r.Key)
	}
	if r.Chain != "" {
		s.Store, _ = s.Store.Release(r.Chain)
	}
}

// use notes that a record served a build.
func (s *State) use(r *CacheRecord) {
	c := *r
	now := s.Time()
	c.LastUsedAt = &now
	c.UsageCount++
	s.BuildCache = s.BuildCache.Set(c.ID, &c)
}

// newCache returns a record for something new.
func (s *State) newCache(key, kind, description string, size int64) *CacheRecord {
	now := s.Time()
	return &CacheRecord{Key: key, BuildCache: types.BuildCache{
		ID: s.Random.Base36(), Type: kind, Description: description, Size: size,
		CreatedAt: now, LastUsedAt: &now, UsageCount: 1,
	}}
}

// measure notes that the sizes were asked for.
func (s *State) measure() {
	for id, r := range s.BuildCache.All() {
		if !r.Measured {
			c := *r
			c.Measured = true
			s.BuildCache = s.BuildCache.Set(id, &c)
		}
	}
}

// records returns what docker system df shows of the build cache: what images
// have too counts as shared.
func (s *State) records() []*types.BuildCache {
	list := []*types.BuildCache{}
	for _, r := range s.BuildCache.All() {
		shown := r.BuildCache
		shown.Shared = s.sharedWithImages(r)
		list = append(list, &shown)
	}
	return list
}

func (s *State) sharedWithImages(r *CacheRecord) bool {
	if r.Chain == "" {
		return false
	}
	for _, i := range s.Store.Images() {
		for chain := i.Chain; chain != ""; {
			if chain == r.Chain {
				return true
			}
			l, ok := s.Store.Layer(chain)
			if !ok {
				break
			}
			chain = l.Parent
		}
	}
	return false
}

// BuildCachePrune removes what BuildKit keeps: with options.All also what images
// share.
func (h *Host) BuildCachePrune(_ context.Context, options types.BuildCachePruneOptions) (*types.BuildCachePruneReport, error) {
	report := &types.BuildCachePruneReport{}
	err := h.Change(func(c *Change) error {
		f := options.Filters
		unused := time.Duration(0)
		if values := append(f.Get("until"), f.Get("unused-for")...); len(values) > 0 {
			if len(values) > 1 {
				return Errorf(500, "failed to prune build cache: filters expect only one value: %s", values)
			}
			var err error
			if unused, err = time.ParseDuration(values[0]); err != nil {
				return Errorf(500, "failed to prune build cache: %s filter expects a duration: %s", "until", err)
			}
		}
		c.measure()
		var freed int64
		for _, r := range c.records() {
			if r.Shared && !options.All || time.Unix(0, c.Clock).Sub(*r.LastUsedAt) < unused {
				continue
			}
			if types := f.Get("type"); len(types) > 0 && !f.ExactMatch("type", r.Type) {
				continue
			}
			c.dropCache(r.ID)
			report.CachesDeleted = append(report.CachesDeleted, r.ID)
			freed += r.Size
		}
		report.SpaceReclaimed = uint64(freed)
		c.Log(events.BuilderEventType, "prune", "", map[string]string{"reclaimed": fmt.Sprint(freed)})
		return nil
	})
	return report, err
}

// baseKey, localKey and stepKey are what records are kept under.
func baseKey(chain digest.Digest) string { return "base " + chain.String() }
func localKey(name string) string        { return "local " + name }
func stepKey(key string) string          { return "step " + strings.TrimSpace(key) }
