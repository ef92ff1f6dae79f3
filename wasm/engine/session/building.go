package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"layerlab.dev/core/assist"
	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/workspace"
	"layerlab.dev/wasm/wire"
)

// job is a workspace to build.
type job struct {
	revision int
	chosen   string   // path of the Dockerfile that is shown
	paths    []string // of all Dockerfiles, in order
	plans    map[string]plan
	tags     map[string]string // path of a Dockerfile by the tag of its image
	settings workspace.Settings
}

// plan is one Dockerfile to build.
type plan struct {
	workspace.Dockerfile
	source *vfs.Blob
	files  vfs.Tree // the build context
}

// accept takes a workspace to build; a build of an older one is given up.
func (s *Session) accept(params json.RawMessage, buffers [][]byte) (wire.Accepted, error) {
	var ws wire.Workspace
	if err := json.Unmarshal(params, &ws); err != nil {
		return wire.Accepted{}, fmt.Errorf("workspace: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ws.Revision < s.newest {
		return wire.Accepted{}, fmt.Errorf("revision %d is older than %d", ws.Revision, s.newest)
	}
	w, next, err := s.reader.read(ws, buffers)
	if err != nil {
		return wire.Accepted{}, err
	}
	j, err := newJob(ws.Revision, w)
	if err != nil {
		return wire.Accepted{}, err
	}
	s.newest, s.next, s.reader, s.job = ws.Revision, j, next, j
	s.stop()
	select {
	case s.wake <- struct{}{}:
	default: // it will look already
	}
	return wire.Accepted{Revision: ws.Revision}, nil
}

// builds carries out jobs, one at a time, until ctx ends.
func (s *Session) builds(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		s.mu.Lock()
		j := s.next
		s.next = nil
		work, stop := context.WithCancel(ctx)
		s.stop = stop
		s.mu.Unlock()
		if j != nil {
			s.build(s.options.Context(work), j)
		}
		stop()
	}
}

// build builds every Dockerfile of the workspace and tells the page.
func (s *Session) build(ctx context.Context, j *job) {
	start := time.Now()
	w := &works{
		ctx: ctx, job: j, cache: s.cache, bases: s.results.bases, progress: s.progress(j.revision),
		runLimit: cmp.Or(s.options.RunLimit, runLimit), state: map[string]*work{}, shelved: s.shelved,
	}
	built := wire.Built{Revision: j.revision, Dockerfile: j.chosen, Shown: -1,
		Diagnostics: []wire.Diagnostic{}, Images: []wire.Image{}}
	for _, p := range j.paths {
		w.build(p)
	}
	s.cache.Next()
	if ctx.Err() != nil {
		return // a newer revision, or the person, wants none of this
	}
	if w.state[j.chosen] == nil {
		built.Diagnostics = append(built.Diagnostics, wire.Diagnostic{
			File: j.chosen, Severity: "error", Text: toPage(saysNoDockerfile.With(j.chosen)),
			Detail: toPage(adviseNoDockerfile.With()), StartLine: 1, EndLine: 1,
			Fixes: []wire.Fix{createFix(j.chosen)},
		})
	}
	for _, p := range j.paths {
		built.Diagnostics = append(built.Diagnostics, w.state[p].diagnostics...)
	}
	for _, done := range w.order {
		if done.Path == j.chosen {
			built.Shown, built.Ok = len(built.Images), true
		}
		built.Images = append(built.Images, done.image)
	}
	if shown := w.state[j.chosen]; shown != nil {
		built.Failure = shown.failed
	}
	s.mu.Lock()
	s.results.take(j.paths, w.order)
	s.keepDrafts(w)
	s.shelved.keep(append(s.results.usedBases(), draftBases(s.drafts)...))
	s.mu.Unlock()

	// What must be compressed first to be known comes at once where it is
	// little, and in a second event where it is not.
	if w.waiting() <= compressAtOnce {
		w.seal(&built)
	}
	if ctx.Err() != nil {
		return
	}
	if missing := registriesOf(built.Diagnostics); len(missing) > 0 {
		go s.askRegistries(s.ctx, missing)
	}
	built.Millis = time.Since(start).Milliseconds()
	s.say(wire.EventBuilt, built)
	if !w.sealed {
		w.seal(&built)
		if ctx.Err() == nil {
			s.say(wire.EventBuilt, built)
		}
	}
}

// compressAtOnce is how many bytes of layers are compressed before a build is
// shown.
const compressAtOnce = 2 << 20

// works are the builds of one workspace.
type works struct {
	ctx      context.Context
	job      *job
	cache    *build.Cache
	bases    *baseCache
	progress func(step string, done, total int64)
	runLimit time.Duration
	state    map[string]*work // by path of the Dockerfile
	order    []*work          // those that built, in order of building
	sealed   bool
	shelved  *shelved
}

// work is the build of one Dockerfile.
type work struct {
	plan
	settings    workspace.Settings
	running     bool
	result      *build.Result
	stages      []*stage
	diagnostics []wire.Diagnostic
	image       wire.Image
	compression layer.Compression
	revision    int             // of the workspace
	at          time.Time       // when it was built
	failed      *wire.Failure   // nil where no step failed
	took        []time.Duration // of each step, in the order of carrying out
}

