package system

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/versions"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

// clientVersion is the client as `docker version` tells it.
type clientVersion struct {
	Platform          struct{ Name string } `json:",omitempty"`
	Version           string
	APIVersion        string `json:"ApiVersion"`
	DefaultAPIVersion string `json:"DefaultAPIVersion,omitempty"`
	GitCommit         string
	GoVersion         string
	Os                string
	Arch              string
	BuildTime         string `json:",omitempty"`
	Context           string
	Experimental      bool `json:",omitempty"`
}

// negotiated is the version of the API that client and daemon both speak.
func negotiated(daemon string) string {
	if daemon == "" || versions.GreaterThan(daemon, "1.41") {
		return "1.41"
	}
	return daemon
}

// versionInfo is what a template of `docker version` sees.
type versionInfo struct {
	Client clientVersion
	Server *types.Version
}

// ServerOK reports whether the daemon answered.
func (v versionInfo) ServerOK() bool { return v.Server != nil }

func ansic(v string) string {
	if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
		return t.Format(time.ANSIC)
	}
	return v
}

func runVersion(s *cli.Session, c *cli.Call) error {
	server := s.Engine.Version()
	v := versionInfo{
		Client: clientVersion{
			Version: "20.10.24+dfsg1", APIVersion: negotiated(s.Engine.Ping().APIVersion), DefaultAPIVersion: "1.41", GitCommit: "297e128",
			GoVersion: "go1.19.8", Os: "linux", Arch: "amd64", BuildTime: "Thu May  7 21:09:36 2026",
			Context: "default", Experimental: true,
		},
		Server: &server,
	}
	if s.Version == "29" {
		v.Client = clientVersion{
			Version: "29.10.0", APIVersion: server.APIVersion, DefaultAPIVersion: "1.57", GitCommit: "ffffff0",
			GoVersion: "go1.26.8", Os: "linux", Arch: "amd64", BuildTime: "Thu Oct  1 00:00:00 2026", Context: "default",
		}
		v.Client.Platform.Name = server.Platform.Name
	}
	server.Components = slices.Clone(server.Components)
	engine := false
	for i, x := range server.Components {
		if x.Name == "Engine" {
			engine = true
			x.Details = maps.Clone(x.Details)
			if built, ok := x.Details["BuildTime"]; ok {
				x.Details["BuildTime"] = ansic(built)
			}
			server.Components[i] = x
		}
	}
	if !engine {
		server.Components = append(server.Components, types.ComponentVersion{
			Name: "Engine", Version: server.Version,
			Details: map[string]string{
				"ApiVersion": server.APIVersion, "MinAPIVersion": server.MinAPIVersion, "GitCommit": server.GitCommit,
				"GoVersion": server.GoVersion, "Os": server.Os, "Arch": server.Arch,
				"BuildTime": ansic(server.BuildTime), "Experimental": fmt.Sprint(server.Experimental),
			},
		})
	}
	if format := c.String("format"); format != "" {
		t, err := formatter.Parse(format)
		if err != nil {
			text := strings.Replace(err.Error(), "template: :", "template: version:", 1)
			return cli.StatusError{Status: "template parsing error: " + text, Code: 64}
		}
		w := tabwriter.NewWriter(s.Stdout, 20, 1, 1, ' ', 0)
		err = t.Execute(w, v)
		fmt.Fprintln(w)
		w.Flush()
		if err != nil {
			text := strings.Replace(err.Error(), "template: :", "template: version:", 1)
			return fmt.Errorf("%s", strings.Replace(text, `executing ""`, `executing "version"`, 1))
		}
		return nil
	}
	printVersion(s, v)
	return nil
}

// printVersion prints what docker prints: columns of 20.
func printVersion(s *cli.Session, v versionInfo) {
	var b strings.Builder
	line := func(indent, name, value string) {
		fmt.Fprintf(&b, "%-20s%s\n", indent+name+":", value)
	}
	c := v.Client
	if b.WriteString("Client:"); c.Platform.Name != "" {
		b.WriteString(" " + c.Platform.Name)
	}
	b.WriteString("\n")
	line(" ", "Version", c.Version)
	api := c.APIVersion
	if api != c.DefaultAPIVersion {
		api += " (downgraded from " + c.DefaultAPIVersion + ")"
	}
	line(" ", "API version", api)
	line(" ", "Go version", c.GoVersion)
	line(" ", "Git commit", c.GitCommit)
	line(" ", "Built", c.BuildTime)
	line(" ", "OS/Arch", c.Os+"/"+c.Arch)
	line(" ", "Context", c.Context)
	if s.Version != "29" {
		line(" ", "Experimental", fmt.Sprint(c.Experimental))
	}
	b.WriteString("\nServer:")
	if v.Server.Platform.Name != "" {
		b.WriteString(" " + v.Server.Platform.Name)
	}
	b.WriteString("\n")
	for _, x := range v.Server.Components {
		b.WriteString(" " + x.Name + ":\n")
		line("  ", "Version", x.Version)
		d := x.Details
		if x.Name == "Engine" {
			line("  ", "API version", d["ApiVersion"]+" (minimum version "+d["MinAPIVersion"]+")")
			line("  ", "Go version", d["GoVersion"])
			line("  ", "Git commit", d["GitCommit"])
			line("  ", "Built", d["BuildTime"])
			line("  ", "OS/Arch", d["Os"]+"/"+d["Arch"])
			line("  ", "Experimental", d["Experimental"])
			continue
		}
		for _, k := range slices.Sorted(maps.Keys(d)) {
			line("  ", k, d[k])
		}
	}
	fmt.Fprint(s.Stdout, b.String())
}
