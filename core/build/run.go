package build

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"layerlab.dev/core/message"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
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
	text := "RUN " + d.runText(args) + " # buildkit"
	if d.converting() {
		if err := d.convertMounts(c, from); err != nil {
			return err
		}
		d.history(step, text, true)
		return nil
	}
	mounts, secrets, err := d.mounts(c, from)
	if err != nil {
		return err
	}
	mounts = inOrder(append(documents, mounts...))
	step.Argv = args
	depends := parts{{name: "instruction", value: strings.Join(args, "\x00")}, {name: "user", value: d.config.Config.User},
		{name: "working directory", value: d.config.Config.WorkingDir}, {name: "host name", value: d.hostname()}, {name: "seed", value: fmt.Sprint(d.o.Seed)}}
	if d.o.Limits != (shell.Limits{}) {
		depends = append(depends, part{name: "limits", value: fmt.Sprintf("%+v", d.o.Limits)})
	}
	for _, name := range d.env.Keys() {
		v, _ := d.env.Get(name)
		depends = append(depends, part{name: "variable " + name, value: v})
	}
	for _, kv := range secrets {
		depends = append(depends, part{name: "secret", value: kv})
	}
	for _, m := range mounts {
		depends = append(depends, part{name: "mount " + m.Path, value: m.id})
		if s, err := d.o.Cache.sum(m.Node); err == nil {
			depends = append(depends, part{name: "files mounted at " + m.Path, value: s})
		}
	}
	err = d.layerStep(step, depends, func(w *work) error {
		return d.execute(args, environment(d.env.Pairs(), d.proxies(), secrets), mounts, w)
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
// dispatchRun), and the mount that holds a document that is run as a program.
func (d *dispatcher) runArgs(c *instructions.RunCommand) ([]string, []mount, error) {
	args := []string(c.CmdLine)
	var documents []mount
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
				at := "/dev/pipes/"
				e := vfs.New(d.tree.Now()).Edit()
				if err := e.WriteFile(path.Join("/", f.Name), vfs.String(data), 0o755, 0, 0); err != nil {
					return nil, nil, err
				}
				documents = []mount{{Mount: proc.Mount{Path: at, Node: e.Tree().Root(), ReadOnly: true}, id: "here-document"}}
				args = []string{path.Join(at, f.Name)}
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

// hostname is what the machine is called that commands run on
// (BUILDKIT_SANDBOX_HOSTNAME).
func (d *dispatcher) hostname() string {
	return cmp.Or(d.o.BuildArgs["BUILDKIT_SANDBOX_HOSTNAME"], "buildkitsandbox")
}

const resolvFile = "nameserver 127.0.0.11\n"

// hostsFile is /etc/hosts (executor/oci/hosts.go).
func hostsFile(host string) string {
	return "127.0.0.1\tlocalhost " + host + "\n::1\tlocalhost ip6-localhost ip6-loopback\n"
}

// proxies are the variables that build arguments such as HTTP_PROXY, in
// whatever case, become for every command, declared or not; neither history
// nor key knows of them (dockerfile2llb proxyEnvFromBuildArgs,
// solver/llbsolver/ops proxyEnvList).
func (d *dispatcher) proxies() []string {
	var out []string
	names := slices.Sorted(maps.Keys(d.o.BuildArgs))
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"} {
		value := ""
		for _, n := range names {
			if strings.EqualFold(n, name) {
				value = d.o.BuildArgs[n]
			}
		}
		if value != "" {
			out = append(out, name+"="+value, strings.ToLower(name)+"="+value)
		}
	}
	return out
}

// environment joins lists of KEY=VALUE; of several values the last counts, at
// the place of the first.
func environment(lists ...[]string) []string {
	var out []string
	at := map[string]int{}
	for _, kv := range slices.Concat(lists...) {
		k, _, _ := strings.Cut(kv, "=")
		if i, ok := at[k]; ok {
			out[i] = kv
			continue
		}
		at[k] = len(out)
		out = append(out, kv)
	}
	return out
}

// execute runs the command on a copy of the stage's files, with what the
// container runtime adds (executor/runcexecutor): the working directory, /dev,
// /proc and /sys are made and stay; what is mounted, and the mount points made
// for it, are taken away again.
func (d *dispatcher) execute(args []string, env []string, mounts []mount, w *work) error {
	e := d.tree.Edit()
	mounts = append([]mount{
		{Mount: proc.Mount{Path: "/etc/resolv.conf", Node: d.ownFile(vfs.String(resolvFile), 0o644, 0, 0), ReadOnly: true}},
		{Mount: proc.Mount{Path: "/etc/hosts", Node: d.ownFile(vfs.String(hostsFile(d.hostname())), 0o644, 0, 0), ReadOnly: true}},
	}, mounts...)
	missing := stubs(d.tree, mounts)
	who, err := lookupProcess(d.tree, d.config.Config.User)
	if err != nil {
		return err
	}
	dir := cmp.Or(d.config.Config.WorkingDir, "/")
	if _, err := e.Tree().Stat(path.Clean(dir)); err != nil {
		if _, err := e.MkdirAll(dir, 0o755, who.UID, who.GID); err != nil {
			return fmt.Errorf("mkdir %s: %w", dir, reason(err))
		}
	}
	for _, p := range []string{"/proc", "/dev", "/sys"} {
		if _, err := e.MkdirAll(p, 0o755, -1, -1); err != nil {
			return fmt.Errorf("mkdir %s: %w", p, reason(err))
		}
	}
	table := make([]*proc.Mount, len(mounts))
	for i := range mounts {
		table[i] = &mounts[i].Mount
	}
	if !slices.ContainsFunc(env, func(kv string) bool { return strings.HasPrefix(kv, "HOME=") }) {
		env = append(env, "HOME="+who.Home)
	}
	var out []Output
	res, err := shell.Run(d.ctx, e, shell.Config{
		Argv: args, Env: env, Dir: dir, UID: who.UID, GID: who.GID, Groups: who.Groups,
		Hostname: d.hostname(), Epoch: d.o.Epoch, Mounts: table, Limits: d.o.Limits, Seed: d.o.Seed,
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
	w.caches = map[string]*vfs.Node{}
	for _, m := range mounts {
		if m.cache == "" {
			continue
		}
		if w.caches[m.cache], err = kept(m); err != nil {
			return err
		}
	}
	if err := clean(e, missing); err != nil {
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

// ownFile is a file of one's own that is made now, to be mounted.
func (d *dispatcher) ownFile(data *vfs.Blob, mode uint32, uid, gid int) *vfs.Node {
	e := vfs.New(d.tree.Now()).Edit()
	if err := e.WriteFile("/f", data, mode, uid, gid); err != nil {
		panic(err) // an empty tree takes any file
	}
	return e.Tree().Root().Child("f")
}

// ownDir is an empty directory of one's own that is made at a time, to be
// mounted.
func ownDir(now int64, mode uint32, uid, gid int) *vfs.Node {
	e := vfs.New(now).Edit()
	if err := e.Mkdir("/d", mode, uid, gid); err != nil {
		panic(err) // an empty tree takes any directory
	}
	return e.Tree().Root().Child("d")
}
