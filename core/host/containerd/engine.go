package containerd

import (
	"encoding/json"
	"fmt"

	"github.com/docker/docker/api/types"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/store"
	"layerlab.dev/core/store/content"
)

// Engine is a host of Engine 29.
type Engine struct{ *host.Host }

// Of returns what clients of h talk to: h itself, or where its State says that it
// is of Engine 29, that engine.
func Of(h *host.Host) host.Engine {
	if h.State().Engine == host.Docker29 {
		return Engine{h}
	}
	return h
}

func (e Engine) network() remote.Network { return e.Net().Network() }

// Ping names BuildKit as the builder.
func (e Engine) Ping() types.Ping {
	return types.Ping{APIVersion: APIVersion, OSType: "linux", BuilderVersion: "2"}
}

// stream sends the messages of an operation; what fails after the first of them
// is its last message.
type stream struct {
	to   host.Progress
	sent bool
}

func (s *stream) send(m host.Message) {
	s.sent = true
	if s.to != nil {
		s.to(m)
	}
}

func (s *stream) say(id, format string, a ...any) {
	s.send(host.Message{ID: id, Status: fmt.Sprintf(format, a...)})
}

func (s *stream) update(id, status string) {
	s.send(host.Message{ID: id, Status: status, Detail: &host.Detail{}})
}

func (s *stream) aux(id string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // the API's own types
	}
	m := json.RawMessage(raw)
	s.send(host.Message{ID: id, Aux: &m})
}

func (s *stream) end(err error) error {
	if err == nil || !s.sent {
		return err
	}
	s.send(host.Message{Error: err.Error(), ErrorDetail: &host.ErrorDetail{Message: err.Error()}})
	return nil
}

// blob returns a blob that the store holds: of an image, or of what BuildKit
// keeps.
func blob(s *host.State, d digest.Digest) (content.Blob, bool) {
	in := func(t *content.Target) (content.Blob, bool) {
		if t == nil {
			return content.Blob{}, false
		}
		for _, m := range t.Manifests {
			for _, b := range m.Blobs {
				if b.Digest == d && b.Content != nil {
					return b, true
				}
			}
		}
		return content.Blob{}, false
	}
	for _, i := range s.Store.Images() {
		if b, ok := in(i.Target); ok {
			return b, true
		}
	}
	for _, r := range s.BuildCache.All() {
		if b, ok := in(r.Target); ok {
			return b, true
		}
	}
	return content.Blob{}, false
}

// put adds an image, or more of one that is there, and returns it.
func put(c *host.Change, t *content.Target) (*store.Image, error) {
	best := t.Best("linux", "amd64")
	if best == nil || best.Image == nil {
		for _, m := range t.Images() {
			if m.Image != nil {
				best = m
				break
			}
		}
	}
	if best == nil || best.Image == nil {
		return nil, host.Errorf(500, "image %s has no content here", t.Descriptor.Digest)
	}
	if old, ok := c.Store.Image(t.Descriptor.Digest); ok && old.Target != nil {
		t.Identity = old.Target.Identity.With(t.Identity)
	}
	next, i, err := c.Store.CreateTarget(best.Image, t, &c.Random, c.Now())
	if err != nil {
		return nil, &host.Error{Status: 500, Text: err.Error()}
	}
	c.Store = next
	return i, nil
}
