package host

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/benbjohnson/immutable"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/mount"

	"layerlab.dev/core/container"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// run is one run of a container's main process, from a start to its end. It is a
// value: what came from outside is in its events, and what it does follows from
// them.
type run struct {
	files   container.Files
	process container.Process
	began   int64
	events  []container.Event
	// mounts says what the process's mounts are.
	mounts []mounted
	known  *knowledge
}

// ended is what is left of a container that removed itself.
type ended struct {
	code int
	run  *run
}

// mounted is what one of a process's mounts shows: a volume, or a file or
// directory of the client's.
type mounted struct {
	volume, bind, at string
	readOnly         bool
	was              *vfs.Node
}

// knowledge is what has been found out of a run.
type knowledge struct {
	mutex  sync.Mutex
	course *container.Course
	err    error
}

// course returns what the run does.
func (r *run) course(ctx context.Context) (*container.Course, error) {
	r.known.mutex.Lock()
	defer r.known.mutex.Unlock()
	if r.known.course == nil && r.known.err == nil {
		course, err := r.files.Follow(ctx, r.process, container.Recorded(r.events), nil)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.known.course, r.known.err = course, err
	}
	return r.known.course, r.known.err
}

// with returns the run with one more event.
func (r *run) with(e container.Event) *run {
	n := *r
	n.events = append(slices.Clip(n.events), e)
	n.known = &knowledge{}
	r.known.mutex.Lock()
	defer r.known.mutex.Unlock()
	if c := r.known.course; c != nil && c.Endless != nil && e.Exec == nil {
		// It computes and looks at nothing, but one signal ends it.
		same := *c
		if same.End == nil && e.Signal == proc.SIGKILL {
			same.End = &container.End{At: e.At, Code: 137}
		}
		n.known.course = &same
	}
	return &n
}

// settle brings the containers that run up to the clock.
func (s *State) settle() {
	for s.due != 0 && s.Clock >= s.due {
		s.due = 0
		for id := range s.Containers.All() {
			// What happened to one can have happened to others.
			if c, ok := s.Containers.Get(id); ok && c.run != nil {
				s.bring(c)
			}
		}
	}
}

// soon notes that something happens at a time.
func (s *State) soon(at int64) {
	if at != container.Never && (s.due == 0 || at < s.due) {
		s.due = at
	}
}

// bring brings one container up to the clock.
func (s *State) bring(old *Container) {
	course, err := old.run.course(context.Background())
	if err != nil || old.State.Paused {
		return
	}
	if old.State.Restarting {
		if at := old.run.began; s.Clock >= at {
			again := *old
			_ = s.begin(context.Background(), &again, at) // why it did not start is kept with it
		} else {
			s.soon(at)
		}
		return
	}
	c := *old
	s.show(&c, course, s.Clock)
	if end := course.End; end != nil && end.At <= s.Clock {
		s.exit(&c, end)
		return
	}
	s.soon(course.Next(s.Clock))
	s.Containers = s.Containers.Set(c.ID, &c)
}

// show takes over how a container is at a time.
func (s *State) show(c *Container, course *container.Course, now int64) {
	if len(course.Points) == 0 {
		return
	}
	p := course.At(now)
	written, over := p.Written, false
	if course.End != nil && course.End.At <= now {
		written, over = len(course.Output), true
		now = course.End.At
	}
	c.Tree = p.Tree
	if c.Host.LogConfig.Type != "none" {
		c.record(course.Output[min(c.logged, written):written], over, now)
	}
	c.logged = max(c.logged, written)
	for i, m := range c.run.mounts {
		if i < len(p.Held) && p.Held[i] != nil && !m.readOnly {
			s.kept(c, m, p.Held[i])
		}
	}
	for id, o := range course.Execs {
		e, ok := s.Execs.Get(id)
		if !ok || !e.Running || o.End == nil || o.End.At > now {
			continue
		}
		done := *e
		code := o.End.Code
		done.Running, done.ExitCode, done.Pid = false, &code, 0
		s.Execs = s.Execs.Set(id, &done)
		c.Execs = slices.DeleteFunc(slices.Clone(c.Execs), func(x string) bool { return x == id })
		s.Log(events.ContainerEventType, "exec_die", c.ID, c.attributes(map[string]string{"execID": id, "exitCode": strconv.Itoa(code)}))
	}
}

