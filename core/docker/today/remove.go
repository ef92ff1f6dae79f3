package today

import (
	"errors"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
)

func runRemove(s *cli.Session, c *cli.Call) error {
	force := c.Bool("force")
	if len(c.List("platform")) > 0 && !force {
		return errors.New("Error response from daemon: Content will be removed from all images referencing this variant. Use —-force to force delete.") //nolint:staticcheck // the daemon's words
	}
	var failed []string
	fatal := false
	for _, name := range c.Args {
		gone, err := s.Engine.ImageRemove(name, types.ImageRemoveOptions{Force: force, PruneChildren: !c.Bool("no-prune")})
		if err = cli.Daemon(err); err != nil {
			fatal = fatal || !cli.NotFound(err)
			failed = append(failed, err.Error())
			continue
		}
		for _, g := range gone {
			if g.Deleted != "" {
				fmt.Fprintln(s.Stdout, "Deleted:", g.Deleted)
			} else {
				fmt.Fprintln(s.Stdout, "Untagged:", g.Untagged)
			}
		}
	}
	text := strings.Join(failed, "\n")
	switch {
	case text == "":
		return nil
	case !force || fatal:
		return errors.New(text)
	}
	fmt.Fprintln(s.Stderr, text)
	return nil
}
