package containerd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/host"
	"layerlab.dev/core/host/graph"
	"layerlab.dev/core/host/packet"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/store/content"
	"layerlab.dev/core/vfs"
)

// SourceID is the id of the message that shows the place of an error in the
// Dockerfile; its data is a Source.
const SourceID = "layerlab.source"

// Source is a place in a Dockerfile.
type Source struct {
	Name       string
	Text       []byte
	Start, End int // lines, from 1
}

// late is an epoch that no time of a build comes after: layers keep the times of
// files as they are.
const late = 1 << 33

// ImageBuild builds an image with BuildKit, or with the classic builder as
// options.Version says.
func (e Engine) ImageBuild(ctx context.Context, request host.Build, to host.Progress) error {
	if request.Options.Version != types.BuilderBuildKit {
		return e.buildClassic(ctx, request, to)
	}
	s := &stream{to: to}
	err := e.Change(func(c *host.Change) error {
		b := &builder{Change: c, stream: s, ctx: ctx, engine: e, request: request, name: request.Options.Dockerfile, pulled: map[string]*base{}}
		if b.name == "" {
			b.name = "Dockerfile"
		}
		b.began = b.later(0)
		o := request.Options
		b.graph = &graph.Graph{
			Tell: func(t graph.Trace) { s.aux(host.TraceID, t) }, Now: b.later, Unique: b.unique, Sent: b.sent, Keep: b.keepSent,
			BuildArgs: o.BuildArgs, Tags: o.Tags, Today: true,
		}
		if text := o.BuildArgs["SOURCE_DATE_EPOCH"]; text != nil {
			n, err := strconv.ParseInt(*text, 10, 64)
			if err != nil {
				return host.Errorf(500, "failed to parse SOURCE_DATE_EPOCH: strconv.ParseInt: parsing %q: invalid syntax", *text)
			}
			b.epoch = &n
		}
		id, err := b.build()
		if err != nil {
			c.Keep()
			return err
		}
		if id != "" {
			s.aux(host.ImageID, types.BuildResult{ID: id.String()})
		}
		return nil
	})
	return s.end(err)
}

// builder is one build.
type builder struct {
	*host.Change
	*stream
	ctx     context.Context
	engine  Engine
	request host.Build
	name    string // of the Dockerfile
	epoch   *int64 // SOURCE_DATE_EPOCH
	graph   *graph.Graph
	pulled  map[string]*base
	result  *build.Result
	source  []byte
	ref     string
	began   time.Time
}

// base is an image that a build begins from.
type base struct {
	target *content.Target
	made   *image.Image
}

func (b *builder) unique() string { return b.Random.Base36() + b.Random.Base36() }

func (b *builder) later(by time.Duration) time.Time {
	b.Clock += int64(by)
	return time.Unix(0, b.Clock).UTC()
}

func (b *builder) sent(key string) vfs.Tree {
	if r := b.Cached(host.LocalKey(key)); r != nil {
		return r.Sent
	}
	return vfs.New(0)
}

func (b *builder) keepSent(key string, files vfs.Tree) {
	r := b.NewCache(host.LocalKey(key), "source.local", "local source for "+key, block(files))
	r.Sent = files
	if old := b.Cached(r.Key); old != nil {
		r.ID, r.CreatedAt, r.UsageCount = old.ID, old.CreatedAt, old.UsageCount+1
	}
	b.PutCache(r)
}

// block is the space that files take in blocks of the disk.
func block(files vfs.Tree) int64 {
	var sum func(n *vfs.Node) int64
	sum = func(n *vfs.Node) int64 {
		if !n.IsDir() {
			return (n.Size() + 4095) / 4096 * 4096
		}
		total := int64(4096)
		for _, c := range n.Children() {
			total += sum(c)
		}
		return total
	}
	return sum(files.Root())
}

// definition reads the Dockerfile.
func (b *builder) definition() ([]byte, error) {
	shown := path.Base(b.name)
	if b.request.Dockerfile != nil {
		text, err := b.request.Dockerfile.Bytes()
		if err == nil {
			e := vfs.New(0).Edit()
			if err = e.Place("/"+shown, vfs.Meta{Kind: vfs.File, Mode: 0o644}, vfs.Bytes(text)); err == nil {
				b.found(text, packet.Size(vfs.New(0), e.Tree()))
			}
		}
		return text, err
	}
	n, err := b.request.Context.Stat("/" + b.name)
	if err != nil || n.Kind != vfs.File {
		b.graph.Definition(shown, 2, nil)
		return nil, host.Errorf(500, "failed to read dockerfile: open %s: no such file or directory", b.name)
	}
	text, err := n.Blob().Bytes()
	if err != nil {
		return nil, host.Errorf(500, "failed to read dockerfile: %s", err)
	}
	sent := only(b.request.Context, b.name)
	b.found(text, packet.Size(vfs.New(0), sent))
	b.keepSent("dockerfile", sent)
	return text, nil
}

