package workspace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/vfs"
)

// BuildOptions are what Build is told besides the workspace.
type BuildOptions struct {
	// Image finds base images that no Dockerfile of the workspace builds; nil
	// where it knows none.
	Image func(ctx context.Context, name string) (*image.Image, error)
	// Cache keeps steps from one build to the next.
	Cache *build.Cache
	// Progress is told of every step that begins.
	Progress func(d Dockerfile, p build.Progress)
}

// Build is what became of one Dockerfile.
type Build struct {
	Dockerfile
	Result *build.Result // nil where not even that could be made
	Err    error
}

// BuildAll builds every Dockerfile of the workspace, in the order in which they
// need each other: FROM and COPY --from find the image of another one by its
// Tag. The setting Target is for the Dockerfile that is shown. One that fails
// does not keep others from being built. files must be the workspace's Tree.
func (w *Workspace) BuildAll(ctx context.Context, files vfs.Tree, o BuildOptions) []*Build {
	b := builds{w: w, ctx: ctx, files: files, o: o, byPath: map[string]*Build{}, byTag: map[string]Dockerfile{}}
	list := w.Dockerfiles()
	for _, d := range list {
		if _, taken := b.byTag[d.Tag]; !taken {
			b.byTag[d.Tag] = d
		}
	}
	for _, d := range list {
		b.build(d)
	}
	return b.done
}

type builds struct {
	w      *Workspace
	ctx    context.Context
	files  vfs.Tree
	o      BuildOptions
	byTag  map[string]Dockerfile
	byPath map[string]*Build // those that were begun
	done   []*Build
}

var errRunning = errors.New("is being built")

func (b *builds) build(d Dockerfile) *Build {
	if x := b.byPath[d.Path]; x != nil {
		return x
	}
	x := &Build{Dockerfile: d, Err: errRunning}
	b.byPath[d.Path] = x
	x.Result, x.Err = b.run(d)
	b.done = append(b.done, x)
	return x
}

func (b *builds) run(d Dockerfile) (*build.Result, error) {
	files, err := b.files.Sub(d.Context)
	if err != nil {
		return nil, err
	}
	n, err := files.Stat(d.Name)
	if err != nil {
		return nil, err
	}
	source, err := n.Blob().Bytes()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Path, err)
	}
	s := b.w.Settings
	o := build.Options{Name: d.Path, Ignore: d.Name, Epoch: s.Epoch, Platform: s.Platform, BuildArgs: maps.Clone(s.BuildArgs), Cache: b.o.Cache, Seed: s.Seed,
		Image: func(ctx context.Context, name string) (*image.Image, error) { return b.image(ctx, d, name) }}
	if d.Path == b.w.Dockerfile {
		o.Target = s.Target
	}
	if b.o.Progress != nil {
		o.Progress = func(p build.Progress) { b.o.Progress(d, p) }
	}
	return build.Build(b.ctx, source, files, o)
}

// image finds what FROM names in d.
func (b *builds) image(ctx context.Context, d Dockerfile, name string) (*image.Image, error) {
	other, ok := b.byTag[strings.TrimSuffix(name, ":latest")]
	if !ok || other.Path == d.Path {
		if b.o.Image == nil {
			return nil, nil
		}
		return b.o.Image(ctx, name)
	}
	x := b.build(other)
	switch {
	case errors.Is(x.Err, errRunning):
		return nil, fmt.Errorf("%s and %s need each other's images", d.Path, other.Path)
	case x.Err != nil:
		return nil, fmt.Errorf("%s, which builds %s, failed: %w", other.Path, name, x.Err)
	}
	return x.Result.Image, nil
}
