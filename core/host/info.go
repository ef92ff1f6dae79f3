package host

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/api/types/swarm"
	timestamp "github.com/docker/docker/api/types/time"
)

// What Debian 12's package of 20.10.24 says of itself.
const (
	version       = "20.10.24+dfsg1"
	commit        = "5d6db84"
	built         = "2026-05-07T21:09:36.000000000+00:00"
	goVersion     = "go1.19.8"
	apiVersion    = "1.41"
	minAPIVersion = "1.12"
	kernel        = "6.12.0"
	operating     = "Debian GNU/Linux 12 (bookworm)"
	containerd    = "1.6.20~ds1-1+deb12u3"
	runc          = "1.1.5+ds1-1+deb12u1"
	dockerHub     = "https://index.docker.io/v1/"
)

var logDrivers = []string{"awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries", "splunk", "syslog"}

// Ping answers whether the daemon is there. That it names no builder means the
// classic one.
func (h *Host) Ping() types.Ping {
	return types.Ping{APIVersion: apiVersion, OSType: "linux"}
}

// Version returns what docker version shows of the server.
func (h *Host) Version() types.Version {
	component := func(name, version string, details map[string]string) types.ComponentVersion {
		return types.ComponentVersion{Name: name, Version: version, Details: details}
	}
	v := types.Version{
		Version: version, APIVersion: apiVersion, MinAPIVersion: minAPIVersion, GitCommit: commit,
		GoVersion: goVersion, Os: "linux", Arch: "amd64", KernelVersion: kernel, BuildTime: built,
		Components: []types.ComponentVersion{
			component("Engine", version, map[string]string{
				"GitCommit": commit, "ApiVersion": apiVersion, "MinAPIVersion": minAPIVersion, "GoVersion": goVersion,
				"Os": "linux", "Arch": "amd64", "BuildTime": built, "KernelVersion": kernel, "Experimental": "false",
			}),
			component("containerd", "1.6.20~ds1", map[string]string{"GitCommit": containerd}),
			component("runc", "1.1.5+ds1", map[string]string{"GitCommit": runc}),
			component("docker-init", "0.19.0", map[string]string{"GitCommit": ""}),
		},
	}
	return v
}

// Info returns what docker info shows of the server.
func (h *Host) Info() types.Info {
	s := h.State()
	info := types.Info{
		ID: s.Settings.ID, Name: s.Settings.Name, Images: s.Store.ImageCount(), Containers: s.Containers.Len(),
		Driver: "overlay2",
		DriverStatus: [][2]string{
			{"Backing Filesystem", "extfs"}, {"Supports d_type", "true"}, {"Native Overlay Diff", "true"}, {"userxattr", "false"},
		},
		Plugins: types.PluginsInfo{
			Volume:  []string{"local"},
			Network: []string{"bridge", "host", "ipvlan", "macvlan", "null", "overlay"},
			Log:     logDrivers,
		},
		MemoryLimit: true, SwapLimit: true, KernelMemory: true, KernelMemoryTCP: true, OomKillDisable: true, CPUCfsPeriod: true, CPUCfsQuota: true, CPUShares: true, CPUSet: true, PidsLimit: true,
		IPv4Forwarding: true, BridgeNfIptables: true, BridgeNfIP6tables: true,
		SystemTime:    time.Unix(0, s.Clock).UTC().Format(time.RFC3339Nano),
		LoggingDriver: "json-file", CgroupDriver: "cgroupfs", CgroupVersion: "1",
		KernelVersion: kernel, OperatingSystem: operating, OSVersion: "12", OSType: "linux", Architecture: "x86_64",
		IndexServerAddress: dockerHub,
		RegistryConfig:     s.registries(),
		NCPU:               s.Settings.NCPU, MemTotal: s.Settings.Memory, DockerRootDir: root, Labels: append([]string{}, s.Settings.Labels...),
		ServerVersion: version,
		Runtimes: map[string]types.Runtime{
			"io.containerd.runc.v2": {Path: "runc"}, "io.containerd.runtime.v1.linux": {Path: "runc"}, "runc": {Path: "runc"},
		},
		DefaultRuntime: "runc", InitBinary: "docker-init",
		Swarm:            swarm.Info{LocalNodeState: swarm.LocalNodeStateInactive},
		ContainerdCommit: types.Commit{ID: containerd, Expected: containerd},
		RuncCommit:       types.Commit{ID: runc, Expected: runc},
		SecurityOptions:  []string{"name=seccomp,profile=default"},
		NFd:              24, NGoroutines: 37,
	}
	for _, c := range s.Containers.All() {
		switch {
		case c.State.Paused:
			info.ContainersPaused++
		case c.State.Running:
			info.ContainersRunning++
		default:
			info.ContainersStopped++
		}
	}
	return info
}

