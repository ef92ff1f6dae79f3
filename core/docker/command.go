package docker

import (
	"slices"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/container"
	"layerlab.dev/core/docker/image"
	"layerlab.dev/core/docker/object"
	"layerlab.dev/core/docker/swarm"
	"layerlab.dev/core/docker/system"
)

// commands are those of `docker` itself.
var commands = slices.Concat(
	[]*cli.Command{&container.Group, &image.Group, &object.Volume, &object.Network},
	container.Top, image.Top, system.Top, swarm.Groups,
)
