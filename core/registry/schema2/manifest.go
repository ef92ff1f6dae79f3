package schema2

import (
	_ "crypto/sha256" // digests are checked only where it is linked
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// The media types of the manifest and of what it names.
const (
	MediaType        = "application/vnd.docker.distribution.manifest.v2+json"
	ListType         = "application/vnd.docker.distribution.manifest.list.v2+json"
	ConfigType       = "application/vnd.docker.container.image.v1+json"
	LayerType        = "application/vnd.docker.image.rootfs.diff.tar.gzip"
	ForeignLayerType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
)

// Versioned is how every manifest begins.
type Versioned struct {
	SchemaVersion int    `json:"schemaVersion"`
	MediaType     string `json:"mediaType,omitempty"`
}

// Descriptor names a blob. The order of its fields is that of the bytes.
type Descriptor struct {
	MediaType   string            `json:"mediaType,omitempty"`
	Size        int64             `json:"size,omitempty"`
	Digest      digest.Digest     `json:"digest,omitempty"`
	URLs        []string          `json:"urls,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Platform    *ocispec.Platform `json:"platform,omitempty"`
}

// Manifest is the manifest of one image: its config and its layers, bottom
// first.
type Manifest struct {
	Versioned
	Config Descriptor   `json:"config"`
	Layers []Descriptor `json:"layers"`
}

// References returns all that the manifest names, the config first.
func (m *Manifest) References() []Descriptor {
	return append([]Descriptor{m.Config}, m.Layers...)
}

// New returns the bytes of the manifest that docker 20.10 pushes for an image:
// indented by three spaces, without a newline at the end
// (distribution/manifest/schema2, FromStruct). Only size and digest of config
// and layers are asked for; the media types are set where they are empty.
func New(config Descriptor, layers []Descriptor) ([]byte, error) {
	m := Manifest{Versioned: Versioned{SchemaVersion: 2, MediaType: MediaType}, Config: config, Layers: make([]Descriptor, len(layers))}
	if m.Config.MediaType == "" {
		m.Config.MediaType = ConfigType
	}
	for i, l := range layers {
		if l.MediaType == "" {
			l.MediaType = LayerType
		}
		m.Layers[i] = l
	}
	b, err := json.MarshalIndent(&m, "", "   ")
	if err != nil {
		return nil, fmt.Errorf("writing the manifest: %w", err)
	}
	return b, nil
}

// Parse reads a manifest. Its mediaType must be the one of this schema; the
// errors of encoding/json come as they are.
func Parse(raw []byte) (*Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	if m.MediaType != MediaType {
		return nil, fmt.Errorf("mediaType of the manifest is %q, want %q", m.MediaType, MediaType)
	}
	return &m, nil
}
