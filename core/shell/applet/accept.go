package applet

import (
	"slices"
	"strings"
	"sync"

	"layerlab.dev/core/shell/proc"
)

// accepted is what the real program takes: option letters, and for busybox the
// long names among those that are known here.
type accepted struct {
	letters string
	long    []string
}

// acceptance is data/options.txt, by flavour and name.
var acceptance = sync.OnceValue(func() map[string]*accepted {
	b, err := data.ReadFile("data/options.txt")
	if err != nil {
		panic(err)
	}
	out := map[string]*accepted{}
	for l := range strings.Lines(string(b)) {
		f := strings.Fields(l)
		out[f[0]+" "+f[1]] = &accepted{strings.Trim(f[2], "-"), f[3:]}
	}
	return out
})

// accepts returns what p's program takes, nil where that is not known.
func accepts(p *proc.Proc) *accepted {
	flavour := "full"
	switch {
	case p.GNU:
		flavour = "gnu"
	case p.Plain:
		flavour = "static"
	}
	return acceptance()[flavour+" "+p.Name()]
}

// limit takes out of what an applet knows what the program does not take.
func (a *accepted) limit(p *proc.Proc, spec string, long []string) (string, []string) {
	letters := a.letters
	if p.GNU {
		for _, l := range long {
			letters += l[len(l)-1:] // what has a name may have no letter
		}
	}
	var b strings.Builder
	for i := 0; i < len(spec); i++ {
		c := spec[i]
		j := i + 1
		for j < len(spec) && spec[j] == ':' {
			j++
		}
		if i == 0 && c == '+' || c >= 0x80 || strings.IndexByte(letters, c) >= 0 {
			b.WriteString(spec[i:j])
		}
		i = j - 1
	}
	if !p.GNU {
		long = slices.DeleteFunc(slices.Clone(long), func(l string) bool {
			name, _, _ := strings.Cut(l, "=")
			return !slices.Contains(a.long, name)
		})
	}
	return b.String(), long
}

// missing aborts the run where the program takes an option that is not
// interpreted: nobody would know what it does.
func (a *accepted) missing(p *proc.Proc, err error) {
	c, ok := strings.CutPrefix(err.Error(), "invalid option -- '")
	if !ok || strings.IndexByte(a.letters, c[0]) < 0 {
		return
	}
	p.Machine().Abort(&proc.UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
		Reason: whyOption.With("-" + c[:1]), Advice: insteadOption.With()})
}
