package host

import (
	"context"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	containertypes "github.com/docker/docker/api/types/container"

	"layerlab.dev/core/container"
	"layerlab.dev/core/shell/proc"
)

// with changes one container.
func (h *Host) with(name string, do func(c *Change, n *Container) error) error {
	return h.Change(func(c *Change) error {
		n, err := c.Container(name)
		if err != nil {
			return err
		}
		return do(c, n)
	})
}

// ContainerStart starts a container's main process; one that runs stays as it
// is.
func (h *Host) ContainerStart(ctx context.Context, name string, _ types.ContainerStartOptions) error {
	return h.with(name, func(c *Change, n *Container) error {
		switch {
		case n.State.Paused:
			return Errorf(409, "cannot start a paused container, try unpause instead")
		case n.State.Running:
			return nil
		case n.State.Dead:
			return Errorf(409, "container is marked for removal and cannot be started")
		}
		return c.start(ctx, n)
	})
}

// start starts a container; what is known of a failure stays.
func (c *Change) start(ctx context.Context, n *Container) error {
	again := *n
	again.Restarts = 0
	err := c.begin(ctx, &again, c.Now())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		c.Keep()
	}
	return err
}

// deliver sends a signal to a container's main process and waits until it has
// done what it does at once.
func (s *State) deliver(n *Container, sig int) {
	now := s.Now()
	next := *n
	if next.State.Restarting {
		s.halt(&next, now)
		return
	}
	if sig == proc.SIGKILL {
		next.State.Paused = false
		if next.State.Status == "paused" {
			next.State.Status = "running"
		}
	}
	next.run = n.run.with(container.Event{At: now, Signal: sig})
	s.Containers = s.Containers.Set(n.ID, &next)
	if course, err := next.run.course(context.Background()); err == nil {
		s.quiet(course, now)
	}
}

// halt ends a container that waits for its restart.
func (s *State) halt(n *Container, at int64) {
	n.stopped = true
	n.last, n.run = n.run, nil
	n.State.Running, n.State.Restarting, n.State.Status = false, false, "exited"
	s.Containers = s.Containers.Set(n.ID, n)
}

// finish kills a container's main process. It returns the container, nil if it
// is gone with it.
func (s *State) finish(n *Container) *Container {
	by := *n
	by.stopped = true
	s.deliver(&by, proc.SIGKILL)
	after, ok := s.Containers.Get(n.ID)
	if !ok {
		return nil
	}
	if after.State.Running {
		// It could not be followed so far; the kernel ends it all the same.
		own := *after
		s.exit(&own, &container.End{At: s.Clock, Code: 137})
		if after, ok = s.Containers.Get(n.ID); !ok {
			return nil
		}
	}
	return after
}

// stopTime is how long a container is given, in seconds: -1 for as long as it
// takes.
func (c *Container) stopTime(seconds *int) int64 {
	switch {
	case seconds != nil:
		return int64(*seconds)
	case c.Config.StopTimeout != nil:
		return int64(*c.Config.StopTimeout)
	}
	return 10
}

// stop ends a container as docker stop does.
func (s *State) stop(n *Container, seconds *int) {
	sig := proc.SIGTERM
	if n.Config.StopSignal != "" {
		sig = proc.Signal(n.Config.StopSignal)
	}
	id, until := n.ID, s.Clock+n.stopTime(seconds)*int64(time.Second)
	by := *n
	by.stopped = true
	s.logContainer("kill", id, map[string]string{"signal": itoa(sig)})
	if !n.State.Paused {
		s.deliver(&by, sig)
	} else {
		s.Containers = s.Containers.Set(id, &by)
	}
	n, ok := s.Containers.Get(id)
	if ok && n.State.Running {
		end := int64(container.Never)
		if course, err := n.run.course(context.Background()); err == nil && course.End != nil && !n.State.Paused {
			end = course.End.At
		}
		if end <= until || n.stopTime(seconds) < 0 && end != container.Never {
			s.Clock = max(s.Clock, end)
			s.soon(s.Clock)
			s.settle()
		} else {
			s.Clock = max(s.Clock, until)
			s.settle()
			if n, ok = s.Containers.Get(id); ok && n.State.Running {
				s.logContainer("kill", id, map[string]string{"signal": "9"})
				s.finish(n)
			}
		}
	}
	s.logContainer("stop", id, nil)
}

