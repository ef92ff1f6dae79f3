package classic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/container"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// Build carries out the Dockerfile of a context. The error, if any, is an
// *Error; the Result is there as far as the build came. ctx cancels it.
func Build(ctx context.Context, c *Context, o Options) (*Result, error) {
	if o.Dockerfile == "" {
		o.Dockerfile = "Dockerfile"
	}
	b := &builder{ctx: ctx, o: o, res: &Result{}, images: map[digest.Digest]*known{}, children: map[digest.Digest][]*store.Image{}}
	err := b.run(c)
	if err == nil {
		return b.res, nil
	}
	e := &Error{Message: err.Error(), Said: b.said, Status: 500, Err: err}
	if len(b.res.Steps) > 0 {
		e.Step = b.res.Steps[len(b.res.Steps)-1]
	}
	var bad invalid
	if errors.As(err, &bad) {
		e.Status = 400
	}
	var code exitError
	if errors.As(err, &code) {
		e.Code = code.code
	}
	return b.res, e
}

// exitError is a RUN that failed.
type exitError struct {
	error
	code int
}

func (e exitError) Unwrap() error { return e.error }

type builder struct {
	ctx    context.Context
	o      Options
	res    *Result
	said   bool
	files  *Context
	source *source
	args   *buildArgs
	escape rune
	// images are those of this build: bases, cached ones and those it made.
	images map[digest.Digest]*known
	// children are those it made, by parent.
	children map[digest.Digest][]*store.Image
	stages   []*stageResult
	// kept are the containers that are not removed yet.
	kept   []*Container
	busted bool // the cache has missed in this stage
	// sources are those of CacheFrom that the search of this stage looks at.
	sources []*store.Image
	// dry says that only the config is wanted: see Change.
	dry    bool
	last   time.Time
	ids    int
	number int
	total  int
}

// known is an image with what was found out of it.
type known struct {
	img *image.Image
	doc *store.Document
}

// stageResult is a stage that has ended.
type stageResult struct {
	name string
	id   digest.Digest
}

// state is what the instructions of a stage work on.
type state struct {
	config     *container.Config
	maintainer string
	cmdSet     bool
	id         digest.Digest // of the image so far; empty for scratch
	args       *buildArgs
	index      int
	line       int
}

func (b *builder) run(c *Context) error {
	if b.o.Squash {
		return invalid{errors.New("squash is only supported with experimental mode")}
	}
	p, name, err := readDockerfile(c, b.o.Dockerfile)
	if err != nil {
		return err
	}
	if b.files, err = c.without(name, b.now()); err != nil {
		return err
	}
	b.source = b.files.source()
	b.escape = p.escape
	if b.o.Target != "" {
		i := slices.IndexFunc(p.stages, func(s stage) bool { return strings.EqualFold(s.name, b.o.Target) })
		if i < 0 {
			return invalid{fmt.Errorf("failed to reach build target %s in Dockerfile", b.o.Target)}
		}
		p.stages = p.stages[:i+1]
	}
	if len(p.stages) > 0 {
		s := &p.stages[len(p.stages)-1]
		for _, k := range slices.Sorted(maps.Keys(b.o.Labels)) {
			l := instructions.NewLabelCommand(k, b.o.Labels[k], true)
			s.commands = append(s.commands, command{l, fmt.Sprint(l), s.line})
		}
	}
	if len(p.warnings) > 0 {
		b.say(2, strings.Join(p.warnings, "\n")+"\n")
	}
	b.total = len(p.meta) + len(p.stages)
	for _, s := range p.stages {
		b.total += len(s.commands)
	}
	b.args = newArgs(b.o.BuildArgs)
	for _, m := range p.meta {
		b.begin(&Step{Stage: -1, Line: m.line, Keyword: "ARG", Text: m.text})
		if err := b.metaArg(m.Command.(*instructions.ArgCommand)); err != nil {
			return err
		}
	}
	var st *state
	for i, s := range p.stages {
		if st, err = b.stage(i, s); err != nil {
			return err
		}
	}
	if text := b.args.unused(); text != "" {
		b.say(1, text)
	}
	if st == nil || st.id == "" {
		return errors.New("No image was generated. Is your Dockerfile empty?")
	}
	b.res.ID, b.res.Image = st.id, b.images[st.id].img
	return nil
}

