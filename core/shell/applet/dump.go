package applet

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// gather reads up to limit bytes (all for a negative limit) of the named files
// as one.
func gather(p *proc.Proc, names []string, limit int64) (data []byte, status int) {
	status = inputs(p, names, func(_ string, r *proc.Reader) {
		in := io.Reader(r)
		if limit >= 0 {
			in = io.LimitReader(r, limit-int64(len(data)))
		}
		b, _ := io.ReadAll(in)
		p.Steps(int64(len(b)) >> 6)
		data = append(data, b...)
	})
	return data, status
}

// window reads the options that say how many bytes are skipped and how many
// are shown, the latter -1 for all.
func window(p *proc.Proc, o *proc.Options, skip, length byte) (from, n int64) {
	n = -1
	if o.Has(skip) {
		from = mustSize(p, o.Arg(skip))
	}
	if o.Has(length) {
		n = mustSize(p, o.Arg(length))
	}
	return from, n
}

// last is the end of a window, negative where it has none.
func last(from, n int64) int64 {
	if n < 0 {
		return n
	}
	return from + n
}

// odFormat is one -t of od.
type odFormat struct {
	kind  byte // a c d f o u x
	size  int
	ascii bool
}

func od(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	spec := "A:t:N:j:w::vabcdDeFfhHiIlLoOsS:xX"
	if p.GNU {
		spec = "A:t:N:j:w::vabcdDeFfhHiIlLoOsSxX"
	}
	o := options(p, spec, "address-radix=A", "format=t", "read-bytes=N", "skip-bytes=j", "width=w", "output-duplicates=v")
	radix := byte('o')
	if o.Has('A') {
		radix = o.Arg('A')[0]
		if strings.IndexByte("doxn", radix) < 0 {
			p.Die("bad output address radix '%c' (must be [doxn])", radix)
		}
	}
	if o.Has('S') && !p.GNU {
		return 0 // taken, and then nothing is written
	}
	var formats []odFormat
	// -l is a long of four bytes, and -S takes an argument that is not used.
	four := "d4"
	if p.GNU {
		four = "d8"
	}
	old := map[byte]string{'a': "a", 'b': "o1", 'c': "c", 'd': "u2", 'D': "u4", 'e': "f8", 'F': "f8", 'f': "f4", 'h': "x2", 'H': "x4", 'i': "d2", 'I': "d8", 'l': four, 'L': "d8", 'o': "o2", 'O': "o4", 's': "d2", 'S': "d2", 'x': "x2", 'X': "x4"}
	for _, x := range o.Order {
		spec := old[x.Char]
		if x.Char == 't' {
			spec = x.Arg
		}
		for spec != "" {
			f := odFormat{kind: spec[0], size: 4}
			spec = spec[1:]
			switch f.kind {
			case 'a', 'c':
				f.size = 1
			case 'f':
				f.size = 8
			case 'd', 'o', 'u', 'x':
			default:
				p.Die("invalid character '%c' in type string '%s'", f.kind, x.Arg)
			}
			if spec != "" {
				if n, ok := map[byte]int{'C': 1, 'S': 2, 'I': 4, 'L': 8, 'F': 4, 'D': 8}[spec[0]]; ok {
					f.size = n
					spec = spec[1:]
				} else if spec[0] >= '0' && spec[0] <= '9' {
					f.size = int(spec[0] - '0')
					spec = spec[1:]
				}
			}
			if strings.HasPrefix(spec, "z") && !p.GNU {
				p.Die("invalid type string '%s'; 4294967295-byte integral type is not supported", x.Arg)
			}
			if strings.HasPrefix(spec, "z") {
				f.ascii = true
				spec = spec[1:]
			}
			formats = append(formats, f)
		}
	}
	if len(formats) == 0 {
		formats = []odFormat{{kind: 'o', size: 2}}
	}
	skip, n := window(p, o, 'j', 'N')
	data, status := gather(p, o.Rest, last(skip, n))
	if p.GNU && status != 0 && len(o.Rest) == 1 {
		return status
	}
	if skip > int64(len(data)) {
		p.Die("can't skip past end of combined input")
	}
	data = data[skip:]
	perLine := 16
	if o.Has('w') {
		perLine = 32
		if o.Arg('w') != "" {
			perLine = mustInt(p, o.Arg('w'))
		}
	}
	address := func(n int64) string {
		switch radix {
		case 'd':
			return fmt.Sprintf("%07d", n)
		case 'x':
			return fmt.Sprintf("%06x", n)
		case 'n':
			return ""
		}
		return fmt.Sprintf("%07o", n)
	}
	// All columns are as wide as the widest format needs.
	width := func(f odFormat) int {
		switch f.kind {
		case 'a', 'c':
			return 4
		case 'f':
			return map[int]int{4: 16, 8: 25}[f.size]
		case 'd':
			return map[int]int{1: 5, 2: 7, 4: 12, 8: 21}[f.size]
		case 'u':
			return map[int]int{1: 4, 2: 6, 4: 11, 8: 21}[f.size]
		case 'x':
			return 2*f.size + 1
		}
		return map[int]int{1: 4, 2: 7, 4: 12, 8: 23}[f.size]
	}
	prev, starred := "", false
	for at := 0; at < len(data); at += perLine {
		chunk := data[at:min(at+perLine, len(data))]
		if !o.Has('v') && len(chunk) == perLine && string(chunk) == prev {
			if !starred {
				p.Puts("*\n")
				starred = true
			}
			continue
		}
		prev, starred = string(chunk), false
		for i, f := range formats {
			if i == 0 {
				p.Puts(address(skip + int64(at)))
			} else {
				p.Puts(strings.Repeat(" ", len(address(0))))
			}
			col := width(f)
			if p.GNU {
				// coreutils lines up several formats.
				best := 0.0
				for _, g := range formats {
					best = math.Max(best, float64(width(g))/float64(g.size))
				}
				col = int(best * float64(f.size))
			}
			for k := 0; k < len(chunk); k += f.size {
				part := make([]byte, f.size)
				copy(part, chunk[k:min(k+f.size, len(chunk))])
				p.Puts(pad(odCell(f, part), "", col))
			}
			if f.ascii {
				missing := (perLine - len(chunk)) / f.size * col
				p.Puts(strings.Repeat(" ", missing) + "  >" + printable(chunk) + "<")
			}
			p.Puts("\n")
		}
	}
	if radix != 'n' && (status == 0 || len(data) > 0 || p.GNU) {
		p.Puts(address(skip+int64(len(data))) + "\n")
	}
	return status
}

