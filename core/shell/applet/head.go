package applet

import (
	"io"
	"slices"
	"strings"

	"layerlab.dev/core/shell/proc"
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
