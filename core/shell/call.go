package shell

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// attribute says which command changes the tree from now on.
func (s *Shell) attribute(st *syntax.Stmt, argv []string) *proc.Command {
	old := s.p.Command
	if s.script || old == nil {
		c := &proc.Command{Argv: argv}
		if s.script {
			c.Start, c.End = int(st.Pos().Offset()), int(st.End().Offset())
		}
		s.p.Command = c
	}
	return old
}

// call runs a simple command.
func (s *Shell) call(st *syntax.Stmt, c *syntax.CallExpr, last bool) {
	made := s.substs
	argv := s.fields(c.Args)
	if len(argv) == 0 {
		s.bare(st, c, made)
		return
	}
	if len(s.aliases) > 0 && s.alias(st, c, argv) {
		return
	}
	s.invoke(st, c.Assigns, argv, last)
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
			s.status = 1
			return
		}
	}
	var trace []string
	if s.dialect == Bash {
		// An assignment that fails ends the command only.
		s.status = s.discard(func() int {
			for _, a := range c.Assigns {
				trace = append(trace, s.assignment(a, 0))
			}
			return 0
		})
		if s.opt.xtrace && len(trace) > 0 {
			s.trace(trace, nil)
		}
		if s.status == 0 && s.substs != made {
			s.status = s.inner
		}
		return
	}
	for _, a := range c.Assigns {
		if t := s.assignment(a, 0); s.opt.xtrace {
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
	}
	name := argv[0]
	b, special := s.find(name)
	if b == nil || len(st.Redirs) > 0 || s.funcs[name] != nil || name == "exec" || name == "command" || name == "eval" || name == "." {
		// Other builtins leave no trace in the tree.
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
		s.status = 1
		if special && s.dialect != Bash && fn == nil {
			panic(shellExit{s, 2})
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
		outer := s.builtin
		s.builtin = name
		s.status = b(s, argv)
		s.builtin = outer
	}
	s.last = argv[len(argv)-1]
}

// callFunction runs a function with its arguments.
func (s *Shell) callFunction(name string, fn *function, args []string) {
	if s.depth++; s.depth > 1000 {
		s.p.Machine().Abort(&proc.LimitError{What: "depth", Limit: 1000, Text: proc.LimitCalls.With(name)})
	}
	fr := &frame{name: name}
	s.frames = append(s.frames, fr)
	oldArgs, oldBase, oldScript, loops, line := s.args, s.base, s.script, s.loops, s.line
	optind, optoff := s.optind, s.optoff
	s.args, s.base, s.script, s.loops = args, fn.base, fn.script, 0
	defer func() {
		s.restore(fr.locals)
		s.frames = s.frames[:len(s.frames)-1]
		s.args, s.base, s.script, s.loops, s.line = oldArgs, oldBase, oldScript, loops, line
		if fr.opts != nil {
			s.opt = *fr.opts
		}
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

// external runs a command that is a file of the image.
func (s *Shell) external(st *syntax.Stmt, assigns []*syntax.Assign, argv []string, last bool) {
	run := func(sub *Shell, p *proc.Proc) int {
		p.Command = s.p.Command
		if _, err := sub.redirect(st.Redirs); err != nil {
			sub.redirError(err)
			if s.dialect == Bash {
				return 1
			}
			return 1
		}
		return sub.execve(argv, assigns)
	}
	if last && len(s.traps) == 0 && !s.inTrap {
		// The shell has nothing more to do: the command takes its place.
		undo, err := s.redirect(st.Redirs)
		_ = undo
		if err != nil {
			s.redirError(err)
			s.status = 1
			return
		}
		s.status = s.execve(argv, assigns)
		s.flow = exiting
		return
	}
	c := s.p.Child(s.p.Args)
	// A command of its own needs no copy of the variables, unless it changes
	// them before it runs.
	sub := s
	var status int
	if len(assigns) > 0 {
		sub = s.subshell(c)
		status = c.Run(func(p *proc.Proc) int { return sub.guard(func() int { return run(sub, p) }) })
	} else {
		light := *s
		light.p = c
		status = c.Run(func(p *proc.Proc) int { return light.guard(func() int { return run(&light, p) }) })
		s.random, s.substs = light.random, light.substs
	}
	s.died(c)
	s.status = status
}

// execve replaces the shell in its process by a command.
func (s *Shell) execve(argv []string, assigns []*syntax.Assign) int {
	for _, a := range assigns {
		s.assignment(a, exported)
	}
	p := s.p
	p.Env = s.environ()
	for sig, action := range s.traps {
		if action == "" {
			if p.Ignored == nil {
				p.Ignored = map[int]bool{}
			}
			p.Ignored[sig] = true
		}
	}
	p.Caught = nil
	name := argv[0]
	m := p.Machine()
	if p.Plain && s.dialect == Ash && !strings.Contains(name, "/") {
		if f := m.Applet(p, name); f != nil {
			p.Args = argv
			return f(p)
		}
	}
	path, _ := s.get("PATH")
	at, err := p.Look(name, path)
	if err == nil {
		p.Args = argv
		var status int
		if status, err = p.Exec(at); err == nil {
			return status
		}
		if proc.Is(err, vfs.ENOEXEC) {
			return s.runFile(at, argv)
		}
	}
	if why := s.hint(name); !why.IsZero() {
		m.Note(why)
	}
	return s.notFound(name, err)
}

// notFound says why a command cannot be run and returns the status for it.
func (s *Shell) notFound(name string, err error) int {
	built := s.builtin
	if s.dialect != Ash {
		s.builtin = ""
	}
	defer func() { s.builtin = built }()
	if proc.Is(err, vfs.ENOENT) || proc.Is(err, vfs.ENOTDIR) && s.dialect != Bash {
		if s.dialect == Bash {
			if strings.Contains(name, "/") {
				s.complain("%s: No such file or directory", name)
			} else {
				s.complain("%s: command not found", name)
			}
		} else {
			s.complain("%s: not found", name)
		}
		return 127
	}
	if s.dialect == Bash {
		if n, e := s.p.Stat(name); e == nil && n.IsDir() {
			s.complain("%s: Is a directory", name)
			return 126
		}
	}
	s.complain("%s: %s", name, proc.Text(err))
	return 126
}

// runFile runs a file without #! as a script of the same shell.
func (s *Shell) runFile(at string, argv []string) int {
	data, err := s.p.ReadFile(at)
	if err != nil {
		return s.notFound(argv[0], err)
	}
	s.p.Args = append([]string{at}, argv[1:]...)
	sub := newShell(s.p, s.dialect)
	return sub.top(func() int { return sub.program(string(data), 0) })
}

// program runs the whole text of a script.
func (s *Shell) program(text string, base int) int {
	sc := parse(text, s.dialect)
	s.base = base
	s.stmts(sc.stmts, s.opt.command && sc.err == "")
	if sc.err != "" && s.flow == onward {
		s.line = sc.line + s.base
		s.syntaxError(sc.err)
	}
	return s.status
}

// trace writes a command before it runs, for set -x.
func (s *Shell) trace(assigns, argv []string) {
	ps4, _ := s.get("PS4")
	if strings.ContainsAny(ps4, "$`") {
		s.opt.xtrace = false
		sc := parse(": \""+ps4+"\"", s.dialect)
		if len(sc.stmts) == 1 {
			if c, ok := sc.stmts[0].Cmd.(*syntax.CallExpr); ok && len(c.Args) == 2 {
				ps4 = s.word(c.Args[1])
			}
		}
		s.opt.xtrace = true
	}
	var b strings.Builder
	if s.dialect == Bash && ps4 != "" && s.depthOfSubst() > 0 {
		b.WriteString(strings.Repeat(ps4[:1], s.depthOfSubst()))
	}
	b.WriteString(ps4)
	for i, a := range assigns {
		k, v, _ := strings.Cut(a, "=")
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(k + "=" + s.traceQuote(v, true))
		if s.dialect == Bash && (i < len(assigns)-1 || len(argv) > 0) {
			b.WriteString("\n" + ps4)
		}
	}
	for i, a := range argv {
		if i > 0 || len(assigns) > 0 && s.dialect != Bash {
			b.WriteByte(' ')
		}
		b.WriteString(s.traceQuote(a, false))
	}
	b.WriteByte('\n')
	s.p.Errorf("%s", b.String())
}

func (s *Shell) depthOfSubst() int { return 0 }

// traceQuote quotes a word as the shell's xtrace does.
func (s *Shell) traceQuote(v string, value bool) string {
	switch s.dialect {
	case Dash:
		return v
	case Bash:
		if v == "" {
			if value {
				return ""
			}
			return "''"
		}
		if strings.ContainsAny(v, " \t\n'\"\\|&;()<>!{}*[]?^$`~#") {
			return quoteBash(v)
		}
		return v
	}
	if v == "" {
		if value {
			return ""
		}
		return "''"
	}
	for i := range len(v) {
		if c := v[i]; c < '+' || c >= ';' && c <= '?' || c == '`' || c == '[' || c == '\\' || c > 'z' {
			return quoteAsh(v)
		}
	}
	return v
}

// quoteAsh quotes as busybox's single_quote does.
func quoteAsh(v string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(v, '\'')
		if i < 0 {
			i = len(v)
		}
		b.WriteString("'" + v[:i] + "'")
		v = v[i:]
		if v == "" {
			return b.String()
		}
		n := 0
		for n < len(v) && v[n] == '\'' {
			n++
		}
		b.WriteString(`"` + v[:n] + `"`)
		if v = v[n:]; v == "" {
			return b.String()
		}
	}
}
