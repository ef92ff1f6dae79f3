package shell

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// redirErr is a redirection that failed, in words.
type redirErr struct {
	what string
}

func (e *redirErr) Error() string { return e.what }

func (s *Shell) redirError(err error) {
	var re *redirErr
	if errors.As(err, &re) {
		built := s.builtin
		if s.dialect != Ash {
			s.builtin = ""
		}
		s.complain("%s", re.what)
		s.builtin = built
	}
}

// redirStatus is the status of a command whose redirection failed.
func (s *Shell) redirStatus() int {
	if s.dialect == Dash {
		return 2
	}
	return 1
}

func noUndo() {}

// held is a descriptor before it was redirected.
type held struct {
	fd int
	f  *proc.File // nil where it was closed
}

// redirect carries out redirections in order. undo puts the descriptors back.
func (s *Shell) redirect(list []*syntax.Redirect) (undo func(), err error) {
	if len(list) == 0 {
		return noUndo, nil
	}
	saved, err := s.rearrange(list)
	return func() {
		for i := len(saved) - 1; i >= 0; i-- {
			s.p.Restore(saved[i].fd, saved[i].f)
		}
	}, err
}

// settle carries out redirections for good: nothing is kept to go back to.
func (s *Shell) settle(list []*syntax.Redirect) error {
	saved, err := s.rearrange(list)
	for _, h := range saved {
		s.p.Release(h.f)
	}
	return err
}

// rearrange carries out redirections and returns what was there before.
func (s *Shell) rearrange(list []*syntax.Redirect) (saved []held, err error) {
	save := func(fd int) { saved = append(saved, held{fd, s.p.Hold(fd)}) }
	for _, r := range list {
		fd := 1
		switch r.Op {
		case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
			fd = 0
		}
		variable := ""
		if r.N != nil {
			if n, err := strconv.Atoi(r.N.Value); err == nil {
				fd = n
			} else {
				variable = strings.Trim(r.N.Value, "{}")
				if r.Op == syntax.DplOut || r.Op == syntax.DplIn {
					if v, ok := s.get(variable); ok && r.Word.Lit() == "-" {
						n, _ := strconv.Atoi(v)
						s.p.Close(n)
						continue
					}
				}
				fd = 10
				for s.p.Opened(fd) {
					fd++
				}
				s.set(variable, strconv.Itoa(fd))
			}
		}
		if variable == "" {
			save(fd)
		}
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			s.p.Document(fd, []byte(s.hereDocument(r)))
			continue
		case syntax.WordHdoc:
			s.p.Document(fd, []byte(s.word(r.Word)+"\n"))
			continue
		}
		target, err := s.target(r)
		if err != nil {
			return saved, err
		}
		switch r.Op {
		case syntax.DplIn, syntax.DplOut:
			if target == "-" {
				if s.p.Opened(fd) {
					s.p.Close(fd)
				}
				continue
			}
			from, move := strings.CutSuffix(target, "-")
			n, aerr := strconv.Atoi(from)
			if aerr != nil {
				if r.Op == syntax.DplOut && r.N == nil && s.dialect != Dash {
					// >&file is &>file
					save(2)
					if err := s.open(1, target, syntax.RdrOut); err != nil {
						return saved, err
					}
					s.p.Dup2(1, 2)
					continue
				}
				if s.dialect == Bash {
					return saved, &redirErr{target + ": ambiguous redirect"}
				}
				s.fail(2, "%s fd number", s.pick("syntax error: bad", "Syntax error: Bad"))
			}
			if !s.p.Opened(n) {
				return saved, &redirErr{fmt.Sprintf("%d: Bad file descriptor", n)}
			}
			s.p.Dup2(n, fd)
			if move {
				s.p.Close(n)
			}
		case syntax.RdrAll, syntax.AppAll:
			save(2)
			op := syntax.RdrOut
			if r.Op == syntax.AppAll {
				op = syntax.AppOut
			}
			if err := s.open(1, target, op); err != nil {
				return saved, err
			}
			s.p.Dup2(1, 2)
		default:
			if err := s.open(fd, target, r.Op); err != nil {
				return saved, err
			}
		}
	}
	return saved, nil
}

