package host

import (
	"context"
	"errors"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"

	"layerlab.dev/core/container"
)

// ExecCreate prepares a command to run in a container that runs.
func (h *Host) ExecCreate(name string, config types.ExecConfig) (types.IDResponse, error) {
	var id string
	err := h.with(name, func(c *Change, n *Container) error {
		switch {
		case !n.State.Running:
			return Errorf(409, "Container %s is not running", n.ID)
		case n.State.Paused:
			return Errorf(409, "Container %s is paused, unpause the container before exec", name)
		case n.State.Restarting:
			return Errorf(409, "Container %s is restarting, wait until the container is running", n.ID)
		case len(config.Cmd) == 0:
			return Errorf(400, "No exec command specified")
		}
		if _, err := detachKeys(config.DetachKeys); err != nil {
			return Errorf(400, "Invalid escape keys (%s) provided", config.DetachKeys)
		}
		e := &Exec{ID: c.Random.ID(), Container: n.ID, Config: config, User: config.User}
		if e.User == "" {
			e.User = n.Config.User
		}
		id = e.ID
		c.Execs = c.Execs.Set(id, e)
		next := *n
		next.Execs = append(append([]string{}, n.Execs...), id)
		c.Containers = c.Containers.Set(n.ID, &next)
		c.logContainer("exec_create: "+strings.Join(config.Cmd, " "), n.ID, map[string]string{"execID": id})
		return nil
	})
	return types.IDResponse{ID: id}, err
}

// ExecStart runs what ExecCreate prepared.
func (h *Host) ExecStart(ctx context.Context, id string, check types.ExecStartCheck, streams Streams) error {
	t := &talk{host: h, exec: id, streams: streams, out: true, err: true, once: true}
	var failure *container.StartError
	err := h.Change(func(c *Change) error {
		e, n, err := c.exec(id)
		if err != nil {
			return err
		}
		if e.ExitCode != nil {
			return Errorf(409, "Error: Exec command %s has already run", id)
		}
		if e.started {
			return Errorf(409, "Error: Exec command %s is already running", id)
		}
		t.keys, _ = detachKeys(e.Config.DetachKeys)
		if streams.Detach != "" {
			if t.keys, err = detachKeys(streams.Detach); err != nil {
				return Errorf(400, "Invalid escape keys (%s) provided", streams.Detach)
			}
		}
		now := c.Now()
		env := container.Env(n.Config.Env, n.Config.Hostname)
		if e.Config.Tty {
			env = container.SetEnv(env, "TERM", "xterm")
		}
		for _, kv := range e.Config.Env {
			if k, v, ok := strings.Cut(kv, "="); ok {
				env = container.SetEnv(env, k, v)
			} else {
				env = unset(env, kv)
			}
		}
		dir := e.Config.WorkingDir
		if dir == "" {
			dir = n.Config.WorkingDir
		}
		next := *n
		next.run = n.run.with(container.Event{At: now, Exec: &container.Exec{ID: id, Process: container.Process{
			Argv: e.Config.Cmd, Env: env, Dir: dir, User: e.User, Screen: screen(e.Config.Tty),
			Open: e.Config.AttachStdin || e.Config.Tty,
		}}})
		course, err := next.run.course(ctx)
		if err != nil {
			return &Error{500, err.Error()}
		}
		o := course.Execs[id]
		if o == nil {
			return Errorf(500, "container %s computes without end: a command can join it once it waits", n.ID)
		}
		running := *e
		running.started, running.Running = true, true
		running.Pid = 1000 + c.Random.Below(30000)
		c.Execs = c.Execs.Set(id, &running)
		c.Containers = c.Containers.Set(n.ID, &next)
		c.Log(events.ContainerEventType, "exec_start: "+strings.Join(e.Config.Cmd, " "), n.ID, n.attributes(map[string]string{"execID": id}))
		if o.End != nil {
			errors.As(o.End.Err, &failure)
		}
		c.quiet(course, now)
		if at, ok := c.Containers.Get(n.ID); ok && at.run != nil && e.Config.Tty && streams.Cols > 0 {
			c.resize(at, id, types.ResizeOptions{Width: uint(streams.Cols), Height: uint(streams.Rows)})
		}
		if !e.Config.AttachStdin {
			t.streams.Stdin = nil
		}
		t.id, t.began = n.ID, next.run.began
		if e.Config.Tty {
			t.streams.TTY = true
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case failure != nil && check.Detach:
		return Errorf(400, "%s", failure.Message)
	case failure != nil:
		streams.Output(1, []byte(failure.Message+"\r\n"))
		return nil
	case check.Detach:
		return nil
	}
	err = t.run(ctx)
	if errors.Is(err, errDetached) {
		return nil
	}
	return err
}

func unset(env []string, key string) []string {
	kept := env[:0]
	for _, kv := range env {
		if k, _, _ := strings.Cut(kv, "="); k != key {
			kept = append(kept, kv)
		}
	}
	return kept
}

// exec returns an Exec with its container, which must run.
func (s *State) exec(id string) (*Exec, *Container, error) {
	e, ok := s.Execs.Get(id)
	if !ok {
		var found *Exec
		for _, x := range s.Execs.WithPrefix(id) {
			if found != nil || id == "" {
				found = nil
				break
			}
			found = x
		}
		if e = found; e == nil {
			return nil, nil, Errorf(404, "No such exec instance: %s", id)
		}
	}
	n, ok := s.Containers.Get(e.Container)
	switch {
	case !ok:
		return nil, nil, Errorf(404, "No such container: %s", e.Container)
	case !n.State.Running:
		return nil, nil, Errorf(409, "Container %s is not running", n.ID)
	case n.State.Paused:
		return nil, nil, Errorf(409, "Container %s is paused, unpause the container before exec", n.ID)
	case n.State.Restarting:
		return nil, nil, Errorf(409, "Container %s is restarting, wait until the container is running", n.ID)
	}
	return e, n, nil
}

// ExecInspect returns what is known of an Exec.
func (h *Host) ExecInspect(id string) (types.ContainerExecInspect, error) {
	s := h.State()
	e, ok := s.Execs.Get(id)
	if !ok {
		return types.ContainerExecInspect{}, Errorf(404, "No such exec instance: %s", id)
	}
	i := types.ContainerExecInspect{ExecID: e.ID, ContainerID: e.Container, Running: e.Running, Pid: e.Pid}
	if e.ExitCode != nil {
		i.ExitCode = *e.ExitCode
	}
	return i, nil
}

// ExecResize tells an Exec's terminal its size.
func (h *Host) ExecResize(id string, o types.ResizeOptions) error {
	return h.Change(func(c *Change) error {
		_, n, err := c.exec(id)
		if err != nil {
			return err
		}
		c.resize(n, id, o)
		return nil
	})
}
