package applet

import (
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// span is a range of cut -f: from 1, to 0 for no end.
type span struct{ from, to int }

func spans(p *proc.Proc, list string, fields bool) []span {
	zero := func() {
		switch {
		case p.GNU && fields:
			wrong(p, "fields are numbered from 1")
		case p.GNU:
			wrong(p, "byte/character positions are numbered from 1")
		}
	}
	unread := func(s string) {
		s = strings.TrimLeft(s, "0123456789")
		switch {
		case p.GNU && fields:
			wrong(p, "invalid field value ‘%s’", s)
		case p.GNU:
			wrong(p, "invalid byte/character position ‘%s’", s)
		}
	}
	var out []span
	for item := range strings.SplitSeq(list, ",") {
		a, b, dash := strings.Cut(item, "-")
		s := span{1, 0}
		bad := func() {
			if p.GNU {
				wrong(p, "invalid decreasing range")
			}
			p.Die("invalid range %s-%s", a, b)
		}
		if item == "" || dash && a == "" && b == "" {
			if p.GNU && item != "" {
				wrong(p, "invalid range with no endpoint: %s", item)
			}
			zero()
			p.Die("invalid range %s", item)
		}
		if a != "" {
			n, err := strconv.Atoi(a)
			if err != nil {
				unread(a)
				p.Die("invalid number '%s'", a)
			}
			if n < 1 {
				zero()
				s.from, s.to = 1, 0
				out = append(out, s)
				continue
			}
			s.from = n
		}
		if !dash {
			s.to = s.from
		} else if b != "" {
			n, err := strconv.Atoi(b)
			if err != nil {
				unread(b)
				p.Die("invalid number '%s'", b)
			}
			if n < s.from {
				if !p.GNU {
					p.Die("%d<%d", n, s.from-1)
				}
				bad()
			}
			s.to = n
		}
		out = append(out, s)
	}
	return out
}

func picked(list []span, n int) bool {
	for _, s := range list {
		if n >= s.from && (s.to == 0 || n <= s.to) {
			return true
		}
	}
	return false
}

func cut(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "b:c:f:d:snDO:", "bytes=b", "characters=c", "fields=f", "delimiter=d", "only-delimited=s", "output-delimiter=O", "complement=\x81")
	var kind byte
	for _, c := range []byte("bcf") {
		if o.Has(c) {
			if kind != 0 {
				if p.GNU {
					p.Warn("only one type of list may be specified")
				}
				return usage(p)
			}
			kind = c
		}
	}
	if kind == 0 {
		if p.GNU {
			p.Warn("you must specify a list of bytes, characters, or fields")
			return usage(p)
		}
		p.Warn("expected a list of bytes, characters, or fields")
		p.Exit(1)
	}
	delim := "\t"
	if o.Has('d') {
		if kind != 'f' {
			if p.GNU {
				p.Warn("an input delimiter may be specified only when operating on fields")
				return usage(p)
			}
			p.Die("a delimiter may be specified only when operating on fields")
		}
		delim = o.Arg('d')
		if len(delim) > 1 {
			if p.GNU {
				p.Warn("the delimiter must be a single character")
				return usage(p)
			}
			delim = delim[:1]
		}
		if delim == "" {
			delim = "\x00"
		}
	}
	outDelim := delim
	if o.Has('O') {
		outDelim = o.Arg('O')
	}
	list := spans(p, o.Arg(kind), kind == 'f')
	flip := o.Has(0x81)
	return inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			body := strings.TrimSuffix(s, "\n")
			if kind != 'f' {
				var b []byte
				for i := range len(body) {
					if picked(list, i+1) != flip {
						b = append(b, body[i])
					}
				}
				p.Out().Write(append(b, '\n'))
				continue
			}
			if !strings.Contains(body, delim) {
				if !o.Has('s') {
					p.Puts(body + "\n")
				}
				continue
			}
			var out []string
			for i, f := range strings.Split(body, delim) {
				if picked(list, i+1) != flip {
					out = append(out, f)
				}
			}
			p.Puts(strings.Join(out, outDelim) + "\n")
		}
	})
}

func paste(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "d:s", "delimiters=d", "serial=s")
	delims := []byte("\t")
	if o.Has('d') {
		d, _ := unescape(o.Arg('d'), false, false)
		delims = d
		if o.Arg('d') == `\0` || len(d) == 0 {
			delims = []byte{0}
		}
	}
	sep := func(i int) string {
		c := delims[i%len(delims)]
		if c == 0 {
			return ""
		}
		return string([]byte{c})
	}
	names := o.Rest
	if len(names) == 0 {
		names = []string{"-"}
	}
	var files []*proc.Reader
	for _, n := range names {
		r, err := open(p, n)
		if err != nil {
			return 1
		}
		files = append(files, r)
	}
	if o.Has('s') {
		for _, r := range files {
			for i := 0; ; i++ {
				s, ok := r.Line()
				if !ok {
					break
				}
				if i > 0 {
					p.Puts(sep(i - 1))
				}
				p.Puts(strings.TrimSuffix(s, "\n"))
			}
			p.Puts("\n")
		}
		return 0
	}
	if !p.GNU {
		return pasteBox(p, files, sep)
	}
	done := make([]bool, len(files))
	for {
		var b strings.Builder
		alive := false
		for i, r := range files {
			if i > 0 {
				b.WriteString(sep(i - 1))
			}
			if done[i] {
				continue
			}
			s, ok := r.Line()
			if !ok {
				done[i] = true
				continue
			}
			alive = true
			b.WriteString(strings.TrimSuffix(s, "\n"))
		}
		if !alive {
			return 0
		}
		p.Puts(b.String() + "\n")
	}
}

// pasteBox leaves out the files that have ended, as busybox does, with their
// delimiters.
func pasteBox(p *proc.Proc, files []*proc.Reader, sep func(int) string) int {
	alive := len(files)
	for alive > 0 {
		k := 0
		for i, r := range files {
			if r == nil {
				continue
			}
			s, ok := r.Line()
			if !ok {
				files[i] = nil
				alive--
				continue
			}
			p.Puts(strings.TrimSuffix(s, "\n"))
			if i == len(files)-1 {
				p.Puts("\n")
				continue
			}
			p.Puts(sep(k))
			k++
		}
	}
	return 0
}
