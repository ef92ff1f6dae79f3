package shell

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/proc"
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

func trapNumber(a string, d Dialect) int {
	if d != Dash {
		switch strings.ToUpper(a) {
		case "ERR":
			if d == Bash {
				return trapERR
			}
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

// decl runs export, readonly, local, declare and typeset where the parser has
// already told assignments from words.
func (s *Shell) decl(st *syntax.Stmt, d *syntax.DeclClause) {
	argv := []string{d.Variant.Value}
	b, _ := s.find(argv[0])
	if b == nil || s.funcs[argv[0]] != nil {
		for _, a := range d.Args {
			argv = append(argv, s.declWords(a)...)
		}
		s.invoke(st, nil, argv, false)
		return
	}
	type arr struct {
		name string
		a    *syntax.Assign
	}
	var arrays []arr
	for _, a := range d.Args {
		switch {
		case a.Name == nil:
			argv = append(argv, s.fields([]*syntax.Word{a.Value})...)
		case a.Naked:
			n := a.Name.Value
			if a.Index != nil {
				n += "[" + s.subscript(a.Index) + "]"
			}
			argv = append(argv, n)
		case a.Array != nil:
			argv = append(argv, a.Name.Value)
			arrays = append(arrays, arr{a.Name.Value, a})
		case a.Index != nil:
			argv = append(argv, a.Name.Value)
			arrays = append(arrays, arr{a.Name.Value, a})
		default:
			op := "="
			if a.Append {
				op = "+="
			}
			argv = append(argv, a.Name.Value+op+s.value(a.Value))
		}
	}
	if len(arrays) > 0 && argv[0] != "readonly" {
		// The attributes come first, so that the elements are read by them.
		s.invoke(st, nil, argv, false)
		for _, x := range arrays {
			s.assignment(x.a, 0)
		}
		return
	}
	for _, x := range arrays {
		s.assignment(x.a, 0)
	}
	s.invoke(st, nil, argv, false)
}

func (s *Shell) declWords(a *syntax.Assign) []string {
	switch {
	case a.Name == nil:
		return s.fields([]*syntax.Word{a.Value})
	case a.Naked:
		return []string{a.Name.Value}
	}
	return []string{a.Name.Value + "=" + s.value(a.Value)}
}

// literal writes an array as bash's declare -p does.
func (v *variable) literal() string {
	var b strings.Builder
	b.WriteByte('(')
	vals := v.values()
	for i, k := range v.indexes() {
		if v.keys != nil {
			b.WriteString("[" + k + "]=" + doubleQuote(vals[i]) + " ")
			continue
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("[" + k + "]=" + doubleQuote(vals[i]))
	}
	b.WriteByte(')')
	return b.String()
}

// declare is bash's declare and typeset.
func declare(s *Shell, argv []string) int {
	var add, drop flags
	var indexed, assoc, print, funcs, global bool
	args := argv[1:]
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		if args[0] == "--" {
			args = args[1:]
			break
		}
		for _, c := range args[0][1:] {
			var f flags
			switch c {
			case 'x':
				f = exported
			case 'r':
				f = readonly
			case 'i':
				f = integer
			case 'l':
				f = lower
			case 'u':
				f = upper
			case 'n':
				f = nameref
			case 'a':
				indexed = true
			case 'A':
				assoc = true
			case 'p':
				print = true
			case 'f', 'F':
				funcs = true
			case 'g':
				global = true
			case 't', 'I':
			default:
				s.complain("%c%c: invalid option", args[0][0], c)
				return 2
			}
			if args[0][0] == '-' {
				add |= f
			} else {
				drop |= f
			}
		}
		args = args[1:]
	}
	if funcs {
		return s.declareFuncs(args)
	}
	if print || len(args) == 0 {
		var b strings.Builder
		status := 0
		list := s.sorted()
		if len(args) > 0 {
			list = nil
			for _, a := range args {
				if v := s.vars[a]; v != nil {
					list = append(list, v)
				} else {
					s.complain("%s: not found", a)
					status = 1
				}
			}
		}
		for _, v := range list {
			if v.array() {
				b.WriteString("declare -" + v.lettersOr() + " " + v.name + "=" + v.literal() + "\n")
				continue
			}
			s.show(&b, "declare", v)
		}
		s.p.WriteFD(1, []byte(b.String()))
		return status
	}
	status := 0
	for _, a := range args {
		k, val, has := strings.Cut(a, "=")
		plus := has && strings.HasSuffix(k, "+")
		k = strings.TrimSuffix(k, "+")
		base, _, _ := strings.Cut(k, "[")
		if !dialect.Name(base) {
			s.complain("`%s': not a valid identifier", a)
			status = 1
			continue
		}
		if len(s.frames) > 0 && !global {
			s.localize(base)
		}
		st := s.discard(func() int {
			v := s.own(base)
			if v.flags&readonly != 0 && (has || drop&readonly != 0) {
				s.readonlyError(base)
			}
			switch {
			case assoc && v.keys == nil:
				v.keys, v.list = map[string]string{}, nil
			case indexed && v.list == nil && v.keys == nil:
				v.list = map[int]string{}
				if v.set {
					v.list[0] = v.value
				}
			}
			if add&nameref != 0 {
				v.flags |= nameref
				if has {
					v.value, v.set = val, true
				}
				return 0
			}
			v.flags = v.flags&^drop | add&^readonly
			if add&lower != 0 {
				v.flags &^= upper
			}
			if add&upper != 0 {
				v.flags &^= lower
			}
			if has {
				if plus {
					old, _ := s.get(base)
					if v.flags&integer != 0 {
						val = "(" + old + ")+(" + val + ")"
					} else {
						val = old + val
					}
				}
				s.assign(base, val, 0)
			}
			s.own(base).flags |= add
			s.env = nil
			return 0
		})
		status = max(status, st)
	}
	return status
}

func (s *Shell) declareFuncs(args []string) int {
	status := 0
	names := args
	if len(args) == 0 {
		for k := range s.funcs {
			names = append(names, k)
		}
		slices.Sort(names)
	}
	for _, n := range names {
		if s.funcs[n] == nil {
			status = 1
			continue
		}
		if len(args) == 0 {
			s.p.WriteFD(1, []byte("declare -f "+n+"\n"))
		} else {
			s.p.WriteFD(1, []byte(n+"\n"))
		}
	}
	return status
}

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
