package main

import "layerlab.dev/wasm/wire"

// Output shows what a RUN wrote.
type Output struct {
	Part
	Step *wire.Step
}

// State says why there is nothing to see, "" where there is.
func (c *Output) State() string {
	switch {
	case c.Step.Keyword != "RUN":
		return c.Lab.W.NoRun
	case len(c.Step.Output) == 0:
		return c.Lab.W.NoOutput
	}
	return ""
}

func (c *Output) how() string {
	switch c.Step.How {
	case "":
		return ""
	case "interpreted":
		return c.Lab.W.Interpreted
	}
	return c.Step.How
}
