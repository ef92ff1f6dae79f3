package host

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/vfs"
)

// graph tells how a build by BuildKit went, vertex by vertex.
type graph struct {
	*kitBuild
	bases   map[string]*node
	stages  map[*build.Stage]*node
	context *node
	order   []*node
	sources []string // what the context's files are asked for
	several bool     // stages, so that their names are shown
}

// node is a vertex in the making.
type node struct {
	Vertex
	inputs []*node
	step   *build.Step
	from   *base
	told   bool
	// sent is for the vertex of the build context.
	sent vfs.Tree
}

func newGraph(b *kitBuild) *graph {
	return &graph{kitBuild: b, bases: map[string]*node{}, stages: map[*build.Stage]*node{}}
}

func (g *graph) tell(t Trace) { g.aux(TraceID, t) }

// at is the present time, later by so much.
func (g *graph) at(later time.Duration) *time.Time {
	g.Clock += int64(later)
	t := time.Unix(0, g.Clock).UTC()
	return &t
}

func (g *graph) started(v Vertex) Vertex {
	v.Started = g.at(0)
	g.tell(Trace{Vertexes: []Vertex{v}})
	return v
}

func (g *graph) completed(v Vertex, took time.Duration) {
	v.Completed = g.at(took)
	g.tell(Trace{Vertexes: []Vertex{v}})
}

// transfer tells of files that the client sends. key names what was sent the
// last time, of which only what differs is sent; empty: there is nothing.
func (g *graph) transfer(name, what, key string, files vfs.Tree) {
	v := Vertex{Name: name, Digest: digest.FromString(name + g.Random.ID())}
	g.sends(v, what, key, files)
}

func (g *graph) sends(v Vertex, what, key string, files vfs.Tree) {
	before := vfs.New(0)
	if key != "" {
		if r := g.cached(localKey(key)); r != nil {
			before = r.Sent
		}
	}
	v = g.started(v)
	now := g.at(0)
	g.tell(Trace{Statuses: []VertexStatus{{
		ID: what, Vertex: v.Digest, Current: packets(before, files), Timestamp: *now, Started: now, Completed: now,
	}}})
	if key != "" {
		_, bytes := files.Root().Total()
		r := g.newCache(localKey(key), "source.local", "local source for "+key, bytes)
		r.Sent = files
		if old := g.cached(r.Key); old != nil {
			r.ID, r.CreatedAt, r.UsageCount = old.ID, old.CreatedAt, old.UsageCount+1
		}
		g.putCache(r)
	}
	g.completed(v, 3*time.Millisecond)
}

// metadata tells of the images that stages begin from.
func (g *graph) metadata() {
	seen := map[string]bool{}
	for _, b := range g.kitBuild.bases {
		if seen[b.name] || !g.begins(b.name) {
			continue
		}
		seen[b.name] = true
		ref, err := reference.ParseNormalizedNamed(b.name)
		if err != nil {
			continue
		}
		name := "[internal] load metadata for " + reference.TagNameOnly(ref).String()
		v := g.started(Vertex{Name: name, Digest: digest.FromString(name)})
		if missing, ok := g.failed.(*baseError); ok && missing.name == b.name {
			v.Error = missing.text
		}
		g.completed(v, 5*time.Millisecond)
	}
}

// problem words why a step failed.
func (g *graph) problem(e *build.Error) string {
	switch {
	case e.ExitCode != nil:
		return fmt.Sprintf("executor failed running %v: exit code: %d", g.lastArgv(), *e.ExitCode)
	case e.Missing != "":
		return fmt.Sprintf("%q not found: not found", "/"+strings.TrimPrefix(e.Missing, "/"))
	}
	return e.Text.String()
}

// lastArgv is the command line of the RUN that came last.
func (g *graph) lastArgv() []string {
	var argv []string
	for _, s := range g.result.Stages {
		for _, step := range s.Steps {
			if step.Keyword == "RUN" && step.ExitCode != 0 {
				argv = step.Argv
			}
		}
	}
	return argv
}