// registries returns how the daemon is told to reach registries.
func (s *State) registries() *registry.ServiceConfig {
	loopback := registry.NetIPNet(net.IPNet{IP: net.IP{127, 0, 0, 0}, Mask: net.CIDRMask(8, 32)})
	mirrors := make([]string, len(s.Settings.Mirrors))
	for n, m := range s.Settings.Mirrors {
		mirrors[n] = strings.TrimSuffix(m, "/") + "/"
	}
	return &registry.ServiceConfig{
		AllowNondistributableArtifactsCIDRs:     []*registry.NetIPNet{},
		AllowNondistributableArtifactsHostnames: []string{},
		InsecureRegistryCIDRs:                   []*registry.NetIPNet{&loopback},
		IndexConfigs: map[string]*registry.IndexInfo{
			"docker.io": {Name: "docker.io", Mirrors: mirrors, Secure: true, Official: true},
		},
		Mirrors: mirrors,
	}
}

// Events returns the events that are remembered and pass the options.
func (h *Host) Events(options types.EventsOptions) ([]events.Message, error) {
	s := h.State()
	now := time.Unix(0, s.Clock).UTC()
	limit := func(name, text string) (at int64, set bool, err error) {
		if text == "" {
			return 0, false, nil
		}
		t, err := timestamp.GetTimestamp(text, now)
		if err == nil {
			var seconds, nanoseconds int64
			if seconds, nanoseconds, err = timestamp.ParseTimestamps(t, 0); err == nil {
				return seconds*1e9 + nanoseconds, true, nil
			}
		}
		return 0, false, Errorf(400, "invalid value for %q: %s", name, err)
	}
	since, from, err := limit("since", options.Since)
	if err != nil {
		return nil, err
	}
	until, to, err := limit("until", options.Until)
	if err != nil {
		return nil, err
	}
	if from && to && until < since {
		return nil, Errorf(400, "`since` time (%s) cannot be after `until` time (%s)", options.Since, options.Until)
	}
	var list []events.Message
	if s.events == nil {
		return nil, nil
	}
	for i := s.events.Iterator(); !i.Done(); {
		_, m := i.Next()
		if from && m.TimeNano < since || to && m.TimeNano > until || !passes(options, *m) {
			continue
		}
		list = append(list, *m)
	}
	return list, nil
}

// passes reports whether an event is one that the options' filters ask for.
func passes(options types.EventsOptions, m events.Message) bool {
	f := options.Filters
	object := func(kind string) bool {
		if !f.Contains(kind) {
			return true
		}
		if m.Type != kind {
			return false
		}
		return f.ExactMatch(kind, m.Actor.ID) || f.ExactMatch(kind, m.Actor.Attributes["name"]) ||
			slices.ContainsFunc(f.Get(kind), func(v string) bool { return strings.HasPrefix(m.Actor.ID, v) })
	}
	imageOf := func() bool {
		if !f.Contains("image") {
			return true
		}
		names := []string{m.Actor.ID, m.Actor.Attributes["name"]}
		if m.Type == events.ContainerEventType {
			names = []string{m.Actor.Attributes["image"]}
		}
		return slices.ContainsFunc(names, func(n string) bool {
			plain, _, _ := strings.Cut(n, ":")
			return n != "" && (f.ExactMatch("image", n) || f.ExactMatch("image", plain))
		})
	}
	action, _, _ := strings.Cut(m.Action, ":")
	return (!f.Contains("event") || f.ExactMatch("event", m.Action) || f.ExactMatch("event", action)) &&
		(!f.Contains("type") || f.ExactMatch("type", m.Type)) &&
		(!f.Contains("scope") || f.ExactMatch("scope", m.Scope)) &&
		(!f.Contains("label") || f.MatchKVList("label", m.Actor.Attributes)) &&
		object(events.ContainerEventType) && object(events.VolumeEventType) && object(events.NetworkEventType) && imageOf()
}

// RegistryLogin asks a registry whether it lets somebody in. The registries that
// are reached from here let everybody.
func (h *Host) RegistryLogin(_ context.Context, auth types.AuthConfig) (registry.AuthenticateOKBody, error) {
	server := strings.TrimSuffix(auth.ServerAddress, "/")
	if server == "" || strings.Contains(server, "docker.io") {
		return registry.AuthenticateOKBody{}, Errorf(500, "nothing to log in to: Docker Hub is not reached from here, and the registries that are ask for no login")
	}
	_, address, ok := strings.Cut(server, "://")
	if !ok {
		address = server
	}
	if _, err := h.net.Network().Push(address, "x"); err != nil {
		return registry.AuthenticateOKBody{}, &Error{500, err.Error()}
	}
	return registry.AuthenticateOKBody{Status: "Login Succeeded"}, nil
}
