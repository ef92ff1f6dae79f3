package proc

import (
	"bytes"
	"fmt"
	"strings"

	"layerlab.dev/core/vfs"
)

// Proc is a process. Its fields may be changed by the program it runs, as
// chdir(2), umask(2) or setuid(2) would.
type Proc struct {
	Args   []string
	Env    []string // KEY=VALUE
	Dir    string   // working directory, canonical
	Umask  uint32
	UID    int
	GID    int
	Groups []int
	PID    int
	PPID   int
	// Exe is the canonical path of the program, "" for a part of the shell.
	Exe string
	// GNU is set where the tool is of GNU coreutils and not of busybox.
	GNU bool
	// Plain is set where the busybox is a build with fewer options and
	// applets before PATH, such as Debian's static one.
	Plain bool
	// Command is what a change of the tree is attributed to.
	Command *Command
	// Signals holds what is done on a signal: nil is the default, an empty
	// action ignores it.
	Caught map[int]bool
	// Ignored are signals this process does not react to; children inherit.
	Ignored map[int]bool

	m       *Machine
	task    *task
	outer   *Proc
	files   []*File
	out     *Writer
	in      *Reader
	depth   int
	pending []int
	killed  int
	wake    int64
	alarm   int64
	onAlarm func()
	status  int
	ended   bool
}

// NewProc returns a process to Start a machine with.
func NewProc(args []string) *Proc { return &Proc{Args: args, Dir: "/", Umask: 0o022} }

// Machine returns the machine the process runs on.
func (p *Proc) Machine() *Machine { return p.m }

// Child makes a process with copies of everything p has, which runs args.
func (p *Proc) Child(args []string) *Proc {
	m := p.m
	if p.depth >= m.Limits.Depth {
		m.Abort(&LimitError{What: "depth", Limit: int64(m.Limits.Depth),
			Text: limitProcesses.With(m.Limits.Depth)})
	}
	m.lastPID++
	c := *p
	c.Args, c.outer, c.PID, c.PPID, c.depth = args, p, m.lastPID, p.PID, p.depth+1
	c.out, c.in, c.pending, c.killed, c.wake, c.ended = nil, nil, nil, 0, 0, false
	c.alarm, c.onAlarm, c.Caught = 0, nil, nil
	c.files = make([]*File, len(p.files))
	for i, f := range p.files {
		if f != nil {
			f.refs++
			c.files[i] = f
		}
	}
	m.procs[c.PID] = &c
	return &c
}

// Run runs f in c and returns its exit status; c has ended then.
func (c *Proc) Run(f func(*Proc) int) int {
	if c.outer != nil && c.outer.out != nil {
		c.outer.out.Flush()
	}
	return c.run(f)
}

func (c *Proc) run(f func(*Proc) int) (status int) {
	defer c.end(&status)
	status = f(c)
	c.flush()
	return status
}

// flush writes out what the program has buffered, as exit(3) does.
func (c *Proc) flush() {
	if c.out != nil {
		c.out.Flush()
	}
}

func (c *Proc) end(status *int) {
	if r := recover(); r != nil {
		e, ok := r.(exit)
		if !ok {
			panic(r)
		}
		if e.p != c {
			// A signal ended a process further out: so ends this one.
			c.close()
			panic(r)
		}
		*status = e.status
		if c.killed == 0 {
			func() {
				defer func() {
					if r := recover(); r != nil {
						if e, ok := r.(exit); ok && e.p == c {
							*status = e.status
							return
						}
						panic(r)
					}
				}()
				c.flush()
			}()
		}
	}
	*status &= 0xff
	c.status = *status
	c.close()
}

func (c *Proc) close() {
	for i := range c.files {
		c.closeFile(i)
	}
	if len(c.pending) > 0 {
		c.m.signals--
	}
	if c.killed != 0 {
		c.m.signals--
	}
	if c.alarm != 0 {
		c.alarm = 0
		c.m.timers--
	}
	c.wake = 0
	c.ended = true
	delete(c.m.procs, c.PID)
}

