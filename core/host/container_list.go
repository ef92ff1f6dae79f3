package host

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
	units "github.com/docker/go-units"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
)

// byTime returns the containers, the newest first.
func (s *State) byTime() []*Container {
	list := make([]*Container, 0, s.Containers.Len())
	for _, c := range s.Containers.All() {
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b *Container) int { return b.Created.Compare(a.Created) })
	return list
}

var stateNames = []string{"paused", "restarting", "removing", "running", "dead", "created", "exited"}
var healthNames = []string{"none", "starting", "healthy", "unhealthy"}

// ContainerList lists containers, the newest first (daemon/list.go).
func (h *Host) ContainerList(o types.ContainerListOptions) ([]types.Container, error) {
	s := h.State()
	f := o.Filters
	if err := validFilters(f, "ancestor", "before", "exited", "id", "isolation", "label", "name", "status", "health", "since",
		"volume", "network", "is-task", "publish", "expose"); err != nil {
		return nil, err
	}
	var exited []int
	for _, v := range sorted(f, "exited") {
		code, err := strconv.Atoi(v)
		if err != nil {
			return nil, &Error{500, err.Error()}
		}
		exited = append(exited, code)
	}
	for _, v := range sorted(f, "status") {
		if !slices.Contains(stateNames, v) {
			return nil, Errorf(400, "Invalid filter 'status=%s'", v)
		}
		o.All = true
	}
	if f.Contains("is-task") && !f.ExactMatch("is-task", "true") && !f.ExactMatch("is-task", "false") {
		return nil, wrongFilter(f, "is-task")
	}
	for _, v := range sorted(f, "health") {
		if !slices.Contains(healthNames, v) {
			return nil, Errorf(400, "Unrecognised filter value for health: %s", v)
		}
	}
	var before, since *Container
	for name, to := range map[string]**Container{"before": &before, "since": &since} {
		for _, v := range sorted(f, name) {
			c, err := s.Container(v)
			if err != nil {
				return nil, Errorf(500, "no such container %s", v)
			}
			*to = c
		}
	}
	ancestors := map[digest.Digest]bool{}
	for _, v := range f.Get("ancestor") {
		if i, err := s.FindImage(v); err == nil {
			s.descend(i.ID, ancestors)
		}
	}
	published, err := portFilter(f, "publish")
	if err != nil {
		return nil, err
	}
	exposed, err := portFilter(f, "expose")
	if err != nil {
		return nil, err
	}
	list := []types.Container{}
	for _, c := range s.byTime() {
		if before != nil {
			if c.ID == before.ID {
				before = nil
			}
			continue
		}
		if since != nil && c.ID == since.ID {
			break
		}
		if !c.State.Running && !o.All && o.Limit <= 0 {
			continue
		}
		if !f.Match("name", "/"+c.Name) && !f.Match("name", c.Name) || !f.Match("id", c.ID) || f.ExactMatch("is-task", "true") && f.Contains("is-task") ||
			!f.MatchKVList("label", c.Config.Labels) {
			continue
		}
		if o.Limit > 0 && len(list) == o.Limit {
			break
		}
		switch {
		case len(exited) > 0 && (!slices.Contains(exited, c.State.ExitCode) || c.State.Running || c.State.StartedAt == never),
			!f.Match("status", c.State.Status), !f.ExactMatch("health", c.health()),
			f.Contains("volume") && !c.mounts(f.Get("volume")),
			f.Contains("ancestor") && !ancestors[c.Image],
			f.Contains("network") && !c.inNetwork(f.Get("network")),
			len(published) > 0 || len(exposed) > 0:
			continue
		}
		list = append(list, s.summary(c, o.Size))
	}
	return list, nil
}

func sorted(f filters.Args, name string) []string { return slices.Sorted(slices.Values(f.Get(name))) }

// portFilter reads PORT[-PORT][/PROTOCOL].
func portFilter(f filters.Args, name string) (map[nat.Port]bool, error) {
	ports := map[nat.Port]bool{}
	for _, v := range f.Get(name) {
		if strings.Contains(v, ":") {
			return nil, Errorf(500, "filter for '%s' should not contain ':': %s", name, v)
		}
		proto, port := nat.SplitProtoPort(v)
		low, high, ranged := strings.Cut(port, "-")
		if !ranged {
			high = low
		}
		start, err := strconv.ParseUint(low, 10, 16)
		end := start
		if err == nil {
			end, err = strconv.ParseUint(high, 10, 16)
		}
		if err == nil && end < start {
			err = fmt.Errorf("Invalid range specified for the Port: %s", port)
		}
		if err != nil {
			return nil, Errorf(500, "error while looking up for %s %s: %s", name, v, err)
		}
		for n := start; n <= end; n++ {
			ports[nat.Port(fmt.Sprintf("%d/%s", n, proto))] = true
		}
	}
	return ports, nil
}

