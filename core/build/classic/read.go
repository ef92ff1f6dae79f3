package classic

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"layerlab.dev/core/vfs"
)

// The language is that of dockerd 20.10's parser: lines are joined by its rules,
// which know no here documents. What a line says is then read by BuildKit's
// parser, after the flags that are younger have been refused.

// program is a Dockerfile read.
type program struct {
	meta     []command // ARG before the first FROM
	stages   []stage
	escape   rune
	warnings []string
}

type stage struct {
	name, base, platform string
	text                 string
	line                 int
	commands             []command
}

type command struct {
	instructions.Command
	text string
	line int
}

// logical is a line with its continuations.
type logical struct {
	text string
	line int // where it begins, from 1
}

var (
	reDirective = regexp.MustCompile(`^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`)
	keywords    = []string{"add", "arg", "cmd", "copy", "entrypoint", "env", "expose", "from", "healthcheck", "label", "maintainer",
		"onbuild", "run", "shell", "stopsignal", "user", "volume", "workdir"}
	// flags are those that 20.10 knows.
	flags = map[string][]string{"add": {"chown", "chmod"}, "copy": {"chown", "from", "chmod"}, "from": {"platform"},
		"healthcheck": {"interval", "timeout", "start-period", "retries"}, "run": {"mount"}}
)

const longestLine = 65535

// splitLines joins the lines of a Dockerfile.
func splitLines(text string) (lines []logical, escape rune, warnings []string, err error) {
	escape = '\\'
	seen := map[string]bool{}
	directives := true
	// directive looks for "# escape=`" and the like, which stand above all else.
	directive := func(s string) error {
		if !directives {
			return nil
		}
		m := reDirective.FindStringSubmatch(s)
		if m == nil {
			directives = false
			return nil
		}
		name := strings.ToLower(m[1])
		if name != "escape" && name != "syntax" {
			directives = false
			return nil
		}
		if seen[name] {
			return fmt.Errorf("only one %s parser directive can be used", name)
		}
		seen[name] = true
		if name == "escape" {
			if m[2] != "`" && m[2] != `\` {
				return fmt.Errorf("invalid escape token '%s' does not match ` or \\", m[2])
			}
			escape = rune(m[2][0])
		}
		return nil
	}
	// continued takes off what joins a line to the next: an escape character that
	// does not follow another one.
	continued := func(s string) (string, bool) {
		t := strings.TrimRight(s, " \t")
		if t == "" || rune(t[len(t)-1]) != escape || len(t) > 1 && rune(t[len(t)-2]) == escape {
			return s, false
		}
		return t[:len(t)-1], true
	}
	comment := func(s string) bool { return strings.HasPrefix(strings.TrimLeftFunc(s, unicode.IsSpace), "#") }
	text = strings.TrimPrefix(text, "\ufeff")
	raw := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := range raw {
		raw[i] = strings.TrimSuffix(raw[i], "\r")
		if len(raw[i]) > longestLine {
			return nil, escape, nil, fmt.Errorf("dockerfile line greater than max allowed size of %d", longestLine)
		}
	}
	for i := 0; i < len(raw); i++ {
		start := i + 1
		s := strings.TrimLeftFunc(raw[i], unicode.IsSpace)
		if err := directive(s); err != nil {
			return nil, escape, nil, err
		}
		if strings.HasPrefix(s, "#") {
			s = ""
		}
		s, more := continued(s)
		if !more && s == "" {
			continue
		}
		empty := false
		for more && i+1 < len(raw) {
			i++
			next := raw[i]
			if err := directive(next); err != nil {
				return nil, escape, nil, err
			}
			if comment(next) {
				continue
			}
			if strings.TrimSpace(next) == "" {
				empty = true
				continue
			}
			next, more = continued(next)
			s += next
		}
		if empty {
			warnings = append(warnings, "[WARNING]: Empty continuation line found in:\n    "+s)
		}
		lines = append(lines, logical{s, start})
	}
	if len(warnings) > 0 {
		warnings = append(warnings, "[WARNING]: Empty continuation lines will become errors in a future release.")
	}
	return lines, escape, warnings, nil
}

// nodeOf parses one line.
func nodeOf(line string, escape rune) (*parser.Node, error) {
	trimmed := strings.TrimSpace(line)
	word, rest := cutWord(trimmed)
	keyword := strings.ToLower(word)
	as := keyword
	if strings.Contains(line, "<<") {
		// A here document is nothing special to 20.10: the words are read as
		// those of an instruction that is cut up alike but can have none.
		switch keyword {
		case "run":
			as = "cmd"
		case "add", "copy":
			as = "volume"
		case "onbuild":
			below, err := nodeOf(rest, escape)
			if err != nil {
				return nil, err
			}
			return &parser.Node{Value: keyword, Original: line, Next: &parser.Node{Children: []*parser.Node{below}}}, nil
		}
	}
	res, err := parser.Parse(strings.NewReader("# escape=" + string(escape) + "\n" + as + cutArray(keyword, trimmed[len(word):]) + "\n"))
	if err != nil {
		return nil, err
	}
	n := res.AST.Children[0]
	n.Value, n.Original = keyword, line
	return n, nil
}

