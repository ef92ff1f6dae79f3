package wire

// The methods by which the inspector looks deeper, with the types of their
// params and results.
const (
	MethodVersions  = "versions"  // VersionsQuery -> Versions
	MethodDiff      = "diff"      // DiffQuery -> Diff
	MethodHeader    = "header"    // HeaderQuery -> Header
	MethodRecompute = "recompute" // RecomputeQuery -> Recomputed
	MethodFlip      = "flip"      // FlipQuery -> Flipped
	MethodCache     = "cache"     // CacheQuery -> CacheKey
	MethodWaste     = "waste"     // WasteQuery -> Waste
	MethodCost      = "cost"      // CostQuery -> Cost
)

// VersionsQuery asks in which layers of a step's stage a path is.
type VersionsQuery struct {
	Step string `json:"step"`
	Path string `json:"path"`
}

// Versions are those of a path, lowest layer first.
type Versions struct {
	Versions []FileVersion `json:"versions"`
}

// FileVersion is what a layer did to a path.
type FileVersion struct {
	Step   string `json:"step"`   // whose layer it is in
	Change string `json:"change"` // "added", "modified" or "removed"
	// Via is the directory whose removal took the path along.
	Via    string `json:"via,omitempty"`
	Type   string `json:"type,omitempty"`
	Mode   uint32 `json:"mode,omitempty"`
	UID    int    `json:"uid,omitempty"`
	GID    int    `json:"gid,omitempty"`
	Size   int64  `json:"size,omitempty"`
	MTime  int64  `json:"mtime,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Note says in what it differs from the version below.
	Note Message `json:"note,omitzero"`
	// Seen marks the one that is seen at the step that was asked about.
	Seen bool `json:"seen,omitempty"`
}

// DiffQuery asks in what lines a file differs between two steps.
type DiffQuery struct {
	From string `json:"from"` // step that has the former version
	To   string `json:"to"`
	Path string `json:"path"`
}

// Diff is the difference, with three lines around every change.
type Diff struct {
	Lines   []DiffLine `json:"lines"`
	Added   int        `json:"added"`
	Removed int        `json:"removed"`
	Cut     bool       `json:"cut,omitempty"` // there are more lines
	// Why says why there are no lines: "same", "binary", "big", "absent", "type"
	// (one of the two is no file).
	Why string `json:"why,omitempty"`
}

// DiffLine is a line of it. Sign is "+", "-", " ", or "@" where lines are left out.
type DiffLine struct {
	Sign string `json:"sign"`
	Old  int    `json:"old,omitempty"`
	New  int    `json:"new,omitempty"`
	Text string `json:"text,omitempty"`
}

// HeaderQuery asks for the header of an entry of a layer's tar.
type HeaderQuery struct {
	Step  string `json:"step"`
	Index int    `json:"index"` // of the entry, from 0
}

// Header is an entry's header as it stands in the tar.
type Header struct {
	Name    string        `json:"name"`
	Offset  int64         `json:"offset"` // in the uncompressed tar
	Bytes   []byte        `json:"bytes"`  // extended headers and their data included
	Blocks  []HeaderBlock `json:"blocks"`
	Content int64         `json:"content"` // bytes that follow it
	Padding int64         `json:"padding"` // zeros after those
}

// HeaderBlock is a part of it, see core/tarheader.
type HeaderBlock struct {
	Kind     string        `json:"kind"` // "header", "records" or "name"
	Offset   int           `json:"offset"`
	Size     int           `json:"size"`
	Fields   []HeaderField `json:"fields"`
	Stored   int64         `json:"stored"` // checksum, -1 where unreadable
	Computed int64         `json:"computed"`
}

// HeaderField is a stretch of bytes with a meaning.
type HeaderField struct {
	Name   string `json:"name"`
	Offset int    `json:"offset"`
	Size   int    `json:"size"`
	Value  string `json:"value,omitempty"`
	Octal  bool   `json:"octal,omitempty"`
}

// RecomputeQuery asks to compute a digest again from its bytes.
type RecomputeQuery struct {
	// What is "diffid", "chainid" or "blob" of Step, or "imageid", "manifest" or
	// "index" of Image.
	What  string `json:"what"`
	Step  string `json:"step,omitempty"`
	Image string `json:"image,omitempty"`
}

// Recomputed is what came out.
type Recomputed struct {
	Input    int64  `json:"input"`          // length of what was hashed, in bytes
	Text     string `json:"text,omitempty"` // the whole input, where it is short
	Output   string `json:"output"`
	Expected string `json:"expected"`
	Micros   int64  `json:"micros"`
}

// FlipQuery asks what follows from one changed bit in the layer of a step.
type FlipQuery struct {
	Step string `json:"step"`
}

// Flipped are the digests as they then are.
type Flipped struct {
	Offset   int64          `json:"offset"` // of the byte in the layer's tar
	Was      int            `json:"was"`
	Is       int            `json:"is"`
	Entry    string         `json:"entry,omitempty"` // in whose content it is
	Layers   []FlippedLayer `json:"layers"`          // of the stage, bottom first
	ImageID  string         `json:"imageId"`
	Manifest string         `json:"manifest"`
	Index    string         `json:"index"`
}

// FlippedLayer is one of its layers.
type FlippedLayer struct {
	Step    string `json:"step"`
	DiffID  string `json:"diffId"`
	ChainID string `json:"chainId"`
	Digest  string `json:"digest"`
}

// CacheQuery asks what a step's key in the build cache is made of.
type CacheQuery struct {
	Step string `json:"step"`
}

// CacheKey is the key with its parts, those that changed first, at most 200 of
// Total.
type CacheKey struct {
	Key   string      `json:"key"`
	Total int         `json:"total"`
	Parts []CachePart `json:"parts"`
	First bool        `json:"first"` // there was no build before to compare with
}

// CachePart is one thing that the step's result depends on.
type CachePart struct {
	Name   string `json:"name"` // "parent", "instruction", "variable PATH", or a path that is read
	Value  string `json:"value,omitempty"`
	Before string `json:"before,omitempty"`
	State  string `json:"state"` // "same", "changed", "new" or "gone"
}

// WasteQuery asks what of an image's bytes is of no use.
type WasteQuery struct {
	Image string `json:"image"`
}

// Waste is the answer. Lists hold the biggest, at most 200 each.
type Waste struct {
	Size        int64          `json:"size"`   // content of all layers
	Hidden      int64          `json:"hidden"` // bytes that later layers hide
	Copies      int64          `json:"copies"` // N copies in sight waste N-1
	HiddenCount int            `json:"hiddenCount"`
	CopiesCount int            `json:"copiesCount"`
	Lost        []WasteFile    `json:"lost"`
	Same        []WasteCopies  `json:"same"`
	Secrets     []WasteSecret  `json:"secrets"`
	Settings    []WasteSetting `json:"settings"`
	// Minimum and Discovered are dive's sums: its score is their quotient.
	Minimum    int64 `json:"minimum"`
	Discovered int64 `json:"discovered"`
}

// WasteFile is a file whose bytes a later layer hides.
type WasteFile struct {
	Path    string `json:"path"`
	Step    string `json:"step"` // whose layer holds the bytes
	By      string `json:"by"`   // whose layer hides them
	Removed bool   `json:"removed"`
	Bytes   int64  `json:"bytes"`
}

// WasteCopies are files in sight that hold the same bytes.
type WasteCopies struct {
	Digest string   `json:"digest"`
	Size   int64    `json:"size"`
	Wasted int64    `json:"wasted"`
	Paths  []string `json:"paths"` // at most 20
	Count  int      `json:"count"`
}

// WasteSecret is a file that looks like a secret.
type WasteSecret struct {
	Path     string    `json:"path"`
	Step     string    `json:"step"`
	By       string    `json:"by,omitempty"` // "" where it is still in sight
	Removed  bool      `json:"removed"`
	Rule     string    `json:"rule"`
	Commands []Extract `json:"commands"` // that print it
}

// Extract is a command line that prints something out of the image.
type Extract struct {
	Tool string `json:"tool"`
	Line string `json:"line"`
}

// WasteSetting is a variable whose name says that it is secret.
type WasteSetting struct {
	From     string    `json:"from"` // "ENV" or "ARG"
	Name     string    `json:"name"`
	Value    string    `json:"value"`
	Commands []Extract `json:"commands"`
}

// CostQuery asks what an image takes to move and to keep.
type CostQuery struct {
	Image string `json:"image"`
	// Present are digests of blobs that the other side has already.
	Present []string `json:"present"`
}

// Cost is the answer, sizes in bytes.
type Cost struct {
	Bytes     int64       `json:"bytes"` // what travels
	Whole     int64       `json:"whole"` // what would without Present
	Documents int64       `json:"documents"`
	Layers    []CostLayer `json:"layers"` // bottom first
	Images    []CostImage `json:"images"` // of the workspace
	Disk      int64       `json:"disk"`   // what all images take together
}

// CostLayer is a layer of the image.
type CostLayer struct {
	Step       string `json:"step"`
	Digest     string `json:"digest"`
	Compressed int64  `json:"compressed"`
	Content    int64  `json:"content"`
	Present    bool   `json:"present"`
	Again      bool   `json:"again"` // the blob is in the image further down already
	// With are the tags of the other images of the workspace that share it.
	With []string `json:"with"`
}

// CostImage is an image of the workspace among the others.
type CostImage struct {
	ID     string `json:"id"`
	Tag    string `json:"tag"`
	Size   int64  `json:"size"`
	Shared int64  `json:"shared"`
	Unique int64  `json:"unique"`
	// What a client with all images pulls when the layers that this image adds
	// are built anew: with the images above as they are, and if every image
	// stood on the one common base.
	Own    int64 `json:"own"`
	Above  int   `json:"above"`
	Chain  int64 `json:"chain"`
	Common int64 `json:"common"`
}
