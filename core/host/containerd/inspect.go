package containerd

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/host"
	"layerlab.dev/core/image"
	"layerlab.dev/core/store/content"
)

// Inspect is the document of an image (moby's api/types/image.InspectResponse of
// API 1.56), with its keys in the daemon's order.
type Inspect struct {
	ID           digest.Digest `json:"Id"`
	RepoTags     []string      `json:",omitempty"`
	RepoDigests  []string      `json:",omitempty"`
	Comment      string        `json:",omitempty"`
	Created      string        `json:",omitempty"`
	Author       string        `json:",omitempty"`
	Config       any
	Architecture string `json:",omitempty"`
	Variant      string `json:",omitempty"`
	Os           string `json:",omitempty"`
	OsVersion    string `json:",omitempty"`
	Size         int64
	GraphDriver  *types.GraphDriverData `json:",omitempty"`
	RootFS       RootFS
	Metadata     Metadata
	Descriptor   *ocispec.Descriptor `json:",omitempty"`
	Identity     *content.Identity   `json:",omitempty"`
}

// RootFS names the layers, bottom first.
type RootFS struct {
	Type   string   `json:",omitempty"`
	Layers []string `json:",omitempty"`
}

// Metadata is what the store knows beside the image.
type Metadata struct {
	LastTagTime time.Time `json:",omitzero"`
}

// ImageInspect returns the document of an image; the first result is of the API
// before containerd's store, for what still reads that.
func (e Engine) ImageInspect(name string) (types.ImageInspect, []byte, error) {
	doc, raw, err := e.InspectImage(name, "")
	if err != nil {
		return types.ImageInspect{}, nil, err
	}
	old := types.ImageInspect{
		ID: doc.ID.String(), RepoTags: doc.RepoTags, RepoDigests: doc.RepoDigests, Comment: doc.Comment, Created: doc.Created,
		Author: doc.Author, Architecture: doc.Architecture, Os: doc.Os, Size: doc.Size,
		RootFS: types.RootFS{Type: doc.RootFS.Type, Layers: doc.RootFS.Layers},
	}
	s := e.State()
	if i, err := s.FindImage(name); err == nil {
		old.Config = i.Document.Config
	}
	return old, raw, nil
}

// InspectImage returns the document of an image, as Go and as JSON. platform
// picks one of an index; empty: the host's.
func (e Engine) InspectImage(name, platform string) (*Inspect, []byte, error) {
	s := e.State()
	i, err := s.FindImage(name)
	if err != nil {
		return nil, nil, err
	}
	m, err := manifest(i, name, platform)
	if err != nil {
		return nil, nil, err
	}
	c := m.Image.Config
	target := i.Target.Descriptor
	if platform != "" {
		target = m.Descriptor
		if !i.Target.Index {
			target = i.Target.Descriptor
		}
	}
	doc := &Inspect{
		ID: target.Digest, Author: c.Author, Architecture: c.Architecture, Variant: c.Variant, Os: c.OS, OsVersion: c.OSVersion,
		Config: config(m.Image), Size: m.Size() + m.Snapshots(), RootFS: RootFS{Type: c.RootFS.Type}, Descriptor: &target,
	}
	if n := len(c.History); n > 0 {
		doc.Comment = c.History[n-1].Comment
	}
	if c.Created != nil {
		doc.Created = c.Created.Format(time.RFC3339Nano)
	}
	for _, d := range m.Image.DiffIDs() {
		doc.RootFS.Layers = append(doc.RootFS.Layers, d.String())
	}
	for _, r := range s.Store.Names(i.ID) {
		doc.RepoTags = append(doc.RepoTags, r.Familiar())
		d := reference.FamiliarName(r.Named) + "@" + i.ID.String()
		if !slices.Contains(doc.RepoDigests, d) {
			doc.RepoDigests = append(doc.RepoDigests, d)
		}
	}
	updated := i.LastUpdated
	if updated == 0 {
		updated = i.Since
	}
	doc.Metadata.LastTagTime = time.Unix(0, updated).UTC()
	if len(i.Target.Identity.Pull)+len(i.Target.Identity.Build) > 0 {
		identity := i.Target.Identity
		doc.Identity = &identity
	}
	raw, err := document(doc)
	if err == nil && i.Parent != "" {
		raw, err = withParent(raw, i.Parent)
	}
	return doc, raw, err
}

// config is the config of an image as its document has it.
func config(i *image.Image) any {
	c := i.Config.Config
	return &c
}

func document(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, &host.Error{Status: 500, Text: err.Error()}
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// withParent adds the parent of an image that the classic builder or a commit
// made: such a document goes through a map, so that its keys are sorted.
func withParent(raw []byte, parent digest.Digest) ([]byte, error) {
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		return nil, &host.Error{Status: 500, Text: err.Error()}
	}
	m["Parent"] = parent.String()
	return document(m)
}
