package applet

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

func tee(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "ia", "append=a", "ignore-interrupts=i")
	flags := proc.Write | proc.Create | proc.Trunc
	if o.Has('a') {
		flags = proc.Write | proc.Create | proc.Append
	}
	status := 0
	out := []int{1}
	for _, n := range o.Rest {
		if n == "-" {
			out = append(out, 1)
			continue
		}
		fd, err := p.Open(n, flags, 0o666)
		if err != nil {
			simple(p, n, err)
			status = 1
			continue
		}
		out = append(out, fd)
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := p.ReadFD(0, buf)
		for _, fd := range out {
			if n > 0 {
				if _, err := p.WriteFD(fd, buf[:n]); err != nil {
					p.Warn("write error: %s", proc.Text(err))
					status = 1
				}
			}
		}
		if err != nil || n == 0 {
			return status
		}
	}
}

func tac(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "bs:", "before=b", "separator=s")
	if o.Has('b') || o.Has('s') {
		return tacSeparated(p, o)
	}
	var all []string
	status := inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		var lines []string
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			lines = append(lines, s)
		}
		slices.Reverse(lines)
		all = append(all, lines...)
	})
	for _, s := range all {
		p.Puts(s)
	}
	return status
}

// tacSeparated is tac with a separator of its own, which goes behind what it
// ends or, with -b, before what it begins.
func tacSeparated(p *proc.Proc, o *proc.Options) int {
	sep := "\n"
	if o.Has('s') {
		sep = o.Arg('s')
	}
	if sep == "" {
		sep = "\x00"
	}
	return inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		data, _ := io.ReadAll(r)
		p.Steps(int64(len(data)) >> 6)
		for text := string(data); text != ""; {
			i := 0
			if o.Has('b') {
				i = max(strings.LastIndex(text, sep), 0)
			} else if j := strings.LastIndex(text[:len(text)-min(len(sep), len(text))], sep); j >= 0 {
				i = j + len(sep)
			}
			p.Puts(text[i:])
			text = text[:i]
		}
	})
}

func rev(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	return inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			body, nl := strings.CutSuffix(s, "\n")
			if p.Plain {
				b := []byte(body)
				slices.Reverse(b)
				p.Out().Write(b)
			} else {
				b := []rune(body)
				slices.Reverse(b)
				p.Puts(string(b))
			}
			if nl {
				p.Puts("\n")
			}
		}
	})
}

func nl(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "pw:l:v:i:b:s:n:h:f:", "body-numbering=b", "number-separator=s", "number-width=w", "starting-line-number=v", "line-increment=i", "number-format=n")
	width, start, step, style, sep := 6, 1, 1, "t", "\t"
	if o.Has('w') {
		width = mustInt(p, o.Arg('w'))
	}
	if o.Has('v') {
		start = mustInt(p, o.Arg('v'))
	}
	if o.Has('i') {
		step = mustInt(p, o.Arg('i'))
	}
	if o.Has('b') {
		style = o.Arg('b')
	}
	if o.Has('s') {
		sep = o.Arg('s')
	}
	n := start
	return inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			body := strings.TrimSuffix(s, "\n")
			if style == "a" || style == "t" && body != "" {
				num := pad(strconv.Itoa(n), "", width)
				switch o.Arg('n') {
				case "ln":
					num = pad(strconv.Itoa(n), "-", width)
				case "rz":
					num = formatInt('d', "0", width, -1, int64(n))
				}
				p.Puts(num + sep + body + "\n")
				n += step
			} else {
				p.Puts(strings.Repeat(" ", width+len(sep)) + body + "\n")
			}
		}
	})
}

func fold(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	for i, a := range p.Args[1:] {
		if len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "0123456789") == "" {
			p.Args[i+1] = "-w" + a[1:]
		}
	}
	o := options(p, "bsw:", "bytes=b", "spaces=s", "width=w")
	width := 80
	if o.Has('w') {
		n, err := strconv.Atoi(o.Arg('w'))
		if p.GNU && (err != nil || n < 1) {
			p.Die("invalid number of columns: ‘%s’", o.Arg('w'))
		}
		width = mustInt(p, o.Arg('w'))
	}
	return inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			body, nl := strings.CutSuffix(s, "\n")
			col, start, space := 0, 0, -1
			for i := 0; i < len(body); i++ {
				w := 1
				if body[i] == '\t' && !o.Has('b') {
					w = 8 - col%8
				}
				if !p.Plain && !o.Has('b') && body[i]&0xc0 == 0x80 {
					w = 0
				}
				if col+w > width && i > start {
					cut := i
					if o.Has('s') && space >= start {
						cut = space + 1
					}
					p.Puts(body[start:cut] + "\n")
					start, space = cut, -1
					col = 0
					for j := start; j < i; j++ {
						col++
					}
				}
				if body[i] == ' ' || body[i] == '\t' {
					space = i
				}
				col += w
			}
			p.Puts(body[start:])
			if nl {
				p.Puts("\n")
			}
		}
	})
}

func expandTabs(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "it:af", "tabs=t", "initial=i", "all=a", "first-only=f")
	stop := 8
	if o.Has('t') {
		stop = mustInt(p, o.Arg('t'))
	}
	un := p.Name() == "unexpand"
	return inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			body, nl := strings.CutSuffix(s, "\n")
			var b strings.Builder
			if un {
				col, blanks := 0, 0
				leading := true
				for i := range len(body) {
					c := body[i]
					if (c == ' ' || c == '\t') && (leading || !p.GNU || o.Has('a') || o.Has('t') && !o.Has('f')) {
						w := 1
						if c == '\t' {
							w = stop - col%stop
						}
						col += w
						blanks += w
						if col%stop == 0 {
							b.WriteByte('\t')
							blanks = 0
						}
						continue
					}
					b.WriteString(strings.Repeat(" ", blanks))
					blanks = 0
					if c != ' ' && c != '\t' {
						leading = false
					}
					b.WriteByte(c)
					col++
				}
				b.WriteString(strings.Repeat(" ", blanks))
			} else {
				col := 0
				leading := true
				for i := range len(body) {
					c := body[i]
					if c == '\t' && (leading || !o.Has('i')) {
						n := stop - col%stop
						b.WriteString(strings.Repeat(" ", n))
						col += n
						continue
					}
					if c != ' ' {
						leading = false
					}
					b.WriteByte(c)
					col++
				}
			}
			p.Puts(b.String())
			if nl {
				p.Puts("\n")
			}
		}
	})
}
