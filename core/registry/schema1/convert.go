package schema1

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/registry/schema2"
)

// SignedType is the media type of a signed manifest.
const SignedType = "application/vnd.docker.distribution.manifest.v1+prettyjws"

// Empty is the layer that stands for an instruction that made none: 1024 zero
// bytes, compressed.
var Empty = struct {
	Digest digest.Digest
	Data   []byte
}{
	"sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4",
	[]byte{
		0x1f, 0x8b, 8, 0, 0, 9, 0x6e, 0x88, 0, 0xff,
		0x62, 0x18, 5, 0xa3, 0x60, 0x14, 0x8c, 0x58, 0, 8, 0, 0, 0xff, 0xff,
		0x2e, 0xaf, 0xb5, 0xef, 0, 4, 0, 0,
	},
}

// Manifest is a manifest in the first form, not signed yet.
type Manifest struct {
	JSON []byte
	// NeedsEmpty says that it names the Empty layer, which the repository must
	// then have.
	NeedsEmpty bool
}

type layerSum struct {
	BlobSum digest.Digest `json:"blobSum"`
}

type compatible struct {
	V1Compatibility string `json:"v1Compatibility"`
}

type history struct {
	Created    time.Time `json:"created"`
	Author     string    `json:"author"`
	CreatedBy  string    `json:"created_by"`
	Comment    string    `json:"comment"`
	EmptyLayer bool      `json:"empty_layer"`
}

// v1 is the stand-in for the image of an instruction below the top.
type v1 struct {
	ID              string    `json:"id"`
	Parent          string    `json:"parent,omitempty"`
	Comment         string    `json:"comment,omitempty"`
	Created         time.Time `json:"created"`
	ContainerConfig struct {
		Cmd []string
	} `json:"container_config"`
	Author    string `json:"author,omitempty"`
	ThrowAway bool   `json:"throwaway,omitempty"`
}

// Convert rewrites the manifest of the image with that config and those layers,
// bottom first, for a tag of a repository. A config without a history, or with
// one that does not fit the layers, has no such form.
func Convert(repo, tag string, config []byte, layers []schema2.Descriptor) (*Manifest, error) {
	var c struct {
		RootFS struct {
			DiffIDs []digest.Digest `json:"diff_ids"`
		} `json:"rootfs"`
		History      []history `json:"history"`
		Architecture string    `json:"architecture"`
	}
	if err := json.Unmarshal(config, &c); err != nil {
		return nil, fmt.Errorf("reading the config: %w", err)
	}
	if len(c.History) == 0 {
		return nil, errors.New("the config has no history")
	}
	if len(c.RootFS.DiffIDs) != len(layers) {
		return nil, fmt.Errorf("the config names %d layers, the manifest %d", len(c.RootFS.DiffIDs), len(layers))
	}
	m := &Manifest{}
	n := len(c.History)
	sums, entries := make([]layerSum, n), make([]compatible, n)
	parent, used := "", 0
	for i, h := range c.History {
		sum := Empty.Digest
		if h.EmptyLayer {
			m.NeedsEmpty = true
		} else {
			if used == len(layers) {
				return nil, errors.New("the history has more layers than the config")
			}
			sum = layers[used].Digest
			used++
		}
		if err := sum.Validate(); err != nil {
			return nil, fmt.Errorf("layer %d: %w", used, err)
		}
		sums[n-1-i] = layerSum{sum}
		var entry []byte
		var err error
		if i == n-1 {
			id := digest.FromString(sum.Encoded() + " " + parent + " " + string(config)).Encoded()
			entry, err = top(config, id, parent, h.EmptyLayer)
		} else {
			e := v1{Parent: parent, Comment: h.Comment, Created: h.Created, Author: h.Author, ThrowAway: h.EmptyLayer,
				ID: digest.FromString(sum.Encoded() + " " + parent).Encoded()}
			e.ContainerConfig.Cmd = []string{h.CreatedBy}
			parent = e.ID
			entry, err = json.Marshal(&e)
		}
		if err != nil {
			return nil, err
		}
		entries[n-1-i] = compatible{string(entry)}
	}
	var err error
	m.JSON, err = json.MarshalIndent(struct {
		SchemaVersion int          `json:"schemaVersion"`
		Name          string       `json:"name"`
		Tag           string       `json:"tag"`
		Architecture  string       `json:"architecture"`
		FSLayers      []layerSum   `json:"fsLayers"`
		History       []compatible `json:"history"`
	}{1, repo, tag, c.Architecture, sums, entries}, "", "   ")
	return m, err
}

// top is the entry of the image itself: its config with what the first form had
// and the present one has not.
func top(config []byte, id, parent string, throwaway bool) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(config, &fields); err != nil {
		return nil, err
	}
	delete(fields, "rootfs")
	delete(fields, "history")
	fields["id"] = json.RawMessage(`"` + id + `"`)
	if parent != "" {
		fields["parent"] = json.RawMessage(`"` + parent + `"`)
	}
	if throwaway {
		fields["throwaway"] = json.RawMessage("true")
	}
	return json.Marshal(fields)
}

// open cuts a JSON object before the brace that ends it.
func open(object []byte) ([]byte, error) {
	end := bytes.LastIndexByte(object, '}')
	if end < 0 {
		return nil, errors.New("no JSON object")
	}
	return bytes.TrimRight(object[:end], " \t\r\n"), nil
}
