package containerd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host"
	"layerlab.dev/core/host/graph"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/store/content"
)

// baseKey is what the content of a base is kept under.
func baseKey(d digest.Digest) string { return "base " + d.String() }

// find returns an image that FROM or COPY --from names.
func (b *builder) find(ctx context.Context, name string) (*image.Image, error) {
	if at := b.graph.Base(name); at != nil {
		if at.Missing != "" {
			return nil, errors.New(at.Missing)
		}
		return b.pulled[name].made, nil
	}
	fail := func(text string) (*image.Image, error) {
		b.graph.Bases = append(b.graph.Bases, &graph.Base{Name: name, Missing: text})
		return nil, errors.New(text)
	}
	ref, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return nil, fmt.Errorf("failed to parse stage name %q: %w", name, err)
	}
	ref = reference.TagNameOnly(ref)
	if !b.request.Options.PullParent {
		if id, err := b.Store.Lookup(ref); err == nil {
			if i, ok := b.Store.Image(id); ok {
				b.pulled[name] = &base{i.Target, i.Made}
				b.graph.Bases = append(b.graph.Bases, &graph.Base{Name: name, ID: i.ID, Digest: i.ID, Seen: b.Cached(baseKey(i.ID)) != nil})
				return i.Made, nil
			}
		}
	}
	source := b.engine.network().Pull(reference.Domain(ref), reference.Path(ref))
	m, err := source.Manifest(asked(ref))
	if err != nil {
		return fail(kitProblem(ref, err))
	}
	at := &graph.Base{Name: name, ID: m.Digest, Digest: m.Digest}
	if r := b.Cached(baseKey(m.Digest)); r != nil && r.Target != nil {
		best := r.Target.Best("linux", "amd64")
		b.pulled[name] = &base{r.Target, best.Image}
		at.Seen = true
		b.graph.Bases = append(b.graph.Bases, at)
		return best.Image, nil
	}
	platform, err := wanted(b.request.Options.Platform)
	if err != nil {
		return nil, err
	}
	f := &fetcher{state: &b.State, source: source, repository: ref.Name()}
	target, err := f.target(ctx, m, platform)
	if err != nil {
		return fail(err.Error())
	}
	best := target.Best(platform.OS, platform.Architecture)
	if best == nil {
		best = target.Images()[0]
	}
	at.Came = &graph.Came{Manifest: best.Descriptor.Digest}
	for _, l := range best.Blobs[1:] {
		if slices.Contains(f.layers, l.Digest) {
			at.Came.Layers = append(at.Came.Layers, layer.Blob{Digest: l.Digest, Size: l.Descriptor.Size})
		}
	}
	b.pulled[name] = &base{target, best.Image}
	b.graph.Bases = append(b.graph.Bases, at)
	return best.Image, nil
}

// kitProblem words a registry's refusal as BuildKit does.
func kitProblem(ref reference.Named, err error) string {
	var dial *remote.DialError
	var refusal *registry.Error
	switch {
	case errors.As(err, &dial) && reference.Domain(ref) != "docker.io":
		return fmt.Sprintf("failed to do request: Head %q: %s", fmt.Sprintf("%s://%s/v2/%s/manifests/%s", "https", dial.Host, reference.Path(ref), asked(ref)), dial.Reason)
	case errors.As(err, &refusal) && (refusal.Code == registry.Denied || refusal.Code == registry.Unauthorized):
		return "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
	}
	return ref.String() + ": not found"
}

// keep makes the bases and the steps records of the cache, which hold their
// snapshots.
func (b *builder) keep() {
	for _, at := range b.graph.Bases {
		p := b.pulled[at.Name]
		if p == nil {
			continue
		}
		if r := b.Cached(baseKey(at.ID)); r != nil {
			b.UseCache(r)
			continue
		}
		ref, _ := reference.ParseNormalizedNamed(at.Name)
		var size int64
		var chain digest.Digest
		for _, l := range p.made.Layers {
			next, held, err := b.Store.Register(l, chain, &b.Random, b.Now())
			if err != nil {
				panic(err) // upon what was just registered
			}
			if chain != "" {
				next, _ = next.Release(chain)
			}
			b.Store, chain = next, held.ChainID
			size += content.Snapshot(l)
		}
		if best := p.target.Best("linux", "amd64"); best != nil {
			for _, l := range best.Blobs[1:] {
				size += l.Descriptor.Size
			}
		}
		r := b.NewCache(baseKey(at.ID), "regular", "pulled from "+reference.TagNameOnly(ref).String()+"@"+at.ID.String(), size)
		r.Target, r.Chain = p.target, chain
		b.PutCache(r)
	}
	if b.result == nil {
		return
	}
	for _, stage := range b.result.Stages {
		for _, s := range stage.Steps {
			if s.Layer == nil || s.Cache.Kept == "" {
				continue
			}
			r := b.Cached(host.StepKey(s.Cache.Kept))
			if r == nil {
				continue
			}
			if s.Cache.Hit {
				b.UseCache(r)
				continue
			}
			made := *r
			made.Tar, made.Size, made.Description = s.Layer, content.Snapshot(s.Layer), s.Text
			if s.Keyword == "RUN" && !slices.ContainsFunc(s.Layer.Entries(), func(e layer.Entry) bool { return strings.HasPrefix(e.Name, "etc/") }) {
				made.Size += 4096 // etc, in which files are mounted while it runs
			}
			if s.Keyword == "RUN" && len(s.Argv) > 0 {
				made.Description = "mount / from exec " + strings.Join(s.Argv, " ")
			}
			b.BuildCache = b.BuildCache.Set(made.ID, &made)
		}
	}
}
