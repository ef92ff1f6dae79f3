//go:build js

package main

import (
	"encoding/json"
	"fmt"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// kept is the person's own workspace, as the browser keeps it.
type kept struct {
	Workspace wire.Workspace  `json:"workspace"`
	Open      string          `json:"open"`
	Lesson    string          `json:"lesson"`
	Tabs      []string        `json:"tabs"`
	Former    *wire.Workspace `json:"former"`
}

// guest handles what concerns a workspace that a link brought, or another tab.
func (b *bridge) guest(m message) error {
	var link lab.Link
	var theirs lab.Theirs
	var mine kept
	into := any(&mine)
	switch m.kind {
	case "link":
		into = &link
	case "theirs":
		into = &theirs
	}
	if err := json.Unmarshal([]byte(m.payload), into); err != nil {
		return fmt.Errorf("%s: %w", m.kind, err)
	}
	l := b.desk.Lab
	switch m.kind {
	case "link":
		l.OpenLink(link)
	case "mine":
		l.Meta.Tabs = mine.Tabs
		l.Mine(mine.Workspace, mine.Open, mine.Lesson, mine.Former)
	case "theirs":
		l.TakeTheirs(theirs)
	case "kept":
		l.KeptShared(mine.Former)
	}
	return nil
}

// Borrow implements lab.Host.
func (b *bridge) Borrow(m lab.Meta, files []wire.File) {
	b.call("borrow", text(map[string]any{"meta": m, "files": files}))
}

// Mine implements lab.Host.
func (b *bridge) Mine() { b.call("mine") }

// Keep implements lab.Host.
func (b *bridge) Keep(m lab.Meta, files []wire.File) {
	b.call("keep", text(map[string]any{"meta": m, "files": files}))
}

// Looked implements lab.Host.
func (b *bridge) Looked(view string) { b.call("looked", view) }

// Unread implements lab.Host.
func (b *bridge) Unread(why string) { b.call("unread", why) }

// Publish implements lab.Host.
func (b *bridge) Publish(content string) { b.call("publish", content) }
