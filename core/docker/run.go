package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"layerlab.dev/core/docker/cli"
)

// Env is everything that a run of docker sees and touches.
type Env = cli.Env

// Files is the file system that docker's client runs on.
type Files = cli.Files

// TTY tells which streams are a terminal, and how large it is.
type TTY = cli.TTY

// Registry is asked for manifests without a daemon in between.
type Registry = cli.Registry

// Run runs `docker ARGS...` and returns its exit code.
func Run(ctx context.Context, env Env) int {
	s := cli.NewSession(ctx, env)
	var err error
	if s.Version == "29" {
		err = executeToday(s)
	} else {
		err = execute(s)
	}
	var status cli.StatusError
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		return 130 // as after ctrl-C
	case errors.As(err, &status):
		if status.Status != "" {
			fmt.Fprintln(s.Stderr, status.Status)
		}
		return max(status.Code, 1)
	}
	fmt.Fprintln(s.Stderr, err)
	return 1
}

func execute(s *cli.Session) error {
	root := newRoot(s)
	args, err := globals(s, root)
	if err != nil {
		return err
	}
	complete(s, root, args)
	if len(args) > 0 && args[0] == "completion" {
		completion(root, args)
	}
	root.SetArgs(args)
	return root.Execute()
}

// newRoot makes `docker` with stubs of all commands.
func newRoot(s *cli.Session) *cobra.Command {
	root := &cobra.Command{
		Use:                   "docker [OPTIONS] COMMAND [ARG...]",
		Short:                 "A self-sufficient runtime for containers",
		SilenceUsage:          true,
		SilenceErrors:         true,
		TraverseChildren:      true,
		DisableFlagsInUseLine: true,
		Version:               "20.10.24+dfsg1, build 297e128",
		Annotations:           map[string]string{"additionalHelp": "To get more help with docker, check out our guides at https://docs.docker.com/go/guides/"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				cmd.SetOut(s.Stderr)
				cmd.HelpFunc()(cmd, args)
				return nil
			}
			return fmt.Errorf("docker: '%s' is not a docker command.\nSee 'docker --help'", args[0])
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return cli.Unsupported(cmd) },
	}
	root.SetVersionTemplate("Docker version {{.Version}}\n")
	root.SetOut(s.Stdout)
	root.SetErr(s.Stderr)
	root.SetIn(s.Stdin)
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		cols := 80
		if s.TTY.In && s.TTY.Cols > 0 {
			cols = s.TTY.Cols
		}
		_, err := io.WriteString(cmd.OutOrStderr(), cli.Usage(cmd, cols, s.TTY.Out))
		return err
	})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if err := cli.Unsupported(cmd); err != nil {
			cmd.Println(err)
			return
		}
		fmt.Fprint(cmd.OutOrStdout(), "\n"+cmd.UsageString())
	})
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if refused := cli.Unsupported(cmd); refused != nil {
			return refused
		}
		usage := ""
		if cmd.HasSubCommands() {
			usage = "\n\n" + cmd.UsageString()
		}
		return cli.StatusError{Status: fmt.Sprintf("%s\nSee '%s --help'.%s", err, cmd.CommandPath(), usage), Code: 125}
	})
	root.SetHelpCommand(&cobra.Command{
		Use:                   "help [command]",
		Short:                 "Help about the command",
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if about == nil || err != nil || len(rest) > 0 {
				return fmt.Errorf("unknown help topic: %v", strings.Join(rest, " "))
			}
			about.HelpFunc()(about, rest)
			return nil
		},
	})
	home := s.Home() + "/.docker"
	if dir := s.Environ("DOCKER_CONFIG"); dir != "" {
		home = dir
	}
	f := root.Flags()
	f.String("config", home, "Location of client config files")
	f.StringP("context", "c", "", "Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with \"docker context use\")")
	f.BoolP("debug", "D", false, "Enable debug mode")
	f.VarP(&hosts{}, "host", "H", "Daemon socket(s) to connect to")
	f.StringP("log-level", "l", "info", `Set the logging level ("debug"|"info"|"warn"|"error"|"fatal")`)
	f.Bool("tls", false, "Use TLS; implied by --tlsverify")
	f.String("tlscacert", home+"/ca.pem", "Trust certs signed only by this CA")
	f.String("tlscert", home+"/cert.pem", "Path to TLS certificate file")
	f.String("tlskey", home+"/key.pem", "Path to TLS key file")
	f.Bool("tlsverify", false, "Use TLS and verify the remote")
	f.BoolP("version", "v", false, "Print version information and quit")
	root.PersistentFlags().BoolP("help", "h", false, "Print usage")
	_ = root.PersistentFlags().MarkShorthandDeprecated("help", "please use --help")
	root.PersistentFlags().Lookup("help").Hidden = true
	for _, c := range commands {
		stub := c.Stub()
		if len(c.Sub) > 0 {
			stub.AddCommand(c.Sub[0].Stub()) // so that help knows a group
		}
		root.AddCommand(stub)
	}
	return root
}

// globals reads the flags before the command and returns what follows them.
func globals(s *cli.Session, root *cobra.Command) ([]string, error) {
	flags := pflag.NewFlagSet("docker", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	flags.SetOutput(s.Stderr)
	flags.AddFlagSet(root.Flags())
	flags.AddFlagSet(root.PersistentFlags())
	if err := flags.Parse(s.Args); err != nil {
		return nil, root.FlagErrorFunc()(root, err)
	}
	if err := reachable(s, root.Flags()); err != nil {
		return nil, err
	}
	return flags.Args(), nil
}

// complete fills in the command that the arguments name, and those on the way.
func complete(s *cli.Session, root *cobra.Command, args []string) {
	completeIn(s, root, commands, args)
}

func completeIn(s *cli.Session, root *cobra.Command, list []*cli.Command, args []string) {
	if len(args) > 0 && args[0] == "help" {
		args = args[1:]
	}
	at := root
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			continue
		}
		found := (&cli.Command{Sub: list}).Find(arg)
		if found == nil {
			return
		}
		var stub *cobra.Command
		for _, c := range at.Commands() {
			if c.Name() == found.Name() {
				stub = c
			}
		}
		stub.RemoveCommand(stub.Commands()...)
		found.Complete(s, stub)
		if len(found.Sub) == 0 {
			return
		}
		at, list = stub, found.Sub
	}
}

// completion adds `docker completion` with the help that the library had when
// docker 20.10 was made.
func completion(root *cobra.Command, args []string) {
	root.InitDefaultCompletionCmd(args...)
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		for _, shell := range c.Commands() {
			if shell.Name() == "zsh" {
				shell.Long = strings.Replace(shell.Long, "source <(docker completion zsh)", "source <(docker completion zsh); compdef _docker docker", 1)
			}
		}
	}
}
