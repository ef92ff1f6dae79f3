package containerd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/host"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/store"
	"layerlab.dev/core/store/content"
	"layerlab.dev/core/vfs"
)

// ImagePull gets an image from a registry.
func (e Engine) ImagePull(ctx context.Context, ref string, options types.ImagePullOptions, to host.Progress) error {
	name, err := reference.ParseNormalizedNamed(strings.TrimSuffix(ref, ":"))
	if err != nil {
		return &host.Error{Status: 400, Text: err.Error()}
	}
	if !options.All {
		name = reference.TagNameOnly(name)
	}
	s := &stream{to: to}
	return s.end(e.Change(func(c *host.Change) error {
		p := &puller{Change: c, stream: s, source: e.network().Pull(reference.Domain(name), reference.Path(name))}
		if p.platform, err = wanted(options.Platform); err != nil {
			return err
		}
		if options.All {
			tags, err := p.source.Tags()
			if err != nil {
				return p.problem(name, err)
			}
			for _, t := range tags {
				tagged, err := reference.WithTag(reference.TrimNamed(name), t)
				if err != nil {
					return &host.Error{Status: 500, Text: err.Error()}
				}
				if err := p.pull(ctx, tagged); err != nil {
					return err
				}
			}
			return nil
		}
		return p.pull(ctx, name)
	}))
}

func wanted(platform string) (ocispec.Platform, error) {
	if platform == "" {
		return ocispec.Platform{OS: "linux", Architecture: "amd64"}, nil
	}
	p, err := dockerfile.ParsePlatform(platform)
	if err != nil {
		return p, &host.Error{Status: 400, Text: err.Error()}
	}
	return p, nil
}

// puller gets images of one repository.
type puller struct {
	*host.Change
	*stream
	source   remote.Source
	platform ocispec.Platform
}

// problem words a registry's refusal.
func (p *puller) problem(name reference.Named, err error) error {
	return resolveError(name, err)
}

// resolveError words why a name could not be resolved.
func resolveError(name reference.Named, err error) error {
	var dial *remote.DialError
	var refusal *registry.Error
	switch {
	case errors.As(err, &dial) && reference.Domain(name) != "docker.io": // else a mirror has answered
		return host.Errorf(500, "failed to resolve reference %q: failed to do request: Head %q: %s", name.String(),
			fmt.Sprintf("%s://%s/v2/%s/manifests/%s", "https", dial.Host, reference.Path(name), asked(name)), dial.Reason)
	case errors.As(err, &refusal) && (refusal.Code == registry.Denied || refusal.Code == registry.Unauthorized):
		return host.Errorf(404, "pull access denied for %s, repository does not exist or may require 'docker login'", reference.FamiliarName(name))
	}
	return host.Errorf(404, "failed to resolve reference %q: %s: not found", name.String(), name.String())
}

// asked is what a registry is asked for by a name: the tag or digest.
func asked(name reference.Named) string {
	switch n := name.(type) {
	case reference.Canonical:
		return n.Digest().String()
	case reference.NamedTagged:
		return n.Tag()
	}
	return "latest"
}

// pull gets what a name means.
func (p *puller) pull(ctx context.Context, name reference.Named) error {
	m, err := p.source.Manifest(asked(name))
	if err != nil {
		return p.problem(name, err)
	}
	shown := asked(name)
	if _, ok := name.(reference.Canonical); ok {
		shown = name.String()
	}
	old, err := p.Store.Lookup(name)
	same := err == nil && old == m.Digest
	p.say(shown, "Pulling from %s", reference.Path(name))
	f := &fetcher{state: &p.State, source: p.source, repository: name.Name()}
	target, err := f.target(ctx, m, p.platform)
	if err != nil {
		return err
	}
	for _, b := range f.layers {
		p.update(host.ShortID(b.Encoded()), "Pulling fs layer")
	}
	for _, b := range append(f.others, f.layers...) {
		p.update(host.ShortID(b.Encoded()), "Download complete")
	}
	for _, b := range f.layers {
		p.update(host.ShortID(b.Encoded()), "Pull complete")
	}
	domain, _, _ := strings.Cut(reference.Domain(name), ":")
	target.Identity.Pull = []content.Pulled{{Repository: domain + "/" + reference.Path(name)}}
	i, err := put(p.Change, target)
	if err != nil {
		return err
	}
	for _, b := range f.all {
		p.Store = p.Store.AddSource(b, store.Source{Digest: b, SourceRepository: name.Name()})
	}
	next, err := p.Store.Refer(name, i.ID, true)
	if err != nil {
		return &host.Error{Status: 500, Text: err.Error()}
	}
	p.Store = next
	if !same {
		p.Store = p.Store.SetLastUpdated(i.ID, p.Now())
	}
	p.say("", "Digest: %s", m.Digest)
	if same && len(f.layers) == 0 {
		p.say("", "Status: Image is up to date for %s", reference.FamiliarString(name))
	} else {
		p.say("", "Status: Downloaded newer image for %s", reference.FamiliarString(name))
	}
	p.Log(events.ImageEventType, "pull", reference.FamiliarString(name), map[string]string{"name": reference.FamiliarName(name)})
	return nil
}