// record adds output to the log, line by line as the json-file driver's copier
// does: a line is there when it has ended. over says that all lines have.
func (c *Container) record(chunks []container.Chunk, over bool, now int64) {
	if c.Log == nil {
		c.Log = immutable.NewList[LogLine]()
	}
	names := [2]string{"stdout", "stderr"}
	for _, chunk := range chunks {
		n := max(0, min(chunk.FD-1, 1))
		text := c.begun[n] + string(chunk.Data)
		for {
			end := strings.IndexByte(text, '\n') + 1
			if end == 0 && len(text) >= maxLogLine || end > maxLogLine {
				end = maxLogLine
			}
			if end == 0 {
				break
			}
			c.Log = c.Log.Append(LogLine{Stream: names[n], Text: text[:end], Time: time.Unix(0, chunk.At).UTC()})
			text = text[end:]
		}
		c.begun[n] = text
	}
	for n, text := range c.begun {
		if over && text != "" {
			c.Log = c.Log.Append(LogLine{Stream: names[n], Text: text, Time: time.Unix(0, now).UTC()})
			c.begun[n] = ""
		}
	}
}

// maxLogLine is where the daemon cuts a line, in bytes.
const maxLogLine = 16 << 10

// exit ends a container's run.
func (s *State) exit(c *Container, end *container.End) {
	restarts := c.restarts(end.Code)
	c.last, c.run, c.logged = c.run, nil, 0
	st := &c.State
	st.Running, st.Paused, st.Restarting, st.Pid = false, false, false, 0
	st.Status, st.ExitCode, st.FinishedAt = "exited", end.Code, stamp(time.Unix(0, end.At))
	for _, id := range c.Execs {
		if e, ok := s.Execs.Get(id); ok && e.Running {
			done, code := *e, 137
			done.Running, done.ExitCode, done.Pid = false, &code, 0
			s.Execs = s.Execs.Set(id, &done)
		}
	}
	c.Execs = nil
	s.Containers = s.Containers.Set(c.ID, c)
	s.logContainer("die", c.ID, map[string]string{"exitCode": strconv.Itoa(end.Code)})
	if c.Host.AutoRemove {
		s.gone = s.gone.Set(c.ID, ended{end.Code, c.last})
		s.dispose(c, true)
		return
	}
	if restarts {
		s.again(c, end)
	}
}

// restarts says whether the container's policy starts it again.
func (c *Container) restarts(code int) bool {
	p := c.Host.RestartPolicy
	switch {
	case c.stopped:
		return false
	case p.IsAlways(), p.IsUnlessStopped():
		return true
	case p.IsOnFailure():
		return code != 0 && (p.MaximumRetryCount == 0 || c.Restarts < p.MaximumRetryCount)
	}
	return false
}

// The waits between restarts (restartmanager): the first, and the longest.
const (
	firstRestart = int64(100 * time.Millisecond)
	lastRestart  = int64(time.Minute)
)

// again starts a container whose policy asks for it, when the wait is over.
func (s *State) again(c *Container, end *container.End) {
	wait := firstRestart
	for range c.Restarts {
		wait = min(wait*2, lastRestart)
	}
	at := end.At + wait
	if s.Clock-at > 10*lastRestart {
		at = s.Clock - lastRestart // nobody looked for long: what it did meanwhile is not followed
	}
	next := *c
	next.Restarts++
	next.State.Running, next.State.Restarting, next.State.Status = true, true, "restarting"
	next.run = &run{files: container.Files{Lower: c.Lower, Tree: c.Tree}, began: at, known: &knowledge{course: &container.Course{
		Points: []container.Point{{From: end.At, Tree: c.Tree}}, End: nil, Known: container.Never,
	}}}
	s.Containers = s.Containers.Set(c.ID, &next)
	s.soon(at)
}

// dispose takes a container away, with its anonymous volumes where volumes says
// so.
func (s *State) dispose(c *Container, volumes bool) {
	s.DropContainer(c.ID)
	if volumes {
		for _, m := range c.Mounts {
			if v, ok := s.Volumes.Get(m.Name); ok && m.Type == mount.TypeVolume && v.Anonymous && len(s.VolumeUsers(m.Name)) == 0 {
				_ = s.RemoveVolume(m.Name) // nobody uses it
			}
		}
	}
	s.Log(events.ContainerEventType, "destroy", c.ID, c.attributes(nil))
}

// begin starts a container's main process at a time. The error is an *Error; the
// container tells then why it did not start.
func (s *State) begin(ctx context.Context, c *Container, at int64) error {
	r, err := s.prepare(c, at)
	var course *container.Course
	if err == nil {
		course, err = r.course(ctx)
	}
	if err != nil {
		return s.notStarted(c, err)
	}
	s.started(c, r, at)
	s.quiet(course, at)
	return nil
}

