package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// external runs a command that is a file of the image.
func (s *Shell) external(st *syntax.Stmt, assigns []*syntax.Assign, argv []string, last bool) {
	run := func(sub *Shell, p *proc.Proc) int {
		p.Command = s.p.Command
		if err := sub.settle(st.Redirs); err != nil {
			sub.redirError(err)
			return s.redirStatus()
		}
		return sub.execve(argv, assigns)
	}
	if last && len(s.traps) == 0 && !s.inTrap {
		// The shell has nothing more to do: the command takes its place.
		if err := s.settle(st.Redirs); err != nil {
			s.redirError(err)
			s.status = s.redirStatus()
			return
		}
		s.status = s.execve(argv, assigns)
		s.flow = exiting
		return
	}
	s.ran(argv[0])
	c := s.p.Child(s.p.Args)
	// A command of its own needs no copy of the variables, unless it changes
	// them before it runs.
	sub := s
	var status int
	if len(assigns) > 0 {
		sub = s.subshell(c)
		status = c.Run(func(p *proc.Proc) int { return sub.guard(func() int { return run(sub, p) }) })
	} else {
		light := *s
		light.p = c
		status = c.Run(func(p *proc.Proc) int { return light.guard(func() int { return run(&light, p) }) })
		s.random, s.substs = light.random, light.substs
	}
	s.died(c, strings.TrimSuffix(s.text(st), ";"))
	s.status = status
}

// execve replaces the shell in its process by a command.
func (s *Shell) execve(argv []string, assigns []*syntax.Assign) int {
	for _, a := range assigns {
		s.assignment(a, exported)
	}
	p := s.p
	p.Env = s.environ()
	for sig, action := range s.traps {
		if action == "" {
			if p.Ignored == nil {
				p.Ignored = map[int]bool{}
			}
			p.Ignored[sig] = true
		}
	}
	p.Caught = nil
	name := argv[0]
	m := p.Machine()
	if p.Plain && s.dialect == Ash && !strings.Contains(name, "/") {
		if f := m.Applet(p, name); f != nil {
			p.Args = argv
			return f(p)
		}
	}
	dirs, _ := s.get("PATH")
	at, err := p.Look(name, dirs)
	if err == nil {
		p.Args = argv
		if s.called != "" {
			p.Args = append([]string{s.called}, argv[1:]...)
		}
		var status int
		if status, err = p.Exec(at); err == nil {
			return status
		}
		if proc.Is(err, vfs.ENOEXEC) {
			return s.runFile(at, argv)
		}
	}
	if why := s.hint(name); !why.IsZero() {
		m.Note(why)
	}
	return s.notFound(name, err)
}

// notFound says why a command cannot be run and returns the status for it.
func (s *Shell) notFound(name string, err error) int {
	if s.dialect == Bash {
		return s.notFoundBash(name, err)
	}
	if name == "" {
		s.complain(": Permission denied")
		return 127
	}
	if proc.Is(err, vfs.ENOENT) || proc.Is(err, vfs.ENOTDIR) {
		s.complain("%s: not found", name)
		return 127
	}
	s.complain("%s: %s", name, proc.Text(err))
	if s.dialect == Dash && !strings.Contains(name, "/") {
		return 127
	}
	return 126
}

// notFoundBash is notFound in bash's words.
func (s *Shell) notFoundBash(name string, err error) int {
	built := s.builtin
	defer func() { s.builtin = built }()
	s.builtin = ""
	dirs, _ := s.get("PATH")
	if !strings.Contains(name, "/") && proc.Is(err, vfs.EACCES) {
		// It names the file it found.
		for dir := range strings.SplitSeq(dirs, ":") {
			if n, e := s.p.Stat(dir + "/" + name); e == nil && n.Kind == vfs.File {
				name = dir + "/" + name
				break
			}
		}
	}
	n, e := s.p.Stat(name)
	switch {
	case proc.Is(err, vfs.ENOENT) && strings.Contains(name, "/"):
		if e == nil {
			s.complain("%s: cannot execute: required file not found", name)
		} else {
			s.complain("%s: No such file or directory", name)
		}
		return 127
	case proc.Is(err, vfs.ENOENT) && dirs == "":
		s.complain("%s: No such file or directory", name)
		return 127
	case proc.Is(err, vfs.ENOENT) && built == "exec":
		s.complain("exec: %s: not found", name)
		return 127
	case proc.Is(err, vfs.ENOENT):
		s.complain("%s: command not found", name)
		return 127
	case e == nil && n.IsDir():
		s.complain("%s: Is a directory", name)
		return 126
	}
	if built == "exec" {
		if !strings.HasPrefix(name, "/") {
			name = path.Join(s.cwd, name)
		}
		defer func() { s.complain("exec: %s: cannot execute: %s", name, proc.Text(err)) }()
	}
	s.complain("%s: %s", name, proc.Text(err))
	return 126
}

// runFile runs a file without #! as a script of the same shell.
func (s *Shell) runFile(at string, argv []string) int {
	data, err := s.p.ReadFile(at)
	if err != nil {
		return s.notFound(argv[0], err)
	}
	s.p.Args = append([]string{at}, argv[1:]...)
	sub := newShell(s.p, s.dialect)
	sub.args, sub.unit = argv[1:], at
	return sub.top(func() int { return sub.program(string(data), 0) })
}
