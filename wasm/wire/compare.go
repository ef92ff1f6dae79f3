package wire

// Build names an image that can be compared: of a Dockerfile as it is now, or
// of an earlier build that is still at hand.
type Build struct {
	Image      string `json:"image"` // image ID
	Dockerfile string `json:"dockerfile"`
	Tag        string `json:"tag"`
	// Revision is that of the workspace that was built, Time when: milliseconds
	// since the Unix epoch.
	Revision int   `json:"revision"`
	Time     int64 `json:"time"`
	Current  bool  `json:"current"` // the Dockerfile's image as it is now
	Pinned   bool  `json:"pinned"`  // kept until it is let go
	Layers   int   `json:"layers"`
	Size     int64 `json:"size"`
}

// Builds are those at hand: the current ones by the path of their Dockerfile,
// then earlier ones, newest first.
type Builds struct {
	Builds []Build `json:"builds"`
}

// PinQuery keeps a build beyond its time, or lets it go.
type PinQuery struct {
	Image string `json:"image"`
	Pin   bool   `json:"pin"`
}

// CompareQuery asks for a comparison of two images.
type CompareQuery struct {
	Left  string `json:"left"` // image IDs
	Right string `json:"right"`
}

// Comparison sets two images side by side.
type Comparison struct {
	Left  CompareSide  `json:"left"`
	Right CompareSide  `json:"right"`
	Rows  []CompareRow `json:"rows"`  // of the history, oldest first
	First int          `json:"first"` // index of the first row that is not the same, -1 where all are
	// Shared counts the layers from the bottom that are the same with all below
	// them (ChainID), and SharedBytes their content; SharedBlobs counts the
	// layers above that are the same by themselves (DiffID).
	Shared      int   `json:"shared"`
	SharedBytes int64 `json:"sharedBytes"`
	SharedBlobs int   `json:"sharedBlobs"`
	// Config lists the keys of the config that differ, without the history.
	Config []ConfigDifference `json:"config"`
	// Files counts the paths that differ.
	Files CompareFileCounts `json:"files"`
	// Edits tell what an edit of what a COPY or ADD reads would cost.
	Edits []CompareEdit `json:"edits"`
}

// CompareSide is one of the two images.
type CompareSide struct {
	Build
	ManifestDigest string `json:"manifestDigest"`
	Top            string `json:"top"`        // ID of its newest step
	Compressed     int64  `json:"compressed"` // what a pull moves with nothing there
	Missing        int64  `json:"missing"`    // what it moves where the other image is there
	Hits           int    `json:"hits"`       // steps taken from the cache
	Built          int    `json:"built"`      // steps carried out
}

// CompareRow is a row of the two histories. State is "same", "rebased" (the
// same layer on other ones), "changed" (the same instruction, another layer),
// "moved", "left" or "right" (on one side only).
type CompareRow struct {
	State string       `json:"state"`
	Left  *CompareLine `json:"left,omitempty"`
	Right *CompareLine `json:"right,omitempty"`
}

// CompareLine is an entry of a history.
type CompareLine struct {
	Text    string `json:"text"` // as written, where the Dockerfile has it
	Step    string `json:"step,omitempty"`
	Layer   int    `json:"layer"` // from 1 at the bottom, 0 where it made none
	DiffID  string `json:"diffId,omitempty"`
	ChainID string `json:"chainId,omitempty"`
	Size    int64  `json:"size"`
	Cache   Cache  `json:"cache"`
}

// ConfigDifference is a key of the config with its two values as JSON.
type ConfigDifference struct {
	Key   string `json:"key"`
	Left  string `json:"left"` // "missing" where it is not there
	Right string `json:"right"`
}

// CompareFileCounts counts paths: only left, only right, on both sides but
// different.
type CompareFileCounts struct {
	Left  int `json:"left"`
	Right int `json:"right"`
	Both  int `json:"both"`
}

// CompareEdit is what must be built and pulled again once what an instruction
// reads of the build context has changed: layers and their compressed bytes,
// in each of the two images.
type CompareEdit struct {
	Text        string `json:"text"`
	LeftLayers  int    `json:"leftLayers"`
	LeftBytes   int64  `json:"leftBytes"`
	RightLayers int    `json:"rightLayers"`
	RightBytes  int64  `json:"rightBytes"`
}

// CompareFilesQuery asks for a window of the paths at which two images differ.
type CompareFilesQuery struct {
	Left   string   `json:"left"`
	Right  string   `json:"right"`
	Filter string   `json:"filter,omitempty"` // part of a path
	Sides  []string `json:"sides,omitempty"`  // of "left", "right", "both"; empty: all
	Offset int      `json:"offset"`
	Count  int      `json:"count"` // at most 500
}

// CompareFiles is such a window.
type CompareFiles struct {
	Total  int           `json:"total"`
	Offset int           `json:"offset"`
	Rows   []CompareFile `json:"rows"`
}

// CompareFile is a path that differs.
type CompareFile struct {
	Path string `json:"path"`
	Side string `json:"side"` // "left" or "right": only there; "both"
	// What differs, of "type", "content", "mode", "owner", "target", "device",
	// "mtime", "xattrs".
	What  []string `json:"what,omitempty"`
	Left  *Row     `json:"left,omitempty"`
	Right *Row     `json:"right,omitempty"`
}
