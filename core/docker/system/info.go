package system

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types"
	units "github.com/docker/go-units"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

// clientInfo is the client as `docker info` tells it.
type clientInfo struct {
	Debug    bool
	Context  string
	Plugins  []struct{}
	Warnings []string
}

// info is what a template of `docker info` sees.
type info struct {
	*types.Info  `json:",omitempty"`
	ServerErrors []string    `json:",omitempty"`
	ClientInfo   *clientInfo `json:",omitempty"`
	ClientErrors []string    `json:",omitempty"`
}

func runSystemInfo(s *cli.Session, c *cli.Call) error {
	i := s.Engine.Info()
	all := info{Info: &i, ClientInfo: &clientInfo{Context: "default", Plugins: []struct{}{}}}
	if format := c.String("format"); format != "" {
		t, err := formatter.Parse(format)
		if err != nil {
			return cli.StatusError{Status: "template parsing error: " + err.Error(), Code: 64}
		}
		err = t.Execute(s.Stdout, all)
		io.WriteString(s.Stdout, "\n")
		if err != nil {
			return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), "type system.info", "type system.info"))
		}
		return nil
	}
	fmt.Fprintln(s.Stdout, "Client:\n Context:    default\n Debug Mode: false\n\nServer:")
	printInfo(s.Stdout, i)
	printWarnings(s.Stderr, i)
	return nil
}

func printInfo(w io.Writer, i types.Info) {
	line := func(label string, value any) { fmt.Fprintln(w, label+":", value) }
	some := func(label, value string) {
		if value != "" {
			line(label, value)
		}
	}
	line(" Containers", i.Containers)
	line("  Running", i.ContainersRunning)
	line("  Paused", i.ContainersPaused)
	line("  Stopped", i.ContainersStopped)
	line(" Images", i.Images)
	some(" Server Version", i.ServerVersion)
	some(" Storage Driver", i.Driver)
	for _, p := range i.DriverStatus {
		line("  "+p[0], p[1])
	}
	some(" Logging Driver", i.LoggingDriver)
	some(" Cgroup Driver", i.CgroupDriver)
	some(" Cgroup Version", i.CgroupVersion)
	fmt.Fprintln(w, " Plugins:")
	line("  Volume", strings.Join(i.Plugins.Volume, " "))
	line("  Network", strings.Join(i.Plugins.Network, " "))
	if len(i.Plugins.Authorization) > 0 {
		line("  Authorization", strings.Join(i.Plugins.Authorization, " "))
	}
	line("  Log", strings.Join(i.Plugins.Log, " "))
	line(" Swarm", i.Swarm.LocalNodeState)
	if len(i.Runtimes) > 0 {
		line(" Runtimes", strings.Join(slices.Sorted(maps.Keys(i.Runtimes)), " "))
		line(" Default Runtime", i.DefaultRuntime)
	}
	line(" Init Binary", i.InitBinary)
	for _, x := range []struct {
		name string
		types.Commit
	}{{"containerd", i.ContainerdCommit}, {"runc", i.RuncCommit}, {"init", i.InitCommit}} {
		text := x.ID
		if x.ID != x.Expected {
			text += " (expected: " + x.Expected + ")"
		}
		line(" "+x.name+" version", text)
	}
	if options, err := types.DecodeSecurityOptions(i.SecurityOptions); err == nil && len(options) > 0 {
		fmt.Fprintln(w, " Security Options:")
		for _, o := range options {
			fmt.Fprintln(w, "  "+o.Name)
			for _, kv := range o.Options {
				if kv.Key == "profile" {
					line("   Profile", kv.Value)
				}
			}
		}
	}
	some(" Kernel Version", i.KernelVersion)
	some(" Operating System", i.OperatingSystem)
	some(" OSType", i.OSType)
	some(" Architecture", i.Architecture)
	line(" CPUs", i.NCPU)
	line(" Total Memory", units.BytesSize(float64(i.MemTotal)))
	some(" Name", i.Name)
	some(" ID", i.ID)
	line(" Docker Root Dir", i.DockerRootDir)
	line(" Debug Mode", i.Debug)
	if i.Debug {
		line("  File Descriptors", i.NFd)
		line("  Goroutines", i.NGoroutines)
		line("  System Time", i.SystemTime)
		line("  EventsListeners", i.NEventsListener)
	}
	some(" HTTP Proxy", i.HTTPProxy)
	some(" HTTPS Proxy", i.HTTPSProxy)
	some(" No Proxy", i.NoProxy)
	some(" Registry", i.IndexServerAddress)
	if i.Labels != nil {
		fmt.Fprintln(w, " Labels:")
		for _, l := range i.Labels {
			fmt.Fprintln(w, "  "+l)
		}
	}
	line(" Experimental", i.ExperimentalBuild)
	if r := i.RegistryConfig; r != nil {
		if len(r.InsecureRegistryCIDRs) > 0 || len(r.IndexConfigs) > 0 {
			fmt.Fprintln(w, " Insecure Registries:")
			for _, name := range slices.Sorted(maps.Keys(r.IndexConfigs)) {
				if !r.IndexConfigs[name].Secure {
					fmt.Fprintln(w, "  "+r.IndexConfigs[name].Name)
				}
			}
			for _, n := range r.InsecureRegistryCIDRs {
				ones, _ := n.Mask.Size()
				fmt.Fprintf(w, "  %s/%d\n", n.IP, ones)
			}
		}
		if len(r.Mirrors) > 0 {
			fmt.Fprintln(w, " Registry Mirrors:")
			for _, m := range r.Mirrors {
				fmt.Fprintln(w, "  "+m)
			}
		}
	}
	line(" Live Restore Enabled", i.LiveRestoreEnabled)
	some(" Product License", i.ProductLicense)
	if len(i.DefaultAddressPools) > 0 {
		fmt.Fprintln(w, " Default Address Pools:")
		for _, p := range i.DefaultAddressPools {
			fmt.Fprintf(w, "   Base: %s, Size: %d\n", p.Base, p.Size)
		}
	}
	fmt.Fprintln(w)
}

