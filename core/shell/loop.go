package shell

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/dialect"
)

func (s *Shell) condition(list []*syntax.Stmt) bool {
	s.tested++
	s.stmts(list, false)
	s.tested--
	return s.status == 0
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
	s.line = int(c.ForPos.Line()) + s.base
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
		if s.dialect == Bash && !dialect.Name(l.Name.Value) {
			s.complain("`%s': not a valid identifier", l.Name.Value)
			s.status = 1
			return
		}
		s.loops++
		if len(items) == 0 {
			s.status = 0
		}
		for _, item := range items {
			s.p.Step()
			if s.opt.xtrace && s.dialect == Bash {
				s.p.Errorf("%s%s\n", s.ps4(), s.loopHead(l))
			}
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

// loopHead is how bash's xtrace shows a round of a loop.
func (s *Shell) loopHead(l *syntax.WordIter) string {
	head := "for " + l.Name.Value + " in"
	for _, w := range l.Items {
		head += " " + s.text(w)
	}
	if !l.InPos.IsValid() {
		head += ` "$@"`
	}
	return head
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
