package session

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/reproduce"
	"layerlab.dev/wasm/wire"
)

// bundle is the build as one that can be given away.
func (d *work) bundle() *reproduce.Bundle {
	return &reproduce.Bundle{
		Files: d.Files, Dockerfile: d.Name, Epoch: d.settings.Epoch, Platform: d.settings.Platform, Target: d.settings.Target,
		BuildArgs: d.settings.BuildArgs, Options: image.Options{Compression: d.compression}, Bases: d.result.Bases, Image: d.result.Image,
	}
}

// reproduce answers a ReproduceQuery.
func (s *Session) reproduce(q wire.ReproduceQuery) (wire.Reproduce, error) {
	d, err := s.work(q.Image)
	if err != nil {
		return wire.Reproduce{}, err
	}
	ctx := s.options.Context(context.Background())
	b := d.bundle()
	buildx, buildctl, err := b.Command(ctx)
	if err != nil {
		return wire.Reproduce{}, fmt.Errorf("reproduce: %w", err)
	}
	e, err := b.Expected(ctx)
	if err != nil {
		return wire.Reproduce{}, fmt.Errorf("reproduce: %w", err)
	}
	out := wire.Reproduce{BuildKit: build.BuildKit, Buildx: buildx, Buildctl: buildctl, ImageID: e.ImageID, ManifestDigest: e.ManifestDigest,
		DiffIDs: e.DiffIDs, ChainIDs: e.ChainIDs, Bases: slices.Sorted(maps.Keys(b.Bases))}
	out.Deviates = len(d.result.Deviations) > 0
	for _, st := range d.result.Stages {
		runs := slices.ContainsFunc(st.Steps, func(step *build.Step) bool { return step.Keyword == "RUN" })
		out.Interpreted = out.Interpreted || runs
		out.Placeholders = out.Placeholders || runs && s.onStandIn(st)
	}
	return out, nil
}

// onStandIn tells whether a stage stands on a stand-in image, be it by way of
// other stages and other Dockerfiles of the workspace.
func (s *Session) onStandIn(st *build.Stage) bool {
	for st.Parent != nil {
		st = st.Parent
	}
	if st.Base == nil {
		return false
	}
	if !st.Base.Note.IsZero() {
		return true
	}
	d, err := s.work(string(st.Base.ID()))
	return err == nil && d.result.Target != st && s.onStandIn(d.result.Target)
}
