package wire

// Workspace is all that a person works on, and the whole input of a build.
type Workspace struct {
	Revision int    `json:"revision"`
	Name     string `json:"name,omitempty"`
	Files    []File `json:"files"` // sorted by path; Dockerfiles are files like others
	// Dockerfile is the path of the one whose image is shown; empty: "Dockerfile".
	Dockerfile string   `json:"dockerfile"`
	Settings   Settings `json:"settings"`
}

// File is a file, directory or symbolic link of the build context.
type File struct {
	Path string `json:"path"` // relative, slash-separated
	Kind string `json:"kind"` // "file", "dir" or "symlink"
	Mode uint32 `json:"mode"` // 07777 bits
	// MTime is "seconds[.nanoseconds]" since the Unix epoch; empty: the
	// workspace's, which is newer than any epoch.
	MTime  string `json:"mtime,omitempty"`
	Target string `json:"target,omitempty"` // of a symbolic link
	// Exactly one of these holds a file's content.
	Text      *string    `json:"text,omitempty"`
	Base64    string     `json:"base64,omitempty"`
	Generated *Generated `json:"generated,omitempty"`
	// Kept refers to content sent before under this content key, so that a
	// keystroke does not send big files again; see Workspace handling in
	// the engine. The page sends Buffer once with a Key and later Key alone.
	Key    string `json:"key,omitempty"`
	Buffer *int   `json:"buffer,omitempty"` // index into the transferred buffers
	Size   int64  `json:"size,omitempty"`   // of Key's content
}

// Generated is content made from a recipe.
type Generated struct {
	Kind string `json:"kind"` // "zeros" or "random"
	Size int64  `json:"size"`
	Seed uint64 `json:"seed,omitempty"`
}

// Settings are part of the workspace.
type Settings struct {
	Epoch       int64             `json:"epoch"`              // SOURCE_DATE_EPOCH, seconds
	Platform    string            `json:"platform,omitempty"` // empty: linux/amd64
	Target      string            `json:"target,omitempty"`
	BuildArgs   map[string]string `json:"buildArgs,omitempty"`
	Compression string            `json:"compression,omitempty"` // "gzip" (default), "zstd", "uncompressed"
	Seed        uint64            `json:"seed,omitempty"`        // what everything random in a RUN begins from, below 2^53
	// Lenient takes base images that BuildKit refuses, as umoci and crane do.
	Lenient bool `json:"lenient,omitempty"`
}

// Lesson is a ready workspace.
type Lesson struct {
	Slug  string            `json:"slug"`
	Title map[string]string `json:"title"` // by language, "ko" and "en"
}

// LessonQuery asks for one lesson.
type LessonQuery struct {
	Slug string `json:"slug"`
}

// LessonText is a lesson with its words and its workspace.
type LessonText struct {
	Lesson
	Text      map[string]string `json:"text"` // Markdown by language
	Workspace Workspace         `json:"workspace"`
}

// Accepted says that a build of the revision has begun.
type Accepted struct {
	Revision int `json:"revision"`
}
