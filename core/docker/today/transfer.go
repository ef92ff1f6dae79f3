package today

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	dist "github.com/distribution/reference"
	"github.com/docker/docker/api/types"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
	"layerlab.dev/core/docker/image"
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
	ref, err := named(c.Args[0])
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
			shown := id
			if r.Type == "source.local" {
				shown += "*" // may still change
			}
			fmt.Fprintf(s.Stdout, "%-40s\t%-5v%s%-10s\t%s\n", shown, true, gap, formatter.LongSize(r.Size), used)
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
		{"container", func(name string) (any, []byte, error) { return inspectContainer(s, name, size) }},
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

// container is the document of a container, whose GraphDriver is no more.
type container struct {
	types.ContainerJSON
	GraphDriver             *types.GraphDriverData
	ImageManifestDescriptor *ocispec.Descriptor
}

func inspectContainer(s *cli.Session, name string, size bool) (any, []byte, error) {
	doc, raw, err := s.Engine.ContainerInspect(name, size)
	if err != nil {
		return nil, nil, cli.Daemon(err)
	}
	var own struct{ ImageManifestDescriptor *ocispec.Descriptor }
	if err := json.Unmarshal(raw, &own); err != nil {
		return nil, nil, err
	}
	return &container{ContainerJSON: doc, ImageManifestDescriptor: own.ImageManifestDescriptor}, raw, nil
}

func runContainerInspect(s *cli.Session, c *cli.Call) error {
	return s.Inspect(c.Args, c.String("format"), func(name string) (any, []byte, error) {
		return inspectContainer(s, name, c.Bool("size"))
	})
}

func runImagetoolsInspect(s *cli.Session, c *cli.Call) error {
	e, err := of(s)
	if err != nil {
		return err
	}
	ref, err := reference.Named(c.Args[0])
	if err != nil {
		return err
	}
	name := reference.WithDefault(ref).String()
	kind, raw, d, err := e.RemoteManifest(name)
	if err != nil {
		return fmt.Errorf("%s: not found", name)
	}
	if c.Bool("raw") {
		_, err := s.Stdout.Write(raw)
		return err
	}
	fmt.Fprintf(s.Stdout, "Name:      %s\nMediaType: %s\nDigest:    %s\n", name, kind, d)
	return nil
}

func runManifestInspect(s *cli.Session, c *cli.Call) error {
	if c.Bool("verbose") || len(c.Args) > 1 {
		return cli.Errorf("docker manifest inspect --verbose and of a list's entry are not available here: leave them out")
	}
	e, err := of(s)
	if err != nil {
		return err
	}
	ref, err := reference.Named(c.Args[0])
	if err != nil {
		return err
	}
	_, raw, _, err := e.RemoteManifest(reference.WithDefault(ref).String())
	if err != nil {
		return fmt.Errorf("no such manifest: %s", reference.Familiar(reference.WithDefault(ref)))
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "\t"); err != nil {
		return err
	}
	return print(s, b.String())
}

// named reads a name; what is wrong with its case is told of the whole name.
func named(text string) (dist.Named, error) {
	ref, err := reference.Named(text)
	if err != nil && strings.HasSuffix(err.Error(), "repository name must be lowercase") {
		full := text
		if first, _, ok := strings.Cut(text, "/"); !ok || !strings.ContainsAny(first, ".:") && first != "localhost" {
			if full = text; !ok {
				full = "library/" + text
			}
		} else {
			_, full, _ = strings.Cut(text, "/")
		}
		full, _, _ = strings.Cut(full, ":")
		return ref, fmt.Errorf("invalid reference format: repository name (%s) must be lowercase", full)
	}
	return ref, err
}

func runPull(s *cli.Session, c *cli.Call) error {
	if _, err := named(c.Args[0]); err != nil {
		return err
	}
	return image.Pulls(s, c)
}
