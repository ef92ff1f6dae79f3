package wire

// The methods that share a workspace by a link.
const (
	MethodShare = "share" // ShareQuery -> Shared
	MethodOpen  = "open"  // OpenQuery -> Opened
)

// View is what is looked at in a workspace.
type View struct {
	Stage string `json:"stage,omitempty"` // name, or its index as text; empty: the image's
	// Step counts the instructions of the stage from its FROM, which is 1; nil:
	// none in particular.
	Step *int   `json:"step,omitempty"`
	Tab  string `json:"tab,omitempty"`
	File string `json:"file,omitempty"` // path of the file in the editor
	Line int    `json:"line,omitempty"` // of that file, from 1; 0: none
}

// ShareQuery asks for a workspace as a link. Its content that was sent before
// may go as its key.
type ShareQuery struct {
	Workspace Workspace `json:"workspace"`
	View      View      `json:"view"`
}

// Shared is a workspace as a link, as far as it is small enough.
type Shared struct {
	// Fragment holds the workspace and the view, without "#"; empty where it is
	// longer than URLs bear.
	Fragment string `json:"fragment"`
	Length   int    `json:"length"` // of the fragment, as it is or would be
	Most     int    `json:"most"`   // the longest there is
	View     string `json:"view"`   // the fragment of the view alone
	// Text is the workspace's text, for a store; empty where it is longer than
	// is shared at all.
	Text     string `json:"text"`
	TextMost int    `json:"textMost"`
}

// OpenQuery asks what a link holds: a fragment, or the view in the fragment and
// the text that a store gave for it.
type OpenQuery struct {
	Fragment string  `json:"fragment"`
	Text     *string `json:"text,omitempty"`
}

// Opened is what a link holds.
type Opened struct {
	Workspace *Workspace `json:"workspace,omitempty"` // nil where it holds a view alone, or Fault is set
	View      View       `json:"view"`
	// Fault is what is wrong with it: "broken", "truncated", "newer", "large" or
	// "invalid"; Detail says it in the engine's words.
	Fault  string  `json:"fault,omitempty"`
	Detail Message `json:"detail,omitzero"`
}
