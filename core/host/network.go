package host

import (
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/network"
)

// Network is a network that a host has: host and none, and bridge where it is
// set up.
type Network struct{ Name, Driver, ID string }

// networkCount is how many networks there are.
const networkCount = 3

// networks returns those of the host, by name. None of them leads anywhere.
func (s *State) networks() []Network {
	names := []string{"bridge", "host", "none"}
	drivers := []string{"bridge", "host", "null"}
	list := make([]Network, 0, len(names))
	for n, name := range names {
		if name == "bridge" && !s.Settings.Bridge {
			continue
		}
		// The ids are drawn from the seed, before all others.
		r := s.Settings.networks
		r.Serial += uint64(n)
		list = append(list, Network{name, drivers[n], r.ID()})
	}
	return list
}

// Network returns the network that name means: a name, or the beginning of an
// id.
func (s *State) Network(name string) (Network, error) {
	var found []Network
	for _, n := range s.networks() {
		if n.Name == name || n.ID == name {
			return n, nil
		}
		if name != "" && strings.HasPrefix(n.ID, name) {
			found = append(found, n)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Network{}, Errorf(404, "network %s not found", name)
	}
	return Network{}, Errorf(400, "%d matches found based on ID prefix: network %s is ambiguous", len(found), name)
}

// resource returns what the API says of a network.
func (s *State) resource(n Network) types.NetworkResource {
	r := types.NetworkResource{
		Name: n.Name, ID: n.ID, Created: time.Unix(0, s.Settings.Started).UTC(), Scope: "local", Driver: n.Driver,
		IPAM:       network.IPAM{Driver: "default", Config: []network.IPAMConfig{}},
		Containers: map[string]types.EndpointResource{}, Options: map[string]string{}, Labels: map[string]string{},
	}
	if n.Name == "bridge" {
		r.IPAM.Config = []network.IPAMConfig{{Subnet: "172.17.0.0/16", Gateway: "172.17.0.1"}}
		r.Options = map[string]string{
			"com.docker.network.bridge.default_bridge":       "true",
			"com.docker.network.bridge.enable_icc":           "true",
			"com.docker.network.bridge.enable_ip_masquerade": "true",
			"com.docker.network.bridge.host_binding_ipv4":    "0.0.0.0",
			"com.docker.network.bridge.name":                 "docker0",
			"com.docker.network.driver.mtu":                  "1500",
		}
	}
	return r
}

// NetworkList lists the networks by name.
func (h *Host) NetworkList(options types.NetworkListOptions) ([]types.NetworkResource, error) {
	s := h.State()
	f := options.Filters
	if err := validFilters(f, "dangling", "driver", "id", "label", "name", "scope", "type"); err != nil {
		return nil, err
	}
	dangling := false
	if values := f.Get("dangling"); len(values) > 1 {
		return nil, Errorf(400, `got more than one value for filter key "dangling"`)
	} else if len(values) == 1 {
		switch values[0] {
		case "0", "false":
		case "1", "true":
			dangling = true
		default:
			return nil, Errorf(400, `invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`)
		}
	}
	list := []types.NetworkResource{}
	for _, n := range s.networks() {
		if f.Contains("driver") && !f.ExactMatch("driver", n.Driver) ||
			f.Contains("name") && !f.Match("name", n.Name) ||
			f.Contains("id") && !f.Match("id", n.ID) ||
			f.Contains("label") && !f.MatchKVList("label", nil) ||
			f.Contains("scope") && !f.ExactMatch("scope", "local") {
			continue
		}
		if f.Contains("type") {
			kinds := f.Get("type")
			if i := slices.IndexFunc(kinds, func(k string) bool { return k != "builtin" && k != "custom" }); i >= 0 {
				return nil, Errorf(500, "invalid filter: 'type'='%s'", kinds[i])
			}
			if !slices.Contains(kinds, "builtin") {
				continue
			}
		}
		if dangling {
			continue
		}
		list = append(list, s.resource(n))
	}
	return list, nil
}

// NetworkInspect returns what is known of a network, and its JSON.
func (h *Host) NetworkInspect(name string, _ types.NetworkInspectOptions) (types.NetworkResource, []byte, error) {
	s := h.State()
	n, err := s.Network(name)
	if err != nil {
		return types.NetworkResource{}, nil, err
	}
	r := s.resource(n)
	raw, err := document(r)
	return r, raw, err
}
