package host

import (
	"encoding/base32"
	"maps"
	"strings"
	"time"

	"github.com/benbjohnson/immutable"
	"github.com/docker/docker/api/types/events"

	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// State is a docker host at one moment. It is a value: what it points to never
// changes, so a copy is a snapshot, and going back is taking an earlier one.
// Whoever makes a new State copies what is to differ and puts the copy in.
type State struct {
	// Engine is the Docker Engine whose manners the host has.
	Engine Release
	// Store holds the images, their layers, and the containers' mounts.
	Store store.Store
	// Containers are kept by id; ContainerNames are their names, without the
	// slash, with the ids.
	Containers     store.Table[string, *Container]
	ContainerNames store.Table[string, string]
	// Execs are the commands run in containers, by id.
	Execs store.Table[string, *Exec]
	// Volumes are kept by name.
	Volumes store.Table[string, *Volume]
	// BuildCache is what BuildKit keeps, by id.
	BuildCache store.Table[string, *CacheRecord]
	// Clock is the host's time in ns since the Unix epoch. It moves by vfs.Step
	// whenever an operation looks at it.
	Clock int64
	// Random gives ids and names.
	Random   store.Random
	Settings Settings

	events *immutable.List[*events.Message]
	// due is when the next thing happens in a running container, 0 if nothing
	// does.
	due int64
	// gone are the containers that removed themselves.
	gone store.Table[string, ended]
	// machine has the files that bind mounts show.
	machine *Files
	// cacheKeys are the ids in BuildCache by what is kept.
	cacheKeys store.Table[string, string]
}

// Release is a Docker Engine.
type Release string

// The releases whose manners a host can have.
const (
	Docker20 Release = "20.10" // classic builder and BuildKit, overlay2
	Docker29 Release = "29"    // containerd's image store
)

// Settings are what is set where a host is set up.
type Settings struct {
	Name    string // the host's own
	ID      string // the daemon's
	Started int64  // when the daemon started, ns since the Unix epoch
	Mirrors []string
	Labels  []string
	// Bridge says that there is a network for containers by default; without,
	// the daemon was started with --bridge=none.
	Bridge bool
	NCPU   int
	Memory int64 // bytes

	networks store.Random // gives the ids of the networks
}

// NewState returns a host without images or containers. now is its clock, in ns
// since the Unix epoch; all that is random follows from seed.
func NewState(seed uint64, now int64) State {
	s := State{Engine: Docker20, Clock: now, Random: store.Random{Seed: seed}}
	s.Settings = Settings{
		Name: "docker-test", ID: daemonID(&s.Random), Started: now,
		Mirrors: []string{"http://localhost:5000"}, NCPU: 2, Memory: 8 << 30, networks: s.Random,
	}
	s.Random.Serial += networkCount
	return s
}

// daemonID draws the daemon's id: libtrust's fingerprint of a key, twelve groups
// of four characters of base32.
func daemonID(r *store.Random) string {
	text := base32.StdEncoding.EncodeToString(r.Bytes(30))
	var groups []string
	for ; len(text) > 0; text = text[4:] {
		groups = append(groups, text[:4])
	}
	return strings.Join(groups, ":")
}

// eventsKept is how many events a daemon remembers.
const eventsKept = 256

// Same reports whether nothing but perhaps the settings differs, by pointer.
func (s State) Same(o State) bool {
	return s.Store == o.Store && s.Containers.Same(o.Containers) && s.ContainerNames.Same(o.ContainerNames) &&
		s.Execs.Same(o.Execs) && s.Volumes.Same(o.Volumes) && s.BuildCache.Same(o.BuildCache) &&
		s.Clock == o.Clock && s.Random == o.Random && s.events == o.events && s.cacheKeys.Same(o.cacheKeys) && s.gone.Same(o.gone) && s.Engine == o.Engine
}

// Now moves the clock on and returns its time, in ns since the Unix epoch.
func (s *State) Now() int64 {
	s.Clock += vfs.Step
	return s.Clock
}

// Time is Now as a time.Time in UTC.
func (s *State) Time() time.Time { return time.Unix(0, s.Now()).UTC() }

// Log notes an event at the present time. attributes may be changed afterwards.
func (s *State) Log(kind, action, id string, attributes map[string]string) {
	now := s.Now()
	m := &events.Message{
		Type: kind, Action: action, Scope: "local", Time: now / 1e9, TimeNano: now,
		Actor: events.Actor{ID: id, Attributes: maps.Clone(attributes)},
	}
	switch kind {
	case events.ContainerEventType:
		m.Status, m.ID, m.From = action, id, attributes["image"]
	case events.ImageEventType:
		m.Status, m.ID = action, id
	}
	if s.events == nil {
		s.events = immutable.NewList[*events.Message]()
	}
	s.events = s.events.Append(m)
	if s.events.Len() > eventsKept {
		s.events = s.events.Slice(s.events.Len()-eventsKept, s.events.Len())
	}
}
