package host

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/blkiodev"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/strslice"
	"github.com/opencontainers/go-digest"

	containers "layerlab.dev/core/container"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

var containerName = regexp.MustCompile(`^` + volumeChars + `+$`)

// ContainerCreate makes a container of an image.
func (h *Host) ContainerCreate(_ context.Context, config *container.Config, hostConfig *container.HostConfig, networks *network.NetworkingConfig, platform, name string) (container.ContainerCreateCreatedBody, error) {
	body := container.ContainerCreateCreatedBody{Warnings: []string{}}
	if config == nil {
		return body, Errorf(400, "Config cannot be empty in order to create a container")
	}
	err := h.Change(func(c *Change) error {
		n, warnings, err := c.makeContainer(containers.Clone(config), hostConfig, networks, platform, name)
		if err != nil {
			return err
		}
		body.ID = n.ID
		body.Warnings = append(body.Warnings, warnings...)
		return nil
	})
	return body, err
}

// makeContainer makes a container.
func (c *Change) makeContainer(config *container.Config, given *container.HostConfig, networks *network.NetworkingConfig, wanted, name string) (*Container, []string, error) {
	hc := container.HostConfig{}
	if given != nil {
		hc = *given
	}
	if p := hc.PidsLimit; p != nil && *p <= 0 {
		hc.PidsLimit = nil // both 0 and less mean that there is none
	}
	warnings, err := verify(&c.State, config, &hc)
	if err != nil {
		return nil, nil, &Error{400, err.Error()}
	}
	if networks != nil && len(networks.EndpointsConfig) > 1 {
		return nil, nil, Errorf(400, "Container cannot be connected to network endpoints: %s", strings.Join(sortedKeys(networks.EndpointsConfig), ", "))
	}
	adapt(&hc)
	var lower vfs.Tree
	var id, chain digest.Digest
	now := c.Now()
	if config.Image != "" {
		i, err := c.FindImage(config.Image)
		if err != nil {
			return nil, nil, err
		}
		if wanted != "" {
			p, err := platform(wanted)
			if err != nil {
				return nil, nil, err
			}
			if p.OS != i.Document.OS || p.Architecture != i.Document.Architecture {
				return nil, nil, Errorf(404, "image with reference %s was found but does not match the specified platform: wanted %s/%s, actual: %s/%s",
					config.Image, p.OS, p.Architecture, i.Document.OS, i.Document.Architecture)
			}
		}
		if i.Document.Config != nil {
			containers.Merge(config, i.Document.Config)
		}
		if lower, err = c.Store.Tree(i.Chain); err != nil {
			return nil, nil, &Error{500, err.Error()}
		}
		lower = lower.At(now)
		id, chain = i.ID, i.Chain
	} else {
		lower = vfs.New(now)
	}
	if len(config.Entrypoint) == 1 && config.Entrypoint[0] == "" {
		config.Entrypoint = nil
	}
	if len(config.Entrypoint) == 0 && len(config.Cmd) == 0 {
		return nil, nil, Errorf(400, "No command specified")
	}
	if config.Labels == nil {
		config.Labels = map[string]string{}
	}
	n := &Container{ID: c.Random.ID(), Created: time.Unix(0, now).UTC(), Config: config, Host: &hc, Image: id, Platform: "linux",
		State: types.ContainerState{Status: "created", StartedAt: never, FinishedAt: never}}
	if name == "" {
		n.Name = c.DrawName()
	} else {
		plain := strings.TrimPrefix(name, "/")
		if !containerName.MatchString(plain) {
			return nil, nil, Errorf(400, "Invalid container name (%s), only %s are allowed", name, volumeChars)
		}
		n.Name = plain
		if other, ok := c.ContainerNames.Get(plain); ok {
			return nil, nil, nameTaken(plain, other)
		}
	}
	if config.Hostname == "" {
		if config.Hostname = n.ID[:12]; hc.NetworkMode.IsHost() {
			config.Hostname = c.Settings.Name
		}
	}
	command := append(append([]string{}, config.Entrypoint...), config.Cmd...)
	n.Path, n.Args = command[0], append([]string{}, command[1:]...)
	if len(config.Entrypoint) == 0 {
		config.Entrypoint = strslice.StrSlice(nil)
	}
	next, m, err := c.Store.AddMount(n.ID, chain, &c.Random, now)
	if err != nil {
		return nil, nil, &Error{500, err.Error()}
	}
	c.Store = next
	files := containers.NewFiles(lower)
	files, err = files.MakeWorkdir(config.WorkingDir)
	if err != nil {
		return nil, nil, &Error{500, strings.Replace(err.Error(), "mkdir /", "mkdir "+path.Join(overlayRoot(m.MountID), "merged")+"/", 1)}
	}
	n.Lower, n.Tree = files.Lower, files.Tree
	points, err := c.mountPoints(n)
	if err != nil {
		return nil, nil, err
	}
	n.Mounts = []types.MountPoint{}
	for _, p := range points {
		c.fill(n, p)
		if p.Type == mount.TypeBind && p.make {
			c.makeSource(p.Source)
		}
		n.Mounts = append(n.Mounts, p.MountPoint)
	}
	c.connect(n, networks)
	if err := c.PutContainer(n); err != nil {
		return nil, nil, err
	}
	c.logContainer("create", n.ID, nil)
	c.Clock = max(c.Clock, files.Tree.Now())
	return n, warnings, nil
}