// cutArray takes off what follows the JSON array of an instruction, which 20.10
// does not look at.
func cutArray(keyword, rest string) string {
	front := len(rest)
	switch after := strings.TrimLeftFunc(rest, unicode.IsSpace); keyword {
	case "onbuild":
		word, below := cutWord(after)
		return " " + word + " " + cutArray(strings.ToLower(word), below)
	case "healthcheck", "add", "copy", "cmd", "entrypoint", "run", "shell", "volume":
		for strings.HasPrefix(after, "--") {
			_, after = cutWord(after)
		}
		if keyword == "healthcheck" {
			_, after = cutWord(after)
		}
		front -= len(after)
	default:
		return rest
	}
	if !strings.HasPrefix(rest[front:], "[") {
		return rest
	}
	d := json.NewDecoder(strings.NewReader(rest[front:]))
	var array []any
	if d.Decode(&array) != nil {
		return rest
	}
	return rest[:front+int(d.InputOffset())]
}

// cutWord cuts off the first word of a line.
func cutWord(line string) (word, rest string) {
	const blank = "\t\v\f\r "
	i := strings.IndexAny(line, blank)
	if i < 0 {
		return line, ""
	}
	return line[:i], strings.TrimLeft(line[i:], blank)
}

// parseNode reads a line's instruction.
func parseNode(n *parser.Node) (any, error) {
	if !slices.Contains(keywords, n.Value) {
		return nil, fmt.Errorf("unknown instruction: %s", strings.ToUpper(n.Value))
	}
	if err := checkFlags(n); err != nil {
		return nil, err
	}
	cmd, err := instructions.ParseInstruction(n)
	if err != nil {
		return nil, plain(err)
	}
	switch c := cmd.(type) {
	case *instructions.CopyCommand:
		c.SourcesAndDest = sourcesAndDest(n)
	case *instructions.AddCommand:
		c.SourcesAndDest = sourcesAndDest(n)
	case *instructions.RunCommand:
		if len(c.FlagsUsed) > 0 {
			// 20.10 read mounts at once, BuildKit's parser when they are
			// expanded.
			again, err := instructions.ParseInstruction(n)
			if err != nil {
				return nil, err
			}
			same := func(w string) (string, error) { return w, nil }
			if err := again.(*instructions.RunCommand).Expand(same); err != nil {
				return nil, plain(err)
			}
		}
	case *instructions.HealthCheckCommand:
		return c, checkHealth(n)
	}
	return cmd, nil
}

// plain takes off what BuildKit suggests.
func plain(err error) error {
	text, suggestion, ok := strings.Cut(err.Error(), " (did you mean ")
	if !ok || !strings.HasSuffix(suggestion, "?)") {
		return err
	}
	return errors.New(text)
}

// sourcesAndDest takes the words of COPY and ADD as they are, none of which is
// a here document.
func sourcesAndDest(n *parser.Node) instructions.SourcesAndDest {
	var words []string
	for a := n.Next; a != nil; a = a.Next {
		words = append(words, a.Value)
	}
	last := len(words) - 1
	return instructions.SourcesAndDest{DestPath: words[last], SourcePaths: words[:last]}
}

// checkHealth refuses a zero that BuildKit takes for nothing.
func checkHealth(n *parser.Node) error {
	if n.Next != nil && strings.EqualFold(n.Next.Value, "NONE") {
		return nil
	}
	given := map[string]string{}
	for _, f := range n.Flags {
		name, value, _ := strings.Cut(strings.TrimPrefix(f, "--"), "=")
		given[name] = value
	}
	for _, name := range []string{"interval", "timeout", "start-period"} {
		if d, err := time.ParseDuration(given[name]); err == nil && d < time.Millisecond {
			return fmt.Errorf("Interval %q cannot be less than 1ms", name)
		}
	}
	if retries, ok := atoi(given["retries"]); ok && retries < 1 {
		return fmt.Errorf("--retries must be at least 1 (not %d)", retries)
	}
	return nil
}

