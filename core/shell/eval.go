package shell

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// source runs a program text, as eval does. base is added to its line numbers.
func (s *Shell) source(text string, base int) int {
	sc := parse(text, s.dialect)
	oldBase, oldScript, line := s.base, s.script, s.line
	s.base, s.script = base, false
	defer func() { s.base, s.script = oldBase, oldScript }()
	if len(sc.stmts) == 0 {
		s.status = 0
	}
	s.stmts(sc.stmts, false)
	if sc.err != "" && s.flow == onward {
		s.line = sc.line + s.base
		s.syntaxError(sc.err)
	}
	s.line = line
	return s.status
}

// syntaxError says that the program has a mistake and ends the shell.
func (s *Shell) syntaxError(msg string) {
	if s.dialect == Bash && s.builtin == "eval" {
		s.builtin = ""
		s.p.Errorf("%s: eval: line %d: %s\n", s.arg0, s.line, msg)
		panic(shellExit{s, 2})
	}
	if s.dialect == Bash && s.opt.command && !s.sub {
		s.p.Errorf("%s: -c: line %d: %s\n", s.arg0, s.line, msg)
		panic(shellExit{s, 2})
	}
	s.fail(2, "%s", msg)
}

// stmts runs a list of statements. last says that the shell ends after them,
// so that the last command can take its place.
func (s *Shell) stmts(list []*syntax.Stmt, last bool) {
	for i, st := range list {
		s.stmt(st, last && i == len(list)-1)
		if s.flow != onward {
			return
		}
	}
}

// stmt runs one statement and sets the status.
func (s *Shell) stmt(st *syntax.Stmt, last bool) {
	s.p.Step()
	if s.opt.noexec {
		return
	}
	if st.Background || st.Coprocess {
		s.job(st)
		return
	}
	if st.Negated {
		s.tested++
		s.command(st, false)
		s.tested--
		if s.flow == onward {
			s.status = int(truth(s.status == 0))
		}
	} else {
		s.command(st, last)
	}
	s.signals()
}

// errexit ends the shell after a failure under set -e.
func (s *Shell) errexit() {
	if s.status == 0 || s.tested > 0 || s.flow != onward {
		return
	}
	if action := s.traps[trapERR]; action != "" && !s.inTrap && (len(s.frames) == 0 || s.opt.errtrace) {
		s.runTrap(action)
	}
	if s.opt.errexit && s.flow == onward {
		s.flow = exiting
	}
}

// trapERR and its like are numbers for traps that are no signals.
const (
	trapERR = 1000 + iota
	trapDEBUG
	trapRETURN
)

func (s *Shell) runTrap(action string) {
	status, built := s.status, s.builtin
	s.inTrap, s.builtin = true, ""
	s.source(action, s.line-1)
	s.inTrap, s.builtin = false, built
	if s.flow != exiting {
		s.status = status
	}
}

// signals runs the traps of signals that have arrived.
func (s *Shell) signals() {
	for {
		sig, ok := s.p.Pending()
		if !ok {
			return
		}
		if action := s.traps[sig]; action != "" {
			s.runTrap(action)
		}
	}
}

// job runs a statement in the background.
func (s *Shell) job(st *syntax.Stmt) {
	c := s.p.Child(s.p.Args)
	sub := s.subshell(c)
	sub.tested = 0
	stdin := true
	for _, r := range st.Redirs {
		if r.N == nil || r.N.Value == "0" {
			stdin = stdin && r.Op != syntax.RdrIn
		}
	}
	if stdin {
		c.OpenAt(0, "/dev/null", proc.Read, 0)
	}
	s.background = c.PID
	s.jobs = append(s.jobs, c)
	plain := *st
	plain.Background = false
	c.Go(func(*proc.Proc) int {
		return sub.top(func() int {
			sub.stmt(&plain, true)
			return sub.status
		})
	})
	s.status = 0
	s.p.Pass()
}

