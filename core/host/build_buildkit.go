package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/build/classic"
	"layerlab.dev/core/host/graph"
	"layerlab.dev/core/host/packet"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// TraceID is the id of the messages in which a build by BuildKit tells how it
// goes on: their data is a graph.Trace. ImageID is that of the message with the
// id of the image.
const (
	TraceID = "layerlab.trace"
	ImageID = "moby.image.id"
)

// frontend is what the errors of reading a Dockerfile begin with.
const frontend = "failed to solve with frontend dockerfile.v0: "

// late is an epoch that no time of a build comes after: this BuildKit leaves the
// times of files as they are.
const late = 1 << 33

// kitBuild is a build with the BuildKit of 20.10: its steps are those of package
// build, its layers and images those of dockerd's store.
type kitBuild struct {
	*Change
	*stream
	ctx     context.Context
	request Build
	name    string // of the Dockerfile
	graph   *graph.Graph
	noCache bool
	pulled  map[string]*pulledBase
	result  *build.Result
	steps   map[*build.Step]*CacheRecord
}

type pulledBase struct {
	image  *store.Image
	made   *image.Image
	digest digest.Digest // of its manifest
	blobs  []layer.Blob
	config int64
}

// buildKit builds with BuildKit, gives the image its names and returns its id.
func (c *Change) buildKit(ctx context.Context, request Build, tags []reference.Named, s *stream) (digest.Digest, error) {
	o := request.Options
	b := &kitBuild{
		Change: c, stream: s, ctx: ctx, request: request, name: o.Dockerfile, noCache: o.NoCache,
		pulled: map[string]*pulledBase{}, steps: map[*build.Step]*CacheRecord{},
	}
	if b.name == "" {
		b.name = "Dockerfile"
	}
	b.graph = &graph.Graph{
		Tell: func(t graph.Trace) { s.aux(TraceID, t) }, Now: b.later, Unique: b.Random.ID, Sent: b.sent, Keep: b.keepSent,
		BuildArgs: o.BuildArgs, Tags: o.Tags,
	}
	id, err := b.build(tags)
	if err != nil {
		return "", err
	}
	s.aux(ImageID, types.BuildResult{ID: id.String()})
	return id, nil
}

// later moves the clock on.
func (b *kitBuild) later(by time.Duration) time.Time {
	b.Clock += int64(by)
	return time.Unix(0, b.Clock).UTC()
}

// sent returns what a client sent last under a key.
func (b *kitBuild) sent(key string) vfs.Tree {
	if r := b.cached(localKey(key)); r != nil {
		return r.Sent
	}
	return vfs.New(0)
}

// keepSent keeps what a client sent.
func (b *kitBuild) keepSent(key string, files vfs.Tree) {
	_, bytes := files.Root().Total()
	r := b.newCache(localKey(key), "source.local", "local source for "+key, bytes)
	r.Sent = files
	if old := b.cached(r.Key); old != nil {
		r.ID, r.CreatedAt, r.UsageCount, r.Measured = old.ID, old.CreatedAt, old.UsageCount+1, old.Measured
		if old.Measured {
			r.Size = old.Size
		}
	}
	b.putCache(r)
}

func kitError(format string, a ...any) error {
	return &buildError{answer: Errorf(500, format, a...)}
}

