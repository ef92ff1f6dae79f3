package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Usage writes what `docker COMMAND --help` shows below its empty line. Flags
// are wrapped to width columns.
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
		b.WriteString(experimentalNote(cmd))
	}
	if len(cmd.Aliases) > 0 {
		b.WriteString("\n\nAliases:\n  " + cmd.NameAndAliases())
	}
	if cmd.HasExample() {
		b.WriteString("\n\nExamples:\n" + cmd.Example)
	}
	if cmd.HasAvailableFlags() {
		b.WriteString("\n\nOptions:\n" + strings.TrimRight(cmd.Flags().FlagUsagesWrapped(width-1), " \t\n"))
	}
	var groups, single []*cobra.Command
	for _, sub := range cmd.Commands() {
		switch {
		case !sub.IsAvailableCommand():
		case sub.HasSubCommands():
			groups = append(groups, sub)
		default:
			single = append(single, sub)
		}
	}
	list := func(title string, subs []*cobra.Command) {
		if len(subs) == 0 {
			return
		}
		b.WriteString("\n\n" + title + ":")
		for _, sub := range subs {
			fmt.Fprintf(&b, "\n  %-*s %s", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	list("Management Commands", groups)
	list("Commands", single)
	if cmd.HasSubCommands() {
		fmt.Fprintf(&b, "\n\nRun '%s COMMAND --help' for more information on a command.", cmd.CommandPath())
	}
	if more := cmd.Annotations["additionalHelp"]; more != "" {
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

func experimentalNote(cmd *cobra.Command) string {
	return "\n\nEXPERIMENTAL:\n  " + cmd.CommandPath() + ` is an experimental feature.
  Experimental features provide early access to product functionality. These
  features may change between releases without warning, or can be removed from a
  future release. Learn more about experimental features in our documentation:
  https://docs.docker.com/go/experimental/`
}
