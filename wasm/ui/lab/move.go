package lab

import (
	"strings"

	"layerlab.dev/wasm/wire"
)

// Movable tells whether a step can trade places with another one: it is an
// instruction of the chosen Dockerfile other than FROM, and the lines that are
// known of it are those of the text as it is.
func (l *Lab) Movable(s *wire.Step) bool {
	return s != nil && s.StartLine > 0 && s.Keyword != "FROM" && s.Kind != "base" &&
		l.Image != nil && !l.Stale && l.Built != nil && l.Built.Revision == l.Revision &&
		Editable(l.File(l.Image.Dockerfile))
}

// CanMove tells whether the step has a movable one above it (by 1: later in the
// file) or below it (by -1).
func (l *Lab) CanMove(id string, by int) bool {
	from, to := l.places(id, by)
	return from != nil && to != nil
}

// places finds a step and the one it would trade places with.
func (l *Lab) places(id string, by int) (from, to *wire.Step) {
	st := l.ShownStage()
	if st == nil {
		return nil, nil
	}
	for i := range st.Steps {
		if st.Steps[i].ID != id || !l.Movable(&st.Steps[i]) {
			continue
		}
		if n := i + by; n >= 0 && n < len(st.Steps) && l.Movable(&st.Steps[n]) {
			return &st.Steps[i], &st.Steps[n]
		}
		return &st.Steps[i], nil
	}
	return nil, nil
}

// Move puts an instruction behind (by > 0) or before (by < 0) the one that is
// so many strata away, and shows what that does: the image before is set beside
// the one after. It does nothing where there is no such place.
func (l *Lab) Move(id string, by int) {
	from, to := l.places(id, by)
	if from == nil || to == nil || by == 0 {
		return
	}
	path, before := l.Image.Dockerfile, l.Image.ID
	f := l.File(path)
	old := *f.Text
	text := moveLines(old, Lines{from.StartLine, from.EndLine}, Lines{to.StartLine, to.EndLine}, by > 0)
	l.Observe()
	l.rewrite(path, text)
	l.CompareWith(before)
	l.Notice = &Notice{Text: l.W.Moved(Title(from)), Action: l.W.Undo, Do: l.takeBack(func() { l.rewrite(path, old) }), Of: path}
}

// moveLines moves the lines of one instruction, with the comments right above
// them, behind those of another one, or before it and its comments. A blank
// line stays where it was.
func moveLines(text string, from, to Lines, behind bool) string {
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	} else {
		lines[last] += "\n" // it will stand in front of others
	}
	above := func(at Lines) Lines {
		for at.From > 1 && strings.HasPrefix(strings.TrimSpace(lines[at.From-2]), "#") && !directive(lines[:at.From-1]) {
			at.From--
		}
		return at
	}
	from, to = above(from), above(to)
	block := lines[from.From-1 : from.To]
	var out []string
	for n, line := range lines {
		at := n + 1
		if !behind && at == to.From {
			out = append(out, block...)
		}
		if at < from.From || at > from.To {
			out = append(out, line)
		}
		if behind && at == to.To {
			out = append(out, block...)
		}
	}
	moved := strings.Join(out, "")
	if !strings.HasSuffix(text, "\n") {
		moved = strings.TrimSuffix(moved, "\n")
	}
	return moved
}

// directive tells whether the last of these first lines of a Dockerfile is a
// parser directive, such as "# syntax=…", which must stay at the top: until
// something else has come, a comment with an equals sign may be one.
func directive(lines []string) bool {
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#") || !strings.Contains(line, "=") {
			return false
		}
	}
	return true
}

// MoveChosen moves the instruction of the chosen stratum by one.
func (l *Lab) MoveChosen(by int) {
	if s := l.Chosen(); s != nil {
		l.Move(s.ID, by)
	}
}
