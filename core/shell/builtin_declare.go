package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
)

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

// declareFuncs lists functions, for declare -f and -F.
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
