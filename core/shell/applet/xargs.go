package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
)

// xargs builds command lines from its input.
func xargs(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "+trE:e::I:i::n:L:l::s:0xpP:oa:d:", "null=0", "no-run-if-empty=r", "max-args=n", "max-procs=P", "delimiter=d", "arg-file=a", "replace=i", "verbose=t", "max-lines=L", "interactive=p")
	cmd := o.Rest
	if len(cmd) == 0 {
		cmd = []string{"echo"}
	}
	in := p.In()
	if o.Has('a') {
		r, err := open(p, o.Arg('a'))
		if err != nil {
			return 1
		}
		in = r
	}
	var words []string
	replace := ""
	if o.Has('I') {
		replace = o.Arg('I')
	} else if o.Has('i') {
		if replace = o.Arg('i'); replace == "" {
			replace = "{}"
		}
	}
	eof := o.Arg('E')
	switch {
	case o.Has('0') || o.Has('d'):
		delim := byte(0)
		if o.Has('d') {
			d, _ := unescape(o.Arg('d'), false, false)
			if len(d) > 0 {
				delim = d[0]
			}
		}
		for {
			s, ok := in.Until(delim)
			if !ok {
				break
			}
			words = append(words, strings.TrimSuffix(s, string(delim)))
		}
	case replace != "" || o.Has('L'):
		for {
			s, ok := in.Line()
			if !ok {
				break
			}
			s = strings.TrimSuffix(s, "\n")
			s = strings.TrimLeft(s, " \t")
			if s == "" {
				continue
			}
			if replace != "" {
				w, ok := xargsWords(s, true)
				if !ok {
					return unmatched(p, s)
				}
				words = append(words, w...)
			} else {
				words = append(words, s)
			}
		}
	default:
		var all strings.Builder
		for {
			s, ok := in.Line()
			if !ok {
				break
			}
			all.WriteString(s)
		}
		w, ok := xargsWords(all.String(), false)
		if !ok {
			return unmatched(p, all.String())
		}
		for _, x := range w {
			if eof != "" && x == eof {
				break
			}
			words = append(words, x)
		}
	}
	status := 0
	run := func(argv []string) bool {
		if o.Has('t') {
			p.Errorf("%s\n", strings.Join(argv, " "))
		}
		rc := p.Spawn(argv, func(c *proc.Proc) { c.OpenAt(0, "/dev/null", proc.Read, 0) })
		switch {
		case rc == 255:
			p.Warn("%s: exited with status 255; aborting", argv[0])
			status = 124
			return false
		case rc == 126 || rc == 127:
			status = rc
			return false
		case rc > 128 && rc < 160:
			if p.GNU {
				p.Warn("%s: terminated by signal %d", argv[0], rc-128)
			} else {
				p.Warn("'%s' terminated by signal %d", argv[0], rc-128)
			}
			status = 125
			return false
		case rc != 0:
			status = 123
		}
		return true
	}
	if replace != "" {
		for _, w := range words {
			argv := make([]string, len(cmd))
			for i, a := range cmd {
				argv[i] = strings.ReplaceAll(a, replace, w)
			}
			if !run(argv) {
				break
			}
		}
		return status
	}
	each := 1 << 30
	if o.Has('n') {
		each = mustInt(p, o.Arg('n'))
	}
	if o.Has('L') {
		each = mustInt(p, o.Arg('L'))
	}
	if each < 1 {
		p.Die("number %s is not in 1..2147483647 range", o.Arg('n'))
	}
	if len(words) == 0 {
		if !o.Has('r') {
			run(cmd)
		}
		return status
	}
	limit := 32 << 10
	if o.Has('s') {
		limit = mustInt(p, o.Arg('s'))
	}
	for len(words) > 0 {
		n, length := 0, 0
		for n < len(words) && n < each && (n == 0 || length+len(words[n])+1 <= limit) {
			length += len(words[n]) + 1
			n++
		}
		argv := append([]string{}, cmd...)
		for _, w := range words[:n] {
			if o.Has('L') {
				w, _ := xargsWords(w, false)
				argv = append(argv, w...)
				continue
			}
			argv = append(argv, w)
		}
		words = words[n:]
		if !run(argv) {
			break
		}
	}
	return status
}

// unmatched complains of the quote in text that is not closed.
func unmatched(p *proc.Proc, text string) int {
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote == 0 && c == '\\':
			i++
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	kind := map[byte]string{'"': "double", '\'': "single"}[quote]
	if p.GNU {
		p.Die("unmatched %s quote; by default quotes are special to xargs unless you use the -0 option", kind)
	}
	p.Die("unmatched %s quote", kind)
	return 1
}

// xargsWords splits at white space, with quotes and backslashes. whole keeps
// the line in one piece.
func xargsWords(s string, whole bool) ([]string, bool) {
	var out []string
	var b strings.Builder
	started := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ', '\t', '\n':
			if whole && c != '\n' {
				b.WriteByte(c)
				continue
			}
			if started {
				out = append(out, b.String())
				b.Reset()
				started = false
			}
			continue
		case '\\':
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
		case '\'', '"':
			j := strings.IndexByte(s[i+1:], c)
			if j < 0 || strings.Contains(s[i+1:i+1+j], "\n") {
				return nil, false
			}
			b.WriteString(s[i+1 : i+1+j])
			i += j + 1
		default:
			b.WriteByte(c)
		}
		started = true
	}
	if started {
		out = append(out, b.String())
	}
	return out, true
}
