package container

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	"layerlab.dev/core/account"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// Mount is a file system that lies over a path of the container while its
// command runs: a volume, a bind mount or a tmpfs.
type Mount = proc.Mount

// Process is a command to run in a container.
type Process struct {
	Argv []string
	Env  []string // KEY=VALUE: that of the config; what every container has is added
	// Dir is the working directory; it must be there. User is USER[:GROUP].
	Dir, User string
	Hostname  string
	// Hosts and Resolv are what /etc/hosts and /etc/resolv.conf hold; empty: that
	// of a container without a network.
	Hosts, Resolv string
	// ReadOnly says that the files cannot be changed, but for what is mounted.
	ReadOnly bool
	// Mounts are put over the files in their order; what each holds afterwards
	// is in its field Left.
	Mounts []*Mount
	Stdin  io.Reader // nil: /dev/null
	// Output takes what is written to stdout (1) and stderr (2), in order; the
	// bytes must not be kept.
	Output func(fd int, b []byte)
	// Screen is the terminal that the streams are; nil: they are none.
	Screen *proc.Screen
	// Open says, where the process is followed, that its stdin is what Input
	// events bring.
	Open   bool
	Seed   uint64
	Limits shell.Limits
}

// Exit is what a command came to.
type Exit struct {
	Code   int
	Writes []shell.Write
	Notes  []shell.Note
}

// StartError is why a command could not be started.
type StartError struct {
	Message string // in dockerd's words
	Code    int    // the exit code the container has then
}

func (e *StartError) Error() string { return e.Message }

// HostsFile is the /etc/hosts of a container with more hosts, NAME:ADDRESS each.
func HostsFile(more []string) string {
	text := hostsFile
	for _, h := range more {
		name, address, _ := strings.Cut(h, ":")
		text += address + "\t" + name + "\n"
	}
	return text
}

// ResolvFile is the /etc/resolv.conf of a container; what is empty is that of
// the machine.
func ResolvFile(search, servers, options []string) string {
	if len(search)+len(servers)+len(options) == 0 {
		return resolvFile
	}
	text := ""
	if len(search) > 0 && !(len(search) == 1 && search[0] == ".") {
		text += "search " + strings.Join(search, " ") + "\n"
	}
	if len(servers) == 0 {
		text += resolvFile
	}
	for _, s := range servers {
		text += "nameserver " + s + "\n"
	}
	if len(options) > 0 {
		text += "options " + strings.Join(options, " ") + "\n"
	}
	return text
}

// The files that dockerd mounts into every container without a network.
const (
	hostsFile = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n" +
		"ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
	resolvFile = "nameserver 192.0.2.53\n"
)

