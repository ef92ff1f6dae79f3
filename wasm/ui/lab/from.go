package lab

import (
	"regexp"
	"strings"

	"layerlab.dev/wasm/wire"
)

var (
	fromWord = regexp.MustCompile(`(?i)^\s*FROM\s`)
	heredoc  = regexp.MustCompile(`<<(-?)["']?([A-Za-z_][A-Za-z0-9_]*)["']?`)
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
		if fromWord.MatchString(lines[first] + " ") {
			out = append(out, Lines{first + 1, i + 1})
			continue
		}
		for _, mark := range heredoc.FindAllStringSubmatch(strings.Join(lines[first:i+1], "\n"), -1) {
			for i++; i < len(lines); i++ {
				end := lines[i]
				if mark[1] == "-" {
					end = strings.TrimLeft(end, "\t")
				}
				if end == mark[2] {
					break
				}
			}
		}
	}
	return out
}

// goesOn tells whether an instruction continues on the next line.
func goesOn(line string) bool {
	return strings.HasSuffix(strings.TrimRight(line, " \t"), "\\")
}

// SplitLines gives the lines of a text; a line break at its end begins none.
func SplitLines(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }

// LinesOf are the lines of a step of the shown stage, those of FROM for a
// layer of the base; none where the file is not the one that was built.
func (l *Lab) LinesOf(s *wire.Step) Lines {
	if s == nil || l.Image == nil || l.Stale {
		return Lines{}
	}
	if s.StartLine > 0 {
		return Lines{s.StartLine, s.EndLine}
	}
	if s.Kind != "base" {
		return Lines{}
	}
	if f := l.File(l.Image.Dockerfile); f != nil && f.Text != nil {
		if from := FromLines(*f.Text); l.StageIndex() < len(from) {
			return from[l.StageIndex()]
		}
	}
	return Lines{}
}

// baseAt finds the topmost layer of the base whose FROM is on a line.
func (l *Lab) baseAt(line int) (stage int, id string) {
	f := l.File(l.Image.Dockerfile)
	if f == nil || f.Text == nil {
		return -1, ""
	}
	for i, from := range FromLines(*f.Text) {
		if i >= len(l.Image.Stages) || line < from.From || line > from.To {
			continue
		}
		steps := l.Image.Stages[i].Steps
		for j := len(steps) - 1; j >= 0; j-- {
			if steps[j].Kind == "base" {
				return i, steps[j].ID
			}
		}
	}
	return -1, ""
}
