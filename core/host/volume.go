package host

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"

	"layerlab.dev/core/vfs"
)

// Volume is a volume of the local driver. It is a value once it is in a State.
type Volume struct {
	Name    string
	Created time.Time
	Labels  map[string]string
	Options map[string]string
	// Anonymous says that no one named it.
	Anonymous bool
	// Files are what is in it: the root of a tree, to be mounted.
	Files *vfs.Node
}

// Mountpoint returns the volume's directory on the host.
func (v *Volume) Mountpoint() string { return root + "/volumes/" + v.Name + "/_data" }

// size sums what the volume holds, as the daemon does: hard links count once,
// symbolic links with the length of what they name.
func (v *Volume) size() int64 { return size(v.Files) }

func size(n *vfs.Node) int64 {
	seen := map[uint64]bool{}
	var sum int64
	var walk func(*vfs.Node)
	walk = func(n *vfs.Node) {
		if n == nil {
			return
		}
		if n.IsDir() {
			for _, c := range n.Children() {
				walk(c)
			}
			return
		}
		if n.Linked() {
			if seen[n.Ino()] {
				return
			}
			seen[n.Ino()] = true
		}
		sum += n.Size()
	}
	walk(n)
	return sum
}

const volumeChars = `[a-zA-Z0-9][a-zA-Z0-9_.-]`

var volumeName = regexp.MustCompile(`^` + volumeChars + `+$`)

// CreateVolume adds a volume of the local driver, or returns the one that has
// the name; without a name it is anonymous.
func (s *State) CreateVolume(name string, labels, options map[string]string) (*Volume, error) {
	v := &Volume{Name: name, Labels: labels, Options: options}
	if name == "" {
		v.Name, v.Anonymous = s.Random.ID(), true
	}
	if old, ok := s.Volumes.Get(v.Name); ok {
		return old, nil
	}
	fail := func(status int, format string, a ...any) (*Volume, error) {
		return nil, Errorf(status, "create %s: %s", v.Name, fmt.Sprintf(format, a...))
	}
	if len(v.Name) == 1 {
		return fail(400, "volume name is too short, names should be at least two alphanumeric characters")
	}
	if !volumeName.MatchString(v.Name) {
		return fail(400, "%q includes invalid characters for a local volume name, only %q are allowed. If you intended to pass a host directory, use absolute path", v.Name, volumeChars)
	}
	for _, o := range sortedKeys(options) {
		if !slices.Contains([]string{"type", "o", "device", "size"}, o) {
			return fail(400, "invalid option: %q", o)
		}
	}
	for _, need := range [][]string{{"device", "type"}, {"type", "device"}, {"o", "device", "type"}} {
		if _, ok := options[need[0]]; !ok {
			continue
		}
		for _, o := range need[1:] {
			if _, ok := options[o]; !ok {
				return fail(400, "missing required option: %q", o)
			}
		}
	}
	v.Created = s.Time()
	v.Files = vfs.New(v.Created.UnixNano()).Root()
	s.Volumes = s.Volumes.Set(v.Name, v)
	return v, nil
}