// play tells of the steps: files is the build context, err why the last of them
// failed.
func (g *graph) play(files vfs.Tree, err error) {
	r := g.result
	g.several = len(r.Stages) > 1
	for _, s := range r.Stages {
		for _, step := range s.Steps {
			if step.Source != "" && g.stageOf(step.Source) == nil {
				g.several = true // an image that is copied from is a stage too
			}
		}
	}
	g.context = &node{Vertex: Vertex{Name: "[internal] load build context"}, sent: files}
	g.context.Digest = digest.FromString(g.context.Name + g.Random.ID())
	// What several stages begin from has the name that the first of them gives it.
	for _, s := range r.Stages {
		if s.Used {
			g.stage(s)
		}
	}
	var roots []*node
	if r.Target != nil {
		roots = append(roots, g.stage(r.Target))
	}
	for _, s := range r.Stages {
		if len(s.Steps) > 0 {
			roots = append(roots, g.stage(s))
		}
	}
	for _, n := range roots {
		g.visit(n)
	}
	var all []Vertex
	for _, n := range g.order {
		for _, i := range n.inputs {
			n.Inputs = append(n.Inputs, i.Digest)
		}
		all = append(all, n.Vertex)
	}
	g.tell(Trace{Vertexes: all})
	var failing *build.Error
	if e, ok := err.(*build.Error); ok {
		failing = e
	}
	for _, first := range []func(*node) bool{
		func(n *node) bool { return n.from != nil },
		func(n *node) bool { return n == g.context },
		func(n *node) bool { return n.step != nil },
	} {
		for _, n := range g.order {
			if first(n) {
				g.show(n, failing)
			}
		}
	}
}

// visit puts a node into the order, after its inputs.
func (g *graph) visit(n *node) {
	if n == nil || n.told {
		return
	}
	n.told = true
	for _, i := range n.inputs {
		g.visit(i)
	}
	g.order = append(g.order, n)
}

func (g *graph) stageOf(name string) *build.Stage {
	for _, s := range g.result.Stages {
		if strings.EqualFold(s.Name, name) && name != "" || fmt.Sprint(s.Index) == name {
			return s
		}
	}
	return nil
}

// prefix is what the names of a stage's vertexes begin with.
func (g *graph) prefix(s *build.Stage, n, total int) string {
	name := ""
	if g.several {
		if name = s.Name; name == "" {
			name = fmt.Sprintf("stage-%d", s.Index)
		}
		name += " "
	}
	return fmt.Sprintf("[%s%d/%d] ", name, n, total)
}

// makesVertex reports whether an instruction is a vertex.
func makesVertex(keyword string) bool {
	return slices.Contains([]string{"RUN", "COPY", "ADD", "WORKDIR"}, keyword)
}

// stage returns the last node of a stage; nil for scratch with nothing upon it.
func (g *graph) stage(s *build.Stage) *node {
	if n, ok := g.stages[s]; ok {
		return n
	}
	total, count := 0, 0
	for _, i := range g.result.File.Stages[s.Index].Instructions {
		if makesVertex(i.Keyword) {
			total++
		}
	}
	for _, step := range s.Steps {
		if step.Trigger && makesVertex(step.Keyword) {
			total++
		}
	}
	var last *node
	env := g.args(s)
	switch {
	case s.Parent != nil:
		last = g.stage(s.Parent)
	case s.BaseName != "scratch":
		total++
		count++
		last = g.base(s.BaseName, g.prefix(s, count, total))
	}
	for _, step := range s.Steps {
		if !makesVertex(step.Keyword) {
			env = g.with(env, step)
			continue
		}
		if step.Keyword == "WORKDIR" && step.Layer == nil {
			continue
		}
		count++
		n := &node{step: step, Vertex: Vertex{Name: g.prefix(s, count, total) + g.shown(step.Text, env)}}
		key := step.Cache.Key
		if key == "" {
			key = n.Name
		}
		n.Digest = digest.FromString(key)
		n.inputs = append(n.inputs, last)
		if step.Keyword == "COPY" || step.Keyword == "ADD" {
			switch from := g.stageOf(step.Source); {
			case from != nil:
				n.inputs = append(n.inputs, g.stage(from))
			case step.Source != "":
				n.inputs = append(n.inputs, g.base(step.Source, ""))
			default:
				g.sources = append(g.sources, step.Sources...)
				n.inputs = append(n.inputs, g.context)
			}
		}
		n.inputs = slices.DeleteFunc(n.inputs, func(i *node) bool { return i == nil })
		last = n
	}
	g.stages[s] = last
	return last
}

