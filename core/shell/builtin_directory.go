package shell

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/shell/proc"
)

func umask(s *Shell, argv []string) int {
	symbolic, print := false, false
	args := argv[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 {
		switch args[0] {
		case "-S":
			symbolic = true
		case "-p":
			if s.dialect != Bash {
				return s.illegal('p')
			}
			print = true
		default:
			return s.illegal(args[0][1])
		}
		args = args[1:]
	}
	if len(args) == 0 {
		if symbolic {
			m := ^s.p.Umask
			var parts []string
			for i, who := range []string{"u", "g", "o"} {
				bits := m >> (6 - 3*i) & 7
				p := who + "="
				for j, c := range []string{"r", "w", "x"} {
					if bits&(4>>j) != 0 {
						p += c
					}
				}
				parts = append(parts, p)
			}
			s.p.WriteFD(1, []byte(strings.Join(parts, ",")+"\n"))
		} else if print {
			s.p.WriteFD(1, fmt.Appendf(nil, "umask %04o\n", s.p.Umask))
		} else {
			s.p.WriteFD(1, fmt.Appendf(nil, "%04o\n", s.p.Umask))
		}
		return 0
	}
	if c := args[0][0:1]; c >= "0" && c <= "9" {
		n, err := strconv.ParseUint(args[0], 8, 32)
		if err != nil || n > 0o777 {
			if s.dialect == Bash {
				s.complain("%s: octal number out of range", args[0])
				return 1
			}
			s.fail(2, "%s: %s", s.pick("illegal mode", "Illegal number"), args[0])
		}
		s.p.Umask = uint32(n)
		return 0
	}
	m, err := applet.Mode(args[0], ^s.p.Umask&0o777, false, 0)
	if err != nil {
		if s.dialect == Bash {
			bad := strings.TrimLeft(args[0], "ugoa")
			s.complain("`%s': invalid symbolic mode operator", bad[:min(1, len(bad))])
			return 1
		}
		s.fail(2, "%s mode: %s", s.pick("illegal", "Illegal"), args[0])
	}
	s.p.Umask = ^m & 0o777
	if symbolic && s.dialect == Bash {
		return umask(s, []string{"umask", "-S"})
	}
	return 0
}

// pwd writes the working directory.
func pwd(s *Shell, argv []string) int {
	physical := false
	for _, a := range argv[1:] {
		switch a {
		case "-P":
			physical = true
		case "-L":
			physical = false
		default:
			if len(a) > 1 && a[0] == '-' && a != "--" {
				return s.illegal(a[1])
			}
		}
	}
	dir := s.cwd
	if physical || dir == "" {
		dir = s.p.Dir
	}
	s.p.WriteFD(1, []byte(dir+"\n"))
	return 0
}

func cd(s *Shell, argv []string) int {
	args := argv[1:]
	physical := false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		if args[0] == "--" {
			args = args[1:]
			break
		}
		ok := true
		for _, c := range args[0][1:] {
			switch c {
			case 'P':
				physical = true
			case 'L':
				physical = false
			case 'e':
			default:
				ok = false
			}
		}
		if !ok {
			st := s.illegal(args[0][1])
			return st
		}
		args = args[1:]
	}
	if len(args) > 1 && s.dialect == Bash {
		s.complain("too many arguments")
		return 1
	}
	dest, print := "", false
	switch {
	case len(args) == 0:
		var ok bool
		if dest, ok = s.get("HOME"); !ok && s.dialect == Bash {
			s.complain("HOME not set")
			return 1
		}
	case args[0] == "-":
		var ok bool
		if dest, ok = s.get("OLDPWD"); !ok && s.dialect == Bash {
			s.complain("OLDPWD not set")
			return 1
		}
		if dest == "" && s.dialect != Bash {
			dest = s.cwd
		}
		print = true
	default:
		dest = args[0]
	}
	if dest == "" && len(args) > 0 && s.dialect == Bash {
		return 0
	}
	if dest == "" {
		dest = "."
		if len(args) == 0 || print {
			return 0
		}
	}
	if cdpath, ok := s.get("CDPATH"); ok && !strings.HasPrefix(dest, "/") && !strings.HasPrefix(dest, "./") && !strings.HasPrefix(dest, "../") && dest != "." && dest != ".." {
		for dir := range strings.SplitSeq(cdpath, ":") {
			at := dest
			if dir != "" {
				at = dir + "/" + dest
			}
			if n, err := s.p.Stat(at); err == nil && n.IsDir() {
				dest = at
				print = print || dir != ""
				break
			}
		}
	}
	if err := s.chdir(dest, physical); err != nil {
		switch s.dialect {
		case Bash:
			s.complain("%s: %s", dest, proc.Text(err))
			return 1
		case Dash:
			s.complain("can't cd to %s", dest)
		default:
			s.complain("can't cd to %s: %s", dest, proc.Text(err))
		}
		return 2
	}
	if print {
		dir, _ := s.get("PWD")
		s.p.WriteFD(1, []byte(dir+"\n"))
	}
	return 0
}

// chdir changes directory and PWD, which keeps links unless physical.
func (s *Shell) chdir(dest string, physical bool) error {
	old := s.cwd
	logical := dest
	if !strings.HasPrefix(dest, "/") {
		logical = strings.TrimSuffix(old, "/") + "/" + dest
	}
	double := strings.HasPrefix(logical, "//") && !strings.HasPrefix(logical, "///")
	if logical = path.Clean(logical); double {
		logical = "/" + logical // POSIX lets two slashes mean something of their own
	}
	if physical {
		if err := s.p.Chdir(dest); err != nil {
			return err
		}
		logical = s.p.Dir
	} else if err := s.p.Chdir(logical); err != nil {
		return err
	}
	s.cwd = logical
	if s.dialect == Bash {
		old, _ = s.get("PWD")
	}
	s.assign("OLDPWD", old, exported)
	s.assign("PWD", logical, exported)
	return nil
}
