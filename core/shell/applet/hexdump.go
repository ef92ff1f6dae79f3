package applet

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/shell/proc"
)

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
					fm := formatter{p: p, args: []string{strconv.FormatUint(v, 10)}, sh: &Shell{}}
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
