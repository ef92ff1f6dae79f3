package host

import (
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
)

// ContainerInspect returns what is known of a container, and its JSON.
func (h *Host) ContainerInspect(name string, size bool) (types.ContainerJSON, []byte, error) {
	s := h.State()
	c, err := s.Container(name)
	if err != nil {
		return types.ContainerJSON{}, nil, err
	}
	j := s.inspect(c, size)
	raw, err := document(j)
	return j, raw, err
}

func (s *State) inspect(c *Container, size bool) types.ContainerJSON {
	state := c.State
	hc := *c.Host
	hc.Links = nil
	j := types.ContainerJSON{
		ContainerJSONBase: &types.ContainerJSONBase{
			ID: c.ID, Created: stamp(c.Created), Path: c.Path, Args: c.Args, State: &state, Image: c.Image.String(), Name: "/" + c.Name,
			RestartCount: c.Restarts, Driver: "overlay2", Platform: c.Platform, HostConfig: &hc, ExecIDs: slices.Clone(c.Execs),
		},
		Mounts: c.mountList(), Config: c.Config,
		NetworkSettings: &types.NetworkSettings{
			NetworkSettingsBase: types.NetworkSettingsBase{Ports: nat.PortMap{}},
			Networks:            map[string]*network.EndpointSettings{},
		},
	}
	if len(j.ExecIDs) == 0 {
		j.ExecIDs = nil
	}
	if j.Args == nil {
		j.Args = []string{}
	}
	if state.StartedAt != never || state.Error != "" {
		dir := root + "/containers/" + c.ID
		j.ResolvConfPath, j.HostnamePath, j.HostsPath = dir+"/resolv.conf", dir+"/hostname", dir+"/hosts"
		if c.Host.LogConfig.Type == "json-file" && (state.StartedAt != never || strings.HasPrefix(state.Error, "failed to create shim task")) {
			j.LogPath = dir + "/" + c.ID + "-json.log"
		}
	}
	if c.sandbox != "" {
		j.NetworkSettings.SandboxID = c.sandbox
		j.NetworkSettings.SandboxKey = "/run/docker/netns/" + c.sandbox[:12]
		if c.Host.NetworkMode.IsHost() {
			j.NetworkSettings.SandboxKey = "/run/docker/netns/default"
		}
	}
	for name, e := range c.Networks {
		own := network.EndpointSettings{}
		if e != nil {
			own = *e
		}
		if c.sandbox != "" && !c.unconnected(s) {
			if n, err := s.Network(name); err == nil {
				own.NetworkID = n.ID
				if state.Running {
					own.EndpointID = c.sandbox[32:] + c.sandbox[:32]
				}
			}
		}
		j.NetworkSettings.Networks[name] = &own
	}
	j.GraphDriver.Name = "overlay2"
	if m, ok := s.Store.Mount(c.ID); ok {
		dir := overlayRoot(m.MountID)
		lower := []string{path.Join(overlayRoot(m.InitID), "diff")}
		if m.Parent != "" {
			for _, l := range slices.Backward(s.Store.Stack(m.Parent)) {
				lower = append(lower, path.Join(overlayRoot(l.CacheID), "diff"))
			}
		}
		j.GraphDriver.Data = map[string]string{
			"LowerDir": strings.Join(lower, ":"), "MergedDir": dir + "/merged", "UpperDir": dir + "/diff", "WorkDir": dir + "/work",
		}
	}
	if size {
		rw, all := s.sizes(c)
		j.SizeRw, j.SizeRootFs = &rw, &all
	}
	return j
}