// Go runs f in c beside the others: c waits until its turn comes.
func (c *Proc) Go(f func(*Proc) int) {
	if c.outer != nil && c.outer.out != nil {
		c.outer.out.Flush()
	}
	c.m.start(c, func() { c.run(f) })
}

// Ended reports whether c has ended, and with which status.
func (c *Proc) Ended() (status int, ok bool) { return c.status, c.ended }

// Killed returns the number of the signal that ended c, or 0.
func (c *Proc) Killed() int { return c.killed }

// Exit ends the process.
func (p *Proc) Exit(status int) { panic(exit{p, status}) }

// Wait lets others run until ready is true. It reports false where a signal
// that p catches came first.
func (p *Proc) Wait(ready func() bool) bool {
	for !ready() {
		if len(p.pending) > 0 {
			return false
		}
		p.park(func() bool { return len(p.pending) > 0 || p.doomed() || ready() })
	}
	p.check()
	return true
}

// await is Wait that no caught signal ends.
func (p *Proc) await(ready func() bool) {
	for !ready() {
		p.park(func() bool { return p.doomed() || ready() })
	}
}

func (p *Proc) park(ready func() bool) {
	p.check()
	p.task.ready = ready
	if !p.task.yield(struct{}{}) {
		panic(abort{errStopped})
	}
	p.check()
}

var errStopped = fmt.Errorf("stopped")

// doomed reports whether p, or a process it runs in, has been killed.
func (p *Proc) doomed() bool {
	for q := p; q != nil && q.task == p.task; q = q.outer {
		if q.killed != 0 {
			return true
		}
	}
	return false
}

// Pass gives every other process that can run a turn.
func (p *Proc) Pass() {
	if len(p.m.tasks) < 2 {
		return
	}
	first := true
	p.Wait(func() bool { r := !first; first = false; return r })
}

// Sleep waits for ns nanoseconds of the virtual clock.
func (p *Proc) Sleep(ns int64) {
	if ns <= 0 {
		return
	}
	p.wake = p.m.Now() + ns
	p.Wait(func() bool { return p.m.Now() >= p.wake })
	p.wake = 0
}

// Alarm calls f when ns nanoseconds have passed; f must not wait.
func (p *Proc) Alarm(ns int64, f func()) {
	if p.alarm == 0 {
		p.m.timers++
	}
	p.alarm, p.onAlarm = p.m.Now()+ns, f
}

// Step counts a step of work and looks after limits and signals.
func (p *Proc) Step() { p.Steps(1) }

// Steps counts n steps of work.
func (p *Proc) Steps(n int64) {
	m := p.m
	old := m.steps
	m.steps += n
	if m.steps>>10 != old>>10 {
		m.watch()
	}
	if m.signals > 0 {
		p.check()
	}
}

// pauseEvery is after how many steps the host gets a turn: some
// milliseconds in a browser.
const pauseEvery = 20_000

func (m *Machine) watch() {
	if m.steps-m.paused > pauseEvery {
		m.paused = m.steps
		pause()
	}
	if err := m.Context.Err(); err != nil {
		panic(abort{err})
	}
	if m.steps > m.Limits.Steps {
		panic(abort{&LimitError{What: "steps", Limit: m.Limits.Steps,
			Text: limitSteps.With(m.Limits.Steps)}})
	}
	if m.timers > 0 {
		m.Editor.Advance(1024 * 1000) // a step counts as a microsecond
		m.alarms()
	}
}

// check ends p if a signal killed it or a process it runs in.
func (p *Proc) check() {
	for q := p; q != nil && q.task == p.task; q = q.outer {
		if q.killed != 0 && !q.ended {
			panic(exit{q, 128 + q.killed})
		}
	}
}

