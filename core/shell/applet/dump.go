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

func hexdump(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "bcdoxCe:f:n:s:vR", "canonical=C", "length=n", "skip=s")
	if p.Name() == "hd" {
		p.Args = append([]string{"hexdump", "-C"}, p.Args[1:]...)
		return hexdump(p)
	}
	skip, n := window(p, o, 's', 'n')
	data, status := gather(p, o.Rest, last(skip, n))
	skip = min(skip, int64(len(data)))
	data = data[skip:]
	if o.Has('e') {
		p.Puts(hexdumpFormats(p, o.All('e'), data))
		return status
	}
	mode := byte('d')
	for _, c := range []byte("bcdoxC") {
		if o.Has(c) {
			mode = c
		}
	}
	if mode == 'd' && !o.Has('d') {
		mode = 0
	}
	prev, starred := "", false
	for at := 0; at < len(data); at += 16 {
		chunk := data[at:min(at+16, len(data))]
		if !o.Has('v') && len(chunk) == 16 && string(chunk) == prev {
			if !starred {
				p.Puts("*\n")
				starred = true
			}
			continue
		}
		prev, starred = string(chunk), false
		var b strings.Builder
		if mode == 'C' {
			fmt.Fprintf(&b, "%08x ", skip+int64(at))
			for i := range 16 {
				if i == 8 {
					b.WriteByte(' ')
				}
				if i < len(chunk) {
					fmt.Fprintf(&b, " %02x", chunk[i])
				} else {
					b.WriteString("   ")
				}
			}
			b.WriteString("  |" + printable(chunk) + "|\n")
			p.Puts(b.String())
			continue
		}
		fmt.Fprintf(&b, "%07x", skip+int64(at))
		switch mode {
		case 'b', 'c':
			for i := range 16 {
				switch {
				case i >= len(chunk):
					b.WriteString("    ")
				case mode == 'b':
					fmt.Fprintf(&b, " %03o", chunk[i])
				default:
					b.WriteString(pad(odCell(odFormat{kind: 'c'}, chunk[i:i+1]), "", 4))
				}
			}
		default:
			for i := 0; i < 16; i += 2 {
				word := []byte{0, 0}
				if i < len(chunk) {
					copy(word, chunk[i:])
				}
				v := binary.LittleEndian.Uint16(word)
				cell := map[byte]string{'d': fmt.Sprintf("   %05d", v), 'o': fmt.Sprintf("  %06o", v), 'x': fmt.Sprintf("    %04x", v), 0: fmt.Sprintf(" %04x", v)}[mode]
				if i >= len(chunk) {
					cell = strings.Repeat(" ", len(cell))
				}
				b.WriteString(cell)
			}
		}
		b.WriteByte('\n')
		p.Puts(b.String())
	}
	if len(data) > 0 {
		if mode == 'C' {
			p.Printf("%08x\n", skip+int64(len(data)))
		} else {
			p.Printf("%07x\n", skip+int64(len(data)))
		}
	}
	return status
}

// hexdumpFormats carries out the simple forms of hexdump -e: n/size "format".
func hexdumpFormats(p *proc.Proc, formats []string, data []byte) string {
	type unit struct {
		count, size int
		format      string
	}
	var units []unit
	for _, f := range formats {
		for rest := strings.TrimSpace(f); rest != ""; rest = strings.TrimSpace(rest) {
			u := unit{1, 0, ""}
			i := strings.IndexByte(rest, '"')
			if i < 0 {
				break
			}
			head := strings.TrimSpace(rest[:i])
			if a, b, ok := strings.Cut(head, "/"); ok {
				if n, err := strconv.Atoi(a); err == nil {
					u.count = n
				}
				if n, err := strconv.Atoi(b); err == nil {
					u.size = n
				}
			} else if n, err := strconv.Atoi(head); err == nil {
				u.count = n
			}
			rest = rest[i+1:]
			j := strings.IndexByte(rest, '"')
			if j < 0 {
				break
			}
			t, _ := unescape(rest[:j], false, false)
			u.format = string(t)
			rest = rest[j+1:]
			if u.size == 0 && strings.Contains(u.format, "%") {
				u.size = 4
				if strings.Contains(u.format, "c") || strings.Contains(u.format, "_p") {
					u.size = 1
				}
			}
			units = append(units, u)
		}
	}
	var b strings.Builder
	for len(data) > 0 {
		before := len(data)
		for _, u := range units {
			for range u.count {
				if u.size == 0 || !strings.Contains(u.format, "%") {
					b.WriteString(u.format)
					continue
				}
				if len(data) == 0 {
					break
				}
				part := make([]byte, 8)
				n := copy(part, data[:min(u.size, len(data))])
				data = data[n:]
				f := u.format
				switch {
				case strings.Contains(f, "%_p"):
					f = strings.ReplaceAll(f, "%_p", printable(part[:1]))
					b.WriteString(f)
				default:
					v := binary.LittleEndian.Uint64(part)
					fm := formatter{p: p, args: []string{strconv.FormatUint(v, 10)}}
					b.Write(fm.once(nil, f))
				}
			}
		}
		if len(data) == before {
			break
		}
	}
	return b.String()
}

func xxd(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "l:s:apirg:c:o:u", "plain=p")
	start, n := window(p, o, 's', 'l')
	data, status := gather(p, o.Rest[:min(len(o.Rest), 1)], last(start, n))
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
