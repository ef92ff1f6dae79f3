package shell

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/proc"
)

// readLine reads one line byte by byte, so that what follows stays for others.
// With back, a backslash quotes the next character; what it quoted is marked
// by a backslash in the result. max < 0 is no limit.
func (s *Shell) readLine(delim byte, raw bool, max int) (string, bool) {
	var out []byte
	one := make([]byte, 1)
	for n := 0; max < 0 || n < max; n++ {
		k, err := s.p.ReadFD(0, one)
		if k == 0 || err != nil {
			return string(out), false
		}
		c := one[0]
		switch {
		case c == 0 && delim != 0:
			continue
		case c == '\\' && !raw:
			k, _ := s.p.ReadFD(0, one)
			if k == 0 {
				return string(out), false
			}
			if one[0] != '\n' {
				out = append(out, '\\', one[0])
			}
			continue
		case c == delim:
			return string(out), true
		case c == '\\':
			out = append(out, '\\')
		}
		out = append(out, c)
	}
	return string(out), true
}

// read is the builtin read. Lines are kept with backslashes before characters
// that must not split.
func read(s *Shell, argv []string) int {
	spec := "rp:n:t:u:sd:"
	switch s.dialect {
	case Dash:
		spec = "rp:"
	case Bash:
		spec = "rp:n:N:t:u:sd:a:i:e"
	}
	o, err := proc.ParseOptions(argv[1:], "+"+spec)
	if err != nil {
		msg := err.Error()
		return s.illegal(msg[len(msg)-2])
	}
	if o.Has('t') && o.Arg('t') == "0" {
		return 0 // whether input is there: it is, or its end
	}
	delim := byte('\n')
	if o.Has('d') {
		delim = 0
		if d := o.Arg('d'); d != "" {
			delim = d[0]
		}
	}
	most := -1
	if o.Has('n') {
		most, _ = strconv.Atoi(o.Arg('n'))
	}
	if o.Has('N') {
		most, _ = strconv.Atoi(o.Arg('N'))
	}
	if o.Has('u') {
		fd, _ := strconv.Atoi(o.Arg('u'))
		if !s.p.Opened(fd) {
			s.complain("%d: invalid file descriptor: Bad file descriptor", fd)
			return 1
		}
		old := s.p.Hold(0)
		s.p.Dup2(fd, 0)
		defer s.p.Restore(0, old)
	}
	line, ok := s.readLine(delim, o.Has('r'), most)
	status := 0
	if !ok {
		status = 1
	}
	names := o.Rest
	if o.Has('a') {
		v := s.own(o.Arg('a'))
		v.list, v.keys, v.set = map[int]string{}, nil, true
		for i, f := range s.splitRead(line, -1) {
			v.list[i] = f
		}
		return status
	}
	if len(names) == 0 {
		if s.dialect == Dash {
			s.complain("arg count")
			return 2
		}
		v := unmark(line)
		s.set("REPLY", v)
		return status
	}
	if o.Has('N') {
		s.set(names[0], unmark(line))
		return status
	}
	fields := s.splitRead(line, len(names))
	for i, n := range names {
		v := ""
		if i < len(fields) {
			v = fields[i]
		}
		base, _, _ := strings.Cut(n, "[")
		if !dialect.Name(base) {
			if s.dialect == Bash {
				s.complain("`%s': not a valid identifier", n)
				return 1
			}
			if s.dialect == Ash {
				s.p.Errorf("%s: read: '%s': bad variable name\n", s.applet(), n)
				return 1
			}
			s.fail(2, "%s: bad variable name", n)
		}
		if base != n {
			s.setIndex(base, strings.TrimSuffix(n[len(base)+1:], "]"), v)
			continue
		}
		s.set(n, v)
	}
	return status
}

// unmark takes away the backslashes readLine left.
func unmark(line string) string {
	if strings.IndexByte(line, '\\') < 0 {
		return line
	}
	var b []byte
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' && i+1 < len(line) {
			i++
		}
		b = append(b, line[i])
	}
	return string(b)
}

