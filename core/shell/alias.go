package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func alias(s *Shell, argv []string) int {
	if s.aliases == nil {
		s.aliases, s.aliasSince = map[string]string{}, map[string]int{}
	}
	status := 0
	if len(argv) == 1 {
		names := make([]string, 0, len(s.aliases))
		for k := range s.aliases {
			names = append(names, k)
		}
		slices.Sort(names)
		for _, k := range names {
			s.p.WriteFD(1, []byte(s.aliasLine(k)))
		}
	}
	for _, a := range argv[1:] {
		if k, v, ok := strings.Cut(a, "="); ok && k != "" {
			s.aliases[k] = v
			s.aliasSince[k] = s.line
		} else if _, ok := s.aliases[a]; ok {
			s.p.WriteFD(1, []byte(s.aliasLine(a)))
		} else {
			if s.dialect == Bash {
				s.complain("%s: not found", a)
			} else {
				s.p.Errorf("alias: %s not found\n", a)
			}
			status = 1
		}
	}
	return status
}

// pick chooses between ash's and dash's wording.
func (s *Shell) pick(ash, dash string) string {
	if s.dialect == Dash {
		return dash
	}
	return ash
}

func (s *Shell) aliasLine(k string) string {
	if s.dialect == Bash {
		return "alias " + k + "=" + quoteBash(s.aliases[k]) + "\n"
	}
	return k + "=" + quoteSingle(s.aliases[k]) + "\n"
}

func unalias(s *Shell, argv []string) int {
	status := 0
	for _, a := range argv[1:] {
		if a == "-a" {
			clear(s.aliases)
			continue
		}
		if _, ok := s.aliases[a]; !ok {
			if s.dialect == Bash {
				s.complain("%s: not found", a)
			} else {
				s.p.Errorf("unalias: %s not found\n", a)
			}
			status = 1
		}
		delete(s.aliases, a)
	}
	return status
}

// alias replaces a command that is an alias, which the parser knows nothing
// of: the text is put together anew and run.
func (s *Shell) alias(st *syntax.Stmt, c *syntax.CallExpr, argv []string) bool {
	if s.dialect == Bash && !s.shopt["expand_aliases"] {
		return false
	}
	if len(c.Args[0].Parts) != 1 {
		return false
	}
	l, ok := c.Args[0].Parts[0].(*syntax.Lit)
	if !ok {
		return false
	}
	text, ok := s.aliases[l.Value]
	if !ok || s.aliasSince[l.Value] == s.line {
		// A line is read before any of it runs.
		return false
	}
	var b strings.Builder
	b.WriteString(text)
	printer := syntax.NewPrinter()
	for _, w := range c.Args[1:] {
		b.WriteByte(' ')
		printer.Print(&b, w)
	}
	for _, r := range st.Redirs {
		if r.Hdoc != nil {
			return false
		}
		b.WriteByte(' ')
		if r.N != nil {
			b.WriteString(r.N.Value)
		}
		b.WriteString(r.Op.String())
		printer.Print(&b, r.Word)
	}
	delete(s.aliases, l.Value) // an alias is not expanded inside itself
	defer func() { s.aliases[l.Value] = text }()
	s.source(b.String(), s.line-1)
	return true
}