func (s *State) descend(id digest.Digest, into map[digest.Digest]bool) {
	if into[id] {
		return
	}
	into[id] = true
	for _, child := range s.Store.Children(id) {
		s.descend(child, into)
	}
}

func (c *Container) mounts(values []string) bool {
	for _, v := range values {
		for _, m := range c.Mounts {
			if m.Destination == v || m.Name == v || m.Name == "" && m.Source == v {
				return true
			}
		}
	}
	return false
}

func (c *Container) inNetwork(values []string) bool {
	for _, v := range values {
		if c.Networks[v] != nil {
			return true
		}
		for _, e := range c.Networks {
			if e != nil && strings.HasPrefix(e.NetworkID, v) {
				return true
			}
		}
	}
	return false
}

func (c *Container) health() string {
	if c.State.Health == nil {
		return types.NoHealthcheck
	}
	return c.State.Health.Status
}

// summary returns what the API says of a container in a list.
func (s *State) summary(c *Container, size bool) types.Container {
	t := types.Container{
		ID: c.ID, Names: []string{"/" + c.Name}, Image: c.Config.Image, ImageID: c.Image.String(), Command: c.command(),
		Created: c.Created.Unix(), Ports: []types.Port{}, Labels: c.Config.Labels, State: c.State.Status, Status: s.status(c),
		Mounts: c.mountList(), NetworkSettings: &types.SummaryNetworkSettings{Networks: map[string]*network.EndpointSettings{}},
	}
	t.HostConfig.NetworkMode = string(c.Host.NetworkMode)
	for name, e := range c.Networks {
		own := network.EndpointSettings{}
		if e != nil {
			own = network.EndpointSettings{EndpointID: e.EndpointID, Gateway: e.Gateway, IPAddress: e.IPAddress, IPPrefixLen: e.IPPrefixLen,
				IPv6Gateway: e.IPv6Gateway, GlobalIPv6Address: e.GlobalIPv6Address, GlobalIPv6PrefixLen: e.GlobalIPv6PrefixLen,
				MacAddress: e.MacAddress, NetworkID: e.NetworkID, IPAMConfig: e.IPAMConfig}
		}
		t.NetworkSettings.Networks[name] = &own
	}
	if t.Image != c.Image.String() {
		if i, err := s.FindImage(t.Image); err != nil || i.ID != c.Image {
			t.Image = c.Image.String()
		}
	}
	if size {
		t.SizeRw, t.SizeRootFs = s.sizes(c)
	}
	return t
}

// mountList returns the mounts as the API shows them.
func (c *Container) mountList() []types.MountPoint {
	list := append([]types.MountPoint{}, c.Mounts...)
	return list
}

// command is what the container runs, in one line.
func (c *Container) command() string {
	text := c.Path
	for _, a := range c.Args {
		if strings.Contains(a, " ") {
			a = "'" + a + "'"
		}
		text += " " + a
	}
	return text
}

// status is how the container is, in words (container/state.go String).
func (s *State) status(c *Container) string {
	ago := func(text string) string {
		t, _ := time.Parse(time.RFC3339Nano, text)
		return units.HumanDuration(time.Unix(0, s.Clock).Sub(t))
	}
	st := c.State
	switch {
	case st.Running && st.Paused:
		return "Up " + ago(st.StartedAt) + " (Paused)"
	case st.Running && st.Restarting:
		return fmt.Sprintf("Restarting (%d) %s ago", st.ExitCode, ago(st.FinishedAt))
	case st.Running && st.Health != nil:
		return "Up " + ago(st.StartedAt) + " (" + st.Health.Status + ")"
	case st.Running:
		return "Up " + ago(st.StartedAt)
	case st.Dead:
		return "Dead"
	case st.StartedAt == never:
		return "Created"
	case st.FinishedAt == never:
		return ""
	}
	return fmt.Sprintf("Exited (%d) %s ago", st.ExitCode, ago(st.FinishedAt))
}

// sizes returns how much the container wrote, and that with its image, in bytes.
func (s *State) sizes(c *Container) (rw, all int64) {
	rw = upperSize(c)
	all = rw
	if i, ok := s.Store.Image(c.Image); ok {
		all += i.Size
	}
	return rw, all
}

// upperSize sums the files of a container's upper directory, as the daemon does.
func upperSize(c *Container) int64 {
	var sum int64
	for _, x := range layer.Upper(c.Lower, c.Tree, nil) {
		if x.Node != nil && !x.Node.IsDir() && x.LinkTo == "" {
			sum += x.Node.Size()
		}
	}
	return sum
}
