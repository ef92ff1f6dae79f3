package image

import "layerlab.dev/core/docker/cli"

func buildKit(s *cli.Session, c *cli.Call) error {
	return cli.Errorf("buildkit not supported by daemon")
}
