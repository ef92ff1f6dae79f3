package main

import (
	"strconv"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Settings is what a build is told besides the files.
type Settings struct{ Part }

func (c *Settings) settings() wire.Settings { return c.Lab.Meta.Settings }

func (c *Settings) platform() string {
	if p := c.settings().Platform; p != "" {
		return p
	}
	return lab.Platforms[0]
}

// platforms are those on offer and the one that is set.
func (c *Settings) platforms() []string {
	for _, p := range lab.Platforms {
		if p == c.platform() {
			return lab.Platforms
		}
	}
	return append([]string{c.platform()}, lab.Platforms...)
}

func (c *Settings) compression() string {
	if name := c.settings().Compression; name != "" {
		return name
	}
	return lab.Compressions[0]
}

func (c *Settings) seed() string { return strconv.FormatUint(c.settings().Seed, 10) }

func (c *Settings) lenient() string { return strconv.FormatBool(c.settings().Lenient) }

// about says of a build argument where its value comes from.
func (c *Settings) about(a lab.BuildArg) string {
	switch {
	case !a.Declared:
		return c.Lab.W.BuildArgUnused
	case a.Default != "":
		return c.Lab.W.BuildArgDefault(a.Default)
	}
	return ""
}

// usual tells whether nothing is set that was not at first.
func (c *Settings) usual() bool {
	return len(c.Lab.Unusual()) == 0 && c.settings().Epoch == lab.DefaultEpoch
}

// reset sets everything back to what it is at first.
func (c *Settings) reset() {
	c.Lab.Configure(func(s *wire.Settings) { *s = wire.Settings{Epoch: lab.DefaultEpoch} })
}
