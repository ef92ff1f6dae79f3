package host

import (
	"time"

	"github.com/benbjohnson/immutable"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/host/name"
	"layerlab.dev/core/vfs"
)

// Container is a container of a State. It is a value once it is in one: whoever
// changes it puts a changed copy in its place.
type Container struct {
	ID      string
	Name    string // without a slash
	Created time.Time
	Path    string // the program, and what it is given
	Args    []string
	// Config is what it was created with, merged with the image's config.
	Config *container.Config
	Host   *container.HostConfig
	// Networks are the networks it is in, by name.
	Networks map[string]*network.EndpointSettings
	Image    digest.Digest // id of its image; empty for FROM scratch
	Platform string
	State    types.ContainerState
	Restarts int

	// Lower is what its image and the layer of mount points hold, Tree the
	// union with what the container wrote. Its directories are those of the
	// store's Mount of the same id.
	Lower, Tree vfs.Tree
	Mounts      []types.MountPoint
	// Log is what its main process wrote while it was logged.
	Log   *immutable.List[LogLine]
	Execs []string // ids
	// Build says that a build made it for one step.
	Build bool

	run  *run // while it runs
	last *run // the one before
	// logged is how many pieces of the run's output are in Log, or were dropped.
	logged  int
	begun   [2]string // lines of stdout and stderr that have no end yet
	sandbox string    // id of its network namespace
	// astray says that the daemon has no such namespace: it made none when it
	// started a container again whose network is not there, but kept the id.
	astray bool
	// stopped says that it was stopped by hand, so that no policy restarts it.
	stopped bool
}

// LogLine is what a process wrote at one time, as the json-file driver keeps it.
type LogLine struct {
	Stream string // stdout or stderr
	Text   string // with its newline, or cut after 16 KiB
	Time   time.Time
}

// Exec is a command that is run in a container.
type Exec struct {
	ID        string
	Container string // id
	Config    types.ExecConfig
	Running   bool
	ExitCode  *int
	Pid       int
	User      string

	started bool
}

// Container returns the container that called means: a whole id, a name or the
// beginning of an id, in this order.
func (s *State) Container(called string) (*Container, error) {
	if called == "" {
		return nil, Errorf(404, "page not found") // its name is part of the address
	}
	if c, ok := s.Containers.Get(called); ok {
		return c, nil
	}
	plain := called
	if plain[0] == '/' {
		plain = plain[1:]
	}
	if id, ok := s.ContainerNames.Get(plain); ok {
		if c, ok := s.Containers.Get(id); ok {
			return c, nil
		}
	}
	var found *Container
	for _, c := range s.Containers.WithPrefix(called) {
		if found != nil {
			return nil, Errorf(500, "Multiple IDs found with provided prefix: %s", called)
		}
		found = c
	}
	if found == nil {
		return nil, Errorf(404, "No such container: %s", called)
	}
	return found, nil
}

// PutContainer adds a container, or a changed copy in its place. Its name must
// be free or its own.
func (s *State) PutContainer(c *Container) error {
	if id, ok := s.ContainerNames.Get(c.Name); ok && id != c.ID {
		return Errorf(409, "Conflict. The container name %q is already in use by container %q. You have to remove (or rename) that container to be able to reuse that name.", "/"+c.Name, id)
	}
	if old, ok := s.Containers.Get(c.ID); ok && old.Name != c.Name {
		s.ContainerNames = s.ContainerNames.Delete(old.Name)
	}
	s.Containers = s.Containers.Set(c.ID, c)
	s.ContainerNames = s.ContainerNames.Set(c.Name, c.ID)
	return nil
}

// DropContainer takes a container, its read-write layer and its execs away. It
// looks at no conditions, and leaves volumes alone.
func (s *State) DropContainer(id string) {
	c, ok := s.Containers.Get(id)
	if !ok {
		return
	}
	for _, e := range c.Execs {
		s.Execs = s.Execs.Delete(e)
	}
	s.Containers = s.Containers.Delete(id)
	s.ContainerNames = s.ContainerNames.Delete(c.Name)
	s.Store, _ = s.Store.RemoveMount(id)
}

// DrawName draws a name for a container that no other has.
func (s *State) DrawName() string {
	return name.Draw(s.Random.Below, func(n string) bool {
		_, taken := s.ContainerNames.Get(n)
		return taken
	})
}

// using returns the first container, by id, that was made from an image and
// for which also holds.
func (s *State) using(image digest.Digest, also func(*Container) bool) *Container {
	for _, c := range s.Containers.All() {
		if c.Image == image && (also == nil || also(c)) {
			return c
		}
	}
	return nil
}
