package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"layerlab.dev/core/message"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

// runStep carries out RUN.
func (d *dispatcher) runStep(c *instructions.RunCommand, from []*planned, step *Step) error {
	if err := d.refuseRun(c); err != nil {
		return err
	}
	args, documents, err := d.runArgs(c)
	if err != nil {
		return err
	}
	mounts, secrets, err := d.mounts(c, from)
	if err != nil {
		return err
	}
	step.Argv = args
	text := "RUN " + d.runText(args) + " # buildkit"
	depends := parts{{"instruction", strings.Join(args, "\x00")}, {"user", d.config.Config.User},
		{"working directory", d.config.Config.WorkingDir}, {"seed", fmt.Sprint(d.o.Seed)}}
	if d.o.Limits != (shell.Limits{}) {
		depends = append(depends, part{"limits", fmt.Sprintf("%+v", d.o.Limits)})
	}
	for _, name := range d.env.Keys() {
		v, _ := d.env.Get(name)
		depends = append(depends, part{"variable " + name, v})
	}
	for _, kv := range secrets {
		depends = append(depends, part{"secret", kv})
	}
	for _, m := range mounts {
		depends = append(depends, part{"mount " + m.path, m.id})
		if s, err := d.o.Cache.sum(m.node); err == nil {
			depends = append(depends, part{"files mounted at " + m.path, s})
		}
	}
	err = d.layerStep(step, depends, func(w *work) error {
		return d.execute(args, documents, append(d.env.Pairs(), secrets...), mounts, w)
	})
	if err != nil {
		return err
	}
	d.history(step, text, true)
	return nil
}

func (d *dispatcher) refuseRun(c *instructions.RunCommand) error {
	if instructions.GetSecurity(c) == instructions.SecurityInsecure {
		return advise(adviseTakeOut.With("--security=insecure"), "security.insecure is not allowed")
	}
	if instructions.GetNetwork(c) == instructions.NetworkHost {
		return advise(adviseTakeOut.With("--network=host"), "network.host is not allowed")
	}
	for _, f := range c.FlagsUsed {
		if f == "device" {
			return refuse(adviseTakeOut.With("--device"), saysNoDevice.Error())
		}
	}
	return nil
}

// runArgs is the command line, with here documents put in (dockerfile2llb
// dispatchRun), and the files that must be at /dev/pipes.
func (d *dispatcher) runArgs(c *instructions.RunCommand) ([]string, map[string]string, error) {
	args := []string(c.CmdLine)
	var documents map[string]string
	if len(c.Files) > 0 {
		if len(args) != 1 || !c.PrependShell {
			return nil, nil, fmt.Errorf("parsing produced an invalid run command: %v", args)
		}
		if parser.MustParseHeredoc(args[0]) != nil {
			f := c.Files[0]
			data := f.Data
			if f.Chomp {
				data = parser.ChompHeredocContent(data)
			}
			args = []string{data}
			if strings.HasPrefix(data, "#!") {
				documents = map[string]string{f.Name: data}
				args = []string{"/dev/pipes/" + f.Name}
			}
		} else {
			b := strings.Builder{}
			b.WriteString(args[0])
			for _, f := range c.Files {
				b.WriteString("\n" + f.Data + f.Name)
			}
			args = []string{b.String()}
		}
	}
	if c.PrependShell {
		args = d.withShell(args)
	}
	return args, documents, nil
}

// runText is the command as the history has it: the build arguments in effect
// in front (dockerfile2llb runCommandString).
func (d *dispatcher) runText(args []string) string {
	var words []string
	at := map[string]int{}
	for _, a := range d.args {
		v, ok := d.env.Get(a.Key)
		if !ok {
			v = a.ValueString()
		}
		if i, ok := at[a.Key]; ok {
			words[i] = a.Key + "=" + v
			continue
		}
		at[a.Key] = len(words)
		words = append(words, a.Key+"="+v)
	}
	if len(words) > 0 {
		words = append([]string{fmt.Sprintf("|%d", len(words))}, words...)
	}
	return strings.Join(append(words, args...), " ")
}

const (
	hostname   = "buildkitsandbox"
	hostsFile  = "127.0.0.1\tlocalhost buildkitsandbox\n::1\tlocalhost ip6-localhost ip6-loopback\n"
	resolvFile = "nameserver 127.0.0.11\n"
)