// Pending takes the next signal that waits to be handled.
func (p *Proc) Pending() (sig int, ok bool) {
	if len(p.pending) == 0 {
		return 0, false
	}
	sig = p.pending[0]
	p.pending = p.pending[1:]
	if len(p.pending) == 0 {
		p.m.signals--
	}
	return sig, true
}

// Kill sends a signal to a process. Process 1 gets only what it catches, as in
// a pid namespace.
func (p *Proc) Kill(pid, sig int) error {
	q := p.m.procs[pid]
	if q == nil || q.ended {
		return vfs.ESRCH
	}
	if p.UID != 0 && p.UID != q.UID {
		return vfs.EPERM
	}
	if sig == 0 {
		return nil
	}
	switch {
	case q.Caught[sig] && sig != SIGKILL && sig != SIGSTOP:
		if len(q.pending) == 0 {
			p.m.signals++
		}
		q.pending = append(q.pending, sig)
	case q.PID == 1, q.Ignored[sig] && sig != SIGKILL, harmless(sig), q.killed != 0:
	default:
		q.killed = sig
		p.m.signals++
		p.check()
	}
	return nil
}

// Exists reports whether a process has this id.
func (m *Machine) Exists(pid int) bool { return m.procs[pid] != nil }

// hosts is how many names the kernel's /proc has beside the processes of a run:
// those of the machine it is on, which here never change; a terminal has programs
// of its own there.
const hosts, ofTerminal = 87, 3

// ProcLinks is st_nlink of /proc: the kernel counts every process of the machine.
func (m *Machine) ProcLinks() int {
	n := hosts + len(m.procs)
	if m.Screen != nil {
		n += ofTerminal
	}
	return n
}

// Getenv returns the value of an environment variable.
func (p *Proc) Getenv(name string) (string, bool) {
	for i := len(p.Env) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(p.Env[i], "="); ok && k == name {
			return v, true
		}
	}
	return "", false
}

// Setenv sets an environment variable.
func (p *Proc) Setenv(name, value string) {
	env := make([]string, 0, len(p.Env)+1)
	for _, e := range p.Env {
		if k, _, _ := strings.Cut(e, "="); k != name {
			env = append(env, e)
		}
	}
	p.Env = append(env, name+"="+value)
}

// Unsetenv removes an environment variable.
func (p *Proc) Unsetenv(name string) {
	env := make([]string, 0, len(p.Env))
	for _, e := range p.Env {
		if k, _, _ := strings.Cut(e, "="); k != name {
			env = append(env, e)
		}
	}
	p.Env = env
}

// Look finds the file that the command name stands for: name itself if it has
// a slash, else the first executable on PATH. The error is an Errno: ENOENT,
// or EACCES where there is only a file that may not be executed.
func (p *Proc) Look(name, path string) (string, error) {
	if strings.Contains(name, "/") {
		return p.executable(name)
	}
	var worst error = vfs.ENOENT
	if name == "" {
		return "", worst
	}
	for dir := range strings.SplitSeq(path, ":") {
		full := name
		if dir != "" {
			full = strings.TrimSuffix(dir, "/") + "/" + name
		}
		_, err := p.executable(full)
		if err == nil {
			return full, nil
		}
		if Is(err, vfs.EACCES) {
			worst = vfs.EACCES
		}
	}
	return "", worst
}

func (p *Proc) executable(name string) (string, error) {
	at, n, err := p.reach(name, true)
	switch {
	case err != nil:
		return "", err
	case n.Kind != vfs.File || !p.may(n, 1) || p.m.noExec(at):
		return "", vfs.EACCES
	}
	return name, nil
}

