package classic

import (
	"errors"
	"fmt"
	"strings"
	"time"

	dockercontainer "github.com/docker/docker/api/types/container"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"layerlab.dev/core/container"
	"layerlab.dev/core/vfs"
)

// runStep carries out RUN.
func (b *builder) runStep(st *state, step *Step, c *instructions.RunCommand) error {
	if len(c.FlagsUsed) > 0 {
		return needsBuildKit(c.FlagsUsed[0])
	}
	cmd := commandLine(st.config, c.ShellDependantCmdLine)
	args := st.args.but(st.config.Env)
	shown := cmd
	if len(args) > 0 {
		shown = st.args.command(args, cmd)
	}
	// What the cache and the history know.
	saved := cloneConfig(st.config)
	saved.Cmd, saved.ArgsEscaped = shown, false
	if len(shown) > 0 {
		saved.Entrypoint = nil
	}
	step.CreatedBy = strings.Join(shown, " ")
	hit, err := b.probe(st, step, saved)
	if err != nil || hit {
		return err
	}
	// What runs.
	config := cloneConfig(st.config)
	config.Cmd, config.ArgsEscaped = cmd, false
	config.Env = append(config.Env, args...)
	if len(shown) > 0 {
		config.Entrypoint = []string{""}
	}
	config.Healthcheck = &dockercontainer.HealthConfig{Test: []string{"NONE"}}
	ctr, err := b.create(st, step, config)
	if err != nil {
		return err
	}
	if err := b.execute(step, ctr); err != nil {
		return err
	}
	return b.commitContainer(st, step, ctr, saved)
}

// execute runs the container's command.
func (b *builder) execute(step *Step, c *Container) error {
	config := c.Config
	// That the command runs is known when it says something, or has ended.
	start, running := b.now(), false
	started := func() {
		if !running {
			running = true
			b.tell(&Started{c, start})
		}
	}
	out := output{say: func(t Text) {
		started()
		step.Output = append(step.Output, t)
		b.say(t.FD, t.Text)
	}}
	argv := append(append([]string(nil), config.Entrypoint...), config.Cmd...)
	p := container.Process{Argv: argv, Env: config.Env, Dir: config.WorkingDir, User: config.User, Hostname: config.Hostname,
		Seed: b.o.Seed, Limits: b.o.Limits,
		Output: func(fd int, text []byte) { out.write(fd, string(text)) },
	}
	for _, v := range sorted(c.Volumes) {
		p.Mounts = append(p.Mounts, &container.Mount{Path: v, Node: volumeNode(c.Files.Tree, v)})
	}
	c.Files.Tree = c.Files.Tree.At(max(start.UnixNano(), c.Files.Tree.Now()))
	step.Before = c.Files.Lower
	files, exit, err := c.Files.Run(b.ctx, p)
	out.flush()
	c.Files = files
	step.Writes, step.Notes, step.After = exit.Writes, exit.Notes, files.Tree
	if end := time.Unix(0, files.Tree.Now()).UTC(); end.After(b.last) {
		b.last = end
	}
	var failed *container.StartError
	if errors.As(err, &failed) {
		b.tell(&Exited{Container: c, Code: failed.Code, Err: failed.Message, At: b.now()})
		return err
	}
	started()
	if err != nil {
		b.tell(&Exited{Container: c, Code: 1, Err: err.Error(), At: b.now()})
		return fmt.Errorf("%s: %w", strings.Join(config.Cmd, " "), err)
	}
	b.tell(&Exited{Container: c, Code: exit.Code, At: b.now()})
	if exit.Code != 0 {
		return exitError{fmt.Errorf("The command '%s' returned a non-zero code: %d", strings.Join(config.Cmd, " "), exit.Code), exit.Code}
	}
	return nil
}

// output puts together what a command writes to the one stream until it writes
// to the other. A container's output comes to the daemon through pipes, where
// writes in quick succession become one as well.
type output struct {
	say func(Text)
	now Text
}

// A pipe is read in pieces of this size.
const pieceSize = 32 << 10

func (o *output) write(fd int, text string) {
	if fd != o.now.FD || len(o.now.Text)+len(text) > pieceSize {
		o.flush()
	}
	o.now.FD = fd
	o.now.Text += text
}

func (o *output) flush() {
	if o.now.Text != "" {
		o.say(o.now)
	}
	o.now = Text{}
}

// volumeNode is a new volume: what the image has at the place is copied into
// it.
func volumeNode(t vfs.Tree, at string) *vfs.Node {
	if n, err := t.Stat(at); err == nil && n.IsDir() {
		return n
	}
	e := vfs.New(t.Now()).Edit()
	return e.Tree().Root()
}