func (b *kitBuild) build(tags []reference.Named) (digest.Digest, error) {
	source, err := b.definition()
	if err != nil {
		return "", err
	}
	if err := classic.Check(string(source)); err != nil {
		return "", kitError("%sfailed to create LLB definition: %s", frontend, err)
	}
	files, err := build.Context(b.request.Context, b.name)
	if err != nil {
		return "", kitError("%sfailed to create LLB definition: %s", frontend, err)
	}
	if r := b.cached(localKey("context")); r != nil {
		files = packet.Received(r.Sent, files)
	}
	args := map[string]string{}
	for k, v := range b.request.Options.BuildArgs {
		if v != nil {
			args[k] = *v
		}
	}
	o := b.request.Options
	result, err := build.Build(b.ctx, source, files, build.Options{
		Name: b.name, Ignore: b.name, Epoch: late, Clock: b.Now(), Platform: o.Platform, Target: o.Target,
		BuildArgs: args, Labels: o.Labels, Secrets: b.request.Secrets, Image: b.find, Kept: b, Cache: build.NewCache(), Seed: b.Random.Seed,
	})
	b.result, b.graph.Result = result, result
	b.graph.Metadata()
	missing := b.graph.Missing()
	if missing != nil && result != nil && !b.graph.Begins(missing.Name) {
		b.graph.CopyFailed(missing)
		return "", kitError("failed to load cache key: %s", missing.Missing)
	}
	if err != nil && !b.begun() {
		return "", b.early(err)
	}
	b.keep()
	b.graph.Play(files, err)
	if err != nil {
		return "", b.late(err)
	}
	return b.export(tags)
}

// begun reports whether any stage came to its steps.
func (b *kitBuild) begun() bool {
	return b.result != nil && b.graph.Missing() == nil &&
		slices.ContainsFunc(b.result.Stages, func(s *build.Stage) bool { return len(s.Steps) > 0 })
}

// early words an error of the time before the first step.
func (b *kitBuild) early(err error) error {
	text := err.Error()
	var e *build.Error
	missing := b.graph.Missing()
	switch {
	case missing != nil:
		text = missing.Missing
	case errors.As(err, &e):
		text = e.Text.String()
		if target := b.request.Options.Target; target != "" && strings.Contains(text, target) && e.Keyword == "" {
			text = fmt.Sprintf("target stage %s could not be found", target)
		}
	}
	return kitError("%sfailed to create LLB definition: %s", frontend, text)
}

// late words an error of a step.
func (b *kitBuild) late(err error) error {
	var e *build.Error
	if !errors.As(err, &e) {
		return kitError("%s", err)
	}
	text := b.graph.Problem(e)
	if e.ExitCode != nil {
		return kitError("%s", text)
	}
	return kitError("failed to compute cache key: %s", text)
}

// definition returns the Dockerfile as the client sends it.
func (b *kitBuild) definition() ([]byte, error) {
	definition := b.request.Context
	if text := b.request.Dockerfile; text != nil {
		// The client keeps it in a directory of its own.
		e := vfs.New(b.Clock).Edit()
		if err := e.Place("/"+path.Base(b.name), vfs.Meta{Kind: vfs.File, Mode: 0o600, MTime: b.Clock}, text); err != nil {
			return nil, &Error{500, err.Error()}
		}
		b.name, definition = path.Base(b.name), e.Tree()
	}
	n, err := definition.Stat("/" + b.name)
	if err != nil || n.Kind != vfs.File {
		b.graph.Transfer("[internal] load build definition from "+path.Base(b.name), "transferring dockerfile:", "", vfs.New(0))
		b.graph.Canceled("[internal] load .dockerignore", "transferring context:")
		return nil, kitError("%sfailed to read dockerfile: open %s/tmp/buildkit-mount%d/%s: no such file or directory", frontend, root, 100000000+b.Random.Below(900000000), b.name)
	}
	sent := b.graph.Transfer("[internal] load build definition from "+path.Base(b.name), "transferring dockerfile:", "dockerfile", only(definition, b.name))
	b.graph.Transfer("[internal] load .dockerignore", "transferring context:", "dockerignore", only(b.request.Context, ".dockerignore"))
	if n, err = sent.Stat("/" + path.Base(b.name)); err != nil {
		return nil, &Error{500, err.Error()}
	}
	return n.Blob().Bytes()
}

// only returns a tree with one file of another.
func only(t vfs.Tree, name string) vfs.Tree {
	e := vfs.New(0).Edit()
	if n, err := t.Stat("/" + name); err == nil && n.Kind == vfs.File {
		if err := e.Place("/"+path.Base(name), n.Meta, n.Blob()); err != nil {
			panic(err) // into an empty tree
		}
	}
	return e.Tree()
}

