package object

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/volume"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
	"layerlab.dev/core/docker/option"
)

func tableOr(format string) string {
	if format == "" {
		return "table"
	}
	return format
}

func runVolumeLs(s *cli.Session, c *cli.Call) error {
	body, err := s.Engine.VolumeList(c.Filter("filter"))
	if err != nil {
		return cli.Daemon(err)
	}
	list := body.Volumes
	slices.SortStableFunc(list, func(a, b *volumeType) int { return formatter.CompareNatural(a.Name, b.Name) })
	return formatter.Context{
		Output: s.Stdout, Format: formatter.VolumeFormat(tableOr(c.String("format")), c.Bool("quiet")),
	}.Volumes(list)
}

func runVolumeInspect(s *cli.Session, c *cli.Call) error {
	return s.Inspect(c.Args, c.String("format"), func(name string) (any, []byte, error) {
		v, _, err := s.Client.VolumeInspect(name)
		return v, nil, err
	})
}

func runVolumeCreate(s *cli.Session, c *cli.Call) error {
	name := c.String("name")
	if len(c.Args) == 1 {
		if name != "" {
			return errors.New("conflicting options: either specify --name or provide positional arg, not both")
		}
		name = c.Args[0]
	}
	made, err := s.Engine.VolumeCreate(volume.VolumeCreateBody{
		Driver: c.String("driver"), DriverOpts: cli.Value[*option.Map](c, "opt").Values,
		Name: name, Labels: option.Pairs(c.List("label")),
	})
	if err != nil {
		return cli.Daemon(err)
	}
	fmt.Fprintln(s.Stdout, made.Name)
	return nil
}

func runVolumeRm(s *cli.Session, c *cli.Call) error {
	var failed []string
	for _, name := range c.Args {
		if err := s.Client.VolumeRemove(name, c.Bool("force")); err != nil {
			failed = append(failed, err.Error())
			continue
		}
		fmt.Fprintln(s.Stdout, name)
	}
	if failed != nil {
		return errors.New(strings.Join(failed, "\n"))
	}
	return nil
}

func runVolumePrune(s *cli.Session, c *cli.Call) error {
	if !c.Bool("force") && !s.Confirm("WARNING! This will remove all local volumes not used by at least one container.\nAre you sure you want to continue?") {
		if s.Version != "29" {
			fmt.Fprintln(s.Stdout, "Total reclaimed space: 0B")
		}
		return nil
	}
	freed, text, err := PruneVolumes(s, c)
	if err != nil {
		return err
	}
	if text != "" {
		fmt.Fprintln(s.Stdout, text)
	}
	fmt.Fprintln(s.Stdout, "Total reclaimed space:", formatter.LongSize(int64(freed)))
	return nil
}

// PruneVolumes removes volumes that no container has and tells which.
func PruneVolumes(s *cli.Session, c *cli.Call) (freed uint64, text string, err error) {
	report, err := s.Engine.VolumesPrune(c.Filter("filter"))
	if err != nil {
		return 0, "", cli.Daemon(err)
	}
	if len(report.VolumesDeleted) == 0 {
		return 0, "", nil
	}
	return report.SpaceReclaimed, "Deleted Volumes:\n" + strings.Join(report.VolumesDeleted, "\n") + "\n", nil
}
