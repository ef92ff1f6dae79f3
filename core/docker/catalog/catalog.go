package catalog

import (
	_ "embed"
	"strings"
	"sync"

	"layerlab.dev/core/docker/cli"
)

// commands has a line for each command: its path, Use, Short, cobra's aliases,
// those that help shows, and marks (hidden, experimental, swarm, top=N). Lines
// that follow it are L with the long text, E with examples, and F with a flag:
// name ("!" before it: hidden), shorthand, type, default, what it is without a
// value, why it is deprecated, usage. Fields are parted by tabs.
//
//go:embed commands.txt
var commands string

var tree = sync.OnceValue(read)

// Tree returns the commands of `docker` itself. They do nothing yet: see With.
func Tree() []*cli.Command { return tree().Sub }

func read() *cli.Command {
	unescape := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t").Replace
	root := &cli.Command{}
	var at *cli.Command
	for line := range strings.Lines(commands) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case f[0] == "L":
			at.Long = unescape(f[1])
		case f[0] == "E":
			at.Example = unescape(f[1])
		case f[0] == "F":
			name := strings.TrimPrefix(f[1], "!")
			if name != f[1] {
				name = "hidden!" + name
			}
			at.Flags += strings.Join([]string{name, f[2], kind(f[3]), unescape(f[4]), f[7]}, "|") + "\n"
			if f[6] != "" {
				if at.Deprecated == nil {
					at.Deprecated = map[string]string{}
				}
				at.Deprecated[strings.TrimPrefix(f[1], "!")] = unescape(f[6])
			}
		default:
			at = &cli.Command{Use: unescape(f[1]), Short: unescape(f[2]), Shown: f[4]}
			if f[3] != "" {
				at.Aliases = strings.Split(f[3], ",")
			}
			for _, m := range strings.Fields(f[5]) {
				switch {
				case m == "hidden":
					at.Hidden = true
				case m == "experimental":
					at.Experimental = true
				case m == "swarm":
					at.Swarm = true
				case strings.HasPrefix(m, "top="):
					at.Top = m[4:]
				}
			}
			parent := root
			words := strings.Split(f[0], " ")
			for _, w := range words[:len(words)-1] {
				parent = parent.Find(w)
			}
			parent.Sub = append(parent.Sub, at)
			at.Args = arguments(at.Use)
		}
	}
	return root
}

// kind is what option calls a type of flags.
func kind(kind string) string {
	if kind == "stringSlice" {
		return "strings"
	}
	return kind
}
