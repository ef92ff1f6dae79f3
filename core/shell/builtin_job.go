package shell

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// job is a command that runs in the background.
type job struct {
	p    *proc.Proc
	text string // the command, as it was written
	told bool   // that a signal ended it
}

// killUsage is how dash and bash explain kill.
var killUsage = map[Dialect]string{
	Ash:  "you need to specify whom to kill",
	Dash: "Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]",
}

func kill(s *Shell, argv []string) int {
	args := argv[1:]
	sig := proc.SIGTERM
	if len(args) > 0 {
		switch a := args[0]; {
		case a == "-l" || a == "-L" && s.dialect != Dash:
			return s.killList(args[1:])
		case a == "-s" || a == "-n" && s.dialect != Dash:
			if len(args) > 1 {
				if sig = proc.Signal(args[1]); sig < 0 {
					return s.badSignal(args[1])
				}
				args = args[2:]
			}
		case a == "--":
			args = args[1:]
		case strings.HasPrefix(a, "-") && len(a) > 1:
			if sig = proc.Signal(a[1:]); sig < 0 {
				if s.dialect == Dash {
					return s.illegal(a[1])
				}
				return s.badSignal(a[1:])
			}
			args = args[1:]
		}
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		switch s.dialect {
		case Ash:
			s.p.Errorf("%s: %s\n", s.applet(), killUsage[Ash])
			return 1
		case Dash:
			s.complain("%s", killUsage[Dash])
		default:
			s.p.Errorf("kill: usage: %s\n", usages["kill"])
		}
		return 2
	}
	status := 0
	for _, a := range args {
		pid, err := strconv.Atoi(strings.TrimPrefix(a, "%"))
		if err != nil {
			switch s.dialect {
			case Ash:
				s.p.Errorf("%s: invalid number '%s'\n", s.applet(), a)
			case Dash:
				s.fail(2, "Illegal number: %s", a)
			default:
				s.complain("%s: arguments must be process or job IDs", a)
			}
			status = 1
			continue
		}
		if strings.HasPrefix(a, "%") && pid >= 1 && pid <= len(s.jobs) {
			pid = s.jobs[pid-1].p.PID
		}
		if err := s.p.Kill(max(pid, -pid), sig); err != nil {
			switch s.dialect {
			case Ash:
				s.p.Errorf("%s: can't kill pid %d: %s\n", s.applet(), pid, proc.Text(err))
			case Dash:
				s.complain("%s\n", proc.Text(err))
			default:
				s.complain("(%d) - %s", pid, proc.Text(err))
			}
			status = 1
		}
	}
	s.p.Pass()
	return status
}

func (s *Shell) badSignal(name string) int {
	switch s.dialect {
	case Bash:
		s.complain("%s: invalid signal specification", name)
	case Dash:
		s.fail(2, "invalid signal number or name: %s", name)
	default:
		s.p.Errorf("%s: bad signal name '%s'\n", s.applet(), name)
	}
	return 1
}

func (s *Shell) killList(args []string) int {
	if len(args) == 0 {
		var b strings.Builder
		switch s.dialect {
		case Dash:
			b.WriteString("0\n")
			for i := 1; i < 32; i++ {
				b.WriteString(proc.SignalName(i) + "\n")
			}
		case Bash:
			for i := 1; i < 32; i++ {
				fmt.Fprintf(&b, "%2d) SIG%s", i, proc.SignalName(i))
				if i%5 == 0 || i == 31 {
					b.WriteByte('\n')
				} else {
					b.WriteByte('\t')
				}
			}
		default:
			for i := 1; i < 32; i++ {
				fmt.Fprintf(&b, "%2d) %s\n", i, proc.SignalName(i))
			}
		}
		s.p.WriteFD(1, []byte(b.String()))
		return 0
	}
	for _, a := range args {
		if n, err := strconv.Atoi(a); err == nil {
			s.p.WriteFD(1, []byte(proc.SignalName(n&0x7f)+"\n"))
		} else if n := proc.Signal(a); n >= 0 && s.dialect != Dash {
			s.p.WriteFD(1, fmt.Appendf(nil, "%d\n", n))
		} else {
			switch s.dialect {
			case Dash:
				s.fail(2, "Illegal number: %s", a)
			case Bash:
				s.complain("%s: invalid signal specification", a)
			default:
				s.p.Errorf("%s: unknown signal '%s'\n", s.applet(), a)
			}
			return 1
		}
	}
	return 0
}

// wait waits for all jobs, or for those that are named.
func wait(s *Shell, argv []string) int {
	args := argv[1:]
	if len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		if s.dialect == Dash || args[0] != "-n" {
			return s.illegal(args[0][1])
		}
		args = args[1:]
		if len(args) == 0 {
			return s.waitNext()
		}
	}
	if len(args) == 0 {
		for _, j := range s.jobs {
			if status, ok := s.await(j); !ok {
				return status
			}
		}
		return 0
	}
	status := 0
	for _, a := range args {
		n, err := strconv.Atoi(strings.TrimPrefix(a, "%"))
		if err != nil {
			if s.dialect != Bash {
				s.fail(2, "Illegal number: %s", a)
			}
			s.complain("`%s': not a pid or valid job spec", a)
			status = 1
			continue
		}
		var j *job
		for i, x := range s.jobs {
			if x.p.PID == n && a[0] != '%' || a[0] == '%' && i == n-1 {
				j = x
			}
		}
		if j == nil {
			if s.dialect == Bash {
				s.complain("pid %s is not a child of this shell", a)
			}
			status = 127
			continue
		}
		var ok bool
		if status, ok = s.await(j); !ok {
			return status
		}
	}
	return status
}

// waitNext waits until any job that has not been waited for has ended.
func (s *Shell) waitNext() int {
	for _, j := range s.jobs {
		if _, done := j.p.Ended(); done && j.told {
			continue
		}
		status, _ := s.await(j)
		j.told = true
		return status
	}
	return 127
}

// await waits for a job and returns its status; ok is false where a signal
// that is caught came first.
func (s *Shell) await(j *job) (status int, ok bool) {
	if !s.p.Wait(func() bool { _, done := j.p.Ended(); return done }) {
		sig, _ := s.p.Pending()
		if action := s.traps[sig]; action != "" {
			s.runTrap(action)
		}
		return 128 + sig, false
	}
	status, _ = j.p.Ended()
	if !j.told {
		j.told = true
		if j.p.Killed() != proc.SIGTERM || s.dialect != Bash {
			s.died(j.p, j.text)
		}
	}
	return status, true
}

// died tells of a child that a signal ended.
func (s *Shell) died(c *proc.Proc, text string) {
	sig := c.Killed()
	if sig == 0 || sig == proc.SIGINT || sig == proc.SIGPIPE || s.sub {
		return
	}
	if s.dialect == Bash && sig != proc.SIGTERM {
		built := s.builtin
		s.builtin = ""
		s.complain("%5d %-23s %s", c.PID, proc.SignalText(sig), text)
		s.builtin = built
		return
	}
	s.p.Errorf("%s\n", proc.SignalText(sig))
}
