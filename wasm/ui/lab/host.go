package lab

import "layerlab.dev/wasm/wire"

// Host is what the state needs from the browser. No method waits: results
// come back through the methods of Lab.
type Host interface {
	// Send posts a message to the engine with these bytes transferred beside
	// it, in order.
	Send(message string, buffers []Buffer)
	// RestartEngine ends the engine's Worker, if any, and starts a new one.
	RestartEngine()

	// Save keeps one file in the browser at once, Remove forgets one, and
	// SaveMeta keeps the rest of the workspace. Replace puts a whole workspace
	// in the place of the kept one, which is kept aside.
	Save(f wire.File)
	Remove(path string)
	SaveMeta(m Meta)
	Replace(m Meta, files []wire.File, former *wire.Workspace)

	// Borrow begins to keep another workspace beside the person's own, for this
	// tab alone. Mine leaves it: the own one comes back through Lab.Mine. Keep
	// makes it the own one, which comes back through Lab.KeptShared.
	Borrow(m Meta, files []wire.File)
	Mine()
	Keep(m Meta, files []wire.File)
	// Looked tells a page around this one what is looked at, and Unread why the
	// workspace that it gave cannot be read.
	Looked(view string)
	Unread(why string)
	// Publish stores the text of a workspace on the site: Lab.Published.
	Publish(text string)

	// Show puts a file into the editor; text is used only where the editor
	// does not hold the file yet, since what it holds may be newer. Forget drops
	// the editor's documents of these paths, or all where there are none.
	Show(path, text string)
	Hide()
	Forget(paths ...string)
	Renamed(from, to string)
	// Rewrite puts a text in the place of what the editor holds of a file, Edit
	// makes changes in it where it still says what they were made for.
	Rewrite(path, text string)
	Edit(path string, edits []wire.Edit)
	// Answer brings the answer to a question of the editor's: Lab.Help.
	Answer(id int, answer string)
	Marks(path string, marks []Mark)
	Light(chosen, lit Lines)
	Goto(line, column int)

	// Fill gives a long text to an island of the page. Kind is how it is shown:
	// see island/text.js.
	Fill(island, kind, text string)
	// Download saves buffer 0 of the engine's answer to a request.
	Download(request int, name string)
	Focus(element string)
	// Reveal scrolls an element into sight, ScrollTo so that a stretch of a long
	// list is in sight, in CSS pixels from its top.
	Reveal(element string)
	ScrollTo(list string, top, height int)
	// Update loads the page again in the version that waits.
	Update()
	// SaveText saves a text as a file.
	SaveText(name, text string)
	// Unfold opens a pane of the page that is folded away.
	Unfold(pane string)
}

// Mark is a diagnostic in the page's language.
type Mark struct {
	Severity string    `json:"severity"`
	Rule     string    `json:"rule,omitempty"`
	Text     string    `json:"text"`
	Detail   string    `json:"detail,omitempty"`
	URL      string    `json:"url,omitempty"`
	Fixes    []MarkFix `json:"fixes,omitempty"`
	// The place, as in wire.Diagnostic.
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// MarkFix is a way to mend a diagnostic: edits, or something that Lab.Mend does.
type MarkFix struct {
	Title string      `json:"title"`
	Edits []wire.Edit `json:"edits,omitempty"`
	// Problem and Fix are the numbers for Lab.Mend.
	Problem int `json:"problem"`
	Fix     int `json:"fix"`
}

// Buffer names bytes for the engine: a text, or bytes that the store keeps
// under the key.
type Buffer struct {
	Key  string  `json:"key"`
	Text *string `json:"text,omitempty"`
}

// Meta is the workspace without its files.
type Meta struct {
	Name       string        `json:"name"`
	Dockerfile string        `json:"dockerfile"`
	Open       string        `json:"open"`             // path of the file in the editor
	Tabs       []string      `json:"tabs,omitempty"`   // paths of the files that have a tab
	Lesson     string        `json:"lesson,omitempty"` // slug of the lesson it came from
	Settings   wire.Settings `json:"settings"`
}

// Lines is a range of lines of the open file, counted from 1; zero: none.
type Lines struct {
	From int `json:"from"`
	To   int `json:"to"`
}
