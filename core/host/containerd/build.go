package containerd

import (
	"bytes"
	"context"
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

	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/host"
	"layerlab.dev/core/host/graph"
	"layerlab.dev/core/host/packet"
	"layerlab.dev/core/image"
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