// base returns the node of an image.
func (g *graph) base(name, prefix string) *node {
	if n, ok := g.bases[name]; ok {
		return n
	}
	ref, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return nil
	}
	full := ref.String()
	if p := g.pulled[name]; p != nil {
		full = reference.TrimNamed(ref).String() + "@" + p.digest.String()
	} else if prefix == "" {
		full = reference.TagNameOnly(ref).String()
	}
	n := &node{Vertex: Vertex{Name: prefix + "FROM " + full, Digest: digest.FromString("FROM " + full)}}
	for i := range g.kitBuild.bases {
		if g.kitBuild.bases[i].name == name {
			n.from = &g.kitBuild.bases[i]
		}
	}
	if n.from == nil {
		n.from = &base{name: name}
	}
	g.bases[name] = n
	return n
}

// args are the variables a stage begins with.
func (g *graph) args(s *build.Stage) []string {
	var env []string
	if s.Parent != nil {
		env = g.args(s.Parent)
		for _, step := range s.Parent.Steps {
			env = g.with(env, step)
		}
	} else if s.Base != nil {
		env = slices.Clone(s.Base.Config.Config.Env)
	}
	return env
}

// with returns the variables after an ENV or ARG.
func (g *graph) with(env []string, step *build.Step) []string {
	if step.Instruction == nil || step.Keyword != "ENV" && step.Keyword != "ARG" {
		return env
	}
	env = slices.Clone(env)
	value := func(text string) string {
		v, _, err := shell.NewLex('\\').ProcessWord(text, shell.EnvsFromSlice(env))
		if err != nil {
			return text
		}
		return v
	}
	switch c := step.Instruction.NewCommand().(type) {
	case *instructions.EnvCommand:
		for _, kv := range c.Env {
			env = append(env, kv.Key+"="+value(kv.Value))
		}
	case *instructions.ArgCommand:
		for _, a := range c.Args {
			if given := g.request.Options.BuildArgs[a.Key]; given != nil {
				env = append(env, a.Key+"="+*given)
			} else if a.Value != nil {
				env = append(env, a.Key+"="+value(*a.Value))
			}
		}
	}
	return env
}

// shown is the text of an instruction with its variables expanded.
func (g *graph) shown(text string, env []string) string {
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes = true, true
	if expanded, _, err := lex.ProcessWord(text, shell.EnvsFromSlice(env)); err == nil {
		text = expanded
	}
	keyword, rest, ok := strings.Cut(text, " ")
	if !ok {
		return strings.ToUpper(text)
	}
	return strings.ToUpper(keyword) + " " + rest
}

// show tells what happened in a node.
func (g *graph) show(n *node, failing *build.Error) {
	switch {
	case n == g.context:
		g.sends(n.Vertex, "transferring context:", "context", selected(n.sent, g.sources))
	case n.from != nil:
		g.showBase(n)
	default:
		g.showStep(n, failing)
	}
}

// needed reports whether a step upon a node was done, not taken from the cache.
func (g *graph) needed(n *node) bool {
	used := false
	for _, o := range g.order {
		if o.step != nil && slices.Contains(o.inputs, n) {
			used = true
			if o.step.Layer != nil && !o.step.Cache.Hit || o.step.Keyword == "RUN" && o.step.ExitCode != 0 {
				return true
			}
		}
	}
	return !used
}

func (g *graph) showBase(n *node) {
	if missing, ok := g.failed.(*baseError); ok && missing.name == n.from.name {
		v := g.started(n.Vertex)
		ref, _ := reference.ParseNormalizedNamed(n.from.name)
		now := g.at(0)
		g.tell(Trace{Statuses: []VertexStatus{{ID: "resolve " + reference.TagNameOnly(ref).String(), Vertex: v.Digest, Timestamp: *now, Started: now, Completed: now}}})
		v.Error = missing.text
		g.completed(v, time.Millisecond)
		return
	}
	v := n.Vertex
	v.Cached = n.from.seen && g.needed(n)
	v = g.started(v)
	if p := g.pulled[n.from.name]; p != nil && !n.from.seen && p.image == nil {
		g.showPull(v, p)
	}
	g.completed(v, 2*time.Millisecond)
}

