package catalog

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"layerlab.dev/core/docker/cli"
)

// arguments checks the number of arguments as the form of a command tells it.
func arguments(use string) cobra.PositionalArgs {
	least, most := count(use)
	return func(cmd *cobra.Command, args []string) error {
		n := len(args)
		if n >= least && (most < 0 || n <= most) {
			return nil
		}
		what, see := "", "Run"
		switch {
		case most == 0 && cmd.HasSubCommands():
			return fmt.Errorf("docker: unknown command: %[1]s %[2]s\n\nUsage:  %[3]s\n\nRun '%[1]s --help' for more information", cmd.CommandPath(), args[0], cmd.UseLine())
		case most == 0:
			what = "accepts no arguments"
		case most < 0:
			what, see = fmt.Sprintf("requires at least %d %s", least, plural(least)), "See"
		case least == most:
			what = fmt.Sprintf("requires %d %s", least, plural(least))
		case least == 0:
			what = fmt.Sprintf("requires at most %d %s", most, plural(most))
		default:
			what = fmt.Sprintf("requires at least %d and at most %d %s", least, most, plural(most))
		}
		return fmt.Errorf("docker: '%[1]s' %[2]s\n\nUsage:  %[3]s\n\n%[4]s '%[1]s --help' for more information", cmd.CommandPath(), what, cmd.UseLine(), see)
	}
}

func plural(n int) string {
	if n == 1 {
		return "argument"
	}
	return "arguments"
}

// count returns how many arguments a form such as "rm [OPTIONS] NAME [NAME...]"
// allows; most is negative for any number.
func count(use string) (least, most int) {
	use, _, _ = strings.Cut(use, "\n")
	words := tokens(use)
	if len(words) == 0 {
		return 0, 0
	}
	switch words[0] {
	case "import":
		return 1, -1
	case "top":
		return 1, -1
	}
	any := false
	for _, w := range words[1:] {
		switch {
		case w == "[OPTIONS]", w == "COMMAND" && len(words) == 2:
		case w == "|":
			least, most = least-1, most-1
		default:
			any = any || strings.Contains(w, "...")
			most++
			if w[0] != '[' {
				least++
			}
		}
	}
	if any {
		most = -1
	}
	return least, most
}

// tokens splits at spaces outside brackets.
func tokens(s string) (list []string) {
	depth, from := 0, 0
	for i, r := range s + " " {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		case ' ':
			if depth == 0 {
				if i > from {
					list = append(list, s[from:i])
				}
				from = i + 1
			}
		}
	}
	return list
}

// With returns the tree with what its commands do: run finds it by path, such as
// "image ls", and may change the copy that it is given.
func With(list []*cli.Command, run func(path string, c *cli.Command)) []*cli.Command {
	return with(list, "", run)
}

func with(list []*cli.Command, above string, run func(string, *cli.Command)) []*cli.Command {
	out := make([]*cli.Command, len(list))
	for i, c := range list {
		copied := *c
		out[i] = &copied
		path := strings.TrimSpace(above + " " + c.Name())
		run(path, out[i])
		out[i].Sub = with(out[i].Sub, path, run)
	}
	return out
}