// makeSource makes the directory of a bind mount on the machine where it is
// missing.
func (c *Change) makeSource(at string) {
	if c.machine == nil || c.machine.Get == nil || c.machine.Put == nil {
		return
	}
	if _, err := c.machine.Get().Stat(at); err == nil {
		return
	}
	e := vfs.New(c.Now()).Edit()
	c.machine.Put(at, e.Tree().Root())
}

// connect says which networks a container is in.
func (c *Change) connect(n *Container, networks *network.NetworkingConfig) {
	if n.Host.NetworkMode == "" {
		n.Host.NetworkMode = "default"
	}
	if n.Host.NetworkMode.IsContainer() {
		return
	}
	name := networkNames(n.Host)
	e := &network.EndpointSettings{}
	if networks != nil && networks.EndpointsConfig[name] != nil {
		own := *networks.EndpointsConfig[name]
		e = &own
	}
	n.Networks = map[string]*network.EndpointSettings{name: e}
}

func nameTaken(name, id string) error {
	return Errorf(409, "Conflict. The container name %q is already in use by container %q. You have to remove (or rename) that container to be able to reuse that name.", "/"+name, id)
}

const minMemory = 6 << 20

// verify checks what the client asks for (daemon/container.go
// verifyContainerSettings, daemon/daemon_unix.go).
func verify(s *State, config *container.Config, h *container.HostConfig) (warnings []string, err error) {
	switch {
	case config.WorkingDir != "" && !strings.HasPrefix(config.WorkingDir, "/"):
		return nil, fmt.Errorf("the working directory '%s' is invalid, it needs to be an absolute path", config.WorkingDir)
	case config.StopSignal != "" && proc.Signal(config.StopSignal) <= 0:
		return nil, fmt.Errorf("Invalid signal: %s", config.StopSignal)
	}
	for _, env := range config.Env {
		if env == "" || env[0] == '=' {
			return nil, fmt.Errorf("invalid environment variable: %s", env)
		}
	}
	if hc := config.Healthcheck; hc != nil {
		for _, x := range []struct {
			name string
			d    time.Duration
		}{{"Interval", hc.Interval}, {"Timeout", hc.Timeout}} {
			if x.d != 0 && x.d < container.MinimumDuration {
				return nil, fmt.Errorf("%s in Healthcheck cannot be less than %s", x.name, container.MinimumDuration)
			}
		}
		if hc.Retries < 0 {
			return nil, fmt.Errorf("Retries in Healthcheck cannot be negative")
		}
		if hc.StartPeriod != 0 && hc.StartPeriod < container.MinimumDuration {
			return nil, fmt.Errorf("StartPeriod in Healthcheck cannot be less than %s", container.MinimumDuration)
		}
	}
	if h.AutoRemove && !h.RestartPolicy.IsNone() {
		return nil, fmt.Errorf("can't create 'AutoRemove' container with restart policy")
	}
	for _, m := range h.Mounts {
		if _, err := parseMount(m); err != nil {
			return nil, err
		}
		if m.Type == mount.TypeBind && s.machine != nil && s.machine.Get != nil {
			if _, err := s.machine.Get().Stat(m.Source); err != nil {
				return nil, fmt.Errorf("invalid mount config for type \"bind\": bind source path does not exist: %s", m.Source)
			}
		}
	}
	if d := h.LogConfig.Type; d != "" && d != "none" && !slices.Contains(logDrivers, d) {
		return nil, fmt.Errorf("error looking up logging plugin %s: plugin %q not found", d, d)
	}
	switch p := h.RestartPolicy; p.Name {
	case "always", "unless-stopped", "no":
		if p.MaximumRetryCount != 0 {
			return nil, fmt.Errorf("maximum retry count cannot be used with restart policy '%s'", p.Name)
		}
	case "on-failure":
		if p.MaximumRetryCount < 0 {
			return nil, fmt.Errorf("maximum retry count cannot be negative")
		}
	case "":
	default:
		return nil, fmt.Errorf("invalid restart policy '%s'", p.Name)
	}
	for _, list := range []struct {
		name string
		caps []string
	}{{"CapAdd", h.CapAdd}, {"CapDrop", h.CapDrop}} {
		for _, c := range list.caps {
			if !knownCapability(c) {
				return nil, fmt.Errorf("invalid %s: unknown capability: %q", list.name, "CAP_"+strings.TrimPrefix(strings.ToUpper(c), "CAP_"))
			}
		}
	}
	if !h.Isolation.IsValid() {
		return nil, fmt.Errorf("Invalid isolation: %q - linux only supports 'default'", h.Isolation)
	}
	if err := verifyResources(s, &h.Resources, &warnings); err != nil {
		return nil, err
	}
	switch {
	case h.ShmSize < 0:
		return nil, fmt.Errorf("SHM size can not be less than 0")
	case h.OomScoreAdj < -1000 || h.OomScoreAdj > 1000:
		return nil, fmt.Errorf("Invalid value %d, range for oom score adj is [-1000, 1000]", h.OomScoreAdj)
	}
	if h.NetworkMode.IsHost() && len(h.PortBindings) > 0 {
		warnings = append(warnings, "Published ports are discarded when using host network mode")
	}
	if h.Runtime == "" {
		h.Runtime = "runc"
	}
	if h.Runtime != "runc" && !strings.HasPrefix(h.Runtime, "io.containerd.") {
		return nil, fmt.Errorf("Unknown runtime specified %s", h.Runtime)
	}
	for at := range h.Tmpfs {
		if path.Clean(at) == "/" {
			return nil, fmt.Errorf("invalid specification: destination can't be '/'")
		}
		if !strings.HasPrefix(at, "/") {
			return nil, fmt.Errorf("invalid mount path: '%s' mount path must be absolute", at)
		}
	}
	if !h.CgroupnsMode.Valid() {
		return nil, fmt.Errorf("invalid cgroup namespace mode: %v", h.CgroupnsMode)
	}
	for _, l := range h.Links {
		name, _, _ := strings.Cut(l, ":")
		if _, err := s.Container(name); err != nil {
			return nil, fmt.Errorf("could not get container for %s: %w", name, err)
		}
	}
	return warnings, nil
}

