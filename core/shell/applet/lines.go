package applet

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// count reads the argument of head and tail: a number with a suffix.
func count(p *proc.Proc, s string) int64 {
	n, ok := size(s)
	if !ok {
		if p.GNU {
			p.Die("invalid number of lines: ‘%s’", s)
		}
		p.Die("invalid number '%s'", s)
	}
	return n
}

// oldStyle turns head -5 into head -n 5.
func oldStyle(p *proc.Proc, plus bool) {
	for i, a := range p.Args[1:] {
		if a == "--" || len(a) < 2 {
			break
		}
		if a[0] != '-' && !(plus && a[0] == '+') {
			break
		}
		if a[1] < '0' || a[1] > '9' {
			if strings.HasPrefix(a, "-n") || strings.HasPrefix(a, "-c") {
				break
			}
			continue
		}
		n := a[1:]
		if a[0] == '+' {
			n = a
		}
		tail := p.Args[i+2:]
		args := append([]string{}, p.Args[:i+1]...)
		switch last := n[len(n)-1]; last {
		case 'c':
			args = append(args, "-c", n[:len(n)-1])
		case 'f', 'l':
			args = append(args, "-n", n[:len(n)-1])
		default:
			args = append(args, "-n", n)
		}
		p.Args = append(args, tail...)
		return
	}
}

// headers writes ==> name <== between files.
type headers struct {
	p     *proc.Proc
	on    bool
	first bool
}

func (h *headers) next(name string) {
	if !h.on {
		return
	}
	if name == "-" {
		name = "standard input"
	}
	if !h.first {
		h.p.Puts("\n")
	}
	h.first = false
	h.p.Puts("==> " + name + " <==\n")
}

func head(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	oldStyle(p, false)
	o := options(p, "n:c:qvz", "lines=n", "bytes=c", "quiet=q", "silent=q", "verbose=v")
	n, bytes, neg := int64(10), false, false
	for _, x := range o.Order {
		if x.Char == 'n' || x.Char == 'c' {
			a := x.Arg
			neg = strings.HasPrefix(a, "-")
			n = count(p, strings.TrimPrefix(a, "-"))
			bytes = x.Char == 'c'
		}
	}
	h := headers{p, (len(o.Rest) > 1 || o.Has('v')) && !o.Has('q'), true}
	return inputs(p, o.Rest, func(name string, r *proc.Reader) {
		h.next(name)
		switch {
		case bytes && neg:
			data, _ := io.ReadAll(r)
			if k := int64(len(data)) - n; k > 0 {
				p.Out().Write(data[:k])
			}
		case bytes:
			p.Out().Flush()
			p.Splice(r.FD(), 1, n)
		case neg:
			var ring []string
			for {
				s, ok := r.Line()
				if !ok {
					break
				}
				ring = append(ring, s)
				if int64(len(ring)) > n {
					p.Puts(ring[0])
					ring = ring[1:]
				}
			}
		default:
			for range n {
				s, ok := r.Line()
				if !ok {
					break
				}
				p.Puts(s)
			}
		}
	})
}

func tail(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	oldStyle(p, true)
	o := options(p, "fc:n:qs:vF", "lines=n", "bytes=c", "quiet=q", "follow=f")
	n, bytes, from := int64(10), false, false
	for _, x := range o.Order {
		if x.Char == 'n' || x.Char == 'c' {
			a := x.Arg
			from = strings.HasPrefix(a, "+")
			n = count(p, strings.TrimLeft(a, "+-"))
			bytes = x.Char == 'c'
		}
	}
	names, unopened := o.Rest, 0
	if !p.GNU && len(names) > 0 {
		// busybox opens all before it shows the first.
		names = nil
		for _, name := range o.Rest {
			if r, err := p.Input(name); err != nil {
				cannotOpen(p, name, err)
				unopened = 1
			} else {
				names = append(names, name)
				r.Close()
			}
		}
		if len(names) == 0 {
			p.Die("no files")
		}
	}
	h := headers{p, (len(names) > 1 || o.Has('v')) && !o.Has('q'), true}
	return unopened | inputs(p, names, func(name string, r *proc.Reader) {
		h.next(name)
		switch {
		case from && bytes:
			io.CopyN(io.Discard, r, max(n-1, 0))
			io.Copy(p.Out(), r)
		case from:
			for range max(n-1, 0) {
				if _, ok := r.Line(); !ok {
					return
				}
			}
			io.Copy(p.Out(), r)
		case bytes:
			data, _ := io.ReadAll(r)
			p.Out().Write(data[max(int64(len(data))-n, 0):])
		default:
			var ring []string
			for {
				s, ok := r.Line()
				if !ok {
					break
				}
				ring = append(ring, s)
				if int64(len(ring)) > 2*n+64 {
					ring = slices.Clone(ring[int64(len(ring))-n:])
				}
			}
			for _, s := range ring[max(int64(len(ring))-n, 0):] {
				p.Puts(s)
			}
		}
	})
}

