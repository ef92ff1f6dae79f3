package host

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	containers "layerlab.dev/core/container"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// Files are the files of the machine that the daemon runs on, which bind mounts
// show. Get returns them; Put puts a file or directory in the place of the one
// at a path.
type Files struct {
	Get func() vfs.Tree
	Put func(path string, n *vfs.Node)
}

// SetFiles says what bind mounts show. Without it they are refused. The
// functions must not call the Host.
func (h *Host) SetFiles(f Files) {
	h.operation.Lock()
	defer h.operation.Unlock()
	s := h.State()
	s.machine = &f
	h.put(s)
}

// mountPoint is a mount of a container in the making.
type mountPoint struct {
	types.MountPoint
	copy    bool // fill it from the image
	make    bool // make the directory on the machine where it is missing
	labels  map[string]string
	options map[string]string
}

func invalidSpec(raw string) error { return fmt.Errorf("invalid volume specification: '%s'", raw) }

var (
	modesRW     = []string{"rw", "ro"}
	modesLabel  = []string{"Z", "z"}
	modesSpread = []string{"private", "rprivate", "shared", "rshared", "slave", "rslave"}
	modesCopy   = []string{"nocopy"}
	modesSeen   = []string{"consistent", "cached", "delegated"}
)

// validMode checks the modes of a bind: one of each sort at most.
func validMode(mode string) bool {
	if mode == "" {
		return true
	}
	count := map[string]int{}
	for m := range strings.SplitSeq(mode, ",") {
		known := false
		for n, sort := range [][]string{modesRW, modesLabel, modesSpread, modesCopy, modesSeen} {
			if slices.Contains(sort, m) {
				count[fmt.Sprint(n)]++
				known = true
			}
		}
		if !known {
			return false
		}
	}
	for _, n := range count {
		if n > 1 {
			return false
		}
	}
	return true
}

func has(mode string, list []string) string {
	for m := range strings.SplitSeq(mode, ",") {
		if slices.Contains(list, m) {
			return m
		}
	}
	return ""
}

// parseBind reads SOURCE:TARGET:MODE (volume/mounts/linux_parser.go).
func parseBind(raw, driver string) (*mountPoint, error) {
	parts := strings.Split(raw, ":")
	if len(parts) > 3 || parts[0] == "" {
		return nil, invalidSpec(raw)
	}
	source, target, mode := "", parts[0], ""
	switch len(parts) {
	case 2:
		if validMode(parts[1]) {
			return nil, invalidSpec(raw)
		}
		source, target = parts[0], parts[1]
	case 3:
		source, target, mode = parts[0], parts[1], parts[2]
	}
	if !validMode(mode) {
		return nil, fmt.Errorf("invalid mode: %s", mode)
	}
	m := &mountPoint{}
	m.Type, m.Mode, m.RW = mount.TypeVolume, mode, has(mode, []string{"ro"}) == ""
	m.Destination = path.Clean(target)
	wrong := func(err error) (*mountPoint, error) { return nil, fmt.Errorf("%v: %w", invalidSpec(raw), err) }
	if target == "" {
		return wrong(errors.New("invalid mount config for type \"volume\": field Target must not be empty"))
	}
	if strings.HasPrefix(source, "/") {
		m.Type = mount.TypeBind
	}
	if m.Destination == "/" {
		return wrong(fmt.Errorf("invalid mount config for type %q: invalid specification: destination can't be '/'", m.Type))
	}
	if !strings.HasPrefix(target, "/") {
		return wrong(fmt.Errorf("invalid mount config for type %q: invalid mount path: '%s' mount path must be absolute", m.Type, target))
	}
	if m.Type == mount.TypeBind {
		m.Source = path.Clean(source)
		m.Propagation = mount.PropagationRPrivate
		if p := has(mode, modesSpread); p != "" {
			m.Propagation = mount.Propagation(p)
		}
		m.make = true
		return m, nil
	}
	if m.Name = source; m.Name == "" {
		m.Name = ""
	}
	m.Driver = driver
	if m.Driver == "" {
		m.Driver = "local"
	}
	if m.Mode == "" {
		m.Mode = "z"
	}
	m.copy = has(mode, modesCopy) == ""
	return m, nil
}

