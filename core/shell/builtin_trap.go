package shell

import (
	"slices"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// trap is the builtin trap.
func trap(s *Shell, argv []string) int {
	args := argv[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) > 0 && args[0] == "-l" && s.dialect == Bash {
		return s.killList(nil)
	}
	if len(args) > 0 && s.dialect != Bash && len(args[0]) > 1 && args[0][0] == '-' {
		return s.illegal(args[0][1])
	}
	if len(args) == 0 || args[0] == "-p" {
		sigs := make([]int, 0, len(s.traps))
		for sig := range s.traps {
			sigs = append(sigs, sig)
		}
		slices.Sort(sigs)
		var b strings.Builder
		for _, sig := range sigs {
			n := trapName(sig)
			if s.dialect == Bash && sig > 0 && sig < 1000 {
				n = "SIG" + n
			}
			q := quoteSingle(s.traps[sig])
			if s.dialect == Bash {
				q = quoteBash(s.traps[sig])
			}
			b.WriteString("trap -- " + q + " " + n + "\n")
		}
		s.p.WriteFD(1, []byte(b.String()))
		return 0
	}
	action, reset := args[0], args[0] == "-"
	if len(args) == 1 {
		reset = true
	} else if _, isNum := number(args[0]); isNum {
		reset = true
	} else {
		args = args[1:]
	}
	status := 0
	for _, a := range args {
		sig := trapNumber(a, s.dialect)
		if sig < 0 {
			switch s.dialect {
			case Bash:
				s.complain("%s: invalid signal specification", a)
			case Dash:
				s.p.Errorf("trap: %s: bad trap\n", a)
			default:
				s.complain("%s: invalid signal specification", a)
			}
			status = 1
			continue
		}
		if reset {
			delete(s.traps, sig)
			delete(s.p.Caught, sig)
			delete(s.p.Ignored, sig)
			continue
		}
		s.traps[sig] = action
		if sig > 0 && sig < 1000 {
			if action == "" {
				if s.p.Ignored == nil {
					s.p.Ignored = map[int]bool{}
				}
				s.p.Ignored[sig] = true
				delete(s.p.Caught, sig)
			} else {
				if s.p.Caught == nil {
					s.p.Caught = map[int]bool{}
				}
				s.p.Caught[sig] = true
				delete(s.p.Ignored, sig)
			}
		}
	}
	return status
}

func number(v string) (int, bool) {
	n := 0
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return 0, false
		}
		n = n*10 + int(v[i]-'0')
	}
	return n, v != ""
}

// trapNumber is the number of a signal by name or number, -1 for none.
func trapNumber(a string, d Dialect) int {
	if d != Dash {
		switch strings.ToUpper(a) {
		case "ERR":
			return trapERR
		case "DEBUG":
			if d == Bash {
				return trapDEBUG
			}
		case "RETURN":
			if d == Bash {
				return trapRETURN
			}
		}
	}
	return proc.Signal(a)
}

func trapName(sig int) string {
	switch sig {
	case trapERR:
		return "ERR"
	case trapDEBUG:
		return "DEBUG"
	case trapRETURN:
		return "RETURN"
	}
	return proc.SignalName(sig)
}