// begin says that a step begins.
func (b *builder) begin(s *Step) {
	b.number++
	s.Number, s.Total = b.number, b.total
	b.res.Steps = append(b.res.Steps, s)
	b.say(1, fmt.Sprintf("Step %d/%d : %s", s.Number, s.Total, s.Text))
	b.say(1, "\n")
}

func (b *builder) say(fd int, text string) {
	b.said = true
	b.tell(Text{fd, text})
}

func (b *builder) tell(e Event) {
	if b.o.Event != nil {
		b.o.Event(e)
	}
}

func (b *builder) now() time.Time {
	t := b.last.Add(time.Millisecond)
	if b.o.Now != nil {
		t = b.o.Now()
	} else if b.last.IsZero() {
		t = time.Unix(0, 0).UTC()
	}
	if t.Before(b.last) {
		t = b.last
	}
	b.last = t
	return t
}

// id gives a new container's or volume's id.
func (b *builder) id() string {
	if b.o.IDs != nil {
		return b.o.IDs()
	}
	b.ids++
	return digest.FromString(fmt.Sprint("layerlab ", b.o.Seed, b.ids)).Encoded()
}

func (b *builder) metaArg(c *instructions.ArgCommand) error {
	if err := b.expand(c, b.args.all(b.args.allowed)); err != nil {
		return err
	}
	for _, a := range c.Args {
		b.args.add(a.Key, a.Value)
		b.args.meta[a.Key] = a.Value
	}
	return nil
}

// expand puts the values of variables into the instruction's words.
func (b *builder) expand(c instructions.Command, env []string) error {
	x, ok := c.(instructions.SupportsSingleWordExpansion)
	if !ok {
		return nil
	}
	lex := newLexer(b.escape, env)
	if err := x.Expand(lex.word); err != nil {
		return invalid{err}
	}
	return nil
}

