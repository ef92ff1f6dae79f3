package lab

import (
	"encoding/json"

	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// Phase is the engine's.
type Phase int

// The phases of the engine.
const (
	Starting Phase = iota // no answer yet
	Running
	Stopped // it died and was not started again
)

// Lab is the whole state of the page. Its methods are not safe for use by
// several goroutines at once.
type Lab struct {
	W    *words.Words
	host Host

	// The workspace.
	Files      []wire.File // sorted by path
	Meta       Meta
	Revision   int
	Former     *wire.Workspace // the workspace that a lesson replaced
	Guest      Guest
	Timeline   Timeline
	textKeys   map[string]int  // version of a long text, by path
	sent       map[string]bool // content keys that the engine has
	needsBuild bool
	since      int // the first revision of this workspace and choice of Dockerfile

	// The engine.
	Phase    Phase
	Engine   wire.Ready
	Lessons  []wire.Lesson
	Lesson   *wire.LessonText
	Busy     bool // a build or an export is running
	Progress wire.Progress
	deaths   map[int]int // by revision
	looping  bool        // it is stopped until something changes
	nextID   int
	calls    map[int]call

	// The build.
	Built *wire.Built // the last one, good or not
	Image *wire.Image // of the last good build of the chosen Dockerfile
	Stale bool
	draft draft // how far the last one came, where it failed

	// What is looked at.
	Stage     int
	opened    map[string]bool // the bases whose layers are drawn one by one
	chosen    mark
	Hover     string // ID of the step under the pointer or caret
	Tab       string
	Drawer    bool   // the inspector is open where it is a drawer
	Pane      string // the one pane that narrow screens show
	DockTab   string // the tab of the pane below the stack
	Panes     Panes
	Lists     map[string]*List
	Docs      map[string]wire.Doc
	docImage  string
	Recipe    Recipe
	Compare   Compare
	Trace     Trace
	filled    map[string]string
	View      *FileView
	Header    Header
	Proof     Proof
	Weights   Weights
	tabOf     map[string]string // the tab that was used last, by level
	trail     []place
	Tree      TreeState
	Exporting bool
	Share     Share
	Embed     *Embed     // nil where the page is not inside another
	goal      *wire.View // what a link wants looked at, after the next build

	Shelf       Shelf
	Offline     Offline
	updateLater bool
	// Unkept is why this browser does not keep the workspace, "" where it does.
	Unkept string
	// ArgDraft is what the field for another build argument holds that is none,
	// and ArgsAdded how often one was added from it.
	ArgDraft  string
	ArgsAdded int

	Notice *Notice
	Crash  *Crash // the last one of the engine
	Fault  string
	Say    string // for the live region
}

// Notice is a quiet line that tells what happened, with a way back.
type Notice struct {
	Text   string
	Action string
	Do     func()
	// Of is the path of the file it is about, "" where it is about none: it
	// goes when that file is written in.
	Of string
	// Also is a second thing to do, which leaves the notice where it is.
	Also   string
	DoAlso func()
}

type call struct {
	method string
	done   func(result json.RawMessage, failure string)
}

// New is a state with no files.
func New(host Host, w *words.Words) *Lab {
	l := &Lab{
		W: w, host: host, Tab: "changes", Pane: "sample", DockTab: "output", Stage: -1, Offline: Offline{Online: true},
		textKeys: map[string]int{}, sent: map[string]bool{}, deaths: map[int]int{},
		calls: map[int]call{}, Docs: map[string]wire.Doc{}, filled: map[string]string{},
	}
	l.Lists = map[string]*List{}
	for _, name := range []string{"changes", "tar", "files"} {
		l.Lists[name] = newList(name)
	}
	l.Tree.closed, l.opened = map[string]bool{}, map[string]bool{}
	l.Weights.Present, l.Weights.Opened = map[string]bool{}, map[string]bool{}
	l.tabOf = map[string]string{"image": "history", "layer": "changes"}
	return l
}

// Flush sends what has changed since the last call: at most one build, then
// the windows of lists that came into sight. The page calls it once a frame.
func (l *Lab) Flush() {
	l.Observe()
	if l.needsBuild && l.looping {
		l.Restart()
	}
	// Without a revision there is no workspace yet.
	if l.needsBuild && l.Phase == Running && l.Revision > 0 {
		l.needsBuild = false
		l.build()
	}
	if l.Phase == Running {
		l.wantCommands()
		l.wantRows()
		l.wantDocs()
		l.wantRecipe()
		l.wantComparison()
		l.wantLink()
		l.wantShare()
		l.wantInspected()
	}
	l.fillIslands()
	l.fillShare()
	l.fillDock()
	l.light()
}

// SetWords changes the language.
func (l *Lab) SetWords(w *words.Words) {
	l.W = w
	l.mark()
}
