package today

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// Usage writes what `docker COMMAND --help` shows. Flags are wrapped to width
// columns.
func Usage(cmd *cobra.Command, width int, bold bool) string {
	var b strings.Builder
	b.WriteString("Usage:")
	if !cmd.HasSubCommands() {
		b.WriteString("  " + cmd.UseLine())
	} else {
		b.WriteString("  " + cmd.CommandPath())
		if cmd.HasAvailableFlags() {
			b.WriteString(" [OPTIONS]")
		}
		b.WriteString(" COMMAND")
	}
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	b.WriteString("\n\n" + strings.TrimSpace(about))
	if experimental(cmd) {
		b.WriteString("\n\nEXPERIMENTAL:\n  " + cmd.CommandPath() + ` is an experimental feature.
  Experimental features provide early access to product functionality. These
  features may change between releases without warning, or can be removed from a
  future release. Learn more about experimental features in our documentation:
  https://docs.docker.com/go/experimental/`)
	}
	if shown := cmd.Annotations["aliases"]; shown != "" {
		b.WriteString("\n\nAliases:\n  " + shown)
	} else if len(cmd.Aliases) > 0 {
		parent := ""
		if cmd.HasParent() {
			parent = cmd.Parent().CommandPath() + " "
		}
		b.WriteString("\n\nAliases:\n  " + cmd.CommandPath())
		for _, a := range cmd.Aliases {
			b.WriteString(", " + parent + a)
		}
	}
	if cmd.HasExample() {
		b.WriteString("\n\nExamples:\n" + cmd.Example)
	}
	flags := ""
	if cmd.HasAvailableFlags() {
		flags = strings.TrimRight(cmd.Flags().FlagUsagesWrapped(width-1), " \t\n")
	}
	if flags != "" && cmd.HasParent() {
		b.WriteString("\n\nOptions:\n" + flags)
	}
	var top, groups, swarm, single []*cobra.Command
	for _, sub := range cmd.Commands() {
		_, common := sub.Annotations["category-top"]
		common = common && !cmd.HasParent()
		_, ofSwarm := sub.Annotations["swarm"]
		if !sub.IsAvailableCommand() || sub.Name() == "help" {
			continue
		}
		if common {
			top = append(top, sub)
		}
		switch {
		case sub.HasSubCommands() && ofSwarm:
			swarm = append(swarm, sub)
		case sub.HasSubCommands():
			groups = append(groups, sub)
		case !common:
			single = append(single, sub)
		}
	}
	slices.SortStableFunc(top, func(a, b *cobra.Command) int {
		x, _ := strconv.Atoi(a.Annotations["category-top"])
		y, _ := strconv.Atoi(b.Annotations["category-top"])
		return x - y
	})
	list := func(title string, subs []*cobra.Command) {
		if len(subs) == 0 {
			return
		}
		b.WriteString("\n\n" + title + ":")
		for _, sub := range subs {
			name := sub.Name()
			if name == "buildx" && !cmd.HasParent() {
				name += "*"
			}
			fmt.Fprintf(&b, "\n  %-*s %s", sub.NamePadding(), name, sub.Short)
		}
	}
	list("Common Commands", top)
	list("Management Commands", groups)
	list("Swarm Commands", swarm)
	list("Commands", single)
	if flags != "" && !cmd.HasParent() {
		b.WriteString("\n\nGlobal Options:\n" + flags)
	}
	if cmd.HasSubCommands() {
		fmt.Fprintf(&b, "\n\nRun '%s COMMAND --help' for more information on a command.", cmd.CommandPath())
	}
	more := cmd.Annotations["additionalHelp"]
	if cmd.Name() == "buildx" {
		more = "Experimental commands and flags are hidden. Set BUILDX_EXPERIMENTAL=1 to show them."
	}
	if more != "" {
		if bold {
			more = "\x1b[1m" + more + "\x1b[0m"
		}
		b.WriteString("\n\n" + more)
	}
	b.WriteString("\n")
	return b.String()
}

func experimental(cmd *cobra.Command) bool {
	for ; cmd != nil; cmd = cmd.Parent() {
		if _, ok := cmd.Annotations["experimentalCLI"]; ok {
			return true
		}
	}
	return false
}
