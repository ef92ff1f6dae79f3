package applet

import (
	"math"
	"strings"
	"time"

	"layerlab.dev/core/shell/awk"
	"layerlab.dev/core/shell/proc"
)

// runShell runs a command line by the image's /bin/sh, as system(3).
func runShell(p *proc.Proc, line string, prepare func(*proc.Proc)) int {
	if prepare != nil {
		prepare(p)
	}
	p.Args = []string{"sh"}
	at, err := p.Look("/bin/sh", "")
	if err != nil {
		return 127
	}
	p.Args = []string{"sh", "-c", line}
	status, err := p.Exec(at)
	if err != nil {
		return 127
	}
	return status
}

func awkApplet(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	const spec = "+F:v:f:e:W:"
	long := []string{"field-separator=F", "assign=v", "file=f", "source=e"}
	if p.GNU {
		// mawk words it in its own way.
		if _, err := proc.ParseOptions(p.Args[1:], "+F:v:f:W:"); err != nil && !strings.Contains(err.Error(), "requires") {
			for _, a := range p.Args[1:] {
				if len(a) > 1 && a[0] == '-' && strings.IndexByte("FvfW", a[1]) < 0 {
					p.Warn("not an option: %s", a)
					break
				}
			}
			p.Exit(2)
		}
	}
	o := options(p, spec, long...)
	c := awk.Config{Assigns: o.All('v'), Args: o.Rest, NoMath: p.Plain, Name: p.Name(), Shell: runShell, Format: awkFormat(p.GNU),
		Strftime: func(format string, sec int64, utc bool) string {
			if utc {
				return strftimeIn(format, time.Unix(sec, 0).UTC())
			}
			return strftime(p, format, sec, 0)
		},
		Mktime: func(spec string) int64 {
			n, ok := ints(strings.Fields(spec))
			if !ok || len(n) < 6 {
				return -1
			}
			return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, zone(p)).Unix()
		}}
	if o.Has('W') && !p.GNU {
		p.Warn("warning: option -W is ignored")
	}
	if o.Has('F') {
		c.FS, c.HasFS = o.Arg('F'), true
		if c.FS == "t" {
			c.FS = "\t"
		}
	}
	for _, a := range c.Assigns {
		if !strings.Contains(a, "=") {
			return usage(p)
		}
	}
	for _, x := range o.Order {
		switch x.Char {
		case 'f':
			data, err := p.ReadFile(x.Arg)
			if err != nil {
				if p.GNU {
					p.Warn("cannot open %s (%s)", x.Arg, proc.Text(err))
					p.Exit(2)
				}
				p.Die("can't open '%s': %s", x.Arg, proc.Text(err))
			}
			c.Sources = append(c.Sources, [2]string{x.Arg, string(data)})
		case 'e':
			c.Sources = append(c.Sources, [2]string{"cmd. line", x.Arg})
		}
	}
	if len(c.Sources) == 0 {
		if len(c.Args) == 0 {
			if p.GNU {
				p.Errorf("%s", usageText(p))
				return 0
			}
			return usage(p)
		}
		c.Sources = [][2]string{{"cmd. line", c.Args[0]}}
		c.Args = c.Args[1:]
	}
	return awk.Run(p, c)
}

// awkFormat formats one number; mawk's integers have 32 bits, and it cuts off
// what is larger.
func awkFormat(mawk bool) func(verb byte, flags string, width, prec int, n float64) string {
	return func(verb byte, flags string, width, prec int, n float64) string {
		switch {
		case !mawk || n != n:
		case verb == 'd' || verb == 'i':
			n = max(min(n, math.MaxInt32), -math.MaxInt32)
		case strings.IndexByte("oxXu", verb) >= 0:
			n = max(min(n, math.MaxUint32), 0)
		}
		return formatAwk(verb, flags, width, prec, n)
	}
}

func formatAwk(verb byte, flags string, width, prec int, n float64) string {
	switch verb {
	case 'd', 'i', 'o', 'x', 'X', 'u':
		if n != n {
			n = 0
		}
		v := int64(n)
		if n >= 9.3e18 {
			v = int64(^uint64(0) >> 1)
		}
		return formatInt(verb, flags, width, prec, v)
	}
	return formatFloat(verb, flags, width, prec, n)
}
