package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// NoArgs refuses arguments, a group of commands by showing its help.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		return errors.New("\n" + strings.TrimRight(cmd.UsageString(), "\n"))
	}
	return wrongArgs(cmd, "accepts no arguments")
}

// MinArgs asks for n arguments or more.
func MinArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return wrongArgs(cmd, fmt.Sprintf("requires at least %s", arguments(n)))
		}
		return nil
	}
}

// MaxArgs asks for n arguments or fewer.
func MaxArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return wrongArgs(cmd, fmt.Sprintf("requires at most %s", arguments(n)))
		}
		return nil
	}
}

// RangeArgs asks for least to most arguments.
func RangeArgs(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return wrongArgs(cmd, fmt.Sprintf("requires at least %d and at most %s", least, arguments(most)))
		}
		return nil
	}
}

// ExactArgs asks for n arguments.
func ExactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return wrongArgs(cmd, fmt.Sprintf("requires exactly %s", arguments(n)))
		}
		return nil
	}
}

// Scales asks for arguments NAME=NUMBER.
func Scales(cmd *cobra.Command, args []string) error {
	if err := MinArgs(1)(cmd, args); err != nil {
		return err
	}
	for _, arg := range args {
		if name, n, _ := strings.Cut(arg, "="); name == "" || n == "" {
			return fmt.Errorf("Invalid scale specifier '%s'.\nSee '%s --help'.\n\nUsage:  %s\n\n%s",
				arg, cmd.CommandPath(), cmd.UseLine(), cmd.Short)
		}
	}
	return nil
}

func arguments(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

func wrongArgs(cmd *cobra.Command, what string) error {
	return fmt.Errorf("%q %s.\nSee '%s --help'.\n\nUsage:  %s\n\n%s",
		cmd.CommandPath(), what, cmd.CommandPath(), cmd.UseLine(), cmd.Short)
}