// Env is the environment of a container's command but HOME, which the runtime
// adds (daemon/container CreateDaemonEnvironment).
func Env(config []string, hostname string) []string {
	env := []string{"PATH=" + defaultPath, "HOSTNAME=" + hostname}
	for _, kv := range config {
		if k, v, ok := strings.Cut(kv, "="); ok {
			env = SetEnv(env, k, v)
		}
	}
	return env
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Run runs a command on the container's files and returns them as it leaves
// them: what was mounted is gone again, mount points that had to be made stay.
// A status other than 0 is no error. The error is a *StartError, or one of
// package shell, the files being as far as the command came.
func (f Files) Run(ctx context.Context, p Process) (Files, Exit, error) {
	conf, out, err := f.config(p)
	if err != nil {
		return f, Exit{}, err
	}
	e := f.Tree.Edit()
	res, err := shell.Run(ctx, e, conf)
	exit, err := out.end(res, err)
	f.Tree = e.Tree()
	return f, exit, err
}

// config says how the command is run. What it writes goes through the output
// that is returned. The error is a *StartError.
func (f Files) config(p Process) (shell.Config, *startOutput, error) {
	who, err := account.Lookup(f.Tree, p.User)
	if err != nil {
		return shell.Config{}, nil, &StartError{err.Error(), 126}
	}
	// The daemon gives the group itself among the supplementary ones, and the
	// kernel keeps these in order.
	groups := append([]int{who.GID}, who.Groups...)
	slices.Sort(groups)
	env := Env(p.Env, p.Hostname)
	if p.Screen != nil && !hasKey(p.Env, "TERM=") {
		env = slices.Insert(env, 2, "TERM=xterm")
	}
	if !hasKey(env, "HOME=") {
		env = append(env, "HOME="+who.Home)
	}
	mounts := slices.Concat([]*Mount{
		{Path: "/etc/resolv.conf", Node: textNode(cmp.Or(p.Resolv, resolvFile))},
		{Path: "/etc/hostname", Node: textNode(p.Hostname + "\n")},
		{Path: "/etc/hosts", Node: textNode(cmp.Or(p.Hosts, hostsFile))},
	}, p.Mounts)
	// What the runtime says on stderr when it cannot start a command reaches
	// the daemon instead of the container's output.
	out := &startOutput{next: p.Output}
	return shell.Config{
		Argv: p.Argv, Env: env, Dir: cmp.Or(p.Dir, "/"), UID: who.UID, GID: who.GID, Groups: groups, Hostname: p.Hostname,
		Mounts: mounts, Stdin: cmp.Or[io.Reader](p.Stdin, bytes.NewReader(nil)), Output: out.write, Screen: p.Screen, ReadOnly: p.ReadOnly, Docker: true,
		Epoch: f.Tree.Now() / 1e9, Limits: p.Limits, Seed: p.Seed,
	}, out, nil
}

// end turns what a run came to into what the daemon makes of it.
func (o *startOutput) end(res shell.Result, err error) (Exit, error) {
	exit := Exit{Code: res.ExitCode, Writes: res.Writes, Notes: res.Notes}
	if err != nil {
		o.flush()
		return exit, err
	}
	if why, ok := strings.CutPrefix(string(bytes.TrimSuffix(o.held, []byte("\n"))), "runc run failed: unable to start container process: error during container init: "); ok {
		return exit, failed("error during container init: " + why)
	}
	if why := res.NotStarted; why != "" {
		if strings.HasPrefix(why, "exec: ") {
			return exit, failed(why)
		}
		// The runtime had become the container's process already.
		o.held = nil
		o.write(2, []byte(why+"\n"))
		return exit, nil
	}
	o.flush()
	return exit, nil
}

func failed(why string) *StartError {
	return coded("failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: " + why + ": unknown")
}

// execFailed is why a command could not join a container.
func execFailed(why string) *StartError {
	if strings.HasPrefix(why, "Cwd ") {
		return coded("OCI runtime exec failed: exec failed: " + why + ": unknown")
	}
	return coded("OCI runtime exec failed: exec failed: unable to start container process: " + why + ": unknown")
}

// coded gives a message its exit code (daemon/start.go translateContainerdStartErr).
func coded(message string) *StartError {
	// So says the runc that 20.10 has, of a directory as of a file.
	message = strings.Replace(message, ": is a directory: unknown", ": permission denied: unknown", 1)
	if before, after, ok := strings.Cut(message, `exec: "`); ok {
		// Nor does it tell of files on PATH that cannot be executed.
		if name, rest, ok := strings.Cut(after, `": permission denied`); ok && !strings.Contains(name, "/") {
			message = before + `exec: "` + name + `": executable file not found in $PATH` + rest
		}
	}
	e := &StartError{message, 128}
	low := strings.ToLower(e.Message)
	switch {
	case strings.Contains(low, "permission denied"):
		e.Code = 126
	case strings.Contains(low, "executable file not found"), strings.Contains(low, "no such file or directory"):
		e.Code = 127
	}
	return e
}

// startOutput holds back the first piece of stderr while it may be the
// runtime's.
type startOutput struct {
	next  func(fd int, b []byte)
	begun bool
	held  []byte
}

func (o *startOutput) write(fd int, b []byte) {
	if !o.begun {
		o.begun = true
		if fd == 2 && bytes.HasPrefix(b, []byte("runc run failed: ")) {
			o.held = slices.Clone(b)
			return
		}
	}
	o.flush()
	if o.next != nil {
		o.next(fd, b)
	}
}

func (o *startOutput) flush() {
	if o.held != nil && o.next != nil {
		o.next(2, o.held)
	}
	o.held = nil
}

func textNode(s string) *vfs.Node {
	e := vfs.New(0).Edit()
	if err := e.WriteFile("/f", vfs.String(s), 0o644, 0, 0); err != nil {
		panic(err) // an empty tree takes any file
	}
	return e.Tree().Root().Child("f")
}
