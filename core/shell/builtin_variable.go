package shell

import (
	"strings"

	"layerlab.dev/core/shell/dialect"
)

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
		if !dialect.Name(k) {
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
		if !dialect.Name(k) {
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

func (v *variable) lettersOr() string {
	if l := v.letters(); l != "" {
		return l
	}
	return "-"
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
				return s.illegal(byte(c))
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