// command runs what a statement holds, with its redirections.
func (s *Shell) command(st *syntax.Stmt, last bool) {
	if c, ok := st.Cmd.(*syntax.CallExpr); ok {
		s.line = int(st.Position.Line()) + s.base
		s.call(st, c, last)
		s.errexit()
		return
	}
	if d, ok := st.Cmd.(*syntax.DeclClause); ok {
		s.line = int(st.Position.Line()) + s.base
		s.decl(st, d)
		s.errexit()
		return
	}
	if len(st.Redirs) > 0 {
		if st.Cmd != nil {
			if _, ok := st.Cmd.(*syntax.FuncDecl); ok {
				s.compound(st, last)
				return
			}
		}
		old := s.attribute(st, nil)
		undo, err := s.redirect(st.Redirs)
		s.p.Command = old
		defer undo()
		if err != nil {
			s.redirError(err)
			s.status = 1
			if s.dialect != Bash {
				s.status = 1
			}
			s.errexit()
			return
		}
		last = false
	}
	if st.Cmd == nil {
		s.status = 0
		return
	}
	s.compound(st, last)
}

func (s *Shell) compound(st *syntax.Stmt, last bool) {
	switch c := st.Cmd.(type) {
	case *syntax.BinaryCmd:
		s.binary(st, c, last)
	case *syntax.Block:
		s.stmts(c.Stmts, last)
	case *syntax.Subshell:
		s.line = int(st.Position.Line()) + s.base
		s.status = s.fork(func(sub *Shell) int {
			sub.stmts(c.Stmts, true)
			return sub.status
		})
		s.errexit()
	case *syntax.IfClause:
		s.ifClause(c, last)
	case *syntax.WhileClause:
		s.while(c)
	case *syntax.ForClause:
		s.forClause(c)
	case *syntax.CaseClause:
		s.caseClause(c, last)
	case *syntax.FuncDecl:
		s.funcs[c.Name.Value] = &function{c.Body, s.base, s.script}
		s.status = 0
	case *syntax.ArithmCmd:
		if s.dialect != Bash {
			s.nested(st, c)
			return
		}
		s.line = int(st.Position.Line()) + s.base
		s.status = s.discard(func() int { return int(truth(s.arithmetic(c.X) == 0)) })
		s.errexit()
	case *syntax.LetClause:
		s.status = s.discard(func() int {
			var v int64
			for _, x := range c.Exprs {
				v = s.arithmetic(x)
			}
			return int(truth(v == 0))
		})
		s.errexit()
	case *syntax.TestClause:
		s.line = int(st.Position.Line()) + s.base
		s.status = s.discard(func() int { return s.test(c.X) })
		s.errexit()
	case *syntax.TimeClause:
		s.time(c)
	case *syntax.CoprocClause:
		s.complain("coproc is not interpreted")
		s.status = 127
	}
}

// discard runs an expression whose error ends the command, not the shell.
func (s *Shell) discard(f func() int) (status int) {
	if s.dialect != Bash {
		return f()
	}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(shellExit)
			if !ok || e.s.p != s.p || e.status != 1 {
				panic(r)
			}
			status = 1
		}
	}()
	return f()
}

// nested runs ((…)) as ash and dash see it: a subshell in a subshell.
func (s *Shell) nested(st *syntax.Stmt, c *syntax.ArithmCmd) {
	text := s.render(c.X)
	s.status = s.fork(func(sub *Shell) int { return sub.source(text, s.line-1) })
	s.errexit()
}

// fork runs f in a subshell of its own and waits for it.
func (s *Shell) fork(f func(*Shell) int) int {
	c := s.p.Child(s.p.Args)
	sub := s.subshell(c)
	status := c.Run(func(*proc.Proc) int { return sub.top(func() int { return f(sub) }) })
	s.died(c)
	return status
}

// died tells of a child that a signal ended.
func (s *Shell) died(c *proc.Proc) {
	if sig := c.Killed(); sig != 0 && sig != proc.SIGINT && sig != proc.SIGPIPE && !s.sub {
		if s.dialect == Bash {
			s.p.Errorf("%s: line %d: %5d %s\n", s.arg0, s.lineno(), c.PID, proc.SignalText(sig))
		} else {
			s.p.Errorf("%s\n", proc.SignalText(sig))
		}
	}
}

func (s *Shell) binary(st *syntax.Stmt, c *syntax.BinaryCmd, last bool) {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		s.tested++
		s.stmt(c.X, false)
		s.tested--
		if s.flow != onward {
			return
		}
		if (s.status == 0) == (c.Op == syntax.AndStmt) {
			s.stmt(c.Y, last)
		}
	default:
		s.pipeline(c)
		s.errexit()
	}
}

