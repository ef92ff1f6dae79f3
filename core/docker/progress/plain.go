package progress

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Tracer shows a build of BuildKit.
type Tracer interface {
	// Update shows what has happened.
	Update(Trace)
	// End shows what is left to show, and what failed.
	End()
}

// frame is how often progress is shown at most.
const frame = 100 * time.Millisecond

func canceled(text string) bool { return strings.HasSuffix(text, "context canceled") }

// NewPlain prints lines, each with the number of its step.
func NewPlain(out io.Writer, digests bool) Tracer { return &plain{out: out, digests: digests} }

// NewBuildx prints lines as buildx does.
func NewBuildx(out io.Writer) Tracer {
	p := &plain{out: out, any: true}
	p.today = true
	fmt.Fprintln(out, "#0 building with \"default\" instance using docker driver")
	return p
}

type plain struct {
	build
	out     io.Writer
	digests bool // under the name of each step its digest
	current *step
	any     bool
	numbers int // given out, with today
	printed time.Time
	last    map[*part]Status
}

func (p *plain) Update(t Trace) {
	p.update(t)
	if p.printed.IsZero() || p.now.Sub(p.printed) >= frame {
		p.printed = p.now
		p.print()
	}
}

func (p *plain) End() {
	p.print()
	io.WriteString(p.out, p.failures())
	if p.today {
		io.WriteString(p.out, p.warnings())
	}
}

// print shows the steps that changed: those that completed, in that order, and
// then the one that goes on.
func (p *plain) print() {
	var done, open []*step
	for _, s := range p.started {
		switch {
		case !s.changed:
		case s.Completed != nil:
			done = append(done, s)
		default:
			open = append(open, s)
		}
	}
	slices.SortStableFunc(done, func(a, b *step) int { return a.Completed.Compare(*b.Completed) })
	if i := slices.Index(done, p.current); i >= 0 {
		p.step(p.current)
		done = slices.Delete(done, i, i+1)
	}
	for _, s := range done {
		p.step(s)
	}
	if len(open) == 0 {
		if p.current != nil {
			return
		}
		for _, s := range p.started {
			if s.Completed == nil {
				p.step(s)
				return
			}
		}
		return
	}
	if p.current == nil {
		p.step(open[0])
	} else if slices.Contains(open, p.current) {
		p.step(p.current)
	}
}

func (p *plain) line(s *step, format string, a ...any) {
	fmt.Fprintf(p.out, "#%d "+format+"\n", append([]any{s.index}, a...)...)
}

func (p *plain) step(s *step) {
	if s.index == 0 {
		p.numbers++
		s.index = p.numbers
	}
	if s != p.current {
		if old := p.current; old != nil {
			if old.partial {
				fmt.Fprintln(p.out)
			}
			old.offset = 0
			p.line(old, "...")
		}
		if p.any {
			fmt.Fprintln(p.out)
		}
		p.any = true
		p.line(s, "%s", s.Name)
		if p.digests {
			p.line(s, "%s", s.Digest)
		}
	}
	for _, x := range s.statuses {
		if x.Completed == nil && s.Completed == nil && x.Started != nil && p.now.Sub(*x.Started) < frame {
			continue // it may be over in a moment
		}
		if x.changed && p.worth(x) {
			p.status(s, x)
		}
		x.changed = false
	}
	for _, w := range s.warnings {
		p.line(s, "WARN: %s", w)
	}
	s.warnings = nil
	p.logs(s)
	s.changed = false
	p.current = s
	if s.Completed == nil {
		return
	}
	p.current = nil
	switch {
	case s.Error != "":
		if s.partial {
			fmt.Fprintln(p.out)
		}
		if canceled(s.Error) {
			p.line(s, "CANCELED")
		} else {
			p.line(s, "ERROR: %s", s.Error)
		}
	case s.Cached:
		p.line(s, "CACHED")
	default:
		p.line(s, "DONE %.1fs", s.Completed.Sub(*s.Started).Seconds())
	}
}

// worth reports whether a status has moved enough to be printed again.
func (p *plain) worth(x *part) bool {
	if p.last == nil {
		p.last = map[*part]Status{}
	}
	if last, ok := p.last[x]; ok && x.Completed == nil {
		moved := 0.0
		if x.Total > 0 {
			moved = float64(x.Current-last.Current) / float64(x.Total)
		}
		if moved < 0.05 && x.Timestamp.Sub(last.Timestamp) < 5*time.Second {
			return false
		}
	}
	p.last[x] = x.Status
	return true
}

func (p *plain) status(s *step, x *part) {
	took, end := "", x.Timestamp
	if x.Completed != nil {
		end = *x.Completed
	}
	if x.Started != nil {
		if d := end.Sub(*x.Started).Seconds(); d > 0.01 {
			took = fmt.Sprintf(" %.1fs", d)
		}
	}
	if x.Completed != nil {
		took += " done"
	}
	p.line(s, "%s%s%s", x.ID, x.amount(), took)
}

func (p *plain) logs(s *step) {
	for i, l := range s.logs {
		l = fmt.Sprintf("#%d %s", s.index, l)
		if i == 0 {
			l = l[s.offset:]
		}
		io.WriteString(p.out, l)
		if i < len(s.logs)-1 || !s.partial {
			fmt.Fprintln(p.out)
		}
	}
	if len(s.logs) == 0 {
		return
	}
	if s.partial {
		s.logs = s.logs[len(s.logs)-1:]
		s.offset = len(fmt.Sprintf("#%d %s", s.index, s.logs[0]))
	} else {
		s.logs, s.offset = nil, 0
	}
}

// warnings are what the checks found, told once more at the end.
func (b *build) warnings() string {
	if len(b.warned) == 0 {
		return ""
	}
	noun := "warnings"
	if len(b.warned) == 1 {
		noun = "warning"
	}
	text := fmt.Sprintf("\n \x1b[33m%d %s found (use docker --debug to expand):\n\x1b[0m", len(b.warned), noun)
	for _, w := range b.warned {
		text += " - " + w.Short + "\n"
	}
	return text
}
