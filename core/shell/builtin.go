package shell

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// builtin runs a command inside the shell.
type builtin func(s *Shell, argv []string) int

// specials are the builtins whose assignments stay and which come before
// functions (POSIX XCU 2.14).
var specials map[string]builtin

// regulars are the builtins that functions can hide.
var regulars map[string]builtin

// bashOnly are builtins ash and dash do not have.
var bashOnly map[string]builtin

func init() {
	specials = map[string]builtin{
		":": func(*Shell, []string) int { return 0 }, "break": breakLoop, "continue": breakLoop, ".": dot, "eval": eval,
		"exit": exit, "export": export, "readonly": export, "return": returns, "set": set, "shift": shift,
		"times": times, "trap": trap, "unset": unset, "exec": func(*Shell, []string) int { return 0 },
	}
	regulars = map[string]builtin{
		"alias": alias, "unalias": unalias, "bg": jobless, "fg": jobless, "jobs": jobless, "cd": cd, "chdir": cd, "command": command,
		"false": func(*Shell, []string) int { return 1 }, "true": func(*Shell, []string) int { return 0 },
		"getopts": getopts, "hash": hash, "local": local, "pwd": pwd, "read": read, "type": types, "umask": umask,
		"wait": wait, "ulimit": ulimit, "kill": kill,
		"echo": (*Shell).echo, "printf": (*Shell).inside, "test": (*Shell).inside, "[": (*Shell).inside,
	}
	bashOnly = map[string]builtin{
		"declare": declare, "typeset": declare, "shopt": shopt, "mapfile": mapfile, "readarray": mapfile, "pushd": pushd,
		"popd": popd, "dirs": dirs, "builtin": runBuiltin, "caller": caller, "enable": jobless, "disown": jobless,
		"suspend": jobless, "bind": jobless, "complete": jobless, "compgen": jobless, "history": jobless, "help": help,
		"logout": exit,
	}
}

// find returns the builtin called name, and whether it is a special one.
func (s *Shell) find(name string) (b builtin, special bool) {
	if b, ok := specials[name]; ok {
		return b, true
	}
	if name == "local" && s.dialect != Bash {
		return local, true
	}
	if b, ok := regulars[name]; ok {
		if s.dialect == Bash && name == "chdir" {
			return nil, false
		}
		return b, false
	}
	switch s.dialect {
	case Bash:
		switch name {
		case "source":
			return dot, true
		case "let":
			return let, false
		}
		return bashOnly[name], false
	case Ash:
		switch name {
		case "source":
			return dot, true
		case "let":
			return let, false
		case "[[":
			return (*Shell).inside, false
		case "help":
			return help, false
		}
	}
	return nil, false
}

// inside runs an applet in the shell's own process.
func (s *Shell) inside(argv []string) int {
	if argv[0] == "printf" && s.dialect == Bash && len(argv) > 3 && argv[1] == "-v" {
		return s.printfTo(argv[2], argv[3:])
	}
	f := applet.Builtin(argv[0])
	if s.applets == nil {
		s.applets = s.forApplets()
	}
	// The words are the shell's own: the name of the shell takes the place of
	// the builtin's while it runs.
	name := argv[0]
	argv[0] = s.applet()
	defer func() { argv[0] = name }()
	return s.p.Call(argv, func(p *proc.Proc) int { return f(p, name, s.applets) })
}

// forApplets is what test and printf are told of the shell they are in.
func (s *Shell) forApplets() *applet.Shell {
	sh := &applet.Shell{Ash: s.dialect == Ash, Bash: s.dialect == Bash, Dash: s.dialect == Dash}
	switch s.dialect {
	case Bash:
		sh.Name = func() string { return fmt.Sprintf("%s: line %d: %s", s.arg0, s.lineno(), s.builtin) }
		sh.Set = func(name string) bool { _, ok := s.element(s.deref(name)); return ok }
		sh.On = func(name string) bool { p := s.option(0, name); return p != nil && *p }
	case Dash:
		sh.Name = func() string { return fmt.Sprintf("%s: %d: %s", s.arg0, s.lineno(), s.builtin) }
	}
	return sh
}

