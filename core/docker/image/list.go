package image

import (
	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

func runLs(s *cli.Session, c *cli.Call) error {
	filter := c.Filter("filter")
	if len(c.Args) > 0 {
		filter.Add("reference", c.Args[0])
	}
	images, err := s.Engine.ImageList(types.ImageListOptions{All: c.Bool("all"), Filters: filter})
	if err != nil {
		return cli.Daemon(err)
	}
	format := c.String("format")
	if format == "" {
		format = "table"
	}
	return formatter.Context{
		Output: s.Stdout,
		Format: formatter.ImageFormat(format, c.Bool("quiet"), c.Bool("digests")),
		Trunc:  !c.Bool("no-trunc"),
		Now:    s.Now(),
	}.Images(images, c.Bool("digests"))
}

func runHistory(s *cli.Session, c *cli.Call) error {
	items, err := s.Client.ImageHistory(c.Args[0])
	if err != nil {
		return err
	}
	format := c.String("format")
	if format == "" {
		format = "table"
	}
	human := c.Bool("human")
	return formatter.Context{
		Output: s.Stdout,
		Format: formatter.HistoryFormat(format, c.Bool("quiet"), human),
		Trunc:  !c.Bool("no-trunc"),
		Now:    s.Now(),
	}.History(items, human)
}

func runInspect(s *cli.Session, c *cli.Call) error {
	return s.Inspect(c.Args, c.String("format"), func(name string) (any, []byte, error) {
		return s.Client.ImageInspect(name)
	})
}
