package cli

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/host"
	"layerlab.dev/core/vfs"
)

// Env is everything that a run of docker sees and touches.
type Env struct {
	Engine  host.Engine
	Args    []string                 // without "docker" itself
	Environ func(name string) string // DOCKER_BUILDKIT, HOME …; nil: all are empty
	Stdin   io.Reader                // nil: empty
	Stdout  io.Writer
	Stderr  io.Writer
	TTY     TTY
	Files   Files            // nil: an empty file system
	Now     func() time.Time // the engine's clock, for what is told as "2 minutes ago"
	Version string           // of the client's forms: "20.10", which is also "", or "29"
	// Registry is asked by `docker manifest`; nil: no registry can be reached.
	Registry Registry
	// Raw is called when docker puts its terminal into raw mode, where the
	// terminal no longer turns line ends into \r\n, and when it puts it back; nil:
	// nobody cares.
	Raw func(on bool)
	// Signals are names such as "INT" that reach docker while a container runs
	// in its foreground; nil: none.
	Signals <-chan string
}

// TTY tells which streams are a terminal, and how large it is.
type TTY struct {
	Cols, Rows int
	In, Out    bool // stdin; stdout and stderr
}

// Files is the file system that docker's client runs on.
type Files interface {
	// Dir is the working directory, absolute.
	Dir() string
	// Editor gives the files. Only commands that touch files ask for it.
	Editor() *vfs.Editor
}

// Registry is asked for manifests without a daemon in between.
type Registry interface {
	// Manifest returns a manifest as it is stored. domain and path are the two
	// halves of a reference's name, ref is a tag or a digest. The error's text is
	// what the transport said.
	Manifest(domain, path, ref string, insecure bool) (mediaType string, raw []byte, err error)
}

// Session is one run of docker.
type Session struct {
	Env
	Context context.Context
	Client  Client
	// Host is what -H said, of no use but in messages.
	Host string
}

// Wait returns when a container is as condition says.
func (s *Session) Wait(name string, condition container.WaitCondition) (container.ContainerWaitOKBody, error) {
	wait, err := s.Engine.ContainerWait(s.Context, name, condition)
	if err != nil {
		return container.ContainerWaitOKBody{}, err
	}
	return wait()
}

// NewSession fills what env leaves out.
func NewSession(ctx context.Context, env Env) *Session {
	if env.Environ == nil {
		env.Environ = func(string) string { return "" }
	}
	if env.Stdin == nil {
		env.Stdin = strings.NewReader("")
	}
	if env.Files == nil {
		env.Files = noFiles{}
	}
	if env.Now == nil {
		env.Now = func() time.Time { return time.Unix(0, 0) }
	}
	return &Session{Env: env, Context: ctx, Client: Client{env.Engine}}
}

type noFiles struct{}

func (noFiles) Dir() string         { return "/" }
func (noFiles) Editor() *vfs.Editor { return vfs.New(0).Edit() }

// BuildKit reports whether `docker build` uses BuildKit, as DOCKER_BUILDKIT
// and else the daemon say.
func (s *Session) BuildKit() (bool, error) {
	if v := s.Environ("DOCKER_BUILDKIT"); v != "" {
		on, err := parseBool(v)
		if err != nil {
			return false, Errorf("DOCKER_BUILDKIT environment variable expects boolean value: %w", err)
		}
		return on, nil
	}
	return s.Engine.Ping().BuilderVersion == "2", nil
}

// Home is where docker keeps its settings.
func (s *Session) Home() string {
	if h := s.Environ("HOME"); h != "" {
		return h
	}
	return "/root"
}
