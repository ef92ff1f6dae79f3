package host

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/api/types/volume"

	"layerlab.dev/core/build/classic"
	"layerlab.dev/core/vfs"
)

// Engine is what clients ask of a docker daemon, method by method what the
// Engine API v1.41 offers. Every error that the daemon words is an *Error.
type Engine interface {
	Ping() types.Ping
	Version() types.Version
	Info() types.Info
	DiskUsage(ctx context.Context) (types.DiskUsage, error)
	// Events returns the events that have happened so far.
	Events(options types.EventsOptions) ([]events.Message, error)
	RegistryLogin(ctx context.Context, auth types.AuthConfig) (registry.AuthenticateOKBody, error)
	DistributionInspect(ctx context.Context, ref string) (registry.DistributionInspect, error)

	ImageList(options types.ImageListOptions) ([]types.ImageSummary, error)
	// ImageInspect returns the document and the JSON that the daemon sends for
	// it, which holds keys in the daemon's order.
	ImageInspect(name string) (types.ImageInspect, []byte, error)
	ImageHistory(name string) ([]image.HistoryResponseItem, error)
	ImageTag(source, target string) error
	ImageRemove(name string, options types.ImageRemoveOptions) ([]types.ImageDeleteResponseItem, error)
	ImagesPrune(filter filters.Args) (types.ImagesPruneReport, error)
	ImagePull(ctx context.Context, ref string, options types.ImagePullOptions, to Progress) error
	ImagePush(ctx context.Context, ref string, options types.ImagePushOptions, to Progress) error
	ImageImport(ctx context.Context, source io.Reader, ref string, options types.ImageImportOptions, to Progress) error
	ImageLoad(ctx context.Context, archive io.Reader, quiet bool, to Progress) error
	ImageSave(ctx context.Context, names []string, to io.Writer) error
	// ImageBuild builds as options.Version says, with the classic builder or
	// with BuildKit.
	ImageBuild(ctx context.Context, request Build, to Progress) error
	BuildCachePrune(ctx context.Context, options types.BuildCachePruneOptions) (*types.BuildCachePruneReport, error)

	ContainerList(options types.ContainerListOptions) ([]types.Container, error)
	ContainerInspect(name string, size bool) (types.ContainerJSON, []byte, error)
	ContainerCreate(ctx context.Context, config *container.Config, host *container.HostConfig, networks *network.NetworkingConfig, platform, name string) (container.ContainerCreateCreatedBody, error)
	// ContainerAttach connects streams to a container's main process, before or
	// after its start. wait returns when the process has ended or stdin was
	// detached from.
	ContainerAttach(ctx context.Context, name string, options types.ContainerAttachOptions, streams Streams) (wait func() error, err error)
	// ContainerStart returns when the main process runs; one that needs no
	// input may have ended by then.
	ContainerStart(ctx context.Context, name string, options types.ContainerStartOptions) error
	// ContainerWait waits from when it returns; wait returns when the condition
	// holds.
	ContainerWait(ctx context.Context, name string, condition container.WaitCondition) (wait func() (container.ContainerWaitOKBody, error), err error)
	ContainerStop(ctx context.Context, name string, seconds *int) error
	ContainerKill(ctx context.Context, name, signal string) error
	ContainerRestart(ctx context.Context, name string, seconds *int) error
	ContainerPause(ctx context.Context, name string) error
	ContainerUnpause(ctx context.Context, name string) error
	ContainerRename(ctx context.Context, name, to string) error
	ContainerRemove(ctx context.Context, name string, options types.ContainerRemoveOptions) error
	ContainersPrune(ctx context.Context, filter filters.Args) (types.ContainersPruneReport, error)
	ContainerTop(name string, arguments []string) (container.ContainerTopOKBody, error)
	ContainerDiff(name string) ([]container.ContainerChangeResponseItem, error)
	ContainerCommit(ctx context.Context, name string, options types.ContainerCommitOptions) (types.IDResponse, error)
	ContainerLogs(ctx context.Context, name string, options types.ContainerLogsOptions, streams Streams) error
	ContainerExport(ctx context.Context, name string, to io.Writer) error
	ContainerStatPath(name, path string) (types.ContainerPathStat, error)
	CopyFromContainer(ctx context.Context, name, path string, to io.Writer) (types.ContainerPathStat, error)
	CopyToContainer(ctx context.Context, name, path string, archive io.Reader, options types.CopyToContainerOptions) error
	ContainerResize(name string, options types.ResizeOptions) error

	ExecCreate(name string, config types.ExecConfig) (types.IDResponse, error)
	// ExecStart runs the command and returns when it has ended, or at once if
	// the check says Detach.
	ExecStart(ctx context.Context, id string, check types.ExecStartCheck, streams Streams) error
	ExecInspect(id string) (types.ContainerExecInspect, error)
	ExecResize(id string, options types.ResizeOptions) error

	VolumeList(filter filters.Args) (volume.VolumeListOKBody, error)
	VolumeInspect(name string) (types.Volume, []byte, error)
	VolumeCreate(options volume.VolumeCreateBody) (types.Volume, error)
	VolumeRemove(name string, force bool) error
	VolumesPrune(filter filters.Args) (types.VolumesPruneReport, error)

	NetworkList(options types.NetworkListOptions) ([]types.NetworkResource, error)
	NetworkInspect(name string, options types.NetworkInspectOptions) (types.NetworkResource, []byte, error)
}