func odCell(f odFormat, b []byte) string {
	switch f.kind {
	case 'c':
		switch c := b[0]; c {
		case 0:
			return `\0`
		case 7:
			return `\a`
		case 8:
			return `\b`
		case 9:
			return `\t`
		case 10:
			return `\n`
		case 11:
			return `\v`
		case 12:
			return `\f`
		case 13:
			return `\r`
		default:
			if c >= 32 && c < 127 {
				return string(c)
			}
			return fmt.Sprintf("%03o", c)
		}
	case 'a':
		c := b[0] & 0x7f
		if c < 33 {
			return strings.Fields("nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp")[c]
		}
		if c == 127 {
			return "del"
		}
		return string(rune(c))
	}
	var u uint64
	switch f.size {
	case 1:
		u = uint64(b[0])
	case 2:
		u = uint64(binary.LittleEndian.Uint16(b))
	case 4:
		u = uint64(binary.LittleEndian.Uint32(b))
	default:
		u = binary.LittleEndian.Uint64(append(b, make([]byte, 8)...))
	}
	switch f.kind {
	case 'x':
		return fmt.Sprintf("%0*x", 2*f.size, u)
	case 'u':
		return strconv.FormatUint(u, 10)
	case 'd':
		shift := 64 - 8*f.size
		return strconv.FormatInt(int64(u<<shift)>>shift, 10)
	case 'f':
		if f.size == 4 {
			return strconv.FormatFloat(float64(math.Float32frombits(uint32(u))), 'e', 7, 32)
		}
		return formatFloat('g', "", 0, 17, math.Float64frombits(u))
	}
	return fmt.Sprintf("%0*o", map[int]int{1: 3, 2: 6, 4: 11, 8: 22}[f.size], u)
}

func printable(b []byte) string {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = '.'
		if c >= 32 && c < 127 {
			out[i] = c
		}
	}
	return string(out)
}

func stringsApplet(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "fon:at:", "bytes=n", "all=a", "print-file-name=f", "radix=t")
	least := 4
	if o.Has('n') {
		least = mustInt(p, o.Arg('n'))
	}
	return inputs(p, o.Rest, func(name string, r *proc.Reader) {
		data, _ := io.ReadAll(r)
		for i := 0; i <= len(data); {
			j := i
			for j < len(data) && (data[j] >= 32 && data[j] < 127 || data[j] == '\t') {
				j++
			}
			if j-i >= least {
				if o.Has('f') {
					p.Puts(name + ": ")
				}
				if o.Has('o') {
					p.Printf("%7o ", i)
				}
				if o.Has('t') {
					p.Puts(map[string]string{"d": fmt.Sprintf("%7d ", i), "x": fmt.Sprintf("%7x ", i), "o": fmt.Sprintf("%7o ", i)}[o.Arg('t')])
				}
				p.Puts(string(data[i:j]) + "\n")
			}
			i = j + 1
		}
	})
}