// execute runs the command on a copy of the stage's files, with what the
// container runtime adds (executor/runcexecutor): /dev, /proc and /sys and the
// working directory are made and stay; what is mounted, and the mount points
// made for it, are taken away again.
func (d *dispatcher) execute(args []string, documents map[string]string, env []string, mounts []mount, w *work) error {
	e := d.tree.Edit()
	who, err := lookupProcess(d.tree, d.config.Config.User)
	if err != nil {
		return err
	}
	dir := d.config.Config.WorkingDir
	if dir == "" {
		dir = "/"
	}
	for _, p := range []string{dir, "/dev", "/proc", "/sys"} {
		if _, err := e.Tree().Stat(p); err == nil && p == dir {
			continue
		}
		if _, err := e.MkdirAll(p, 0o755, 0, 0); err != nil {
			return fmt.Errorf("mkdir %s: %w", p, reason(err))
		}
	}
	mounts = append([]mount{
		{path: "/etc/resolv.conf", node: fileNode(resolvFile, 0o644), readOnly: true},
		{path: "/etc/hosts", node: fileNode(hostsFile, 0o644), readOnly: true},
	}, mounts...)
	table := mountTable{e: e}
	table.prepare(mounts)
	for _, m := range mounts {
		if err := table.mount(m); err != nil {
			return fmt.Errorf("mount %s: %w", m.path, reason(err))
		}
	}
	if !slices.ContainsFunc(env, func(kv string) bool { return strings.HasPrefix(kv, "HOME=") }) {
		env = append(env, "HOME="+who.home)
	}
	var out []Output
	res, err := shell.Run(d.ctx, e, shell.Config{
		Argv: args, Env: env, Dir: dir, UID: who.uid, GID: who.gid, Groups: who.groups,
		Hostname: hostname, Epoch: d.o.Epoch, ReadOnly: table.readOnly, Documents: documents, Limits: d.o.Limits, Seed: d.o.Seed,
		Stdin: bytes.NewReader(nil),
		Output: func(fd int, b []byte) {
			if n := len(out); n > 0 && out[n-1].FD == fd {
				out[n-1].Text += string(b)
				return
			}
			out = append(out, Output{fd, string(b)})
		},
	})
	w.output, w.writes, w.exit = out, res.Writes, res.ExitCode
	for _, n := range res.Notes {
		w.notes = append(w.notes, n.Text)
	}
	if err != nil {
		return runError(args, err)
	}
	if res.ExitCode != 0 {
		return d.exitError(args, res.ExitCode, out)
	}
	if w.caches, err = table.unmount(); err != nil {
		return err
	}
	w.tree = e.Tree()
	return nil
}

func (d *dispatcher) exitError(args []string, code int, out []Output) error {
	e := &Error{File: d.o.Name, ExitCode: &code, Keyword: "RUN",
		Text: message.Plain(fmt.Sprintf("process %q did not complete successfully: exit code: %d", strings.Join(args, " "), code))}
	for i := len(out) - 1; i >= 0 && e.Advice.IsZero(); i-- {
		if text := strings.TrimSpace(out[i].Text); out[i].FD == 2 && text != "" {
			e.Advice = adviseCommandSaid.With(text[strings.LastIndexByte(text, '\n')+1:])
		}
	}
	if in := d.Steps[len(d.Steps)-1].Instruction; in != nil {
		e.Range = in.Range
	}
	return e
}

// runError is why a command could not be interpreted, and what to do.
func runError(args []string, err error) error {
	var unsupported *shell.UnsupportedError
	var limit *shell.LimitError
	switch {
	case errors.As(err, &unsupported):
		return refuse(unsupported.Advice, &failure{err, unsupported.ExitCode})
	case errors.As(err, &limit) && limit.What == "steps":
		return refuse(adviseSteps.With(), limit)
	case errors.As(err, &limit):
		return refuse(adviseLimit.With(), limit)
	}
	if errors.Is(err, context.Canceled) {
		return saysCancelledBy.Wrap(err)
	}
	return saysRun.Wrap(err, strings.Join(args, " "))
}

// failure is an error of a command that would have had an exit code.
type failure struct {
	error
	code int
}

func (f *failure) Unwrap() error { return f.error }

// fileNode is a file of one's own, to be mounted.
func fileNode(text string, mode uint32) *vfs.Node {
	e := vfs.New(0).Edit()
	if err := e.WriteFile("/f", vfs.String(text), mode, 0, 0); err != nil {
		panic(err) // an empty tree takes any file
	}
	return e.Tree().Root().Child("f")
}

// dirNode is an empty directory of one's own, to be mounted.
func dirNode(mode uint32, uid, gid int) *vfs.Node {
	e := vfs.New(0).Edit()
	if err := e.SetMeta("/", vfs.Meta{Kind: vfs.Dir, Mode: mode, UID: uid, GID: gid}); err != nil {
		panic(err) // a root directory takes any metadata
	}
	return e.Tree().Root()
}
