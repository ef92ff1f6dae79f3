package shell

import (
	"strings"

	"layerlab.dev/core/shell/dialect"
)

// kind tells what a command name stands for.
func (s *Shell) kind(name string) (what, at string) {
	if _, ok := s.aliases[name]; ok && (s.dialect != Bash || s.shopt["expand_aliases"]) {
		return "alias", s.aliases[name]
	}
	if dialect.Keyword(name) || s.dialect == Bash && (name == "[[" || name == "function" || name == "time" || name == "select") {
		return "keyword", ""
	}
	if s.funcs[name] != nil {
		return "function", ""
	}
	if b, special := s.find(name); b != nil {
		if special {
			return "special", ""
		}
		return "builtin", ""
	}
	if s.p.Plain && s.dialect == Ash && !strings.Contains(name, "/") && s.p.Machine().Applet(s.p, name) != nil {
		return "applet", name
	}
	if at := s.locate(name); at != "" {
		return "file", at
	}
	return "", ""
}

// describe writes what type and command -V say of a name.
func (s *Shell) describe(n string) int {
	_, tracked := s.hashed[n]
	what, at := s.kind(n)
	text := ""
	switch what {
	case "alias":
		text = n + " is an alias for " + at
		if s.dialect == Bash {
			text = n + " is aliased to `" + at + "'"
		}
	case "keyword":
		text = n + " is a shell keyword"
	case "function":
		text = n + " is a function"
		if s.dialect == Dash {
			text = n + " is a shell function"
		}
	case "special":
		text = n + " is a special shell builtin"
		switch s.dialect {
		case Bash:
			text = n + " is a shell builtin"
		}
	case "builtin":
		text = n + " is a shell builtin"
	case "applet":
		text = n + " is " + n
	case "file":
		text = n + " is " + at
		if s.dialect == Dash && tracked {
			text = n + " is a tracked alias for " + at
		}
	default:
		if s.dialect == Bash {
			s.complain("%s: not found", n)
			return 1
		}
		s.p.WriteFD(1, []byte(n+": not found\n"))
		return 127
	}
	s.p.WriteFD(1, []byte(text+"\n"))
	return 0
}

// types is the builtin type.
func types(s *Shell, argv []string) int {
	status := 0
	args := argv[1:]
	short := ""
	for s.dialect == Bash && len(args) > 0 && strings.HasPrefix(args[0], "-") {
		short += args[0][1:]
		args = args[1:]
	}
	if s.dialect == Ash && len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		for _, n := range args[1:] {
			if st := s.brief(n); st != 0 {
				status = st
			}
		}
		return status
	}
	for _, n := range args {
		if short != "" {
			what, at := s.kind(n)
			switch {
			case what == "":
				status = 1
			case strings.Contains(short, "t"):
				if what == "special" {
					what = "builtin"
				}
				s.p.WriteFD(1, []byte(what+"\n"))
			case strings.ContainsAny(short, "pP"):
				if what == "file" {
					s.p.WriteFD(1, []byte(at+"\n"))
				}
			default:
				s.describe(n)
				if strings.Contains(short, "a") && what != "file" {
					if at := s.locate(n); at != "" {
						s.p.WriteFD(1, []byte(n+" is "+at+"\n"))
					}
				}
			}
			continue
		}
		if st := s.describe(n); st != 0 {
			status = st
		}
	}
	return status
}

// command is the builtin command.
func command(s *Shell, argv []string) int {
	args := argv[1:]
	show, long := false, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		if args[0] == "--" {
			args = args[1:]
			break
		}
		for _, c := range args[0][1:] {
			switch c {
			case 'v':
				show = true
			case 'V':
				show, long = true, true
			case 'p':
			default:
				return s.illegal(byte(c))
			}
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return 0
	}
	if show {
		status, found := 0, false
		names := args
		if s.dialect != Bash {
			names = args[:1]
		}
		for _, n := range names {
			if long {
				if st := s.describe(n); st != 0 {
					status = st
				}
				continue
			}
			if st := s.brief(n); st != 0 {
				status = st
			} else {
				found = true
			}
		}
		if found && s.dialect == Bash {
			status = 0
		}
		return status
	}
	b, _ := s.find(args[0])
	if b == nil {
		s.builtin = ""
		s.external(emptyStmt, nil, args, false)
		return s.status
	}
	if args[0] == "exec" {
		s.exec(emptyStmt, nil, args)
		return s.status
	}
	s.builtin = args[0]
	return b(s, args)
}

// brief writes what command -v says of a name.
func (s *Shell) brief(n string) int {
	what, at := s.kind(n)
	switch what {
	case "":
		if s.dialect == Bash {
			return 1
		}
		return 127
	case "file":
		n = at
	case "alias":
		n = "alias " + n + "=" + quoteSingle(at)
	}
	s.p.WriteFD(1, []byte(n+"\n"))
	return 0
}

// runBuiltin is bash's builtin builtin.
func runBuiltin(s *Shell, argv []string) int {
	if len(argv) < 2 {
		return 0
	}
	b, _ := s.find(argv[1])
	if b == nil {
		s.complain("%s: not a shell builtin", argv[1])
		return 1
	}
	s.builtin = argv[1]
	return b(s, argv[1:])
}