// build builds the Dockerfile at path, unless that is done, and returns its
// image: nil with an error where it does not build.
func (w *works) build(path string) (*image.Image, error) {
	if done := w.state[path]; done != nil {
		if done.running {
			return nil, saysOwnImage.Error(path)
		}
		if done.result == nil || done.result.Image == nil {
			return nil, saysNotBuilt.Error(path)
		}
		return done.result.Image, nil
	}
	d := &work{plan: w.job.plans[path], settings: w.job.settings, running: true, compression: layer.Compression(w.job.settings.Compression),
		revision: w.job.revision, at: time.Now()}
	w.state[path] = d
	defer func() { d.running = false }()
	source, err := d.source.Bytes()
	if err != nil {
		d.diagnostics = []wire.Diagnostic{{File: path, Severity: "error", Text: toPage(message.Of(err)), StartLine: 1, EndLine: 1}}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	o := build.Options{
		Name: d.Path, Ignore: d.Name, Epoch: w.job.settings.Epoch, Platform: w.job.settings.Platform, BuildArgs: w.job.settings.BuildArgs,
		Cache: w.cache, Seed: w.job.settings.Seed,
		Image: func(ctx context.Context, name string) (*image.Image, error) { return w.base(ctx, path, name) },
	}
	ctx := &fuse{Context: w.ctx, limit: w.runLimit,
		tell: func(p build.Progress) { w.progress(p.Step, int64(p.Done), int64(p.Total)) }}
	o.Progress = ctx.begin
	if path != w.job.chosen {
		d.settings.Target = "" // it is for the one that is shown
	}
	o.Target = d.settings.Target
	d.result, err = build.Build(ctx, source, d.files, o)
	d.took = ctx.end()
	d.diagnostics = w.diagnostics(d, err)
	if err != nil && len(d.diagnostics) > 0 {
		d.failed = d.failure(d.diagnostics[len(d.diagnostics)-1])
	}
	if err == nil {
		err = d.picture(w)
	}
	if err != nil {
		return nil, saysNotBuiltFor.Wrap(err, path)
	}
	w.order = append(w.order, d)
	return d.result.Image, nil
}

// base finds what FROM names in the Dockerfile at path: the image of another
// Dockerfile of the workspace, else one that was imported or pulled, else one
// of the stand-ins that are always here.
func (w *works) base(ctx context.Context, path, name string) (*image.Image, error) {
	if other, ok := w.job.tags[strings.TrimSuffix(name, ":latest")]; ok && other != path {
		return w.build(other)
	}
	img, err := w.shelved.image(ctx, name, func(done, total int64) { w.progress("FROM "+name, done, total) })
	if img != nil || err != nil {
		return img, err
	}
	return standin.Image(name)
}

// registriesOf are those that the missing base images would come from.
func registriesOf(list []wire.Diagnostic) []string {
	var out []string
	for _, d := range list {
		if d.Missing != nil && !slices.Contains(out, d.Missing.Registry) {
			out = append(out, d.Missing.Registry)
		}
	}
	return out
}

// diagnostics are what is wrong with a Dockerfile, and why its build failed.
func (w *works) diagnostics(d *work, err error) []wire.Diagnostic {
	var out []wire.Diagnostic
	var f *dockerfile.File
	if d.result != nil {
		f = d.result.File
	}
	around := w.around(d)
	if f != nil {
		for _, found := range f.Diagnostics {
			out = append(out, locate(f, found.Range, wire.Diagnostic{
				File: d.Path, Severity: found.Severity.String(), Rule: found.Rule, Text: wire.Plain(found.Text),
				Detail: toPage(found.Detail), URL: found.URL, Fixes: fixes(d.plan, f, assist.Fixes(f, found, around))}))
		}
	}
	var failed *build.Error
	switch {
	case err == nil || f != nil && f.Err() != nil:
		// The file's own errors are among the diagnostics already.
	case !errors.As(err, &failed):
		out = append(out, wire.Diagnostic{File: d.Path, Severity: "error", Text: toPage(message.Of(err)), StartLine: 1, EndLine: 1})
	default:
		why := wire.Diagnostic{File: d.Path, Severity: "error", Text: toPage(failed.Text), Detail: toPage(failed.Advice), StartLine: 1, EndLine: 1}
		var late *TimeError
		if errors.As(err, &late) {
			why.Text, why.Detail = toPage(late.Message()), toPage(adviseTime.With())
		}
		var missing *build.NoBaseError
		if errors.As(err, &missing) {
			if full, err := dockerfile.NormalizeReference(missing.Name); err == nil {
				why.Missing = &wire.Missing{Name: dockerfile.FamiliarReference(full), Registry: dockerfile.Registry(full)}
			}
		}
		if failed.File != "" && failed.File != d.Path {
			why.File = path.Join(d.Context, failed.File)
		}
		if f != nil && failed.Range.Start.Line > 0 {
			why = locate(f, failed.Range, why)
			why.Fixes = append(why.Fixes, fixes(d.plan, f, failureFixes(failed))...)
		}
		out = append(out, why)
	}
	return out
}

// locate gives a diagnostic its place as editors count.
func locate(f *dockerfile.File, r dockerfile.Range, d wire.Diagnostic) wire.Diagnostic {
	line, column := f.UTF16(r.Start)
	d.StartLine, d.StartColumn = line+1, column
	line, column = f.UTF16(r.End)
	d.EndLine, d.EndColumn = line+1, column
	return d
}
