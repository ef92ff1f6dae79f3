package progress

import (
	"encoding/json"
	"fmt"
	"time"

	"layerlab.dev/core/host"
)

// TraceID is the id of messages that carry a Trace.
const TraceID = "layerlab.trace"

// Trace is what has happened in a build since the last one (BuildKit's
// client.SolveStatus).
type Trace struct {
	Vertexes []Vertex
	Statuses []Status
	Logs     []Log
	Warnings []Warning
}

// Warning is what a check of the Dockerfile found in a vertex.
type Warning struct {
	Vertex, Short, Detail, URL string
	Line                       int
}

// Vertex is a step of a build. Times are nil until it has started, or completed.
type Vertex struct {
	Digest             string
	Name               string
	Started, Completed *time.Time
	Cached             bool
	Error              string
}

// Status is a part of a vertex, such as a transfer.
type Status struct {
	ID, Vertex         string
	Total, Current     int64
	Timestamp          time.Time
	Started, Completed *time.Time
}

// Log is what a vertex wrote.
type Log struct {
	Vertex    string
	Data      []byte
	Timestamp time.Time
}

// ReadTrace gives the trace that a message carries, false where it carries
// something else.
func ReadTrace(m host.Message) (Trace, bool, error) {
	var t Trace
	if m.ID != TraceID || m.Aux == nil {
		return t, false, nil
	}
	if err := json.Unmarshal(*m.Aux, &t); err != nil {
		return t, false, fmt.Errorf("progress of the build: %w", err)
	}
	return t, true, nil
}

// step is a vertex with all that is known of it.
type step struct {
	Vertex
	index    int
	statuses []*part
	logs     []string // lines that are not printed yet; the last may be unfinished
	partial  bool     // whether the last line is unfinished
	offset   int      // how much of the first line is printed
	changed  bool
	tail     []string // the last lines, for the terminal
	written  int
	warnings []string // that are not printed yet
	kept     []string // what was logged, each line with its time
}

type part struct {
	Status
	changed bool
}

// build is a build as it is known from its traces.
type build struct {
	steps   []*step // in the order in which they became known
	by      map[string]*step
	started []*step
	now     time.Time // the latest time that was told
	// today: as buildx shows it; warned is what the checks found.
	today  bool
	warned []Warning
}

func (b *build) see(t time.Time) {
	if t.After(b.now) {
		b.now = t
	}
}

// update adds a trace.
func (b *build) update(t Trace) {
	if b.by == nil {
		b.by = map[string]*step{}
	}
	for _, v := range t.Vertexes {
		s := b.by[v.Digest]
		if s == nil {
			s = &step{index: len(b.steps) + 1}
			if b.today {
				s.index = 0 // what is first printed has the first number
			}
			b.by[v.Digest] = s
			b.steps = append(b.steps, s)
		}
		if s.Started != nil && v.Started == nil {
			continue // told once more, with less
		}
		if v.Started != nil {
			b.see(*v.Started)
			if s.Started == nil {
				b.started = append(b.started, s)
			}
			s.changed = true
		}
		if v.Completed != nil {
			b.see(*v.Completed)
		}
		s.Vertex = v
	}
	for _, x := range t.Statuses {
		s := b.by[x.Vertex]
		if s == nil {
			continue
		}
		b.see(x.Timestamp)
		var p *part
		for _, known := range s.statuses {
			if known.ID == x.ID {
				p = known
			}
		}
		if p == nil {
			p = &part{}
			s.statuses = append(s.statuses, p)
		}
		p.Status, p.changed, s.changed = x, true, true
	}
	for _, w := range t.Warnings {
		b.warned = append(b.warned, w)
		if s := b.by[w.Vertex]; s != nil {
			s.warnings, s.changed = append(s.warnings, w.Short), true
		}
	}
	for _, l := range t.Logs {
		if s := b.by[l.Vertex]; s != nil {
			b.see(l.Timestamp)
			s.write(l)
		}
	}
}

// write adds output to a step's lines, each with its number and time.
func (s *step) write(l Log) {
	s.changed = true
	s.written += len(l.Data)
	rest := string(l.Data)
	for i := 0; rest != ""; i++ {
		line, after, whole := cutLine(rest)
		rest = after
		if i == 0 && s.partial && len(s.logs) > 0 {
			s.logs[len(s.logs)-1] += line
			s.tail[len(s.tail)-1] += line
			s.kept[len(s.kept)-1] += line
		} else {
			s.logs = append(s.logs, fmt.Sprintf("%s %s", since(s.Started, l.Timestamp), line))
			s.tail = append(s.tail, line)
			s.kept = append(s.kept, since(s.Started, l.Timestamp)+" "+line)
		}
		s.partial = !whole
	}
	s.tail = s.tail[max(0, len(s.tail)-termHeight):]
}

func cutLine(text string) (line, rest string, whole bool) {
	for i := range len(text) {
		if text[i] == '\n' {
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

// since tells seconds with three significant digits.
func since(start *time.Time, t time.Time) string {
	seconds := 0.0
	if start != nil {
		seconds = t.Sub(*start).Seconds()
	}
	switch {
	case seconds < 10:
		return fmt.Sprintf("%.3f", seconds)
	case seconds < 100:
		return fmt.Sprintf("%.2f", seconds)
	}
	return fmt.Sprintf("%.1f", seconds)
}

// failures prints what the steps that failed wrote, so far as it is not printed.
func (b *build) failures() string {
	text := ""
	for _, s := range b.started {
		if s.Error == "" || canceled(s.Error) {
			continue
		}
		text += "------\n > " + s.Name + ":\n"
		if b.today {
			for _, l := range s.kept {
				text += l + "\n"
			}
		} else {
			for _, l := range s.logs {
				text += fmt.Sprintf("#%d %s\n", s.index, l)
			}
		}
		text += "------\n"
	}
	return text
}

// amount tells how much of a transfer is done, with a space before it.
func (s *Status) amount() string {
	switch {
	case s.Total != 0:
		return " " + size(s.Current) + " / " + size(s.Total)
	case s.Current != 0:
		return " " + size(s.Current)
	}
	return ""
}

// size is a number of bytes as BuildKit tells it: two decimals where it is not
// whole.
func size(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%dB", n)
	}
	return fmt.Sprintf("%.2f%s", v, units[i])
}
