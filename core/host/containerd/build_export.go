package containerd

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/build"
	"layerlab.dev/core/host"
	"layerlab.dev/core/host/graph"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store/content"
	"layerlab.dev/core/vfs"
)

// beginning returns the image that a stage with those below it begins from.
func beginning(s *build.Stage) *image.Image {
	for s.Parent != nil {
		s = s.Parent
	}
	return s.Base
}

// export makes the image of the target and gives it its names.
func (b *builder) export() (digest.Digest, error) {
	made, err := b.image()
	if err != nil {
		return "", err
	}
	m, err := made.Manifest(b.ctx, image.Options{KeepTimes: true})
	if err != nil {
		return "", host.Errorf(500, "%s", err)
	}
	target, err := content.OfManifest(m.MediaType, m.JSON, made)
	if err != nil {
		return "", host.Errorf(500, "%s", err)
	}
	export := graph.Export{Manifest: m.Digest, Config: made.ID(), Layers: len(made.Layers) > 0}
	target.Descriptor.Annotations = map[string]string{"config.digest": made.ID().String()}
	b.ref = b.Random.Base36()
	if b.request.Provenance {
		if target, err = b.attested(target, made); err != nil {
			return "", err
		}
		export.Attestation, export.Index = target.Manifests[1].Descriptor.Digest, target.Descriptor.Digest
	}
	for _, s := range b.result.Stages {
		for _, step := range s.Steps {
			export.Fresh = export.Fresh || step.Layer != nil && !step.Cache.Hit
		}
	}
	target.Identity.Build = []content.Built{{Ref: b.ref, CreatedAt: b.later(0)}}
	i, err := put(b.Change, target)
	if err != nil {
		return "", err
	}
	at := b.Now()
	if b.epoch != nil {
		at = *b.epoch * 1e9
	}
	if len(b.request.Options.Tags) == 0 {
		export.Names = []string{"moby-dangling@" + i.ID.String()}
		b.Store = b.Store.SetLastUpdated(i.ID, at)
	}
	for _, t := range b.request.Options.Tags {
		ref, err := reference.ParseNormalizedNamed(t)
		if err != nil {
			return "", host.Errorf(500, "%s", err)
		}
		ref = reference.TagNameOnly(ref)
		export.Names = append(export.Names, ref.String())
		old, lookup := b.Store.Lookup(ref)
		if err := tag(b.Change, i.ID, ref, at); err != nil {
			return "", err
		}
		// What had the name goes, unless something else holds it.
		if lookup == nil && old != i.ID && len(b.Store.Names(old)) == 0 && b.User(old, nil) == nil && !b.Store.HasChildren(old) {
			if next, _, err := b.Store.Delete(old); err == nil {
				b.Store = next
			}
		}
	}
	b.hold(made)
	b.graph.ExportedToday(export)
	return i.ID, nil
}

// hold makes the records of the steps hold the snapshots of their layers.
func (b *builder) hold(made *image.Image) {
	chains := map[digest.Digest]digest.Digest{} // by DiffID
	for n, d := range made.DiffIDs() {
		chains[d] = made.ChainIDs()[n]
	}
	for _, stage := range b.result.Stages {
		for _, s := range stage.Steps {
			if s.Layer == nil || s.Cache.Kept == "" {
				continue
			}
			r := b.Cached(host.StepKey(s.Cache.Kept))
			chain, ok := chains[s.Layer.DiffID()]
			if r == nil || !ok || r.Chain != "" {
				continue
			}
			if next, err := b.Store.Hold(chain); err == nil {
				b.Store = next
				held := *r
				held.Chain = chain
				if z, err := s.Layer.Blob(b.ctx, layer.Gzip); err == nil {
					held.Size += z.Size // the blob that was made of it
				}
				b.BuildCache = b.BuildCache.Set(held.ID, &held)
			}
		}
	}
}

// image returns the image with its times: those of the build, none later than
// SOURCE_DATE_EPOCH.
func (b *builder) image() (*image.Image, error) {
	c := b.result.Image.Config
	from := image.From{}
	if base := beginning(b.result.Target); base != nil {
		config := base.Config
		from = image.From{Config: &config, Layers: len(base.Layers)}
	}
	epoch := int64(late)
	if b.epoch != nil {
		epoch = *b.epoch
	} else {
		now := time.Unix(0, b.Clock).UTC()
		c.Created = &now
		c.History = slices.Clone(c.History)
		for n := range c.History {
			if at := c.History[n].Created; at != nil && at.Unix() >= late {
				c.History[n].Created = &now
			}
		}
	}
	made, err := image.NewUpon(from, c, b.result.Image.Layers, epoch)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	return made, nil
}

// attested puts an image into an index with what tells how it was built.
func (b *builder) attested(t *content.Target, made *image.Image) (*content.Target, error) {
	now := time.Unix(0, b.Clock).UTC()
	statement, err := json.Marshal(provenance(b, t.Descriptor.Digest, now))
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	empty := []byte("{}")
	image := t.Manifests[0].Descriptor
	image.Annotations = nil
	subject := image
	doc := ocispec.Manifest{
		MediaType:    ocispec.MediaTypeImageManifest,
		ArtifactType: "application/vnd.docker.attestation.manifest.v1+json",
		Config:       ocispec.Descriptor{MediaType: emptyConfig, Digest: digest.FromBytes(empty), Size: int64(len(empty)), Data: empty},
		Layers: []ocispec.Descriptor{{
			MediaType: "application/vnd.in-toto+json", Digest: digest.FromBytes(statement), Size: int64(len(statement)),
			Annotations: map[string]string{"in-toto.io/predicate-type": predicate},
		}},
		Subject: &subject,
	}
	doc.SchemaVersion = 2
	image.Platform = &ocispec.Platform{OS: made.Config.OS, Architecture: made.Config.Architecture, Variant: made.Config.Variant}
	raw, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	about := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromBytes(raw), Size: int64(len(raw)),
		Annotations: map[string]string{"vnd.docker.reference.digest": image.Digest.String(), "vnd.docker.reference.type": "attestation-manifest"},
		Platform:    &ocispec.Platform{OS: "unknown", Architecture: "unknown"},
	}
	index := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex, Manifests: []ocispec.Descriptor{image, about}}
	index.SchemaVersion = 2
	list, err := json.MarshalIndent(index, "", "  ")
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	first, err := content.Read(image, t.JSON, made)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	second, err := content.Read(about, raw, nil)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	second.Blobs[0].Content, second.Blobs[1].Content = vfs.Bytes(empty), vfs.Bytes(statement)
	return content.OfIndex(ocispec.MediaTypeImageIndex, list, []*content.Manifest{first, second}), nil
}