// quiet moves the clock to where all processes wait, after what came at a time:
// what they do until then takes no time that anybody could see.
func (s *State) quiet(course *container.Course, at int64) {
	if n := len(course.Points); n > 0 {
		p := course.At(at)
		if end := course.End; end != nil && p.From == course.Points[n-1].From {
			s.Clock = max(s.Clock, end.At)
		} else if p.From <= at {
			s.Clock = max(s.Clock, p.Tree.Now())
		}
	}
	s.soon(s.Clock)
	s.settle()
}

// started notes that the main process runs.
func (s *State) started(c *Container, r *run, at int64) {
	n := *c
	n.run, n.logged, n.stopped = r, 0, false
	if n.astray = n.Config.NetworkDisabled && n.sandbox != ""; !n.astray {
		n.sandbox = s.Random.ID()
	}
	st := &n.State
	st.Status, st.Running, st.Restarting, st.Paused = "running", true, false, false
	st.StartedAt, st.Error, st.ExitCode = stamp(time.Unix(0, at)), "", 0
	st.Pid = 1000 + s.Random.Below(30000)
	s.unplug(&n)
	s.Containers = s.Containers.Set(n.ID, &n)
	*c = n
	s.logContainer("start", n.ID, nil)
}

// unplug notes that the default network is not there.
func (s *State) unplug(c *Container) {
	if c.unconnected(s) && !c.Config.NetworkDisabled {
		c.Config = container.Clone(c.Config)
		c.Config.NetworkDisabled = true
	}
}

// unconnected says that the container wants the default network, and that there
// is none.
func (c *Container) unconnected(s *State) bool {
	return !s.Settings.Bridge && (c.Host.NetworkMode.IsDefault() || c.Host.NetworkMode.IsBridge())
}

// notStarted notes why a container did not start.
func (s *State) notStarted(old *Container, err error) error {
	c := *old
	status, code, text := 400, 128, err.Error()
	if e, ok := err.(*container.StartError); ok {
		code = e.Code
		s.unplug(&c) // that much had been done
		c.sandbox = s.Random.ID()
	}
	if e, ok := err.(*Error); ok {
		status = e.Status
	}
	c.run = nil
	c.State.Error, c.State.ExitCode = text, code
	c.State.Running, c.State.Restarting, c.State.Pid = false, false, 0
	if c.State.Status == "restarting" || c.State.Status == "running" {
		c.State.Status = "exited"
	}
	s.Containers = s.Containers.Set(c.ID, &c)
	if c.Host.AutoRemove {
		s.gone = s.gone.Set(c.ID, ended{code, nil})
		s.dispose(&c, true)
	}
	return &Error{status, text}
}

// logContainer notes an event of a container.
func (s *State) logContainer(action, id string, more map[string]string) {
	if c, ok := s.Containers.Get(id); ok {
		s.Log(events.ContainerEventType, action, id, c.attributes(more))
	}
}

// maxSteps is how long a main process is followed that never waits.
const maxSteps = 20_000_000

// prepare makes the run of a container that begins at a time.
func (s *State) prepare(c *Container, at int64) (*run, error) {
	p := container.Process{
		Argv: append([]string{c.Path}, c.Args...), Env: c.Config.Env, Dir: c.Config.WorkingDir, User: c.Config.User,
		Hostname: c.Config.Hostname, Open: c.Config.OpenStdin || c.Config.Tty, Screen: screen(c.Config.Tty), ReadOnly: c.Host.ReadonlyRootfs,
		Seed: s.Random.Seed ^ uint64(s.Random.Below(1<<30)), Limits: shell.Limits{Steps: maxSteps},
	}
	p.Hosts = container.HostsFile(c.Host.ExtraHosts)
	p.Resolv = container.ResolvFile(c.Host.DNSSearch, c.Host.DNS, c.Host.DNSOptions)
	if m := c.Host.NetworkMode; m.IsContainer() {
		if _, err := s.Container(m.ConnectedContainer()); err != nil {
			return nil, err
		}
	}
	if m := c.Host.IpcMode; !m.Valid() || m.IsContainer() {
		if name := m.Container(); name == "" {
			return nil, Errorf(400, "Invalid IPC mode: %s", m)
		} else if _, err := s.Container(name); err != nil {
			return nil, err
		}
	}
	r := &run{files: container.Files{Lower: c.Lower, Tree: c.Tree.At(max(at, c.Tree.Now()))}, began: at, known: &knowledge{}}
	var err error
	if p.Mounts, r.mounts, err = s.processMounts(c); err != nil {
		return nil, err
	}
	for name := range c.Networks {
		if _, err := s.Network(name); err != nil && !c.unconnected(s) {
			return nil, Errorf(404, "network %s not found", name)
		}
	}
	r.process = p
	return r, nil
}
