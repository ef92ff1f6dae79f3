package build

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// state is what the instructions of a stage work on.
type state struct {
	config image.Config
	base   *image.Config // of the image at the very bottom, as it was; nil for scratch
	tree   vfs.Tree
	layers []*layer.Layer
	lower  int // how many of them are the base image's
	// described says of each layer what BuildKit's log calls its step.
	described []string
	env       *dockerfile.Env
	args      []instructions.KeyValuePairOptional
	cmdSet    bool
	ghosts    []ghost
	refused   []refusal
	key       string // identity of everything so far, for the cache
	// out names the files as what made them: stages in which the same
	// instructions did the same have the same. Empty: no file was ever there.
	out     string
	started bool
	built   bool
}

func (s *state) begin(c image.Config, img *image.Image, t vfs.Tree, key string) {
	s.config, s.tree, s.key, s.started = c, t, key, true
	if img != nil {
		s.out = key
		s.layers, s.lower, s.described = slices.Clone(img.Layers), len(img.Layers), make([]string, len(img.Layers))
		base := cloneConfig(img.Config)
		s.base = &base
	}
	s.env = dockerfile.NewEnv()
}

// cloneConfig copies a config so that instructions can change the copy.
func cloneConfig(c image.Config) image.Config {
	c.OSFeatures = slices.Clone(c.OSFeatures)
	c.History = slices.Clone(c.History)
	c.RootFS.DiffIDs = slices.Clone(c.RootFS.DiffIDs)
	r := &c.Config
	r.Env, r.Entrypoint, r.Cmd = slices.Clone(r.Env), slices.Clone(r.Entrypoint), slices.Clone(r.Cmd)
	r.OnBuild, r.Shell = slices.Clone(r.OnBuild), slices.Clone(r.Shell)
	r.ExposedPorts, r.Volumes, r.Labels = maps.Clone(r.ExposedPorts), maps.Clone(r.Volumes), maps.Clone(r.Labels)
	if r.Healthcheck != nil {
		h := *r.Healthcheck
		h.Test = slices.Clone(h.Test)
		r.Healthcheck = &h
	}
	return c
}

// inherit begins a stage from another one.
func (s *state) inherit(from *state, key string, clock int64) {
	s.config = cloneConfig(from.config)
	s.config.Config.OnBuild = nil
	s.base, s.tree, s.key, s.out, s.started = from.base, from.tree.At(clock), key, from.out, true
	s.lower = from.lower
	s.layers, s.described, s.ghosts, s.refused = slices.Clone(from.layers), slices.Clone(from.described), from.ghosts, from.refused
	s.env = from.env.Clone()
	s.args = slices.Clone(from.args)
}

// stage carries out a stage, or makes the tree of an image named by an
// instruction available.
func (b *builder) stage(p *planned) error {
	d := b.enter(p)
	if d == nil {
		return nil
	}
	s := p.Stage
	if b.wrong == nil {
		b.wrong = b.lookBelow(p)
	}
	for i, cmd := range p.commands {
		if err := b.ctx.Err(); err != nil {
			return &Error{File: b.o.Name, Text: saysCancelled.With(), Err: err}
		}
		step := newStep(cmd, s.tree)
		if b.o.Progress != nil {
			b.o.Progress(Progress{Step: step.Text, Done: b.done, Total: b.total})
		}
		b.done++
		s.Steps = append(s.Steps, step)
		if b.wrong != nil && b.wrong.p == p && b.wrong.i == i {
			return b.wrong.err
		}
		if err := d.dispatch(cmd, step); err != nil {
			return b.failed(err, cmd, step)
		}
		step.After = s.tree
	}
	s.built = true
	return b.export(p)
}

func newStep(cmd command, before vfs.Tree) *Step {
	step := &Step{Instruction: cmd.in, Trigger: cmd.trigger, Keyword: strings.ToUpper(cmd.Name()), Text: cmd.in.Original, Before: before}
	if cmd.trigger {
		step.Text = "ONBUILD " + fmt.Sprint(cmd.Command)
	}
	return step
}

// failed gives the error of an instruction its place.
func (b *builder) failed(err error, cmd command, step *Step) error {
	err = b.wrap(err, cmd.in)
	if e, ok := err.(*Error); ok && cmd.trigger {
		e.Text = message.Join(message.Plain("trigger "+step.Text+": "), e.Text)
	}
	return err
}

// enter begins a stage: from its base stage, or from the image it was given.
// It gives nil for an image that an instruction names.
func (b *builder) enter(p *planned) *dispatcher {
	if p.base != nil {
		p.inherit(&p.base.state, b.identity("stage", p.base.key), max(b.clock(p), p.base.tree.Now()))
		p.Parent = p.base.Stage
	}
	s := p.Stage
	if p.source == nil {
		s.built = true
		return nil
	}
	c := &s.config.Config
	if _, ok := dockerfile.NewEnv(c.Env...).Get("PATH"); !ok {
		c.Env = append(c.Env, "PATH="+defaultPath)
	}
	for _, kv := range c.Env {
		k, v, _ := strings.Cut(kv, "=")
		s.env.Set(k, v)
	}
	if c.WorkingDir != "" {
		// A relative one is taken as relative to itself, as the frontend does.
		c.WorkingDir = normalizePath(c.WorkingDir, c.WorkingDir, false)
	}
	return &dispatcher{builder: b, p: p, Stage: s, lex: b.res.File.Lex(), numbered: b.numbered(p)}
}

// export makes the stage's image.
func (b *builder) export(p *planned) error {
	s := p.Stage
	c := cloneConfig(s.config)
	if len(b.o.Labels) > 0 && c.Config.Labels == nil {
		c.Config.Labels = map[string]string{}
	}
	maps.Copy(c.Config.Labels, b.o.Labels)
	if b.o.Platform != "" {
		same := c.OS == b.target.OS && c.Architecture == b.target.Architecture
		c.OS, c.Architecture = b.target.OS, b.target.Architecture
		if b.target.Variant != "" || !same {
			c.Variant = b.target.Variant
		}
	}
	if c.Architecture == "" && p == b.final {
		at := p
		for at.base != nil {
			at = at.base
		}
		if err := b.refuse(refusal{at, saysNoArchitecture.With()}); err != nil {
			return err
		}
		c.Architecture = b.target.Architecture
	}
	n := dockerfile.NormalizePlatform(ocispec.Platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant, OSVersion: c.OSVersion, OSFeatures: c.OSFeatures})
	c.OS, c.Architecture, c.Variant = n.OS, n.Architecture, n.Variant
	var err error
	if s.Image, err = image.NewUpon(image.From{Config: s.base, Layers: s.lower, Described: s.described}, c, s.layers, b.o.Epoch); err != nil {
		return b.wrap(err, from(p))
	}
	return nil
}

// history adds an entry to the image's history.
func (d *dispatcher) history(step *Step, text string, withLayer bool) {
	step.CreatedBy = text
	t := time.Unix(d.o.Epoch, 0).UTC()
	d.config.History = append(d.config.History, ocispec.History{Created: &t, CreatedBy: text,
		Comment: "buildkit.dockerfile.v0", EmptyLayer: !withLayer})
}
