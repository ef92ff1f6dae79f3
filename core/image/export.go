package image

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/layer"
)

// New completes the config that a build ended with and returns the image, as
// BuildKit's exporter does (exporter/containerimage/writer.go,
// normalizeLayersAndHistory and patchImageConfig). base is the config of the
// image the build began from, nil for scratch; from the first entry of the
// history that differs from base's on, times are clamped to epoch (seconds since
// the Unix epoch).
func New(c Config, base *Config, layers []*layer.Layer, epoch int64) (*Image, error) {
	return NewUpon(From{Config: base}, c, layers, epoch)
}

// From is the image that a build began from.
type From struct {
	Config *Config // nil for scratch
	// Layers is how many layers are that image's own: they stay as they are
	// stored there.
	Layers int
	// Described is what BuildKit says of each layer, those of the build included
	// and bottom first, where the history says nothing of it. It may be shorter
	// than there are layers, or have empty texts.
	Described []string
}

// NewUpon is New for a build that began from an image.
func NewUpon(from From, c Config, layers []*layer.Layer, epoch int64) (*Image, error) {
	base, described := from.Config, from.Described
	img := &Image{Config: c, Layers: layers, epoch: epoch, lower: from.Layers}
	limit := time.Unix(epoch, 0).UTC()
	h := normalize(c.History, len(layers), described)
	clamp(h, base, limit)
	img.Config.History = h
	img.Config.RootFS = ocispec.RootFS{Type: "layers"}
	if len(layers) > 0 {
		img.Config.RootFS.DiffIDs = img.DiffIDs()
	}
	if c.Created == nil {
		for _, e := range h {
			if e.Created != nil {
				img.Config.Created = e.Created
			}
		}
	} else if c.Created.After(limit) {
		img.Config.Created = &limit
	}
	var err error
	img.configJSON, err = configJSON(img.Config)
	return img, err
}

// configJSON writes the config with its top-level keys sorted, because
// BuildKit patches it as a map. created is there even where it is null.
func configJSON(c Config) ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("image config: %w", err)
	}
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("image config: %w", err)
	}
	if m["created"], err = json.Marshal(c.Created); err != nil {
		return nil, err
	}
	if m["history"], err = json.Marshal(c.History); err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

// unknown stands for the moment at which BuildKit met a layer of a base image
// whose history has no time. It is later than any epoch, so clamp settles it.
var unknown = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// normalize makes the history fit the layers and gives every entry a time.
func normalize(history []ocispec.History, layers int, described []string) []ocispec.History {
	var h []ocispec.History
	named := 0
	for _, e := range history {
		if !e.EmptyLayer {
			named++
		}
	}
	seen := 0
	for _, e := range history {
		if named > layers && seen >= layers {
			e.EmptyLayer = true
		}
		if !e.EmptyLayer {
			if seen++; e.Created == nil {
				e.Created = &unknown
			}
		}
		h = append(h, e)
	}
	for ; named < layers; named++ {
		text := "created by buildkit"
		if named < len(described) && described[named] != "" {
			text = described[named]
		}
		h = append(h, ocispec.History{Created: &unknown, CreatedBy: text, Comment: "buildkit.exporter.image.v0"})
	}
	// Entries without a time take that of the first new layer, or else of the
	// layer before them.
	var created *time.Time
	missing := false
	for _, e := range h {
		if e.Created == nil {
			missing = true
			continue
		}
		created = e.Created
		if missing {
			break
		}
	}
	missing = false
	for n, e := range h {
		if e.Created == nil {
			missing = true
			h[n].Created = created
		} else if missing {
			created = e.Created
		}
	}
	return h
}

func clamp(h []ocispec.History, base *Config, limit time.Time) {
	diverged := base == nil
	for n, e := range h {
		if !diverged && n < len(base.History) && reflect.DeepEqual(e, base.History[n]) {
			continue
		}
		diverged = true
		if e.Created == nil || e.Created.After(limit) {
			h[n].Created = &limit
		}
	}
}

// Index returns the index.json of the image's OCI archive, which holds the one
// manifest as BuildKit's OCI exporter writes it (exporter/oci/export.go), once
// for each name, and its digest. Names are full references.
func (i *Image) Index(m *Manifest, names ...string) ([]byte, digest.Digest, error) {
	p := i.Platform()
	doc := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex}
	if len(names) == 0 {
		names = []string{""}
	}
	for _, name := range names {
		a := map[string]string{ocispec.AnnotationCreated: time.Unix(i.epoch, 0).UTC().Format(time.RFC3339)}
		if name != "" {
			// Containerd believes its own annotation; others know that of the
			// image-spec, which is the tag (containerd core/images/archive).
			a["io.containerd.image.name"], a[ocispec.AnnotationRefName] = name, refName(name)
		}
		doc.Manifests = append(doc.Manifests, ocispec.Descriptor{
			MediaType: m.MediaType, Digest: m.Digest, Size: int64(len(m.JSON)), Annotations: a, Platform: &p})
	}
	doc.SchemaVersion = 2
	b, err := json.Marshal(doc)
	return b, digest.FromBytes(b), err
}

// refName is the tag of a full reference, or all of it where it has a digest.
func refName(name string) string {
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') && !strings.Contains(name, "@") {
		return name[at+1:]
	}
	return name
}
