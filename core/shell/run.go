package shell

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"layerlab.dev/core/message"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// Limits bounds a run; a zero field means its default.
type Limits = proc.Limits

// UnsupportedError reports a command that cannot be interpreted.
type UnsupportedError = proc.UnsupportedError

// LimitError reports that a run was ended because it used too much.
type LimitError = proc.LimitError

// Config is everything a run needs.
type Config struct {
	Argv     []string // the command, e.g. /bin/sh -c "echo hi"
	Env      []string // KEY=VALUE, in order
	Dir      string   // working directory inside the image; it must exist
	UID, GID int
	Groups   []int // supplementary groups
	Hostname string
	// Mounts are what lies over the image while the run lasts, in order; what
	// each held at the end is in its field Left then.
	Mounts []*proc.Mount
	Stdin  io.Reader // nil: /dev/null
	// Output takes what is written to stdout (fd 1) and stderr (fd 2), in
	// order; nil drops it. data must not be kept.
	Output func(fd int, data []byte)
	// Programs are what runs for the executable files at these canonical paths,
	// beside the commands that the shell knows by their names.
	Programs map[string]func(*proc.Proc) int
	// Passing is called when all processes wait and the clock is about to move,
	// see proc.Machine; nil: it moves.
	Passing func(now, wake int64) bool
	// Screen is the terminal that stdin, stdout and stderr are; nil: they are
	// none.
	Screen *proc.Screen
	// ReadOnly and Docker are those of proc.Machine.
	ReadOnly, Docker bool
	// Begin is given the machine before it runs, for those who look at it, or
	// Enter it, while all its processes wait; nil: nobody does.
	Begin func(*proc.Machine)
	Epoch int64 // SOURCE_DATE_EPOCH in seconds; what passwd entries are dated by
	// Seed is what everything random begins from: /dev/urandom, $RANDOM, the
	// names of mktemp, the order of shuf.
	Seed   uint64
	Limits Limits
}

// Write tells which command wrote a path last. Removal counts as writing.
type Write struct {
	Path string
	Argv []string // of the simple command; empty for a redirection alone
	// Start and End are byte offsets of the command in the script, which is
	// the argument of -c; both are 0 where it is in another file.
	Start, End int
}

// Note is something a reader should know beside the output.
type Note struct{ Text message.Message }

// Result is what a run came to.
type Result struct {
	ExitCode int
	Writes   []Write // sorted by path
	Notes    []Note
	Steps    int64
	// NotStarted is why the container runtime could not start the command, in
	// its own words; it is written to stderr as well. Empty where it ran.
	NotStarted string
}

// Run interprets a command on the tree that e edits, as runc would run it in a
// container for a build step. A status other than 0 is no error. The error is
// an *UnsupportedError, a *LimitError, the context's error, a *proc.StopError, or a
// *vfs.AbsentError where content is needed that is not there; the tree is then
// left as it was when that happened.
func Run(ctx context.Context, e *vfs.Editor, c Config) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if len(c.Argv) == 0 {
		return Result{}, fmt.Errorf("shell: no command")
	}
	var res Result
	m := &proc.Machine{Editor: e, Context: ctx, Hostname: cmp.Or(c.Hostname, "buildkitsandbox"), Epoch: c.Epoch, Seed: c.Seed,
		Mounts: c.Mounts, Output: c.Output, Limits: c.Limits, Programs: c.Programs, ReadOnly: c.ReadOnly, Docker: c.Docker, Passing: c.Passing, Screen: c.Screen, Program: program, Applet: plainApplet}
	if c.Begin != nil {
		c.Begin(m)
	}
	init, main := process(m, c, false, &res.NotStarted)
	status, err := m.Start(init, main)
	res.ExitCode, res.Steps = status, m.Steps()
	for at, by := range m.Writes() {
		res.Writes = append(res.Writes, Write{at, by.Argv, by.Start, by.End})
	}
	slices.SortFunc(res.Writes, func(a, b Write) int { return strings.Compare(a.Path, b.Path) })
	for _, n := range m.Notes() {
		res.Notes = append(res.Notes, Note{n})
	}
	return res, err
}

