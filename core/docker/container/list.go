package container

import (
	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

func runLs(s *cli.Session, c *cli.Call) error {
	format := c.String("format")
	o := types.ContainerListOptions{
		All: c.Bool("all"), Limit: int(c.Int("last")), Size: c.Bool("size"), Filters: c.Filter("filter"),
	}
	if c.Bool("latest") && o.Limit == -1 {
		o.Limit = 1
	}
	if !o.Size && format != "" {
		size, err := formatter.UsesSize(format)
		if err != nil {
			return err
		}
		o.Size = size
	}
	list, err := s.Engine.ContainerList(o)
	if err != nil {
		return cli.Daemon(err)
	}
	if format == "" {
		format = "table"
	}
	return formatter.Context{
		Output: s.Stdout,
		Format: formatter.ContainerFormat(format, c.Bool("quiet"), o.Size),
		Trunc:  !c.Bool("no-trunc"),
		Now:    s.Now(),
	}.Containers(list)
}

func runInspect(s *cli.Session, c *cli.Call) error {
	return s.Inspect(c.Args, c.String("format"), func(name string) (any, []byte, error) {
		return s.Client.ContainerInspect(name, c.Bool("size"))
	})
}
