package remote

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/registry"
)

// Source is a repository as a pull sees it: the same name at one endpoint after
// the other, mirrors first.
type Source struct {
	network   Network
	endpoints []string
	path      string
}

// Pull returns the repository of a name, its domain and path as
// distribution/reference splits it: "docker.io" and "library/alpine". Nothing is
// asked yet.
func (n Network) Pull(domain, path string) Source {
	if domain == DockerIO {
		return Source{n, append(append([]string{}, n.mirrors...), Hub), path}
	}
	return Source{n, []string{domain}, path}
}

// each asks the endpoints in turn until one answers, and returns the error of
// the last.
func (s Source) each(ask func(registry.State) error) error {
	err := fmt.Errorf("no endpoints found for %s", s.path)
	for _, address := range s.endpoints {
		var at service
		if at, err = s.network.dial(address); err != nil {
			continue
		}
		if at.registry == "" {
			err = registry.Denied.With(nil)
			continue
		}
		if err = ask(s.network.states[at.registry]); err == nil {
			return nil
		}
	}
	return err
}

// Manifest returns the manifest of a tag or digest. The error is a *DialError
// or one of the registry's, both of the last endpoint.
func (s Source) Manifest(reference string) (m registry.Manifest, err error) {
	err = s.each(func(r registry.State) (err error) {
		m, err = r.Manifest(s.path, reference)
		return err
	})
	return m, err
}

// Blob returns a blob of the repository.
func (s Source) Blob(d digest.Digest) (b registry.Blob, err error) {
	err = s.each(func(r registry.State) (err error) {
		b, err = r.Blob(s.path, d)
		return err
	})
	return b, err
}

// Tags returns the tags of the repository.
func (s Source) Tags() (tags []string, err error) {
	err = s.each(func(r registry.State) (err error) {
		tags, err = r.Tags(s.path)
		return err
	})
	return tags, err
}

// Rate returns the bytes a second of the link to the first endpoint that is
// there; 0 is without limit.
func (s Source) Rate() int64 {
	for _, address := range s.endpoints {
		if at, err := s.network.dial(address); err == nil {
			return at.rate
		}
	}
	return 0
}

// PullError words what went wrong with a pull as dockerd 20.10 does
// (distribution/errors.go). reference is the familiar form of what was asked
// for, with tag or digest, repository the same without.
func PullError(err error, repository, reference string) error {
	var many registry.Errors
	if errors.As(err, &many) && len(many) > 0 {
		err = many[0]
	}
	var e *registry.Error
	if errors.As(err, &e) {
		switch e.Code {
		case registry.Denied:
			return fmt.Errorf("pull access denied for %s, repository does not exist or may require 'docker login': %w", repository, e)
		case registry.ManifestUnknown:
			return fmt.Errorf("manifest for %s not found: %w", reference, e)
		case registry.NameUnknown:
			return fmt.Errorf("repository %s not found: %w", repository, e)
		}
	}
	return err
}