func verifyResources(s *State, r *container.Resources, warnings *[]string) error {
	if r.MemorySwappiness != nil && *r.MemorySwappiness == -1 {
		r.MemorySwappiness = nil
	}
	switch {
	case r.Memory != 0 && r.Memory < minMemory:
		return fmt.Errorf("Minimum memory limit allowed is 6MB")
	case r.Memory > 0 && r.MemorySwap > 0 && r.MemorySwap < r.Memory:
		return fmt.Errorf("Minimum memoryswap limit should be larger than memory limit, see usage")
	case r.Memory == 0 && r.MemorySwap > 0:
		return fmt.Errorf("You should always set the Memory limit when using Memoryswap limit, see usage")
	case r.MemorySwappiness != nil && (*r.MemorySwappiness < 0 || *r.MemorySwappiness > 100):
		return fmt.Errorf("Invalid value: %v, valid memory swappiness range is 0-100", *r.MemorySwappiness)
	case r.MemoryReservation > 0 && r.MemoryReservation < minMemory:
		return fmt.Errorf("Minimum memory reservation allowed is 6MB")
	case r.Memory > 0 && r.Memory < r.MemoryReservation:
		return fmt.Errorf("Minimum memory limit can not be less than memory reservation limit, see usage")
	case r.NanoCPUs > 0 && r.CPUPeriod > 0:
		return fmt.Errorf("Conflicting options: Nano CPUs and CPU Period cannot both be set")
	case r.NanoCPUs > 0 && r.CPUQuota > 0:
		return fmt.Errorf("Conflicting options: Nano CPUs and CPU Quota cannot both be set")
	case r.NanoCPUs < 0 || r.NanoCPUs > int64(s.Settings.NCPU)*1e9:
		return fmt.Errorf("Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available", s.Settings.NCPU, s.Settings.NCPU)
	case r.CPUPeriod != 0 && (r.CPUPeriod < 1000 || r.CPUPeriod > 1000000):
		return fmt.Errorf("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)")
	case r.CPUQuota > 0 && r.CPUQuota < 1000:
		return fmt.Errorf("CPU cfs quota can not be less than 1ms (i.e. 1000)")
	case r.BlkioWeight > 0 && (r.BlkioWeight < 10 || r.BlkioWeight > 1000):
		return fmt.Errorf("Range of blkio weight is from 10 to 1000")
	case r.IOMaximumBandwidth != 0 || r.IOMaximumIOps != 0:
		return fmt.Errorf("Invalid QoS settings: linux does not support Maximum IO Bandwidth or Maximum IO IOps")
	}
	if r.KernelMemory > 0 {
		*warnings = append(*warnings, "Specifying a kernel memory limit is deprecated and will be removed in a future release.")
		if r.KernelMemory < minMemory {
			return fmt.Errorf("Minimum kernel memory limit allowed is 6MB")
		}
	}
	return nil
}

