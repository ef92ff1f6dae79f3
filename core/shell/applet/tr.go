package applet

import (
	"io"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// trSet expands a set of tr to bytes.
func trSet(p *proc.Proc, s string) []byte {
	var out []byte
	b := []byte(s)
	classes := map[string]func(c byte) bool{
		"alpha": func(c byte) bool { return c|32 >= 'a' && c|32 <= 'z' },
		"alnum": func(c byte) bool { return c|32 >= 'a' && c|32 <= 'z' || c >= '0' && c <= '9' },
		"digit": func(c byte) bool { return c >= '0' && c <= '9' }, "lower": func(c byte) bool { return c >= 'a' && c <= 'z' },
		"upper": func(c byte) bool { return c >= 'A' && c <= 'Z' }, "space": func(c byte) bool { return c == ' ' || c >= 9 && c <= 13 },
		"blank":  func(c byte) bool { return c == ' ' || c == 9 },
		"punct":  func(c byte) bool { return c > ' ' && c < 127 && !(c|32 >= 'a' && c|32 <= 'z' || c >= '0' && c <= '9') },
		"cntrl":  func(c byte) bool { return c < 32 || c == 127 },
		"print":  func(c byte) bool { return c >= 32 && c < 127 },
		"graph":  func(c byte) bool { return c > 32 && c < 127 },
		"xdigit": func(c byte) bool { return c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'f' },
	}
	one := func(i int) (byte, int) {
		if b[i] != '\\' || i+1 >= len(b) {
			return b[i], i + 1
		}
		end := i + 2
		if b[i+1] >= '0' && b[i+1] <= '7' {
			for end < len(b) && end < i+4 && b[end] >= '0' && b[end] <= '7' {
				end++
			}
		}
		text, _ := unescape(string(b[i:end]), false, true)
		if len(text) == 2 {
			return text[1], end
		}
		return text[0], end
	}
	for i := 0; i < len(b); {
		if b[i] == '[' && i+1 < len(b) {
			if b[i+1] == ':' {
				if end := strings.Index(s[i:], ":]"); end > 0 {
					if f := classes[s[i+2:i+end]]; f != nil {
						for c := range 256 {
							if f(byte(c)) {
								out = append(out, byte(c))
							}
						}
						i += end + 2
						continue
					}
					if p.GNU {
						p.Die("invalid character class ‘%s’", s[i+2:i+end])
					}
				}
			}
			if b[i+1] == '=' && i+4 < len(b) && b[i+3] == '=' && b[i+4] == ']' {
				out = append(out, b[i+2])
				i += 5
				continue
			}
		}
		c, next := one(i)
		if next+1 < len(b) && b[next] == '-' {
			hi, end := one(next + 1)
			if hi < c {
				if p.GNU {
					p.Die("range-endpoints of '%c-%c' are in reverse collating sequence order", c, hi)
				}
				i = end
				continue
			}
			for x := int(c); x <= int(hi); x++ {
				out = append(out, byte(x))
			}
			i = end
			continue
		}
		out = append(out, c)
		i = next
	}
	return out
}

func tr(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "+Ccdst", "complement=c", "delete=d", "squeeze-repeats=s", "truncate-set1=t")
	args := o.Rest
	if !p.GNU && len(args) > 2 {
		args = args[:2]
	}
	if len(args) == 0 || p.GNU && (len(args) > 2 || len(args) < 2 && !o.Has('d') && !o.Has('s')) {
		if p.GNU {
			if len(args) == 0 {
				p.Warn("missing operand")
			} else if len(args) == 1 {
				p.Errorf("tr: missing operand after '%s'\nTwo strings must be given when translating.\n", args[0])
			} else {
				p.Warn("extra operand '%s'", args[2])
			}
		}
		return usage(p)
	}
	set1 := trSet(p, args[0])
	if o.Has('c') || o.Has('C') {
		var in [256]bool
		for _, c := range set1 {
			in[c] = true
		}
		set1 = set1[:0:0]
		for c := range 256 {
			if !in[c] {
				set1 = append(set1, byte(c))
			}
		}
	}
	var drop, squeeze [256]bool
	var to [256]byte
	for i := range to {
		to[i] = byte(i)
	}
	var set2 []byte
	if len(args) == 2 {
		set2 = trSet(p, args[1])
	}
	switch {
	case o.Has('d'):
		for _, c := range set1 {
			drop[c] = true
		}
		for _, c := range set2 {
			squeeze[c] = true
		}
	case len(args) == 2:
		if len(set2) == 0 {
			p.Die("SET2 cannot be empty")
		}
		for i, c := range set1 {
			if i < len(set2) {
				to[c] = set2[i]
			} else if !o.Has('t') {
				to[c] = set2[len(set2)-1]
			}
		}
		if o.Has('s') {
			for _, c := range set2 {
				squeeze[c] = true
			}
		}
	default:
		for _, c := range set1 {
			squeeze[c] = true
		}
	}
	if !o.Has('s') {
		squeeze = [256]bool{}
	}
	last := -1
	buf := make([]byte, 32<<10)
	out := make([]byte, 0, 32<<10)
	for {
		n, err := p.ReadFD(0, buf)
		p.Steps(int64(n) >> 8)
		out = out[:0]
		for _, c := range buf[:n] {
			if drop[c] {
				continue
			}
			c = to[c]
			if squeeze[c] && last == int(c) {
				continue
			}
			last = int(c)
			out = append(out, c)
		}
		p.Out().Write(out)
		if err != nil || n == 0 {
			if err != nil && err != io.EOF {
				p.WarnErr(err, "read error")
				return 1
			}
			return 0
		}
	}
}