// fetcher gets what a manifest or index names, but for what is here.
type fetcher struct {
	state      *host.State
	source     remote.Source
	repository string
	// layers and others are the blobs that came, all those there are.
	layers, others, all []digest.Digest
}

// target gets a manifest, or of an index what is for a platform, with what
// attests it.
func (f *fetcher) target(ctx context.Context, m registry.Manifest, platform ocispec.Platform) (*content.Target, error) {
	var index ocispec.Index
	if err := json.Unmarshal(m.JSON, &index); err != nil {
		return nil, host.Errorf(500, "manifest %s: %s", m.Digest, err)
	}
	if index.Manifests == nil {
		one, err := f.manifest(ctx, ocispec.Descriptor{MediaType: m.MediaType, Digest: m.Digest, Size: int64(len(m.JSON))}, m.JSON)
		if err != nil {
			return nil, err
		}
		return &content.Target{Descriptor: one.Descriptor, JSON: m.JSON, Manifests: []*content.Manifest{one}}, nil
	}
	var have *content.Target
	if i, ok := f.state.Store.Image(m.Digest); ok {
		have = i.Target
	}
	list := make([]*content.Manifest, len(index.Manifests))
	var found digest.Digest
	want := dockerfile.NormalizePlatform(platform)
	for n, d := range index.Manifests {
		list[n] = content.Listed(d)
		if have != nil {
			list[n] = have.Manifests[n]
		}
		if d.Platform == nil || list[n].Attests != "" || found != "" {
			continue
		}
		p := dockerfile.NormalizePlatform(*d.Platform)
		if p.OS == want.OS && p.Architecture == want.Architecture && (want.Variant == "" || p.Variant == want.Variant) {
			found = d.Digest
		}
	}
	if found == "" {
		return nil, host.Errorf(404, "no matching manifest for %s in the manifest list entries", dockerfile.FormatPlatform(platform))
	}
	for n, d := range index.Manifests {
		if d.Digest != found && list[n].Attests != found || list[n].Present() {
			continue
		}
		of, err := f.source.Manifest(d.Digest.String())
		if err != nil {
			return nil, host.Errorf(500, "%s", err)
		}
		if list[n], err = f.manifest(ctx, d, of.JSON); err != nil {
			return nil, err
		}
	}
	return content.OfIndex(m.MediaType, m.JSON, list), nil
}

// manifest gets the config and the layers of a manifest.
func (f *fetcher) manifest(ctx context.Context, d ocispec.Descriptor, raw []byte) (*content.Manifest, error) {
	var doc ocispec.Manifest
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, host.Errorf(500, "manifest %s: %s", d.Digest, err)
	}
	if content.Listed(d).Attests != "" {
		m, err := content.Read(d, raw, nil)
		if err != nil {
			return nil, host.Errorf(500, "%s", err)
		}
		for n, b := range m.Blobs {
			f.all = append(f.all, b.Digest)
			if old, ok := blob(f.state, b.Digest); ok {
				m.Blobs[n].Content = old.Content
				continue
			}
			came, err := f.source.Blob(b.Digest)
			if err != nil {
				return nil, host.Errorf(500, "%s", err)
			}
			m.Blobs[n].Content = came.Content
			f.others = append(f.others, b.Digest)
		}
		return m, nil
	}
	config, err := f.source.Blob(doc.Config.Digest)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	text, err := config.Content.Bytes()
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	parsed, err := store.Parse(text)
	if err != nil {
		return nil, host.Errorf(500, "config %s: %s", doc.Config.Digest, err)
	}
	var layers []*layer.Layer
	absent := map[digest.Digest]bool{}
	var chain digest.Digest
	for n, l := range doc.Layers {
		f.all = append(f.all, l.Digest)
		if n < len(parsed.RootFS.DiffIDs) {
			chain = layer.ChainID(chain, parsed.RootFS.DiffIDs[n])
		}
		_, stored := blob(f.state, l.Digest)
		if have, ok := f.state.Store.Layer(chain); ok {
			layers = append(layers, have.Tar)
			absent[l.Digest] = !stored
			continue
		}
		b, err := f.source.Blob(l.Digest)
		if err != nil {
			return nil, host.Errorf(500, "%s", err)
		}
		opened, err := host.Open(ctx, b, l.MediaType)
		if err != nil {
			return nil, host.Errorf(500, "%s", err)
		}
		layers = append(layers, opened)
		if !stored {
			f.layers = append(f.layers, l.Digest)
		}
	}
	img, err := image.Existing(text, raw, layers)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	m, err := content.Read(d, raw, img)
	if err != nil {
		return nil, host.Errorf(500, "%s", err)
	}
	for n, b := range m.Blobs {
		if absent[b.Digest] {
			m.Blobs[n].Content = nil
		} else if b.Layer != nil {
			if came, err := f.source.Blob(b.Digest); err == nil {
				m.Blobs[n].Content = came.Content
			}
		}
	}
	m.Blobs[0].Content = vfs.Bytes(text)
	return m, nil
}
