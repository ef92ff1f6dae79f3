package image

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/reference"
	"layerlab.dev/core/host"
)

func runSave(s *cli.Session, c *cli.Call) error {
	to := c.String("output")
	if to == "" && s.TTY.Out {
		return errors.New("cowardly refusing to save to a terminal. Use the -o flag or redirect")
	}
	if err := s.CheckOutput(to); err != nil {
		return fmt.Errorf("failed to save image: %w", err)
	}
	return s.Output(to, func(w io.Writer) error {
		return cli.Daemon(s.Engine.ImageSave(s.Context, c.Args, w))
	})
}

func runLoad(s *cli.Session, c *cli.Call) error {
	in := s.Stdin
	if name := c.String("input"); name != "" {
		file, err := s.Open(name)
		if err != nil {
			return err
		}
		in = file.Reader()
	} else if s.TTY.In {
		return errors.New("requested load from stdin, but stdin is empty")
	}
	quiet := c.Bool("quiet") || !s.TTY.Out
	return s.Show(func(to host.Progress) error { return s.Engine.ImageLoad(s.Context, in, quiet, to) })
}

func runImportImage(s *cli.Session, c *cli.Call) error {
	source, name := c.Args[0], ""
	if len(c.Args) > 1 {
		name = c.Args[1]
	}
	var in io.Reader
	switch {
	case source == "-":
		in = s.Stdin
	case strings.HasPrefix(source, "http://"), strings.HasPrefix(source, "https://"):
		return fmt.Errorf("Error response from daemon: %w", unresolved(source))
	default:
		file, err := s.Open(source)
		if err != nil {
			return err
		}
		in = file.Reader()
	}
	if name != "" {
		if _, err := reference.Named(name); err != nil {
			return err
		}
	}
	o := types.ImageImportOptions{
		Message: c.String("message"), Changes: c.List("change"), Platform: strings.ToLower(c.String("platform")),
	}
	return s.Show(func(to host.Progress) error { return s.Engine.ImageImport(s.Context, in, name, o, to) })
}