// printWarnings tells what the daemon warns of, or else what it does not have.
func printWarnings(w io.Writer, i types.Info) {
	options, err := types.DecodeSecurityOptions(i.SecurityOptions)
	if err == nil {
		for _, o := range options {
			for _, kv := range o.Options {
				if o.Name == "seccomp" && kv.Key == "profile" && kv.Value != "default" && kv.Value != "builtin" {
					fmt.Fprintln(w, "WARNING: You're not using the default seccomp profile")
				}
			}
		}
	}
	if len(i.Warnings) > 0 {
		fmt.Fprintln(w, strings.Join(i.Warnings, "\n"))
		return
	}
	backing := ""
	for _, p := range i.DriverStatus {
		if p[0] == "Backing Filesystem" {
			backing = p[1]
		}
	}
	for _, p := range i.DriverStatus {
		switch {
		case p[0] == "Data loop file":
			fmt.Fprintf(w, "WARNING: %s: usage of loopback devices is strongly discouraged for production use.\n         Use `--storage-opt dm.thinpooldev` to specify a custom block storage device.\n", i.Driver)
		case p[0] == "Supports d_type" && p[1] == "false":
			fmt.Fprintf(w, "WARNING: %s: the backing %s filesystem is formatted without d_type support, which leads to incorrect behavior.\n", i.Driver, backing)
			if backing == "xfs" {
				fmt.Fprintln(w, "         Reformat the filesystem with ftype=1 to enable d_type support.")
			}
			fmt.Fprintln(w, "         Running without d_type support will not be supported in future releases.")
		}
	}
	for _, x := range []struct {
		there bool
		text  string
	}{
		{i.MemoryLimit, "No memory limit support"},
		{i.SwapLimit, "No swap limit support"},
		{i.OomKillDisable || i.CgroupVersion == "2", "No oom kill disable support"},
		{i.CPUCfsQuota, "No cpu cfs quota support"},
		{i.CPUCfsPeriod, "No cpu cfs period support"},
		{i.CPUShares, "No cpu shares support"},
		{i.CPUSet, "No cpuset support"},
		{i.IPv4Forwarding, "IPv4 forwarding is disabled"},
		{i.BridgeNfIptables, "bridge-nf-call-iptables is disabled"},
		{i.BridgeNfIP6tables, "bridge-nf-call-ip6tables is disabled"},
	} {
		if !x.there {
			fmt.Fprintln(w, "WARNING:", x.text)
		}
	}
}
