package session

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/shell"
	"layerlab.dev/wasm/wire"
)

// trace tells which command of a RUN wrote which path of its layer last.
type trace struct {
	commands []wire.Command // in the order of the script
	by       map[string]int // index into commands by path
	texts    map[string]string
}

// newTrace makes the trace of a step, nil where that is no RUN.
func newTrace(f *dockerfile.File, from *build.Step) *trace {
	if from.Keyword != "RUN" {
		return nil
	}
	script := scriptOf(from.Argv)
	writes := map[string]shell.Write{}
	for _, w := range from.Writes {
		writes[w.Path] = w
	}
	// Of a command that runs often, as in a loop, the place is one.
	groups := map[string][]shell.Write{}
	for _, c := range from.Changes {
		if w, ok := writes[c.Path]; ok && c.Kind != layer.Parent {
			key := strings.Join(w.Argv, "\x00")
			if w.End > 0 {
				key = fmt.Sprintf("%d-%d", w.Start, w.End)
			}
			groups[key] = append(groups[key], w)
		}
	}
	var order [][]shell.Write
	for _, g := range groups {
		order = append(order, g)
	}
	slices.SortFunc(order, func(a, b []shell.Write) int {
		return cmp.Or(cmp.Compare(a[0].Start, b[0].Start), cmp.Compare(a[0].End, b[0].End), slices.Compare(a[0].Argv, b[0].Argv))
	})
	t := &trace{commands: []wire.Command{}, by: map[string]int{}, texts: map[string]string{}}
	lines := linesOfScript(f, from, script)
	for n, g := range order {
		first := g[0]
		c := wire.Command{ID: strconv.Itoa(n), Text: commandText(first, script), Files: len(g)}
		for _, w := range g {
			t.by[w.Path], t.texts[w.Path] = n, commandText(w, script)
			if !slices.Equal(w.Argv, first.Argv) {
				c.Text = piece(script, first)
			}
		}
		if first.End > 0 && first.End <= len(lines) {
			c.StartLine, c.EndLine = lines[first.Start], lines[first.End-1]
		}
		t.commands = append(t.commands, c)
	}
	return t
}

// mark notes in a row who wrote it.
func (t *trace) mark(r *wire.Row) {
	if t == nil {
		return
	}
	p := path.Clean("/" + r.Path)
	if n, ok := t.by[p]; ok {
		r.Command, r.By = t.texts[p], t.commands[n].ID
	}
}

// wrote tells whether a command wrote a path.
func (t *trace) wrote(id, p string) bool {
	if t == nil {
		return false
	}
	n, ok := t.by[path.Clean("/"+p)]
	return ok && t.commands[n].ID == id
}

// scriptOf is the argument of the shell's -c, "" without one.
func scriptOf(argv []string) string {
	for i := 1; i+1 < len(argv); i++ {
		if a := argv[i]; strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "--") && strings.Contains(a, "c") {
			return argv[i+1]
		}
	}
	return ""
}

// commandText is a command as it ran; a redirection alone, which has no words,
// as it is written.
func commandText(w shell.Write, script string) string {
	if len(w.Argv) == 0 {
		return piece(script, w)
	}
	return short(strings.Join(w.Argv, " "))
}

func piece(script string, w shell.Write) string {
	if w.End == 0 || w.Start < 0 || w.Start > w.End || w.End > len(script) {
		return "redirection in a script"
	}
	return short(strings.TrimRight(script[w.Start:w.End], "; \t\n"))
}

// commandRunes is how much of a command is told.
const commandRunes = 400

func short(s string) string {
	if r := []rune(s); len(r) > commandRunes {
		return string(r[:commandRunes]) + "…"
	}
	return s
}

// linesOfScript gives the line of the Dockerfile that each byte of a RUN's
// script is on: nil where the script is not written there letter by letter, as
// with a JSON array's escapes, the stripped tabs of <<- and ONBUILD.
func linesOfScript(f *dockerfile.File, from *build.Step, script string) []int {
	if script == "" || from.Trigger || from.Instruction == nil {
		return nil
	}
	first, _ := from.Instruction.Location()
	var raw, joined lined
	for i, l := range strings.Split(f.Text(from.Instruction.Range), "\n") {
		l = strings.TrimSuffix(l, "\r")
		raw.add(l+"\n", first+i)
		// The parser leaves these out of a continued line.
		if blank := strings.TrimSpace(l); i > 0 && (blank == "" || blank[0] == '#') {
			continue
		}
		if t := strings.TrimRight(l, " \t"); strings.HasSuffix(t, string(f.Escape)) {
			l = strings.TrimSuffix(t, string(f.Escape))
		}
		joined.add(l, first+i)
	}
	if len(from.Instruction.Heredocs) > 0 {
		if at := strings.Index(raw.text, "\n"+script); at >= 0 {
			return raw.lines[at+1:][:len(script)]
		}
	}
	for _, t := range []lined{raw, joined} {
		// The script comes after keyword and flags.
		if at := strings.LastIndex(t.text, script); at >= 0 {
			return t.lines[at:][:len(script)]
		}
	}
	return nil
}

// lined is a text with the line of each of its bytes.
type lined struct {
	text  string
	lines []int
}

func (t *lined) add(s string, line int) {
	t.text += s
	for range len(s) {
		t.lines = append(t.lines, line)
	}
}

// maxCommands is the most commands an answer has.
const maxCommands = 200

// commands answers a CommandsQuery.
func (s *Session) commands(q wire.CommandsQuery) (wire.Commands, error) {
	st, err := s.step(q.Step)
	if err != nil || st.trace == nil {
		return wire.Commands{Commands: []wire.Command{}}, err
	}
	all := st.trace.commands
	return wire.Commands{Total: len(all), Commands: all[:min(len(all), maxCommands)]}, nil
}