// Get and Put make the State the cache of the steps.
func (b *kitBuild) Get(key string) *build.Made {
	if b.noCache {
		return nil
	}
	r := b.cached(stepKey(key))
	if r == nil {
		return nil
	}
	return r.Made
}

// Put is told what a step made.
func (b *kitBuild) Put(key string, m *build.Made) {
	r := b.newCache(stepKey(key), "regular", "", 0)
	r.Made = m
	b.putCache(r)
}

// find returns an image that FROM or COPY --from names: one that is here, else
// one of a registry, which gets no name here.
func (b *kitBuild) find(ctx context.Context, name string) (*image.Image, error) {
	if at := b.graph.Base(name); at != nil { // asked for again
		if at.Missing != "" {
			return nil, errors.New(at.Missing)
		}
		if p := b.pulled[name]; p != nil {
			return p.made, nil
		}
		if i, ok := b.Store.Image(at.ID); ok {
			return i.Made, nil
		}
	}
	fail := func(text string) (*image.Image, error) {
		b.graph.Bases = append(b.graph.Bases, &graph.Base{Name: name, Missing: text})
		return nil, errors.New(text)
	}
	ref, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return fail(fmt.Sprintf("failed to parse stage name %q: %s", name, err))
	}
	if !b.request.Options.PullParent {
		if i, err := b.FindImage(name); err == nil {
			b.graph.Bases = append(b.graph.Bases, &graph.Base{Name: name, ID: i.ID, Seen: b.seen(i.Made)})
			return i.Made, nil
		}
	}
	p, err := b.fetch(ctx, reference.TagNameOnly(ref))
	if err != nil {
		return fail(err.Error())
	}
	b.pulled[name] = p
	base := &graph.Base{Name: name, ID: p.made.ID(), Seen: b.seen(p.made), Digest: p.digest}
	if p.image == nil {
		raw := p.made.ManifestJSON()
		base.Came = &graph.Came{Manifest: digest.FromBytes(raw), Config: base.ID, Sizes: [2]int64{int64(len(raw)), p.config}, Layers: p.blobs}
	}
	b.graph.Bases = append(b.graph.Bases, base)
	return p.made, nil
}

// seen reports whether an earlier build has used an image.
func (b *kitBuild) seen(i *image.Image) bool {
	chains := i.ChainIDs()
	return len(chains) > 0 && b.cached(baseKey(chains[len(chains)-1])) != nil
}

// fetch gets an image from its registry.
func (b *kitBuild) fetch(ctx context.Context, ref reference.Named) (*pulledBase, error) {
	source := b.host.net.Network().Pull(reference.Domain(ref), reference.Path(ref))
	var ask string
	switch n := ref.(type) {
	case reference.Canonical:
		ask = n.Digest().String()
	case reference.NamedTagged:
		ask = n.Tag()
	}
	m, err := source.Manifest(ask)
	if err != nil {
		return nil, kitProblem(ref, ask, err)
	}
	of := m
	if d := m.Platform("linux", "amd64"); d != "" {
		if of, err = source.Manifest(d.String()); err != nil {
			return nil, kitProblem(ref, d.String(), err)
		}
	}
	head, _, err := image.ParseManifest(of.JSON)
	if err != nil || head == nil {
		return nil, fmt.Errorf("no match for platform in manifest %s: not found", m.Digest)
	}
	p := &pulledBase{digest: m.Digest, blobs: head.Layers, config: head.Config.Size}
	if i, ok := b.Store.Image(head.Config.Digest); ok {
		p.image, p.made = i, i.Made
		return p, nil
	}
	config, err := source.Blob(head.Config.Digest)
	if err != nil {
		return nil, kitProblem(ref, ask, err)
	}
	raw, err := config.Content.Bytes()
	if err != nil {
		return nil, err
	}
	var layers []*layer.Layer
	for _, l := range head.Layers {
		blob, err := source.Blob(l.Digest)
		if err != nil {
			return nil, kitProblem(ref, ask, err)
		}
		opened, err := Open(ctx, blob, l.MediaType)
		if err != nil {
			return nil, err
		}
		layers = append(layers, opened)
	}
	p.made, err = image.Existing(raw, of.JSON, layers)
	return p, err
}

