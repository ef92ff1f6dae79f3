package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"layerlab.dev/core/curl"
	"layerlab.dev/core/host"
	"layerlab.dev/core/host/disk"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// Session is a terminal on a host: commands run one after the other, each on
// what the one before has left.
type Session struct {
	host *host.Host
	net  *host.Net
	tree vfs.Tree // the host's files; what the daemon keeps is computed
	dir  string
	env  []string

	shown host.State // whose disk is mounted while a command runs
	disk  *vfs.Node
	err   error // of a program of the session, which ends the command

	editor *vfs.Editor // of tree, while a command runs
}

// Snapshot is all that a session is at one moment.
type Snapshot struct {
	Tree    vfs.Tree
	State   host.State
	Network remote.Network
	Dir     string
}

// New returns a session on h as somebody has it who logs in: root, in /root, with
// a tree made by Root.
func New(h *host.Host, net *host.Net, tree vfs.Tree) *Session {
	s := &Session{host: h, net: net, tree: tree, dir: "/root", env: []string{
		"HOME=/root", "LANG=C.UTF-8", "LOGNAME=root", "PATH=" + proc.DefaultPath, "SHELL=/bin/bash", "TERM=xterm", "TZ=UTC", "USER=root"}}
	h.SetFiles(host.Files{Get: s.files, Put: s.replace})
	return s
}

// files are the host's files as they are now, for bind mounts.
func (s *Session) files() vfs.Tree {
	if s.editor != nil {
		return s.editor.Tree()
	}
	return s.tree
}

// replace puts what a container left in a bind mount in its place. What cannot
// be written is lost to the host, as on a full disk.
func (s *Session) replace(at string, n *vfs.Node) {
	if s.editor != nil {
		_ = s.editor.Replace(at, n)
		return
	}
	_ = s.Edit(func(e *vfs.Editor) error { return e.Replace(at, n) })
}

// Host returns the host that the session is on.
func (s *Session) Host() *host.Host { return s.host }

// Network returns the registries that the host reaches.
func (s *Session) Network() remote.Network { return s.net.Network() }

// Snapshot returns what the session is now.
func (s *Session) Snapshot() Snapshot {
	return Snapshot{Tree: s.tree, State: s.host.State(), Network: s.Network(), Dir: s.dir}
}

// Restore puts the session back to what it was.
func (s *Session) Restore(to Snapshot) {
	s.tree, s.dir = to.Tree, to.Dir
	s.host.SetState(to.State)
	s.net.Set(to.Network)
}

// Tree returns the host's files, with those of the daemon in /var/lib/docker.
func (s *Session) Tree() (vfs.Tree, error) {
	e := s.tree.EditWhole()
	if _, err := e.Mount(dockerRoot, disk.Root(s.host.State())); err != nil {
		return vfs.Tree{}, fmt.Errorf("files of the host: %w", err)
	}
	return e.Tree(), nil
}

// Edit changes the host's files, as somebody with an editor does.
func (s *Session) Edit(do func(*vfs.Editor) error) error {
	e := s.tree.At(max(s.tree.Now(), s.host.State().Clock)).EditWhole()
	if err := do(e); err != nil {
		return err
	}
	s.tree = e.Tree()
	return nil
}

// Dir returns the working directory, and Chdir changes it; the directory must
// exist.
func (s *Session) Dir() string { return s.dir }

// Chdir changes the working directory.
func (s *Session) Chdir(dir string) error {
	tree, err := s.Tree()
	if err != nil {
		return err
	}
	if n, err := tree.Stat(dir); err != nil {
		return err
	} else if !n.IsDir() {
		return fmt.Errorf("%s: %w", dir, vfs.ENOTDIR)
	}
	s.dir = dir
	return nil
}

// Terminal is the screen a command writes to.
type Terminal struct{ Cols, Rows int }

// Command is a line for the shell.
type Command struct {
	Text  string
	Env   []string // KEY=VALUE, beside the session's own
	Stdin io.Reader
	// Output takes what is written to stdout (1) and stderr (2), in order; on a
	// terminal both are 1. data must not be kept.
	Output func(stream int, data []byte)
	// Terminal is the screen, nil where streams are files or pipes.
	Terminal *Terminal
	Limits   shell.Limits
}

