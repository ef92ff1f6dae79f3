package image

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
)

// Config is the config of an image as Docker and BuildKit know it: that of the
// OCI image-spec (config.md) with HEALTHCHECK, ONBUILD and SHELL.
type Config = dockerspec.DockerOCIImage

// Image is a config with the layers it names, bottom first.
type Image struct {
	Config Config
	Layers []*layer.Layer
	// Note says in words what a made-up image stands for; empty for a real one.
	Note message.Message

	configJSON   []byte
	manifestJSON []byte // of an image that came with one
	epoch        int64
	// parent is what the image was made from, where that is known.
	parent *Image
	lower  int // layers of the image it was built upon

	mu        sync.Mutex
	extracted *extraction
}

// ConfigJSON returns the bytes of the config, of which ID is the digest.
func (i *Image) ConfigJSON() []byte { return i.configJSON }

// ID returns the image ID: the digest of the config.
func (i *Image) ID() digest.Digest { return digest.FromBytes(i.configJSON) }

// DiffIDs returns the digests of the uncompressed layers, bottom first.
func (i *Image) DiffIDs() []digest.Digest {
	ids := make([]digest.Digest, len(i.Layers))
	for n, l := range i.Layers {
		ids[n] = l.DiffID()
	}
	return ids
}

// ChainIDs returns the identity of every layer with all below it.
func (i *Image) ChainIDs() []digest.Digest { return layer.ChainIDs(i.DiffIDs()) }

// Platform returns the platform of the config.
func (i *Image) Platform() ocispec.Platform {
	return ocispec.Platform{Architecture: i.Config.Architecture, OS: i.Config.OS, OSVersion: i.Config.OSVersion,
		OSFeatures: slices.Clone(i.Config.OSFeatures), Variant: i.Config.Variant}
}

// Existing returns an image that was made elsewhere: its documents stay byte
// for byte as they are. manifestJSON may be nil.
func Existing(configJSON, manifestJSON []byte, layers []*layer.Layer) (*Image, error) {
	img := &Image{Layers: layers, configJSON: configJSON, manifestJSON: manifestJSON}
	if err := json.Unmarshal(configJSON, &img.Config); err != nil {
		return nil, fmt.Errorf("image config: %w", err)
	}
	named := img.Config.RootFS.DiffIDs
	if len(named) != len(layers) {
		return nil, saysCount.Error(len(named), len(layers))
	}
	for n, id := range img.DiffIDs() {
		if id != named[n] {
			return nil, saysOther.Error(n+1, id, named[n])
		}
	}
	return img, nil
}

// Child returns an image that was made from another one, and has its layers and
// l upon them; l may be nil. configJSON stays byte for byte as it is. Its files
// are found from those of the parent. parent may be nil: nothing.
func Child(parent *Image, configJSON []byte, l *layer.Layer) (*Image, error) {
	var layers []*layer.Layer
	if parent != nil {
		layers = slices.Clone(parent.Layers)
	}
	if l != nil {
		layers = append(layers, l)
	}
	img, err := Existing(configJSON, nil, layers)
	if err != nil {
		return nil, err
	}
	img.parent = parent
	return img, nil
}

// Options say how an image is written.
type Options struct {
	// Compression of the layers made here; those of a base stay as they are.
	Compression layer.Compression
	// DockerTypes writes Docker's media types instead of the OCI image-spec's,
	// and no annotations, as oci-mediatypes=false does.
	DockerTypes bool
	// Names are the full references, such as docker.io/library/app:1, by which
	// index.json calls the image, so that Engine, podman, skopeo and umoci know
	// it. Without any the archive is BuildKit's unnamed one, byte for byte; with
	// them it is that of name=.
	Names []string
	// plain writes every layer uncompressed, those of a base too.
	plain bool
	// KeepTimes says that no time of a file was changed, which the manifest
	// otherwise tells of each layer made here.
	KeepTimes bool
	// Progress is told the bytes of layers that are done and those there are.
	Progress func(done, total int64)
}

// Manifest is the manifest of an image with what it points to.
type Manifest struct {
	JSON      []byte
	Digest    digest.Digest
	MediaType string
	// Layers are the compressed layers, bottom first.
	Layers []*layer.Blob
}

// ManifestJSON returns the manifest the image came with, nil where it came
// without one or was made here. It must not be changed.
func (i *Image) ManifestJSON() []byte { return i.manifestJSON }