// ContainerStop ends a container's main process: it asks it to end, and kills it
// after some seconds.
func (h *Host) ContainerStop(_ context.Context, name string, seconds *int) error {
	return h.with(name, func(c *Change, n *Container) error {
		if n.State.Running {
			c.stop(n, seconds)
		}
		return nil
	})
}

// ContainerKill sends a signal to a container's main process.
func (h *Host) ContainerKill(_ context.Context, name, signal string) error {
	sig := proc.SIGKILL
	if signal != "" {
		if sig = proc.Signal(signal); sig <= 0 {
			return Errorf(400, "Invalid signal: %s", signal)
		}
	}
	return h.Change(func(c *Change) error {
		n, err := c.Container(name)
		if err != nil {
			return Errorf(404, "Cannot kill container: %s: %s", name, err)
		}
		if !n.State.Running {
			return Errorf(409, "Cannot kill container: %s: Container %s is not running", name, n.ID)
		}
		c.logContainer("kill", n.ID, map[string]string{"signal": itoa(sig)})
		by := *n
		by.stopped = true
		if sig == proc.SIGKILL {
			c.finish(&by)
			return nil
		}
		if n.State.Paused {
			return Errorf(409, "Cannot kill container: %s: Container %s is paused. Unpause the container before stopping or killing", name, n.ID)
		}
		by.stopped = n.stopped || sig == proc.SIGTERM
		c.deliver(&by, sig)
		return nil
	})
}

// ContainerRestart stops a container that runs, and starts it.
func (h *Host) ContainerRestart(ctx context.Context, name string, seconds *int) error {
	return h.with(name, func(c *Change, n *Container) error {
		id := n.ID
		if n.State.Running {
			keep := *n.Host
			keep.AutoRemove = false // it does not go between
			own := *n
			own.Host = &keep
			c.Containers = c.Containers.Set(id, &own)
			c.stop(&own, seconds)
			stopped, ok := c.Containers.Get(id)
			if !ok {
				return nil
			}
			back := *stopped
			back.Host = n.Host
			n = &back
		}
		if err := c.start(ctx, n); err != nil {
			return Errorf(500, "Cannot restart container %s: %s", name, err)
		}
		c.logContainer("restart", id, nil)
		return nil
	})
}

// ContainerPause freezes a container's processes.
func (h *Host) ContainerPause(_ context.Context, name string) error {
	return h.with(name, func(c *Change, n *Container) error {
		switch {
		case !n.State.Running:
			return Errorf(409, "Container %s is not running", n.ID)
		case n.State.Paused:
			return Errorf(409, "Container %s is already paused", n.ID)
		case n.State.Restarting:
			return Errorf(409, "Container %s is restarting, wait until the container is running", n.ID)
		}
		p := *n
		p.State.Paused, p.State.Status = true, "paused"
		c.Containers = c.Containers.Set(n.ID, &p)
		c.logContainer("pause", n.ID, nil)
		return nil
	})
}

// ContainerUnpause lets them go on.
func (h *Host) ContainerUnpause(_ context.Context, name string) error {
	return h.with(name, func(c *Change, n *Container) error {
		if !n.State.Paused {
			return Errorf(500, "Container %s is not paused", n.ID)
		}
		p := *n
		p.State.Paused, p.State.Status = false, "running"
		c.Containers = c.Containers.Set(n.ID, &p)
		c.logContainer("unpause", n.ID, nil)
		c.soon(c.Clock)
		return nil
	})
}

// ContainerRename gives a container another name.
func (h *Host) ContainerRename(_ context.Context, name, to string) error {
	return h.with(name, func(c *Change, n *Container) error {
		plain := strings.TrimPrefix(to, "/")
		switch {
		case name == "" || to == "":
			return Errorf(400, "Neither old nor new names may be empty")
		case plain == n.Name:
			return Errorf(400, "Renaming a container with the same name as its current name")
		case !containerName.MatchString(plain):
			return Errorf(400, "Error when allocating new name: Invalid container name (%s), only %s are allowed", "/"+plain, volumeChars)
		}
		if other, ok := c.ContainerNames.Get(plain); ok {
			return Errorf(409, "Error when allocating new name: %s", nameTaken(plain, other))
		}
		if n.State.Running && n.astray {
			return Errorf(500, "sandbox %s not found", n.sandbox)
		}
		r := *n
		r.Name = plain
		if err := c.PutContainer(&r); err != nil {
			return err
		}
		c.logContainer("rename", n.ID, map[string]string{"oldName": "/" + n.Name})
		return nil
	})
}

