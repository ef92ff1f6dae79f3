package wire

// Built is what a build gave: everything the page needs to draw the stack,
// with long lists left out; those are asked for in windows.
type Built struct {
	Revision   int    `json:"revision"`
	Millis     int64  `json:"millis"`
	Dockerfile string `json:"dockerfile"` // the path of the one shown
	// Ok is false where there is no image: then Diagnostics say why, and Draft
	// holds what was made up to there.
	Ok          bool         `json:"ok"`
	Diagnostics []Diagnostic `json:"diagnostics"`
	Failure     *Failure     `json:"failure,omitempty"`
	// Draft is what a failed build of the chosen Dockerfile made: the stages of
	// the file with the steps that were carried out and, as Rest, the
	// instructions that were not. It has no ID and no digests of its own. It is
	// nil where the build did not fail, or the file has no stage.
	Draft  *Image  `json:"draft,omitempty"`
	Images []Image `json:"images"` // of every Dockerfile of the workspace that built, in order of building
	Shown  int     `json:"shown"`  // index into Images of the chosen Dockerfile's, -1 where none
}

// Diagnostic is an error or a warning on a place in a file.
type Diagnostic struct {
	File     string  `json:"file"`
	Severity string  `json:"severity"` // "error" or "warning"
	Rule     string  `json:"rule,omitempty"`
	Text     Message `json:"text"`
	Detail   Message `json:"detail,omitzero"` // what to do
	URL      string  `json:"url,omitempty"`
	Fixes    []Fix   `json:"fixes,omitempty"` // the best one first
	// Lines count from 1, columns from 0 in UTF-16 units as the editor counts.
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
	// Missing is the base image that is not here, where that is the error.
	Missing *Missing `json:"missing,omitempty"`
	// Refused says that BuildKit refuses a base image that the setting Lenient
	// would take.
	Refused bool `json:"refused,omitempty"`
}

// Image is a built image with the stages that led to it.
type Image struct {
	Dockerfile     string    `json:"dockerfile"`
	Tag            string    `json:"tag"` // by which other Dockerfiles name it in FROM
	ID             string    `json:"id"`  // digest of the config
	ManifestDigest string    `json:"manifestDigest"`
	IndexDigest    string    `json:"indexDigest"`
	Platform       string    `json:"platform"`
	Size           int64     `json:"size"`       // uncompressed content of all layers
	Compressed     int64     `json:"compressed"` // what a pull would move
	Stages         []Stage   `json:"stages"`     // in the order of the file; unused ones have no steps
	Final          int       `json:"final"`      // index of the stage that is the image
	History        []History `json:"history"`
}

// Stage is one FROM with what follows it.
type Stage struct {
	Name string `json:"name"` // of AS, or the index as text
	Base Base   `json:"base"`
	// Steps lists the base's layers first, then one a Dockerfile instruction.
	Steps []Step `json:"steps"`
	Used  bool   `json:"used"`           // needed for the image
	Line  int    `json:"line,omitempty"` // in a Draft: of FROM
	// Rest are, in a Draft, the instructions that were not carried out, in the
	// order of the file: from the one that failed on, or from FROM.
	Rest []Rest `json:"rest,omitempty"`
}

// Rest is an instruction that a failed build left.
type Rest struct {
	Keyword   string `json:"keyword"`
	Text      string `json:"text"` // as Step.Text; of FROM as that of a layer of the base
	StartLine int    `json:"startLine"`
	EndLine   int    `json:"endLine"`
}

// Base is what FROM named.
type Base struct {
	Name   string  `json:"name"`
	Kind   string  `json:"kind"` // "scratch", "stage", "image" (another Dockerfile's), "stand-in", "imported"
	Digest string  `json:"digest,omitempty"`
	Note   Message `json:"note,omitzero"`  // for a stand-in: what it is
	Kept   string  `json:"kept,omitempty"` // full name of the kept image, where it is "imported"
}

// Step is one stratum: a layer of the base or an instruction.
type Step struct {
	ID   string `json:"id"` // names the step in queries; changes when the step does
	Kind string `json:"kind"`
	// Kind is "base" (a layer of the base image), "layer" (an instruction that
	// made one, perhaps the empty layer) or "meta" (no layer).
	Keyword   string `json:"keyword"` // "COPY"; of a base layer "FROM"
	Text      string `json:"text"`    // the instruction as written, continuation lines joined
	CreatedBy string `json:"createdBy"`
	StartLine int    `json:"startLine"` // 0 where the step has no line (base, ONBUILD of the base)
	EndLine   int    `json:"endLine"`
	// Of a step with a layer:
	DiffID      string `json:"diffId,omitempty"`
	ChainID     string `json:"chainId,omitempty"`
	ParentChain string `json:"parentChain,omitempty"` // "" at the bottom, where ChainID is DiffID
	Digest      string `json:"digest,omitempty"`      // of the compressed blob
	MediaType   string `json:"mediaType,omitempty"`
	Compressed  int64  `json:"compressed,omitempty"`
	TarSize     int64  `json:"tarSize,omitempty"`
	Size        int64  `json:"size"` // content bytes of the files it adds or replaces
	Empty       bool   `json:"empty"`
	Added       int    `json:"added"`
	Modified    int    `json:"modified"`
	Removed     int    `json:"removed"`
	Entries     int    `json:"entries"` // tar entries
	// Bytes by fate, for the picture: AddedBytes+ModifiedBytes = Size;
	// HiddenBytes of them are hidden or removed by later layers of the stage;
	// RemovedBytes are the lower bytes that this step removes from sight.
	AddedBytes    int64  `json:"addedBytes"`
	ModifiedBytes int64  `json:"modifiedBytes"`
	HiddenBytes   int64  `json:"hiddenBytes"`
	RemovedBytes  int64  `json:"removedBytes"`
	Cache         Cache  `json:"cache"`
	Micros        int64  `json:"micros,omitempty"` // how long it took, or finding it in the cache
	Source        string `json:"source,omitempty"` // stage or image that COPY --from names
	// SourceStep is the ID of the topmost step of the source stage that made
	// something of what was copied; empty where Source is no stage.
	SourceStep string `json:"sourceStep,omitempty"`
	// How says how a RUN was obtained: "interpreted".
	How    string    `json:"how,omitempty"`
	Output []Output  `json:"output,omitempty"`
	Notes  []Message `json:"notes,omitempty"`
}

// Cache tells where a step's result came from.
type Cache struct {
	State  string  `json:"state"`           // "hit", "built", "parent" (built again because the parent changed)
	Reason Message `json:"reason,omitzero"` // "/src/app.js changed", "parent step 3 changed"
}

// Output is a piece of what a RUN wrote, in order.
type Output struct {
	FD   int    `json:"fd"` // 1 or 2
	Text string `json:"text"`
}

// History is an entry of the image's history as docker shows it.
type History struct {
	Created    string `json:"created"`
	CreatedBy  string `json:"createdBy"`
	Comment    string `json:"comment"`
	EmptyLayer bool   `json:"emptyLayer"`
	Step       string `json:"step"` // ID of the step it tells of, "" where none
	Size       int64  `json:"size"`
	SizeText   string `json:"sizeText"` // as docker prints it
}
