package build

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/dockerfile"
)

// conversion is the pass in which BuildKit reads every needed stage before it
// carries any out (dockerfile2llb dispatchStages): what is wrong with an
// instruction itself is said before an earlier one can fail, and which paths of
// the context are used is known before it is sent.
type conversion struct{ uses []use }

// converting says that instructions are only read, not carried out.
func (b *builder) converting() bool { return b.conversion != nil }

// convert reads every needed stage and gives the paths of the context that they
// name. The state of every stage is afterwards what it was.
func (b *builder) convert() ([]use, error) {
	b.conversion = &conversion{}
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
			return nil, err
		}
	}
	return b.conversion.uses, nil
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

// use notes the paths of the context that COPY or ADD names.
func (d *dispatcher) use(c *copyInstruction, by *dockerfile.Instruction) {
	if len(c.from) > 0 {
		return
	}
	for _, p := range c.SourcePaths {
		if !strings.HasPrefix(p, "http://") && !strings.HasPrefix(p, "https://") {
			d.conversion.uses = append(d.conversion.uses, use{path.Join("/", p), by})
		}
	}
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
		}
	}
	return nil
}
