package remote

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/api"
	"layerlab.dev/core/vfs"
)

// DockerIO is the domain of names that have none, Hub the address where its
// registry is.
const (
	DockerIO = "docker.io"
	Hub      = "registry-1.docker.io"
)

// Network says what is where. It is immutable; the zero Network has nothing.
type Network struct {
	services map[string]service
	states   map[string]registry.State // by the address that served it first
	mirrors  []string

	nameserver string
	down       bool // the nameserver does not answer
}

// service is what listens at an address.
type service struct {
	registry string // key of states; "" for one that denies everything
	rate     int64
}

// New returns a network in which nothing listens.
func New() Network { return Network{nameserver: "192.0.2.53"} }

func (n Network) with(address string, s service) Network {
	n.services = maps.Clone(n.services)
	if n.services == nil {
		n.services = map[string]service{}
	}
	n.services[address] = s
	return n
}

// Serve puts a registry at an address, "localhost:5000".
func (n Network) Serve(address string, s registry.State) Network {
	return n.with(address, service{registry: address}).keep(address, s)
}

func (n Network) keep(key string, s registry.State) Network {
	n.states = maps.Clone(n.states)
	if n.states == nil {
		n.states = map[string]registry.State{}
	}
	n.states[key] = s
	return n
}

// Forward puts the registry of another address at this one too, behind a link
// of rate bytes a second each way; 0 is as fast as can be.
func (n Network) Forward(address, to string, rate int64) Network {
	return n.with(address, service{registry: n.services[to].registry, rate: rate})
}

// Deny puts a registry at an address that lets nobody do anything.
func (n Network) Deny(address string) Network { return n.with(address, service{}) }

// Close takes away what listens at an address. Its registry is forgotten where
// no other address leads to it.
func (n Network) Close(address string) Network {
	key := n.services[address].registry
	n.services = maps.Clone(n.services)
	delete(n.services, address)
	for _, s := range n.services {
		if s.registry == key {
			return n
		}
	}
	n.states = maps.Clone(n.states)
	delete(n.states, key)
	return n
}

// Mirrors sets where images of docker.io are looked for first (the daemon's
// registry-mirrors), as addresses.
func (n Network) Mirrors(addresses ...string) Network {
	n.mirrors = slices.Clone(addresses)
	return n
}

// Nameserver sets the server that does not know the names that are none. One
// that cannot be reached says so instead.
func (n Network) Nameserver(ip string, reachable bool) Network {
	n.nameserver, n.down = ip, !reachable
	return n
}

// Registry returns the registry at an address.
func (n Network) Registry(address string) (registry.State, bool) {
	s, ok := n.services[address]
	state, kept := n.states[s.registry]
	return state, ok && kept && s.registry != ""
}

// With puts a registry back that was changed, for all addresses that lead to
// it. An address without a registry gets it.
func (n Network) With(address string, s registry.State) Network {
	if _, ok := n.Registry(address); !ok {
		return n.Serve(address, s)
	}
	return n.keep(n.services[address].registry, s)
}

// At sets the clocks of all registries, nanoseconds since the Unix epoch.
func (n Network) At(now int64) Network {
	n.states = maps.Clone(n.states)
	for key, s := range n.states {
		n.states[key] = s.At(now)
	}
	return n
}

// Addresses returns where something listens, in order.
func (n Network) Addresses() []string { return slices.Sorted(maps.Keys(n.services)) }

// DialError reports an address where nothing answers.
type DialError struct {
	Scheme string // of the last attempt
	Host   string // as it was asked for, with the port if one was given
	// Unknown says that the name is none; else it was refused, or unreachable.
	Unknown bool
	Reason  string // "dial tcp 127.0.0.1:5009: connect: connection refused"
}

// Error gives it as dockerd 20.10 does, of the first request that a client
// makes.
func (e *DialError) Error() string {
	return fmt.Sprintf("Get \"%s://%s/v2/\": %s", e.Scheme, e.Host, e.Reason)
}

// dial finds what listens at an address. local addresses are tried without TLS
// in the end, as dockerd does with all of 127.0.0.0/8.
func (n Network) dial(address string) (service, error) {
	if s, ok := n.services[address]; ok {
		return s, nil
	}
	host, port := address, ""
	if i := strings.LastIndexByte(address, ':'); i >= 0 && !strings.HasSuffix(address, "]") {
		host, port = address[:i], address[i+1:]
	}
	host = strings.Trim(host, "[]")
	ip, err := netip.ParseAddr(host)
	if host == "localhost" {
		ip, err = netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	e := &DialError{Scheme: "https", Host: address}
	defaultPort := "443"
	if err == nil && ip.IsLoopback() {
		e.Scheme, defaultPort = "http", "80"
	}
	if port == "" {
		port = defaultPort
	}
	switch {
	case err != nil:
		e.Unknown = true
		e.Reason = fmt.Sprintf("dial tcp: lookup %s on %s:53: no such host", host, n.nameserver)
		if n.down {
			e.Reason = fmt.Sprintf("dial tcp: lookup %s on %s:53: dial udp %s:53: connect: network is unreachable", host, n.nameserver, n.nameserver)
		}
	case ip.IsLoopback():
		e.Reason = fmt.Sprintf("dial tcp %s: connect: connection refused", hostPort(ip, port))
	default:
		e.Reason = fmt.Sprintf("dial tcp %s: connect: network is unreachable", hostPort(ip, port))
	}
	return service{}, e
}

func hostPort(ip netip.Addr, port string) string {
	if ip.Is6() {
		return "[" + ip.String() + "]:" + port
	}
	return ip.String() + ":" + port
}

// Do sends a request to the host it names, port included, and returns the
// answer with the network after it. The error is a *DialError.
func (n Network) Do(r api.Request) (Network, *api.Response, error) {
	s, err := n.dial(r.Host)
	if err != nil {
		return n, nil, err
	}
	if s.registry == "" {
		return n, denied(r), nil
	}
	next, res := api.Serve(n.states[s.registry], r)
	return n.keep(s.registry, next), res, nil
}

// denied is the answer of a registry that denies everything: it admits only
// that it is one.
func denied(r api.Request) *api.Response {
	if r.Path == "/v2/" {
		return api.Plain(200, "application/json", vfs.String("{}"))
	}
	return api.Plain(403, "application/json", vfs.String(`{"errors":[{"code":"DENIED","message":"`+registry.Denied.Message+`"}]}`))
}
