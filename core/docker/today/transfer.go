package today

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
	"layerlab.dev/core/docker/progress"
	"layerlab.dev/core/docker/reference"
	"layerlab.dev/core/host"
)

const platformNote = `
 Info -> Using --platform pushes only the specified platform manifest of a multi-platform image index.
         Other components, like attestations, will not be included.
         To push the complete multi-platform image, remove the --platform flag.
         
`

func runPush(s *cli.Session, c *cli.Call) error {
	all, quiet := c.Bool("all-tags"), c.Bool("quiet")
	platform, err := platform(c)
	if err != nil {
		return err
	}
	if platform != "" && !quiet {
		note := platformNote
		if s.TTY.Out && s.Environ("NO_COLOR") == "" {
			note = strings.Replace(note, " Info -> ", " \x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m", 1)
		}
		fmt.Fprint(s.Stdout, note)
	}
	ref, err := reference.Named(c.Args[0])
	if err != nil {
		return err
	}
	if all && !reference.NameOnly(ref) {
		return errors.New("tag can't be used with --all-tags/-a")
	}
	if !all && reference.NameOnly(ref) {
		ref = reference.WithDefault(ref)
		if !quiet {
			fmt.Fprintln(s.Stdout, "Using default tag:", reference.Tag(ref))
		}
	}
	if reference.Digested(ref) {
		return errors.New("cannot push a digest reference")
	}
	e, err := of(s)
	if err != nil {
		return err
	}
	push := func(to host.Progress) error {
		return e.ImagePushOf(s.Context, reference.Familiar(ref), platform, types.ImagePushOptions{All: all}, to)
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

func runSave(s *cli.Session, c *cli.Call) error {
	platform, err := platforms(c)
	if err != nil {
		return err
	}
	to := c.String("output")
	if to == "" && s.TTY.Out {
		return errors.New("cowardly refusing to save to a terminal. Use the -o flag or redirect")
	}
	if err := s.CheckOutput(to); err != nil {
		return fmt.Errorf("failed to save image: %s", outputError(to, err))
	}
	e, err := of(s)
	if err != nil {
		return err
	}
	return s.Output(to, func(w io.Writer) error {
		return cli.Daemon(e.ImageSaveOf(s.Context, c.Args, platform, w))
	})
}

// outputError is why nothing can be written to a path.
func outputError(to string, err error) string {
	if i := strings.LastIndexByte(to, '/'); i > 0 && strings.Contains(err.Error(), "does not exist") {
		return fmt.Sprintf("invalid output path: stat %s: no such file or directory", to[:i])
	}
	return err.Error()
}

func runLoad(s *cli.Session, c *cli.Call) error {
	platform, err := platforms(c)
	if err != nil {
		return err
	}
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
	e, err := of(s)
	if err != nil {
		return err
	}
	return s.Show(func(to host.Progress) error { return e.ImageLoadOf(s.Context, in, platform, to) })
}

// platforms reads --platform where it may be repeated; one is what there is.
func platforms(c *cli.Call) (string, error) {
	list := c.List("platform")
	switch len(list) {
	case 0:
		return "", nil
	case 1:
		return checkPlatform(list[0])
	}
	return "", errors.New("several --platform are not available here: save or load one at a time, or all")
}

func runBuilderPrune(s *cli.Session, c *cli.Call) error {
	if !c.Bool("force") {
		what := "all dangling build cache"
		if c.Bool("all") {
			what = "all build cache"
		}
		fmt.Fprintf(s.Stdout, "WARNING! This will remove %s. Are you sure you want to continue? [y/N] ", what)
		if !s.Confirmed() {
			return nil
		}
	}
	before, err := s.Engine.DiskUsage(s.Context)
	if err != nil {
		return cli.Daemon(err)
	}
	report, err := s.Engine.BuildCachePrune(s.Context, types.BuildCachePruneOptions{All: c.Bool("all"), Filters: c.Filter("filter")})
	if err != nil {
		return cli.Daemon(err)
	}
	gap := "\t\t"
	for n, id := range report.CachesDeleted {
		if n == 0 {
			fmt.Fprint(s.Stdout, "ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\n")
		}
		for _, r := range before.BuildCache {
			if r.ID != id {
				continue
			}
			used := ""
			if r.LastUsedAt != nil {
				used = formatter.Ago(s.Now(), *r.LastUsedAt)
			}
			fmt.Fprintf(s.Stdout, "%-40s\t%-5v%s%-10s\t%s\n", id+"*", true, gap, formatter.LongSize(r.Size), used)
		}
		gap = "\t"
	}
	fmt.Fprintf(s.Stdout, "Total:\t%s\n", formatter.LongSize(int64(report.SpaceReclaimed)))
	return nil
}

func runInspect(s *cli.Session, c *cli.Call) error {
	kind, size := c.String("type"), c.Bool("size")
	e, err := of(s)
	if err != nil {
		return err
	}
	searches := []struct {
		kind string
		get  func(name string) (any, []byte, error)
	}{
		{"container", func(name string) (any, []byte, error) { return s.Client.ContainerInspect(name, size) }},
		{"image", func(name string) (any, []byte, error) {
			doc, raw, err := e.InspectImage(name, "")
			if err != nil {
				return nil, nil, cli.Daemon(err)
			}
			return doc, raw, nil
		}},
		{"network", func(name string) (any, []byte, error) {
			return s.Client.NetworkInspect(name, types.NetworkInspectOptions{})
		}},
		{"volume", func(name string) (any, []byte, error) { return s.Client.VolumeInspect(name) }},
	}
	switch kind {
	case "", "container", "image", "network", "volume":
	case "plugin", "node", "service", "task", "secret", "config":
		return cli.Errorf("docker inspect --type %s is not available here: this host has no swarm and no plugins", kind)
	default:
		return cli.Errorf("unknown type: %q: must be one of \"config\", \"container\", \"image\", \"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", \"volume\"", kind)
	}
	return s.Inspect(c.Args, c.String("format"), func(name string) (any, []byte, error) {
		for _, search := range searches {
			if kind != "" && kind != search.kind {
				continue
			}
			v, raw, err := search.get(name)
			if err != nil && kind == "" && cli.NotFound(err) {
				continue
			}
			if err == nil && size && search.kind != "container" {
				fmt.Fprintf(s.Stderr, "WARNING: --size ignored for %s\n", search.kind)
			}
			return v, raw, err
		}
		return nil, nil, fmt.Errorf("error: no such object: %s", name)
	})
}
