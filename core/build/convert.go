package build

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/vfs"
)

// conversion is the pass in which BuildKit reads every needed stage before it
// carries any out (dockerfile2llb dispatchStages): what is wrong with an
// instruction itself is said before an earlier one can fail, and which paths of
// the context are used is known before it is sent.
type conversion struct {
	uses []use
	// first is what the solver finds wrong with an instruction by itself.
	first  *finding
	checks map[*planned][]check
}

// reading is the instruction that is being read: the i-th of the stage.
type reading struct {
	p    *planned
	i    int
	cmd  command
	step *Step
}

// finding is what is wrong, and the instruction at which to stop; no stage where
// it is none in particular.
type finding struct {
	reading
	err error
}

// check is a look at the context that BuildKit takes before it carries anything
// out: the context is there before the first step is done.
type check struct {
	reading
	from *planned // the stage that is looked into; nil: the context
	look func() error
}

// converting says that instructions are only read, not carried out.
func (b *builder) converting() bool { return b.conversion != nil }

func (b *builder) found(err error, r reading) *finding {
	return &finding{r, b.failed(err, r.cmd, r.step)}
}

// convert reads every needed stage, takes out of the context what is not sent
// for them, and looks at what is. The state of every stage is afterwards what it
// was.
func (b *builder) convert(target *planned) *finding {
	b.conversion = &conversion{checks: map[*planned][]check{}}
	before := make([]state, len(b.stages.list))
	for i, p := range b.stages.list {
		before[i] = p.state
		p.state = p.state.clone()
	}
	defer func() {
		for i, p := range b.stages.list {
			p.state = before[i]
		}
		b.checks, b.conversion = b.conversion.checks, nil
	}()
	for _, p := range b.stages.list {
		if !p.needed {
			continue
		}
		if r := b.convertStage(p); r != nil {
			return r
		}
	}
	if b.conversion.first != nil {
		return b.conversion.first
	}
	if r := b.send(b.conversion.uses); r != nil {
		return r
	}
	return b.look(target, map[*planned]bool{})
}

// look takes the looks of a stage, of those below it and of those it copies
// from. BuildKit's solver begins at the end, so it is the last instruction of
// which it says that something is missing.
func (b *builder) look(p *planned, seen map[*planned]bool) *finding {
	if p == nil || seen[p] {
		return nil
	}
	seen[p] = true
	for _, c := range slices.Backward(b.conversion.checks[p]) {
		if c.from != nil {
			continue
		}
		if err := c.look(); err != nil {
			return b.found(err, c.reading)
		}
	}
	for _, from := range append([]*planned{p.base}, p.deps...) {
		if r := b.look(from, seen); r != nil {
			return r
		}
	}
	return nil
}

// lookBelow takes the looks of a stage into those that it stands on, which are
// built when it begins: BuildKit takes them before the first step is done.
func (b *builder) lookBelow(p *planned) *finding {
	for _, c := range slices.Backward(b.checks[p]) {
		for below := p.base; below != nil; below = below.base {
			if below != c.from {
				continue
			}
			if err := c.look(); err != nil {
				return b.found(err, c.reading)
			}
		}
	}
	return nil
}

func (b *builder) convertStage(p *planned) *finding {
	d := b.enter(p)
	if d == nil {
		return nil
	}
	d.fresh = true
	for i, cmd := range p.commands {
		d.reading = reading{p, i, cmd, newStep(cmd, p.tree)}
		// Expanding variables changes a command, so this one is read anew.
		if cmd.trigger {
			var err error
			if cmd.Command, err = dockerfile.ParseOnbuild(cmd.expression); err != nil {
				return b.found(err, d.reading)
			}
		} else {
			cmd.Command = cmd.in.NewCommand()
		}
		if err := d.dispatch(cmd, d.step); err != nil {
			return b.found(err, d.reading)
		}
	}
	p.built = true
	return nil
}

