package workspace

import "layerlab.dev/core/message"

// What is said of a workspace that cannot be built.
var (
	saysFile     = message.New("workspace.file", "%s: %s")
	saysCircle   = message.New("workspace.circle", "%s and %s need each other's images")
	saysNotBuilt = message.New("workspace.not-built", "%s, which builds %s, failed: %s")
)
