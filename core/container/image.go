package container

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
)

// Image is the config document of an image as dockerd 20.10 reads and writes
// it (image/image.go). It writes the keys sorted.
type Image struct {
	Comment         string    `json:"comment,omitempty"`
	Created         time.Time `json:"created"`
	Container       string    `json:"container,omitempty"` // 64 hex
	ContainerConfig Config    `json:"container_config"`
	DockerVersion   string    `json:"docker_version,omitempty"`
	Author          string    `json:"author,omitempty"`
	Config          *Config   `json:"config,omitempty"`
	Architecture    string    `json:"architecture,omitempty"`
	Variant         string    `json:"variant,omitempty"`
	OS              string    `json:"os,omitempty"`
	RootFS          *RootFS   `json:"rootfs,omitempty"`
	History         []History `json:"history,omitempty"`
	OSVersion       string    `json:"os.version,omitempty"`
	OSFeatures      []string  `json:"os.features,omitempty"`
}

// RootFS names the layers, bottom first.
type RootFS struct {
	Type    string          `json:"type"`
	DiffIDs []digest.Digest `json:"diff_ids,omitempty"`
}

// History is how a layer, or an image without one, came about.
type History struct {
	Created    time.Time `json:"created"`
	Author     string    `json:"author,omitempty"`
	CreatedBy  string    `json:"created_by,omitempty"`
	Comment    string    `json:"comment,omitempty"`
	EmptyLayer bool      `json:"empty_layer,omitempty"`
}

// ParseImage reads the config document of any image.
func ParseImage(configJSON []byte) (*Image, error) {
	var i Image
	if err := json.Unmarshal(configJSON, &i); err != nil {
		return nil, fmt.Errorf("image config: %w", err)
	}
	return &i, nil
}

// JSON is the document dockerd writes.
func (i *Image) JSON() ([]byte, error) {
	b, err := json.Marshal(i)
	if err != nil {
		return nil, err
	}
	var keys map[string]json.RawMessage // a map is written sorted
	if err := json.Unmarshal(b, &keys); err != nil {
		return nil, err
	}
	return json.Marshal(keys)
}

// Child is what a new image says of how it came about.
type Child struct {
	Container       string // the id of the container that was committed, if any
	Author, Comment string
	Created         time.Time
	Version         string // of the daemon; empty: Version
	// ContainerConfig is that of the container: its Cmd joined is the history's
	// created_by. Config is what the image tells its containers.
	ContainerConfig, Config *Config
}

// Version is the daemon that is followed: Debian 12's.
const Version = "20.10.24+dfsg1"

// Commit makes the image with the layer l upon those of parent, which is nil
// for scratch (image/image.go NewChildImage). An empty layer, or none, is not
// put on the stack but noted in the history.
func Commit(parent *image.Image, l *layer.Layer, c Child) (*image.Image, error) {
	from := &Image{}
	if parent != nil {
		var err error
		if from, err = ParseImage(parent.ConfigJSON()); err != nil {
			return nil, err
		}
	}
	if l != nil && l.Empty() {
		l = nil
	}
	root := &RootFS{Type: "layers"}
	if from.RootFS != nil {
		root.Type, root.DiffIDs = from.RootFS.Type, slices.Clone(from.RootFS.DiffIDs)
	}
	if l != nil {
		root.DiffIDs = append(root.DiffIDs, l.DiffID())
	}
	version := c.Version
	if version == "" {
		version = Version
	}
	arch := from.Architecture
	if arch == "" {
		arch = "amd64"
	}
	child := &Image{
		Created: c.Created.UTC(), Container: c.Container, ContainerConfig: *c.ContainerConfig, DockerVersion: version,
		Author: c.Author, Config: c.Config, Architecture: arch, Variant: from.Variant, OS: "linux", RootFS: root,
		History: append(slices.Clone(from.History), History{Created: c.Created.UTC(), Author: c.Author, Comment: c.Comment,
			CreatedBy: strings.Join(c.ContainerConfig.Cmd, " "), EmptyLayer: l == nil}),
		OSVersion: from.OSVersion, OSFeatures: from.OSFeatures,
	}
	doc, err := child.JSON()
	if err != nil {
		return nil, err
	}
	return image.Child(parent, doc, l)
}
