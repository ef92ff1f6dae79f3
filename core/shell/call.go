package shell

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/grammar"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
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

// traceless are the builtins that never write to a file by themselves.
var traceless = map[string]bool{":": true, "true": true, "false": true, "[": true, "test": true, "[[": true, "shift": true, "break": true,
	"continue": true, "return": true, "exit": true, "local": true, "unset": true, "wait": true, "cd": true, "read": true, "getopts": true, "let": true}

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

// external runs a command that is a file of the image.
func (s *Shell) external(st *syntax.Stmt, assigns []*syntax.Assign, argv []string, last bool) {
	run := func(sub *Shell, p *proc.Proc) int {
		p.Command = s.p.Command
		if err := sub.settle(st.Redirs); err != nil {
			sub.redirError(err)
			return s.redirStatus()
		}
		return sub.execve(argv, assigns)
	}
	if last && len(s.traps) == 0 && !s.inTrap {
		// The shell has nothing more to do: the command takes its place.
		if err := s.settle(st.Redirs); err != nil {
			s.redirError(err)
			s.status = s.redirStatus()
			return
		}
		s.status = s.execve(argv, assigns)
		s.flow = exiting
		return
	}
	s.ran(argv[0])
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
	s.died(c, strings.TrimSuffix(s.text(st), ";"))
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
	dirs, _ := s.get("PATH")
	at, err := p.Look(name, dirs)
	if err == nil {
		p.Args = argv
		if s.called != "" {
			p.Args = append([]string{s.called}, argv[1:]...)
		}
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
	if s.dialect == Bash {
		return s.notFoundBash(name, err)
	}
	if name == "" {
		s.complain(": Permission denied")
		return 127
	}
	if proc.Is(err, vfs.ENOENT) || proc.Is(err, vfs.ENOTDIR) {
		s.complain("%s: not found", name)
		return 127
	}
	s.complain("%s: %s", name, proc.Text(err))
	if s.dialect == Dash && !strings.Contains(name, "/") {
		return 127
	}
	return 126
}

// notFoundBash is notFound in bash's words.
func (s *Shell) notFoundBash(name string, err error) int {
	built := s.builtin
	defer func() { s.builtin = built }()
	s.builtin = ""
	dirs, _ := s.get("PATH")
	if !strings.Contains(name, "/") && proc.Is(err, vfs.EACCES) {
		// It names the file it found.
		for dir := range strings.SplitSeq(dirs, ":") {
			if n, e := s.p.Stat(dir + "/" + name); e == nil && n.Kind == vfs.File {
				name = dir + "/" + name
				break
			}
		}
	}
	n, e := s.p.Stat(name)
	switch {
	case proc.Is(err, vfs.ENOENT) && strings.Contains(name, "/"):
		if e == nil {
			s.complain("%s: cannot execute: required file not found", name)
		} else {
			s.complain("%s: No such file or directory", name)
		}
		return 127
	case proc.Is(err, vfs.ENOENT) && dirs == "":
		s.complain("%s: No such file or directory", name)
		return 127
	case proc.Is(err, vfs.ENOENT) && built == "exec":
		s.complain("exec: %s: not found", name)
		return 127
	case proc.Is(err, vfs.ENOENT):
		s.complain("%s: command not found", name)
		return 127
	case e == nil && n.IsDir():
		s.complain("%s: Is a directory", name)
		return 126
	}
	if built == "exec" {
		if !strings.HasPrefix(name, "/") {
			name = path.Join(s.cwd, name)
		}
		defer func() { s.complain("exec: %s: cannot execute: %s", name, proc.Text(err)) }()
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
	sub.args, sub.unit = argv[1:], at
	return sub.top(func() int { return sub.program(string(data), 0) })
}

// program runs the whole text of a script.
func (s *Shell) program(text string, base int) int {
	sc := parse(text, s.dialect)
	s.base, s.code = base, sc
	s.run(sc, s.opt.command)
	return s.status
}

// trace writes a command before it runs, for set -x.
func (s *Shell) trace(assigns, argv []string) {
	ps4 := s.ps4()
	var b strings.Builder
	b.WriteString(ps4)
	for i, a := range assigns {
		k, v, _ := strings.Cut(a, "=")
		if i > 0 && s.dialect != Bash {
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

// ps4 is what a line of xtrace begins with, "" without set -x.
func (s *Shell) ps4() string {
	if !s.opt.xtrace {
		return ""
	}
	ps4, _ := s.get("PS4")
	if strings.ContainsAny(ps4, "$`") {
		s.opt.xtrace = false
		code := s.code
		sc := parse(": \""+ps4+"\"", s.dialect)
		s.code = sc
		if len(sc.stmts) == 1 {
			if c, ok := sc.stmts[0].Cmd.(*syntax.CallExpr); ok && len(c.Args) == 2 {
				ps4 = s.word(c.Args[1])
			}
		}
		s.opt.xtrace, s.code = true, code
	}
	if s.dialect == Bash && ps4 != "" {
		_, n := utf8.DecodeRuneInString(ps4)
		ps4 = strings.Repeat(ps4[:n], s.level) + ps4
	}
	return ps4
}

// traceQuote quotes a word as the shell's xtrace does.
func (s *Shell) traceQuote(v string, value bool) string {
	switch s.dialect {
	case Dash:
		return v
	case Bash:
		return traceBash(v, value)
	}
	if !value && (dialect.Keyword(v) || v == "function") {
		return quoteAsh(v)
	}
	for i := range len(v) {
		if c := v[i]; c < '+' || c >= ';' && c <= '?' || c == '`' || c == '[' || c == '\\' || c > 'z' {
			return quoteAsh(v)
		}
	}
	return v
}

// traceBash quotes a word of bash's xtrace, in the locale C.
func traceBash(v string, value bool) string {
	if v == "" {
		if value {
			return ""
		}
		return "''"
	}
	meta := v[0] == '#' || v[0] == '~'
	for i := range len(v) {
		if strings.IndexByte(" \t\n'\"\\|&;()<>!{}*[]?^$`", v[i]) >= 0 || v[i] == '~' && i > 0 && (v[i-1] == '=' || v[i-1] == ':') {
			meta = true
		}
	}
	if meta {
		return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
	}
	for i := range len(v) {
		if v[i] < ' ' || v[i] >= 127 {
			return quoteBytes(v)
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
