package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"layerlab.dev/core/drawing"
	"layerlab.dev/core/workspace"
)

// runRender draws the layers of a workspace's image as SVG.
func runRender(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	output := flags.String("o", "", "file to write (default standard output)")
	lang := flags.String("lang", "en", "language of the words: en or ko")
	paths := pairs{}
	flags.Var(paths, "base", "base image NAME=PATH, an OCI layout, an archive or facts in JSON")
	if err := parseAnywhere(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("render wants one WORKSPACE.txtar")
	}
	text, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		return err
	}
	w, err := workspace.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", flags.Arg(0), err)
	}
	res, err := buildShown(ctx, w, (&bases{paths: paths}).find)
	if err != nil {
		return err
	}
	sample, err := drawing.Of(w.Name, res)
	if err != nil {
		return err
	}
	write := func(out io.Writer) error { return drawing.SVG(out, sample, drawing.Language(*lang)) }
	if *output == "" {
		return write(os.Stdout)
	}
	return writeFile(*output, write)
}

// parseAnywhere reads flags that stand before or after the arguments.
func parseAnywhere(flags *flag.FlagSet, args []string) error {
	var rest []string
	for {
		if err := flags.Parse(args); err != nil {
			return err
		}
		if flags.NArg() == 0 {
			// Once more without flags, so that Args gives them.
			return flags.Parse(append([]string{"--"}, rest...))
		}
		rest, args = append(rest, flags.Arg(0)), flags.Args()[1:]
	}
}
