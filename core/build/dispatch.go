package build

import (
	"fmt"
	"strings"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"layerlab.dev/core/dockerfile"
)

// dispatcher carries out the instructions of one stage.
type dispatcher struct {
	*builder
	*Stage
	p   *planned
	lex *shell.Lex
	reading
	fresh bool // while converting: nothing of the stage made a layer yet
	// numbered counts the steps of the stage as BuildKit's log does.
	numbered numbering
}

// expand puts the values of variables into the instruction's words
// (dockerfile2llb dispatch). ARG expands its own default.
func (d *dispatcher) expand(cmd instructions.Command) error {
	if _, isArg := cmd.(*instructions.ArgCommand); !isArg {
		if x, ok := cmd.(instructions.SupportsSingleWordExpansion); ok {
			if err := x.Expand(func(word string) (string, error) {
				w, _, err := d.lex.ProcessWord(word, d.env)
				return w, err
			}); err != nil {
				return err
			}
		}
	}
	if x, ok := cmd.(instructions.SupportsSingleWordExpansionRaw); ok {
		return x.ExpandRaw(func(word string) (string, error) {
			w, _, err := dockerfile.HeredocLex().ProcessWord(word, d.env)
			return w, err
		})
	}
	return nil
}

func (d *dispatcher) dispatch(cmd command, step *Step) error {
	d.numbered.written = fmt.Sprint(cmd.Command)
	if err := d.expand(cmd.Command); err != nil {
		return err
	}
	switch c := cmd.Command.(type) {
	case *instructions.RunCommand:
		return d.runStep(c, cmd.from, step)
	case *instructions.CopyCommand:
		return d.copyStep(copyInstruction{
			SourcesAndDest: c.SourcesAndDest, chown: c.Chown, chmod: c.Chmod, exclude: c.ExcludePatterns,
			parents: c.Parents, link: c.Link, from: cmd.from, fromName: c.From,
		}, step)
	case *instructions.AddCommand:
		unpack := c.Unpack == nil || *c.Unpack
		return d.copyStep(copyInstruction{
			SourcesAndDest: c.SourcesAndDest, chown: c.Chown, chmod: c.Chmod, exclude: c.ExcludePatterns,
			link: c.Link, add: true, unpack: unpack, checksum: c.Checksum,
		}, step)
	case *instructions.WorkdirCommand:
		return d.workdir(c, step)
	}
	if err := d.metadata(cmd.Command, step); err != nil {
		return err
	}
	d.key = d.identity(d.key, "metadata", step.Keyword, step.CreatedBy, fmt.Sprint(cmd.Command))
	return nil
}

// metadata carries out an instruction that changes the config only.
func (d *dispatcher) metadata(cmd instructions.Command, step *Step) error {
	config := &d.config.Config
	switch c := cmd.(type) {
	case *instructions.EnvCommand:
		text := "ENV"
		for _, kv := range c.Env {
			text += " " + kv.String()
			d.env.Set(kv.Key, kv.Value)
			config.Env = setEnv(config.Env, kv.Key, kv.Value)
		}
		d.history(step, text, false)
	case *instructions.ArgCommand:
		return d.arg(c, step)
	case *instructions.LabelCommand:
		text := "LABEL"
		if config.Labels == nil {
			config.Labels = map[string]string{}
		}
		for _, kv := range c.Labels {
			text += " " + kv.String()
			config.Labels[kv.Key] = kv.Value
		}
		d.history(step, text, false)
	case *instructions.MaintainerCommand:
		d.config.Author = c.Maintainer
		d.history(step, "MAINTAINER "+c.Maintainer, false)
	case *instructions.CmdCommand:
		config.Cmd = d.commandLine(c.ShellDependantCmdLine)
		//lint:ignore SA1019 BuildKit sets it, so the config's bytes need it
		config.ArgsEscaped = true
		d.cmdSet = true
		d.history(step, fmt.Sprintf("CMD %q", config.Cmd), false)
	case *instructions.EntrypointCommand:
		config.Entrypoint = d.commandLine(c.ShellDependantCmdLine)
		if !d.cmdSet {
			config.Cmd = nil
		}
		d.history(step, fmt.Sprintf("ENTRYPOINT %q", config.Entrypoint), false)
	case *instructions.HealthCheckCommand:
		h := dockerspec.HealthcheckConfig{Test: c.Health.Test, Interval: c.Health.Interval, Timeout: c.Health.Timeout,
			StartPeriod: c.Health.StartPeriod, StartInterval: c.Health.StartInterval, Retries: c.Health.Retries}
		config.Healthcheck = &h
		d.history(step, fmt.Sprintf("HEALTHCHECK %+v", h), false)
	case *instructions.ExposeCommand:
		return d.expose(c, step)
	case *instructions.UserCommand:
		config.User = c.User
		d.history(step, "USER "+c.User, false)
	case *instructions.VolumeCommand:
		if config.Volumes == nil {
			config.Volumes = map[string]struct{}{}
		}
		for _, v := range c.Volumes {
			if v == "" {
				return advise(adviseVolume.With(), "VOLUME specified can not be an empty string")
			}
			config.Volumes[v] = struct{}{}
		}
		d.history(step, fmt.Sprintf("VOLUME %v", c.Volumes), false)
	case *instructions.StopSignalCommand:
		config.StopSignal = c.Signal
		d.history(step, "STOPSIGNAL "+c.Signal, false)
	case *instructions.ShellCommand:
		config.Shell = c.Shell
		d.history(step, fmt.Sprintf("SHELL %v", []string(c.Shell)), false)
	case *instructions.OnbuildCommand:
		config.OnBuild = append(config.OnBuild, c.Expression)
	default:
		return saysNotKnown.Error(step.Keyword)
	}
	return nil
}

