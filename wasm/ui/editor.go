package main

import (
	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// EditorPane is the place of the editor and of what is wrong in the files.
type EditorPane struct{ Part }

// Editable tells whether the open file is text.
func (c *EditorPane) Editable() bool { return lab.Editable(c.Lab.File(c.Lab.Meta.Open)) }

// Instead says why there is no editor.
func (c *EditorPane) Instead() string {
	f, w := c.Lab.File(c.Lab.Meta.Open), c.Lab.W
	switch {
	case f == nil:
		return w.NoFileOpen
	case f.Kind == "symlink":
		return w.LinkTo(f.Target)
	case f.Generated != nil:
		return w.GeneratedIs(f.Generated.Kind, words.Size(f.Generated.Size), f.Generated.Seed)
	}
	return w.BinaryFile(words.Size(fileSize(lab.Node{File: f})))
}

// Severity is a diagnostic's in words.
func (c *EditorPane) Severity(d wire.Diagnostic) string {
	if d.Severity == "error" {
		return c.Lab.W.ErrorWord
	}
	return c.Lab.W.WarningWord
}

// Place names where a diagnostic is: "line 3", with the file where it is not
// the open one.
func (c *EditorPane) Place(d wire.Diagnostic) string {
	if d.File == c.Lab.Meta.Open || d.File == "" {
		return c.Lab.W.Line(d.StartLine)
	}
	return d.File + ", " + c.Lab.W.Line(d.StartLine)
}

// Quiet is the line under the editor while there is nothing wrong.
func (c *EditorPane) Quiet() string {
	if c.Lab.Phase != lab.Running && c.Lab.Built == nil {
		return c.Lab.W.EngineSilent
	}
	return c.Lab.W.EditorHint
}

// problems are the diagnostics to list; more than a screenful of them would
// help nobody.
func (c *EditorPane) problems() []wire.Diagnostic {
	d := c.Lab.Diagnostics()
	return d[:min(len(d), 50)]
}

// pull names what a missing base would be pulled by.
func (c *EditorPane) pull(d wire.Diagnostic) string {
	if d.Missing == nil {
		return ""
	}
	return c.Lab.W.PullThe(d.Missing.Name)
}
