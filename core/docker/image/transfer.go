package image

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/progress"
	"layerlab.dev/core/docker/reference"
	"layerlab.dev/core/host"
)

var errAllTags = errors.New("tag can't be used with --all-tags/-a")

// Pulls is `docker pull`.
func Pulls(s *cli.Session, c *cli.Call) error { return runPull(s, c) }

func runPull(s *cli.Session, c *cli.Call) error {
	all, quiet := c.Bool("all-tags"), c.Bool("quiet")
	ref, err := reference.Named(c.Args[0])
	if err != nil {
		return err
	}
	if all && !reference.NameOnly(ref) {
		return errAllTags
	}
	if !all && reference.NameOnly(ref) {
		ref = reference.WithDefault(ref)
		if !quiet {
			fmt.Fprintln(s.Stdout, "Using default tag:", reference.Tag(ref))
		}
	}
	if err := reference.CheckIndex(ref); err != nil {
		return err
	}
	request := reference.Request(ref)
	if all {
		request = reference.Familiar(ref)
	}
	err = Pull(s, s.Stdout, quiet, request, types.ImagePullOptions{All: all, Platform: strings.ToLower(c.String("platform"))})
	if err != nil {
		if strings.Contains(err.Error(), "when fetching 'plugin'") {
			return errors.New(err.Error() + " - Use `docker plugin install`")
		}
		return err
	}
	fmt.Fprintln(s.Stdout, ref.String())
	return nil
}

// Pull fetches an image and shows how that goes on.
func Pull(s *cli.Session, out io.Writer, quiet bool, request string, o types.ImagePullOptions) error {
	terminal := s.TTY.Out
	if quiet {
		out, terminal = io.Discard, false
	}
	d := progress.NewDisplay(out, terminal, s.TTY.Cols, nil)
	return cli.Shown(d, s.Engine.ImagePull(s.Context, request, o, d.Show))
}

func runPush(s *cli.Session, c *cli.Call) error {
	all, quiet := c.Bool("all-tags"), c.Bool("quiet")
	ref, err := reference.Named(c.Args[0])
	if err != nil {
		return err
	}
	if all && !reference.NameOnly(ref) {
		return errAllTags
	}
	if !all && reference.NameOnly(ref) {
		ref = reference.WithDefault(ref)
		if !quiet {
			fmt.Fprintln(s.Stdout, "Using default tag:", reference.Tag(ref))
		}
	}
	if err := reference.CheckIndex(ref); err != nil {
		return err
	}
	if reference.Digested(ref) {
		return errors.New("cannot push a digest reference")
	}
	push := func(to host.Progress) error {
		return s.Engine.ImagePush(s.Context, reference.Familiar(ref), types.ImagePushOptions{All: all}, to)
	}
	if !quiet {
		return s.Show(push)
	}
	d := progress.NewDisplay(io.Discard, false, 0, nil)
	if err := cli.Shown(d, push(d.Show)); err != nil {
		return err
	}
	fmt.Fprintln(s.Stdout, ref.String())
	return nil
}

func anyReference(s string) (any, error) { return reference.Any(s) }

// checkTarget refuses what cannot be a tag.
func checkTarget(target string) error {
	ref, err := reference.Named(target)
	if err != nil {
		return fmt.Errorf("Error parsing reference: %q is not a valid repository/tag: %w", target, err)
	}
	if reference.Digested(ref) {
		return errors.New("refusing to create a tag with a digest reference")
	}
	return nil
}
