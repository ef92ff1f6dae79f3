package applet

import (
	"strconv"

	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

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
		for _, r := range rows {
			if !o.Has('c') && len(show) != 3 {
				total['c'] += r.n['c']
			}
		}
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
		var sizes int64
		least := 1
		if len(names) == 0 {
			names = []string{"-"}
		}
		for _, name := range names {
			if name == "-" {
				if ino, ok := p.IsRegular(0); !ok || ino == 0 {
					least = 7
				}
				sizes += total['c']
				continue
			}
			switch n, err := p.Stat(name); {
			case err != nil:
			case n.Kind == vfs.File:
				sizes += n.Size()
			default:
				least = 7
			}
		}
		width = max(least, len(strconv.FormatInt(sizes, 10)))
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

// counts is inputs with the complaint wc makes.
func counts(p *proc.Proc, names []string, f func(name string, r *proc.Reader)) int {
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
		if n != "-" && isDir(p, n, true) {
			simple(p, n, vfs.EISDIR)
			status = 1
		}
		f(n, r)
		r.Close()
	}
	return status
}