// kitProblem words a registry's refusal as containerd's resolver does.
func kitProblem(ref reference.Named, ask string, err error) error {
	var dial *remote.DialError
	var refusal *registry.Error
	switch {
	case errors.As(err, &dial):
		return fmt.Errorf("failed to do request: Head %q: %s", fmt.Sprintf("%s://%s/v2/%s/manifests/%s", dial.Scheme, dial.Host, reference.Path(ref), ask), dial.Reason)
	case errors.As(err, &refusal) && refusal.Code == registry.Denied:
		return fmt.Errorf("%s: unexpected status code [manifests %s]: 403 Forbidden", ref, ask)
	}
	return fmt.Errorf("%s: not found", reference.TagNameOnly(ref))
}

// holdBases makes the layers of the bases records of the cache, which hold them.
func (b *kitBuild) holdBases() error {
	for _, at := range b.graph.Bases {
		if at.ID == "" {
			continue
		}
		ref, err := reference.ParseNormalizedNamed(at.Name)
		if err != nil {
			return err
		}
		var made *image.Image
		if p := b.pulled[at.Name]; p != nil {
			made = p.made
			for n, l := range made.Layers {
				b.Store = b.Store.AddSource(l.DiffID(), store.Source{Digest: p.blobs[n].Digest, SourceRepository: ref.Name()})
			}
		} else if i, ok := b.Store.Image(at.ID); ok {
			made = i.Made
		}
		var below digest.Digest
		for _, l := range made.Layers {
			chain := layer.ChainID(below, l.DiffID())
			if r := b.cached(baseKey(chain)); r != nil {
				b.use(r)
			} else {
				next, held, err := b.Store.Register(l, below, &b.Random, b.Now())
				if err != nil {
					return err
				}
				b.Store = next
				r := b.newCache(baseKey(chain), "regular", "pulled from "+ref.String(), 0)
				r.Chain = held.ChainID
				b.putCache(r)
				if under := b.cached(baseKey(below)); under != nil {
					b.use(under)
				}
			}
			below = chain
		}
	}
	return nil
}

// keep gives the records of the steps what package build does not know: the
// layers in the form of dockerd's store.
func (b *kitBuild) keep() {
	if err := b.holdBases(); err != nil {
		panic(err) // layers that were found here
	}
	if b.result == nil {
		return
	}
	for _, stage := range b.result.Stages {
		for _, s := range stage.Steps {
			if s.Layer == nil || s.Cache.Kept == "" {
				continue
			}
			r := b.cached(stepKey(s.Cache.Kept))
			if r == nil {
				continue
			}
			if s.Cache.Hit {
				b.use(r)
				b.steps[s] = r
				continue
			}
			made := *r
			tar, err := layer.New(b.ctx, b.entries(s))
			if err != nil {
				panic(err) // contents that are in the trees
			}
			made.Tar = tar
			made.Size = tar.DiskSize()
			made.Description = s.Text
			if s.Keyword == "RUN" && len(s.Argv) > 0 {
				made.Description = "mount / from exec " + strings.Join(s.Argv, " ")
			}
			b.BuildCache = b.BuildCache.Set(made.ID, &made)
			b.steps[s] = &made
		}
	}
}

// entries are the members of a step's layer: what overlayfs has in the upper
// directory, with no time after the present.
func (b *kitBuild) entries(s *build.Step) []layer.Entry {
	entries := layer.Overlay2{}.Entries(layer.Upper(s.Before, s.After, nil))
	for n := range entries {
		entries[n].MTime = min(entries[n].MTime, b.Clock/1e9)
	}
	return entries
}

// chain returns the steps of a stage with those of the stages below it, the
// lowest first, and the image that they begin from.
func chain(s *build.Stage) (steps []*build.Step, from *image.Image) {
	if s.Parent != nil {
		steps, from = chain(s.Parent)
	} else {
		from = s.Base
	}
	return append(steps, s.Steps...), from
}

