package lab

import (
	"strings"

	"layerlab.dev/wasm/wire"
)

// FromLines finds the lines of each FROM of a Dockerfile, in order: the
// instruction of a stage's base, of which the engine's steps of the base do
// not tell. Comments, continuation lines and heredocs are none.
func FromLines(text string) []Lines {
	var out []Lines
	lines := SplitLines(text)
	for i := 0; i < len(lines); i++ {
		trimmed := strings.TrimSpace(lines[i])
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		first := i
		for goesOn(lines[i]) && i+1 < len(lines) {
			i++
		}
		if word, _, _ := strings.Cut(strings.ReplaceAll(trimmed, "\t", " "), " "); strings.EqualFold(word, "FROM") {
			out = append(out, Lines{first + 1, i + 1})
			continue
		}
		for _, h := range heredocs(strings.Join(lines[first:i+1], "\n")) {
			for i++; i < len(lines); i++ {
				end := lines[i]
				if h.tabs {
					end = strings.TrimLeft(end, "\t")
				}
				if end == h.name {
					break
				}
			}
		}
	}
	return out
}

// here is the beginning of a heredoc: its name, and whether tabs before its
// end do not count.
type here struct {
	name string
	tabs bool
}

// heredocs finds the heredocs that an instruction begins: <<NAME, <<-NAME, with
// or without quotes. It is no regular expression because the package for them
// would be a tenth of the page's program.
func heredocs(s string) (out []here) {
	for {
		_, rest, ok := strings.Cut(s, "<<")
		if !ok {
			return out
		}
		name, tabs := strings.CutPrefix(rest, "-")
		name = strings.TrimLeft(name, `"'`)
		end := strings.IndexFunc(name, func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		})
		if end >= 0 {
			name = name[:end]
		}
		if name != "" && (name[0] < '0' || name[0] > '9') {
			out = append(out, here{name, tabs})
		}
		s = rest
	}
}

// goesOn tells whether an instruction continues on the next line.
func goesOn(line string) bool {
	return strings.HasSuffix(strings.TrimRight(line, " \t"), "\\")
}

// SplitLines gives the lines of a text; a line break at its end begins none.
func SplitLines(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }

// LinesOf are the lines of a step of the shown image, those of FROM for a
// layer of the base; none where the file is not the one that was built.
func (l *Lab) LinesOf(s *wire.Step) Lines {
	img := l.Drawn()
	if s == nil || img == nil || l.Stale && !l.failed() {
		return Lines{}
	}
	if _, made := l.anyStep(s.ID); made == nil {
		return Lines{} // of the last good build
	}
	if s.StartLine > 0 {
		return Lines{s.StartLine, s.EndLine}
	}
	if s.Kind != "base" {
		return Lines{}
	}
	if f := l.File(img.Dockerfile); f != nil && f.Text != nil {
		stage, _ := l.anyStep(s.ID)
		if from := FromLines(*f.Text); stage >= 0 && stage < len(from) {
			return from[stage]
		}
	}
	return Lines{}
}

// baseAt finds the topmost layer of the base whose FROM is on a line.
func (l *Lab) baseAt(line int) (stage int, id string) {
	img := l.Drawn()
	f := l.File(img.Dockerfile)
	if f == nil || f.Text == nil {
		return -1, ""
	}
	for i, from := range FromLines(*f.Text) {
		if i >= len(img.Stages) || line < from.From || line > from.To {
			continue
		}
		steps := img.Stages[i].Steps
		for j := len(steps) - 1; j >= 0; j-- {
			if steps[j].Kind == "base" {
				return i, steps[j].ID
			}
		}
	}
	return -1, ""
}
