package shell

import (
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/proc"
)

// source runs a program text, as eval does. base is added to its line numbers.
func (s *Shell) source(text string, base int) int {
	sc := parse(text, s.dialect)
	oldBase, oldScript, line, code := s.base, s.script, s.line, s.code
	s.base, s.script, s.code = base, false, sc
	defer func() { s.base, s.script, s.code = oldBase, oldScript, code }()
	if len(sc.stmts) == 0 {
		s.status = 0
	}
	s.run(sc, false)
	s.line = line
	return s.status
}

// run runs a parsed program up to its mistake, if it has one. last says that
// the shell ends after it.
func (s *Shell) run(sc *script, last bool) {
	list := sc.stmts
	if s.dialect == Bash && len(sc.unclosed) > 0 {
		line := sc.unclosed[0].Line
		for len(list) > 0 && int(list[0].Pos().Line()) < line {
			s.stmt(list[0], false)
			if s.flow != onward {
				return
			}
			list = list[1:]
		}
		for _, d := range sc.unclosed {
			s.p.Errorf("%s: line %d: warning: here-document at line %d delimited by end-of-file (wanted `%s')\n", s.arg0, sc.lines+s.base, d.Line+s.base, d.Mark)
		}
	}
	last = last && sc.bad == nil && sc.late == ""
	if s.dialect == Bash && s.depth == 0 {
		s.byLine(list, last)
	} else {
		s.stmts(list, last)
	}
	if s.flow != onward {
		return
	}
	switch {
	case sc.late != "":
		s.line = sc.line + s.base
		s.belated(sc.late)
		s.flow = exiting
	case sc.bad != nil:
		s.line = sc.line + s.base
		s.syntaxError(sc)
	}
}

// byLine runs statements as bash reads them: an error in an expansion or an
// assignment leaves the line it is on.
func (s *Shell) byLine(list []*syntax.Stmt, last bool) {
	for len(list) > 0 && s.flow == onward {
		n, line := 1, list[0].End().Line()
		for n < len(list) && list[n].Pos().Line() == line {
			line = list[n].End().Line()
			n++
		}
		s.line1(list[:n], last && n == len(list))
		list = list[n:]
	}
}

func (s *Shell) line1(list []*syntax.Stmt, last bool) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(shellExit)
			if !ok || e.s != s || !e.line || s.sub || s.opt.errexit {
				panic(r)
			}
			s.status, s.tested, s.loops, s.builtin = e.status, 0, 0, ""
		}
	}()
	s.stmts(list, last)
}

// belated carries out an expansion that the parser refused: arithmetic may be
// right in this dialect, and what is wrong fails here and now.
func (s *Shell) belated(text string) string {
	if inner, ok := strings.CutPrefix(text, "$(("); ok {
		return strconv.FormatInt(s.arith(strings.TrimSuffix(inner, "))")), 10)
	}
	switch s.dialect {
	case Dash:
		s.fail(2, "Bad substitution")
	case Ash:
		s.fail(2, "syntax error: bad substitution")
	}
	s.complain("%s: bad substitution", text)
	panic(shellExit{s: s, status: 1, line: true})
}

// syntaxError says that the program has a mistake and ends the shell; bash
// goes on behind an eval or a sourced file.
func (s *Shell) syntaxError(sc *script) {
	msg := sc.bad.Text
	if s.dialect != Bash {
		s.fail(2, "%s", msg)
	}
	at := s.arg0
	switch {
	case s.builtin == "eval":
		at += ": eval"
	case s.sourced != "":
		at = s.sourced
	case s.opt.command && !s.sub:
		at += ": -c"
	}
	s.p.Errorf("%s: line %d: %s\n", at, s.line, msg)
	if sc.bad.Token != "" {
		lines := strings.Split(sc.text, "\n")
		s.p.Errorf("%s: line %d: `%s'\n", at, s.line, lines[min(sc.line, len(lines))-1])
	}
	s.status = 2
	if s.builtin == "eval" {
		return
	}
	if s.sourced != "" {
		s.status = 1
		return
	}
	panic(shellExit{s: s, status: 2})
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
			s.status = falsehood(int64(s.status))
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
	s.jobs = append(s.jobs, &job{p: c, text: strings.TrimRight(strings.TrimSuffix(s.text(st), "&"), " ;")})
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
		s.line = int(st.Position.Line()) + s.base
		undo, err := s.redirect(st.Redirs)
		s.p.Command = old
		defer undo()
		if err != nil {
			s.redirError(err)
			s.status = s.redirStatus()
			if _, ok := st.Cmd.(*syntax.Subshell); ok && s.dialect == Ash {
				s.status = 2 // it fails inside the subshell
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
		file := "environment"
		if s.sourced != "" {
			file = s.sourced
		} else if s.unit != "" {
			file = s.unit
		}
		s.funcs[c.Name.Value] = &function{body: c.Body, base: s.base, script: s.script, code: s.code, file: file}
		s.status = 0
	case *syntax.ArithmCmd:
		if s.dialect != Bash {
			s.nested(st, c)
			return
		}
		s.line = int(st.Position.Line()) + s.base
		if s.opt.xtrace {
			text := s.text(c)
			s.p.Errorf("%s(( %s ))\n", s.ps4(), strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "(("), "))")))
		}
		s.status = s.discard(func() int { return falsehood(s.arithmetic(c.X)) })
		s.errexit()
	case *syntax.LetClause:
		s.status = s.discard(func() int {
			var v int64
			for _, x := range c.Exprs {
				v = s.arith(s.render(x))
			}
			return falsehood(v)
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
	text := s.text(c)
	text = strings.TrimSuffix(strings.TrimPrefix(text, "(("), "))")
	s.status = s.fork(func(sub *Shell) int { return sub.source(text, s.line-1) })
	s.errexit()
}

// fork runs f in a subshell of its own and waits for it.
func (s *Shell) fork(f func(*Shell) int) int {
	c := s.p.Child(s.p.Args)
	sub := s.subshell(c)
	status := c.Run(func(*proc.Proc) int { return sub.top(func() int { return f(sub) }) })
	s.died(c, "")
	return status
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
			s.died(child, "")
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
	if s.opt.xtrace && s.dialect == Bash {
		s.p.Errorf("%scase %s in\n", s.ps4(), s.text(c.Word))
	}
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
