package shell

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/grammar"
	"layerlab.dev/core/shell/proc"
)

// attribute says which command changes the tree from now on.
func (s *Shell) attribute(st *syntax.Stmt, argv []string) *proc.Command {
	old := s.p.Command
	if s.script || old == nil {
		c := &proc.Command{Argv: argv}
		if s.script {
			c.Start, c.End = grammar.Original(s.code.edits, int(st.Pos().Offset())), grammar.Original(s.code.edits, int(st.End().Offset()))
		}
		s.p.Command = c
	}
	return old
}

// call runs a simple command.
func (s *Shell) call(st *syntax.Stmt, c *syntax.CallExpr, last bool) {
	made := s.substs
	argv := s.operands(c.Args)
	if len(argv) == 0 {
		s.bare(st, c, made)
		return
	}
	if action := s.traps[trapDEBUG]; action != "" && !s.inTrap && (len(s.frames) == 0 || s.opt.functrace) {
		s.runTrap(action)
	}
	if len(s.aliases) > 0 && s.alias(st, c, argv) {
		return
	}
	s.invoke(st, c.Assigns, argv, last)
}

// operands expands the words of a command. export, readonly and local take
// name=word as an assignment: it is not split.
func (s *Shell) operands(words []*syntax.Word) []string {
	if s.dialect == Bash || len(words) < 2 {
		return s.fields(words)
	}
	switch strings.TrimPrefix(words[0].Lit(), `\`) {
	case "export", "readonly", "local":
	default:
		return s.fields(words)
	}
	argv := s.fields(words[:1])
	for i, w := range words[1:] {
		if l, ok := w.Parts[0].(*syntax.Lit); ok {
			if k, v, ok := strings.Cut(l.Value, "="); ok && dialect.Name(k) {
				first := *l
				first.Value = v
				c := &syntax.Word{Parts: append([]syntax.WordPart{&first}, w.Parts[1:]...)}
				argv = append(argv, k+"="+s.value(c))
				continue
			}
		}
		argv = append(argv, s.fields(words[i+1:i+2])...)
	}
	return argv
}

// bare is a command without a name: assignments and redirections alone.
func (s *Shell) bare(st *syntax.Stmt, c *syntax.CallExpr, made int) {
	if len(st.Redirs) > 0 {
		old := s.attribute(st, nil)
		undo, err := s.redirect(st.Redirs)
		defer undo()
		s.p.Command = old
		if err != nil {
			s.redirError(err)
			if s.status = s.redirStatus(); s.dialect == Bash {
				for _, a := range c.Assigns {
					s.assignment(a, 0)
				}
			}
			return
		}
	}
	var trace []string
	for _, a := range c.Assigns {
		ps4 := s.ps4()
		t := s.assignment(a, 0)
		switch {
		case !s.opt.xtrace:
		case s.dialect == Bash:
			if a.Array != nil {
				t = s.text(a)
			} else {
				k, v, _ := strings.Cut(t, "=")
				t = k + "=" + s.traceQuote(v, true)
			}
			s.p.Errorf("%s%s\n", ps4, t)
		default:
			trace = append(trace, t)
		}
	}
	if s.opt.xtrace && len(trace) > 0 {
		s.trace(trace, nil)
	}
	s.status = 0
	if s.substs != made {
		s.status = s.inner
	}
}

// assignment carries out name=value and returns it as xtrace shows it.
func (s *Shell) assignment(a *syntax.Assign, add flags) string {
	n := a.Name.Value
	if a.Array != nil {
		s.array(n, a.Array, a.Append)
		return n + "=(…)"
	}
	v := s.value(a.Value)
	if a.Index != nil {
		idx := s.subscript(a.Index)
		if a.Append {
			if x := s.vars[s.deref(n)]; x != nil {
				old, _ := s.index(x, idx)
				v = old + v
			}
		}
		s.setIndex(n, idx, v)
		return n + "[" + idx + "]=" + v
	}
	if a.Append {
		old, _ := s.get(n)
		if x := s.vars[s.deref(n)]; x != nil && x.flags&integer != 0 {
			v = fmt.Sprint(s.arith("(" + old + ")+(" + v + ")"))
		} else {
			v = old + v
		}
	}
	s.assign(n, v, add)
	if !s.opt.xtrace {
		return ""
	}
	return n + "=" + v
}

// invoke runs a command whose words are expanded.
func (s *Shell) invoke(st *syntax.Stmt, assigns []*syntax.Assign, argv []string, last bool) {
	if s.opt.xtrace {
		var pre []string
		for _, a := range assigns {
			if a.Array == nil {
				pre = append(pre, a.Name.Value+"="+s.value(a.Value))
			}
		}
		s.trace(pre, argv)
		if s.dialect == Bash && (argv[0] == "export" || argv[0] == "readonly") {
			for _, a := range argv[1:] {
				if k, v, ok := strings.Cut(a, "="); ok {
					s.p.Errorf("%s%s=%s\n", s.ps4(), k, s.traceQuote(v, true))
				}
			}
		}
	}
	name := argv[0]
	b, special := s.find(name)
	if b == nil || len(st.Redirs) > 0 || s.funcs[name] != nil || !traceless[name] {
		old := s.attribute(st, argv)
		defer func() { s.p.Command = old }()
	}
	fn := s.funcs[name]
	if special && s.dialect != Bash {
		fn = nil
	}
	if fn == nil && b == nil {
		s.external(st, assigns, argv, last)
		s.last = argv[len(argv)-1]
		return
	}
	if name == "exec" && fn == nil {
		s.exec(st, assigns, argv)
		return
	}
	undo, err := s.redirect(st.Redirs)
	if len(st.Redirs) > 0 {
		defer undo()
	}
	if err != nil {
		s.redirError(err)
		s.status = s.redirStatus()
		if special && s.dialect != Bash && fn == nil {
			panic(shellExit{s: s, status: s.status})
		}
		return
	}
	var keep []saved
	for _, a := range assigns {
		if !special || fn != nil || s.dialect == Bash {
			keep = append(keep, s.keep(a.Name.Value))
		}
		add := exported
		if special && fn == nil && s.dialect != Bash {
			add = 0
		}
		s.assignment(a, add)
	}
	if len(keep) > 0 {
		defer s.restore(keep)
	}
	if fn != nil {
		s.callFunction(name, fn, argv[1:])
	} else {
		s.status = s.call1(b, argv, special)
	}
	s.last = argv[len(argv)-1]
}

// call1 runs a builtin. An error in one that is not special ends only it.
func (s *Shell) call1(b builtin, argv []string, special bool) (status int) {
	outer := s.builtin
	s.builtin = argv[0]
	if !special || s.dialect == Bash {
		defer func() {
			if r := recover(); r != nil {
				e, ok := r.(shellExit)
				if !ok || e.s != s || s.dialect == Bash && !e.line {
					panic(r)
				}
				status = e.status
				s.builtin = outer
			}
		}()
	}
	status = b(s, argv)
	s.builtin = outer
	return status
}

// callFunction runs a function with its arguments.
func (s *Shell) callFunction(name string, fn *function, args []string) {
	if s.depth++; s.depth > 1000 {
		s.p.Machine().Abort(&proc.LimitError{What: "depth", Limit: 1000, Text: proc.LimitCalls.With(name)})
	}
	fr := &frame{name: name, file: fn.file}
	s.frames = append(s.frames, fr)
	oldArgs, oldBase, oldScript, loops, line, code := s.args, s.base, s.script, s.loops, s.line, s.code
	s.code = fn.code
	optind, optoff := s.optind, s.optoff
	s.args, s.base, s.script, s.loops = args, fn.base, fn.script, 0
	defer func() {
		s.leave()
		s.args, s.base, s.script, s.loops, s.line, s.code = oldArgs, oldBase, oldScript, loops, line, code
		if s.dialect != Bash {
			s.optind, s.optoff = optind, optoff
		}
		s.depth--
	}()
	s.command(fn.body, false)
	if s.flow == returning {
		s.flow = onward
	}
}

// leave takes the innermost call of a function off the stack.
func (s *Shell) leave() {
	fr := s.frames[len(s.frames)-1]
	s.frames = s.frames[:len(s.frames)-1]
	s.restore(fr.locals)
	if fr.opts != nil {
		s.opt = *fr.opts
	}
}

// program runs the whole text of a script.
func (s *Shell) program(text string, base int) int {
	sc := parse(text, s.dialect)
	s.base, s.code = base, sc
	s.run(sc, s.opt.command)
	return s.status
}