// parseMount reads a mount of the API's form.
func parseMount(spec mount.Mount) (*mountPoint, error) {
	fail := func(format string, a ...any) (*mountPoint, error) {
		return nil, fmt.Errorf("invalid mount config for type %q: %s", spec.Type, fmt.Sprintf(format, a...))
	}
	switch {
	case spec.Target == "":
		return fail("field Target must not be empty")
	case path.Clean(spec.Target) == "/":
		return fail("invalid specification: destination can't be '/'")
	case !strings.HasPrefix(spec.Target, "/"):
		return fail("invalid mount path: '%s' mount path must be absolute", spec.Target)
	}
	m := &mountPoint{}
	m.Type, m.RW, m.Destination = spec.Type, !spec.ReadOnly, path.Clean(spec.Target)
	switch spec.Type {
	case mount.TypeBind:
		switch {
		case spec.Source == "":
			return fail("field Source must not be empty")
		case spec.VolumeOptions != nil:
			return fail("field VolumeOptions must not be specified")
		case !strings.HasPrefix(spec.Source, "/"):
			return fail("invalid mount path: '%s' mount path must be absolute", spec.Source)
		}
		m.Source, m.Propagation = path.Clean(spec.Source), mount.PropagationRPrivate
		if o := spec.BindOptions; o != nil && o.Propagation != "" {
			m.Propagation = o.Propagation
		}
	case mount.TypeVolume:
		switch {
		case spec.BindOptions != nil:
			return fail("field BindOptions must not be specified")
		case spec.Source == "" && spec.ReadOnly:
			return fail("must not set ReadOnly mode when using anonymous volumes")
		}
		m.Name, m.Driver, m.copy, m.Mode = spec.Source, "local", true, "z"
		if o := spec.VolumeOptions; o != nil {
			m.copy = !o.NoCopy
			m.labels = o.Labels
			if d := o.DriverConfig; d != nil {
				m.options = d.Options
				if d.Name != "" {
					m.Driver = d.Name
				}
			}
		}
	case mount.TypeTmpfs:
		switch {
		case spec.BindOptions != nil:
			return fail("field BindOptions must not be specified")
		case spec.Source != "":
			return fail("field Source must not be specified")
		}
	default:
		return fail("mount type unknown")
	}
	return m, nil
}

// mountPoints makes the mounts of a new container, and their volumes
// (daemon/volumes.go registerMountPoints).
func (c *Change) mountPoints(n *Container) ([]*mountPoint, error) {
	points := map[string]*mountPoint{}
	for _, from := range n.Host.VolumesFrom {
		name, mode, _ := strings.Cut(from, ":")
		if name == "" {
			return nil, Errorf(400, "invalid volumes-from specification: %s", from)
		}
		if strings.Contains(from, ":") && (!validMode(mode) || has(mode, modesSpread) != "" || has(mode, modesCopy) != "") {
			return nil, Errorf(400, "invalid mode: %s", mode)
		}
		other, err := c.Container(name)
		if err != nil {
			return nil, &Error{400, err.Error()}
		}
		for _, m := range other.Mounts {
			p := &mountPoint{MountPoint: m}
			p.RW = m.RW && has(mode, []string{"ro"}) == ""
			p.Mode = ""
			points[m.Destination] = p
		}
	}
	bound := map[string]bool{}
	for _, raw := range n.Host.Binds {
		p, err := parseBind(raw, n.Host.VolumeDriver)
		if err != nil {
			return nil, &Error{500, err.Error()}
		}
		if _, tmpfs := n.Host.Tmpfs[p.Destination]; tmpfs || bound[p.Destination] {
			return nil, Errorf(400, "Duplicate mount point: %s", p.Destination)
		}
		if err := c.mountVolume(p); err != nil {
			return nil, err
		}
		bound[p.Destination] = true
		points[p.Destination] = p
	}
	for _, spec := range n.Host.Mounts {
		p, err := parseMount(spec)
		if err != nil {
			return nil, &Error{400, err.Error()}
		}
		if bound[p.Destination] {
			return nil, Errorf(400, "Duplicate mount point: %s", spec.Target)
		}
		if err := c.mountVolume(p); err != nil {
			return nil, err
		}
		bound[p.Destination] = true
		points[p.Destination] = p
	}
	for _, at := range sortedKeys(n.Config.Volumes) {
		to := path.Clean(at)
		if points[to] != nil {
			continue
		}
		if here, err := n.Tree.Stat(to); err == nil && !here.IsDir() {
			m, _ := c.Store.Mount(n.ID)
			return nil, Errorf(500, "cannot mount volume over existing file, file exists %s", path.Join(overlayRoot(m.MountID), "merged", to))
		}
		p := &mountPoint{copy: true}
		p.Type, p.Destination, p.RW, p.Driver = mount.TypeVolume, to, true, "local"
		if n.Host.VolumeDriver != "" {
			p.Driver = n.Host.VolumeDriver
		}
		if err := c.mountVolume(p); err != nil {
			return nil, err
		}
		points[to] = p
	}
	list := make([]*mountPoint, 0, len(points))
	for _, at := range sortedKeys(points) {
		list = append(list, points[at])
	}
	return list, nil
}

