package proc

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"slices"

	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// Limits bounds a run. A zero field means its default.
type Limits struct {
	Steps  int64 // commands, loop rounds and the like; 50 million
	Output int64 // bytes of stdout and stderr that are shown; 2 MiB
	Disk   int64 // bytes written to files; 1 GiB. Runs of zeros are free
	Depth  int   // nested calls of functions and processes; 200
}

func (l *Limits) defaults() {
	if l.Steps == 0 {
		l.Steps = 50_000_000
	}
	if l.Output == 0 {
		l.Output = 2 << 20
	}
	if l.Disk == 0 {
		l.Disk = 1 << 30
	}
	if l.Depth == 0 {
		l.Depth = 200
	}
}

// Command says which command of a script did something.
type Command struct {
	Argv       []string
	Start, End int // byte offsets in the script given to the shell
}

// Machine is one run: the tree, the processes, the clock and the limits.
type Machine struct {
	Editor   *vfs.Editor
	Context  context.Context
	Hostname string
	Epoch    int64                     // SOURCE_DATE_EPOCH in seconds
	Seed     uint64                    // of everything random, see Seeded
	Mounts   []*Mount                  // what lies over the image while the run lasts, in order
	Output   func(fd int, data []byte) // what reaches the terminal, in order
	Limits   Limits
	// Passing is called when all processes wait and the clock is about to move
	// from now to wake, both in ns: the tree then is as it stays until wake,
	// which is Never where they wait for an input alone. It may let processes
	// Enter, send signals and move the clock itself; the clock does not move to
	// wake where a process can run then. Where it returns false the run ends
	// with a *StopError.
	Passing func(now, wake int64) bool
	// Screen is the terminal that the streams are, nil where they are none.
	Screen *Screen
	// ReadOnly says that the image cannot be changed, but for what is mounted.
	ReadOnly bool
	// Docker says that the file systems of the runtime are as docker run makes
	// them, on a kernel that shows no memory.
	Docker bool
	// Programs run for the executable files at these canonical paths.
	Programs map[string]func(*Proc) int

	// Program finds what runs for the file at a canonical path: an applet, a
	// shell, or an error. It is set by the shell.
	Program func(p *Proc, path string) (func(*Proc) int, error)
	// Applet finds an applet by its name alone, for a busybox that runs its
	// own before it looks at PATH; nil if it has none of that name.
	Applet func(p *Proc, name string) func(*Proc) int

	steps    int64
	paused   int64 // steps when the host had its last turn
	disk     int64
	shown    int64
	clipped  bool
	notes    []message.Message
	writes   map[string]*Command
	procs    map[int]*Proc
	lastPID  int
	tasks    []*task
	turn     int
	inodes   map[uint64]*inode
	dirty    []*inode
	fifos    map[uint64]*pipe
	tails    map[*vfs.Blob][]byte
	mounts   []*mounted
	shared   bool // several mounts show the same files
	random   uint64
	signals  int // number of processes with a signal waiting
	timers   int
	asking   int  // processes that wait for an input that has nothing yet
	sealed   bool // ReadOnly, once all is mounted
	finished bool
}

// task is a coroutine: a process that runs beside others.
type task struct {
	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	ready  func() bool // nil: can run
	done   bool
}

// Start runs main as process 1 and returns its exit status when it has ended;
// every other process is ended with it. The error says why the run could not
// be finished. A mount that cannot be made ends it with status 1 before main
// begins, as the container runtime does.
func (m *Machine) Start(init *Proc, main func(*Proc) int) (status int, err error) {
	m.Limits.defaults()
	m.inodes, m.fifos = map[uint64]*inode{}, map[uint64]*pipe{}
	m.writes, m.procs = map[string]*Command{}, map[int]*Proc{}
	m.tails = map[*vfs.Blob][]byte{}
	m.lastPID, m.random = 1, m.Seeded(0)
	init.m, init.PID = m, 1
	m.procs[1] = init
	defer m.unmountAll()
	if err := m.mountAll(); err != nil {
		m.show(2, fmt.Appendf(nil, "runc run failed: unable to start container process: error during container init: %v\n", err))
		return 1, nil
	}
	m.sealed = m.ReadOnly
	first := m.start(init, func() { status = init.run(main) })
	defer func() {
		if r := recover(); r != nil {
			if a, ok := r.(abort); ok {
				err = a.err
			} else {
				// A mistake of ours must not take the program down with it.
				err = &InternalError{fmt.Sprint(r), string(debug.Stack())}
			}
		}
		m.finished = true
		for _, t := range m.tasks {
			t.stop()
		}
		m.sync()
	}()
	for !first.done {
		m.next()
	}
	return status, nil
}

