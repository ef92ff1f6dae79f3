package shell

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

func kill(s *Shell, argv []string) int {
	args := argv[1:]
	sig := proc.SIGTERM
	if len(args) > 0 {
		switch a := args[0]; {
		case a == "-l" || a == "-L":
			return s.killList(args[1:])
		case a == "-s" || a == "-n":
			if len(args) > 1 {
				if sig = proc.Signal(args[1]); sig < 0 {
					s.p.Errorf("%s: bad signal name '%s'\n", s.applet(), args[1])
					return 1
				}
				args = args[2:]
			}
		case a == "--":
			args = args[1:]
		case strings.HasPrefix(a, "-") && len(a) > 1:
			if sig = proc.Signal(a[1:]); sig < 0 {
				s.p.Errorf("%s: bad signal name '%s'\n", s.applet(), a[1:])
				return 1
			}
			args = args[1:]
		}
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		s.p.Errorf("%s: you need to specify whom to kill\n", s.applet())
		return 1
	}
	status := 0
	for _, a := range args {
		a = strings.TrimPrefix(a, "%")
		pid, err := strconv.Atoi(a)
		if err != nil {
			s.p.Errorf("%s: invalid number '%s'\n", s.applet(), a)
			status = 1
			continue
		}
		if pid < 0 {
			pid = -pid
		}
		if err := s.p.Kill(pid, sig); err != nil {
			s.p.Errorf("%s: can't kill pid %d: %s\n", s.applet(), pid, proc.Text(err))
			status = 1
		}
	}
	s.p.Pass()
	return status
}

func (s *Shell) killList(args []string) int {
	if len(args) == 0 {
		var b strings.Builder
		for i := 1; i < 32; i++ {
			fmt.Fprintf(&b, "%2d) %s\n", i, proc.SignalName(i))
		}
		s.p.WriteFD(1, []byte(b.String()))
		return 0
	}
	for _, a := range args {
		if n, err := strconv.Atoi(a); err == nil {
			s.p.WriteFD(1, []byte(proc.SignalName(n&0x7f)+"\n"))
		} else if n := proc.Signal(a); n >= 0 {
			s.p.WriteFD(1, fmt.Appendf(nil, "%d\n", n))
		} else {
			s.p.Errorf("%s: unknown signal '%s'\n", s.applet(), a)
			return 1
		}
	}
	return 0
}

func wait(s *Shell, argv []string) int {
	args := argv[1:]
	if len(args) > 0 && args[0] == "-n" {
		args = args[1:]
	}
	if len(args) == 0 {
		for _, j := range s.jobs {
			if !s.p.Wait(func() bool { _, done := j.Ended(); return done }) {
				sig, _ := s.p.Pending()
				if action := s.traps[sig]; action != "" {
					s.runTrap(action)
				}
				return 128 + sig
			}
		}
		return 0
	}
	status := 0
	for _, a := range args {
		var j *proc.Proc
		if n, err := strconv.Atoi(strings.TrimPrefix(a, "%")); err == nil {
			for i, x := range s.jobs {
				if x.PID == n || strings.HasPrefix(a, "%") && i == n-1 {
					j = x
				}
			}
		}
		if j == nil {
			if s.dialect == Bash {
				s.complain("pid %s is not a child of this shell", a)
			}
			status = 127
			continue
		}
		if !s.p.Wait(func() bool { _, done := j.Ended(); return done }) {
			sig, _ := s.p.Pending()
			if action := s.traps[sig]; action != "" {
				s.runTrap(action)
			}
			return 128 + sig
		}
		status, _ = j.Ended()
	}
	return status
}
