package today

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/docker/docker/api/types"
	dockerimage "github.com/docker/docker/api/types/image"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
	"layerlab.dev/core/host"
	"layerlab.dev/core/host/containerd"
)

func print(s *cli.Session, text string) error {
	_, err := io.WriteString(s.Stdout, text+"\n")
	return err
}

// store is what the daemon tells of images beyond what that of 20.10 does.
type store interface {
	Images(types.ImageListOptions) ([]containerd.Summary, error)
	ImageHistoryOf(name, platform string) ([]dockerimage.HistoryResponseItem, error)
	InspectImage(name, platform string) (*containerd.Inspect, []byte, error)
	RemoteManifest(name string) (mediaType string, raw []byte, d digest.Digest, err error)
	ImagePushOf(ctx context.Context, ref, platform string, o types.ImagePushOptions, to host.Progress) error
	ImageSaveOf(ctx context.Context, names []string, platform string, to io.Writer) error
	ImageLoadOf(ctx context.Context, archive io.Reader, platform string, to host.Progress) error
}

// of returns the daemon's store.
func of(s *cli.Session) (store, error) {
	engine := s.Engine
	for {
		if e, ok := engine.(store); ok {
			return e, nil
		}
		under, ok := engine.(interface{ Unwrap() host.Engine })
		if !ok {
			return nil, errors.New("the daemon's API is older than what this client asks for: set the client to 20.10")
		}
		engine = under.Unwrap()
	}
}

var hints = map[string]bool{
	"build": true, "history": true, "import": true, "inspect": true, "list": true, "load": true, "ls": true,
	"prune": true, "pull": true, "push": true, "rm": true, "save": true, "tag": true,
}

func runImages(s *cli.Session, c *cli.Call) error {
	n, err := images(s, c)
	if err == nil && n == 0 && c.Path == "docker images" && len(c.Args) > 0 && hints[c.Args[0]] {
		fmt.Fprintf(s.Stderr, "No images found matching %q: did you mean \"docker image %[1]s\"?\n", c.Args[0])
	}
	return err
}

func images(s *cli.Session, c *cli.Call) (int, error) {
	filter, format := c.Filter("filter"), c.String("format")
	if len(c.Args) > 0 {
		filter.Add("reference", c.Args[0])
	}
	tree := true
	for _, not := range []struct {
		set  bool
		name string
	}{{c.Bool("quiet"), "quiet"}, {c.Bool("no-trunc"), "no-trunc"}, {c.Bool("digests"), "show-digest"}, {format != "", "format"}} {
		if not.set {
			if c.Bool("tree") {
				return 0, fmt.Errorf("--%s is not yet supported with --tree", not.name)
			}
			tree = false
			break
		}
	}
	e, err := of(s)
	if err != nil {
		return 0, err
	}
	list, err := e.Images(types.ImageListOptions{All: c.Bool("all"), Filters: filter})
	if err != nil {
		return 0, cli.Daemon(err)
	}
	if !c.Bool("all") && (!filter.Contains("dangling") || filter.ExactMatch("dangling", "false")) {
		kept := list[:0]
		for _, i := range list {
			if len(i.Names) > 0 {
				kept = append(kept, i)
			}
		}
		list = kept
	}
	if configured := imagesFormat(s); configured != "" && format == "" && !c.Bool("quiet") && !c.Bool("tree") {
		format, tree = configured, false
	}
	if tree {
		table{session: s, expanded: c.Bool("tree")}.print(list)
		return len(list), nil
	}
	if format == "" {
		format = "table"
	}
	old := make([]types.ImageSummary, len(list))
	for i := range list {
		old[i] = list[i].Legacy()
	}
	return len(list), formatter.Context{
		Output: s.Stdout, Format: formatter.ImageFormat(jsonFormat(format), c.Bool("quiet"), c.Bool("digests")),
		Trunc: !c.Bool("no-trunc"), Now: s.Now(), Today: true,
	}.Images(old, c.Bool("digests"))
}

func jsonFormat(format string) string {
	if format == "json" {
		return "{{json .}}"
	}
	return format
}

func runHistory(s *cli.Session, c *cli.Call) error {
	e, err := of(s)
	if err != nil {
		return err
	}
	platform, err := platform(c)
	if err != nil {
		return err
	}
	items, err := e.ImageHistoryOf(c.Args[0], platform)
	if err != nil {
		return cli.Daemon(err)
	}
	format := c.String("format")
	if format == "" {
		format = "table"
	}
	human := c.Bool("human")
	return formatter.Context{
		Output: s.Stdout, Format: formatter.HistoryFormat(jsonFormat(format), c.Bool("quiet"), human),
		Trunc: !c.Bool("no-trunc"), Now: s.Now(), Today: true,
	}.History(items, human)
}

func runImageInspect(s *cli.Session, c *cli.Call) error {
	e, err := of(s)
	if err != nil {
		return err
	}
	platform, err := platform(c)
	if err != nil {
		return err
	}
	return s.Inspect(c.Args, jsonInspect(c), func(name string) (any, []byte, error) {
		doc, raw, err := e.InspectImage(name, platform)
		if err != nil {
			return nil, nil, cli.Daemon(err)
		}
		return doc, raw, nil
	})
}

func jsonInspect(c *cli.Call) string { return c.String("format") }
