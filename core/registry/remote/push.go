package remote

import (
	"errors"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/registry"
)

// Target is a repository as a push sees it. It is a value: what is pushed is in
// the Target that is returned, and in its Network.
type Target struct {
	network Network
	service service
	path    string
}

// Push returns the repository of a name (see Pull) at the registry of its
// domain; no mirror takes a push. The error is a *DialError.
func (n Network) Push(domain, path string) (Target, error) {
	if domain == DockerIO {
		domain = Hub
	}
	s, err := n.dial(domain)
	if err != nil {
		return Target{}, err
	}
	return Target{n, s, path}, nil
}

// Network returns the network with all that was pushed.
func (t Target) Network() Network { return t.network }

// Rate returns the bytes a second of the link; 0 is without limit.
func (t Target) Rate() int64 { return t.service.rate }

func (t Target) state() (registry.State, error) {
	if t.service.registry == "" {
		return registry.State{}, registry.Denied.With(nil)
	}
	return t.network.states[t.service.registry], nil
}

// change gives the registry to do and keeps what it returns.
func (t Target) change(do func(registry.State) (registry.State, error)) (Target, error) {
	s, err := t.state()
	if err != nil {
		return t, err
	}
	if s, err = do(s); err != nil {
		return t, err
	}
	t.network = t.network.keep(t.service.registry, s)
	return t, nil
}

// Has reports whether the repository has a blob.
func (t Target) Has(d digest.Digest) (bool, error) {
	s, err := t.state()
	if err != nil {
		return false, err
	}
	_, err = s.Blob(t.path, d)
	var e *registry.Error
	if errors.As(err, &e) && e.Code == registry.BlobUnknown {
		return false, nil
	}
	return err == nil, err
}

// Mount takes a blob over from another repository of the same registry. It
// reports false, without an error, where that does not have it.
func (t Target) Mount(from string, d digest.Digest) (Target, bool, error) {
	next, err := t.change(func(s registry.State) (registry.State, error) { return s.MountBlob(t.path, from, d) })
	var e *registry.Error
	if errors.As(err, &e) && (e.Code == registry.BlobUnknown || e.Code == registry.NameInvalid) {
		return t, false, nil
	}
	return next, err == nil, err
}

// Blob pushes a blob.
func (t Target) Blob(b registry.Blob) (Target, error) {
	return t.change(func(s registry.State) (registry.State, error) { return s.PushBlob(t.path, b) })
}

// Manifest pushes a manifest under a tag or its digest, after all that it names.
func (t Target) Manifest(reference, mediaType string, raw []byte) (Target, registry.Manifest, error) {
	var m registry.Manifest
	next, err := t.change(func(s registry.State) (registry.State, error) {
		next, put, err := s.PutManifest(t.path, reference, mediaType, raw)
		m = put
		return next, err
	})
	return next, m, err
}
