package session

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker"
	"layerlab.dev/core/host"
	"layerlab.dev/core/host/containerd"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// running is a command that runs.
type running struct {
	*Session
	ctx     context.Context
	editor  *vfs.Editor
	command Command
	output  func(stream int, data []byte)
	// raw says that docker has set the terminal so that it changes nothing.
	raw bool
}

// docker is the docker command line as a program of the host.
func (r *running) docker(p *proc.Proc) int {
	now := max(p.Machine().Now(), r.host.State().Clock)
	r.host.SetClock(now)
	streams := &streams{p: p, run: r}
	stdin := &stdin{p: p, terminal: r.command.Terminal != nil && !p.IsPipe(0) && !isFile(p, 0)}
	env := docker.Env{
		Engine: attached{containerd.Of(r.host), stdin}, Args: p.Args[1:], Stdin: stdin, Stdout: streams.of(1), Stderr: streams.of(2),
		Environ: func(name string) string { v, _ := p.Getenv(name); return v },
		Files:   files{p, r.editor}, Registry: remote.Manifests(r.Network),
		Now:     func() time.Time { return time.Unix(0, r.host.State().Clock).UTC() },
		Version: string(r.host.State().Engine),
	}
	if t := r.command.Terminal; t != nil {
		env.TTY.Cols, env.TTY.Rows = t.Cols, t.Rows
		env.TTY.In, env.TTY.Out = stdin.terminal, streams.terminal(1)
		env.Raw = func(on bool) { r.raw = on }
	}
	status := docker.Run(r.ctx, env)
	streams.flush()
	if ahead := r.host.State().Clock - r.editor.Tree().Now(); ahead > 0 {
		r.editor.Advance(ahead)
	}
	r.remount()
	return status
}

func isFile(p *proc.Proc, fd int) bool { _, ok := p.IsRegular(fd); return ok }

// streams are where docker writes. What goes to a pipe or a file is kept until
// the command has ended: only the program itself may wait for a reader, and a
// container that writes is another machine.
type streams struct {
	p    *proc.Proc
	run  *running
	kept []chunk
}

type chunk struct {
	fd   int
	data []byte
}

type stream struct {
	*streams
	fd int
}

func (s *streams) of(fd int) io.Writer { return stream{s, fd} }

// terminal reports whether fd is the command's own output.
func (s *streams) terminal(fd int) bool { return s.p.IsTerminal(fd) }

func (w stream) Write(b []byte) (int, error) {
	if w.terminal(w.fd) {
		w.run.output(w.fd, b)
		return len(b), nil
	}
	w.kept = append(w.kept, chunk{w.fd, bytes.Clone(b)})
	return len(b), nil
}

func (s *streams) flush() {
	for _, c := range s.kept {
		if _, err := s.p.WriteFD(c.fd, c.data); err != nil {
			return
		}
	}
}

// stdin reads descriptor 0 when somebody asks.
type stdin struct {
	p        *proc.Proc
	terminal bool
}

func (s *stdin) Read(b []byte) (int, error) {
	n, err := s.p.ReadFD(0, b)
	if n == 0 && err == nil && len(b) > 0 {
		return 0, io.EOF
	}
	return n, err
}

// attached hands a container the whole of a pipe or file at once, for the same
// reason for which streams keeps what is written.
type attached struct {
	host.Engine
	stdin *stdin
}

// Unwrap returns the engine itself, which may do more than every engine does.
func (a attached) Unwrap() host.Engine { return a.Engine }

func (a attached) whole(s host.Streams) (host.Streams, error) {
	if s.Stdin == nil || a.stdin.terminal {
		return s, nil
	}
	data, err := io.ReadAll(s.Stdin)
	s.Stdin = bytes.NewReader(data)
	return s, err
}

func (a attached) ContainerAttach(ctx context.Context, name string, o types.ContainerAttachOptions, s host.Streams) (func() error, error) {
	s, err := a.whole(s)
	if err != nil {
		return nil, err
	}
	return a.Engine.ContainerAttach(ctx, name, o, s)
}

func (a attached) ExecStart(ctx context.Context, id string, check types.ExecStartCheck, s host.Streams) error {
	s, err := a.whole(s)
	if err != nil {
		return err
	}
	return a.Engine.ExecStart(ctx, id, check, s)
}

// files are the host's, as docker sees them.
type files struct {
	p      *proc.Proc
	editor *vfs.Editor
}

func (f files) Dir() string         { return f.p.Dir }
func (f files) Editor() *vfs.Editor { return f.editor }