// DefaultPath is searched where PATH is not set.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Exec replaces the program of p by the file at path (found by Look), run with
// p.Args, as execve(2) does. It returns only on failure of execve, with an
// Errno, or as the exit status of the program.
func (p *Proc) Exec(path string) (status int, err error) {
	for range 5 {
		at, n, err := p.reach(path, true)
		if err != nil {
			return 0, err
		}
		if n.Kind != vfs.File || !p.may(n, 1) || p.m.noExec(at) {
			return 0, vfs.EACCES
		}
		head := make([]byte, 256)
		if n.Blob().Absent() {
			head = nil
		} else {
			k, _ := n.Blob().ReadAt(head, 0)
			head = head[:k]
		}
		if !bytes.HasPrefix(head, []byte("#!")) {
			at, err := p.m.Editor.Tree().Canonical(p.abs(path), true)
			if err != nil {
				return 0, err
			}
			f, err := p.m.Program(p, at)
			if err != nil {
				return 0, err
			}
			p.Exe = at
			if n.Mode&0o4000 != 0 {
				p.UID = n.UID
			}
			if n.Mode&0o2000 != 0 {
				p.GID = n.GID
			}
			return f(p), nil
		}
		line, _, _ := bytes.Cut(head[2:], []byte("\n"))
		interp, arg, _ := strings.Cut(strings.Trim(string(line), " \t"), " ")
		if interp == "" {
			return 0, vfs.ENOEXEC
		}
		args := []string{interp}
		if arg = strings.Trim(arg, " \t"); arg != "" {
			args = append(args, arg)
		}
		args = append(args, path)
		if len(p.Args) > 0 {
			args = append(args, p.Args[1:]...)
		}
		p.Args, path = args, interp
	}
	return 0, vfs.ELOOP
}

// Execvp looks up argv[0] on PATH and runs it in p. Where that fails it
// complains as busybox's applets do and returns 127 or 126.
func (p *Proc) Execvp(argv []string) int { return p.execvp(argv, "%s: can't execute '%s': %s\n") }

func (p *Proc) execvp(argv []string, complaint string) int {
	env, ok := p.Getenv("PATH")
	if !ok {
		env = DefaultPath
	}
	name := p.Name()
	p.flush()
	p.out, p.in = nil, nil
	if p.Plain && !strings.Contains(argv[0], "/") {
		if f := p.m.Applet(p, argv[0]); f != nil {
			p.Args = argv
			return f(p)
		}
	}
	at, err := p.Look(argv[0], env)
	if err == nil {
		var status int
		p.Args = argv
		if status, err = p.Exec(at); err == nil {
			return status
		}
	}
	fmt.Fprintf(p.Stderr(), complaint, name, argv[0], Text(err))
	if Is(err, vfs.ENOENT) {
		return 127
	}
	return 126
}

// Spawn runs argv as a child of p, which waits for it. prepare, if not nil,
// changes the child before it runs.
func (p *Proc) Spawn(argv []string, prepare func(c *Proc)) int {
	name := p.Args[0]
	c := p.Child(append([]string{name}, argv...))
	return c.Run(func(c *Proc) int {
		if prepare != nil {
			prepare(c)
		}
		return c.execvp(argv, "%s: %s: %s\n")
	})
}

// Call runs f inside p as if it were a program called with args, without a
// process of its own: an applet that is built into a shell.
func (p *Proc) Call(args []string, f func(*Proc) int) (status int) {
	old, out, in := p.Args, p.out, p.in
	p.Args, p.out, p.in = args, nil, nil
	defer func() {
		r := recover()
		p.Args, p.out, p.in = old, out, in
		if r == nil {
			return
		}
		if e, ok := r.(exit); ok && e.p == p && p.killed == 0 {
			status = e.status
			return
		}
		panic(r)
	}()
	defer p.flush()
	return f(p)
}

// CatchExit runs f and reports whether it ended by an exit of p.
func (p *Proc) CatchExit(f func()) (status int, exited bool) {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(exit); ok && e.p == p && p.killed == 0 {
				status, exited = e.status, true
				return
			}
			panic(r)
		}
	}()
	f()
	return 0, false
}
