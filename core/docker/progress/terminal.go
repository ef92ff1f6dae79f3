package progress

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// termHeight is how many lines of a step's output a terminal shows.
const termHeight = 6

// NewTerminal redraws the steps on a terminal of the given size.
func NewTerminal(out io.Writer, cols, rows int) Tracer {
	if cols == 0 {
		cols = 80
	}
	if rows == 0 {
		rows = 10
	}
	return &terminal{out: out, cols: cols, rows: rows}
}

// NewBuildxTerminal redraws the steps as buildx does.
func NewBuildxTerminal(out io.Writer, cols, rows int) Tracer {
	t := NewTerminal(out, cols, rows).(*terminal)
	t.today = true
	return t
}

type terminal struct {
	build
	out        io.Writer
	cols, rows int
	lines      int  // of the last drawing, without its title
	drawn      bool // whether there was one
	at         time.Time
}

// job is a line of a drawing.
type job struct {
	step             *step // nil for a part of a step
	name, status     string
	start, completed *time.Time
	color            string
	tail             []string
}

func (t *terminal) Update(x Trace) {
	t.update(x)
	if t.at.IsZero() || t.now.Sub(t.at) >= frame {
		t.at = t.now
		t.draw(false)
	}
}

func (t *terminal) End() {
	t.draw(true)
	io.WriteString(t.out, t.failures())
	if t.today {
		io.WriteString(t.out, t.warnings())
	}
}

func (t *terminal) jobs() []*job {
	var jobs []*job
	for _, s := range t.started {
		j := &job{step: s, name: strings.ReplaceAll(s.Name, "\t", " "), start: s.Started, completed: s.Completed, color: "34"}
		switch {
		case s.Error != "" && canceled(s.Error):
			j.name, j.color = "CANCELED "+j.name, "33"
		case s.Error != "":
			j.name, j.color = "ERROR "+j.name, "31"
		}
		if s.Cached {
			j.name = "CACHED " + j.name
		}
		jobs = append(jobs, j)
		for _, x := range s.statuses {
			if x.Started == nil {
				continue
			}
			jobs = append(jobs, &job{name: "=> " + x.ID, status: strings.TrimPrefix(x.amount(), " "), start: x.Started, completed: x.Completed, color: "34"})
		}
	}
	return jobs
}

// draw replaces the last drawing. all: as many lines as there are, for the last
// one.
func (t *terminal) draw(all bool) {
	jobs := t.jobs()
	hidden := t.openTails(jobs)
	if !all {
		jobs = wrap(jobs, t.rows-2-hidden)
	}
	var b strings.Builder
	b.WriteString(strings.Repeat("\x1b[1A", t.lines+1))
	if !t.drawn {
		b.WriteString("\x1b[1B")
	}
	t.drawn = true
	b.WriteString("\x1b[0G\x1b[?25l")
	done, took := 0, 0.0
	for _, s := range t.steps {
		if s.Completed != nil {
			done++
		}
	}
	if len(t.started) > 0 {
		took = t.now.Sub(*t.started[0].Started).Seconds()
	}
	state, builder := "", ""
	width := t.cols
	if t.today {
		builder, width = "docker:default", t.cols-1
	}
	if done > 0 && done == len(t.steps) && all {
		state = "FINISHED"
	}
	b.WriteString(align(fmt.Sprintf("[+] Building %.1fs (%d/%d) %s", took, done, len(t.steps), state), builder, width) + "\n")
	lines := 0
	for _, j := range jobs {
		lines += t.job(&b, j)
	}
	if gone := t.lines - lines; gone > 0 {
		b.WriteString(strings.Repeat(strings.Repeat(" ", t.cols)+"\n", gone))
		fmt.Fprintf(&b, "\x1b[%dA\x1b[0G", gone)
	}
	t.lines = lines
	b.WriteString("\x1b[?25h")
	io.WriteString(t.out, b.String())
}

// job draws a line, and the output below it, and returns how many lines that
// were.
func (t *terminal) job(b *strings.Builder, j *job) int {
	end := t.now
	if j.completed != nil {
		end = *j.completed
	}
	took := end.Sub(*j.start).Seconds()
	if took < 0.05 {
		took = 0
	}
	timer := fmt.Sprintf(" %3.1fs\n", took)
	left := t.cols - len(" => ") - len(timer) - 1
	showStatus := j.status != "" && left+len(j.status) > 20
	if showStatus {
		left -= len(j.status) + 1
	}
	if left < 12 {
		return 0
	}
	text := " => " + j.name[:min(len(j.name), left)]
	if showStatus {
		text += " " + j.status
	}
	text = align(text, timer, t.cols)
	if j.completed != nil {
		text = "\x1b[" + j.color + "m" + text + "\x1b[0m"
	}
	b.WriteString(text)
	lines := 1
	for _, l := range j.tail {
		if strings.TrimSpace(l) != "" {
			fmt.Fprintf(b, "\x1b[2m => => # %-*.*s\n\x1b[0m", t.cols-10, t.cols-10, l)
			lines++
		}
	}
	return lines
}

// openTails shows the output of steps that run, as far as there is room for it,
// and returns how many lines that takes.
func (t *terminal) openTails(jobs []*job) (hidden int) {
	running := 0
	var candidates []*job
	for _, j := range jobs {
		if j.completed != nil {
			continue
		}
		running++
		if j.step != nil && j.step.written > 0 {
			candidates = append(candidates, j)
		}
	}
	slices.SortStableFunc(candidates, func(a, b *job) int { return b.step.written - a.step.written })
	free := t.rows - 2 - running
	for _, j := range candidates {
		if free <= termHeight+3 {
			break
		}
		j.tail = j.step.tail
		hidden += len(j.tail)
		free -= termHeight + 3
	}
	return hidden
}

func align(left, right string, width int) string {
	return fmt.Sprintf("%-*s %s", width-len(right)-1, left, right)
}

// wrap keeps the last lines, with those that still run and would be cut moved in
// place of some that are done.
func wrap(jobs []*job, limit int) []*job {
	if limit < 0 {
		return nil
	}
	if len(jobs) <= limit {
		return jobs
	}
	cut := len(jobs) - limit
	var running []*job
	for _, j := range jobs[:cut] {
		if j.completed == nil {
			running = append(running, j)
		}
	}
	n := len(running)
	if n == 0 {
		return jobs[cut:]
	}
	var kept []*job
	for _, j := range jobs[cut:] {
		if j.completed == nil || n <= 0 {
			kept = append(kept, j)
		}
		n--
	}
	return append(slices.Clone(running[len(running)-min(limit-len(kept), len(running)):]), kept...)
}
