package today

import (
	"errors"

	"layerlab.dev/core/docker/cli"
)

func runBuild(*cli.Session, *cli.Call) error { return errors.New("pending") }
