package shell

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/proc"
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
		if c.Name == nil {
			s.syntaxError("syntax error: unexpected \")\"")
		}
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
