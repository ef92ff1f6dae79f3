package shell

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/shell/proc"
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
		"popd": popd, "dirs": dirs, "builtin": runBuiltin, "caller": jobless, "enable": jobless, "disown": jobless,
		"suspend": jobless, "bind": jobless, "complete": jobless, "compgen": jobless, "history": jobless, "help": help,
		"logout": exit,
	}
}

// find returns the builtin called name, and whether it is a special one.
func (s *Shell) find(name string) (b builtin, special bool) {
	if b, ok := specials[name]; ok {
		return b, true
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
	f := applet.Builtin(argv[0])
	args := append([]string{s.applet()}, argv[1:]...)
	switch s.dialect {
	case Bash:
		args[0] = fmt.Sprintf("%s: line %d: %s", s.arg0, s.lineno(), argv[0])
	case Dash:
		args[0] = fmt.Sprintf("%s: %d: %s", s.arg0, s.lineno(), argv[0])
	}
	sh := applet.Shell{Bash: s.dialect == Bash}
	if sh.Bash {
		sh.Set = func(name string) bool { _, ok := s.element(s.deref(name)); return ok }
		sh.On = func(name string) bool { p := s.option(0, name); return p != nil && *p }
	}
	return s.p.Call(args, func(p *proc.Proc) int { return f(p, argv[0], sh) })
}

// echo writes its arguments. dash knows escapes and only -n, ash and bash take
// -e for them.
func (s *Shell) echo(argv []string) int {
	text := applet.Echo(argv[1:], s.dialect == Dash)
	if _, err := s.p.WriteFD(1, text); err != nil {
		switch s.dialect {
		case Ash:
			s.p.Errorf("%s: write error: %s\n", s.applet(), proc.Text(err))
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
	}
	return 2
}

// number reads a count given to a builtin.
func (s *Shell) number(v string) int {
	n, err := strconv.Atoi(v)
	if err == nil && (n >= 0 || s.dialect == Bash) {
		return n
	}
	if s.dialect == Bash {
		s.complain("%s: numeric argument required", v)
		panic(shellExit{s, 2})
	}
	if s.dialect == Dash {
		s.fail(2, "Illegal number: %s", v)
	}
	s.fail(2, "Illegal number: %s", v)
	return 0
}

func breakLoop(s *Shell, argv []string) int {
	n := 1
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
		if s.dialect == Bash {
			s.complain("only meaningful in a `for', `while', or `until' loop")
		}
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
			if n, err := s.p.Stat(name); err != nil || n.IsDir() || s.dialect == Dash {
				if s.dialect == Dash {
					s.fail(2, "%s: not found", name)
				}
				s.fail(2, "%s: not found", name)
			}
		}
	}
	data, err := s.p.ReadFile(file)
	if err != nil {
		switch s.dialect {
		case Bash:
			s.complain("%s: %s", name, proc.Text(err))
			return 1
		case Dash:
			s.fail(2, "cannot open %s: No such file", name)
		}
		s.fail(2, "can't open '%s': %s", name, proc.Text(err))
	}
	old := s.args
	if len(argv) > 2 {
		s.args = argv[2:]
		defer func() { s.args = old }()
	}
	loops := s.loops
	s.loops = 0
	s.source(string(data), 0)
	s.loops = loops
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
		s.p.Machine().Abort(&proc.LimitError{What: "depth", Limit: 1000, Text: "eval calls itself more than 1000 deep"})
	}
	defer func() { s.depth-- }()
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
		return 1
	}
	s.flow = returning
	return status & 0xff
}