// overlayRoot is the directory of one layer of overlay2.
func overlayRoot(id string) string { return root + "/overlay2/" + id }

// mountVolume makes the volume of a mount point.
func (c *Change) mountVolume(p *mountPoint) error {
	if p.Type != mount.TypeVolume {
		return nil
	}
	if p.Driver != "local" {
		name := p.Name
		if name == "" {
			name = c.Random.ID()
		}
		return Errorf(404, "create %s: error looking up volume plugin %s: plugin %q not found", name, p.Driver, p.Driver)
	}
	v, err := c.attachVolume(p.Name, p.labels, p.options)
	if err != nil {
		return err
	}
	p.Name, p.Source = v.Name, v.Mountpoint()
	return nil
}

// attachVolume returns the volume of a name, which is made where it is missing.
func (c *Change) attachVolume(name string, labels, options map[string]string) (*Volume, error) {
	if v, ok := c.Volumes.Get(name); ok {
		return v, nil
	}
	v, err := c.CreateVolume(name, labels, options)
	if err != nil {
		return nil, err
	}
	c.Log("volume", "create", v.Name, map[string]string{"driver": "local"})
	return v, nil
}

// fill copies what the image has at a mount point into its volume, where that
// is empty (container.CopyImagePathContent).
func (c *Change) fill(n *Container, p *mountPoint) {
	if p.Type != mount.TypeVolume || !p.copy {
		return
	}
	v, ok := c.Volumes.Get(p.Name)
	if !ok || v.Files.Len() > 0 {
		return
	}
	at, err := n.Tree.RootPath(p.Destination)
	if err != nil {
		return
	}
	from, err := n.Tree.Lstat(at)
	if err != nil || !from.IsDir() {
		return
	}
	full := *v
	full.Files = from
	c.Volumes = c.Volumes.Set(v.Name, &full)
}

