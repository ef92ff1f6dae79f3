package system

import (
	"errors"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/docker/cli"
)

const noManager = `This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`

func runInspect(s *cli.Session, c *cli.Call) error {
	kind, size := c.String("type"), c.Bool("size")
	searches := []struct {
		kind string
		get  func(name string) (any, []byte, error)
	}{
		{"container", func(name string) (any, []byte, error) { return s.Client.ContainerInspect(name, size) }},
		{"image", func(name string) (any, []byte, error) { return s.Client.ImageInspect(name) }},
		{"network", func(name string) (any, []byte, error) {
			return s.Client.NetworkInspect(name, types.NetworkInspectOptions{})
		}},
		{"volume", func(name string) (any, []byte, error) { return s.Client.VolumeInspect(name) }},
		{"plugin", func(name string) (any, []byte, error) {
			return nil, nil, &cli.DaemonError{Status: 404, Text: "Error: No such plugin: " + name}
		}},
	}
	switch kind {
	case "", "container", "image", "network", "volume", "plugin":
	case "node", "service", "task", "secret":
		return s.Inspect(c.Args, c.String("format"), func(string) (any, []byte, error) {
			return nil, nil, &cli.DaemonError{Status: 503, Text: "Error response from daemon: " + noManager}
		})
	default:
		return fmt.Errorf("%q is not a valid value for --type", kind)
	}
	return s.Inspect(c.Args, c.String("format"), func(name string) (any, []byte, error) {
		for _, search := range searches {
			if kind != "" && kind != search.kind {
				continue
			}
			v, raw, err := search.get(name)
			if err != nil && kind == "" && skippable(err) {
				continue
			}
			if err == nil && size && search.kind != "container" {
				fmt.Fprintf(s.Stderr, "WARNING: --size ignored for %s\n", search.kind)
			}
			return v, raw, err
		}
		return nil, nil, fmt.Errorf("Error: No such object: %s", name)
	})
}

// skippable reports whether an object of the next kind may still have the name.
func skippable(err error) bool {
	return cli.NotFound(err) || strings.Contains(err.Error(), "not supported") ||
		strings.Contains(err.Error(), "invalid reference format")
}

// runSystemDialStdio would carry the Engine API, which has no wire here.
func runSystemDialStdio(*cli.Session, *cli.Call) error {
	return errors.New("docker system dial-stdio is not available here, as the daemon listens on no socket: layerlab engine serves its API")
}