// process makes the process that runs c's command, which may join others, and
// what it does.
func process(m *proc.Machine, c Config, joins bool, why *string) (*proc.Proc, func(*proc.Proc) int) {
	p := proc.NewProc(c.Argv)
	p.Env = environment(m.Editor.Tree(), c)
	p.Dir = cmp.Or(c.Dir, "/")
	p.UID, p.GID, p.Groups = c.UID, c.GID, slices.Clone(c.Groups)
	if !slices.Contains(p.Groups, c.GID) {
		p.Groups = append(p.Groups, c.GID) // which the runtime sees to
	}
	slices.Sort(p.Groups)
	return p, func(p *proc.Proc) int {
		out := func(fd int) *proc.File {
			if c.Output == nil {
				return m.Terminal(fd)
			}
			return m.Outlet(func(b []byte) { m.Show(c.Output, fd, b) }, c.Screen)
		}
		if max(c.UID, c.GID) > 1<<31-1 {
			p.Give(2, out(2))
			p.Errorf("runc run failed: unable to start container process: unable to setup user: uids and gids must be in range 0-2147483647\n")
			return 1
		}
		if c.Stdin != nil {
			p.Give(0, m.Inlet(c.Stdin, c.Screen))
		} else if p.OpenAt(0, "/dev/null", proc.Read, 0) != nil {
			p.Document(0, nil)
		}
		p.Give(1, out(1))
		p.Give(2, out(2))
		if joins {
			// The runtime only goes there.
			if !path.IsAbs(p.Dir) {
				*why = "Cwd must be an absolute path"
				return 1
			}
			real, err := p.Real(p.Dir)
			if n, e := p.Stat(p.Dir); err == nil && e == nil && !n.IsDir() {
				err = vfs.ENOTDIR
			}
			if err != nil {
				*why = fmt.Sprintf("chdir to cwd (%q) set in config.json failed: %s", p.Dir, lowerFirst(proc.Text(err)))
				return 1
			}
			p.Dir = real
		} else if err := p.MakeDir(); err != nil {
			p.Errorf("runc run failed: unable to start container process: error during container init: mkdir %s: %s\n", p.Dir, lowerFirst(proc.Text(err)))
			return 1
		}
		return start(p, c, why)
	}
}

// Enter runs another command in a machine that runs, as docker exec does; of c
// all that tells the process counts. ended takes what it came to, unless the
// machine ends first.
func Enter(m *proc.Machine, c Config, ended func(status int, notStarted string)) {
	var why string
	p, main := process(m, c, true, &why)
	m.Enter(p, main, func(status int) { ended(status, why) })
}

// environment adds what runc adds: HOME of the user.
func environment(t vfs.Tree, c Config) []string {
	env := slices.Clone(c.Env)
	has := func(k string) bool {
		return slices.ContainsFunc(env, func(e string) bool { return strings.HasPrefix(e, k+"=") })
	}
	if !has("PATH") {
		env = append(env, "PATH="+proc.DefaultPath)
	}
	if !has("HOME") {
		env = append(env, "HOME="+home(t, c.UID))
	}
	return env
}

func home(t vfs.Tree, uid int) string {
	n, err := t.Stat("/etc/passwd")
	if err == nil && n.Kind == vfs.File {
		if data, err := n.Blob().Bytes(); err == nil {
			for l := range strings.SplitSeq(string(data), "\n") {
				if f := strings.Split(l, ":"); len(f) >= 6 && f[2] == fmt.Sprint(uid) && f[5] != "" {
					return f[5]
				}
			}
		}
	}
	if uid == 0 {
		return "/root"
	}
	return "/"
}

// start runs the command as runc does: it looks the file up itself and fails
// with its own words, of which why is told, and with status 1.
func start(p *proc.Proc, c Config, why *string) int {
	name := c.Argv[0]
	dirs, ok := p.Getenv("PATH")
	if !ok {
		dirs = proc.DefaultPath
	}
	refuse := func(format string, a ...any) int {
		*why = fmt.Sprintf(format, a...)
		p.Errorf("runc run failed: unable to start container process: %s\n", *why)
		return 1
	}
	if strings.Contains(name, "/") {
		n, err := p.Stat(name)
		switch {
		case err != nil:
			return refuse("exec: %q: stat %s: %s", name, name, lowerFirst(proc.Text(err)))
		case n.IsDir():
			return refuse("exec: %q: is a directory", name)
		}
	}
	at, err := p.Look(name, dirs)
	switch {
	case proc.Is(err, vfs.EACCES) && strings.Contains(name, "/"):
		return refuse("exec: %q: permission denied", name)
	case err != nil: // Go's LookPath passes over what may not be executed
		return refuse("exec: %q: executable file not found in $PATH", name)
	}
	p.Command = &proc.Command{Argv: c.Argv}
	status, err := p.Exec(at)
	switch {
	case err == nil:
		return status
	default:
		return refuse("exec %s: %s", at, lowerFirst(proc.Text(err)))
	}
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
