package today

import (
	"fmt"

	"layerlab.dev/core/docker/cli"
)

// Adapt gives a command, found by its path such as "image ls", what it does here.
func Adapt(path string, c *cli.Command) {
	if run, ok := runs[path]; ok {
		c.Run = run
	}
	if path == "build" || path == "image build" {
		classic := c.Run
		c.Run = func(s *cli.Session, call *cli.Call) error {
			fmt.Fprint(s.Stderr, deprecated)
			return classic(s, call)
		}
	}
	if path == "manifest" {
		c.Blank = true
	}
	if c.Run == nil && len(c.Sub) == 0 {
		c.Run = func(_ *cli.Session, call *cli.Call) error {
			return cli.Errorf("%s is not available here: the host of this page has no such service", call.Path)
		}
	}
}

// deprecated is said of the classic builder.
const deprecated = `DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

`

var runs = map[string]func(*cli.Session, *cli.Call) error{
	"images":         runImages,
	"image ls":       runImages,
	"image inspect":  runImageInspect,
	"history":        runHistory,
	"image history":  runHistory,
	"buildx build":   runBuild,
	"buildx version": func(s *cli.Session, _ *cli.Call) error { return print(s, Plugin) },
	"pull":           runPull,
	"image pull":     runPull,
	"push":           runPush,
	"image push":     runPush,
	"save":           runSave,
	"image save":     runSave,
	"load":           runLoad,
	"image load":     runLoad,
	"inspect":        runInspect,

	"container inspect":         runContainerInspect,
	"manifest inspect":          runManifestInspect,
	"buildx imagetools inspect": runImagetoolsInspect,

	"buildx prune": runBuilderPrune,
	"rmi":          runRemove,
	"image rm":     runRemove,
}