// Build is a request for an image: the context as the client sent it, and the
// options of the API. The options' readers and session fields are not looked at.
type Build struct {
	// Context is the build context, the Dockerfile in it; options.Dockerfile
	// names it.
	Context vfs.Tree
	// Sent is the context as it came in a tar; nil: that of Context.
	Sent    *classic.Context
	Options types.ImageBuildOptions
	// Dockerfile is the text of a Dockerfile that is not in the context, which
	// BuildKit permits; options.Dockerfile is then its name. nil: it is there.
	Dockerfile *vfs.Blob
	// Provenance asks for an attestation of how the image was built; Engine 29
	// only.
	Provenance bool
	// Check asks only for what the checks find in the Dockerfile; Engine 29 only.
	Check bool
	// Secrets are what --secret hands over, by id.
	Secrets map[string][]byte
}

// Streams are a client's ends of a process's stdin, stdout and stderr.
type Streams struct {
	Stdin io.Reader // nil: nothing is sent
	// Output takes what the process writes, in order: 1 is stdout, 2 stderr;
	// with a terminal all is 1. data must not be kept.
	Output func(stream int, data []byte)
	TTY    bool
	// Cols and Rows are the size of the client's terminal, which ExecStart tells
	// the command's.
	Cols, Rows int
	Detach     string // the keys that detach, as --detach-keys has them; empty: ctrl-p,ctrl-q
}

// Progress takes the messages of an operation, in order.
type Progress func(Message)

// Message is one document of the JSON stream with which the daemon tells how an
// operation goes on.
type Message struct {
	Stream      string           `json:"stream,omitempty"`
	Status      string           `json:"status,omitempty"`
	Detail      *Detail          `json:"progressDetail,omitempty"`
	Progress    string           `json:"progress,omitempty"`
	ID          string           `json:"id,omitempty"`
	ErrorDetail *ErrorDetail     `json:"errorDetail,omitempty"`
	Error       string           `json:"error,omitempty"`
	Aux         *json.RawMessage `json:"aux,omitempty"`
}

// Detail is how far a transfer has come, in bytes or in Units.
type Detail struct {
	Current    int64  `json:"current,omitempty"`
	Total      int64  `json:"total,omitempty"`
	HideCounts bool   `json:"hidecounts,omitempty"`
	Units      string `json:"units,omitempty"`
}

// ErrorDetail ends a stream of messages that failed. Code is the exit status of
// a RUN.
type ErrorDetail struct {
	Code    int    `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// Error is the daemon's answer to a request that it did not fulfil.
type Error struct {
	Status int // the HTTP status: 400, 404, 409, 500 …
	Text   string
}

func (e *Error) Error() string { return e.Text }

// Errorf returns an Error with the given status and text.
func Errorf(status int, format string, a ...any) *Error {
	return &Error{status, fmt.Sprintf(format, a...)}
}