// pipeline runs the commands of a | b | c beside each other.
func (s *Shell) pipeline(c *syntax.BinaryCmd) {
	stages := []*syntax.Stmt{c.Y}
	all := []bool{c.Op == syntax.PipeAll}
	for x := c.X; ; {
		b, ok := x.Cmd.(*syntax.BinaryCmd)
		if !ok || b.Op != syntax.Pipe && b.Op != syntax.PipeAll || x.Negated || len(x.Redirs) > 0 {
			stages = append(stages, x)
			break
		}
		stages = append(stages, b.Y)
		all = append(all, b.Op == syntax.PipeAll)
		x = b.X
	}
	n := len(stages)
	children := make([]*proc.Proc, n)
	var in *proc.File
	for i := range n {
		st := stages[n-1-i]
		child := s.p.Child(s.p.Args)
		children[i] = child
		sub := s.subshell(child)
		if in != nil {
			child.Give(0, in)
			in = nil
		}
		if i < n-1 {
			r, w := s.p.Machine().Pipe()
			if all[n-2-i] {
				child.Give(2, w.Share())
			}
			child.Give(1, w)
			in = r
		}
		child.Go(func(*proc.Proc) int {
			return sub.top(func() int {
				sub.stmt(st, true)
				return sub.status
			})
		})
	}
	status := 0
	codes := make([]string, n)
	for i, child := range children {
		for !s.p.Wait(func() bool { _, done := child.Ended(); return done }) {
			s.signals()
		}
		code, _ := child.Ended()
		if code != 0 || i == n-1 && !s.opt.pipefail {
			if i == n-1 || s.opt.pipefail {
				status = code
			}
		}
		codes[i] = fmt.Sprint(code)
		if i == n-1 {
			s.died(child)
		}
	}
	s.status = status
	if s.dialect == Bash {
		v := s.own("PIPESTATUS")
		v.list, v.set = map[int]string{}, true
		for i, c := range codes {
			v.list[i] = c
		}
	}
}

func (s *Shell) condition(list []*syntax.Stmt) bool {
	s.tested++
	s.stmts(list, false)
	s.tested--
	return s.status == 0
}

func (s *Shell) ifClause(c *syntax.IfClause, last bool) {
	for c != nil {
		if len(c.Cond) == 0 { // else
			s.stmts(c.Then, last)
			return
		}
		ok := s.condition(c.Cond)
		if s.flow != onward {
			return
		}
		if ok {
			s.stmts(c.Then, last)
			return
		}
		c = c.Else
	}
	s.status = 0
}

// looped reports whether a loop goes on after a round of its body.
func (s *Shell) looped() bool {
	switch s.flow {
	case breaking:
		if s.count--; s.count <= 0 {
			s.flow = onward
		}
		return false
	case continuing:
		if s.count--; s.count > 0 {
			return false
		}
		s.flow = onward
	}
	return s.flow == onward
}

func (s *Shell) while(c *syntax.WhileClause) {
	s.loops++
	status := 0
	for {
		s.p.Step()
		ok := s.condition(c.Cond)
		if s.flow != onward {
			if !s.looped() {
				break
			}
			continue
		}
		if ok == c.Until {
			break
		}
		s.stmts(c.Do, false)
		status = s.status
		if !s.looped() {
			break
		}
	}
	s.loops--
	if s.flow == onward {
		s.status = status
	}
}

func (s *Shell) forClause(c *syntax.ForClause) {
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		var items []string
		if l.InPos.IsValid() {
			items = s.fields(l.Items)
		} else {
			items = append(items, s.args...)
		}
		if c.Select {
			s.selectLoop(c, l.Name.Value, items)
			return
		}
		s.loops++
		if len(items) == 0 {
			s.status = 0
		}
		for _, item := range items {
			s.p.Step()
			s.set(l.Name.Value, item)
			s.stmts(c.Do, false)
			if !s.looped() {
				break
			}
		}
		s.loops--
	case *syntax.CStyleLoop:
		s.loops++
		s.status = s.discard(func() int {
			s.arithmetic(l.Init)
			s.status = 0
			for l.Cond == nil || s.arithmetic(l.Cond) != 0 {
				s.p.Step()
				s.stmts(c.Do, false)
				if !s.looped() {
					break
				}
				s.arithmetic(l.Post)
			}
			return s.status
		})
		s.loops--
	}
}