// hereDocument returns the text of a here-document.
func (s *Shell) hereDocument(r *syntax.Redirect) string {
	if r.Hdoc == nil {
		return ""
	}
	doc := r.Hdoc
	if r.Op == syntax.DashHdoc {
		doc = untabbed(doc)
	}
	for _, p := range r.Word.Parts {
		switch p := p.(type) {
		case *syntax.SglQuoted, *syntax.DblQuoted:
			return raw(doc)
		case *syntax.Lit:
			if strings.Contains(p.Value, `\`) {
				return raw(doc)
			}
		}
	}
	return s.document(doc)
}

// untabbed takes the tabs off the beginnings of lines, for <<-.
func untabbed(w *syntax.Word) *syntax.Word {
	out := &syntax.Word{}
	fresh := true
	for _, p := range w.Parts {
		l, ok := p.(*syntax.Lit)
		if !ok {
			out.Parts = append(out.Parts, p)
			fresh = false
			continue
		}
		var b strings.Builder
		for i := range len(l.Value) {
			c := l.Value[i]
			if c == '\t' && fresh {
				continue
			}
			fresh = c == '\n'
			b.WriteByte(c)
		}
		c := *l
		c.Value = b.String()
		out.Parts = append(out.Parts, &c)
	}
	return out
}

func raw(w *syntax.Word) string {
	var b strings.Builder
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok {
			b.WriteString(l.Value)
		}
	}
	return b.String()
}

// target expands the word behind a redirection. Only bash expands patterns
// there.
func (s *Shell) target(r *syntax.Redirect) (string, error) {
	if s.dialect == Bash && r.Op != syntax.DplIn && r.Op != syntax.DplOut {
		f := s.fields([]*syntax.Word{r.Word})
		if len(f) == 1 {
			return f[0], nil
		}
		return "", &redirErr{s.text(r.Word) + ": ambiguous redirect"}
	}
	return s.word(r.Word), nil
}

// open opens a file for a redirection.
func (s *Shell) open(fd int, target string, op syntax.RedirOperator) error {
	flags := 0
	switch op {
	case syntax.RdrIn:
		flags = proc.Read
	case syntax.RdrInOut:
		flags = proc.Read | proc.Write | proc.Create
	case syntax.AppOut:
		flags = proc.Write | proc.Create | proc.Append
	case syntax.RdrOut:
		flags = proc.Write | proc.Create | proc.Trunc
		if s.opt.noclobber {
			if n, err := s.p.Stat(target); err == nil && n.Kind == vfs.File {
				if s.dialect == Bash {
					return &redirErr{target + ": cannot overwrite existing file"}
				}
				return &redirErr{s.pick("can't", "cannot") + " create " + target + ": File exists"}
			}
		}
	default:
		flags = proc.Write | proc.Create | proc.Trunc
	}
	err := s.p.OpenAt(fd, target, flags, 0o666)
	if err == nil {
		return nil
	}
	if s.dialect == Bash {
		return &redirErr{target + ": " + proc.Text(err)}
	}
	cannot, do, missing := "can't", "open", "no such file"
	if s.dialect == Dash {
		cannot, missing = "cannot", "No such file"
	}
	if flags&proc.Create != 0 {
		do, missing = "create", "nonexistent directory"
		if s.dialect == Dash {
			missing = "Directory nonexistent"
		}
	}
	why := proc.Text(err)
	if proc.Is(err, vfs.ENOENT) || proc.Is(err, vfs.ENOTDIR) {
		why = missing
	}
	return &redirErr{cannot + " " + do + " " + target + ": " + why}
}

// capture runs a command substitution and returns its output without the
// newlines at its end.
func (s *Shell) capture(c *syntax.CmdSubst) string {
	s.substs++
	if len(c.Stmts) == 0 {
		s.inner = 0
		return ""
	}
	if s.dialect != Dash && len(c.Stmts) == 1 {
		// $(<file)
		st := c.Stmts[0]
		if st.Cmd == nil && len(st.Redirs) == 1 && st.Redirs[0].Op == syntax.RdrIn && st.Redirs[0].N == nil && s.dialect == Bash {
			s.inner = 0
			file, err := s.target(st.Redirs[0])
			if err != nil {
				s.redirError(err)
				s.inner = 1
				return ""
			}
			data, err := s.p.ReadFile(file)
			if err != nil {
				s.complain("%s: %s", file, proc.Text(err))
				s.inner = 1
			}
			return strings.TrimRight(string(data), "\n")
		}
	}
	sink := s.p.Machine().Capture()
	child := s.p.Child(s.p.Args)
	sub := s.subshell(child)
	sub.tested = 0
	if s.dialect == Ash || s.dialect == Bash && !s.opt.posix && !s.shopt["inherit_errexit"] {
		sub.opt.errexit = false
	}
	sub.level++
	child.Give(1, sink.File.Share())
	s.inner = child.Run(func(*proc.Proc) int {
		return sub.top(func() int {
			sub.stmts(c.Stmts, true)
			return sub.status
		})
	})
	s.died(child, "")
	if s.dialect == Bash {
		s.status = s.inner
	}
	out := sink.Bytes(s.p)
	for len(out) > 0 && out[len(out)-1] == '\n' {
		out = out[:len(out)-1]
	}
	text := string(out)
	if strings.IndexByte(text, 0) >= 0 {
		if s.dialect == Bash {
			s.complain("warning: command substitution: ignored null byte in input")
		}
		text = strings.ReplaceAll(text, "\x00", "")
	}
	return text
}

// procSubst starts the command of <(…) or >(…) and returns the name of the
// descriptor it is read from.
func (s *Shell) procSubst(ps *syntax.ProcSubst) string {
	r, w := s.p.Machine().Pipe()
	child := s.p.Child(s.p.Args)
	sub := s.subshell(child)
	fd := 63
	for s.p.Opened(fd) {
		fd--
	}
	if ps.Op == syntax.CmdIn {
		child.Give(1, w)
		s.p.Give(fd, r)
	} else {
		child.Give(0, r)
		s.p.Give(fd, w)
	}
	s.fds = append(s.fds, fd)
	child.Go(func(*proc.Proc) int {
		return sub.top(func() int {
			sub.stmts(ps.Stmts, true)
			return sub.status
		})
	})
	return "/dev/fd/" + strconv.Itoa(fd)
}
