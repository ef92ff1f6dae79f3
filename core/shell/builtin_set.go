package shell

import (
	"fmt"
	"slices"
	"strings"
)

// option returns the option called by a letter or by a name.
func (s *Shell) option(letter byte, long string) *bool {
	o := &s.opt
	for _, x := range []struct {
		c    byte
		name string
		on   *bool
	}{{'e', "errexit", &o.errexit}, {'u', "nounset", &o.nounset}, {'x', "xtrace", &o.xtrace}, {'f', "noglob", &o.noglob},
		{'n', "noexec", &o.noexec}, {'a', "allexport", &o.allexport}, {'C', "noclobber", &o.noclobber}, {'v', "verbose", &o.verbose},
		{'B', "braceexpand", &o.brace}, {'m', "monitor", &o.monitor}, {0, "pipefail", &o.pipefail}, {'E', "errtrace", &o.errtrace}, {'T', "functrace", &o.functrace},
		{0, "posix", &o.posix}} {
		if letter != 0 && x.c == letter || long != "" && x.name == long {
			if x.name == "pipefail" && s.dialect == Dash || x.name == "errtrace" && s.dialect == Dash || x.name == "braceexpand" && s.dialect != Bash || (x.name == "functrace" || x.name == "posix") && s.dialect != Bash {
				return nil
			}
			return x.on
		}
	}
	switch {
	case s.dialect == Bash && (long == "hashall" || long == "interactive-comments"):
		on := true
		return &on
	}
	var ignored bool
	if letter != 0 && strings.IndexByte("bhHIVisl", letter) >= 0 {
		return &ignored
	}
	if slices.Contains([]string{"vi", "emacs", "ignoreeof", "notify", "nolog", "interactive", "stdin", "hashall", "history", "histexpand", "braceexpand", "physical", "keyword", "interactive-comments", "onecmd", "privileged", "debug"}, long) {
		return &ignored
	}
	return nil
}

// set is the builtin set.
func set(s *Shell, argv []string) int {
	args := argv[1:]
	if len(args) == 0 {
		var b strings.Builder
		for _, v := range s.sorted() {
			if !v.set {
				continue
			}
			switch {
			case v.array():
				b.WriteString(v.name + "=" + v.literal() + "\n")
			case s.dialect == Bash:
				q := v.value
				if strings.ContainsAny(q, " \t\n'\"\\|&;()<>!{}*[]?^$`~#") {
					q = quoteBash(q)
				}
				b.WriteString(v.name + "=" + q + "\n")
			default:
				b.WriteString(v.name + "=" + quoteSingle(v.value) + "\n")
			}
		}
		s.p.WriteFD(1, []byte(b.String()))
		return 0
	}
	rest, keep, status := s.setOptions(args)
	if status != 0 {
		if status == 2 && s.dialect != Bash {
			panic(shellExit{s: s, status: 2})
		}
		return status
	}
	if !keep {
		s.args = rest
	}
	return 0
}

// setOptions takes the options of set, or of the shell's command line, and
// returns what follows. keep says that there were no arguments at all.
func (s *Shell) setOptions(args []string) (rest []string, keep bool, status int) {
	for len(args) > 0 {
		a := args[0]
		if a == "--" {
			return args[1:], false, 0
		}
		if a == "-" {
			s.opt.xtrace, s.opt.verbose = false, false
			args = args[1:]
			return args, len(args) == 0, 0
		}
		if len(a) < 2 || a[0] != '-' && a[0] != '+' {
			return args, false, 0
		}
		on := a[0] == '-'
		args = args[1:]
		for i := 1; i < len(a); i++ {
			if a[i] == 'o' {
				if len(args) == 0 {
					s.listOptions(on)
					return nil, true, 0
				}
				p := s.option(0, args[0])
				if p == nil {
					switch s.dialect {
					case Bash:
						s.complain("%s: invalid option name", args[0])
						return nil, true, 2
					case Dash:
						s.complain("Illegal option -o %s", args[0])
					default:
						s.complain("illegal option %co %s", a[0], args[0])
						return nil, true, 1
					}
					return nil, true, 2
				}
				*p = on
				args = args[1:]
				continue
			}
			p := s.option(a[i], "")
			if p == nil {
				switch s.dialect {
				case Bash:
					s.complain("%c%c: invalid option", a[0], a[i])
					if s.builtin == "set" {
						s.p.Errorf("set: usage: %s\n", usages["set"])
					}
				case Dash:
					s.complain("Illegal option %c%c", a[0], a[i])
				default:
					s.complain("illegal option %c%c", a[0], a[i])
				}
				return nil, true, 2
			}
			*p = on
		}
	}
	return nil, true, 0
}

// listOptions lists the options of set -o; human as a table, else as commands.
func (s *Shell) listOptions(human bool) {
	names := []string{"errexit", "noglob", "ignoreeof", "monitor", "noexec", "xtrace", "verbose", "noclobber", "allexport", "notify", "nounset", "errtrace", "vi", "pipefail"}
	format := "%-16s%s\n"
	switch s.dialect {
	case Dash:
		names = []string{"errexit", "noglob", "ignoreeof", "interactive", "monitor", "noexec", "stdin", "xtrace", "verbose", "vi", "emacs", "noclobber", "allexport", "notify", "nounset", "privileged", "nolog", "debug"}
	case Bash:
		names = []string{"allexport", "braceexpand", "emacs", "errexit", "errtrace", "functrace", "hashall", "histexpand", "history", "ignoreeof", "interactive-comments", "keyword", "monitor", "noclobber", "noexec", "noglob", "nolog", "notify", "nounset", "onecmd", "physical", "pipefail", "posix", "privileged", "verbose", "vi", "xtrace"}
		format = "%-15s\t%s\n"
	}
	var b strings.Builder
	if human && s.dialect == Dash {
		b.WriteString("Current option settings\n")
	}
	for _, n := range names {
		p := s.option(0, n)
		if p == nil {
			continue
		}
		switch {
		case human && *p:
			fmt.Fprintf(&b, format, n, "on")
		case human:
			fmt.Fprintf(&b, format, n, "off")
		case *p:
			b.WriteString("set -o " + n + "\n")
		default:
			b.WriteString("set +o " + n + "\n")
		}
	}
	s.p.WriteFD(1, []byte(b.String()))
}
