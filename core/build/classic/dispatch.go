package classic

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	dockercontainer "github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/container"
	"layerlab.dev/core/dockerfile"
)

// dispatch carries out one instruction.
func (b *builder) dispatch(st *state, cmd instructions.Command, step *Step) error {
	env := slices.Concat(st.config.Env, st.args.but(st.config.Env))
	if err := b.expand(cmd, env); err != nil {
		return err
	}
	err := b.instruction(st, cmd, step, env)
	if b.o.ForceRemove || b.o.Remove && err == nil {
		b.remove()
	}
	return err
}

func (b *builder) instruction(st *state, cmd instructions.Command, step *Step, env []string) error {
	config := st.config
	switch c := cmd.(type) {
	case *instructions.EnvCommand:
		text := "ENV"
		for _, kv := range c.Env {
			text += " " + kv.String()
			config.Env = container.SetEnv(config.Env, kv.Key, kv.Value)
		}
		return b.commit(st, step, text)
	case *instructions.MaintainerCommand:
		st.maintainer = c.Maintainer
		return b.commit(st, step, "MAINTAINER "+c.Maintainer)
	case *instructions.LabelCommand:
		if config.Labels == nil {
			config.Labels = map[string]string{}
		}
		text := "LABEL"
		for _, kv := range c.Labels {
			config.Labels[kv.Key] = kv.Value
			text += " " + kv.String()
		}
		return b.commit(st, step, text)
	case *instructions.AddCommand:
		if c.Chmod != "" {
			return needsBuildKit("chmod")
		}
		return b.copy(st, step, copyInstruction{name: "ADD", sources: c.SourcePaths, dest: c.DestPath, chown: c.Chown})
	case *instructions.CopyCommand:
		if c.Chmod != "" {
			return needsBuildKit("chmod")
		}
		return b.copy(st, step, copyInstruction{name: "COPY", sources: c.SourcePaths, dest: c.DestPath, chown: c.Chown, from: c.From})
	case *instructions.OnbuildCommand:
		config.OnBuild = append(config.OnBuild, c.Expression)
		return b.commit(st, step, "ONBUILD "+c.Expression)
	case *instructions.WorkdirCommand:
		return b.workdir(st, step, c.Path)
	case *instructions.RunCommand:
		return b.runStep(st, step, c)
	case *instructions.CmdCommand:
		config.Cmd = commandLine(config, c.ShellDependantCmdLine)
		if err := b.commit(st, step, fmt.Sprintf("CMD %q", config.Cmd)); err != nil {
			return err
		}
		if len(c.CmdLine) != 0 {
			st.cmdSet = true
		}
		return nil
	case *instructions.HealthCheckCommand:
		return b.healthcheck(st, step, c)
	case *instructions.EntrypointCommand:
		config.Entrypoint = commandLine(config, c.ShellDependantCmdLine)
		if !st.cmdSet {
			config.Cmd = nil
		}
		return b.commit(st, step, fmt.Sprintf("ENTRYPOINT %q", config.Entrypoint))
	case *instructions.ExposeCommand:
		return b.expose(st, step, c, env)
	case *instructions.UserCommand:
		config.User = c.User
		return b.commit(st, step, "USER "+c.User)
	case *instructions.VolumeCommand:
		if config.Volumes == nil {
			config.Volumes = map[string]struct{}{}
		}
		for _, v := range c.Volumes {
			if v == "" {
				return errors.New("VOLUME specified can not be an empty string")
			}
			config.Volumes[v] = struct{}{}
		}
		return b.commit(st, step, fmt.Sprintf("VOLUME %v", c.Volumes))
	case *instructions.StopSignalCommand:
		if !dockerfile.IsSignal(c.Signal) {
			return invalid{fmt.Errorf("Invalid signal: %s", c.Signal)}
		}
		config.StopSignal = c.Signal
		return b.commit(st, step, "STOPSIGNAL "+c.Signal)
	case *instructions.ArgCommand:
		text := "ARG "
		for i, a := range c.Args {
			if i > 0 {
				text += " "
			}
			text += a.Key
			if a.Value != nil {
				text += "=" + *a.Value
			}
			st.args.add(a.Key, a.Value)
		}
		return b.commit(st, step, text)
	case *instructions.ShellCommand:
		config.Shell = c.Shell
		return b.commit(st, step, fmt.Sprintf("SHELL %v", config.Shell))
	}
	return fmt.Errorf("unsupported command type: %T", cmd)
}

func needsBuildKit(flag string) error {
	return fmt.Errorf("the --%s option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled", flag)
}

// commandLine puts the shell in front of the shell form.
func commandLine(config *container.Config, c instructions.ShellDependantCmdLine) []string {
	if c.PrependShell && c.CmdLine != nil {
		return slices.Concat(shellOf(config), c.CmdLine)
	}
	return c.CmdLine
}

func (b *builder) workdir(st *state, step *Step, dir string) error {
	if dir == "" {
		return errors.New("cannot normalize nothing")
	}
	if !path.IsAbs(dir) {
		dir = path.Join("/", st.config.WorkingDir, dir)
	}
	st.config.WorkingDir = dir
	if b.dry {
		return nil
	}
	config := withComment(st.config, "#(nop) WORKDIR "+dir)
	step.CreatedBy = strings.Join(config.Cmd, " ")
	hit, err := b.probe(st, step, config)
	if err != nil || hit {
		return err
	}
	// Making the container makes the directory.
	c, err := b.create(st, step, config)
	if err != nil {
		return err
	}
	return b.commitContainer(st, step, c, config)
}

func cleanDir(dir string) string { return path.Clean(dir) }

func (b *builder) healthcheck(st *state, step *Step, c *instructions.HealthCheckCommand) error {
	if old := st.config.Healthcheck; old != nil && len(old.Test) > 0 && old.Test[0] != "NONE" {
		b.say(1, fmt.Sprintf("Note: overriding previous HEALTHCHECK: %v\n", old.Test))
	}
	h := &dockercontainer.HealthConfig{Test: c.Health.Test, Interval: c.Health.Interval, Timeout: c.Health.Timeout,
		StartPeriod: c.Health.StartPeriod, Retries: c.Health.Retries}
	st.config.Healthcheck = h
	// dockerd prints the struct as it is, the number as a character.
	return b.commit(st, step, fmt.Sprintf("HEALTHCHECK &{%q %q %q %q %q}", h.Test, h.Interval.String(), h.Timeout.String(), h.StartPeriod.String(), rune(h.Retries)))
}

func (b *builder) expose(st *state, step *Step, c *instructions.ExposeCommand, env []string) error {
	// One word may be expanded to several.
	lex := newLexer(b.escape, env)
	ports := []string{}
	for _, p := range c.Ports {
		words, err := lex.words(p)
		if err != nil {
			return err
		}
		ports = append(ports, words...)
	}
	all, err := parsePorts(ports)
	if err != nil {
		return err
	}
	if st.config.ExposedPorts == nil {
		st.config.ExposedPorts = nat.PortSet{}
	}
	for _, p := range all {
		st.config.ExposedPorts[nat.Port(p)] = struct{}{}
	}
	return b.commit(st, step, "EXPOSE "+strings.Join(ports, " "))
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