// VolumeUsers returns the ids of the containers that a volume is mounted in.
func (s *State) VolumeUsers(name string) []string {
	var ids []string
	for id, c := range s.Containers.All() {
		if slices.ContainsFunc(c.Mounts, func(m types.MountPoint) bool { return m.Type == "volume" && m.Name == name }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// RemoveVolume takes a volume away that no container uses.
func (s *State) RemoveVolume(name string) error {
	v, ok := s.Volumes.Get(name)
	if !ok {
		return Errorf(404, "get %s: no such volume", name)
	}
	if users := s.VolumeUsers(name); len(users) > 0 {
		return Errorf(409, "remove %s: volume is in use - [%s]", name, strings.Join(users, ", "))
	}
	s.Volumes = s.Volumes.Delete(name)
	s.Log(events.VolumeEventType, "destroy", v.Name, map[string]string{"driver": "local"})
	return nil
}

// summary returns what the API says of a volume.
func (v *Volume) summary() types.Volume {
	return types.Volume{
		Name: v.Name, Driver: "local", Scope: "local", Labels: v.Labels, Options: v.Options,
		Mountpoint: v.Mountpoint(), CreatedAt: v.Created.Format(time.RFC3339),
	}
}

// VolumeList lists volumes by name.
func (h *Host) VolumeList(f filters.Args) (volume.VolumeListOKBody, error) {
	s := h.State()
	list := volume.VolumeListOKBody{Volumes: []*types.Volume{}}
	if err := validFilters(f, "dangling", "name", "driver", "label"); err != nil {
		return list, err
	}
	var used, dangling bool
	if f.Contains("dangling") {
		dangling = f.ExactMatch("dangling", "true") || f.ExactMatch("dangling", "1")
		used = !dangling
		if used && !f.ExactMatch("dangling", "false") && !f.ExactMatch("dangling", "0") {
			return list, wrongFilter(f, "dangling")
		}
	}
	for name, v := range s.Volumes.All() {
		if drivers := f.Get("driver"); len(drivers) > 0 && !slices.Contains(drivers, "local") {
			continue
		}
		if f.Contains("name") && !f.Match("name", name) || !matchLabels(f, v.Labels) {
			continue
		}
		if (used || dangling) && used != (len(s.VolumeUsers(name)) > 0) {
			continue
		}
		sum := v.summary()
		list.Volumes = append(list.Volumes, &sum)
	}
	return list, nil
}

// VolumeInspect returns what is known of a volume, and its JSON.
func (h *Host) VolumeInspect(name string) (types.Volume, []byte, error) {
	s := h.State()
	v, ok := s.Volumes.Get(name)
	if !ok {
		return types.Volume{}, nil, Errorf(404, "get %s: no such volume", name)
	}
	sum := v.summary()
	raw, err := document(sum)
	return sum, raw, err
}

// VolumeCreate makes a volume, or returns the one of that name.
func (h *Host) VolumeCreate(options volume.VolumeCreateBody) (types.Volume, error) {
	var sum types.Volume
	err := h.Change(func(c *Change) error {
		if d := options.Driver; d != "" && d != "local" {
			name := options.Name
			if name == "" {
				name = c.Random.ID()
			}
			return Errorf(404, "create %s: error looking up volume plugin %s: plugin %q not found", name, d, d)
		}
		v, err := c.CreateVolume(options.Name, options.Labels, options.DriverOpts)
		if err != nil {
			return err
		}
		c.Log(events.VolumeEventType, "create", v.Name, map[string]string{"driver": "local"})
		sum = v.summary()
		return nil
	})
	return sum, err
}

// VolumeRemove removes a volume that no container uses; with force a missing
// one is no error.
func (h *Host) VolumeRemove(name string, force bool) error {
	return h.Change(func(c *Change) error {
		if _, ok := c.Volumes.Get(name); !ok && force {
			return nil
		}
		return c.RemoveVolume(name)
	})
}

// VolumesPrune removes the volumes that no container uses, those with mount
// options excepted.
func (h *Host) VolumesPrune(f filters.Args) (types.VolumesPruneReport, error) {
	report := types.VolumesPruneReport{VolumesDeleted: []string{}}
	err := h.Change(func(c *Change) error {
		if err := validFilters(f, "label", "label!"); err != nil {
			return err
		}
		for name, v := range c.Volumes.All() {
			if len(v.Options) > 0 || !matchLabels(f, v.Labels) || len(c.VolumeUsers(name)) > 0 {
				continue
			}
			c.Volumes = c.Volumes.Delete(name)
			report.SpaceReclaimed += uint64(v.size())
			report.VolumesDeleted = append(report.VolumesDeleted, name)
		}
		c.Log(events.VolumeEventType, "prune", "", map[string]string{"reclaimed": fmt.Sprint(report.SpaceReclaimed)})
		return nil
	})
	return report, err
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
