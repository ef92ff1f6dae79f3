package host

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/container"
)

func itoa(n int) string { return strconv.Itoa(n) }

// ContainerAttach connects streams to a container's main process.
func (h *Host) ContainerAttach(ctx context.Context, name string, o types.ContainerAttachOptions, streams Streams) (func() error, error) {
	keys, err := detachKeys(o.DetachKeys)
	if err != nil {
		return nil, Errorf(400, "Invalid detach keys (%s) provided", o.DetachKeys)
	}
	var id string
	t := &talk{host: h, streams: streams, keys: keys, out: o.Stdout, err: o.Stderr}
	err = h.with(name, func(c *Change, n *Container) error {
		switch {
		case n.State.Paused:
			return Errorf(409, "container %s is paused, unpause the container before attach", n.ID)
		case n.State.Restarting:
			return Errorf(409, "container %s is restarting, wait until the container is running", n.ID)
		}
		id = n.ID
		if n.run != nil {
			t.began, t.sent = n.run.began, n.logged
		} else if n.last != nil {
			t.after = n.last.began
		}
		if !o.Stdin || !n.Config.OpenStdin {
			t.streams.Stdin = nil
		}
		t.once = n.Config.StdinOnce
		c.logContainer("attach", n.ID, nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.id = id
	if o.Logs {
		if err := h.ContainerLogs(ctx, id, types.ContainerLogsOptions{ShowStdout: o.Stdout, ShowStderr: o.Stderr}, streams); err != nil {
			return nil, err
		}
	}
	if !o.Stream {
		return func() error { return nil }, nil
	}
	return func() error { return t.run(ctx) }, nil
}

// talk is a client at the streams of a process.
type talk struct {
	host     *Host
	id, exec string
	streams  Streams
	keys     []byte
	matched  int // of keys, typed so far
	out, err bool
	once     bool  // the end of the client's input is that of the process's
	after    int64 // the start of the run that was over before; 0: none
	began    int64 // the start of the run that is followed; 0: none yet
	sent     int   // pieces of output that were shown
	reading  chan typed
	lines    []typed // read, and not passed on yet
	last     int64   // when the last of them was passed on
	ended    bool    // the client's input
}

type typed struct {
	data []byte
	err  error
}

// endless is why a client gives up a process that is followed no further: it
// computes without ever waiting, or has waited too often. nil: its course is
// known.
func endless(id string, course *container.Course) error {
	switch {
	case course.End != nil || course.Endless == nil && course.Known == container.Never:
		return nil
	case course.Endless != nil:
		return Errorf(500, "the simulation comes to a limit: container %s computes without end (%s); it runs on, docker kill ends it", short(id), course.Endless)
	}
	return Errorf(500, "the simulation comes to a limit: container %s has no end in sight; it runs on, docker stop ends it", short(id))
}

var errDetached = errors.New("read escape sequence")

// run shows what the process writes and passes on what is typed, until the
// process ends or the client detaches.
func (t *talk) run(ctx context.Context) error {
	for {
		s, changed := t.host.look()
		r, running := s.runOf(t.id, t.after)
		if t.began != 0 && r != nil && r.began != t.began {
			return nil // another run
		}
		var next int64 = container.Never
		if r == nil {
			c, ok := s.Containers.Get(t.id)
			if !ok || c.State.Error != "" && !c.State.Running && c.last == nil && c.run == nil {
				return nil
			}
		} else {
			t.began = r.began
			course, err := r.course(ctx)
			if err != nil {
				return nil // the start says why
			}
			if t.show(course, s.Clock, running) {
				return nil
			}
			c, _ := s.Containers.Get(t.id)
			frozen := c == nil || c.State.Paused
			switch asks := slices.Contains(course.At(s.Clock).Asking, t.exec); {
			case frozen:
			case len(t.lines) > 0 && (asks || s.Clock >= t.last+typing):
				in := t.lines[0]
				t.lines = t.lines[1:]
				if err := t.typed(in); err != nil {
					return err
				}
				continue
			case len(t.lines) > 0:
				next = min(course.Next(s.Clock), t.last+typing)
			case asks && t.streams.Stdin != nil && !t.ended:
				t.read()
			default:
				next = course.Next(s.Clock)
				if end := t.end(course); end != nil {
					next = end.At
				}
				if next == container.Never {
					if err := endless(t.id, course); err != nil {
						return err
					}
				}
			}
		}
		if next != container.Never {
			if t.host.advance(next) {
				continue
			}
		}
		select {
		case in := <-t.reading:
			t.reading = nil
			t.take(in)
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// runOf returns the run of a container, or the one that is over where it began
// after a time.
func (s *State) runOf(id string, after int64) (r *run, running bool) {
	c, ok := s.Containers.Get(id)
	switch {
	case ok && c.run != nil && !c.State.Restarting:
		return c.run, true
	case ok && c.last != nil && c.last.began > after:
		return c.last, false
	case !ok:
		e, _ := s.gone.Get(id)
		return e.run, false
	}
	return nil, false
}

func (t *talk) end(course *container.Course) *container.End {
	if t.exec == "" {
		return course.End
	}
	if o := course.Execs[t.exec]; o != nil {
		return o.End
	}
	return nil
}

// show passes on what was written until now, and reports whether that was all.
func (t *talk) show(course *container.Course, now int64, running bool) (all bool) {
	output := course.Output
	if t.exec != "" {
		output = nil
		if o := course.Execs[t.exec]; o != nil {
			output = o.Output
		}
	}
	end := t.end(course)
	over := !running || end != nil && end.At <= now
	written := len(output)
	if !over && t.exec == "" {
		written = course.At(now).Written
	}
	for ; t.sent < written; t.sent++ {
		c := output[t.sent]
		if !over && t.exec != "" && c.At > course.Next(now) {
			break
		}
		if c.FD == 2 && t.err || c.FD != 2 && (t.out || t.streams.TTY) {
			t.streams.Output(c.FD, c.Data)
		}
	}
	return over
}

// read begins to read what is typed.
func (t *talk) read() {
	if t.reading != nil {
		return
	}
	in := make(chan typed, 1)
	t.reading = in
	from := t.streams.Stdin
	go func() {
		b := make([]byte, 32<<10)
		n, err := from.Read(b)
		in <- typed{b[:n], err}
	}()
}

// typing is how long somebody at a terminal takes for a line, in ns.
const typing = int64(time.Second)

// take splits what was read into lines where it was typed: each reaches the
// process when it asks for one, or some time later, as from a keyboard.
func (t *talk) take(in typed) {
	if !t.streams.TTY {
		t.lines = append(t.lines, in)
		return
	}
	for rest := in.data; len(rest) > 0; {
		// What follows an interrupt is typed when that has come to pass.
		n := bytes.IndexAny(rest, "\n\r\x03\x04\x1c") + 1
		if n == 0 {
			n = len(rest)
		}
		t.lines = append(t.lines, typed{data: rest[:n]})
		rest = rest[n:]
	}
	if in.err != nil {
		t.lines = append(t.lines, typed{err: in.err})
	}
}

// typed passes on what was typed.
func (t *talk) typed(in typed) error {
	data, detached := t.scan(in.data)
	input := &container.Input{Data: data}
	if in.err != nil {
		t.ended = true
		if t.once || t.exec != "" {
			if input.End = true; t.streams.TTY {
				input.Data = append(input.Data, 4) // the terminal is gone: the shell ends
			}
		}
	}
	if len(input.Data) > 0 || input.End {
		err := t.host.with(t.id, func(c *Change, n *Container) error {
			if n.run == nil || n.run.began != t.began {
				return nil
			}
			now := c.Now()
			next := *n
			next.run = n.run.with(container.Event{At: now, Input: input, For: t.exec})
			c.Containers = c.Containers.Set(n.ID, &next)
			if course, err := next.run.course(context.Background()); err == nil {
				c.quiet(course, now)
			}
			t.last = c.Clock
			return nil
		})
		if err != nil && !detached {
			return nil // it is gone
		}
	}
	if detached {
		s := t.host.State()
		if r, running := s.runOf(t.id, t.after); r != nil {
			if course, err := r.course(context.Background()); err == nil {
				t.show(course, s.Clock, running)
			}
		}
		if t.exec != "" {
			_ = t.host.note(t.id, "exec_detach", map[string]string{"execID": t.exec})
		} else {
			_ = t.host.note(t.id, "detach", nil)
		}
		return errDetached
	}
	if in.err != nil && !errors.Is(in.err, io.EOF) {
		return in.err
	}
	return nil
}

func (h *Host) note(id, action string, more map[string]string) error {
	return h.with(id, func(c *Change, n *Container) error {
		c.logContainer(action, n.ID, more)
		return nil
	})
}

// scan takes the keys that detach out of what is typed, as pkg/term's
// escapeProxy does.
func (t *talk) scan(data []byte) (rest []byte, detached bool) {
	if !t.streams.TTY || len(t.keys) == 0 {
		return data, false
	}
	var out bytes.Buffer
	for _, b := range data {
		if b == t.keys[t.matched] {
			if t.matched++; t.matched == len(t.keys) {
				t.matched = 0
				return out.Bytes(), true
			}
			continue
		}
		out.Write(t.keys[:t.matched])
		t.matched = 0
		out.WriteByte(b)
	}
	return out.Bytes(), false
}

// detachKeys reads a list of keys such as ctrl-p,ctrl-q.
func detachKeys(text string) ([]byte, error) {
	if text == "" {
		return []byte{16, 17}, nil
	}
	var keys []byte
	for key := range strings.SplitSeq(text, ",") {
		if len(key) == 1 {
			keys = append(keys, key[0])
			continue
		}
		k, ok := strings.CutPrefix(key, "ctrl-")
		if !ok || len(k) != 1 {
			return nil, errors.New("unknown key")
		}
		switch c := k[0]; {
		case c >= 'a' && c <= 'z':
			keys = append(keys, c-'a'+1)
		case strings.IndexByte(`@[\]^_`, c) >= 0:
			keys = append(keys, c&0x1f)
		default:
			return nil, errors.New("unknown key")
		}
	}
	return keys, nil
}
