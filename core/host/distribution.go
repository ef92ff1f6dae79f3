package host

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/docker/distribution/reference"
	apiregistry "github.com/docker/docker/api/types/registry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/image"
	"layerlab.dev/core/registry"
)

// DistributionInspect says what a name means in its registry.
func (h *Host) DistributionInspect(_ context.Context, name string) (apiregistry.DistributionInspect, error) {
	var found apiregistry.DistributionInspect
	ref, err := reference.ParseAnyReference(name)
	if err != nil {
		return found, &Error{400, err.Error()}
	}
	named, ok := ref.(reference.Named)
	if !ok {
		return found, Errorf(500, "no manifest found for full image ID")
	}
	if reference.FamiliarName(named) == "scratch" {
		return found, Errorf(400, "'scratch' is a reserved name")
	}
	source := h.net.Network().Pull(reference.Domain(named), reference.Path(named))
	var ask string
	switch n := reference.TagNameOnly(named).(type) {
	case reference.Canonical:
		ask = n.Digest().String()
	case reference.NamedTagged:
		ask = n.Tag()
	}
	m, err := source.Manifest(ask)
	if err != nil {
		return found, refusal(err)
	}
	found.Descriptor.MediaType, found.Descriptor.Digest, found.Descriptor.Size = m.MediaType, m.Digest, int64(len(m.JSON))
	for _, d := range m.References() {
		if d.Platform != nil {
			found.Platforms = append(found.Platforms, *d.Platform)
		}
	}
	if head, _, err := image.ParseManifest(m.JSON); err == nil && head != nil {
		if config, err := source.Blob(head.Config.Digest); err == nil {
			var p ocispec.Platform
			if raw, err := config.Content.Bytes(); err == nil && json.Unmarshal(raw, &p) == nil && (p.OS != "" || p.Architecture != "") {
				found.Platforms = append(found.Platforms, p)
			}
		}
	}
	return found, nil
}

// refusal answers with a registry's refusal as it is.
func refusal(err error) error {
	var many registry.Errors
	if errors.As(err, &many) && len(many) > 0 {
		return &Error{many[0].Code.Status, err.Error()}
	}
	var one *registry.Error
	if errors.As(err, &one) {
		return &Error{one.Code.Status, err.Error()}
	}
	return &Error{500, err.Error()}
}