func setEnv(env []string, key, value string) []string {
	for i, kv := range env {
		if k, _, _ := strings.Cut(kv, "="); k == key {
			env[i] = key + "=" + value
			return env
		}
	}
	return append(env, key+"="+value)
}

// commandLine puts the shell in front of the shell form.
func (d *dispatcher) commandLine(c instructions.ShellDependantCmdLine) []string {
	if !c.PrependShell {
		return c.CmdLine
	}
	return d.withShell(c.CmdLine)
}

func (d *dispatcher) withShell(words []string) []string {
	sh := []string{"/bin/sh", "-c"}
	if len(d.config.Config.Shell) > 0 {
		sh = append([]string(nil), d.config.Config.Shell...)
	}
	return append(sh, strings.Join(words, " "))
}

func (d *dispatcher) arg(c *instructions.ArgCommand, step *Step) error {
	var texts []string
	for _, a := range c.Args {
		if v, ok := d.o.BuildArgs[a.Key]; ok {
			a.Value = &v
		} else if a.Value != nil {
			v, _, err := d.lex.ProcessWord(*a.Value, d.env)
			if err != nil {
				return err
			}
			a.Value = &v
		} else if v, ok := d.global.Get(a.Key); ok {
			a.Value = &v
		}
		text := a.Key
		if a.Value != nil {
			if a.Key != "BUILDKIT_SBOM_SCAN_CONTEXT" && a.Key != "BUILDKIT_SBOM_SCAN_STAGE" {
				d.env.Set(a.Key, *a.Value)
			}
			text += "=" + *a.Value
		}
		d.args = append(d.args, a)
		texts = append(texts, text)
	}
	d.history(step, "ARG "+strings.Join(texts, " "), false)
	return nil
}

func (d *dispatcher) expose(c *instructions.ExposeCommand, step *Step) error {
	var words []string
	for _, p := range c.Ports {
		w, err := d.lex.ProcessWords(p, d.env)
		if err != nil {
			return err
		}
		words = append(words, w...)
	}
	ports, err := dockerfile.ParsePorts(words)
	if err != nil {
		return err
	}
	if d.config.Config.ExposedPorts == nil {
		d.config.Config.ExposedPorts = map[string]struct{}{}
	}
	for _, p := range ports {
		d.config.Config.ExposedPorts[p] = struct{}{}
	}
	d.history(step, fmt.Sprintf("EXPOSE %v", ports), false)
	return nil
}

func (d *dispatcher) workdir(c *instructions.WorkdirCommand, step *Step) error {
	dir := normalizePath(d.config.Config.WorkingDir, c.Path, false)
	d.config.Config.WorkingDir = dir
	if dir == "/" {
		d.history(step, "WORKDIR /", false)
		d.key = d.identity(d.key, "workdir", dir)
		return nil
	}
	if d.converting() {
		d.convertOwner(d.config.Config.User)
		d.layered()
		d.history(step, "WORKDIR "+dir, true)
		return nil
	}
	parts := parts{{name: "instruction", value: "WORKDIR " + dir}, {name: "user", value: d.config.Config.User}}
	err := d.layerStep(step, parts, func(done *work) error {
		who, err := lookupOwner(d.tree, d.config.Config.User)
		if err != nil {
			return err
		}
		if who == nil {
			who = &owner{-1, -1}
		}
		if _, err := rootPath(d.tree, dir); err != nil {
			return err
		}
		e := d.tree.Edit()
		made, err := e.MkdirAll(dir, 0o755, who.uid, who.gid)
		if err != nil {
			return fmt.Errorf("mkdir %s: %w", dir, reason(err))
		}
		for _, p := range made {
			if err := e.Lchtimes(p, d.o.Epoch*int64(time.Second)); err != nil {
				return err
			}
		}
		done.tree = e.Tree()
		return nil
	})
	if err != nil {
		return err
	}
	d.history(step, "WORKDIR "+dir, true)
	return nil
}
