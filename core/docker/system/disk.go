package system

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/container"
	"layerlab.dev/core/docker/formatter"
	"layerlab.dev/core/docker/image"
	"layerlab.dev/core/docker/object"
)

func runSystemDf(s *cli.Session, c *cli.Call) error {
	d, err := s.Engine.DiskUsage(s.Context)
	if err != nil {
		return cli.Daemon(err)
	}
	format, verbose := c.String("format"), c.Bool("verbose")
	if format == "" {
		format = "table"
	}
	usage := formatter.DiskUsage{
		Layers: d.LayersSize, Images: d.Images, Containers: d.Containers, Volumes: d.Volumes, BuildCache: d.BuildCache,
	}
	for _, b := range d.BuildCache {
		if !b.Shared {
			usage.Builder += b.Size
		}
	}
	if s.Version == "29" {
		// All of it is told, not only what images do not share.
		shared := -usage.Builder
		for _, b := range d.BuildCache {
			shared += b.Size
		}
		usage.Builder, usage.Shared = usage.Builder+shared, shared
	}
	f := formatter.Context{Output: s.Stdout, Format: formatter.DiskUsageFormat(format, verbose), Now: s.Now()}
	if verbose {
		return f.UsageOfEach(usage)
	}
	return f.Usage(usage)
}

func runSystemPrune(s *cli.Session, c *cli.Call) error {
	volumes, all := c.Bool("volumes"), c.Bool("all")
	if volumes && c.Filter("filter").Contains("until") {
		return errors.New(`ERROR: The "until" filter is not supported with "--volumes"`)
	}
	if !c.Bool("force") && !s.Confirm(pruneWarning(c, volumes, all)) {
		return nil
	}
	prunes := []func() (uint64, string, error){
		func() (uint64, string, error) { return container.Prune(s, c) },
	}
	if volumes {
		prunes = append(prunes, func() (uint64, string, error) { return object.PruneVolumes(s, c) })
	}
	prunes = append(prunes,
		func() (uint64, string, error) { return image.Prune(s, c, all) },
		func() (uint64, string, error) {
			return pruneCache(s, types.BuildCachePruneOptions{All: all, Filters: c.Filter("filter")})
		},
	)
	var sum uint64
	for _, prune := range prunes {
		freed, text, err := prune()
		if err != nil {
			return err
		}
		sum += freed
		if text != "" {
			fmt.Fprintln(s.Stdout, text)
		}
	}
	fmt.Fprintln(s.Stdout, "Total reclaimed space:", formatter.LongSize(int64(sum)))
	return nil
}

func pruneWarning(c *cli.Call, volumes, all bool) string {
	lines := []string{"all stopped containers", "all networks not used by at least one container"}
	if volumes {
		lines = append(lines, "all volumes not used by at least one container")
	}
	if all {
		lines = append(lines, "all images without at least one container associated to them", "all build cache")
	} else {
		lines = append(lines, "all dangling images", "all dangling build cache")
	}
	var filters []string
	for _, name := range []string{"label", "label!", "until"} {
		for _, v := range c.Filter("filter").Get(name) {
			filters = append(filters, name+"="+v)
		}
	}
	slices.SortFunc(filters, formatter.CompareNatural)
	text := "WARNING! This will remove:\n  - " + strings.Join(lines, "\n  - ") + "\n"
	if filters != nil {
		text += "\n  Items to be pruned will be filtered with:\n  - " + strings.Join(filters, "\n  - ") + "\n"
	}
	return text + "\nAre you sure you want to continue?"
}

func runBuilderBuild(s *cli.Session, c *cli.Call) error { return image.Build(s, c) }

func runBuilderPrune(s *cli.Session, c *cli.Call) error {
	what := "all dangling build cache"
	if c.Bool("all") {
		what = "all build cache"
	}
	if !c.Bool("force") && !s.Confirm("WARNING! This will remove "+what+". Are you sure you want to continue?") {
		if s.Version != "29" {
			fmt.Fprintln(s.Stdout, "Total reclaimed space: 0B")
		}
		return nil
	}
	freed, text, err := pruneCache(s, types.BuildCachePruneOptions{
		All: c.Bool("all"), KeepStorage: c.Bytes("keep-storage"), Filters: c.Filter("filter"),
	})
	if err != nil {
		return err
	}
	if text != "" {
		fmt.Fprintln(s.Stdout, text)
	}
	fmt.Fprintln(s.Stdout, "Total reclaimed space:", formatter.LongSize(int64(freed)))
	return nil
}

func pruneCache(s *cli.Session, o types.BuildCachePruneOptions) (freed uint64, text string, err error) {
	report, err := s.Engine.BuildCachePrune(s.Context, o)
	if err != nil {
		return 0, "", cli.Daemon(err)
	}
	if len(report.CachesDeleted) > 0 {
		text = "Deleted build cache objects:\n" + strings.Join(report.CachesDeleted, "\n") + "\n"
	}
	return report.SpaceReclaimed, text, nil
}