// printfTo is printf -v: the text goes to a variable.
func (s *Shell) printfTo(variable string, argv []string) int {
	base, idx, indexed := strings.Cut(variable, "[")
	if !dialect.Name(base) {
		s.complain("`%s': not a valid identifier", variable)
		return 2
	}
	var out []byte
	status := s.p.Call([]string{s.applet()}, func(p *proc.Proc) (st int) {
		out, st = applet.Printf(p, argv[0], argv[1:], s.forApplets())
		return st
	})
	if indexed {
		s.setIndex(base, strings.TrimSuffix(idx, "]"), string(out))
	} else {
		s.set(variable, string(out))
	}
	return status
}

// echo writes its arguments. dash knows escapes and only -n, ash and bash take
// -e for them.
func (s *Shell) echo(argv []string) int {
	text := applet.Echo(argv[1:], s.dialect == Dash)
	if _, err := s.p.WriteFD(1, text); err != nil {
		switch s.dialect {
		case Ash:
			s.p.Errorf("%s: write error: %s\n", s.applet(), proc.Text(err))
		case Dash:
			s.complain("echo: I/O error")
		default:
			s.complain("write error: %s", proc.Text(err))
		}
		return 1
	}
	return 0
}

func (s *Shell) illegal(opt byte) int {
	switch s.dialect {
	case Dash:
		s.complain("Illegal option -%c", opt)
	case Ash:
		s.complain("illegal option -%c", opt)
	default:
		s.complain("-%c: invalid option", opt)
		if u := usages[s.builtin]; u != "" {
			s.p.Errorf("%s: usage: %s\n", s.builtin, u)
		}
		return 2
	}
	panic(shellExit{s: s, status: 2})
}

// usages are bash's words on how its builtins are called.
var usages = map[string]string{
	"cd":      "cd [-L|[-P [-e]] [-@]] [dir]",
	"command": "command [-pVv] command [arg ...]",
	"getopts": "getopts optstring name [arg ...]",
	"pwd":     "pwd [-LP]",
	"read":    "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]",
	"set":     "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]",
	"unset":   "unset [-f] [-v] [-n] [name ...]",
	"export":  "export [-fn] [name[=value] ...] or export -p",
	"umask":   "umask [-p] [-S] [mode]",
	".":       ". filename [arguments]",
	"kill":    "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]",
}

// number reads a count given to a builtin.
func (s *Shell) number(v string) int {
	n, err := strconv.Atoi(v)
	if err == nil && (n >= 0 || s.dialect == Bash) {
		return n
	}
	if s.dialect == Bash {
		s.complain("%s: numeric argument required", v)
		switch s.builtin {
		case "shift":
			panic(shellExit{s: s, status: 1, line: true})
		case "return":
			return 2
		case "break", "continue":
			panic(shellExit{s: s, status: 128})
		}
		panic(shellExit{s: s, status: 2})
	}
	s.fail(2, "Illegal number: %s", v)
	return 0
}

func breakLoop(s *Shell, argv []string) int {
	n := 1
	if s.loops == 0 && s.dialect == Bash {
		s.complain("only meaningful in a `for', `while', or `until' loop")
		return 0
	}
	if len(argv) > 1 {
		if n = s.number(argv[1]); n <= 0 {
			if s.dialect == Bash {
				s.complain("%s: loop count out of range", argv[1])
				return 1
			}
			s.fail(2, "Illegal number: %s", argv[1])
		}
	}
	if s.loops == 0 {
		return 0
	}
	s.count = min(n, s.loops)
	s.flow = breaking
	if argv[0] == "continue" {
		s.flow = continuing
	}
	return 0
}