// selectLoop is bash's select.
func (s *Shell) selectLoop(c *syntax.ForClause, name string, items []string) {
	s.loops++
	defer func() { s.loops-- }()
	for menu := true; ; {
		for i, it := range items {
			if menu {
				s.p.Errorf("%d) %s\n", i+1, it)
			}
		}
		prompt, ok := s.get("PS3")
		if !ok {
			prompt = "#? "
		}
		s.p.Errorf("%s", prompt)
		line, ok := s.readLine('\n', true, -1)
		if !ok && line == "" {
			s.p.Errorf("\n")
			s.status = 1
			return
		}
		if menu = line == ""; menu {
			continue
		}
		s.set("REPLY", line)
		var n int
		fmt.Sscan(line, &n)
		if n >= 1 && n <= len(items) {
			s.set(name, items[n-1])
		} else {
			s.set(name, "")
		}
		s.stmts(c.Do, false)
		if !s.looped() {
			return
		}
	}
}

func (s *Shell) caseClause(c *syntax.CaseClause, last bool) {
	v := s.word(c.Word)
	through, ran := false, false
	defer func() {
		if !ran && s.flow == onward {
			s.status = 0
		}
	}()
	for _, item := range c.Items {
		hit := through
		for _, w := range item.Patterns {
			if hit {
				break
			}
			hit = s.match(s.pattern(w, pattern), v)
		}
		if !hit {
			continue
		}
		ran = len(item.Stmts) > 0
		s.stmts(item.Stmts, last && item.Op == syntax.Break)
		if s.flow != onward || item.Op == syntax.Break {
			return
		}
		through = item.Op == syntax.Fallthrough
	}
}

// time runs a command and reports how long it took: the virtual clock decides.
func (s *Shell) time(c *syntax.TimeClause) {
	if s.dialect != Bash && c.Stmt != nil {
		if first := c.Stmt; piped(first) {
			// The word time belongs to the first command of a pipeline only.
			s.pipeline(timeFirst(first, c))
			s.errexit()
			return
		}
	}
	start := s.p.Machine().Now()
	if c.Stmt != nil && s.dialect != Bash && len(c.Stmt.Redirs) > 0 {
		// To ash and dash time is a command like any other.
		undo, err := s.redirect(c.Stmt.Redirs)
		defer undo()
		if err != nil {
			s.redirError(err)
			s.status = 1
			return
		}
		plain := *c.Stmt
		plain.Redirs = nil
		s.stmt(&plain, false)
	} else if c.Stmt != nil {
		s.stmt(c.Stmt, false)
	}
	spent := (s.p.Machine().Now() - start) / 1e6 * 1e6
	if spent < 1e8 {
		spent = 0 // what the clock ticks for writes is no time
	}
	sec := float64(spent) / 1e9
	switch {
	case c.PosixFormat:
		s.p.Errorf("real %.2f\nuser 0.00\nsys 0.00\n", sec)
	case s.dialect == Bash:
		s.p.Errorf("\nreal\t%dm%.3fs\nuser\t0m0.000s\nsys\t0m0.000s\n", int(sec)/60, sec-float64(int(sec)/60*60))
	default:
		s.p.Errorf("real\t%dm %.2fs\nuser\t0m 0.00s\nsys\t0m 0.00s\n", int(sec)/60, sec-float64(int(sec)/60*60))
	}
}

func piped(st *syntax.Stmt) bool {
	b, ok := st.Cmd.(*syntax.BinaryCmd)
	return ok && (b.Op == syntax.Pipe || b.Op == syntax.PipeAll)
}

// timeFirst moves a time in front of a pipeline to its first command.
func timeFirst(st *syntax.Stmt, c *syntax.TimeClause) *syntax.BinaryCmd {
	b := *st.Cmd.(*syntax.BinaryCmd)
	x := *b.X
	if piped(b.X) {
		x.Cmd = timeFirst(b.X, c)
	} else {
		t := *c
		t.Stmt = b.X
		x = syntax.Stmt{Position: c.Time, Cmd: &t}
	}
	b.X = &x
	return &b
}

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
		s.p.Machine().Abort(&proc.LimitError{What: "depth", Limit: 1000, Text: name + ": functions call each other more than 1000 deep"})
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
	if why := s.hint(name); why != "" {
		m.Note("%s", why)
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