func shift(s *Shell, argv []string) int {
	n := 1
	if len(argv) > 1 {
		n = s.number(argv[1])
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
	return int(truth(v == 0))
}

// local makes variables local to the function that runs.
func local(s *Shell, argv []string) int {
	if len(s.frames) == 0 {
		switch s.dialect {
		case Bash:
			s.complain("can only be used in a function")
			return 1
		case Dash:
			s.fail(2, "not in a function")
		}
		s.fail(2, "not in a function")
	}
	fr := s.frames[len(s.frames)-1]
	for _, a := range argv[1:] {
		k, v, has := strings.Cut(a, "=")
		if a == "-" && s.dialect != Bash {
			o := s.opt
			fr.opts = &o
			continue
		}
		if strings.HasPrefix(a, "-") && s.dialect == Bash {
			return declare(s, argv)
		}
		add := strings.HasSuffix(k, "+") && s.dialect == Bash
		k = strings.TrimSuffix(k, "+")
		if !name(k) {
			if s.dialect == Bash {
				s.complain("`%s': not a valid identifier", a)
				return 1
			}
			s.fail(2, "%s: bad variable name", k)
		}
		s.localize(k)
		if has {
			if add {
				old, _ := s.get(k)
				v = old + v
			}
			s.set(k, v)
		}
	}
	return 0
}

// localize remembers a variable until the function returns. Its value stays
// visible in ash and dash; in bash it is unset.
func (s *Shell) localize(k string) {
	fr := s.frames[len(s.frames)-1]
	for _, l := range fr.locals {
		if l.name == k {
			return
		}
	}
	fr.locals = append(fr.locals, s.keep(k))
	if v := s.vars[k]; v != nil && s.dialect != Dash {
		if v.flags&readonly != 0 && s.dialect == Bash {
			return
		}
		s.seq++
		s.vars[k] = &variable{name: k, seq: s.seq, owner: s, flags: v.flags & exported}
		if k == "IFS" {
			s.ifs = " \t\n"
		}
		s.env = nil
	}
}

// export is export and readonly.
func export(s *Shell, argv []string) int {
	add := exported
	if argv[0] == "readonly" {
		add = readonly
	}
	args := argv[1:]
	print, remove, funcs := len(args) == 0, false, false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 {
		if args[0] == "--" {
			args = args[1:]
			break
		}
		for _, c := range args[0][1:] {
			switch {
			case c == 'p':
				print = true
			case c == 'n' && s.dialect != Dash:
				remove = true
			case c == 'f' && s.dialect == Bash:
				funcs = true
			case (c == 'a' || c == 'A') && s.dialect == Bash:
			default:
				return s.illegal(byte(c))
			}
		}
		args = args[1:]
	}
	if print && len(args) == 0 {
		var b strings.Builder
		for _, v := range s.sorted() {
			if v.flags&add == 0 {
				continue
			}
			s.show(&b, argv[0], v)
		}
		s.p.WriteFD(1, []byte(b.String()))
		return 0
	}
	if funcs {
		return 0
	}
	status := 0
	for _, a := range args {
		k, v, has := strings.Cut(a, "=")
		plus := s.dialect == Bash && strings.HasSuffix(k, "+")
		if plus {
			k = strings.TrimSuffix(k, "+")
		}
		if !name(k) {
			switch s.dialect {
			case Bash:
				s.complain("`%s': not a valid identifier", a)
				status = 1
				continue
			case Dash:
				s.fail(2, "%s: bad variable name", k)
			}
			s.fail(2, "%s: bad variable name", k)
		}
		switch {
		case remove:
			if x := s.vars[k]; x != nil {
				s.own(k).flags &^= exported
				s.env = nil
			}
			if has {
				s.set(k, v)
			}
		case has:
			if plus {
				old, _ := s.get(k)
				v = old + v
			}
			s.assign(k, v, 0)
			s.own(k).flags |= add
			s.env = nil
		default:
			s.own(s.deref(k)).flags |= add
			s.env = nil
		}
	}
	return status
}

// show writes a variable as export -p does.
func (s *Shell) show(b *strings.Builder, verb string, v *variable) {
	if s.dialect == Bash {
		b.WriteString("declare -" + v.lettersOr() + " " + v.name)
		if v.set && !v.array() {
			b.WriteString("=" + doubleQuote(v.value))
		}
		b.WriteByte('\n')
		return
	}
	b.WriteString(verb + " " + v.name)
	if v.set {
		b.WriteString("=" + quoteSingle(v.value))
	}
	b.WriteByte('\n')
}

// quoteSingle quotes always, as ash and dash show values.
func quoteSingle(v string) string {
	if v == "" {
		return "''"
	}
	return quoteAsh(v)
}

func (v *variable) lettersOr() string {
	if l := v.letters(); l != "" {
		return l
	}
	return "-"
}

// doubleQuote quotes as bash's declare -p does.
func doubleQuote(v string) string {
	if strings.ContainsAny(v, "\n\t\r\x1b") {
		return quoteBash(v)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(v) + `"`
}

func unset(s *Shell, argv []string) int {
	args := argv[1:]
	vars, funcs := false, false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 {
		if args[0] == "--" {
			args = args[1:]
			break
		}
		for _, c := range args[0][1:] {
			switch c {
			case 'v':
				vars = true
			case 'f':
				funcs = true
			case 'n':
			default:
				st := s.illegal(byte(c))
				if s.dialect != Bash {
					panic(shellExit{s, 2})
				}
				return st
			}
		}
		args = args[1:]
	}
	status := 0
	for _, a := range args {
		if funcs {
			delete(s.funcs, a)
			continue
		}
		if _, ok := s.vars[s.deref(strings.SplitN(a, "[", 2)[0])]; !ok && !vars && s.dialect == Bash {
			delete(s.funcs, a)
			continue
		}
		st, _ := s.caught(func() { s.unset(a) })
		status = max(status, st)
	}
	return status
}

// caught runs f; bash goes on after a builtin's error.
func (s *Shell) caught(f func()) (status int, ok bool) {
	if s.dialect != Bash {
		f()
		return 0, true
	}
	status = s.discard(func() int { f(); return 0 })
	return status, status == 0
}

func umask(s *Shell, argv []string) int {
	symbolic := false
	args := argv[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 {
		switch args[0] {
		case "-S":
			symbolic = true
		case "-p":
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
			s.fail(2, "%s mode: %s", s.pick("illegal", "Illegal"), args[0])
		}
		s.p.Umask = uint32(n)
		return 0
	}
	m, err := applet.Mode(args[0], ^s.p.Umask&0o777, false, 0)
	if err != nil {
		if s.dialect == Bash {
			s.complain("`%s': invalid symbolic mode operator", args[0])
			return 1
		}
		s.fail(2, "%s mode: %s", s.pick("illegal", "Illegal"), args[0])
	}
	s.p.Umask = ^m & 0o777
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
		}
	}
	dir, _ := s.get("PWD")
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
	old, _ := s.get("PWD")
	logical := dest
	if !strings.HasPrefix(dest, "/") {
		logical = strings.TrimSuffix(old, "/") + "/" + dest
	}
	double := strings.HasPrefix(logical, "//") && !strings.HasPrefix(logical, "///")
	if logical = path.Clean(logical); double && s.dialect != Bash {
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
	s.assign("OLDPWD", old, exported)
	s.assign("PWD", logical, exported)
	return nil
}

func hash(s *Shell, argv []string) int {
	if len(argv) > 1 && argv[1] == "-r" {
		s.hashed = nil
		return 0
	}
	status := 0
	if len(argv) == 1 {
		if s.dialect == Bash && len(s.hashed) == 0 {
			s.p.Errorf("hash: hash table empty\n")
			return 0
		}
		names := make([]string, 0, len(s.hashed))
		for k := range s.hashed {
			names = append(names, k)
		}
		slices.SortFunc(names, func(a, b string) int {
			if d := command31(a) - command31(b); d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
		var b strings.Builder
		for _, k := range names {
			b.WriteString(s.hashed[k] + "\n")
		}
		s.p.WriteFD(1, []byte(b.String()))
		return 0
	}
	for _, a := range argv[1:] {
		if strings.HasPrefix(a, "-") {
			continue
		}
		if s.locate(a) == "" {
			s.complain("%s: not found", a)
			status = 1
			if s.dialect != Bash {
				status = 127
			}
		}
	}
	return status
}

// command31 is where ash's table of commands keeps a name.
func command31(name string) int {
	h := uint(name[0]) << 4
	for i := range len(name) {
		h += uint(name[i])
	}
	return int(h & 0x7fff % 31)
}

// locate finds a command on PATH and remembers it.
func (s *Shell) locate(name string) string {
	if strings.Contains(name, "/") {
		if at, err := s.p.Look(name, ""); err == nil {
			return at
		}
		return ""
	}
	dirs, _ := s.get("PATH")
	at, err := s.p.Look(name, dirs)
	if err != nil {
		return ""
	}
	if s.hashed == nil {
		s.hashed = map[string]string{}
	}
	s.hashed[name] = at
	return at
}

func help(s *Shell, argv []string) int {
	s.p.WriteFD(1, []byte("Built-in commands:\n------------------\n\t. : [ [[ alias bg break cd chdir command continue echo eval exec\n\texit export false fg getopts hash help history jobs kill let\n\tlocal printf pwd read readonly return set shift source test times\n\ttrap true type ulimit umask unalias unset wait\n"))
	return 0
}

func alias(s *Shell, argv []string) int {
	if s.aliases == nil {
		s.aliases, s.aliasSince = map[string]string{}, map[string]int{}
	}
	status := 0
	if len(argv) == 1 {
		names := make([]string, 0, len(s.aliases))
		for k := range s.aliases {
			names = append(names, k)
		}
		slices.Sort(names)
		for _, k := range names {
			s.p.WriteFD(1, []byte(s.aliasLine(k)))
		}
	}
	for _, a := range argv[1:] {
		if k, v, ok := strings.Cut(a, "="); ok && k != "" {
			s.aliases[k] = v
			s.aliasSince[k] = s.line
		} else if _, ok := s.aliases[a]; ok {
			s.p.WriteFD(1, []byte(s.aliasLine(a)))
		} else {
			if s.dialect == Bash {
				s.complain("%s: not found", a)
			} else {
				s.p.Errorf("alias: %s not found\n", a)
			}
			status = 1
		}
	}
	return status
}

// pick chooses between ash's and dash's wording.
func (s *Shell) pick(ash, dash string) string {
	if s.dialect == Dash {
		return dash
	}
	return ash
}

func (s *Shell) aliasLine(k string) string {
	if s.dialect == Bash {
		return "alias " + k + "=" + quoteBash(s.aliases[k]) + "\n"
	}
	return k + "=" + quoteSingle(s.aliases[k]) + "\n"
}

func unalias(s *Shell, argv []string) int {
	status := 0
	for _, a := range argv[1:] {
		if a == "-a" {
			clear(s.aliases)
			continue
		}
		if _, ok := s.aliases[a]; !ok {
			s.complain("%s: not found", a)
			status = 1
		}
		delete(s.aliases, a)
	}
	return status
}

// alias replaces a command that is an alias, which the parser knows nothing
// of: the text is put together anew and run.
func (s *Shell) alias(st *syntax.Stmt, c *syntax.CallExpr, argv []string) bool {
	if s.dialect == Bash && !s.shopt["expand_aliases"] {
		return false
	}
	if len(c.Args[0].Parts) != 1 {
		return false
	}
	l, ok := c.Args[0].Parts[0].(*syntax.Lit)
	if !ok {
		return false
	}
	text, ok := s.aliases[l.Value]
	if !ok || s.aliasSince[l.Value] == s.line {
		// A line is read before any of it runs.
		return false
	}
	var b strings.Builder
	b.WriteString(text)
	printer := syntax.NewPrinter()
	for _, w := range c.Args[1:] {
		b.WriteByte(' ')
		printer.Print(&b, w)
	}
	for _, r := range st.Redirs {
		if r.Hdoc != nil {
			return false
		}
		b.WriteByte(' ')
		if r.N != nil {
			b.WriteString(r.N.Value)
		}
		b.WriteString(r.Op.String())
		printer.Print(&b, r.Word)
	}
	delete(s.aliases, l.Value) // an alias is not expanded inside itself
	defer func() { s.aliases[l.Value] = text }()
	s.source(b.String(), s.line-1)
	return true
}

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
