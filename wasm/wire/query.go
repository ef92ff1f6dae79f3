package wire

// RowsQuery asks for a window of a long list of one step.
type RowsQuery struct {
	Step string `json:"step"`
	// List is "changes" (what the step added, modified, removed), "tar" (the
	// entries of its layer) or "files" (the union at this step).
	List   string `json:"list"`
	Filter string `json:"filter,omitempty"` // part of a path
	// Kinds keeps only changes of these kinds; empty: all but "unchanged". In
	// "files" the kind "removed" adds what lower layers hold out of sight.
	Kinds []string `json:"kinds,omitempty"`
	// Since compares "changes" with the base image instead of the layer below.
	Since bool `json:"since,omitempty"`
	// Tree asks for a tree: the directories above every row are rows as well,
	// and rows inside closed ones are left out. Directories are open, or closed
	// with Folded, but for those of Toggled. What a removed directory held is
	// closed without Folded, too.
	Tree    bool     `json:"tree,omitempty"`
	Folded  bool     `json:"folded,omitempty"`
	Toggled []string `json:"toggled,omitempty"`
	// Command keeps only what the command of this ID wrote last ("changes").
	Command string `json:"command,omitempty"`
	Offset  int    `json:"offset"`
	Count   int    `json:"count"` // at most 500
}

// Rows is a window of a list.
type Rows struct {
	Total  int   `json:"total"`
	Offset int   `json:"offset"`
	Rows   []Row `json:"rows"`
}

// Row is a path with what is to be said of it.
type Row struct {
	Path  string `json:"path"`
	Depth int    `json:"depth"`
	// Change is "added", "modified", "removed", "parent" (a directory that is in
	// the layer only because something below it is), "unchanged" or "" in lists
	// without.
	Change string `json:"change,omitempty"`
	Type   string `json:"type"` // "file", "dir", "symlink", "hardlink", "char", "block", "fifo", "whiteout"
	Mode   uint32 `json:"mode"`
	UID    int    `json:"uid"`
	GID    int    `json:"gid"`
	Size   int64  `json:"size"`
	MTime  int64  `json:"mtime"` // seconds
	Target string `json:"target,omitempty"`
	Digest string `json:"digest,omitempty"` // of a file's content where it is known without reading much
	// Layer is the ID of the step whose layer holds the path ("files"), or the
	// former version that a change hides ("changes").
	Layer string `json:"layer,omitempty"`
	// Gone is the step whose layer removed the path, With the directory that
	// went with it.
	Gone string `json:"gone,omitempty"`
	With string `json:"with,omitempty"`
	// Versions is in how many layers up to the step the path is ("files").
	Versions int `json:"versions,omitempty"`
	// Of a row of a tree: whether rows are below it, and whether they are
	// listed; whether it is there only for those; its place among the SetSize
	// rows beside it, from 1.
	Branch   bool `json:"branch,omitempty"`
	Open     bool `json:"open,omitempty"`
	Context  bool `json:"context,omitempty"`
	PosInSet int  `json:"posInSet,omitempty"`
	SetSize  int  `json:"setSize,omitempty"`
	// Index is that of the entry in the tar ("tar").
	Index int `json:"index,omitempty"`
	// Note says in words what changed: "mode 0644 to 0600", "hides 12 bytes of
	// layer 1"; Lower describes the former version.
	Note      Message           `json:"note,omitzero"`
	LowerSize int64             `json:"lowerSize,omitempty"`
	PAX       map[string]string `json:"pax,omitempty"`
	// Name is the name in the tar, such as "srv/.wh.a" ("tar").
	Name string `json:"name,omitempty"`
	// Command is the command of a RUN that wrote it last, and By the ID of that
	// among the commands of the step that was asked about, "" where it is
	// another step's.
	Command string `json:"command,omitempty"`
	By      string `json:"by,omitempty"`
}

// CommandsQuery asks which commands of a RUN wrote files of its layer.
type CommandsQuery struct {
	Step string `json:"step"`
}

// Commands are the commands in the order of the script, at most 200 of Total.
type Commands struct {
	Total    int       `json:"total"`
	Commands []Command `json:"commands"`
}

// Command is a place in the script of a RUN that wrote paths of its layer, each
// as the last one to do so.
type Command struct {
	ID    string `json:"id"`   // names it in queries about the step
	Text  string `json:"text"` // as it ran; as written where it ran in several ways
	Files int    `json:"files"`
	// Lines of the Dockerfile; 0 where it is not written there.
	StartLine int `json:"startLine"`
	EndLine   int `json:"endLine"`
}

// FileQuery asks for the content of a file as it is after a step.
type FileQuery struct {
	Step string `json:"step"`
	Path string `json:"path"`
	// Limit is the most bytes wanted; 0: 64 KB.
	Limit int64 `json:"limit,omitempty"`
}

// FileContent is the beginning of a file.
type FileContent struct {
	Size   int64   `json:"size"`
	Text   string  `json:"text,omitempty"`
	Base64 string  `json:"base64,omitempty"` // where it is no UTF-8 text
	Cut    bool    `json:"cut"`              // there is more
	Absent Message `json:"absent,omitzero"`  // why there are no bytes
	Digest string  `json:"digest"`
}

// DocQuery asks for a document of an image.
type DocQuery struct {
	Image string `json:"image"` // image ID
	Name  string `json:"name"`  // "config", "manifest", "index"
}

// Doc is a JSON document, exactly the bytes that are digested.
type Doc struct {
	JSON   string `json:"json"`
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
}

// ExportQuery asks for an image as an archive.
type ExportQuery struct {
	Image string `json:"image"`
	// Format is "oci", "unnamed" for the bytes of BuildKit's archive without a
	// name, "docker" for docker load, or "reproduce" for the archive with which
	// BuildKit makes the image again.
	Format string `json:"format"`
}

// Exported describes the archive in the transferred buffer 0.
type Exported struct {
	Name   string `json:"name"` // a file name to save it under
	Size   int64  `json:"size"`
	Digest string `json:"digest"` // of the archive's bytes
}

// ReproduceQuery asks how an image can be made again with BuildKit.
type ReproduceQuery struct {
	Image string `json:"image"` // image ID
}

// Reproduce holds the commands, to be given inside the unpacked archive that
// the export format "reproduce" gives, and the digests they must give.
type Reproduce struct {
	// BuildKit is the version whose digests these are.
	BuildKit       string   `json:"buildkit"`
	Buildx         string   `json:"buildx"`
	Buildctl       string   `json:"buildctl"`
	ImageID        string   `json:"imageId"`
	ManifestDigest string   `json:"manifestDigest"`
	DiffIDs        []string `json:"diffIds"`
	ChainIDs       []string `json:"chainIds"`
	// Bases are the base images that are part of the archive.
	Bases []string `json:"bases"`
	// Interpreted says that the build has RUN steps, which are interpreted here.
	Interpreted bool `json:"interpreted"`
	// Placeholders says that a RUN stands on a stand-in image, whose programs
	// are placeholders: BuildKit has nothing to execute there.
	Placeholders bool `json:"placeholders"`
	// Deviates says that BuildKit refuses a base image, so that it makes nothing
	// of the archive.
	Deviates bool `json:"deviates,omitempty"`
}
