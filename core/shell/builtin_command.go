package shell

import (
	"fmt"
	"slices"
	"strings"
)

func hash(s *Shell, argv []string) int {
	if len(argv) > 1 && argv[1] == "-r" {
		s.hashed = nil
		return 0
	}
	status := 0
	if len(argv) == 1 {
		if s.dialect == Bash && len(s.hashed) == 0 {
			s.p.WriteFD(1, []byte("hash: hash table empty\n"))
			return 0
		}
		names := make([]string, 0, len(s.hashed))
		for k := range s.hashed {
			names = append(names, k)
		}
		slices.SortFunc(names, func(a, b string) int {
			if d := command31(a) - command31(b); d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
		var b strings.Builder
		if s.dialect == Bash {
			b.WriteString("hits\tcommand\n")
		}
		for _, k := range names {
			if s.dialect == Bash {
				fmt.Fprintf(&b, "%4d\t", s.hits[k])
			}
			b.WriteString(s.hashed[k] + "\n")
		}
		s.p.WriteFD(1, []byte(b.String()))
		return 0
	}
	for _, a := range argv[1:] {
		if strings.HasPrefix(a, "-") {
			continue
		}
		if s.locate(a) == "" {
			s.complain("%s: not found", a)
			status = 1
		}
	}
	return status
}

// command31 is where ash's table of commands keeps a name.
func command31(name string) int {
	h := uint(name[0]) << 4
	for i := range len(name) {
		h += uint(name[i])
	}
	return int(h & 0x7fff % 31)
}

// ran remembers where a command was found, as the shells do.
func (s *Shell) ran(name string) {
	if _, ok := s.hashed[name]; !ok {
		if s.p.Plain && s.dialect == Ash || strings.Contains(name, "/") || s.locate(name) == "" {
			return
		}
	}
	s.hits[name]++
}

// locate finds a command on PATH and remembers it.
func (s *Shell) locate(name string) string {
	if strings.Contains(name, "/") {
		if at, err := s.p.Look(name, ""); err == nil {
			return at
		}
		return ""
	}
	dirs, _ := s.get("PATH")
	at, err := s.p.Look(name, dirs)
	if err != nil {
		return ""
	}
	if s.hashed == nil {
		s.hashed = map[string]string{}
	}
	s.hashed[name] = at
	if s.hits == nil {
		s.hits = map[string]int{}
	}
	s.hits[name] = 0
	return at
}

func help(s *Shell, argv []string) int {
	s.p.WriteFD(1, []byte("Built-in commands:\n------------------\n\t. : [ [[ alias bg break cd chdir command continue echo eval exec\n\texit export false fg getopts hash help history jobs kill let\n\tlocal printf pwd read readonly return set shift source test times\n\ttrap true type ulimit umask unalias unset wait\n"))
	return 0
}
