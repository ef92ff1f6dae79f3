package image

import (
	"errors"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

func runTag(s *cli.Session, c *cli.Call) error {
	source, target := c.Args[0], c.Args[1]
	if _, err := anyReference(source); err != nil {
		return fmt.Errorf("Error parsing reference: %q is not a valid repository/tag: %w", source, err)
	}
	if err := checkTarget(target); err != nil {
		return err
	}
	return cli.Daemon(s.Engine.ImageTag(source, target))
}

func runRm(s *cli.Session, c *cli.Call) error {
	force := c.Bool("force")
	var failed []string
	fatal := false
	for _, name := range c.Args {
		gone, err := s.Client.ImageRemove(name, types.ImageRemoveOptions{Force: force, PruneChildren: !c.Bool("no-prune")})
		if err != nil {
			fatal = fatal || !cli.NotFound(err)
			failed = append(failed, err.Error())
			continue
		}
		var b strings.Builder
		for _, g := range gone {
			if g.Deleted != "" {
				b.WriteString("Deleted: " + g.Deleted + "\n")
			} else {
				b.WriteString("Untagged: " + g.Untagged + "\n")
			}
		}
		fmt.Fprint(s.Stdout, b.String())
	}
	if len(failed) == 0 {
		return nil
	}
	text := strings.Join(failed, "\n")
	if !force || fatal {
		return errors.New(text)
	}
	fmt.Fprintln(s.Stderr, text)
	return nil
}

func runPrune(s *cli.Session, c *cli.Call) error {
	all := c.Bool("all")
	what := "all dangling images"
	if all {
		what = "all images without at least one container associated to them"
	}
	if !c.Bool("force") && !s.Confirm("WARNING! This will remove "+what+".\nAre you sure you want to continue?") {
		if s.Version != "29" {
			fmt.Fprintln(s.Stdout, "Total reclaimed space: 0B")
		}
		return nil
	}
	freed, text, err := Prune(s, c, all)
	if err != nil {
		return err
	}
	if text != "" {
		fmt.Fprintln(s.Stdout, text)
	}
	fmt.Fprintln(s.Stdout, "Total reclaimed space:", formatter.LongSize(int64(freed)))
	return nil
}

// Prune removes images that nothing needs and tells which.
func Prune(s *cli.Session, c *cli.Call, all bool) (freed uint64, text string, err error) {
	filter := c.Filter("filter").Clone()
	filter.Add("dangling", fmt.Sprint(!all))
	report, err := s.Engine.ImagesPrune(filter)
	if err != nil {
		return 0, "", cli.Daemon(err)
	}
	if len(report.ImagesDeleted) == 0 {
		return 0, "", nil
	}
	var b strings.Builder
	b.WriteString("Deleted Images:\n")
	for _, gone := range report.ImagesDeleted {
		if gone.Untagged != "" {
			b.WriteString("untagged: " + gone.Untagged + "\n")
		} else {
			b.WriteString("deleted: " + gone.Deleted + "\n")
		}
	}
	return report.SpaceReclaimed, b.String(), nil
}
