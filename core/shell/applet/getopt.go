package applet

import (
	"strings"

	"layerlab.dev/core/shell/proc"
)

func getopt(p *proc.Proc) int {
	o := options(p, "+o:n:qQl:aTus:", "options=o", "longoptions=l", "quiet=q", "quiet-output=Q", "shell=s", "test=T", "unquoted=u", "alternative=a", "name=n")
	if o.Has('T') {
		return 4
	}
	rest := o.Rest
	spec := o.Arg('o')
	compatible := false
	if !o.Has('o') {
		if len(rest) == 0 {
			p.Die("missing optstring argument")
		}
		spec = rest[0]
		rest = rest[1:]
		compatible = len(o.Order) == 0
	}
	var long []string
	plus := ""
	if strings.HasPrefix(spec, "+") {
		plus = "+"
		spec = spec[1:]
	}
	names := map[byte]string{}
	code := byte(0x90)
	longSpec := ""
	for _, list := range o.All('l') {
		for l := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
			n := strings.TrimRight(l, ":")
			long = append(long, n+"="+string([]byte{code}))
			longSpec += string([]byte{code}) + l[len(n):]
			names[code] = n
			code++
		}
	}
	name := "getopt"
	if o.Has('n') {
		name = o.Arg('n')
	}
	status := 0
	parsed, err := proc.ParseOptions(rest, plus+spec+longSpec, long...)
	if err != nil {
		if !o.Has('q') {
			p.Errorf("%s: %v\n", name, err)
		}
		status = 1
	}
	quote := func(s string) string {
		if compatible || o.Has('u') {
			return s
		}
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	takes := func(c byte, spec string) bool {
		i := strings.IndexByte(spec, c)
		return i >= 0 && i+1 < len(spec) && spec[i+1] == ':'
	}
	if !o.Has('Q') {
		var b strings.Builder
		for _, x := range parsed.Order {
			if n, ok := names[x.Char]; ok {
				b.WriteString(" --" + n)
				if takes(x.Char, longSpec) {
					b.WriteString(" " + quote(x.Arg))
				}
				continue
			}
			b.WriteString(" -" + string(x.Char))
			if takes(x.Char, spec) {
				b.WriteString(" " + quote(x.Arg))
			}
		}
		b.WriteString(" --")
		for _, r := range parsed.Rest {
			b.WriteString(" " + quote(r))
		}
		p.Puts(b.String() + "\n")
	}
	return status
}
