package today

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"layerlab.dev/core/docker/cli"
)

// What the client says of itself.
const (
	Version = "29.10.0"
	Commit  = "ffffff0"
	// Plugin is what buildx says of itself.
	Plugin = "github.com/docker/buildx v0.38.2 "
)

// hosts are what -H was given.
type hosts struct{ values []string }

func (h *hosts) Type() string   { return "string" }
func (h *hosts) String() string { return strings.Join(h.values, ",") }
func (h *hosts) Set(v string) error {
	if len(h.values) > 0 {
		return errors.New("specify only one -H")
	}
	h.values = append(h.values, v)
	return nil
}

// RootFlags adds the flags before the command.
func RootFlags(s *cli.Session, f *pflag.FlagSet) {
	home := s.Home() + "/.docker"
	if dir := s.Environ("DOCKER_CONFIG"); dir != "" {
		home = dir
	}
	f.String("config", home, "Location of client config files")
	f.StringP("context", "c", "", "Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with \"docker context use\")")
	f.BoolP("debug", "D", false, "Enable debug mode")
	f.VarP(&hosts{}, "host", "H", "Daemon socket to connect to")
	f.StringP("log-level", "l", "info", `Set the logging level ("debug", "info", "warn", "error", "fatal")`)
	f.Bool("tls", false, "Use TLS; implied by --tlsverify")
	f.String("tlscacert", home+"/ca.pem", "Trust certs signed only by this CA")
	f.String("tlscert", home+"/cert.pem", "Path to TLS certificate file")
	f.String("tlskey", home+"/key.pem", "Path to TLS key file")
	f.Bool("tlsverify", false, "Use TLS and verify the remote")
	f.BoolP("version", "v", false, "Print version information and quit")
}

// Reachable refuses what the flags before the command ask for and no daemon here
// answers.
func Reachable(s *cli.Session, flags *pflag.FlagSet) error {
	if len(s.Args) == 0 || slices.Contains(s.Args, "--help") || slices.Contains(s.Args, "help") {
		return nil
	}
	level := flags.Lookup("log-level").Value.String()
	switch strings.ToLower(level) {
	case "panic", "fatal", "error", "warn", "warning", "info", "debug", "trace":
	default:
		return fmt.Errorf("invalid logging level: %s", level)
	}
	if name := flags.Lookup("context").Value.String(); name != "" && name != "default" {
		return fmt.Errorf("Failed to initialize: unable to resolve docker endpoint: context %q: context not found: open %s/.docker/contexts/meta/%s/meta.json: no such file or directory", name, s.Home(), name) //nolint:staticcheck // docker's words
	}
	for _, h := range flags.Lookup("host").Value.(*hosts).values {
		if h == "unix:///var/run/docker.sock" || h == "unix://" {
			continue
		}
		reason := "connect: no such file or directory"
		if path, ok := strings.CutPrefix(h, "unix://"); ok {
			return fmt.Errorf("failed to connect to the docker API at %s; check if the path is correct and if the daemon is running: dial unix %s: %s", h, path, reason)
		}
		if !strings.Contains(h, "://") {
			h = "tcp://" + h
		}
		return fmt.Errorf("failed to connect to the docker API at %s; check if the path is correct and if the daemon is running: dial %s: connect: connection refused", h, strings.Replace(h, "://", " ", 1))
	}
	return nil
}

// Route turns what buildx does into its commands: builds, unless the variable
// DOCKER_BUILDKIT asks for the classic builder.
func Route(s *cli.Session, args []string) ([]string, error) {
	if len(args) == 0 {
		return args, nil
	}
	if args[0] == "help" {
		return args, nil
	}
	alias := 0
	switch {
	case args[0] == "build", args[0] == "builder":
		alias = 1
	case args[0] == "image" && len(args) > 1 && args[1] == "build":
		alias = 2
	case args[0] == "bake":
		return append([]string{"buildx"}, args...), nil
	default:
		return args, nil
	}
	if v := s.Environ("DOCKER_BUILDKIT"); v != "" && args[0] != "builder" {
		on := v == "1" || strings.EqualFold(v, "true") || v == "t" || v == "T"
		off := v == "0" || strings.EqualFold(v, "false") || v == "f" || v == "F"
		if !on && !off {
			return nil, fmt.Errorf("DOCKER_BUILDKIT environment variable expects boolean value: strconv.ParseBool: parsing %q: invalid syntax", v)
		}
		if off {
			return args, nil
		}
	}
	rest := args[alias:]
	if args[0] != "builder" {
		rest = append([]string{"build"}, rest...)
	}
	return append([]string{"buildx"}, rest...), nil
}

// Buildx makes the commands of buildx what they are as a plugin: called by
// another name, they use the daemon's own builder.
func Buildx(s *cli.Session, root *cobra.Command) {
	var set func(c *cobra.Command)
	set = func(c *cobra.Command) {
		if f := c.Flags().Lookup("builder"); f != nil {
			f.DefValue = "default"
			_ = f.Value.Set("default")
		}
		for _, sub := range c.Commands() {
			set(sub)
		}
	}
	for _, c := range root.Commands() {
		if c.Name() != "buildx" {
			continue
		}
		c.RunE = func(cmd *cobra.Command, args []string) error {
			cmd.SetOut(s.Stdout)
			cmd.Root().HelpFunc()(cmd, args)
			return nil
		}
		if s.Args[0] != "buildx" {
			set(c)
		}
	}
}

// BuildxError puts an error as the plugin prints it.
func BuildxError(err error) error {
	var status cli.StatusError
	if errors.As(err, &status) {
		return err
	}
	return fmt.Errorf("ERROR: %w", err)
}
