//go:build js

package main

import (
	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// Send implements lab.Host.
func (b *bridge) Send(message string, buffers []lab.Buffer) {
	if buffers == nil {
		buffers = []lab.Buffer{}
	}
	b.call("send", message, text(buffers))
}

// RestartEngine implements lab.Host.
func (b *bridge) RestartEngine() { b.call("restart") }

// Save implements lab.Host.
func (b *bridge) Save(f wire.File) { b.call("save", text(f)) }

// Remove implements lab.Host.
func (b *bridge) Remove(path string) { b.call("remove", path) }

// SaveMeta implements lab.Host.
func (b *bridge) SaveMeta(m lab.Meta) { b.call("saveMeta", text(m)) }

// Replace implements lab.Host.
func (b *bridge) Replace(m lab.Meta, files []wire.File, former *wire.Workspace) {
	b.call("replace", text(map[string]any{"meta": m, "files": files, "former": former}))
}

// Show implements lab.Host.
func (b *bridge) Show(path, text string) {
	b.call("show", path, text)
	b.label()
}

// Hide implements lab.Host.
func (b *bridge) Hide() { b.call("hide") }

// Forget implements lab.Host.
func (b *bridge) Forget(paths ...string) {
	if paths == nil {
		paths = []string{}
	}
	b.call("forget", text(paths))
}

// Renamed implements lab.Host.
func (b *bridge) Renamed(from, to string) { b.call("renamed", from, to) }

// Rewrite implements lab.Host.
func (b *bridge) Rewrite(path, text string) { b.call("rewrite", path, text) }

// Edit implements lab.Host.
func (b *bridge) Edit(path string, edits []wire.Edit) { b.call("edits", path, text(edits)) }

// Answer implements lab.Host.
func (b *bridge) Answer(id int, answer string) { b.call("answer", id, answer) }

// Marks implements lab.Host.
func (b *bridge) Marks(path string, marks []lab.Mark) { b.call("marks", path, text(marks)) }

// Light implements lab.Host.
func (b *bridge) Light(chosen, lit lab.Lines) {
	b.call("light", chosen.From, chosen.To, lit.From, lit.To)
}

// Goto implements lab.Host.
func (b *bridge) Goto(line, column int) { b.call("goto", line, column) }

// Fill implements lab.Host.
func (b *bridge) Fill(island, kind, content string) { b.call("fill", island, kind, content) }

// Download implements lab.Host.
func (b *bridge) Download(request int, name string) { b.call("download", request, name) }

// Update implements lab.Host.
func (b *bridge) Update() { b.call("update") }

// Reveal implements lab.Host.
func (b *bridge) Reveal(element string) { b.call("reveal", element) }

// ScrollTo implements lab.Host.
func (b *bridge) ScrollTo(list string, top, height int) { b.call("scrollTo", list, top, height) }

// Focus implements lab.Host.
func (b *bridge) Focus(element string) { b.call("focus", element) }

// Unfold implements lab.Host.
func (b *bridge) Unfold(pane string) { b.call("unfold", pane) }

// SaveText implements lab.Host.
func (b *bridge) SaveText(name, text string) { b.call("saveText", name, text) }
