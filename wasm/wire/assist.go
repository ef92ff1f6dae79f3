package wire

// The methods that help to write a Dockerfile. They take the text as it is at
// the moment, which may be newer than what is built.
const (
	MethodComplete = "complete" // Place -> Completion
	MethodExplain  = "explain"  // Place -> Note
	MethodForm     = "form"     // Place -> Shape
	MethodTidy     = "tidy"     // Place -> Text
	MethodFolds    = "folds"    // Place -> []Fold
	// MethodStage asks for all places of the name of a stage, and whether it
	// can be Name: StageQuery -> StageName.
	MethodStage = "stage"
)

// Place is a place in a Dockerfile that is being written.
type Place struct {
	Path string `json:"path"`
	Text string `json:"text"`
	At   int    `json:"at"` // in UTF-16 units from the beginning
}

// Completion is what could be written in the place of the text from From up to
// the place that was asked about.
type Completion struct {
	From    int      `json:"from"`
	Options []Option `json:"options"`
}

// Option is something that could be written.
type Option struct {
	Label  string  `json:"label"`
	Insert string  `json:"insert,omitempty"` // where it is not Label
	Kind   string  `json:"kind"`             // "keyword", "flag", "stage", "image", "variable", "file", "dir", "command", "user", "value", "directive"
	Detail Message `json:"detail,omitzero"`
	Doc    Message `json:"doc,omitzero"`
	More   bool    `json:"more,omitempty"` // the next options should be offered at once
}

// Note tells what a word means; without Title there is nothing to tell.
type Note struct {
	From  int       `json:"from"`
	To    int       `json:"to"`
	Title string    `json:"title"`
	Lines []Message `json:"lines,omitempty"`
	URL   string    `json:"url,omitempty"`
}

// Shape is the form of an instruction; without Parts there is none.
type Shape struct {
	Parts  []string `json:"parts"`
	Active int      `json:"active"` // the part that is being written, -1 for none
	Doc    Message  `json:"doc,omitzero"`
}

// Fold is a range of lines that can be hidden behind its first.
type Fold struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// StageQuery asks about the stage whose name is at a place, and whether it may
// have another name.
type StageQuery struct {
	Place
	Name string `json:"name,omitempty"`
}

// StageName is a stage's name with every place where it is written; "" where
// there is none.
type StageName struct {
	Name    string  `json:"name"`
	Places  []Span  `json:"places"`
	Problem Message `json:"problem,omitzero"` // why the other name cannot be
}

// Span is a range of a text in UTF-16 units.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Fix is a way to mend a diagnostic.
type Fix struct {
	Title Message `json:"title"`
	Edits []Edit  `json:"edits,omitempty"`
	// Create is a file of the workspace to make, empty.
	Create string `json:"create,omitempty"`
	// Append is a line for the end of the file Create, made where it is not
	// there.
	Append string `json:"append,omitempty"`
}

// Edit puts Text in the place of a range, in which Old stood.
type Edit struct {
	Span
	Old  string `json:"old"`
	Text string `json:"text"`
}
