package wire

// The events about images from outside.
const (
	EventImages     = "images"     // Images, at first and whenever they change
	EventTransfer   = "transfer"   // Transfer, at most every 100 ms
	EventRegistries = "registries" // Registries, when it is known of another one
)

// The methods about images from outside. There is at most one transfer (import
// or pull) at a time.
const (
	MethodImport       = "import"       // ImportQuery -> Imported
	MethodTake         = "take"         // TakeQuery -> Imported: of several images in an archive
	MethodLookUp       = "lookUp"       // ImageQuery -> Offer: what pulling would fetch
	MethodPull         = "pull"         // ImageQuery -> Imported
	MethodStopTransfer = "stopTransfer" // nothing -> nothing
	MethodForget       = "forget"       // ImageQuery -> nothing
	MethodRename       = "rename"       // RenameQuery -> nothing
	MethodRegistry     = "registry"     // RegistryQuery -> nothing; Registries follows as an event
)

// Images are the images from outside that this browser keeps, by name.
type Images struct {
	Images []KeptImage `json:"images"`
	// Lasting is false where they are gone when the page is closed.
	Lasting bool `json:"lasting"`
}

// KeptImage is an image from outside that FROM can name.
type KeptImage struct {
	Name     string `json:"name"`  // in full: "docker.io/library/alpine:3.20"
	Short    string `json:"short"` // as people write it: "alpine:3.20"
	ID       string `json:"id"`
	Manifest string `json:"manifest,omitempty"` // digest, "" where it came without
	Platform string `json:"platform"`
	Layers   int    `json:"layers"`
	Size     int64  `json:"size"`   // bytes that are kept
	Source   string `json:"source"` // "archive" or "pull"
}

// Transfer tells how far an import or a pull is.
type Transfer struct {
	Name string `json:"name"`
	// Step is "reading" (the archive is looked through) or "layers".
	Step   string          `json:"step"`
	Done   int64           `json:"done"` // bytes, of Total
	Total  int64           `json:"total"`
	Layers []TransferLayer `json:"layers"` // bottom first
}

// TransferLayer is a layer on its way.
type TransferLayer struct {
	Digest string `json:"digest"`
	Done   int64  `json:"done"` // bytes, of Total
	Total  int64  `json:"total"`
	// State is "waiting", "running", "done" or "here" (it was kept already).
	State string `json:"state"`
}

// ImportQuery names an archive that the page has handed to the Worker.
type ImportQuery struct {
	Key  string `json:"key"`
	File string `json:"file"` // name of the file, for an image without one
}

// TakeQuery says which images of an archive that holds several are taken.
type TakeQuery struct {
	Which []int `json:"which"` // indexes into Imported.Choice; none: the archive is put away
}

// ImageQuery names an image, in whatever form FROM does.
type ImageQuery struct {
	Name string `json:"name"`
}

// RegistryQuery asks whether the site pulls from a registry.
type RegistryQuery struct {
	Name string `json:"name"`
}

// RenameQuery gives a kept image another name.
type RenameQuery struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Imported are the names of what came, in short.
type Imported struct {
	Names []string `json:"names"`
	// Choice lists the images of an archive that holds several, of which none has
	// been taken: MethodTake says which are.
	Choice []Choice `json:"choice,omitempty"`
	// Notes say what is to be known of how an image was found.
	Notes []Message `json:"notes,omitempty"`
}

// Choice is one of several images in an archive.
type Choice struct {
	Names    []string `json:"names"` // by which it would be kept, in short
	ID       string   `json:"id"`
	Platform string   `json:"platform"`
	Layers   int      `json:"layers"`
	Size     int64    `json:"size"` // bytes that would be kept
}

// Offer is what a registry says of an image before it is pulled.
type Offer struct {
	Name     string          `json:"name"` // in short
	Digest   string          `json:"digest"`
	Platform string          `json:"platform"`
	Size     int64           `json:"size"`  // of all that makes the image, as stored
	Fetch    int64           `json:"fetch"` // of that, what is not kept yet
	Layers   []TransferLayer `json:"layers"`
}

// Registries says of registries whether this site pulls from them.
type Registries struct {
	Open map[string]bool `json:"open"` // by name
}

// Missing is a base image that is not here.
type Missing struct {
	Name     string `json:"name"`     // as people write it
	Registry string `json:"registry"` // where it would come from
}
