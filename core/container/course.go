package container

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"layerlab.dev/core/account"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// Event is something that comes to a running container from outside, at a time
// in ns. One of the other fields is set.
type Event struct {
	At     int64
	Exec   *Exec
	Signal int    // to process 1
	Input  *Input // to a process's stdin
	// Edit changes the files, as copying into the container does.
	Edit func(*vfs.Editor) error
	// Size is that of the terminal of the process that For names.
	Size *proc.Screen
	For  string
}

// Exec is a command that joins a container. ID tells it from others; of Process
// all counts but what the container has as a whole.
type Exec struct {
	ID      string
	Process Process
}

// Input is what comes to stdin, and whether it ends then.
type Input struct {
	Data []byte
	End  bool
}

// Course is what a container does from its start on: it follows from its files,
// its command and the events alone.
type Course struct {
	Points []Point // by time; the first is that of the start
	Output []Chunk // what the main process wrote
	Execs  map[string]*Outcome
	// End is how the main process ended, nil if it runs on.
	End *End
	// Known is until when the course is known; Never means that nothing happens
	// any more unless an event comes.
	Known int64
	// Endless is why it is not known any further: the process computes without
	// ever waiting. nil otherwise.
	Endless error
}

// Point is how a container is from a time on, until the next point.
type Point struct {
	From int64
	Tree vfs.Tree
	Held []*vfs.Node // what each of the process's mounts holds
	// Written is how many pieces of the output there are.
	Written int
	// Asking are the processes that wait for input: "" the main one, others by
	// the id of their Exec.
	Asking    []string
	Processes []Running
}

// Running is a process of a container.
type Running struct {
	PID, PPID, UID int
	Args           []string
}

// Chunk is a piece of output to stdout (1) or stderr (2).
type Chunk struct {
	FD   int
	Data []byte
	At   int64
}

// Outcome is what came of an Exec.
type Outcome struct {
	Output []Chunk
	End    *End // nil while it runs
}

// End is how a process ended. Err is a *StartError where it never ran, or an
// error of package shell.
type End struct {
	At   int64
	Code int
	Err  error
}

// Never is a time that does not come.
const Never = proc.Never

// Script says what a course does when all processes wait, the clock being about
// to move from now to wake: an event comes first, or the time passes, or the
// course is left there.
type Script func(c *Course, now, wake int64) (e *Event, pass bool)

// maxPoints is how often processes may wait after an event until nobody follows
// them any longer.
const maxPoints = 2000

// Recorded is a script of events, by time: the course is followed to its end, or
// as far as anyone wants to know.
func Recorded(events []Event) Script {
	left := maxPoints
	return func(c *Course, now, wake int64) (*Event, bool) {
		if len(events) > 0 && (events[0].At < wake || left <= 0) {
			e := events[0]
			events, left = events[1:], maxPoints
			return &e, false
		}
		switch {
		case wake == Never:
			c.Known = Never
			return nil, false
		case left <= 0:
			c.Known = now
			return nil, false
		}
		left--
		return nil, true
	}
}

// Follow starts a command at the time of the files' clock and follows it as
// script says. watch, if not nil, is told of output as it comes: exec is empty
// for the main process. The error is a *StartError, or the context's.
func (f Files) Follow(ctx context.Context, p Process, script Script, watch func(exec string, c Chunk)) (*Course, error) {
	x := &follower{Course: &Course{Execs: map[string]*Outcome{}}, process: p, script: script, watch: watch, inputs: map[string]*feed{}}
	x.since = f.Tree.Now()
	e := f.Tree.EditOver(f.Lower)
	mounts := make([]*Mount, len(p.Mounts))
	for i, m := range p.Mounts {
		own := *m
		own.Left = nil
		mounts[i] = &own
	}
	p.Mounts = mounts
	p.Screen = own(p.Screen)
	x.process = p
	out := x.output("", p.Screen, func(c Chunk) { x.Output = append(x.Output, c) })
	p.Output = out
	if p.Open {
		x.inputs[""] = newFeed(p.Screen, x, out)
		p.Stdin = x.inputs[""]
	}
	conf, held, err := f.config(p)
	if err != nil {
		return nil, err
	}
	x.mounts = len(conf.Mounts) - len(mounts)
	conf.Begin = func(m *proc.Machine) { x.m = m }
	conf.Passing = x.passing
	res, err := shell.Run(ctx, e, conf)
	exit, err := held.end(res, err)
	var stop *proc.StopError
	var limit *shell.LimitError
	switch {
	case errors.As(err, &stop):
		return x.Course, nil
	case errors.As(err, &limit):
		x.Endless, x.Known = err, Never
		x.point(e.Tree(), left(mounts))
		return x.Course, nil
	case ctx.Err() != nil:
		return nil, err
	}
	var start *StartError
	if errors.As(err, &start) {
		return nil, err
	}
	at := max(e.Tree().Now(), x.since)
	if err != nil {
		// What cannot be interpreted, or has no content here, says so itself.
		exit.Code = 126
		var cannot *shell.UnsupportedError
		if errors.As(err, &cannot) && cannot.ExitCode != 0 {
			exit.Code = cannot.ExitCode
		}
		out(2, []byte("layerlab: "+err.Error()+"\n"))
	}
	x.End = &End{At: at, Code: exit.Code, Err: err}
	x.Known = Never
	x.point(e.Tree(), left(mounts))
	for _, o := range x.Execs {
		if o.End == nil {
			o.End = &End{At: at, Code: 137}
		}
	}
	return x.Course, nil
}

// own gives a run a terminal of its own.
func own(s *proc.Screen) *proc.Screen {
	if s == nil {
		return nil
	}
	c := *s
	return &c
}

