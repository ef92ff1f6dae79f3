package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
)

func comm(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "123", "nocheck-order=\x81", "check-order=\x82")
	operands(p, o.Rest, 2, 2)
	var r [2]*proc.Reader
	for i := range 2 {
		var err error
		if r[i], err = open(p, o.Rest[i]); err != nil {
			return 1
		}
	}
	var last [2]string
	var unsorted [2]bool
	unpaired := o.Has(0x82)
	next := func(i int) (string, bool) {
		s, ok := r[i].Line()
		s = strings.TrimSuffix(s, "\n")
		if ok && p.GNU && s < last[i] && !unsorted[i] && unpaired && !o.Has(0x81) {
			// The order is looked at from the first line on that has no pair.
			unsorted[i] = true
			p.Warn("file %d is not in sorted order", i+1)
			if o.Has(0x82) {
				p.Exit(1)
			}
		}
		last[i] = s
		return s, ok
	}
	put := func(col byte, s string) {
		if o.Has(col) {
			return
		}
		indent := ""
		for c := byte('1'); c < col; c++ {
			if !o.Has(c) {
				indent += "\t"
			}
		}
		p.Puts(indent + s + "\n")
	}
	a, okA := next(0)
	b, okB := next(1)
	for okA || okB {
		switch {
		case !okB || okA && a < b:
			unpaired = true
			put('1', a)
			a, okA = next(0)
		case !okA || b < a:
			unpaired = true
			put('2', b)
			b, okB = next(1)
		default:
			put('3', a)
			a, okA = next(0)
			b, okB = next(1)
		}
	}
	if unsorted[0] || unsorted[1] {
		p.Warn("input is not in sorted order")
		return 1
	}
	return 0
}

func join(p *proc.Proc) int {
	o := options(p, "1:2:j:t:a:v:o:e:i", "ignore-case=i")
	operands(p, o.Rest, 2, 2)
	key := [2]int{1, 1}
	if o.Has('j') {
		key[0] = mustInt(p, o.Arg('j'))
		key[1] = key[0]
	}
	for i, c := range []byte("12") {
		if o.Has(c) {
			key[i] = mustInt(p, o.Arg(c))
		}
	}
	sep := " "
	split := strings.Fields
	if o.Has('t') {
		sep = o.Arg('t')
		split = func(s string) []string { return strings.Split(s, sep) }
	}
	var rows [2][][]string
	for i, n := range o.Rest {
		r, err := open(p, n)
		if err != nil {
			return 1
		}
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			rows[i] = append(rows[i], split(strings.TrimSuffix(s, "\n")))
		}
		r.Close()
	}
	get := func(f []string, k int) string {
		if k <= len(f) {
			return f[k-1]
		}
		return ""
	}
	without := func(f []string, k int) []string {
		var out []string
		for i, x := range f {
			if i != k-1 {
				out = append(out, x)
			}
		}
		return out
	}
	emit := func(k string, a, b []string) {
		if o.Has('o') && o.Arg('o') != "auto" {
			var out []string
			for f := range strings.FieldsFuncSeq(o.Arg('o'), func(r rune) bool { return r == ',' || r == ' ' }) {
				v := ""
				switch {
				case f == "0":
					v = k
				case strings.HasPrefix(f, "1."):
					v = get(a, mustInt(p, f[2:]))
				case strings.HasPrefix(f, "2."):
					v = get(b, mustInt(p, f[2:]))
				}
				if v == "" {
					v = o.Arg('e')
				}
				out = append(out, v)
			}
			p.Puts(strings.Join(out, sep) + "\n")
			return
		}
		out := []string{k}
		out = append(out, without(a, key[0])...)
		out = append(out, without(b, key[1])...)
		p.Puts(strings.Join(out, sep) + "\n")
	}
	lone := [2]bool{has(o.All('a'), "1") || o.Arg('v') == "1", has(o.All('a'), "2") || o.Arg('v') == "2"}
	i, j := 0, 0
	for i < len(rows[0]) || j < len(rows[1]) {
		var a, b string
		if i < len(rows[0]) {
			a = get(rows[0][i], key[0])
		}
		if j < len(rows[1]) {
			b = get(rows[1][j], key[1])
		}
		switch {
		case j >= len(rows[1]) || i < len(rows[0]) && a < b:
			if lone[0] {
				emit(a, rows[0][i], nil)
			}
			i++
		case i >= len(rows[0]) || b < a:
			if lone[1] {
				emit(b, nil, rows[1][j])
			}
			j++
		default:
			j2 := j
			for ; j2 < len(rows[1]) && get(rows[1][j2], key[1]) == a; j2++ {
			}
			for ; i < len(rows[0]) && get(rows[0][i], key[0]) == a; i++ {
				for x := j; x < j2 && !o.Has('v'); x++ {
					emit(a, rows[0][i], rows[1][x])
				}
			}
			j = j2
		}
	}
	return 0
}
