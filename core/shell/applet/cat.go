package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
)

func cat(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "nbvteAuTEs", "show-all=A", "number=n", "number-nonblank=b", "show-ends=E", "show-tabs=T", "show-nonprinting=v", "squeeze-blank=s")
	visible := o.Has('v') || o.Has('t') || o.Has('e') || o.Has('A')
	ends := o.Has('e') || o.Has('A') || o.Has('E')
	tabs := o.Has('t') || o.Has('A') || o.Has('T')
	number, nonblank := o.Has('n'), o.Has('b')
	if nonblank {
		number = false
	}
	if !visible && !ends && !tabs && !number && !nonblank && !o.Has('s') {
		return inputs(p, o.Rest, func(name string, r *proc.Reader) {
			if _, err := p.Splice(r.FD(), 1, -1); err != nil {
				if p.GNU {
					p.WarnErr(err, "%s", name)
				} else {
					p.WarnErr(err, "read error")
				}
			}
		})
	}
	line := 0
	fresh := true
	blank := false
	return inputs(p, o.Rest, func(_ string, r *proc.Reader) {
		for {
			s, ok := r.Line()
			if !ok {
				break
			}
			body, nl := strings.CutSuffix(s, "\n")
			if o.Has('s') {
				if body == "" && blank {
					continue
				}
				blank = body == ""
			}
			if fresh && (number || nonblank && body != "") {
				line++
				p.Printf("%6d\t", line)
			}
			var b []byte
			for i := range len(body) {
				c := body[i]
				switch {
				case c == '\t' && !tabs:
					b = append(b, c)
				case c == '\t':
					b = append(b, '^', 'I')
				case !visible:
					b = append(b, c)
				default:
					b = appendVisible(b, c)
				}
			}
			if number || nonblank {
				nl = true // counted lines are always ended
			}
			if nl {
				if ends {
					b = append(b, '$')
				}
				b = append(b, '\n')
			}
			fresh = nl
			p.Out().Write(b)
		}
	})
}

// appendVisible writes a byte as cat -v does.
func appendVisible(b []byte, c byte) []byte {
	if c >= 128 {
		b = append(b, 'M', '-')
		c -= 128
	}
	switch {
	case c < 32:
		return append(b, '^', c+64)
	case c == 127:
		return append(b, '^', '?')
	}
	return append(b, c)
}
