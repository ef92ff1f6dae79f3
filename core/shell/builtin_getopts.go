package shell

import (
	"fmt"
	"strconv"
	"strings"
)

// getopts is the builtin getopts: one option of the arguments at a call.
func getopts(s *Shell, argv []string) int {
	if len(argv) < 3 {
		if s.dialect == Bash {
			s.p.Errorf("getopts: usage: %s\n", usages["getopts"])
			return 2
		}
		s.fail(2, "%s", s.pick("usage: getopts optstring var [arg]", "Usage: getopts optstring var [arg...]"))
	}
	spec, varName := argv[1], argv[2]
	args := s.args
	if len(argv) > 3 {
		args = argv[3:]
	}
	silent := strings.HasPrefix(spec, ":")
	finish := func() int {
		s.set(varName, "?")
		n := s.optind
		s.set("OPTIND", strconv.Itoa(n))
		s.optind, s.optoff = n, 0
		return 1
	}
	if s.optind < 1 || s.optind > len(args)+1 {
		s.optind, s.optoff = 1, 0
	}
	if s.optoff == 0 {
		if s.optind > len(args) {
			return finish()
		}
		a := args[s.optind-1]
		if len(a) < 2 || a[0] != '-' {
			return finish()
		}
		if a == "--" {
			s.optind++
			return finish()
		}
		s.optoff = 1
	}
	a := args[s.optind-1]
	c := a[s.optoff]
	s.optoff++
	ind, off := s.optind, s.optoff
	if off >= len(a) {
		ind, off = ind+1, 0
	}
	i := strings.IndexByte(spec, c)
	set := func(name, arg string, has bool) int {
		s.set(varName, name)
		if has {
			s.set("OPTARG", arg)
		} else {
			s.unset("OPTARG")
		}
		s.set("OPTIND", strconv.Itoa(ind))
		s.optind, s.optoff = ind, off
		return 0
	}
	complain := func(format string, a ...any) {
		msg := fmt.Sprintf(format, a...)
		switch s.dialect {
		case Bash:
			s.p.Errorf("%s: %s\n", s.arg0, msg)
		case Dash:
			s.p.Errorf("%s\n", msg)
		default:
			s.p.Errorf("%s\n", msg)
		}
	}
	if i < 0 || c == ':' {
		if silent {
			return set("?", string(c), true)
		}
		switch s.dialect {
		case Bash:
			complain("illegal option -- %c", c)
		case Dash:
			complain("Illegal option -%c", c)
		default:
			complain("Illegal option -%c", c)
		}
		return set("?", "", false)
	}
	if !strings.HasPrefix(spec[i+1:], ":") {
		return set(string(c), "", false)
	}
	if off != 0 {
		arg := a[off:]
		ind, off = ind+1, 0
		return set(string(c), arg, true)
	}
	if ind > len(args) {
		if silent {
			return set(":", string(c), true)
		}
		switch s.dialect {
		case Bash:
			complain("option requires an argument -- %c", c)
		default:
			complain("No arg for -%c option", c)
		}
		return set("?", "", false)
	}
	arg := args[ind-1]
	ind++
	return set(string(c), arg, true)
}
