package wire

import "encoding/json"

// Version is the protocol's; page and engine refuse to talk when they differ.
const Version = 1

// Request is what the page sends.
type Request struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params,omitempty"`
}

// Response answers the Request of the same ID, with Error set where it failed.
type Response struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
	Why    Message         `json:"why,omitzero"` // Error, to be worded
}

// Event is what the engine says unasked.
type Event struct {
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data,omitempty"`
}

// The events.
const (
	EventReady    = "ready"    // Ready, once
	EventProgress = "progress" // Progress, at most every 100 ms
	EventBuilt    = "built"    // Built
)

// The methods, with the types of their params and results.
const (
	MethodBuild   = "build"   // Workspace -> Accepted; Built follows as an event
	MethodRows    = "rows"    // RowsQuery -> Rows
	MethodFile    = "file"    // FileQuery -> FileContent
	MethodDoc     = "doc"     // DocQuery -> Doc
	MethodExport  = "export"  // ExportQuery -> Exported, bytes transferred
	MethodLessons = "lessons" // nothing -> []Lesson
	MethodLesson  = "lesson"  // LessonQuery -> LessonText
	MethodParse   = "parse"   // Text (txtar) -> Workspace
	MethodFormat  = "format"  // Workspace -> Text (txtar)
	// MethodReproduce asks how to repeat a build with BuildKit: ReproduceQuery -> Reproduce.
	MethodReproduce = "reproduce"
	// MethodCommands asks which commands of a RUN wrote files: CommandsQuery -> Commands.
	MethodCommands = "commands"
	// Of comparing: nothing -> Builds, PinQuery -> Builds, CompareQuery ->
	// Comparison, CompareFilesQuery -> CompareFiles.
	MethodBuilds       = "builds"
	MethodPin          = "pin"
	MethodCompare      = "compare"
	MethodCompareFiles = "compareFiles"
	MethodCancel       = "cancel" // nothing -> nothing: gives up the running build, export or flip
)

// Ready tells that the engine has started.
type Ready struct {
	Version int      `json:"version"`
	Engine  string   `json:"engine"` // for example "layerlab 0.1, go1.26.8"
	Bases   []string `json:"bases"`  // names FROM can use offline
}

// Progress tells how far a long work is.
type Progress struct {
	Revision int    `json:"revision"`
	Step     string `json:"step"` // for example "COPY . /app"
	Done     int64  `json:"done"` // bytes or steps, of Total; Total 0: unknown
	Total    int64  `json:"total"`
}

// Text is a document as text.
type Text struct {
	Text string `json:"text"`
}
