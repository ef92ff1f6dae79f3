package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
)

// Document is the JSON of an image as dockerd 20.10 reads it.
type Document struct {
	ID              string            `json:"id,omitempty"`
	Comment         string            `json:"comment,omitempty"`
	Created         time.Time         `json:"created"`
	Container       string            `json:"container,omitempty"`
	ContainerConfig container.Config  `json:"container_config,omitempty"`
	DockerVersion   string            `json:"docker_version,omitempty"`
	Author          string            `json:"author,omitempty"`
	Config          *container.Config `json:"config,omitempty"`
	Architecture    string            `json:"architecture,omitempty"`
	Variant         string            `json:"variant,omitempty"`
	OS              string            `json:"os,omitempty"`
	RootFS          *RootFS           `json:"rootfs,omitempty"`
	History         []History         `json:"history,omitempty"`
	OSVersion       string            `json:"os.version,omitempty"`
	OSFeatures      []string          `json:"os.features,omitempty"`
}

// RootFS names the layers, bottom first.
type RootFS struct {
	Type    string          `json:"type"`
	DiffIDs []digest.Digest `json:"diff_ids,omitempty"`
}

// History is one entry of an image's history.
type History struct {
	Created    time.Time `json:"created"`
	Author     string    `json:"author,omitempty"`
	CreatedBy  string    `json:"created_by,omitempty"`
	Comment    string    `json:"comment,omitempty"`
	EmptyLayer bool      `json:"empty_layer,omitempty"`
}

// Parse reads the config of an image.
func Parse(config []byte) (*Document, error) {
	d := new(Document)
	if err := json.Unmarshal(config, d); err != nil {
		return nil, err
	}
	if d.RootFS == nil {
		return nil, fmt.Errorf("invalid image JSON, no RootFS key")
	}
	layers := 0
	for _, h := range d.History {
		if !h.EmptyLayer {
			layers++
		}
	}
	if layers > len(d.RootFS.DiffIDs) {
		return nil, fmt.Errorf("too many non-empty layers in History section")
	}
	return d, nil
}

// JSON returns the document as dockerd writes it: its keys sorted.
func (d *Document) JSON() ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	var keys map[string]json.RawMessage // a map is written sorted
	if err := json.Unmarshal(b, &keys); err != nil {
		return nil, err
	}
	return json.Marshal(keys)
}

// ChainID returns the identity of the stack of layers; empty without layers.
func (d *Document) ChainID() digest.Digest {
	var chain digest.Digest
	for _, id := range d.RootFS.DiffIDs {
		chain = layer.ChainID(chain, id)
	}
	return chain
}
