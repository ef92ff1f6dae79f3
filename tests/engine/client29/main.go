// Command client29 is docker/cli v29 with the commands for images and containers:
// the client of today, without what needs swarm's module.
package main

import (
	"fmt"
	"os"

	"github.com/docker/cli/cli"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/command/commands"
	_ "github.com/docker/cli/cli/command/container"
	_ "github.com/docker/cli/cli/command/image"
	_ "github.com/docker/cli/cli/command/system"
	"github.com/spf13/cobra"
)

func main() {
	client, err := command.NewDockerCli()
	if err != nil {
		fail(err)
	}
	root := &cobra.Command{Use: "docker [OPTIONS] COMMAND [ARG...]", SilenceUsage: true, SilenceErrors: true, TraverseChildren: true}
	options, _ := cli.SetupRootCommand(root)
	top := cli.NewTopLevelCommand(root, client, options, root.Flags())
	commands.AddCommands(root, client)
	root, _, err = top.HandleGlobalFlags()
	if err == nil {
		err = top.Initialize()
	}
	if err == nil {
		err = root.Execute()
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	if status, ok := err.(cli.StatusError); ok && status.StatusCode != 0 {
		os.Exit(status.StatusCode)
	}
	os.Exit(1)
}