func wc(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "lwcmL", "lines=l", "words=w", "bytes=c", "chars=m", "max-line-length=L")
	show := []byte{}
	for _, c := range []byte("lwmcL") {
		if o.Has(c) {
			show = append(show, c)
		}
	}
	if len(show) == 0 {
		show = []byte("lwc")
	}
	var total [256]int64
	type row struct {
		n    [256]int64
		name string
	}
	var rows []row
	names := o.Rest
	unpadded := len(show) == 1 && len(names) < 2
	print := func(r row) {
		for i, c := range show {
			v := strconv.FormatInt(r.n[c], 10)
			if !unpadded && !p.GNU {
				v = pad(v, "", 9)
				if i > 0 {
					v = " " + v
				}
			}
			p.Puts(v)
		}
		if r.name != "" {
			p.Puts(" " + r.name)
		}
		p.Puts("\n")
	}
	status := counts(p, names, func(name string, r *proc.Reader) {
		var x row
		if len(names) > 0 {
			x.name = name
		}
		inWord := false
		var width, widest int64
		buf := make([]byte, 32<<10)
		for {
			k, err := r.Read(buf)
			p.Steps(int64(k) >> 8)
			for _, c := range buf[:k] {
				x.n['c']++
				if c&0xc0 != 0x80 {
					x.n['m']++
				}
				switch c {
				case '\n', '\r', '\f':
					if c == '\n' {
						x.n['l']++
					}
					widest = max(widest, width)
					width = 0
					inWord = false
				case '\t':
					width = (width | 7) + 1
					inWord = false
				case ' ', '\v':
					width++
					inWord = false
				default:
					if c > ' ' && c != 127 {
						if c&0xc0 != 0x80 {
							width++
						}
						if !inWord {
							x.n['w']++
						}
						inWord = true
					}
				}
			}
			if err != nil {
				break
			}
		}
		if p.Plain || p.GNU {
			x.n['m'] = x.n['c'] // in the C locale
		}
		x.n['L'] = max(widest, width)
		for _, c := range show {
			if c == 'L' {
				total[c] = max(total[c], x.n[c])
			} else {
				total[c] += x.n[c]
			}
		}
		rows = append(rows, x)
		if !p.GNU {
			print(x)
		}
	})
	if p.GNU {
		gnuCounts(p, rows2(rows, func(r row) ([256]int64, string) { return r.n, r.name }), show, total, names)
		return status
	}
	if len(names) > 1 {
		print(row{total, "total"})
	}
	return status
}

// counted is a line of GNU wc.
type counted struct {
	n    [256]int64
	name string
}

func rows2[T any](in []T, f func(T) ([256]int64, string)) []counted {
	out := make([]counted, len(in))
	for i, x := range in {
		out[i].n, out[i].name = f(x)
	}
	return out
}

// gnuCounts prints columns as wide as the largest number, as coreutils does.
func gnuCounts(p *proc.Proc, rows []counted, show []byte, total [256]int64, names []string) {
	if len(names) > 1 {
		rows = append(rows, counted{total, "total"})
	}
	width := 1
	if len(show) > 1 || len(rows) > 1 {
		// The sizes of the files decide, whatever is counted.
		width = len(strconv.FormatInt(total['c'], 10))
		for _, c := range show {
			width = max(width, len(strconv.FormatInt(total[c], 10)))
		}
		if ino, ok := p.IsRegular(0); len(names) == 0 && (!ok || ino == 0) {
			width = 7
		}
	}
	for _, r := range rows {
		for i, c := range show {
			if i > 0 {
				p.Puts(" ")
			}
			p.Puts(pad(strconv.FormatInt(r.n[c], 10), "", width))
		}
		if r.name != "" {
			p.Puts(" " + r.name)
		}
		p.Puts("\n")
	}
}

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
	o := options(p, "")
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

// counts is inputs with the complaint wc makes.
func counts(p *proc.Proc, names []string, f func(name string, r *proc.Reader)) int {
	if p.GNU {
		return inputs(p, names, f)
	}
	if len(names) == 0 {
		names = []string{"-"}
	}
	status := 0
	for _, n := range names {
		r, err := p.Input(n)
		if err != nil {
			simple(p, n, err)
			status = 1
			continue
		}
		if isDir(p, n, true) && n != "-" {
			simple(p, n, vfs.EISDIR)
			status = 1
		}
		f(n, r)
		r.Close()
	}
	return status
}
