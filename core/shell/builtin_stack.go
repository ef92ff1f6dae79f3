package shell

import (
	"strings"

	"layerlab.dev/core/shell/proc"
)

// stack is bash's directory stack, the working directory left out.
func (s *Shell) stack() []string {
	if v := s.vars["DIRSTACK"]; v != nil {
		return v.values()
	}
	return nil
}

func (s *Shell) setStack(l []string) {
	v := s.own("DIRSTACK")
	v.list, v.set = map[int]string{}, true
	for i, d := range l {
		v.list[i] = d
	}
}

// dirs, pushd and popd are bash's builtins of these names.
func dirs(s *Shell, argv []string) int {
	if len(argv) > 1 && argv[1] == "-c" {
		s.setStack(nil)
		return 0
	}
	home, _ := s.get("HOME")
	pwd, _ := s.get("PWD")
	l := append([]string{pwd}, s.stack()...)
	for i, d := range l {
		if home != "" && (d == home || strings.HasPrefix(d, home+"/")) {
			l[i] = "~" + d[len(home):]
		}
	}
	s.p.WriteFD(1, []byte(strings.Join(l, " ")+"\n"))
	return 0
}

func pushd(s *Shell, argv []string) int {
	pwd, _ := s.get("PWD")
	args := argv[1:]
	quiet := len(args) > 0 && args[0] == "-n"
	if quiet {
		args = args[1:]
	}
	st := s.stack()
	dest := ""
	switch {
	case len(args) == 0:
		if len(st) == 0 {
			s.complain("no other directory")
			return 1
		}
		dest, st = st[0], st[1:]
	default:
		dest = args[0]
	}
	if quiet {
		s.setStack(append([]string{dest}, st...))
		return 0
	}
	if err := s.chdir(dest, false); err != nil {
		s.complain("%s: %s", dest, proc.Text(err))
		return 1
	}
	s.setStack(append([]string{pwd}, st...))
	return dirs(s, argv[:1])
}

func popd(s *Shell, argv []string) int {
	st := s.stack()
	if len(st) == 0 {
		s.complain("directory stack empty")
		return 1
	}
	if len(argv) > 1 && argv[1] == "-n" {
		s.setStack(st[1:])
		return dirs(s, argv[:1])
	}
	if err := s.chdir(st[0], false); err != nil {
		s.complain("%s: %s", st[0], proc.Text(err))
		return 1
	}
	s.setStack(st[1:])
	return dirs(s, argv[:1])
}
