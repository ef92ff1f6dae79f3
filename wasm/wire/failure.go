package wire

// Failure is the step at which the build of the chosen Dockerfile broke off.
// An error that no step met, such as one of the file's grammar, is only among
// the diagnostics.
type Failure struct {
	Stage int    `json:"stage"` // index into the file's stages
	Name  string `json:"name"`  // of AS, or the index as text
	// Before are the texts of the stage's instructions that were carried out
	// before it, first one first.
	Before    []string `json:"before"`
	Keyword   string   `json:"keyword"`
	Text      string   `json:"text"` // the instruction as written
	StartLine int      `json:"startLine"`
	EndLine   int      `json:"endLine"`
	Error     Message  `json:"error"`
	Advice    Message  `json:"advice,omitzero"`
	Output    []Output `json:"output,omitempty"`
}