// showPull tells how the parts of an image came.
func (g *graph) showPull(v Vertex, p *pulledBase) {
	status := func(id string, current, total int64, took time.Duration) {
		begin := g.at(0)
		end := g.at(took)
		g.tell(Trace{Statuses: []VertexStatus{{ID: id, Vertex: v.Digest, Current: current, Total: total, Timestamp: *end, Started: begin, Completed: end}}})
	}
	status("resolve "+strings.TrimPrefix(v.Name[strings.Index(v.Name, "FROM "):], "FROM "), 0, 0, time.Millisecond)
	if raw := p.made.ManifestJSON(); raw != nil {
		status(digest.FromBytes(raw).String(), int64(len(raw)), int64(len(raw)), time.Millisecond)
	}
	status(p.made.ID().String(), p.config, p.config, time.Millisecond)
	for _, l := range p.blobs {
		status(l.Digest.String(), l.Size, l.Size, time.Duration(l.Size)*10)
	}
	for _, l := range p.blobs {
		status("extracting "+l.Digest.String(), 0, 0, time.Duration(l.Size)*20)
	}
}

func (g *graph) showStep(n *node, failing *build.Error) {
	s := n.step
	v := n.Vertex
	if s.Layer != nil && s.Cache.Hit {
		v.Cached = true
		g.completed(g.started(v), 0)
		return
	}
	if missing, ok := g.failed.(*baseError); ok && missing.name == s.Source {
		return // what it copies from has said so
	}
	v = g.started(v)
	took := 20 * time.Millisecond
	if s.Keyword == "RUN" {
		took = 60*time.Millisecond + max(time.Duration(s.After.Now()-s.Before.Now()), 0)
	}
	for _, o := range s.Output {
		g.tell(Trace{Logs: []VertexLog{{Vertex: v.Digest, Stream: o.FD, Data: []byte(o.Text), Timestamp: *g.at(took / time.Duration(len(s.Output)+1))}}})
	}
	if s.Layer == nil && failing != nil {
		v.Error = g.problem(failing)
	}
	g.completed(v, took/time.Duration(len(s.Output)+1))
}

// exporting tells of the image: fresh says that there were new layers.
func (g *graph) exporting(fresh bool, id digest.Digest, tags []reference.Named) {
	v := g.started(Vertex{Name: "exporting to image", Digest: digest.FromString("exporting to image")})
	done := func(what string, took time.Duration) {
		begin := g.at(0)
		end := g.at(took)
		g.tell(Trace{Statuses: []VertexStatus{{ID: what, Vertex: v.Digest, Timestamp: *end, Started: begin, Completed: end}}})
	}
	took := time.Duration(0)
	if fresh {
		took = 30 * time.Millisecond
	}
	done("exporting layers", took)
	done("writing image "+id.String(), 0)
	for _, t := range g.request.Options.Tags {
		if ref, err := reference.ParseNormalizedNamed(t); err == nil {
			done("naming to "+ref.String(), 0)
		}
	}
	g.completed(v, time.Millisecond)
}

// oldCreatedBy is the text in the history as BuildKit had it then.
func oldCreatedBy(s *build.Step) string {
	switch {
	case s.Keyword == "EXPOSE":
		ports := map[string]struct{}{}
		list := strings.TrimSuffix(strings.TrimPrefix(s.CreatedBy, "EXPOSE ["), "]")
		for _, p := range strings.Fields(list) {
			ports[p] = struct{}{}
		}
		return fmt.Sprintf("EXPOSE %v", ports)
	case s.Keyword == "HEALTHCHECK" && s.Instruction != nil:
		if c, ok := s.Instruction.NewCommand().(*instructions.HealthCheckCommand); ok && c.Health != nil {
			h := c.Health
			return fmt.Sprintf("HEALTHCHECK &{%q %q %q %q %q}", h.Test, h.Interval, h.Timeout, h.StartPeriod, rune(h.Retries))
		}
	}
	return s.CreatedBy
}
