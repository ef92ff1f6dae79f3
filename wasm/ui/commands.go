package main

import "layerlab.dev/wasm/wire"

// Commands shows how a RUN was carried out and which of its commands wrote
// files. What it printed is in the dock.
type Commands struct {
	Part
	Step *wire.Step
}

// State says why there is nothing to see, "" where there is.
func (c *Commands) State() string {
	switch {
	case c.Step.Keyword != "RUN":
		return c.Lab.W.NoRun
	case c.Lab.Trace.Loaded && len(c.commands()) == 0:
		return c.Lab.W.NoCommands
	}
	return ""
}

func (c *Commands) how() string {
	switch c.Step.How {
	case "":
		return ""
	case "interpreted":
		return c.Lab.W.Interpreted
	}
	return c.Step.How
}

// notes are what is to be known about how it was done.
func (c *Commands) notes() []wire.Message { return c.Step.Notes[:min(len(c.Step.Notes), 100)] }

// commands are those that wrote files of the layer.
func (c *Commands) commands() []wire.Command {
	if c.Lab.Trace.Step != c.Step.ID {
		return nil
	}
	return c.Lab.Trace.Commands.Commands
}

// about tells of a command how many paths it wrote, and on which line it is.
func (c *Commands) about(command wire.Command) string {
	text := c.Lab.W.RowsOf(command.Files, command.Files)
	if command.StartLine > 0 {
		text += ", " + c.Lab.W.Line(command.StartLine)
	}
	return text
}

func (c *Commands) count() string {
	if t := &c.Lab.Trace; len(c.commands()) < t.Total && t.Step == c.Step.ID {
		return c.Lab.W.FirstCommands(len(c.commands()), t.Total)
	}
	return ""
}