// Run has bash run a command. What the host was before is kept where the command
// is stopped or comes to a limit of the simulation, which is an error; an exit
// status is none.
func (s *Session) Run(ctx context.Context, c Command) (status int, err error) {
	before := s.Snapshot()
	defer func() {
		if err != nil {
			s.Restore(before)
		}
	}()
	now := max(s.tree.Now(), before.State.Clock)
	s.host.SetClock(now)
	e := s.tree.At(now).EditWhole()
	s.shown, s.err = s.host.State(), nil
	s.disk = disk.Root(s.shown)
	under, err := e.Mount(dockerRoot, s.disk)
	if err != nil {
		return 0, fmt.Errorf("files of the daemon: %w", err)
	}
	s.editor = e
	defer func() { s.editor = nil }()
	run := &running{Session: s, ctx: ctx, editor: e, command: c}
	output := c.Output
	if output == nil {
		output = func(int, []byte) {}
	}
	run.output = output
	if c.Terminal != nil {
		run.output = func(_ int, data []byte) {
			if !run.raw {
				data = carriageReturns(data)
			}
			output(1, data)
		}
	}
	var screen *proc.Screen
	if t := c.Terminal; t != nil {
		screen = &proc.Screen{Cols: t.Cols, Rows: t.Rows}
	}
	stdin := c.Stdin
	if screen != nil && stdin != nil {
		stdin = &echo{stdin, func() bool { return run.raw || screen.Raw }, run.output}
	}
	result, err := shell.Run(ctx, e, shell.Config{
		Argv: []string{"bash", "-c", c.Text}, Env: append(slices.Clone(s.env), c.Env...), Dir: s.dir, Hostname: Hostname,
		Stdin: stdin, Output: run.output, Seed: before.State.Random.Seed + before.State.Random.Serial, Epoch: now / 1e9, Limits: c.Limits, Screen: screen,
		Programs: map[string]func(*proc.Proc) int{"/usr/bin/docker": run.docker, "/usr/bin/curl": curl.Program(s.net), "/usr/bin/jq": jq},
	})
	if s.err != nil {
		return 0, s.err
	}
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		// docker and the shell may both have come to an end because of it.
		return 0, err
	}
	if err := s.edited(e); err != nil {
		return 0, err
	}
	if _, err := e.Mount(dockerRoot, under); err != nil {
		return 0, fmt.Errorf("files of the daemon: %w", err)
	}
	s.tree = e.Tree()
	s.host.SetClock(max(s.tree.Now(), s.host.State().Clock))
	return result.ExitCode, nil
}

// edited tells the host which of its files somebody changed with other programs
// than docker.
func (s *Session) edited(e *vfs.Editor) error {
	now, err := e.Tree().Stat(dockerRoot)
	if err != nil {
		return errors.New("/var/lib/docker was removed: the daemon has lost its files; take the command back")
	}
	if now == s.disk {
		return nil
	}
	state, err := disk.Edited(s.shown, s.disk, now)
	if err != nil {
		return err
	}
	s.host.SetState(state)
	return nil
}

// remount shows the disk as the present State has it.
func (r *running) remount() {
	state := r.host.State()
	if now, err := r.editor.Tree().Lstat(dockerRoot); err == nil && now == r.disk {
		r.shown, r.disk = state, disk.Root(state)
		if _, err := r.editor.Mount(dockerRoot, r.disk); err != nil {
			r.err = fmt.Errorf("files of the daemon: %w", err)
		}
	}
}

// echo shows what is typed, as a terminal does that no program has set otherwise.
type echo struct {
	from   io.Reader
	raw    func() bool
	output func(stream int, data []byte)
}

func (e *echo) Read(b []byte) (int, error) {
	n, err := e.from.Read(b)
	if n > 0 && !e.raw() {
		e.output(1, b[:n])
	}
	return n, err
}

// carriageReturns is what a terminal makes of line feeds.
func carriageReturns(data []byte) []byte {
	if !strings.Contains(string(data), "\n") {
		return data
	}
	out := make([]byte, 0, len(data)+16)
	for _, b := range data {
		if b == '\n' {
			out = append(out, '\r')
		}
		out = append(out, b)
	}
	return out
}
