package workspace

import (
	"context"
	"maps"
	"strings"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/message"
)

// BuildOptions are what Build is told besides the plan.
type BuildOptions struct {
	// Image finds base images that no Dockerfile of the workspace builds; nil
	// where it knows none.
	Image func(ctx context.Context, name string) (*image.Image, error)
	// Cache keeps steps from one build to the next.
	Cache *build.Cache
	// Build carries out the build of one Dockerfile; nil: Source.Build. It is
	// the place to follow a build's progress, to bound it and to look at what
	// comes of it before others use the image. Builds are within each other
	// where one needs the image of another.
	Build func(ctx context.Context, s Source, o build.Options) (*build.Result, error)
}

// Build is what became of one Dockerfile.
type Build struct {
	Dockerfile
	Result *build.Result // nil where not even that could be made
	Err    error
}

// Build builds every Dockerfile of the workspace, in the order in which they
// need each other: FROM and COPY --from find the image of another one by its
// Tag. The setting Target is for the Dockerfile that is shown. One that fails
// does not keep others from being built. ctx cancels them all.
func (p *Plan) Build(ctx context.Context, o BuildOptions) []*Build {
	b := builds{plan: p, ctx: ctx, o: o, byPath: map[string]*Build{}}
	for _, s := range p.Sources {
		b.build(s)
	}
	return b.done
}

// Build builds the Dockerfile.
func (s Source) Build(ctx context.Context, o build.Options) (*build.Result, error) {
	text, err := s.Text.Bytes()
	if err != nil {
		return nil, saysFile.Wrap(err, s.Path)
	}
	return build.Build(ctx, text, s.Files, o)
}

// Options are how the plan builds a Dockerfile, but for where images come from.
func (p *Plan) Options(d Dockerfile) build.Options {
	s := p.Settings
	o := build.Options{Name: d.Path, Ignore: d.Name, Epoch: s.Epoch, Platform: s.Platform, BuildArgs: maps.Clone(s.BuildArgs), Seed: s.Seed, Lenient: s.Lenient}
	if d.Path == p.Shown {
		o.Target = s.Target
	}
	return o
}

// builds are the builds of one plan.
type builds struct {
	plan   *Plan
	ctx    context.Context
	o      BuildOptions
	byPath map[string]*Build // nil while it is under way
	done   []*Build
}

// build builds s unless that is done; nil where it is under way.
func (b *builds) build(s Source) *Build {
	if x, begun := b.byPath[s.Path]; begun {
		return x
	}
	b.byPath[s.Path] = nil
	x := &Build{Dockerfile: s.Dockerfile}
	x.Result, x.Err = b.run(s)
	b.byPath[s.Path] = x
	b.done = append(b.done, x)
	return x
}

func (b *builds) run(s Source) (*build.Result, error) {
	if err := b.ctx.Err(); err != nil {
		return nil, err
	}
	o := b.plan.Options(s.Dockerfile)
	o.Cache = b.o.Cache
	o.Image = func(ctx context.Context, name string) (*image.Image, error) { return b.image(ctx, s, name) }
	if b.o.Build != nil {
		return b.o.Build(b.ctx, s, o)
	}
	return s.Build(b.ctx, o)
}

// image finds what FROM names in s. Why another Dockerfile failed is told and
// not wrapped: its place is not that of this one's error.
func (b *builds) image(ctx context.Context, s Source, name string) (*image.Image, error) {
	other, ok := b.plan.tagged(strings.TrimSuffix(name, ":latest"))
	if !ok || other.Path == s.Path {
		if b.o.Image == nil {
			return nil, nil
		}
		return b.o.Image(ctx, name)
	}
	x := b.build(other)
	switch {
	case x == nil:
		return nil, saysCircle.Error(s.Path, other.Path)
	case x.Err != nil:
		return nil, saysNotBuilt.Error(other.Path, name, message.Of(x.Err))
	}
	return x.Result.Image, nil
}
