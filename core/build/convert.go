package build

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/dockerfile"
)

// conversion is the pass in which BuildKit reads every needed stage before it
// carries any out (dockerfile2llb dispatchStages): what is wrong with an
// instruction itself is said before an earlier one can fail, and which paths of
// the context are used is known before it is sent.
type conversion struct {
	uses   []use
	checks map[*planned][]check
}

// check is a look at the context that BuildKit takes before it carries anything
// out: the context is there before the first step is done.
type check struct {
	cmd  command
	step *Step
	look func() error
}

// converting says that instructions are only read, not carried out.
func (b *builder) converting() bool { return b.conversion != nil }

// convert reads every needed stage, takes out of the context what is not sent
// for them, and looks at what is. The state of every stage is afterwards what it
// was.
func (b *builder) convert(target *planned) error {
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
		b.conversion = nil
	}()
	for _, p := range b.stages.list {
		if !p.needed {
			continue
		}
		if err := b.convertStage(p); err != nil {
			return err
		}
	}
	if err := b.send(b.conversion.uses); err != nil {
		return err
	}
	return b.look(target, map[*planned]bool{})
}

// look takes the looks of a stage, of those below it and of those it copies
// from. BuildKit's solver begins at the end, so it is the last instruction of
// which it says that something is missing.
func (b *builder) look(p *planned, seen map[*planned]bool) error {
	if p == nil || seen[p] {
		return nil
	}
	seen[p] = true
	for _, c := range slices.Backward(b.conversion.checks[p]) {
		if err := c.look(); err != nil {
			return b.failed(err, c.cmd, c.step)
		}
	}
	for _, from := range append([]*planned{p.base}, p.deps...) {
		if err := b.look(from, seen); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) convertStage(p *planned) error {
	d := b.enter(p)
	if d == nil {
		return nil
	}
	for _, cmd := range p.commands {
		// Expanding variables changes a command, so this one is read anew.
		var err error
		step := newStep(cmd, p.tree)
		if cmd.trigger {
			if cmd.Command, err = dockerfile.ParseOnbuild(cmd.expression); err != nil {
				return b.failed(err, cmd, step)
			}
		} else {
			cmd.Command = cmd.in.NewCommand()
		}
		d.later = func(look func() error) {
			b.conversion.checks[p] = append(b.conversion.checks[p], check{cmd, step, look})
		}
		if err := d.dispatch(cmd, step); err != nil {
			return b.failed(err, cmd, step)
		}
	}
	p.built = true
	return nil
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

// convertCopy notes the paths of the context that COPY or ADD names.
func (d *dispatcher) convertCopy(c *copyInstruction, by *dockerfile.Instruction) {
	if len(c.from) > 0 {
		return
	}
	for _, p := range c.SourcePaths {
		if isRemote(p) {
			continue
		}
		d.conversion.uses = append(d.conversion.uses, use{path.Join("/", p), by})
	}
	d.later(func() error {
		for _, p := range c.SourcePaths {
			if isRemote(p) {
				continue
			}
			if _, err := c.find(d.files, p, true); err != nil {
				return d.explainMissing(err, p, nil)
			}
		}
		return nil
	})
}

// convertMounts checks --mount flags as far as that needs no files, and notes
// the paths of the context that they name (dockerfile2llb dispatchRunMounts).
func (d *dispatcher) convertMounts(c *instructions.RunCommand, from []*planned, by *dockerfile.Instruction) error {
	for i, m := range instructions.GetMounts(c) {
		switch m.Type {
		case instructions.MountTypeSSH:
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
			d.conversion.uses = append(d.conversion.uses, use{path.Join("/", m.Source), by})
			if m.Type == instructions.MountTypeBind {
				d.later(func() error {
					s := selection{t: d.files}
					return d.explainMissing(s.exists(path.Join("/", m.Source)), "--mount source="+m.Source, nil)
				})
			}
		}
	}
	return nil
}
