package graph

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
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/host/packet"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Graph tells how a build goes, vertex by vertex, to Tell. The fields that are
// functions are those of the host that builds.
type Graph struct {
	Tell func(Trace)
	// Now moves the clock on by so much and gives the time.
	Now func(later time.Duration) time.Time
	// Unique gives an id that no vertex has had.
	Unique func() string
	// Sent gives what a client sent last under a key, Keep takes what it sent now.
	Sent func(key string) vfs.Tree
	Keep func(key string, files vfs.Tree)
	// Result is what the build found out; nil as long as it goes on.
	Result *build.Result
	// Bases are the images that were asked for, in that order.
	Bases []*Base
	// Today: as the BuildKit of Engine 29 tells it.
	Today bool
	// ContextID is what the context is called among what BuildKit keeps.
	ContextID string
	// BuildArgs and Tags are those of the request.
	BuildArgs map[string]*string
	Tags      []string

	bases   map[string]*node
	stages  map[*build.Stage]*node
	context *node
	order   []*node
	sources []string // what the context's files are asked for
	several bool     // stages, so that their names are shown
	// reference is what the context is called where a file is missing in it.
	reference string
	absent    bool // a file that is copied: what goes on then is broken off
}

// Base is an image that a build begins from or copies from.
type Base struct {
	Name string        // as it is written
	ID   digest.Digest // empty where it is not to be had
	Seen bool          // by an earlier build
	// Missing says why it is not to be had.
	Missing string
	// Digest is that of the manifest of an image that came from a registry, Came
	// what came of it; Came is nil where it was here.
	Digest digest.Digest
	Came   *Came
}

// coming reports whether an image comes with this build, which takes longer than
// the client's files.
func (b *Base) coming() bool { return b.Came != nil && !b.Seen }

// Came is what came of an image: its manifest, its config, its layers.
type Came struct {
	Manifest, Config digest.Digest
	Sizes            [2]int64 // of manifest and config
	Layers           []layer.Blob
}

// node is a vertex in the making.
type node struct {
	Vertex
	inputs []*node
	step   *build.Step
	from   *Base
	told   bool
}