// processMounts returns what is mounted into a container while it runs.
func (s *State) processMounts(c *Container) ([]*containers.Mount, []mounted, error) {
	var list []*containers.Mount
	var what []mounted
	add := func(m *containers.Mount, w mounted) {
		w.at, w.readOnly, w.was = m.Path, m.ReadOnly, m.Node
		list, what = append(list, m), append(what, w)
	}
	for _, p := range c.Mounts {
		m := &containers.Mount{Path: p.Destination, ReadOnly: !p.RW}
		switch p.Type {
		case mount.TypeVolume:
			v, ok := s.Volumes.Get(p.Name)
			if !ok {
				return nil, nil, Errorf(404, "get %s: no such volume", p.Name)
			}
			m.Node, m.Of = v.Files, "volume "+p.Name
			add(m, mounted{volume: p.Name})
		case mount.TypeBind:
			n, err := s.bound(p)
			if err != nil {
				return nil, nil, err
			}
			m.Node, m.Of = n, "bind "+p.Source
			add(m, mounted{bind: p.Source})
		case mount.TypeTmpfs:
			m.Tmpfs, m.Node = true, s.scratch(0o1777)
			add(m, mounted{})
		}
	}
	for _, at := range sortedKeys(c.Host.Tmpfs) {
		o := c.Host.Tmpfs[at]
		mode := uint32(0o1777)
		for opt := range strings.SplitSeq(o, ",") {
			if v, ok := strings.CutPrefix(opt, "mode="); ok {
				fmt.Sscanf(v, "%o", &mode)
			}
		}
		add(&containers.Mount{Path: path.Clean(at), Tmpfs: true, Node: s.scratch(mode), ReadOnly: slices.Contains(strings.Split(o, ","), "ro")}, mounted{})
	}
	return list, what, nil
}

// scratch returns the root of an empty file system.
func (s *State) scratch(mode uint32) *vfs.Node {
	e := vfs.New(s.Clock).Edit()
	_ = e.Chmod("/", mode) // the root is there
	return e.Tree().Root()
}

// bound returns what a bind mount shows.
func (s *State) bound(p types.MountPoint) (*vfs.Node, error) {
	if s.machine == nil || s.machine.Get == nil {
		return nil, Errorf(400, "invalid mount config for type \"bind\": %s is on a machine whose files this host does not see; use a volume instead", p.Source)
	}
	n, err := s.machine.Get().Stat(p.Source)
	if err != nil {
		return nil, Errorf(400, "invalid mount config for type \"bind\": bind source path does not exist: %s", p.Source)
	}
	return n, nil
}

// kept takes over what a container left in a mount.
func (s *State) kept(c *Container, m mounted, now *vfs.Node) {
	if sameFiles(m.was, now) {
		return
	}
	var from *vfs.Node
	switch {
	case m.volume != "":
		v, ok := s.Volumes.Get(m.volume)
		if !ok || sameFiles(v.Files, now) {
			return
		}
		changed := *v
		from, changed.Files = v.Files, now
		s.Volumes = s.Volumes.Set(m.volume, &changed)
	case m.bind != "":
		if s.machine == nil || s.machine.Put == nil {
			return
		}
		here, err := s.machine.Get().Stat(m.bind)
		if err != nil || sameFiles(here, now) {
			return
		}
		from = here
		s.machine.Put(m.bind, now)
	}
	if from == nil {
		return
	}
	// Other containers see it too.
	for id, o := range s.Containers.All() {
		if id == c.ID || o.run == nil {
			continue
		}
		for _, om := range o.run.mounts {
			if om.volume == m.volume && om.bind == m.bind {
				n := *o
				n.run = o.run.with(containers.Event{At: s.Clock, Edit: func(e *vfs.Editor) error { return e.Graft(om.at, now) }})
				s.Containers = s.Containers.Set(id, &n)
				s.due = max(1, min(s.due, s.Clock))
			}
		}
	}
}

// sameFiles reports whether two nodes hold the same, whatever their inodes.
func sameFiles(a, b *vfs.Node) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil || a.Kind != b.Kind || a.Mode != b.Mode || a.UID != b.UID || a.GID != b.GID || a.MTime != b.MTime ||
		a.Target != b.Target || !maps.Equal(a.Xattrs, b.Xattrs) || a.Len() != b.Len() {
		return false
	}
	if !a.IsDir() {
		return a.Blob() == b.Blob()
	}
	for name, n := range a.Children() {
		if !sameFiles(n, b.Child(name)) {
			return false
		}
	}
	return true
}

// screen is a terminal of a size that nobody has told yet.
func screen(tty bool) *proc.Screen {
	if !tty {
		return nil
	}
	return &proc.Screen{}
}

// networkNames are the networks that a new container is in.
func networkNames(h *container.HostConfig) string {
	if h.NetworkMode.IsDefault() || h.NetworkMode == "" {
		return "bridge"
	}
	return string(h.NetworkMode)
}