// Manifest compresses the layers and returns the manifest BuildKit writes
// (exporter/containerimage/writer.go, commitDistributionManifest), or the one
// the image came with. ctx cancels it.
func (i *Image) Manifest(ctx context.Context, o Options) (*Manifest, error) {
	var total, done int64
	for _, l := range i.Layers {
		total += l.TarSize()
	}
	m := &Manifest{}
	doc := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest}
	configType := ocispec.MediaTypeImageConfig
	if o.DockerTypes {
		doc.MediaType, configType = dockerManifest, dockerConfig
	}
	m.MediaType = doc.MediaType
	doc.SchemaVersion = 2
	doc.Config = ocispec.Descriptor{MediaType: configType, Digest: i.ID(), Size: int64(len(i.configJSON))}
	for n, l := range i.Layers {
		c := o.Compression
		if n < i.lower {
			c = layer.Gzip // as that image is stored itself
		}
		blob := func() (*layer.Blob, error) { return l.Blob(ctx, c) }
		if o.plain {
			blob = func() (*layer.Blob, error) { return l.Plain(ctx) }
		}
		b, err := blob()
		if err != nil {
			return nil, saysLayer.Wrap(err, n+1)
		}
		m.Layers = append(m.Layers, b)
		d := ocispec.Descriptor{MediaType: ociType(b.MediaType), Digest: b.Digest, Size: b.Size, Annotations: kept(b.Annotations)}
		if !l.Fixed() && n >= i.lower && !o.KeepTimes {
			d.Annotations = map[string]string{"buildkit/rewritten-timestamp": fmt.Sprint(i.epoch)}
		}
		if o.DockerTypes {
			d.MediaType, d.Annotations = dockerType(d.MediaType), nil
		}
		doc.Layers = append(doc.Layers, d)
		if done += l.TarSize(); o.Progress != nil {
			o.Progress(done, total)
		}
	}
	if !o.DockerTypes && !o.plain {
		m.JSON = i.manifestJSON
	}
	if m.JSON == nil {
		var err error
		if m.JSON, err = json.MarshalIndent(doc, "", "  "); err != nil {
			return nil, err
		}
	}
	m.Digest = digest.FromBytes(m.JSON)
	return m, nil
}

// kept are the annotations of a base image's layer that BuildKit writes again:
// those that name the index of a lazily read layer (cache/refs.go,
// additionalAnnotations). It drops all others.
func kept(annotations map[string]string) map[string]string {
	var out map[string]string
	for _, name := range []string{
		"containerd.io/snapshot/stargz/toc.digest", "io.containers.estargz.uncompressed-size",
		"containerd.io/snapshot/overlaybd.localcommitpath", "containerd.io/snapshot/overlaybd/blob-digest",
		"containerd.io/snapshot/overlaybd/blob-size", "containerd.io/snapshot/overlaybd/blob-fs-type",
	} {
		v, ok := annotations[name]
		if !ok {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = v
	}
	return out
}

// Docker's names for media types (moby/docker-image-spec).
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerConfig   = "application/vnd.docker.container.image.v1+json"
	dockerLayer    = "application/vnd.docker.image.rootfs.diff.tar"
)

// suffixes of the names of layers by compression, the same in both families.
var layerSuffixes = []struct{ oci, docker string }{{"", ""}, {"+gzip", ".gzip"}, {"+zstd", ".zstd"}}

// ociType gives the image-spec's name for Docker's media type of a layer, as
// BuildKit's util/compression does by default; dockerType does the reverse.
// Layers that were not to be distributed become like others (cache/refs.go,
// layerToDistributable). Other names stay.
func ociType(t string) string {
	t = strings.Replace(t, ".image.layer.nondistributable.v1.", ".image.layer.v1.", 1)
	t = strings.Replace(t, ".rootfs.foreign.diff.", ".rootfs.diff.", 1)
	for _, s := range layerSuffixes {
		if t == dockerLayer+s.docker {
			return ocispec.MediaTypeImageLayer + s.oci
		}
	}
	return t
}

func dockerType(t string) string {
	for _, s := range layerSuffixes {
		if t == ocispec.MediaTypeImageLayer+s.oci {
			return dockerLayer + s.docker
		}
	}
	return t
}
