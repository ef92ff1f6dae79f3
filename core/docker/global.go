package docker

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"layerlab.dev/core/docker/cli"
)

// hosts are what -H was given.
type hosts struct{ values []string }

func (h *hosts) Type() string { return "list" }

func (h *hosts) String() string {
	if len(h.values) == 0 {
		return ""
	}
	return fmt.Sprintf("%v", h.values)
}

func (h *hosts) Set(v string) error {
	h.values = append(h.values, v)
	return nil
}

// reachable refuses what the flags before the command ask for and no daemon
// here answers: another host, another context, an unknown level of logging.
func reachable(s *cli.Session, flags *pflag.FlagSet) error {
	level := flags.Lookup("log-level").Value.String()
	switch strings.ToLower(level) {
	case "panic", "fatal", "error", "warn", "warning", "info", "debug", "trace":
	default:
		fmt.Fprintf(s.Stderr, "Unable to parse logging level: %s\n", level)
		return cli.StatusError{Code: 1}
	}
	if len(s.Args) == 0 || slices.Contains(s.Args, "--help") || slices.Contains(s.Args, "help") {
		return nil
	}
	if name := flags.Lookup("context").Value.String(); name != "" && name != "default" {
		return fmt.Errorf("unable to resolve docker endpoint: context %q does not exist", name)
	}
	given := flags.Lookup("host").Value.(*hosts).values
	if len(given) > 1 {
		return errors.New("unable to resolve docker endpoint: Please specify only one -H")
	}
	for _, h := range given {
		switch scheme, _, ok := strings.Cut(h, "://"); {
		case !ok, scheme == "tcp", scheme == "unix", scheme == "npipe", scheme == "fd", scheme == "ssh":
		default:
			return fmt.Errorf("unable to resolve docker endpoint: Invalid bind address format: %s", h)
		}
		if h == s.Environ("DOCKER_HOST") || h == "unix:///var/run/docker.sock" || h == "unix://" {
			continue
		}
		if !strings.Contains(h, "://") {
			h = "tcp://" + h
		}
		return fmt.Errorf("Cannot connect to the Docker daemon at %s. Is the docker daemon running?", h)
	}
	return nil
}
