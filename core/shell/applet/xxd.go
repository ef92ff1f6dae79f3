package applet

import (
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

func xxd(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "l:s:apirg:c:o:u", "plain=p")
	start, n := window(p, o, 's', 'l')
	data, status := gather(p, o.Rest[:min(len(o.Rest), 1)], last(start, n))
	if p.GNU && status != 0 {
		return 2
	}
	if o.Has('r') {
		p.Out().Write(xxdReverse(string(data), o.Has('p')))
		return status
	}
	start = min(start, int64(len(data)))
	data = data[start:]
	cols, groupSize := 16, 2
	if o.Has('p') {
		cols = 30
	}
	if o.Has('i') {
		cols = 12
	}
	if o.Has('c') {
		cols = max(mustInt(p, o.Arg('c')), 1)
	}
	if o.Has('g') {
		groupSize = mustInt(p, o.Arg('g'))
	}
	hex := "%02x"
	if o.Has('u') {
		hex = "%02X"
	}
	if o.Has('p') {
		for len(data) > 0 {
			n := min(cols, len(data))
			var b strings.Builder
			for _, c := range data[:n] {
				fmt.Fprintf(&b, hex, c)
			}
			p.Puts(b.String() + "\n")
			data = data[n:]
		}
		return status
	}
	if o.Has('i') {
		name := ""
		if len(o.Rest) > 0 && o.Rest[0] != "-" {
			name = strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' || r|32 >= 'a' && r|32 <= 'z' {
					return r
				}
				return '_'
			}, o.Rest[0])
			p.Puts("unsigned char " + name + "[] = {\n")
		}
		for i, c := range data {
			if i%cols == 0 {
				p.Puts("  ")
			}
			p.Printf("0x%02x", c)
			switch {
			case i == len(data)-1 && !p.GNU:
				p.Puts(",\n")
			case i == len(data)-1:
				p.Puts("\n")
			case i%cols == cols-1:
				p.Puts(",\n")
			default:
				p.Puts(", ")
			}
		}
		if name != "" {
			p.Printf("};\nunsigned int %s_len = %d;\n", name, len(data))
		}
		return status
	}
	for at := 0; at < len(data); at += cols {
		chunk := data[at:min(at+cols, len(data))]
		var b strings.Builder
		fmt.Fprintf(&b, "%08x: ", start+int64(at))
		for i := range cols {
			if i < len(chunk) {
				fmt.Fprintf(&b, hex, chunk[i])
			} else {
				b.WriteString("  ")
			}
			if groupSize > 0 && i%groupSize == groupSize-1 || i == cols-1 {
				b.WriteByte(' ')
			}
		}
		b.WriteString(" " + printable(chunk) + "\n")
		p.Puts(b.String())
	}
	return status
}

func xxdReverse(text string, plain bool) []byte {
	var out []byte
	for l := range strings.SplitSeq(text, "\n") {
		if !plain {
			_, rest, ok := strings.Cut(l, ":")
			if !ok {
				continue
			}
			l, _, _ = strings.Cut(strings.TrimLeft(rest, " "), "  ")
		}
		hi := -1
		for i := range len(l) {
			c := l[i]
			if !isHex(c) {
				if plain || c == ' ' {
					continue
				}
				break
			}
			v, _ := strconv.ParseUint(string(c), 16, 8)
			if hi < 0 {
				hi = int(v)
			} else {
				out = append(out, byte(hi<<4)|byte(v))
				hi = -1
			}
		}
	}
	return out
}