func left(mounts []*Mount) []*vfs.Node {
	nodes := make([]*vfs.Node, len(mounts))
	for i, m := range mounts {
		nodes[i] = m.Left
	}
	return nodes
}

// follower makes a course.
type follower struct {
	*Course
	process Process
	script  Script
	watch   func(string, Chunk)
	m       *proc.Machine
	mounts  int // of those that every container has
	since   int64
	inputs  map[string]*feed
}

func (x *follower) point(t vfs.Tree, held []*vfs.Node) {
	p := Point{From: x.since, Tree: t, Held: held, Written: len(x.Output)}
	for _, id := range slices.Sorted(maps.Keys(x.inputs)) {
		if x.inputs[id].asked {
			p.Asking = append(p.Asking, id)
		}
	}
	for _, r := range x.m.Processes() {
		p.Processes = append(p.Processes, Running{r.PID, r.PPID, r.UID, slices.Clone(r.Args)})
	}
	if n := len(x.Points); n > 0 && x.Points[n-1].From == x.since {
		x.Points[n-1] = p
		return
	}
	x.Points = append(x.Points, p)
}

// passing is called when all processes wait.
func (x *follower) passing(now, wake int64) bool {
	for {
		tree, held := x.m.Outside()
		x.point(tree, held[x.mounts:])
		e, pass := x.script(x.Course, now, wake)
		for _, in := range x.inputs {
			in.asked = in.asked && e != nil
		}
		if e == nil {
			x.since = wake
			return pass
		}
		x.m.Editor.Advance(e.At - now)
		x.since = max(now, e.At)
		x.apply(*e)
		if x.m.Ready() {
			for _, in := range x.inputs {
				in.asked = false
			}
			return true
		}
		now = x.since
	}
}

func (x *follower) apply(e Event) {
	switch {
	case e.Exec != nil:
		x.enter(e.Exec)
	case e.Signal != 0:
		x.m.Send(1, e.Signal)
	case e.Input != nil:
		if in := x.inputs[e.For]; in != nil {
			in.put(*e.Input)
		}
	case e.Edit != nil:
		// Who sent it has seen to it that it can be done.
		_ = e.Edit(x.m.Editor)
	case e.Size != nil:
		if in := x.inputs[e.For]; in != nil && in.screen != nil {
			in.sized = in.screen.Raw && (in.screen.Cols != e.Size.Cols || in.screen.Rows != e.Size.Rows)
			in.screen.Cols, in.screen.Rows = e.Size.Cols, e.Size.Rows
		}
	}
}

// output returns where a process writes to: keep takes it as it reaches the
// client.
func (x *follower) output(id string, screen *proc.Screen, keep func(Chunk)) func(int, []byte) {
	return func(fd int, b []byte) {
		c := Chunk{FD: fd, At: x.now()}
		if screen != nil {
			c.FD, c.Data = 1, bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
		} else {
			c.Data = slices.Clone(b)
		}
		keep(c)
		if x.watch != nil {
			x.watch(id, c)
		}
	}
}

func (x *follower) now() int64 {
	if x.m == nil {
		return x.since
	}
	return x.m.Now()
}

// enter starts an Exec.
func (x *follower) enter(e *Exec) {
	o := &Outcome{}
	x.Execs[e.ID] = o
	p := e.Process
	p.Screen = own(p.Screen)
	p.Hostname = x.process.Hostname
	who, err := account.Lookup(x.m.Editor.Tree(), p.User)
	if err != nil {
		o.End = &End{At: x.now(), Code: 126, Err: &StartError{err.Error(), 126}}
		return
	}
	p.Output = x.output(e.ID, p.Screen, func(c Chunk) { o.Output = append(o.Output, c) })
	if p.Open {
		x.inputs[e.ID] = newFeed(p.Screen, x, p.Output)
		p.Stdin = x.inputs[e.ID]
	}
	groups := append([]int{who.GID}, who.Groups...)
	slices.Sort(groups)
	env := slices.Clone(p.Env)
	if !hasKey(env, "HOME=") {
		env = append(env, "HOME="+who.Home)
	}
	held := &startOutput{next: p.Output}
	shell.Enter(x.m, shell.Config{
		Argv: p.Argv, Env: env, Dir: cmp.Or(p.Dir, "/"), UID: who.UID, GID: who.GID, Groups: groups,
		Stdin: p.Stdin, Output: held.write, Screen: p.Screen,
	}, func(status int, notStarted string) {
		o.End = &End{At: x.now(), Code: status}
		if notStarted != "" {
			held.held = nil
			// Whatever the reason, an exec that did not start has 126.
			o.End.Code, o.End.Err = 126, &StartError{execFailed(notStarted).Message, 126}
		}
		held.flush()
	})
}

// At returns the point that holds at a time, which is not before the start.
func (c *Course) At(now int64) Point {
	i, found := slices.BinarySearchFunc(c.Points, now, func(p Point, t int64) int { return cmp.Compare(p.From, t) })
	if !found && i > 0 {
		i--
	}
	return c.Points[min(i, len(c.Points)-1)]
}

// Next returns when something happens after a time, Never if nothing does.
func (c *Course) Next(now int64) int64 {
	next := int64(Never)
	if c.End != nil && c.End.At > now {
		next = c.End.At
	}
	i, found := slices.BinarySearchFunc(c.Points, now, func(p Point, t int64) int { return cmp.Compare(p.From, t) })
	if found {
		i++
	}
	if i < len(c.Points) {
		next = min(next, c.Points[i].From)
	}
	return next
}
