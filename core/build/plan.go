package build

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// planned is a stage of the file, or an image that COPY --from or a mount
// names, on the way to being built (dockerfile2llb dispatchState).
type planned struct {
	*Stage
	source   *dockerfile.Stage // nil for an image named by an instruction
	base     *planned
	platform *ocispec.Platform
	commands []command
	deps     []*planned
	needed   bool
	resolved bool
	triggers bool // the base's ONBUILD instructions were put in front
}

// command is an instruction with the stages or images it takes files from.
type command struct {
	instructions.Command
	in         *dockerfile.Instruction
	trigger    bool
	expression string // of a trigger
	from       []*planned
}

// stages are all that can be named, in BuildKit's order: those of the file,
// then images as they are met.
type stages struct {
	list   []*planned
	byName map[string]*planned
}

func (s *stages) add(p *planned) {
	s.list = append(s.list, p)
	p.base = s.byName[p.BaseName]
	if p.Name != "" {
		s.byName[strings.ToLower(p.Name)] = p
	}
}

func (s *stages) find(name string) *planned { return s.byName[strings.ToLower(name)] }

func (s *stages) names() []string {
	var out []string
	for _, p := range s.list {
		if p.source != nil && p.Name != "" {
			out = append(out, p.Name)
		}
	}
	return out
}

// plan finds the target and everything it needs, with bases resolved.
func (b *builder) plan(f *dockerfile.File) (*planned, error) {
	b.stages.byName = map[string]*planned{}
	lex := f.Lex()
	for _, st := range f.Stages {
		m, err := lex.ProcessWordWithMatches(st.BaseName, b.global)
		if err != nil {
			return nil, b.wrap(err, st.From)
		}
		if m.Result == "" {
			return nil, b.wrap(advise(adviseArgDefault.With(),
				"base name (%s) should not be blank", st.BaseName), st.From)
		}
		p := &planned{Stage: &Stage{Index: st.Index, Name: st.Name, BaseName: m.Result}, source: st}
		if st.Platform != "" {
			v, err := lex.ProcessWordWithMatches(st.Platform, b.global)
			if err != nil {
				return nil, b.wrap(err, st.From)
			}
			pl, err := dockerfile.ParsePlatform(v.Result)
			if err != nil {
				return nil, b.wrap(fmt.Errorf("failed to parse platform %s: %w", st.Platform, err), st.From)
			}
			p.platform = &pl
		}
		b.stages.add(p)
		b.res.Stages = append(b.res.Stages, p.Stage)
	}
	target := b.stages.list[len(b.stages.list)-1]
	if b.o.Target != "" {
		target = b.stages.find(b.o.Target)
		if i, err := strconv.Atoi(b.o.Target); target == nil && err == nil && i >= 0 && i < len(b.stages.list) {
			target = b.stages.list[i]
		}
		if target == nil {
			return nil, advise(b.stages.choice(), "target stage %q could not be found", b.o.Target)
		}
	}
	for _, p := range slices.Clone(b.stages.list) {
		for _, in := range p.source.Instructions {
			c := command{Command: in.NewCommand(), in: in}
			if c.Command == nil {
				continue
			}
			if err := b.connect(p, &c); err != nil {
				return nil, b.wrap(err, in)
			}
			p.commands = append(p.commands, c)
		}
	}
	b.named = len(b.stages.list)
	if err := b.circle(); err != nil {
		return nil, err
	}
	for more := true; more; {
		reach(target)
		more = false
		for _, p := range slices.Clone(b.stages.list) {
			if !p.needed {
				continue
			}
			if err := b.resolve(p); err != nil {
				return nil, b.wrap(err, from(p))
			}
			again, err := b.onbuild(p)
			if err != nil {
				return nil, b.wrap(err, from(p))
			}
			more = more || again
		}
	}
	for _, p := range b.stages.list {
		if p.needed && p.source != nil {
			b.total += len(p.commands)
		}
	}
	return target, nil
}

func from(p *planned) *dockerfile.Instruction {
	if p.source == nil {
		return nil
	}
	return p.source.From
}

// choice says which targets there are.
func (s *stages) choice() message.Message {
	names := s.names()
	if len(names) == 0 {
		return adviseTargetNone.With()
	}
	return adviseTarget.With(strings.Join(names, ", "))
}

func reach(p *planned) {
	if p.needed {
		return
	}
	p.needed = true
	if p.source != nil {
		p.Used = true
	}
	if p.base != nil {
		reach(p.base)
	}
	for _, d := range p.deps {
		reach(d)
	}
}