// splitRead divides a line at IFS into at most n fields, the last of which
// takes the rest; n < 0 is no limit.
func (s *Shell) splitRead(line string, n int) []string {
	ifs := s.ifs
	isSep := func(c byte) bool { return strings.IndexByte(ifs, c) >= 0 }
	white := func(c byte) bool { return (c == ' ' || c == '\t' || c == '\n') && isSep(c) }
	var out []string
	i := 0
	for i < len(line) && white(line[i]) {
		i++
	}
	for i < len(line) {
		if n > 0 && len(out) == n-1 {
			// The rest, less white space at its end, and less one delimiter
			// if nothing else follows it.
			rest := line[i:]
			end := len(rest)
			for end > 0 && white(rest[end-1]) && !(end > 1 && rest[end-2] == '\\') {
				end--
			}
			body := rest[:end]
			if end > 0 && isSep(body[end-1]) && !(end > 1 && body[end-2] == '\\') {
				other := false
				for j := 0; j < end-1; j++ {
					if body[j] == '\\' {
						j++
						continue
					}
					if isSep(body[j]) && !white(body[j]) {
						other = true
					}
				}
				if !other {
					body = body[:end-1]
					for len(body) > 0 && white(body[len(body)-1]) {
						body = body[:len(body)-1]
					}
				}
			}
			return append(out, unmark(body))
		}
		var f []byte
		for i < len(line) && !isSep(line[i]) {
			if line[i] == '\\' && i+1 < len(line) {
				i++
			}
			f = append(f, line[i])
			i++
		}
		out = append(out, string(f))
		for i < len(line) && white(line[i]) {
			i++
		}
		if i < len(line) && isSep(line[i]) && !white(line[i]) {
			i++
			for i < len(line) && white(line[i]) {
				i++
			}
		}
	}
	return out
}

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

func mapfile(s *Shell, argv []string) int {
	o, err := proc.ParseOptions(argv[1:], "+td:n:O:s:u:C:c:")
	if err != nil {
		msg := err.Error()
		return s.illegal(msg[len(msg)-2])
	}
	target := "MAPFILE"
	if len(o.Rest) > 0 {
		target = o.Rest[0]
	}
	delim := byte('\n')
	if o.Has('d') {
		delim = 0
		if d := o.Arg('d'); d != "" {
			delim = d[0]
		}
	}
	most, skip := -1, 0
	if o.Has('n') {
		if most, _ = strconv.Atoi(o.Arg('n')); most == 0 {
			most = -1
		}
	}
	if o.Has('s') {
		skip, _ = strconv.Atoi(o.Arg('s'))
	}
	v := s.own(target)
	v.list, v.keys, v.set = map[int]string{}, nil, true
	for i := 0; most < 0 || i < most; {
		line, ok := s.readLine(delim, true, -1)
		line = unmark(line)
		if !ok && line == "" {
			break
		}
		if skip > 0 {
			skip--
			continue
		}
		if ok && !o.Has('t') {
			line += string(delim)
		}
		v.list[i] = line
		i++
		if !ok {
			break
		}
	}
	return 0
}

// stack is bash's directory stack, the working directory left out.
func (s *Shell) stack() []string {
	if v := s.vars["DIRSTACK"]; v != nil {
		return v.values()
	}
	return nil
}

func (s *Shell) setStack(l []string) {
	v := s.own("DIRSTACK")
	v.list, v.set = map[int]string{}, true
	for i, d := range l {
		v.list[i] = d
	}
}

func dirs(s *Shell, argv []string) int {
	if len(argv) > 1 && argv[1] == "-c" {
		s.setStack(nil)
		return 0
	}
	home, _ := s.get("HOME")
	pwd, _ := s.get("PWD")
	l := append([]string{pwd}, s.stack()...)
	for i, d := range l {
		if home != "" && (d == home || strings.HasPrefix(d, home+"/")) {
			l[i] = "~" + d[len(home):]
		}
	}
	s.p.WriteFD(1, []byte(strings.Join(l, " ")+"\n"))
	return 0
}

func pushd(s *Shell, argv []string) int {
	pwd, _ := s.get("PWD")
	args := argv[1:]
	quiet := len(args) > 0 && args[0] == "-n"
	if quiet {
		args = args[1:]
	}
	st := s.stack()
	dest := ""
	switch {
	case len(args) == 0:
		if len(st) == 0 {
			s.complain("no other directory")
			return 1
		}
		dest, st = st[0], st[1:]
	default:
		dest = args[0]
	}
	if quiet {
		s.setStack(append([]string{dest}, st...))
		return 0
	}
	if err := s.chdir(dest, false); err != nil {
		s.complain("%s: %s", dest, proc.Text(err))
		return 1
	}
	s.setStack(append([]string{pwd}, st...))
	return dirs(s, argv[:1])
}

func popd(s *Shell, argv []string) int {
	st := s.stack()
	if len(st) == 0 {
		s.complain("directory stack empty")
		return 1
	}
	if len(argv) > 1 && argv[1] == "-n" {
		s.setStack(st[1:])
		return dirs(s, argv[:1])
	}
	if err := s.chdir(st[0], false); err != nil {
		s.complain("%s: %s", st[0], proc.Text(err))
		return 1
	}
	s.setStack(st[1:])
	return dirs(s, argv[:1])
}
