package host

import (
	"github.com/opencontainers/go-digest"
)

// What follows is for the rooms of this package's store that are packages of
// their own.

// Net returns the network that the host reaches, or nil.
func (h *Host) Net() *Net { return h.net }

// Host returns the host whose State is being changed.
func (c *Change) Host() *Host { return c.host }

// Cached returns what BuildKit keeps under a key, or nil.
func (s *State) Cached(key string) *CacheRecord { return s.cached(key) }

// PutCache keeps a record under its key.
func (s *State) PutCache(r *CacheRecord) { s.putCache(r) }

// NewCache returns a record for something new, not yet kept.
func (s *State) NewCache(key, kind, description string, size int64) *CacheRecord {
	return s.newCache(key, kind, description, size)
}

// UseCache notes that a record served a build.
func (s *State) UseCache(r *CacheRecord) { s.use(r) }

// DropCache removes a record.
func (s *State) DropCache(id string) { s.dropCache(id) }

// User returns a container of an image for which is holds (nil: any), or nil.
func (s *State) User(image digest.Digest, is func(*Container) bool) *Container {
	return s.using(image, is)
}

// LogImage notes an event of an image.
func (s *State) LogImage(action string, id digest.Digest, name string) {
	s.logImage(action, id, name)
}

// ShortID returns the twelve digits that ids are shown with.
func ShortID(id string) string { return short(id) }

// LocalKey is what the files that a client sends are kept under.
func LocalKey(name string) string { return localKey(name) }

// StepKey is what the record of a step is kept under.
func StepKey(key string) string { return stepKey(key) }