// ContainerResize tells a container's terminal its size.
func (h *Host) ContainerResize(name string, o types.ResizeOptions) error {
	return h.with(name, func(c *Change, n *Container) error {
		if !n.State.Running {
			return Errorf(409, "Container %s is not running", n.ID)
		}
		if n.run.process.Screen == nil {
			return nil
		}
		c.resize(n, "", o)
		c.logContainer("resize", n.ID, map[string]string{"height": itoa(int(o.Height)), "width": itoa(int(o.Width))})
		return nil
	})
}

// resize gives a terminal another size. Nothing may have happened on it before
// the client could tell the size it has had all the time.
func (s *State) resize(n *Container, exec string, o types.ResizeOptions) {
	size := &proc.Screen{Cols: int(o.Width), Rows: int(o.Height)}
	r := *n
	r.run = n.run.with(container.Event{At: s.Clock, Size: size, For: exec})
	s.Containers = s.Containers.Set(n.ID, &r)
	s.soon(s.Clock)
}

// WaitLastExit is the condition that a container's last run has ended, whether
// it is to be started again or not.
const WaitLastExit containertypes.WaitCondition = "last-exit"

// ContainerWait waits for a container from now on; wait returns when the condition
// holds. A container that runs without asking anybody is waited for by moving the
// clock, unless it is to be started yet.
func (h *Host) ContainerWait(ctx context.Context, name string, condition containertypes.WaitCondition) (wait func() (containertypes.ContainerWaitOKBody, error), err error) {
	s := h.State()
	c, err := s.Container(name)
	if err != nil {
		e, ok := s.gone.Get(name)
		if !ok {
			return nil, err
		}
		return func() (containertypes.ContainerWaitOKBody, error) {
			return containertypes.ContainerWaitOKBody{StatusCode: int64(e.code)}, nil
		}, nil
	}
	w := &waiting{host: h, id: c.ID, condition: condition}
	// Whoever asks before the start has also those who start it: a client that runs
	// a container in the background goes away without hearing the answer, and the
	// clock must not have moved for it.
	w.bystander = !c.State.Running && condition != containertypes.WaitConditionNotRunning && condition != ""
	if c.last != nil {
		w.past = c.last.began
	}
	return func() (containertypes.ContainerWaitOKBody, error) { return w.run(ctx) }, nil
}

// waiting is somebody who waits for a container.
type waiting struct {
	host      *Host
	id        string
	condition containertypes.WaitCondition
	bystander bool  // others move the clock
	past      int64 // when the last run that had ended began
}

func (w *waiting) run(ctx context.Context) (body containertypes.ContainerWaitOKBody, err error) {
	for {
		s, changed := w.host.look()
		c, ok := s.Containers.Get(w.id)
		if !ok {
			e, _ := s.gone.Get(w.id)
			body.StatusCode = int64(e.code)
			return body, nil
		}
		over := !c.State.Running
		switch w.condition {
		case containertypes.WaitConditionRemoved:
			over = false
		case containertypes.WaitConditionNextExit:
			// It can have started and ended between two looks.
			over = c.last != nil && c.last.began > w.past
		case WaitLastExit:
			over = over || c.State.Restarting
		}
		if over {
			body.StatusCode = int64(c.State.ExitCode)
			return body, nil
		}
		if c.State.Running && !w.bystander && w.host.pass(&s, c) {
			continue
		}
		if c.State.Running && !w.bystander && !c.State.Paused && !c.State.Restarting {
			if course, err := c.run.course(ctx); err == nil && len(course.At(s.Clock).Asking) == 0 {
				if err := endless(w.id, course); err != nil {
					return body, err
				}
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return body, ctx.Err()
		}
	}
}

// pass moves the clock to the next thing that happens in a container that runs
// by itself. It reports false where nothing does.
func (h *Host) pass(s *State, c *Container) bool {
	if c.State.Paused {
		return false
	}
	course, err := c.run.course(context.Background())
	if err != nil {
		return false
	}
	next := course.Next(s.Clock)
	if c.State.Restarting {
		next = c.run.began
	} else if course.End != nil {
		next = course.End.At
	}
	if next == container.Never {
		return false
	}
	return h.advance(next)
}