// export makes the image of the target.
func (b *kitBuild) export(tags []reference.Named) (digest.Digest, error) {
	steps, from := chain(b.result.Target)
	var layers []*layer.Layer
	var below digest.Digest
	var history []store.History
	if from != nil {
		layers = append(layers, from.Layers...)
		for _, id := range from.DiffIDs() {
			below = layer.ChainID(below, id)
		}
		if d, err := store.Parse(from.ConfigJSON()); err == nil {
			history = append(history, d.History...)
		}
	}
	lower := len(history)
	fresh := false
	for _, s := range steps {
		if s.CreatedBy == "" {
			continue
		}
		h := store.History{CreatedBy: graph.CreatedBy(s), Comment: "buildkit.dockerfile.v0", EmptyLayer: true}
		if r := b.steps[s]; r != nil && r.Tar != nil {
			h.Created = r.CreatedAt
			if !r.Tar.Empty() {
				h.EmptyLayer = false
				fresh = fresh || r.Chain == ""
				if err := b.registerStep(r, &below); err != nil {
					return "", err
				}
				layers = append(layers, r.Tar)
			}
		}
		history = append(history, h)
	}
	dateHistory(history, lower)
	config, err := b.config(layers, history)
	if err != nil {
		return "", &Error{500, err.Error()}
	}
	made, err := image.Existing(config, nil, layers)
	if err != nil {
		return "", &Error{500, err.Error()}
	}
	next, i, err := b.Store.Create(made, &b.Random, b.Now())
	if err != nil {
		return "", &Error{500, err.Error()}
	}
	b.Store = next
	for _, t := range tags {
		if err := b.tag(i.ID, t); err != nil {
			return "", err
		}
	}
	b.graph.Exported(fresh, i.ID)
	return i.ID, nil
}

// registerStep puts the layer of a step into the store, where its record holds
// it.
func (b *kitBuild) registerStep(r *CacheRecord, below *digest.Digest) error {
	on := layer.ChainID(*below, r.Tar.DiffID())
	if r.Chain != on {
		next, l, err := b.Store.RegisterAs(r.Tar, *below, r.ID, &b.Random, b.Now())
		if err != nil {
			return &Error{500, err.Error()}
		}
		if r.Chain != "" {
			next, _ = next.Release(r.Chain)
		}
		b.Store = next
		now, _ := b.BuildCache.Get(r.ID)
		held := *now
		held.Chain = l.ChainID
		b.BuildCache = b.BuildCache.Set(held.ID, &held)
	}
	*below = on
	return nil
}

// dateHistory gives what has no layer the time of the layer before it, or of the
// first new one.
func dateHistory(history []store.History, lower int) {
	var at time.Time
	if lower > 0 {
		at = history[lower-1].Created
	}
	for _, h := range history[lower:] {
		if !h.Created.IsZero() {
			at = h.Created
			break
		}
	}
	for n := lower; n < len(history); n++ {
		if history[n].Created.IsZero() {
			history[n].Created = at
		}
		at = history[n].Created
	}
}

// config is the JSON of the image: that of package build, with the layers and
// the history of this store.
func (b *kitBuild) config(layers []*layer.Layer, history []store.History) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b.result.Image.ConfigJSON(), &fields); err != nil {
		return nil, err
	}
	rootFS := store.RootFS{Type: "layers"}
	for _, l := range layers {
		rootFS.DiffIDs = append(rootFS.DiffIDs, l.DiffID())
	}
	set := func(key string, v any) error {
		raw, err := json.Marshal(v)
		fields[key] = raw
		return err
	}
	if err := errors.Join(set("rootfs", rootFS), set("history", history)); err != nil {
		return nil, err
	}
	if n := len(history); n > 0 && !history[n-1].Created.IsZero() {
		if err := set("created", history[n-1].Created); err != nil {
			return nil, err
		}
	}
	return json.Marshal(fields)
}
