// Command layerlab builds images from Dockerfiles without a daemon, with the
// digests BuildKit gives, and shows what is in their layers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"layerlab.dev/core/build"
)

const usage = `usage: layerlab COMMAND [FLAGS]

  build [-f FILE] [FLAGS] CONTEXT   build an image
  case [--bases DIR] FILE...        build recorded cases and compare
  engine [--listen ADDRESS]         serve the Docker Engine API over a simulated host
  session [--bases DIR] FILE.jsonl  replay a recorded docker session
  render [-o FILE] WORKSPACE.txtar  draw the layers of an image as SVG
  verify IMAGE.tar WORKSPACE.txtar  compare an image made elsewhere with ours

Run "layerlab COMMAND -h" for the flags.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "layerlab:", err)
		var failed *build.Error
		if errors.As(err, &failed) && !failed.Advice.IsZero() {
			fmt.Fprintln(os.Stderr, failed.Advice)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, usage)
		return flag.ErrHelp
	}
	switch args[0] {
	case "build":
		return runBuild(ctx, args[1:])
	case "case":
		return runCase(ctx, args[1:])
	case "render":
		return runRender(ctx, args[1:])
	case "engine":
		return runEngine(ctx, args[1:])
	case "session":
		return runSession(ctx, args[1:])
	case "verify":
		return runVerify(ctx, args[1:])
	case "help", "-h", "--help":
		fmt.Print(usage)
		return nil
	}
	return fmt.Errorf("unknown command %q\n%s", args[0], usage)
}
