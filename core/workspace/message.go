package workspace

import "layerlab.dev/core/message"

// What is wrong with a workspace or its text, and why one cannot be built.
var (
	saysFile      = message.New("workspace.file", "file %s: %s")
	saysLine      = message.New("workspace.line", "workspace, line %s: %s")
	saysHeader    = message.New("workspace.header", "workspace, file %s: %s")
	saysPath      = message.New("workspace.path", "want a relative path without dots as names")
	saysBreak     = message.New("workspace.line-break", "a path has no line breaks")
	saysLong      = message.New("workspace.long-name", "a name has at most 255 bytes")
	saysTwice     = message.New("workspace.twice", "there are two of this name")
	saysSetting   = message.New("workspace.setting", "want NAME: VALUE, not %s")
	saysUnknown   = message.New("workspace.unknown-setting", "unknown setting %s")
	saysEpoch     = message.New("workspace.epoch", "epoch %s: want seconds")
	saysLenient   = message.New("workspace.lenient", "lenient %s: want true, or no such line")
	saysSeed      = message.New("workspace.seed", "seed %s: want a whole number")
	saysArgument  = message.New("workspace.build-arg", "build-arg: want NAME=VALUE, not %s")
	saysNegative  = message.New("workspace.negative", "a size cannot be negative")
	saysQuote     = message.New("workspace.quote", "the quoted name does not end")
	saysNoTarget  = message.New("workspace.no-target", "a link needs a target")
	saysAttribute = message.New("workspace.attribute", "unknown attribute %s")
	saysCircle    = message.New("workspace.circle", "%s and %s need each other's images")
	saysNotBuilt  = message.New("workspace.not-built", "%s, which builds %s, failed: %s")
)