func dot(s *Shell, argv []string) int {
	if len(argv) > 1 && argv[1] == "--" {
		argv = append(argv[:1:1], argv[2:]...)
	}
	if len(argv) < 2 {
		switch s.dialect {
		case Bash:
			s.complain("filename argument required")
			s.p.Errorf("%s: usage: %s filename [arguments]\n", argv[0], argv[0])
			return 2
		default:
			return 2
		}
	}
	name := argv[1]
	file := name
	if !strings.Contains(name, "/") {
		dirs, _ := s.get("PATH")
		found := false
		for dir := range strings.SplitSeq(dirs, ":") {
			at := path.Join(dir, name)
			if dir == "" {
				at = name
			}
			if n, err := s.p.Stat(at); err == nil && !n.IsDir() {
				file, found = at, true
				break
			}
		}
		if !found && s.dialect != Bash {
			s.fail(2, "%s: not found", name)
		}
	}
	data, err := s.p.ReadFile(file)
	if err != nil {
		switch s.dialect {
		case Bash:
			s.builtin = ""
			s.complain("%s: %s", name, proc.Text(err))
			return 1
		case Dash:
			why := proc.Text(err)
			if proc.Is(err, vfs.ENOENT) {
				why = "No such file"
			}
			s.fail(2, "cannot open %s: %s", name, why)
		}
		s.fail(2, "can't open '%s': %s", name, proc.Text(err))
	}
	old := s.args
	if len(argv) > 2 && s.dialect != Dash {
		s.args = argv[2:]
		defer func() { s.args = old }()
	}
	loops := s.loops
	s.loops = 0
	sourced, unit, built := s.sourced, s.unit, s.builtin
	s.sourced, s.unit, s.builtin = name, name, ""
	s.level++
	s.source(string(data), 0)
	s.level--
	s.loops, s.sourced, s.unit, s.builtin = loops, sourced, unit, built
	if s.flow == returning {
		s.flow = onward
	}
	return s.status
}

func eval(s *Shell, argv []string) int {
	if len(argv) > 1 && argv[1] == "--" {
		argv = argv[1:]
	}
	if s.depth++; s.depth > 1000 {
		s.p.Machine().Abort(&proc.LimitError{What: "depth", Limit: 1000, Text: limitEval.With()})
	}
	s.level++
	defer func() { s.depth--; s.level-- }()
	return s.source(strings.Join(argv[1:], " "), max(s.line-1, s.base))
}

func exit(s *Shell, argv []string) int {
	status := s.status
	if len(argv) > 1 {
		v := argv[1]
		if v == "--" && len(argv) > 2 {
			v = argv[2]
		}
		n, err := strconv.Atoi(v)
		if err == nil && len(argv) > 2 && argv[1] != "--" && s.dialect == Bash {
			s.complain("too many arguments")
			return 1
		}
		if err != nil || n < 0 && s.dialect != Bash {
			if s.dialect == Bash {
				s.complain("%s: numeric argument required", v)
				n = 2
			} else {
				s.number(v)
			}
		}
		status = n & 0xff
	}
	s.flow = exiting
	return status
}

func returns(s *Shell, argv []string) int {
	status := s.status
	if len(argv) > 1 {
		status = s.number(argv[1])
	}
	if len(s.frames) == 0 && s.builtin == "return" && s.depth == 0 && s.dialect == Bash && s.base == 0 && s.script {
		s.complain("can only `return' from a function or sourced script")
		return 2
	}
	s.flow = returning
	if s.dialect == Dash {
		return status
	}
	return status & 0xff
}

func shift(s *Shell, argv []string) int {
	n := 1
	if len(argv) > 1 {
		n = s.number(argv[1])
	}
	if n < 0 && s.dialect == Bash {
		s.complain("%s: shift count out of range", argv[1])
		return 1
	}
	if n > len(s.args) || n < 0 {
		if s.dialect == Dash {
			s.fail(2, "can't shift that many")
		}
		return 1
	}
	s.args = s.args[n:]
	return 0
}

func times(s *Shell, _ []string) int {
	if s.dialect == Ash {
		s.p.WriteFD(1, []byte("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n"))
	} else {
		s.p.WriteFD(1, []byte("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n"))
	}
	return 0
}

func jobless(*Shell, []string) int { return 0 }

// caller tells where a function was called from, which only files know.
func caller(*Shell, []string) int { return 1 }

func ulimit(s *Shell, argv []string) int {
	if len(argv) < 3 && (len(argv) < 2 || strings.HasPrefix(argv[1], "-")) {
		v := "unlimited\n"
		if len(argv) > 1 && argv[1] == "-n" {
			v = "1024\n"
		}
		s.p.WriteFD(1, []byte(v))
	}
	return 0
}

func let(s *Shell, argv []string) int {
	if len(argv) < 2 {
		s.complain("expression expected")
		return 2
	}
	var v int64
	for _, a := range argv[1:] {
		v = s.arith(a)
	}
	return falsehood(v)
}