func (b *builder) stage(index int, s stage) (*state, error) {
	if s.name != "" && b.byName(s.name) != nil {
		return nil, fmt.Errorf("%s stage name already used", s.name)
	}
	step := &Step{Stage: index, Line: s.line, Keyword: "FROM", Text: s.text}
	b.begin(step)
	b.busted, b.sources = false, b.o.CacheFrom
	st := &state{args: b.args.stage(), index: index, line: s.line}
	base, err := b.from(s)
	if err != nil {
		return nil, err
	}
	st.config = &container.Config{}
	if base != nil {
		st.id = base.ID()
		if b.o.ID != nil {
			st.id = b.o.ID(base)
		}
		b.learn(st.id, base)
		if c := b.images[st.id].doc.Config; c != nil {
			st.config = cloneConfig(c)
		}
	}
	if index == len(b.stages) {
		b.res.Base = base
	}
	if !slices.ContainsFunc(st.config.Env, func(kv string) bool { return strings.HasPrefix(kv, "PATH=") || kv == "PATH" }) {
		st.config.Env = append(st.config.Env, "PATH="+defaultPath)
	}
	st.config.OpenStdin, st.config.StdinOnce = false, false
	if triggers := st.config.OnBuild; len(triggers) > 0 {
		st.config.OnBuild = nil
		if err := b.triggers(st, triggers); err != nil {
			return nil, err
		}
	}
	b.stepDone(step, st)
	for _, c := range s.commands {
		if b.ctx.Err() != nil {
			b.say(1, "Build cancelled\n")
			return nil, errors.New("Build cancelled")
		}
		step := &Step{Stage: index, Line: c.line, Keyword: strings.ToUpper(c.Name()), Text: c.text}
		b.begin(step)
		if err := b.dispatch(st, c.Command, step); err != nil {
			return nil, err
		}
		b.stepDone(step, st)
	}
	if st.id != "" {
		b.tell(StageDone{st.id})
	}
	b.stages = append(b.stages, &stageResult{s.name, st.id})
	return st, nil
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// stepDone names the image after a step.
func (b *builder) stepDone(step *Step, st *state) {
	st.config.Image = string(st.id)
	step.ID = st.id
	if st.id != "" {
		step.Image = b.images[st.id].img
	}
	b.say(1, fmt.Sprintf(" ---> %s\n", short(st.id)))
}

// short is an id as it is printed: 12 hex digits.
func short(id digest.Digest) string {
	s := string(id)
	if _, hex, ok := strings.Cut(s, ":"); ok {
		s = hex
	}
	return s[:min(len(s), 12)]
}

// triggers carries out what ONBUILD of the base image kept.
func (b *builder) triggers(st *state, triggers []string) error {
	plural := ""
	if len(triggers) > 1 {
		plural = "s"
	}
	b.say(1, fmt.Sprintf("# Executing %d build trigger%s\n", len(triggers), plural))
	for _, t := range triggers {
		st.config.Image = string(st.id)
		cmd, err := parseTrigger(t)
		if err != nil {
			return err
		}
		step := &Step{Stage: st.index, Line: st.line, Keyword: strings.ToUpper(cmd.Name()), Text: t}
		b.res.Steps = append(b.res.Steps, step)
		if err := b.dispatch(st, cmd, step); err != nil {
			return err
		}
		step.ID = st.id
		if st.id != "" {
			step.Image = b.images[st.id].img
		}
	}
	return nil
}

// from finds the image a stage begins from, nil for scratch.
func (b *builder) from(s stage) (*image.Image, error) {
	lex := newLexer(b.escape, b.args.all(b.args.meta))
	platform := b.o.Platform
	if s.platform != "" {
		p, err := lex.word(s.platform)
		if err != nil {
			return nil, fmt.Errorf("failed to process arguments for platform %s: %w", p, err)
		}
		if _, err := dockerfile.ParsePlatform(p); err != nil {
			return nil, fmt.Errorf("failed to parse platform %s: %w", p, err)
		}
		platform = p
	}
	name, err := lex.word(s.base)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, fmt.Errorf("base name (%s) should not be blank", s.base)
	}
	if done := b.byName(name); done != nil {
		return b.get(Wanted{Name: string(done.id), Local: true, Platform: platform})
	}
	if name == "scratch" {
		return nil, nil
	}
	return b.get(Wanted{Name: name, Platform: platform})
}

func (b *builder) byName(name string) *stageResult {
	for _, s := range b.stages {
		if s.name != "" && s.name == strings.ToLower(name) {
			return s
		}
	}
	return nil
}

// get finds an image; nil is scratch.
func (b *builder) get(w Wanted) (*image.Image, error) {
	if w.Local && w.Name == "" {
		return nil, nil
	}
	if k := b.images[digest.Digest(w.Name)]; k != nil {
		return k.img, nil
	}
	if b.o.Image == nil {
		return nil, fmt.Errorf("No such image: %s", w.Name)
	}
	img, err := b.o.Image(b.ctx, w)
	if err != nil {
		return nil, err
	}
	if img == nil {
		return nil, fmt.Errorf("No such image: %s", w.Name)
	}
	return img, nil
}

// learn keeps an image for the steps that follow.
func (b *builder) learn(id digest.Digest, img *image.Image) error {
	if b.images[id] != nil {
		return nil
	}
	doc, err := store.Parse(img.ConfigJSON())
	if err != nil {
		return err
	}
	b.images[id] = &known{img, doc}
	return nil
}

// tree gives the files of an image, scratch's where the id is empty.
func (b *builder) tree(id digest.Digest) (vfs.Tree, error) {
	if id == "" {
		return vfs.New(0), nil
	}
	img := b.images[id].img
	if b.o.Files != nil {
		return b.o.Files(img)
	}
	return img.Tree()
}