// adapt fills in what the daemon decides (adaptContainerSettings).
func adapt(h *container.HostConfig) {
	if h.Memory > 0 && h.MemorySwap == 0 {
		h.MemorySwap = h.Memory * 2
	}
	if p := h.PidsLimit; p != nil && *p <= 0 {
		h.PidsLimit = nil // which is no limit
	}
	if h.ShmSize == 0 {
		h.ShmSize = 64 << 20
	}
	if h.IpcMode.IsEmpty() {
		h.IpcMode = "private"
	}
	if h.CgroupnsMode.IsEmpty() {
		h.CgroupnsMode = "host"
	}
	if h.OomKillDisable == nil {
		no := false
		h.OomKillDisable = &no
	}
	if h.LogConfig.Type == "" {
		h.LogConfig.Type = "json-file"
	}
	if h.LogConfig.Config == nil {
		h.LogConfig.Config = map[string]string{}
	}
	if h.BlkioWeightDevice == nil {
		h.BlkioWeightDevice = []*blkiodev.WeightDevice{}
	}
	if !h.Privileged {
		if h.MaskedPaths == nil {
			h.MaskedPaths = []string{"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
				"/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"}
		}
		if h.ReadonlyPaths == nil {
			h.ReadonlyPaths = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}
		}
	}
}

// capabilities are those of Linux 5.9, without CAP_.
const capabilities = " AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID" +
	" IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON" +
	" SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE" +
	" SYS_TIME SYS_TTY_CONFIG WAKE_ALARM ALL "

func knownCapability(c string) bool {
	return strings.Contains(capabilities, " "+strings.TrimPrefix(strings.ToUpper(c), "CAP_")+" ")
}
