package shell

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/dialect"
	"layerlab.dev/core/shell/proc"
)

// readLine reads one line byte by byte, so that what follows stays for others.
// With back, a backslash quotes the next character; what it quoted is marked
// by a backslash in the result. max < 0 is no limit.
func (s *Shell) readLine(delim byte, raw bool, max int) (string, bool) {
	var out []byte
	one := make([]byte, 1)
	for n := 0; max < 0 || n < max; n++ {
		k, err := s.p.ReadFD(0, one)
		if k == 0 || err != nil {
			return string(out), false
		}
		c := one[0]
		switch {
		case c == 0 && delim != 0:
			continue
		case c == '\\' && !raw:
			k, _ := s.p.ReadFD(0, one)
			if k == 0 {
				return string(out), false
			}
			if one[0] != '\n' {
				out = append(out, '\\', one[0])
			}
			continue
		case c == delim:
			return string(out), true
		case c == '\\':
			out = append(out, '\\')
		}
		out = append(out, c)
	}
	return string(out), true
}

// read is the builtin read. Lines are kept with backslashes before characters
// that must not split.
func read(s *Shell, argv []string) int {
	spec := "rp:n:t:u:sd:"
	switch s.dialect {
	case Dash:
		spec = "rp:"
	case Bash:
		spec = "rp:n:N:t:u:sd:a:i:e"
	}
	o, err := proc.ParseOptions(argv[1:], "+"+spec)
	if err != nil {
		msg := err.Error()
		return s.illegal(msg[len(msg)-2])
	}
	if o.Has('t') && o.Arg('t') == "0" {
		return 0 // whether input is there: it is, or its end
	}
	delim := byte('\n')
	if o.Has('d') {
		delim = 0
		if d := o.Arg('d'); d != "" {
			delim = d[0]
		}
	}
	most := -1
	if o.Has('n') {
		most, _ = strconv.Atoi(o.Arg('n'))
	}
	if o.Has('N') {
		most, _ = strconv.Atoi(o.Arg('N'))
	}
	if o.Has('u') {
		fd, _ := strconv.Atoi(o.Arg('u'))
		if !s.p.Opened(fd) {
			s.complain("%d: invalid file descriptor: Bad file descriptor", fd)
			return 1
		}
		old := s.p.Hold(0)
		s.p.Dup2(fd, 0)
		defer s.p.Restore(0, old)
	}
	line, ok := s.readLine(delim, o.Has('r'), most)
	status := 0
	if !ok {
		status = 1
	}
	names := o.Rest
	if o.Has('a') {
		v := s.own(o.Arg('a'))
		v.list, v.keys, v.set = map[int]string{}, nil, true
		for i, f := range s.splitRead(line, -1) {
			v.list[i] = f
		}
		return status
	}
	if len(names) == 0 {
		if s.dialect == Dash {
			s.complain("arg count")
			return 2
		}
		v := unmark(line)
		s.set("REPLY", v)
		return status
	}
	if o.Has('N') {
		s.set(names[0], unmark(line))
		return status
	}
	fields := s.splitRead(line, len(names))
	for i, n := range names {
		v := ""
		if i < len(fields) {
			v = fields[i]
		}
		base, _, _ := strings.Cut(n, "[")
		if !dialect.Name(base) {
			if s.dialect == Bash {
				s.complain("`%s': not a valid identifier", n)
				return 1
			}
			if s.dialect == Ash {
				s.p.Errorf("%s: read: '%s': bad variable name\n", s.applet(), n)
				return 1
			}
			s.fail(2, "%s: bad variable name", n)
		}
		if base != n {
			s.setIndex(base, strings.TrimSuffix(n[len(base)+1:], "]"), v)
			continue
		}
		s.set(n, v)
	}
	return status
}

// unmark takes away the backslashes readLine left.
func unmark(line string) string {
	if strings.IndexByte(line, '\\') < 0 {
		return line
	}
	var b []byte
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' && i+1 < len(line) {
			i++
		}
		b = append(b, line[i])
	}
	return string(b)
}

// splitRead divides a line at IFS into at most n fields, the last of which
// takes the rest; n < 0 is no limit.
func (s *Shell) splitRead(line string, n int) []string {
	ifs := s.ifs
	isSep := func(c byte) bool { return strings.IndexByte(ifs, c) >= 0 }
	white := func(c byte) bool { return (c == ' ' || c == '\t' || c == '\n') && isSep(c) }
	var out []string
	i := 0
	for i < len(line) && white(line[i]) {
		i++
	}
	for i < len(line) {
		if n > 0 && len(out) == n-1 {
			// The rest, less white space at its end, and less one delimiter
			// if nothing else follows it.
			rest := line[i:]
			end := len(rest)
			for end > 0 && white(rest[end-1]) && !(end > 1 && rest[end-2] == '\\') {
				end--
			}
			body := rest[:end]
			if end > 0 && isSep(body[end-1]) && !(end > 1 && body[end-2] == '\\') {
				other := false
				for j := 0; j < end-1; j++ {
					if body[j] == '\\' {
						j++
						continue
					}
					if isSep(body[j]) && !white(body[j]) {
						other = true
					}
				}
				if !other {
					body = body[:end-1]
					for len(body) > 0 && white(body[len(body)-1]) {
						body = body[:len(body)-1]
					}
				}
			}
			return append(out, unmark(body))
		}
		var f []byte
		for i < len(line) && !isSep(line[i]) {
			if line[i] == '\\' && i+1 < len(line) {
				i++
			}
			f = append(f, line[i])
			i++
		}
		out = append(out, string(f))
		for i < len(line) && white(line[i]) {
			i++
		}
		if i < len(line) && isSep(line[i]) && !white(line[i]) {
			i++
			for i < len(line) && white(line[i]) {
				i++
			}
		}
	}
	return out
}

// mapfile is bash's builtin mapfile: the lines of a file as an array.
func mapfile(s *Shell, argv []string) int {
	o, err := proc.ParseOptions(argv[1:], "+td:n:O:s:u:C:c:")
	if err != nil {
		msg := err.Error()
		return s.illegal(msg[len(msg)-2])
	}
	target := "MAPFILE"
	if len(o.Rest) > 0 {
		target = o.Rest[0]
	}
	delim := byte('\n')
	if o.Has('d') {
		delim = 0
		if d := o.Arg('d'); d != "" {
			delim = d[0]
		}
	}
	most, skip := -1, 0
	if o.Has('n') {
		if most, _ = strconv.Atoi(o.Arg('n')); most == 0 {
			most = -1
		}
	}
	if o.Has('s') {
		skip, _ = strconv.Atoi(o.Arg('s'))
	}
	v := s.own(target)
	v.list, v.keys, v.set = map[int]string{}, nil, true
	for i := 0; most < 0 || i < most; {
		line, ok := s.readLine(delim, true, -1)
		line = unmark(line)
		if !ok && line == "" {
			break
		}
		if skip > 0 {
			skip--
			continue
		}
		if ok && !o.Has('t') {
			line += string(delim)
		}
		v.list[i] = line
		i++
		if !ok {
			break
		}
	}
	return 0
}
