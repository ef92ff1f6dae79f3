package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/host/transfer"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

const (
	downloads = 3     // at once, as dockerd's max-concurrent-downloads
	uploads   = 5     // max-concurrent-uploads
	unpacking = 200e6 // compressed bytes a second
)

// ImagePull gets an image from a registry. ref is a name with a tag or digest;
// without either it is latest, or every tag with options.All.
func (h *Host) ImagePull(ctx context.Context, ref string, options types.ImagePullOptions, to Progress) error {
	name, err := reference.ParseNormalizedNamed(strings.TrimSuffix(ref, ":"))
	if err != nil {
		return &Error{400, err.Error()}
	}
	if !options.All {
		name = reference.TagNameOnly(name)
	}
	s := &stream{to: to}
	return s.end(h.Change(func(c *Change) error {
		p, err := c.pull(ctx, name, options.Platform, s)
		if err == nil && options.Platform != "" {
			p.warn()
		}
		return err
	}))
}

// platform reads --platform; without one it is that of the host.
func platform(text string) (ocispec.Platform, error) {
	if text == "" {
		return ocispec.Platform{OS: "linux", Architecture: "amd64"}, nil
	}
	p, err := dockerfile.ParsePlatform(text)
	if err != nil {
		return p, &Error{400, err.Error()}
	}
	return p, nil
}

// pull gets what a name means from the registry it names.
func (c *Change) pull(ctx context.Context, name reference.Named, onPlatform string, s *stream) (*puller, error) {
	if reference.FamiliarName(name) == "scratch" {
		return nil, Errorf(403, "'scratch' is a reserved name")
	}
	wanted, err := platform(onPlatform)
	if err != nil {
		return nil, err
	}
	p := &puller{Change: c, stream: s, name: name, wanted: wanted}
	p.source = c.host.net.Network().Pull(reference.Domain(name), reference.Path(name))
	names := []reference.Named{name}
	if reference.IsNameOnly(name) {
		tags, err := p.source.Tags()
		if err != nil {
			return nil, p.problem(err)
		}
		names = names[:0]
		for _, t := range tags {
			tagged, err := reference.WithTag(name, t)
			if err != nil {
				return nil, &Error{500, err.Error()}
			}
			names = append(names, tagged)
		}
	}
	newer := false
	for _, n := range names {
		changed, err := p.one(ctx, n)
		if err != nil {
			return nil, err
		}
		newer = newer || changed
	}
	if newer {
		s.say("", "Status: Downloaded newer image for %s", reference.FamiliarString(name))
	} else {
		s.say("", "Status: Image is up to date for %s", reference.FamiliarString(name))
	}
	c.Log(events.ImageEventType, "pull", reference.FamiliarString(name), c.labels(name))
	return p, nil
}

// labels returns the attributes of the event of a pull or push.
func (s *State) labels(name reference.Named) map[string]string {
	attributes := map[string]string{}
	if i, err := s.FindImage(name.String()); err == nil && i.Document.Config != nil {
		for k, v := range i.Document.Config.Labels {
			attributes[k] = v
		}
	}
	attributes["name"] = reference.FamiliarName(name)
	return attributes
}

// puller gets the images of one repository.
type puller struct {
	*Change
	*stream
	name   reference.Named
	source remote.Source
	wanted ocispec.Platform
}

// problem words an error of the registry as the daemon does.
func (p *puller) problem(err error) error {
	said := remote.PullError(err, reference.FamiliarName(p.name), reference.FamiliarString(p.name))
	if said.Error() != err.Error() { // it was worded as something that is missing
		return &Error{404, said.Error()}
	}
	return &Error{500, said.Error()}
}

// warn says where the image that the bare name means now is for another platform
// than was asked for.
func (p *puller) warn() {
	familiar := reference.FamiliarName(p.name)
	i, err := p.FindImage(familiar)
	if err == nil {
		err = mismatch(i, familiar, p.wanted)
	}
	var other *mismatchError
	if errors.As(err, &other) {
		p.say("", "WARNING: %s", other)
	}
}

// one gets the image of a tag or digest and reports whether the name means
// another image now.
func (p *puller) one(ctx context.Context, name reference.Named) (bool, error) {
	var ask, shown string
	switch n := name.(type) {
	case reference.Canonical:
		ask, shown = n.Digest().String(), n.String()
	case reference.NamedTagged:
		ask, shown = n.Tag(), n.Tag()
	}
	m, err := p.source.Manifest(ask)
	if err != nil {
		return false, p.problem(err)
	}
	p.say(shown, "Pulling from %s", reference.Path(name))
	of := m
	if d := m.Platform(p.wanted.OS, p.wanted.Architecture); d != "" {
		if of, err = p.source.Manifest(d.String()); err != nil {
			return false, p.problem(err)
		}
	}
	head, list, err := image.ParseManifest(of.JSON)
	switch {
	case err != nil:
		return false, Errorf(500, "unsupported manifest format")
	case head == nil && list.Digest != "":
		return false, Errorf(404, "no matching manifest for %s in the manifest list entries", dockerfile.FormatPlatform(p.wanted))
	}
	id := head.Config.Digest
	if _, ok := p.Store.Image(id); !ok {
		if p.wanted.OS != "linux" {
			return false, Errorf(500, "operating system is not supported")
		}
		if err := p.image(ctx, of.JSON, head); err != nil {
			return false, err
		}
	}
	p.say("", "Digest: %s", m.Digest)
	old, err := p.Store.Lookup(name)
	same := err == nil && old == id
	if _, ok := name.(reference.Canonical); !ok {
		p.referDigest(name, m.Digest, id)
	}
	if same {
		return false, nil
	}
	next, err := p.Store.Refer(name, id, true)
	if err != nil {
		return false, &Error{500, err.Error()}
	}
	p.Store = next
	return true, nil
}

