package docker

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"layerlab.dev/core/docker/catalog"
	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/today"
)

// todays are the commands of the client of Engine 29: what is not its own is done
// as the client of 20.10 does it.
var todays = sync.OnceValue(func() []*cli.Command {
	return catalog.With(catalog.Tree(), func(path string, c *cli.Command) {
		if c.Hidden && path == "builder" {
			c.Hidden = false
		}
		words := strings.Fields(path)
		old := &cli.Command{Sub: commands}
		for _, w := range words {
			if old = old.Find(w); old == nil {
				break
			}
		}
		if old != nil {
			c.Run, c.Leading, c.OwnHelp, c.Missing = old.Run, old.Leading, old.OwnHelp, old.Missing
			c.Flags = kinds(c.Flags, old.Flags)
		}
		today.Adapt(path, c)
	})
})

// kinds gives the flags the kinds that they have in 20.10, which know what a
// value may be, where help calls them the same.
func kinds(flags, old string) string {
	known := map[string]string{}
	for line := range strings.Lines(old) {
		if f := strings.Split(line, "|"); len(f) > 2 {
			name := f[0]
			if _, bare, ok := strings.Cut(name, "!"); ok {
				name = bare
			}
			known[name] = f[2]
		}
	}
	var b strings.Builder
	for line := range strings.Lines(flags) {
		f := strings.SplitN(line, "|", 5)
		name := f[0]
		if _, bare, ok := strings.Cut(name, "!"); ok {
			name = bare
		}
		if kind, ok := known[name]; ok {
			base, _, _ := strings.Cut(kind, "/")
			if base == f[2] || base == "swap" && f[2] == "bytes" || (base == "weight" || base == "bps" || base == "iops") && f[2] == "list" {
				f[2] = kind
			}
		}
		b.WriteString(strings.Join(f, "|"))
		delete(known, name)
	}
	// What 20.10 knows beside is asked for by what does the work.
	for line := range strings.Lines(old) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "|", 5)
		name := f[0]
		if _, bare, ok := strings.Cut(name, "!"); ok {
			name = bare
		}
		if _, left := known[name]; left && len(f) == 5 {
			f[0], f[1] = "hidden!"+name, ""
			b.WriteString(strings.Join(f, "|") + "\n")
		}
	}
	return b.String()
}

// rootToday makes `docker` as the client of Engine 29 has it.
func rootToday(s *cli.Session) *cobra.Command {
	root := newRoot(s)
	root.RemoveCommand(root.Commands()...)
	root.Use = "docker [OPTIONS] COMMAND"
	root.Version = today.Version + ", build " + today.Commit
	root.Annotations = map[string]string{"additionalHelp": "For more help on how to use Docker, head to https://docs.docker.com/go/guides/"}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.ResetFlags()
	today.RootFlags(s, root.Flags())
	root.PersistentFlags().BoolP("help", "h", false, "Print usage")
	_ = root.PersistentFlags().MarkShorthandDeprecated("help", "use --help")
	root.PersistentFlags().Lookup("help").Hidden = true
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			cmd.SetOut(s.Stderr)
			cmd.HelpFunc()(cmd, args)
			return nil
		}
		return fmt.Errorf("docker: unknown command: docker %s\n\nRun 'docker --help' for more information", args[0])
	}
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		cols := 80
		if s.TTY.In && s.TTY.Cols > 0 {
			cols = s.TTY.Cols
		}
		_, err := io.WriteString(cmd.OutOrStderr(), today.Usage(cmd, cols, s.TTY.Out))
		return err
	})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		fmt.Fprint(cmd.OutOrStdout(), cmd.UsageString())
	})
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if err == nil || errors.Is(err, pflag.ErrHelp) {
			return err
		}
		return cli.StatusError{Status: fmt.Sprintf("%s\n\nUsage:  %s\n\nRun '%s --help' for more information", err, cmd.UseLine(), cmd.CommandPath()), Code: 125}
	})
	for _, c := range todays() {
		stub := c.Stub()
		if len(c.Sub) > 0 {
			stub.AddCommand(c.Sub[0].Stub())
		}
		root.AddCommand(stub)
	}
	return root
}

// executeToday runs docker as the client of Engine 29.
func executeToday(s *cli.Session) error {
	root := rootToday(s)
	args, err := globalsToday(s, root)
	if err != nil {
		return err
	}
	args, err = today.Route(s, args)
	if err != nil {
		return err
	}
	completeIn(s, root, todays(), args)
	if len(args) > 0 && args[0] == "buildx" {
		today.Buildx(s, root)
	}
	root.SetArgs(args)
	if err = root.Execute(); err != nil && len(args) > 0 && args[0] == "buildx" {
		return today.BuildxError(err)
	}
	return err
}

func globalsToday(s *cli.Session, root *cobra.Command) ([]string, error) {
	flags := pflag.NewFlagSet("docker", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	flags.SetOutput(s.Stderr)
	flags.AddFlagSet(root.Flags())
	flags.AddFlagSet(root.PersistentFlags())
	if err := flags.Parse(s.Args); err != nil {
		return nil, root.FlagErrorFunc()(root, err)
	}
	if err := today.Reachable(s, root.Flags()); err != nil {
		return nil, err
	}
	return flags.Args(), nil
}
