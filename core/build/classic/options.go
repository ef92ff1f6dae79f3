package classic

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/container"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// Options are what a build is told besides its context.
type Options struct {
	// Dockerfile is its path in the context; empty: "Dockerfile".
	Dockerfile string
	Target     string
	// BuildArgs are those of --build-arg; nil: the name alone was given and the
	// client has no such variable.
	BuildArgs map[string]*string
	Labels    map[string]string // of --label
	Platform  string            // of --platform
	NoCache   bool
	Squash    bool // refused: it needs an experimental daemon
	// Remove the intermediate containers of steps that succeeded (the client's
	// --rm, which is on unless it is turned off), ForceRemove those of a step
	// that failed too.
	Remove, ForceRemove bool
	// CacheFrom are the images of --cache-from that the host has, and Parent
	// gives the local parent of an image, empty for none; it may be nil without
	// them.
	CacheFrom []*store.Image
	Parent    func(id digest.Digest) digest.Digest
	// Image finds what FROM and COPY --from name, and pulls it where need be;
	// what it prints goes to where the host puts the texts of events. Its error
	// is passed on word for word.
	Image func(ctx context.Context, w Wanted) (*image.Image, error)
	// ID gives what the host calls an image that Image found; nil: its own id.
	ID func(*image.Image) digest.Digest
	// Files gives the files of an image; nil: those that the image computes.
	Files func(*image.Image) (vfs.Tree, error)
	// Children lists the images whose local parent is the given one, or that
	// have none where it is empty. Images of this build need not be listed.
	Children func(parent digest.Digest) []*store.Image
	// Download fetches a URL for ADD; nil: there is no network. Its error is
	// passed on word for word.
	Download func(ctx context.Context, url string) (*Downloaded, error)
	// IDs gives 64 new hex digits each time; Now the time, which must not go
	// back. Nil: a fixed sequence.
	IDs func() string
	Now func() time.Time
	// Version is docker_version in the images; empty: container.Version.
	Version string
	// Overlay writes the layers.
	Overlay layer.Overlay2
	// Seed and Limits are those of every RUN.
	Seed   uint64
	Limits shell.Limits
	// Event is told what happens, at once and in order. Nil drops it.
	Event func(Event)
}

// Wanted is an image that an instruction names.
type Wanted struct {
	Name     string
	Local    bool   // the id of a stage: it is here, do not pull
	Platform string // empty: any
}

// Event is something that happened: a Text, *Created, *Started, *Exited,
// *Committed, Parented, Removed or StageDone.
type Event any

// Text is what the daemon says. FD 1 is said as it is; FD 2 is an error's: the
// daemon sends it between ESC[91m and ESC[0m, and the client prints both on its
// standard output.
type Text struct {
	FD   int
	Text string
}

// String is the text as the daemon sends it.
func (t Text) String() string {
	if t.FD == 2 {
		return "\x1b[91m" + t.Text + "\x1b[0m"
	}
	return t.Text
}

// Container is an intermediate container.
type Container struct {
	ID string
	// Image is the image it was made from, empty for scratch.
	Image digest.Digest
	// Config is merged with the image's, as docker inspect shows it.
	Config  *container.Config
	Created time.Time
	// Volumes are the names of its anonymous volumes by mount point. They go
	// when the container goes.
	Volumes map[string]string
	// Files are its files as far as it came.
	Files container.Files
}

// Created says that a container was made.
type Created struct{ *Container }

// Started says that its command runs.
type Started struct {
	*Container
	At time.Time
}

// Exited says that its command ended. Where it could not be started at all,
// Err says why, and there was no Started.
type Exited struct {
	*Container
	Code int
	Err  string
	At   time.Time
}

// Committed says that an image was made.
type Committed struct {
	ID    digest.Digest
	Image *image.Image
	Doc   *store.Document
	// Parent is its local parent, empty for none.
	Parent digest.Digest
	// Container is the id of the container it was made from; empty for COPY and
	// ADD.
	Container string
	// Layer is the layer it adds; nil where it adds none.
	Layer *layer.Layer
}

// Parented says that an image of --cache-from is taken as it is, and is a child
// of another one from now on.
type Parented struct{ ID, Parent digest.Digest }

// Removed says that a container is gone, with its volumes.
type Removed struct{ ID string }

// StageDone says that a stage has ended with an image; the daemon sends its id
// beside the texts.
type StageDone struct{ ID digest.Digest }

// Result is everything a build found out, as far as it came.
type Result struct {
	// ID and Image are those of the target. Empty where the build failed.
	ID    digest.Digest
	Image *image.Image
	// Base is the image the target's stage begins from, nil for scratch.
	Base  *image.Image
	Steps []*Step
}

// Step is one instruction, or one trigger of a base image, carried out.
type Step struct {
	// Number of Total; 0 for a trigger.
	Number, Total int
	Stage         int    // from 0; -1 for an ARG before the first FROM
	Line          int    // of the Dockerfile, from 1; that of FROM for a trigger
	Keyword       string // in upper case
	Text          string // as it is printed
	CreatedBy     string // in the image's history; empty for FROM
	Cached        bool
	Container     *Container // that it made, nil for none
	// ID is the image after the step; Image is nil for scratch.
	ID    digest.Digest
	Image *image.Image
	// Layer is what it added, and Changes what that holds; nil where it added
	// none or was cached.
	Layer   *layer.Layer
	Changes []layer.Change
	// Before and After are the files around the step.
	Before, After vfs.Tree
	// Output, Writes and Notes tell of a RUN.
	Output []Text
	Writes []shell.Write
	Notes  []shell.Note
}

// Error is why a build failed.
type Error struct {
	// Message is the daemon's.
	Message string
	// Code is the status of a RUN that failed, 0 for all else. The client exits
	// with it, and with 1 where it is 0.
	Code int
	// Said tells that something had been printed before. The client then shows
	// the message alone, else after "Error response from daemon: ".
	Said bool
	// Status of the HTTP answer where nothing was said: 400 or 500.
	Status int
	Step   *Step // nil: before the first
	Err    error
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Err }