// checkFlags refuses flags that 20.10 does not know, once there are arguments
// enough: it counts those first.
func checkFlags(n *parser.Node) error {
	args := 0
	for a := n.Next; a != nil; a = a.Next {
		args++
	}
	if args < 2 && (n.Value == "add" || n.Value == "copy") {
		return nil
	}
	known := flags[n.Value]
	used := map[string]bool{}
	for _, f := range n.Flags {
		if !strings.HasPrefix(f, "--") {
			return fmt.Errorf("Arg should start with -- : %s", f)
		}
		if f == "--" {
			return nil
		}
		name, _, has := strings.Cut(f[2:], "=")
		switch {
		case !slices.Contains(known, name):
			return fmt.Errorf("Unknown flag: %s", name)
		case used[name] && name != "mount":
			return fmt.Errorf("Duplicate flag specified: %s", name)
		case !has:
			return fmt.Errorf("Missing a value on flag: %s", name)
		}
		used[name] = true
	}
	return nil
}

// invalid is an error of the client's making: HTTP 400.
type invalid struct{ error }

func (i invalid) Unwrap() error { return i.error }

// readDockerfile reads the file from the context, and gives the name it has
// there: "dockerfile" where there is no "Dockerfile".
func readDockerfile(c *Context, name string) (*program, string, error) {
	at, err := full(c.Files, name)
	if err != nil {
		return nil, name, err
	}
	n, err := c.Files.Stat(at)
	if isNotExist(err) {
		if name == "Dockerfile" {
			if _, err := c.Files.Stat("/dockerfile"); err == nil {
				return readDockerfile(c, "dockerfile")
			}
		}
		return nil, name, fmt.Errorf("Cannot locate specified Dockerfile: %s", name)
	}
	if err != nil {
		return nil, name, err
	}
	if n.Kind != vfs.File {
		return nil, name, fmt.Errorf("unexpected error reading Dockerfile: read %s: is a directory", at)
	}
	text, err := n.Blob().Bytes()
	if err != nil {
		return nil, name, err
	}
	if len(text) == 0 {
		return nil, name, invalid{fmt.Errorf("the Dockerfile (%s) cannot be empty", name)}
	}
	p, err := parse(string(text), name)
	return p, name, err
}

func parse(text, name string) (*program, error) {
	lines, escape, warnings, err := splitLines(text)
	if err == nil && len(lines) == 0 {
		err = errors.New("file with no instructions")
	}
	p := &program{escape: escape, warnings: warnings}
	var nodes []*parser.Node
	for _, l := range lines {
		if err != nil {
			break
		}
		var n *parser.Node
		if n, err = nodeOf(l.text, escape); err == nil {
			n.StartLine = l.line
			nodes = append(nodes, n)
		}
	}
	if err != nil {
		return nil, invalid{fmt.Errorf("failed to parse %s: %w", name, err)}
	}
	for _, n := range nodes {
		cmd, err := parseNode(n)
		if err != nil {
			return nil, invalid{fmt.Errorf("dockerfile parse error line %d: %w", n.StartLine, err)}
		}
		text := strings.TrimSpace(n.Original)
		switch c := cmd.(type) {
		case *instructions.Stage:
			p.stages = append(p.stages, stage{name: c.Name, base: c.BaseName, platform: c.Platform, text: text, line: n.StartLine})
			continue
		case *instructions.ArgCommand:
			if len(p.stages) == 0 {
				p.meta = append(p.meta, command{c, text, n.StartLine})
				continue
			}
		}
		if len(p.stages) == 0 {
			return nil, invalid{errors.New("no build stage in current context")}
		}
		s := &p.stages[len(p.stages)-1]
		s.commands = append(s.commands, command{cmd.(instructions.Command), text, n.StartLine})
	}
	return p, nil
}

// parseTrigger reads an instruction that ONBUILD kept.
func parseTrigger(text string) (instructions.Command, error) {
	lines, escape, _, err := splitLines(text)
	if err != nil {
		return nil, err
	}
	if len(lines) != 1 {
		return nil, errors.New("onbuild trigger should be a single expression")
	}
	n, err := nodeOf(lines[0].text, escape)
	if err != nil {
		return nil, err
	}
	return parseCommand(n)
}

// parseCommand reads an instruction that is not FROM.
func parseCommand(n *parser.Node) (instructions.Command, error) {
	cmd, err := parseNode(n)
	if err != nil {
		return nil, err
	}
	c, ok := cmd.(instructions.Command)
	if !ok {
		return nil, fmt.Errorf("%T is not a command type", cmd)
	}
	return c, nil
}

// Check reports what is wrong with the text of a Dockerfile before any of it is
// carried out, in the words of 20.10's parser, which both its builders have.
func Check(text string) error {
	if len(text) == 0 {
		return errors.New("the Dockerfile cannot be empty")
	}
	_, err := parse(text, "")
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), "failed to parse : "))
}