// found tells of the Dockerfile with what the checks found in it.
func (b *builder) found(text []byte, bytes int64) {
	o := b.request.Options
	args := map[string]string{}
	for k, v := range o.BuildArgs {
		if v != nil {
			args[k] = *v
		}
	}
	options := dockerfile.Options{BuildArgs: args, Target: o.Target, DockerIgnore: ignored(b.request.Context)}
	file := dockerfile.Parse(b.name, text, options)
	var list []graph.Warning
	failed := false
	for _, d := range file.Diagnostics {
		if d.Severity == dockerfile.Error {
			failed = true
			continue
		}
		w := graph.Warning{Short: fmt.Sprintf("%s: %s (line %d)", d.Rule, d.Text, d.Range.Start.Line), Detail: d.Detail.String(), URL: d.URL, Line: d.Range.Start.Line}
		if !failed && !b.request.Check { // which tells of them itself
			list = append(list, w)
		}
	}
	b.graph.Definition(path.Base(b.name), bytes, list)
}

// ignored are the patterns of .dockerignore.
func ignored(files vfs.Tree) []string {
	n, err := files.Stat("/.dockerignore")
	if err != nil || n.Kind != vfs.File {
		return nil
	}
	patterns, err := ignorefile.ReadAll(n.Blob().Reader())
	if err != nil {
		return nil // the build says so
	}
	return patterns
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

// failure is an error with its place in the Dockerfile.
func (b *builder) failure(r dockerfile.Range, format string, a ...any) error {
	if r.Start.Line > 0 {
		b.aux(SourceID, Source{Name: b.name, Text: b.source, Start: r.Start.Line, End: max(r.End.Line, r.Start.Line)})
	}
	return host.Errorf(500, format, a...)
}

func (b *builder) build() (digest.Digest, error) {
	source, err := b.definition()
	if err != nil {
		return "", err
	}
	b.source = source
	files, err := build.Context(b.request.Context, b.name)
	if err != nil {
		return "", host.Errorf(500, "%s", err)
	}
	args := map[string]string{}
	for k, v := range b.request.Options.BuildArgs {
		if v != nil {
			args[k] = *v
		}
	}
	if b.request.Check {
		if file := dockerfile.Parse(b.name, source, dockerfile.Options{BuildArgs: args, Target: b.request.Options.Target}); !unreadable(source) {
			for _, s := range file.Stages {
				if s.BaseName != "" && s.BaseName != "scratch" && b.graph.Base(s.BaseName) == nil && !slices.ContainsFunc(file.Stages, func(o *dockerfile.Stage) bool { return o.Name == s.BaseName }) {
					_, _ = b.find(b.ctx, s.BaseName) // what is wrong with it is told below
				}
			}
			b.graph.Metadata()
			b.graph.Transfer("[internal] load .dockerignore", "transferring context:", "dockerignore", only(b.request.Context, ".dockerignore"))
		}
		return "", nil
	}
	if before := b.Cached(host.LocalKey("context")); before != nil {
		files = packet.Received(before.Sent, files)
	}
	o := b.request.Options
	result, err := build.Build(b.ctx, source, files, build.Options{
		Name: b.name, Ignore: b.name, Epoch: late, Clock: b.Now(), Platform: o.Platform, Target: o.Target,
		BuildArgs: args, Labels: o.Labels, Secrets: b.request.Secrets, Image: b.find, Kept: b, Cache: build.NewCache(), Seed: b.Random.Seed,
	})
	b.result, b.graph.Result = result, result
	var failed *build.Error
	errors.As(err, &failed)
	ran := failed != nil && (failed.ExitCode != nil || failed.Missing != "")
	if err != nil && !ran {
		switch {
		case b.dispatched(failed):
			_, _ = b.find(b.ctx, b.firstBase()) // what is wrong shows only after that
		case len(b.graph.Bases) == 0, unreadable(source):
			return "", b.early(err, failed)
		}
	}
	b.graph.Metadata()
	if missing := b.graph.Missing(); missing != nil {
		place := dockerfile.Range{}
		if failed != nil {
			place = failed.Range
		}
		if place.Start.Line == 0 && b.result != nil && b.result.File != nil {
			place = b.copies(missing.Name)
		}
		ref, _ := reference.ParseNormalizedNamed(missing.Name)
		return "", b.failure(place, "%s: failed to resolve source metadata for %s: %s", missing.Name, reference.TagNameOnly(ref), missing.Missing)
	}
	b.graph.Transfer("[internal] load .dockerignore", "transferring context:", "dockerignore", only(b.request.Context, ".dockerignore"))
	if err != nil && !b.begun() {
		return "", b.early(err, failed)
	}
	b.keep()
	if r := b.Cached(host.LocalKey("context")); r != nil {
		b.graph.ContextID = r.ID
	} else {
		b.graph.ContextID = b.Random.Base36()
	}
	b.graph.Play(files, err)
	if err != nil {
		if failed == nil {
			return "", host.Errorf(500, "%s", err)
		}
		text := b.graph.Problem(failed)
		if failed.Missing != "" {
			text = "failed to compute cache key: " + text
		}
		return "", b.failure(failed.Range, "%s", text)
	}
	return b.export()
}

// copies is the place of the instruction that copies from an image.
func (b *builder) copies(name string) dockerfile.Range {
	for _, i := range b.result.File.Instructions {
		for _, f := range i.Flags {
			if f.Value == name {
				return i.Range
			}
		}
	}
	return dockerfile.Range{}
}

// begun reports whether any stage came to its steps.
func (b *builder) begun() bool {
	return b.result != nil && slices.ContainsFunc(b.result.Stages, func(s *build.Stage) bool { return len(s.Steps) > 0 })
}

// early words an error of the time before the first step.
func (b *builder) early(err error, failed *build.Error) error {
	if failed == nil {
		return host.Errorf(500, "%s", err)
	}
	text := failed.Text.String()
	if target := b.request.Options.Target; target != "" && strings.Contains(text, target) && failed.Keyword == "" {
		return host.Errorf(500, "target stage %q could not be found", target)
	}
	if text == "the Dockerfile cannot be empty" {
		return host.Errorf(500, "%s", text)
	}
	if line := parseLine(b.source); line > 0 {
		text = fmt.Sprintf("dockerfile parse error on line %d: %s", line, text)
	}
	return b.failure(failed.Range, "%s", text)
}

// unreadable reports whether a Dockerfile fails before anything of it is done.
func unreadable(source []byte) bool {
	r, err := parser.Parse(bytes.NewReader(source))
	if err == nil {
		_, _, err = instructions.Parse(r.AST, linter.New(&linter.Config{}))
	}
	return err != nil
}

// parseLine is the line of the first instruction that cannot be read, 0 where
// there is none.
func parseLine(source []byte) int {
	r, err := parser.Parse(bytes.NewReader(source))
	if err != nil {
		return 0
	}
	_, _, err = instructions.Parse(r.AST, linter.New(&linter.Config{}))
	line := 0
	if err != nil {
		_, _ = fmt.Sscanf(err.Error(), "dockerfile parse error on line %d:", &line)
	}
	return line
}

// dispatched reports whether an error is one that BuildKit finds only when it
// carries instructions out, upon the images that stages begin from.
func (b *builder) dispatched(failed *build.Error) bool {
	if failed == nil || len(b.graph.Bases) > 0 || b.firstBase() == "" {
		return false
	}
	text := failed.Text.String()
	return strings.HasPrefix(text, "invalid containerPort") || strings.HasPrefix(text, "invalid signal") || strings.HasPrefix(text, "invalid port")
}

func (b *builder) firstBase() string {
	if b.result == nil || b.result.File == nil {
		return ""
	}
	for _, s := range b.result.File.Stages {
		if s.BaseName != "scratch" {
			return s.BaseName
		}
	}
	return ""
}

// Get and Put make the State the cache of the steps.
func (b *builder) Get(key string) *build.Made {
	if b.request.Options.NoCache {
		return nil
	}
	if r := b.Cached(host.StepKey(key)); r != nil {
		return r.Made
	}
	return nil
}

// Put is told what a step made.
func (b *builder) Put(key string, m *build.Made) {
	r := b.NewCache(host.StepKey(key), "regular", "", 0)
	r.Made = m
	b.PutCache(r)
}

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
