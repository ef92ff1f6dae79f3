package container

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/strslice"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/option"
)

// config is what `docker run` and `docker create` ask the daemon for.
type config struct {
	container *container.Config
	host      *container.HostConfig
	networks  *network.NetworkingConfig
}

// parse makes the request from flags and arguments.
func parse(s *cli.Session, c *cli.Call) (*config, error) {
	attached := c.List("attach")
	stdin := c.Bool("interactive") || slices.Contains(attached, "stdin")
	stdout := len(attached) == 0 || slices.Contains(attached, "stdout")
	stderr := len(attached) == 0 || slices.Contains(attached, "stderr")
	if mac := c.String("mac-address"); mac != "" && option.MACAddress(mac) != nil {
		return nil, fmt.Errorf("%s is not a valid mac address", mac)
	}
	if n := c.Int("memory-swappiness"); n < -1 || n > 100 {
		return nil, fmt.Errorf("invalid value: %d. Valid memory swappiness range is 0-100", n)
	}
	mounts := cli.Value[*option.Mounts](c, "mount").Values
	if len(mounts) > 0 && c.String("volume-driver") != "" {
		warn(s, "`--volume-driver` is ignored for volumes specified via `--mount`. Use `--mount type=volume,volume-driver=...` instead.")
	}
	binds, volumes := splitVolumes(c.List("volume"))
	ports, bindings, err := parsePorts(c)
	if err != nil {
		return nil, err
	}
	devices, err := parseDevices(c.List("device"))
	if err != nil {
		return nil, err
	}
	env, err := readPairs(s, c.List("env-file"), c.List("env"), s.Environ)
	if err != nil {
		return nil, err
	}
	labels, err := readPairs(s, c.List("label-file"), c.List("label"), nil)
	if err != nil {
		return nil, err
	}
	if err := checkModes(c); err != nil {
		return nil, err
	}
	restart, err := option.RestartPolicy(c.String("restart"))
	if err != nil {
		return nil, err
	}
	driver, logging := c.String("log-driver"), c.List("log-opt")
	if driver == "none" && len(logging) > 0 {
		return nil, fmt.Errorf("invalid logging opts for driver %s", driver)
	}
	security, err := parseSecurity(s, c.List("security-opt"))
	if err != nil {
		return nil, err
	}
	var masked, readonly []string
	security = slices.DeleteFunc(security, func(v string) bool {
		if v == "systempaths=unconfined" {
			masked, readonly = []string{}, []string{}
			return true
		}
		return false
	})
	for _, v := range c.List("storage-opt") {
		if !strings.Contains(v, "=") {
			return nil, errors.New("invalid storage option")
		}
	}
	health, err := parseHealth(c)
	if err != nil {
		return nil, err
	}
	conf := &container.Config{
		Hostname: c.String("hostname"), Domainname: c.String("domainname"), ExposedPorts: ports,
		User: c.String("user"), Tty: c.Bool("tty"), OpenStdin: c.Bool("interactive"),
		AttachStdin: stdin, AttachStdout: stdout, AttachStderr: stderr,
		Env: env, Image: c.Args[0], Volumes: volumes, MacAddress: c.String("mac-address"),
		WorkingDir: c.String("workdir"), Labels: option.Pairs(labels), Healthcheck: health,
	}
	if len(c.Args) > 1 {
		conf.Cmd = strslice.StrSlice(c.Args[1:])
	}
	if e := c.String("entrypoint"); e != "" || c.Changed("entrypoint") {
		conf.Entrypoint = strslice.StrSlice{e}
	}
	if c.Changed("stop-signal") {
		conf.StopSignal = c.String("stop-signal")
	}
	if c.Changed("stop-timeout") {
		n := int(c.Int("stop-timeout"))
		conf.StopTimeout = &n
	}
	nets := cli.Value[*option.Networks](c, "network")
	tmpfs := map[string]string{}
	for _, v := range c.List("tmpfs") {
		at, o, _ := strings.Cut(v, ":")
		tmpfs[at] = o
	}
	h := &container.HostConfig{
		Binds: binds, ContainerIDFile: c.String("cidfile"), OomScoreAdj: int(c.Int("oom-score-adj")),
		AutoRemove: isSet(c, "rm"), Privileged: c.Bool("privileged"), PortBindings: bindings,
		Links: c.List("link"), PublishAllPorts: c.Bool("publish-all"),
		DNS: orEmpty(c.List("dns")), DNSSearch: orEmpty(c.List("dns-search")),
		DNSOptions: orEmpty(c.List("dns-option")),
		ExtraHosts: c.List("add-host"), VolumesFrom: c.List("volumes-from"),
		IpcMode: container.IpcMode(c.String("ipc")), NetworkMode: container.NetworkMode(nets.Mode()),
		PidMode: container.PidMode(c.String("pid")), UTSMode: container.UTSMode(c.String("uts")),
		UsernsMode: container.UsernsMode(c.String("userns")), CgroupnsMode: container.CgroupnsMode(c.String("cgroupns")),
		CapAdd: c.List("cap-add"), CapDrop: c.List("cap-drop"), GroupAdd: c.List("group-add"),
		RestartPolicy: restart, SecurityOpt: security, StorageOpt: option.Pairs(c.List("storage-opt")),
		ReadonlyRootfs: c.Bool("read-only"), LogConfig: container.LogConfig{Type: driver, Config: option.Pairs(logging)},
		VolumeDriver: c.String("volume-driver"), Isolation: container.Isolation(c.String("isolation")),
		ShmSize: c.Bytes("shm-size"), Resources: resources(c), Tmpfs: tmpfs,
		Sysctls: cli.Value[*option.Map](c, "sysctl").Values, Runtime: c.String("runtime"),
		Mounts: mounts, MaskedPaths: masked, ReadonlyPaths: readonly,
	}
	h.Devices = devices
	if h.AutoRemove && !h.RestartPolicy.IsNone() {
		return nil, errors.New("Conflicting options: --restart and --rm")
	}
	if c.Changed("init") {
		on := c.Bool("init")
		h.Init = &on
	}
	if conf.OpenStdin && conf.AttachStdin {
		conf.StdinOnce = true
	}
	endpoints, err := parseNetworks(c, nets.Values)
	if err != nil {
		return nil, err
	}
	return &config{conf, h, &network.NetworkingConfig{EndpointsConfig: endpoints}}, nil
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// isSet is Bool for a flag that `docker create` does not have.
func isSet(c *cli.Call, name string) bool {
	f := c.Flags.Lookup(name)
	return f != nil && f.Value.String() == "true"
}

// splitVolumes tells mounts, SOURCE:TARGET, from volumes of a target alone.
func splitVolumes(list []string) (binds []string, volumes map[string]struct{}) {
	volumes = map[string]struct{}{}
	for _, v := range list {
		if hasSource(v) {
			if !slices.Contains(binds, v) {
				binds = append(binds, v)
			}
			continue
		}
		volumes[v] = struct{}{}
	}
	return binds, volumes
}

// hasSource reports whether a volume is SOURCE:TARGET. A letter before a colon
// is the drive of a machine that has those.
func hasSource(v string) bool {
	if len(v) <= 2 {
		return false
	}
	from := 0
	if letter := v[0] | 0x20; v[1] == ':' && letter >= 'a' && letter <= 'z' {
		from = 2
	}
	return strings.IndexByte(v[from:], ':') > 0 || from > 0 && strings.HasPrefix(v[from:], ":")
}

// readPairs gives the variables of files, and then those of flags.
func readPairs(s *cli.Session, files, flags []string, environ func(string) string) ([]string, error) {
	var all []string
	for _, name := range files {
		text, err := s.ReadFile(name)
		if err != nil {
			return nil, err
		}
		lines, err := option.ParseFile(name, text, environ)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return append(all, flags...), nil
}

func checkModes(c *cli.Call) error {
	switch {
	case !container.PidMode(c.String("pid")).Valid():
		return errors.New("--pid: invalid PID mode")
	case !container.UTSMode(c.String("uts")).Valid():
		return errors.New("--uts: invalid UTS mode")
	case !container.UsernsMode(c.String("userns")).Valid():
		return errors.New("--userns: invalid USER mode")
	case !container.CgroupnsMode(c.String("cgroupns")).Valid():
		return errors.New("--cgroupns: invalid CGROUP mode")
	}
	return nil
}

func parseHealth(c *cli.Call) (*container.HealthConfig, error) {
	command := c.String("health-cmd")
	interval, timeout, start := c.Duration("health-interval"), c.Duration("health-timeout"), c.Duration("health-start-period")
	retries := int(c.Int("health-retries"))
	any := command != "" || interval != 0 || timeout != 0 || start != 0 || retries != 0
	switch {
	case c.Bool("no-healthcheck") && any:
		return nil, errors.New("--no-healthcheck conflicts with --health-* options")
	case c.Bool("no-healthcheck"):
		return &container.HealthConfig{Test: strslice.StrSlice{"NONE"}}, nil
	case !any:
		return nil, nil
	case interval < 0:
		return nil, errors.New("--health-interval cannot be negative")
	case timeout < 0:
		return nil, errors.New("--health-timeout cannot be negative")
	case retries < 0:
		return nil, errors.New("--health-retries cannot be negative")
	case start < 0:
		return nil, errors.New("--health-start-period cannot be negative")
	}
	h := &container.HealthConfig{Interval: interval, Timeout: timeout, StartPeriod: start, Retries: retries}
	if command != "" {
		h.Test = strslice.StrSlice{"CMD-SHELL", command}
	}
	return h, nil
}

func resources(c *cli.Call) container.Resources {
	swappiness, oom, pids := c.Int("memory-swappiness"), c.Bool("oom-kill-disable"), c.Int("pids-limit")
	rates := func(name string) *option.Rates { return cli.Value[*option.Rates](c, name) }
	return container.Resources{
		CgroupParent: c.String("cgroup-parent"),
		Memory:       c.Bytes("memory"), MemoryReservation: c.Bytes("memory-reservation"),
		MemorySwap: option.Swap(c.Flags.Lookup("memory-swap").Value), MemorySwappiness: &swappiness,
		KernelMemory: c.Bytes("kernel-memory"), OomKillDisable: &oom,
		NanoCPUs:  int64(*cli.Value[*option.CPUs](c, "cpus")),
		CPUShares: c.Int("cpu-shares"), CPUPeriod: c.Int("cpu-period"), CPUQuota: c.Int("cpu-quota"),
		CPURealtimePeriod: c.Int("cpu-rt-period"), CPURealtimeRuntime: c.Int("cpu-rt-runtime"),
		CpusetCpus: c.String("cpuset-cpus"), CpusetMems: c.String("cpuset-mems"), PidsLimit: &pids,
		BlkioWeight:         uint16(c.Int("blkio-weight")),
		BlkioWeightDevice:   cli.Value[*option.Weights](c, "blkio-weight-device").Values,
		BlkioDeviceReadBps:  rates("device-read-bps").Values,
		BlkioDeviceWriteBps: rates("device-write-bps").Values,
		BlkioDeviceReadIOps: rates("device-read-iops").Values, BlkioDeviceWriteIOps: rates("device-write-iops").Values,
		Ulimits:           cli.Value[*option.Ulimits](c, "ulimit").List(),
		DeviceCgroupRules: c.List("device-cgroup-rule"),
		DeviceRequests:    cli.Value[*option.GPUs](c, "gpus").Values,
	}
}

// parseNetworks gives the endpoints that need saying: the first network's
// options may come from flags of their own.
func parseNetworks(c *cli.Call, list []option.Network) (map[string]*network.EndpointSettings, error) {
	endpoints := map[string]*network.EndpointSettings{}
	user, builtin := false, false
	aliases := c.List("network-alias")
	for i, n := range list {
		if container.NetworkMode(n.Target).IsUserDefined() {
			user = true
		} else {
			builtin = true
		}
		if i == 0 {
			if err := firstNetwork(c, &n, aliases); err != nil {
				return nil, err
			}
		}
		e, err := endpoint(n)
		if err != nil {
			return nil, err
		}
		if _, ok := endpoints[n.Target]; ok {
			return nil, fmt.Errorf("network %q is specified multiple times", n.Target)
		}
		if len(list) == 1 && reflect.DeepEqual(*e, network.EndpointSettings{}) {
			continue
		}
		endpoints[n.Target] = e
	}
	if user && builtin {
		return nil, errors.New("conflicting options: cannot attach both user-defined and non-user-defined network-modes")
	}
	return endpoints, nil
}

func firstNetwork(c *cli.Call, n *option.Network, aliases []string) error {
	links, ip4, ip6 := c.List("link"), c.String("ip"), c.String("ip6")
	switch {
	case len(n.Aliases) > 0 && len(aliases) > 0:
		return errors.New("conflicting options: cannot specify both --network-alias and per-network alias")
	case len(n.Links) > 0 && len(links) > 0:
		return errors.New("conflicting options: cannot specify both --link and per-network links")
	case n.IPv4Address != "" && ip4 != "":
		return errors.New("conflicting options: cannot specify both --ip and per-network IPv4 address")
	case n.IPv6Address != "" && ip6 != "":
		return errors.New("conflicting options: cannot specify both --ip6 and per-network IPv6 address")
	}
	if len(aliases) > 0 {
		n.Aliases = aliases
	}
	if len(links) > 0 {
		n.Links = links
	}
	if ip4 != "" {
		n.IPv4Address = ip4
	}
	if ip6 != "" {
		n.IPv6Address = ip6
	}
	if local := c.List("link-local-ip"); len(local) > 0 {
		n.LinkLocalIPs = local
	}
	return nil
}

func endpoint(n option.Network) (*network.EndpointSettings, error) {
	if strings.TrimSpace(n.Target) == "" {
		return nil, errors.New("no name set for network")
	}
	if !container.NetworkMode(n.Target).IsUserDefined() {
		if len(n.Aliases) > 0 {
			return nil, errors.New("network-scoped aliases are only supported for user-defined networks")
		}
		if len(n.Links) > 0 {
			return nil, errors.New("links are only supported for user-defined networks")
		}
	}
	e := &network.EndpointSettings{Links: n.Links, DriverOpts: maps.Clone(n.DriverOpts)}
	e.Aliases = append(e.Aliases, n.Aliases...)
	if n.IPv4Address != "" || n.IPv6Address != "" || len(n.LinkLocalIPs) > 0 {
		e.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: n.IPv4Address, IPv6Address: n.IPv6Address, LinkLocalIPs: n.LinkLocalIPs}
	}
	return e, nil
}