// Seeded gives what a generator begins from that would begin from n: n itself
// where Seed is 0. Everything random in a run is made from it, so the same seed
// gives the same values and another one others.
func (m *Machine) Seeded(n uint64) uint64 {
	mixed := m.Seed * 0x9e3779b97f4a7c15
	return n ^ mixed ^ mixed>>32 // some take the lower half alone
}

// start adds a coroutine that runs f on behalf of p.
func (m *Machine) start(p *Proc, f func()) *task {
	t := &task{}
	t.resume, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		defer func() {
			if m.finished {
				recover() // being unwound by stop: there is nobody to tell
			}
		}()
		f()
	})
	p.task = t
	m.tasks = append(m.tasks, t)
	return t
}

// next lets one task run until it waits. The order is round robin.
func (m *Machine) next() {
	for range m.tasks {
		m.turn %= len(m.tasks)
		t := m.tasks[m.turn]
		if t.ready != nil && !t.ready() {
			m.turn++
			continue
		}
		m.turnOf(t)
		return
	}
	if m.sleepers() {
		return
	}
	if m.asking > 0 {
		if m.Passing == nil || !m.Passing(m.Now(), Never) {
			m.Abort(&StopError{})
		}
		return
	}
	panic(abort{&LimitError{What: "progress", Text: limitHang.With()}})
}

func (m *Machine) turnOf(t *task) {
	t.ready = nil
	if _, more := t.resume(); !more {
		t.done = true
		i := slices.Index(m.tasks, t)
		m.tasks = slices.Delete(m.tasks, i, i+1)
		m.turn = i
		return
	}
	if i := slices.Index(m.tasks, t); i >= 0 {
		m.turn = i + 1
	}
}

// sleepers moves the clock to the earliest time a process waits for.
func (m *Machine) sleepers() bool {
	var wake int64
	for _, p := range m.procs {
		for _, w := range []int64{p.wake, p.alarm} {
			if w != 0 && (wake == 0 || w < wake) {
				wake = w
			}
		}
	}
	if wake == 0 {
		return false
	}
	if m.Passing != nil && !m.Passing(m.Now(), wake) {
		m.Abort(&StopError{})
	}
	if m.Ready() {
		return true
	}
	m.Editor.Advance(wake - m.Now())
	m.alarms()
	return true
}

// Ready reports whether a process can run.
func (m *Machine) Ready() bool {
	return slices.ContainsFunc(m.tasks, func(t *task) bool { return t.ready == nil || t.ready() })
}

// alarms delivers the timers that have run out.
func (m *Machine) alarms() {
	now := m.Now()
	for _, pid := range m.pids() {
		if p := m.procs[pid]; p != nil && p.alarm != 0 && p.alarm <= now {
			p.alarm = 0
			m.timers--
			p.onAlarm()
		}
	}
}

func (m *Machine) pids() []int {
	ids := make([]int, 0, len(m.procs))
	for id := range m.procs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Now returns the time in nanoseconds since the Unix epoch.
func (m *Machine) Now() int64 { return m.Editor.Tree().Now() }

// Steps returns how many steps the run has taken.
func (m *Machine) Steps() int64 { return m.steps }

// Note records something the reader should be told beside the output.
func (m *Machine) Note(n message.Message) {
	if !slices.ContainsFunc(m.notes, func(o message.Message) bool { return o.Text == n.Text }) {
		m.notes = append(m.notes, n)
	}
}

// Notes returns what was noted, in order.
func (m *Machine) Notes() []message.Message { return m.notes }

// Writes returns which command last changed each path.
func (m *Machine) Writes() map[string]*Command { return m.writes }

// Abort ends the run with err.
func (m *Machine) Abort(err error) { panic(abort{err}) }

// show sends bytes to the terminal.
func (m *Machine) show(fd int, b []byte) {
	if m.Output != nil {
		m.Show(m.Output, fd, b)
	}
}

// Show sends bytes to a place for output, within the limit of the whole run.
func (m *Machine) Show(to func(fd int, data []byte), fd int, b []byte) {
	if m.clipped {
		return
	}
	if room := m.Limits.Output - m.shown; int64(len(b)) > room {
		b = b[:room]
		m.clipped = true
	}
	m.shown += int64(len(b))
	if len(b) > 0 {
		to(fd, b)
	}
	if m.clipped {
		to(2, fmt.Appendf(nil, "\n[output clipped, log limit %s reached]\n", size(m.Limits.Output)))
		m.Note(noteClipped.With(size(m.Limits.Output)))
	}
}

func size(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%dKiB", n>>10)
	}
	return fmt.Sprintf("%dB", n)
}