// later notes a look into a stage, or the context.
func (d *dispatcher) later(from *planned, look func() error) {
	d.conversion.checks[d.p] = append(d.conversion.checks[d.p], check{d.reading, from, look})
}

// name notes a path of the context.
func (d *dispatcher) name(p string) {
	d.conversion.uses = append(d.conversion.uses, use{d.reading, path.Join("/", p)})
}

// clone copies what converting a stage changes in place.
func (s state) clone() state {
	s.config = cloneConfig(s.config)
	s.args = slices.Clone(s.args)
	if s.env != nil {
		s.env = s.env.Clone()
	}
	return s
}

// layered says that the instruction that is being read makes a layer.
func (d *dispatcher) layered() { d.out, d.fresh = "some", false }

// convertOwner refuses a name where no file is yet in which it could be looked
// up.
func (d *dispatcher) convertOwner(spec string) {
	if namesOwner(spec) && d.out == "" && d.conversion.first == nil {
		d.conversion.first = d.found(advise(adviseEmptyOwner.With(), "invalid user index -1"), d.reading)
	}
}

// convertCopy notes the paths of the context that COPY or ADD names, and what
// can be said of its sources before anything is carried out.
func (d *dispatcher) convertCopy(c *copyInstruction) {
	d.convertOwner(c.chown)
	first := d.fresh && !c.linked() // of the stage, so that nothing may be checked
	d.layered()
	d.later(nil, func() error {
		for _, h := range c.SourceContents {
			if _, _, err := document(h, 0); err != nil {
				return err
			}
		}
		return c.offline()
	})
	var paths []string
	for _, p := range c.SourcePaths {
		if !isRemote(p) {
			paths = append(paths, p)
		}
	}
	from, tree := (*planned)(nil), func() vfs.Tree { return d.files }
	if len(c.from) > 0 {
		from = c.from[0]
		tree = func() vfs.Tree { return from.tree }
	}
	for _, p := range paths {
		if from == nil {
			d.name(p)
		}
	}
	if from != nil && first {
		return
	}
	d.later(from, func() error {
		if from != nil && from.out == "" {
			return nil // no file was ever there, so nothing is checked
		}
		for _, p := range paths {
			if _, err := c.find(tree(), p, true); err != nil {
				return d.explainMissing(err, p, c.from)
			}
		}
		return nil
	})
}

// convertMounts checks --mount flags as far as that needs no files, and notes
// the paths of the context that they name (dockerfile2llb dispatchRunMounts).
func (d *dispatcher) convertMounts(c *instructions.RunCommand, from []*planned) error {
	d.layered()
	for i, m := range instructions.GetMounts(c) {
		switch m.Type {
		case instructions.MountTypeSSH:
			if m.Source != "" {
				return errors.New("ssh does not support source")
			}
			continue
		case instructions.MountTypeSecret:
			if m.CacheID == "" && m.Source == "" && m.Target == "" {
				return errors.New("one of source, target required")
			}
			continue
		}
		if m.From != "" && from[i].source != nil && !from[i].built {
			return advise(adviseStageAbove.With(),
				"cannot mount from stage %q to %q, stage needs to be defined before current command", m.From, m.Target)
		}
		target := m.Target
		if !path.IsAbs(path.Clean(target)) {
			target = path.Join("/", d.config.Config.WorkingDir, target)
		}
		if target == "/" {
			return fmt.Errorf("invalid mount target %q", target)
		}
		// A tmpfs counts as if it were of the context: all of it is sent then.
		if m.From == "" && m.Type != instructions.MountTypeCache {
			d.name(m.Source)
			if m.Type == instructions.MountTypeBind {
				d.later(nil, func() error {
					s := selection{t: d.files}
					return d.explainMissing(s.exists(path.Join("/", m.Source)), "--mount source="+m.Source, nil)
				})
			}
		}
	}
	return nil
}