// connect finds the stages or images that c takes files from.
func (b *builder) connect(p *planned, c *command) error {
	named := func(name string) *planned {
		d := b.stages.find(name)
		if d == nil {
			d = &planned{Stage: &Stage{Index: -1, BaseName: name}}
		}
		return d
	}
	switch cmd := c.Command.(type) {
	case *instructions.CopyCommand:
		if cmd.From == "" {
			return nil
		}
		if strings.ContainsRune(cmd.From, '$') {
			return advise(adviseImageStage.With(),
				"variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround")
		}
		d := (*planned)(nil)
		if i, err := strconv.Atoi(cmd.From); err == nil {
			if i < 0 || i >= len(b.stages.list) {
				return advise(adviseStageNumber.With(len(b.res.Stages)), "invalid stage index %d", i)
			}
			d = b.stages.list[i]
		} else {
			d = named(cmd.From)
		}
		c.from = []*planned{d}
	case *instructions.RunCommand:
		for _, m := range instructions.GetMounts(cmd) {
			name := m.From
			if name == "" {
				name = "scratch"
			}
			c.from = append(c.from, named(name))
		}
	}
	for _, d := range c.from {
		p.deps = append(p.deps, d)
		if d.source == nil && !slices.Contains(b.stages.list, d) {
			b.stages.add(d)
		}
	}
	return nil
}

// circle refuses stages that need each other.
func (b *builder) circle() error {
	const (
		visiting = 1
		done     = 2
	)
	state := map[*planned]int{}
	var visit func(p *planned) error
	visit = func(p *planned) error {
		switch state[p] {
		case visiting:
			return b.wrap(advise(adviseCircle.With(), "circular dependency detected on stage: %s", p.Name), from(p))
		case done:
			return nil
		}
		state[p] = visiting
		for _, d := range p.deps {
			if err := visit(d); err != nil {
				return err
			}
		}
		state[p] = done
		return nil
	}
	for _, p := range b.stages.list {
		if err := visit(p); err != nil {
			return err
		}
	}
	return nil
}

// resolve finds the image a stage begins from.
func (b *builder) resolve(p *planned) error {
	if p.base != nil || p.resolved {
		return nil
	}
	p.resolved = true
	platform := p.platform
	if platform == nil {
		platform = &b.target
	}
	if p.BaseName == "scratch" {
		p.begin(emptyImage(b.target), nil, vfs.New(b.clock(p)), b.identity("scratch", dockerfile.FormatPlatform(b.target)))
		return nil
	}
	img, err := b.find(p.BaseName)
	if err != nil {
		return err
	}
	if img == nil {
		return noBase(p.BaseName)
	}
	files, err := b.extract(p, img)
	if err != nil {
		return err
	}
	p.Base, p.Files = img, files
	b.res.Bases[p.BaseName] = img
	c := cloneConfig(img.Config)
	c.Created = nil
	p.ghosts = ghosts(files)
	p.begin(c, img, files.Tree().At(b.clock(p)), b.identity("image", string(img.ID()), dockerfile.FormatPlatform(*platform)))
	if p.described, err = b.pulled(p.BaseName, img); err != nil {
		return err
	}
	return nil
}

// clock is the time at which a stage begins. Stages lie far enough apart that
// no two writes of a build fall on the same tick, because equal times make the
// differ take two files for one.
func (b *builder) clock(p *planned) int64 {
	return cmp.Or(b.o.Clock, b.o.Epoch*1e9) + int64(slices.Index(b.stages.list, p))*1e12
}

func emptyImage(p ocispec.Platform) image.Config {
	c := image.Config{}
	c.Architecture, c.OS, c.OSVersion, c.OSFeatures, c.Variant = p.Architecture, p.OS, p.OSVersion, p.OSFeatures, p.Variant
	c.RootFS.Type = "layers"
	c.Config.WorkingDir = "/"
	c.Config.Env = []string{"PATH=" + defaultPath}
	return c
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// onbuild puts the ONBUILD instructions of the base in front of the stage's
// own and reports whether they need further stages (dockerfile2llb
// initOnBuildTriggers).
func (b *builder) onbuild(p *planned) (bool, error) {
	if p.triggers || p.source == nil {
		return false, nil
	}
	p.triggers = true
	var expressions []string
	if p.base == nil {
		expressions = p.config.Config.OnBuild
		p.config.Config.OnBuild = nil
	} else {
		for _, c := range p.base.commands {
			if o, ok := c.Command.(*instructions.OnbuildCommand); ok {
				expressions = append(expressions, o.Expression)
			}
		}
	}
	var front []command
	more := false
	for _, x := range expressions {
		cmd, err := dockerfile.ParseOnbuild(x)
		if err != nil {
			return false, fmt.Errorf("ONBUILD %s: %w", x, err)
		}
		c := command{Command: cmd, in: p.source.From, trigger: true, expression: x}
		if err := b.connect(p, &c); err != nil {
			return false, err
		}
		more = more || len(c.from) > 0
		front = append(front, c)
	}
	for _, d := range p.deps {
		reach(d)
	}
	p.commands = append(front, p.commands...)
	return more, nil
}