// referDigest notes that an image has a digest in a repository.
func (s *State) referDigest(name reference.Named, d, id digest.Digest) {
	canonical, err := reference.WithDigest(reference.TrimNamed(name), d)
	if err != nil {
		return
	}
	if _, err := s.Store.Lookup(canonical); err == nil {
		return // a digest never moves
	}
	if next, err := s.Store.Refer(canonical, id, true); err == nil {
		s.Store = next
	}
}

// image gets the config and the layers of an image that is not here.
func (p *puller) image(ctx context.Context, manifest []byte, head *image.Head) error {
	layers, err := p.layers(ctx, head.Layers)
	if err != nil {
		return err
	}
	config, err := p.source.Blob(head.Config.Digest)
	if err != nil {
		return Errorf(500, "error pulling image configuration: %s", err)
	}
	raw, err := config.Content.Bytes()
	if err != nil {
		return Errorf(500, "error pulling image configuration: %s", err)
	}
	if digest.FromBytes(raw) != head.Config.Digest {
		return Errorf(500, "image config verification failed for digest %s", head.Config.Digest)
	}
	made, err := image.Existing(raw, manifest, layers)
	if err != nil {
		return Errorf(500, "layers from manifest don't match image configuration")
	}
	next, i, err := p.Store.Create(made, &p.Random, p.Now())
	if err != nil {
		return &Error{500, err.Error()}
	}
	p.Store = next
	for n, d := range i.Document.RootFS.DiffIDs {
		p.Store = p.Store.AddSource(d, store.Source{Digest: head.Layers[n].Digest, SourceRepository: p.name.Name()})
	}
	return nil
}

// layers gets those layers that are not here and returns all of them.
func (p *puller) layers(ctx context.Context, blobs []layer.Blob) ([]*layer.Layer, error) {
	layers := make([]*layer.Layer, len(blobs))
	var chain digest.Digest
	have := 0
	for ; have < len(blobs); have++ {
		diff, ok := p.Store.DiffID(blobs[have].Digest)
		if !ok {
			break
		}
		l, ok := p.Store.Layer(layer.ChainID(chain, diff))
		if !ok {
			break
		}
		p.update(short(blobs[have].Digest.String()), "Already exists")
		layers[have], chain = l.Tar, l.ChainID
	}
	opened := map[digest.Digest]*layer.Layer{}
	var ids []string
	var sizes []int64
	for n := have; n < len(blobs); n++ {
		d := blobs[n].Digest
		if l, ok := opened[d]; ok {
			layers[n] = l // the same bytes again come once
			continue
		}
		b, err := p.source.Blob(d)
		if err != nil {
			return nil, Errorf(500, "unknown blob")
		}
		if layers[n], err = Open(ctx, b, blobs[n].MediaType); err != nil {
			return nil, &Error{500, err.Error()}
		}
		opened[d] = layers[n]
		ids, sizes = append(ids, short(d.String())), append(sizes, b.Size())
		p.update(short(d.String()), "Pulling fs layer")
	}
	p.play(ids, sizes)
	return layers, nil
}

// Open returns what the blob of a registry holds. mediaType is what the manifest
// says it is.
func Open(ctx context.Context, b registry.Blob, mediaType string) (*layer.Layer, error) {
	if b.Layer != nil {
		return b.Layer, nil
	}
	raw, err := layer.Unpack(ctx, b.Content)
	if err != nil {
		var absent *vfs.AbsentError
		if errors.As(err, &absent) {
			return nil, fmt.Errorf("layer %s: its bytes are not here, and nothing is known of what it holds", b.Digest)
		}
		return nil, fmt.Errorf("failed to register layer: %w", err)
	}
	return layer.Read(ctx, layer.Blob{MediaType: mediaType, Digest: b.Digest, Size: b.Size(), Content: b.Content}, raw)
}

// play tells how the blobs come and are unpacked, and lets the time pass that
// this takes.
func (p *puller) play(ids []string, sizes []int64) {
	type line struct {
		transfer.Event
		unpacked bool
	}
	var lines []line
	ready := make([]int64, len(sizes))
	for _, e := range transfer.Play(sizes, downloads, p.source.Rate()) {
		lines = append(lines, line{e, false})
		if e.Kind == transfer.Done {
			ready[e.Job] = e.At
		}
	}
	for _, e := range transfer.Chain(sizes, ready, unpacking) {
		lines = append(lines, line{e, true})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return transfer.Order(a.Event, b.Event) })
	for _, l := range lines {
		id, size := ids[l.Job], sizes[l.Job]
		switch {
		case l.Kind == transfer.Waits:
			p.update(id, "Waiting")
		case l.Kind == transfer.Advances && l.unpacked:
			p.advance(id, "Extracting", l.Event.Done, size)
		case l.Kind == transfer.Advances:
			p.advance(id, "Downloading", l.Event.Done, size)
		case l.unpacked:
			if size > 0 { // once more, as the reader of the blob is closed
				p.advance(id, "Extracting", size, size)
			}
			p.update(id, "Pull complete")
		default:
			p.update(id, "Verifying Checksum")
			p.update(id, "Download complete")
		}
	}
	if len(lines) > 0 {
		p.Clock += lines[len(lines)-1].At
	}
}
