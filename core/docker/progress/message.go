package progress

import (
	"fmt"
	"io"
	"strings"

	units "github.com/docker/go-units"

	"layerlab.dev/core/host"
)

// Error is a message that says how the operation failed. Code is the exit status
// of a RUN, or 0.
type Error struct {
	Code int
	Text string
}

func (e *Error) Error() string { return e.Text }

// Display prints messages in order.
type Display struct {
	out      io.Writer
	terminal bool
	cols     int
	aux      func(host.Message)
	lines    map[string]int // the line of each id, counted from the first
	failed   error
}

// NewDisplay prints on out, which may be a terminal of cols columns. aux takes
// the messages that carry data; nil: they are dropped.
func NewDisplay(out io.Writer, terminal bool, cols int, aux func(host.Message)) *Display {
	if cols == 0 {
		cols = 200
	}
	return &Display{out: out, terminal: terminal, cols: cols, aux: aux}
}

// Err is the error that a message brought. Nothing is shown after it.
func (d *Display) Err() error { return d.failed }

// Show prints a message.
func (d *Display) Show(m host.Message) {
	if d.failed != nil {
		return
	}
	if m.Aux != nil {
		if d.aux != nil {
			d.aux(m)
		}
		return
	}
	below := 0
	if m.ID != "" && (m.Detail != nil || m.Progress != "") {
		line, known := d.lines[m.ID]
		if !known {
			if d.lines == nil {
				d.lines = map[string]int{}
			}
			line = len(d.lines)
			d.lines[m.ID] = line
			if d.terminal {
				io.WriteString(d.out, "\n")
			}
		}
		below = len(d.lines) - line
		if d.terminal {
			fmt.Fprintf(d.out, "\x1b[%dA", below)
		}
	} else {
		d.lines = nil
	}
	d.print(m)
	if m.ID != "" && d.terminal && below > 0 {
		fmt.Fprintf(d.out, "\x1b[%dB", below)
	}
}

func (d *Display) print(m host.Message) {
	if m.ErrorDetail != nil || m.Error != "" {
		e := &Error{Text: m.Error}
		if m.ErrorDetail != nil {
			e = &Error{m.ErrorDetail.Code, m.ErrorDetail.Message}
		}
		if d.failed = e; e.Code == 401 {
			d.failed = fmt.Errorf("authentication is required")
		}
		return
	}
	var b strings.Builder
	end := ""
	bar := d.bar(m.Detail)
	switch {
	case d.terminal && m.Stream == "" && m.Detail != nil:
		end = "\r"
		b.WriteString("\x1b[2K\r")
	case m.Detail != nil && bar != "":
		return // a bar moves on terminals only
	}
	if m.ID != "" {
		b.WriteString(m.ID + ": ")
	}
	switch {
	case m.Detail != nil && d.terminal:
		b.WriteString(m.Status + " " + bar + end)
	case m.Progress != "":
		b.WriteString(m.Status + " " + m.Progress + end)
	case m.Stream != "":
		b.WriteString(m.Stream + end)
	default:
		b.WriteString(m.Status + end + "\n")
	}
	io.WriteString(d.out, b.String())
}

// bar draws how far a transfer has come: "" if it has not begun.
func (d *Display) bar(p *host.Detail) string {
	switch {
	case p == nil, p.Current <= 0 && p.Total <= 0:
		return ""
	case p.Total <= 0 && p.Units == "":
		return fmt.Sprintf("%8v", units.HumanSize(float64(p.Current)))
	case p.Total <= 0:
		return fmt.Sprintf("%d %s", p.Current, p.Units)
	}
	box := ""
	if d.cols > 110 {
		n := min(int(float64(p.Current)/float64(p.Total)*100)/2, 50)
		box = "[" + strings.Repeat("=", n) + ">" + strings.Repeat(" ", 50-n) + "] "
	}
	switch {
	case p.HideCounts:
		return box
	case p.Units == "" && p.Current > p.Total:
		return box + fmt.Sprintf("%8v", units.HumanSize(float64(p.Current)))
	case p.Units == "":
		return box + fmt.Sprintf("%8v/%v", units.HumanSize(float64(p.Current)), units.HumanSize(float64(p.Total)))
	case p.Current > p.Total:
		return box + fmt.Sprintf("%d %s", p.Current, p.Units)
	}
	return box + fmt.Sprintf("%d/%d %s", p.Current, p.Total, p.Units)
}