// Base returns the image that a name stands for, or nil.
func (g *Graph) Base(name string) *Base {
	for _, b := range g.Bases {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// Missing returns the image that is not to be had, or nil.
func (g *Graph) Missing() *Base {
	for _, b := range g.Bases {
		if b.Missing != "" {
			return b
		}
	}
	return nil
}

// Begins reports whether a stage begins from an image.
func (g *Graph) Begins(name string) bool {
	return g.Result == nil || slices.ContainsFunc(g.Result.Stages, func(s *build.Stage) bool { return s.BaseName == name })
}

func (g *Graph) at(later time.Duration) *time.Time {
	t := g.Now(later)
	return &t
}

func (g *Graph) started(v Vertex) Vertex {
	v.Started = g.at(0)
	g.Tell(Trace{Vertexes: []Vertex{v}})
	return v
}

func (g *Graph) completed(v Vertex, took time.Duration) {
	v.Completed = g.at(took)
	g.Tell(Trace{Vertexes: []Vertex{v}})
}

// Transfer tells of files that the client sends. key names what was sent the
// last time, of which only what differs is sent; empty: there is nothing.
// It returns what the daemon has then.
func (g *Graph) Transfer(name, what, key string, files vfs.Tree) vfs.Tree {
	return g.send(Vertex{Name: name, Digest: digest.FromString(name + g.Unique())}, what, key, files)
}

func (g *Graph) send(v Vertex, what, key string, files vfs.Tree) vfs.Tree {
	before := vfs.New(0)
	if key != "" {
		before = g.Sent(key)
	}
	v = g.started(v)
	now := g.at(0)
	g.Tell(Trace{Statuses: []VertexStatus{{
		ID: what, Vertex: v.Digest, Current: packet.Size(before, files), Timestamp: *now, Started: now, Completed: now,
	}}})
	if key != "" {
		files = packet.Received(before, files)
		g.Keep(key, files)
	}
	g.completed(v, 3*time.Millisecond)
	return files
}

// Canceled tells of a transfer that was broken off because another failed.
func (g *Graph) Canceled(name, what string) {
	v := g.started(Vertex{Name: name, Digest: digest.FromString(name + g.Unique())})
	now := g.at(0)
	g.Tell(Trace{Statuses: []VertexStatus{{ID: what, Vertex: v.Digest, Timestamp: *now, Started: now}}})
	v.Error = "context canceled"
	g.completed(v, time.Millisecond)
}

// Metadata tells of the images that stages begin from.
func (g *Graph) Metadata() {
	if g.Today {
		g.metadataToday()
		return
	}
	seen := map[string]bool{}
	for _, b := range g.Bases {
		if seen[b.Name] || !g.Begins(b.Name) {
			continue
		}
		seen[b.Name] = true
		ref, err := reference.ParseNormalizedNamed(b.Name)
		if err != nil {
			continue
		}
		name := "[internal] load metadata for " + reference.TagNameOnly(ref).String()
		v := g.started(Vertex{Name: name, Digest: digest.FromString(name)})
		v.Error = b.Missing
		g.completed(v, 5*time.Millisecond)
	}
}

// Problem words why a step failed.
func (g *Graph) Problem(e *build.Error) string {
	switch {
	case g.Today:
		return g.problemToday(e)
	case e.ExitCode != nil:
		return fmt.Sprintf("executor failed running %v: exit code: %d", g.lastArgv(), *e.ExitCode)
	case e.Missing != "":
		return fmt.Sprintf("%q not found: not found", "/"+strings.TrimPrefix(e.Missing, "/"))
	}
	return e.Text.String()
}

// lastArgv is the command line of the RUN that came last.
func (g *Graph) lastArgv() []string {
	var argv []string
	for _, s := range g.Result.Stages {
		for _, step := range s.Steps {
			if step.Keyword == "RUN" && step.ExitCode != 0 {
				argv = step.Argv
			}
		}
	}
	return argv
}

// Play tells of the steps: files is the build context, err why the last of them
// failed.
func (g *Graph) Play(files vfs.Tree, err error) {
	g.bases, g.stages = map[string]*node{}, map[*build.Stage]*node{}
	r := g.Result
	g.several = len(r.Stages) > 1
	for _, s := range r.File.Stages {
		for _, i := range s.Instructions {
			g.several = g.several || g.addsStage(i)
		}
	}
	g.context = &node{Vertex: Vertex{Name: "[internal] load build context"}}
	g.context.Digest = digest.FromString(g.context.Name + g.Unique())
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
	g.Tell(Trace{Vertexes: all})
	var failing *build.Error
	if e, ok := err.(*build.Error); ok {
		failing = e
	}
	order := []func(*node) bool{
		func(n *node) bool { return n.from != nil && !n.from.coming() },
		func(n *node) bool { return n == g.context },
		func(n *node) bool { return n.from != nil && n.from.coming() },
		func(n *node) bool { return n.step != nil },
	}
	if g.Today {
		order[0], order[1] = order[1], order[0]
		if g.absent = failing != nil && failing.Missing != ""; g.absent {
			order[1], order[2] = order[2], order[1]
		}
	}
	for _, first := range order {
		for _, n := range g.order {
			if first(n) {
				g.show(n, files, failing)
			}
		}
	}
}

// visit puts a node into the order, after its inputs.
func (g *Graph) visit(n *node) {
	if n == nil || n.told {
		return
	}
	n.told = true
	for _, i := range n.inputs {
		g.visit(i)
	}
	g.order = append(g.order, n)
}

func (g *Graph) stageOf(name string) *build.Stage {
	for _, s := range g.Result.Stages {
		if strings.EqualFold(s.Name, name) && name != "" || fmt.Sprint(s.Index) == name {
			return s
		}
	}
	return nil
}

// addsStage reports whether an instruction takes from an image, which is a stage
// too then; so is what a cache mount begins with.
func (g *Graph) addsStage(i *dockerfile.Instruction) bool {
	switch c := i.NewCommand().(type) {
	case *instructions.CopyCommand:
		return c.From != "" && g.stageOf(c.From) == nil
	case *instructions.RunCommand:
		for _, f := range i.Flags {
			if f.Name == "mount" && (strings.Contains(f.Value, "type=cache") || strings.Contains(f.Value, "from=") && !g.mountsStage(f.Value)) {
				return true
			}
		}
	}
	return false
}

func (g *Graph) mountsStage(mount string) bool {
	_, from, _ := strings.Cut(mount, "from=")
	from, _, _ = strings.Cut(from, ",")
	return g.stageOf(from) != nil
}

// CopyFailed tells of a build in which what COPY --from takes from is not to be
// had.
func (g *Graph) CopyFailed(missing *Base) {
	g.bases, g.stages = map[string]*node{}, map[*build.Stage]*node{}
	g.several = true
	for _, s := range g.Result.Stages {
		if s.BaseName == "scratch" || s.Parent != nil || g.bases[s.BaseName] != nil || !g.Begins(s.BaseName) {
			continue
		}
		total := 1
		for _, i := range g.Result.File.Stages[s.Index].Instructions {
			if makesVertex(i.Keyword) {
				total++
			}
		}
		if n := g.base(s.BaseName, g.prefix(s, 1, total)); n.from.ID != "" {
			n.Cached = n.from.Seen
			g.completed(g.started(n.Vertex), 2*time.Millisecond)
		}
	}
	g.showBase(g.base(missing.Name, ""))
}

// prefix is what the names of a stage's vertexes begin with.
func (g *Graph) prefix(s *build.Stage, n, total int) string {
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
func (g *Graph) stage(s *build.Stage) *node {
	if n, ok := g.stages[s]; ok {
		return n
	}
	total, count := 0, 0
	for _, i := range g.Result.File.Stages[s.Index].Instructions {
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
		key := step.Cache.Kept
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
func (g *Graph) base(name, prefix string) *node {
	if n, ok := g.bases[name]; ok {
		return n
	}
	ref, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return nil
	}
	from := g.Base(name)
	if from == nil {
		from = &Base{Name: name}
	}
	full := ref.String()
	if g.Today {
		if full = reference.TagNameOnly(ref).String(); from.Digest != "" && !strings.Contains(full, "@") {
			full += "@" + from.Digest.String()
		}
	} else if from.Digest != "" {
		full = reference.TrimNamed(ref).String() + "@" + from.Digest.String()
	} else if prefix == "" {
		full = reference.TagNameOnly(ref).String()
	}
	n := &node{from: from, Vertex: Vertex{Name: prefix + "FROM " + full, Digest: digest.FromString("FROM " + full)}}
	g.bases[name] = n
	return n
}

// args are the variables a stage begins with.
func (g *Graph) args(s *build.Stage) []string {
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
func (g *Graph) with(env []string, step *build.Step) []string {
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
			if given := g.BuildArgs[a.Key]; given != nil {
				env = append(env, a.Key+"="+*given)
			} else if a.Value != nil {
				env = append(env, a.Key+"="+value(*a.Value))
			}
		}
	}
	return env
}

// shown is the text of an instruction with its variables expanded.
func (g *Graph) shown(text string, env []string) string {
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
