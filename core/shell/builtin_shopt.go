package shell

import (
	"fmt"
	"slices"
	"strings"
)

// shopt is bash's builtin shopt.
func shopt(s *Shell, argv []string) int {
	mode := byte(0)
	quiet := false
	asSet := false
	args := argv[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		for _, c := range args[0][1:] {
			switch c {
			case 's', 'u':
				mode = byte(c)
			case 'q':
				quiet = true
			case 'o':
				asSet = true
			case 'p':
			default:
				s.complain("-%c: invalid option", c)
				return 2
			}
		}
		args = args[1:]
	}
	known := []string{"dotglob", "expand_aliases", "extglob", "failglob", "globstar", "inherit_errexit", "lastpipe", "nocaseglob", "nocasematch", "nullglob", "sourcepath", "checkwinsize", "cmdhist", "globskipdots", "login_shell", "xpg_echo", "execfail", "huponexit", "histappend", "extdebug"}
	status := 0
	if len(args) == 0 && mode == 0 {
		for _, n := range known {
			state := "off"
			if s.shopt[n] {
				state = "on"
			}
			s.p.WriteFD(1, fmt.Appendf(nil, "%-15s\t%s\n", n, state))
		}
	}
	for _, a := range args {
		if asSet {
			p := s.option(0, a)
			if p == nil {
				s.complain("%s: invalid option name", a)
				return 1
			}
			if mode != 0 {
				*p = mode == 's'
			} else if !*p {
				status = 1
			}
			continue
		}
		if !slices.Contains(known, a) {
			s.complain("%s: invalid shell option name", a)
			status = 1
			continue
		}
		switch mode {
		case 's':
			s.shopt[a] = true
		case 'u':
			delete(s.shopt, a)
		default:
			state := "off"
			if s.shopt[a] {
				state = "on"
			} else {
				status = 1
			}
			if !quiet {
				s.p.WriteFD(1, fmt.Appendf(nil, "%-15s\t%s\n", a, state))
			}
		}
	}
	return status
}
