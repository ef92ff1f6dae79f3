package containerd

import (
	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
)

// RemoteManifest returns what a registry has under a name: its type, its bytes
// and their digest.
func (e Engine) RemoteManifest(name string) (mediaType string, raw []byte, d digest.Digest, err error) {
	ref, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return "", nil, "", &host.Error{Status: 400, Text: err.Error()}
	}
	ref = reference.TagNameOnly(ref)
	m, err := e.network().Pull(reference.Domain(ref), reference.Path(ref)).Manifest(asked(ref))
	if err != nil {
		return "", nil, "", err
	}
	return m.MediaType, m.JSON, m.Digest, nil
}
