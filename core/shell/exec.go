package shell

import (
	"mvdan.cc/sh/v3/syntax"
)

// emptyStmt stands in where a command has no statement of its own.
var emptyStmt = &syntax.Stmt{}

// exec replaces the shell by a command, or keeps redirections for good.
func (s *Shell) exec(st *syntax.Stmt, assigns []*syntax.Assign, argv []string) {
	err := s.settle(st.Redirs)
	if err != nil {
		s.redirError(err)
		if s.status = s.redirStatus(); s.dialect != Bash {
			panic(shellExit{s: s, status: s.status})
		}
		return
	}
	args := argv[1:]
	as := ""
	for s.dialect == Bash && len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		if args[0] == "-a" && len(args) > 1 {
			args = args[1:]
			as = args[0]
		}
		args = args[1:]
	}
	if len(args) == 0 {
		for _, a := range assigns {
			s.assignment(a, 0)
		}
		s.status = 0
		return
	}
	outer := s.builtin
	s.builtin = "exec"
	s.called = as
	s.status = s.execve(args, assigns)
	s.builtin = outer
	clear(s.traps)
	s.flow = exiting
}
