package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"layerlab.dev/core/assist"
	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/workspace"
	"layerlab.dev/wasm/wire"
)

// job is a workspace to build.
type job struct {
	*workspace.Plan
	revision int
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
	plan, err := w.Plan()
	if err != nil {
		return wire.Accepted{}, err
	}
	j := &job{plan, ws.Revision}
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
		ctx: ctx, job: j, bases: s.results.bases, progress: s.progress(j.revision),
		runLimit: cmp.Or(s.options.RunLimit, runLimit), state: map[string]*work{}, shelved: s.shelved,
	}
	built := wire.Built{Revision: j.revision, Dockerfile: j.Shown, Shown: -1,
		Diagnostics: []wire.Diagnostic{}, Images: []wire.Image{}}
	j.Build(ctx, workspace.BuildOptions{Image: w.base, Cache: s.cache, Build: w.build})
	s.cache.Next()
	if ctx.Err() != nil {
		return // a newer revision, or the person, wants none of this
	}
	if w.state[j.Shown] == nil {
		built.Diagnostics = append(built.Diagnostics, wire.Diagnostic{
			File: j.Shown, Severity: "error", Text: toPage(saysNoDockerfile.With(j.Shown)),
			Detail: toPage(adviseNoDockerfile.With()), StartLine: 1, EndLine: 1,
			Fixes: []wire.Fix{createFix(j.Shown)},
		})
	}
	for _, source := range j.Sources {
		built.Diagnostics = append(built.Diagnostics, w.state[source.Path].diagnostics...)
	}
	for _, done := range w.order {
		if done.Path == j.Shown {
			built.Shown, built.Ok = len(built.Images), true
		}
		built.Images = append(built.Images, done.image)
	}
	var draft *work
	if shown := w.state[j.Shown]; shown != nil && !built.Ok {
		built.Failure = shown.failed
		if shown.draft(w) {
			draft, built.Draft = shown, &shown.image
		}
	}
	s.mu.Lock()
	s.results.take(j.Plan, w.order, draft)
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
	workspace.Source
	settings    workspace.Settings
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

// build builds a Dockerfile and makes its picture. The error says why there is
// no image that others could stand on.
func (w *works) build(ctx context.Context, source workspace.Source, o build.Options) (*build.Result, error) {
	d := &work{Source: source, settings: w.job.Settings, compression: layer.Compression(w.job.Settings.Compression),
		revision: w.job.revision, at: time.Now()}
	d.settings.Target = o.Target
	w.state[d.Path] = d
	limited := &fuse{Context: ctx, limit: w.runLimit,
		tell: func(p build.Progress) { w.progress(p.Step, int64(p.Done), int64(p.Total)) }}
	o.Progress = limited.begin
	o.Extracting = func(base string, done, total int) { w.progress("FROM "+base, int64(done), int64(total)) }
	var err error
	d.result, err = source.Build(limited, o)
	d.took = limited.end()
	if err == nil {
		err = d.picture(w)
	}
	d.diagnostics = w.diagnostics(d, err)
	if err == nil {
		w.order = append(w.order, d)
	} else if n := len(d.diagnostics); n > 0 {
		d.failed = d.failure(d.diagnostics[n-1])
	}
	return d.result, err
}

// base finds what FROM names where no Dockerfile of the workspace builds it: an
// image that was imported or pulled, else one of the stand-ins that are always
// here.
func (w *works) base(ctx context.Context, name string) (*image.Image, error) {
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
				Detail: toPage(found.Detail), URL: found.URL, Fixes: fixes(d.Source, f, assist.Fixes(f, found, around))}))
		}
	}
	if d.result != nil {
		for _, v := range d.result.Deviations {
			w := wire.Diagnostic{File: d.Path, Severity: "warning", Text: toPage(v.Text), Detail: toPage(adviseDeviates.With()), StartLine: 1, EndLine: 1}
			if v.Range.Start.Line > 0 {
				w = locate(f, v.Range, w)
			}
			out = append(out, w)
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
		var refused *build.RefusedBaseError
		why.Refused = errors.As(err, &refused) && !refused.Broken && !d.settings.Lenient
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
			why.Fixes = append(why.Fixes, fixes(d.Source, f, failureFixes(failed))...)
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
