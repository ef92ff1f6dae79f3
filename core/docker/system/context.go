package system

import (
	"errors"
	"fmt"
	"regexp"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/formatter"
)

const socket = "unix:///var/run/docker.sock"

func endpoint(s *cli.Session) string {
	if h := s.Environ("DOCKER_HOST"); h != "" {
		return h
	}
	return socket
}

func runContextLs(s *cli.Session, c *cli.Call) error {
	format := c.String("format")
	switch {
	case c.Bool("quiet"):
		format = "{{.Name}}"
	case format == "", format == "table":
		format = "table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.KubernetesEndpoint}}\t{{.StackOrchestrator}}"
	}
	err := formatter.Context{Output: s.Stdout, Format: format}.ClientContext(endpoint(s))
	if err == nil && s.Environ("DOCKER_HOST") != "" {
		fmt.Fprintln(s.Stderr, "Warning: DOCKER_HOST environment variable overrides the active context. To use a context, either set the global --context flag, or unset DOCKER_HOST environment variable.")
	}
	return err
}

func runContextInspect(s *cli.Session, c *cli.Call) error {
	names := c.Args
	if len(names) == 0 {
		names = []string{"default"}
	}
	type hostOf struct {
		Host          string
		SkipTLSVerify bool
	}
	type document struct {
		Name     string
		Metadata struct {
			StackOrchestrator string
		}
		Endpoints   map[string]hostOf
		TLSMaterial map[string]string
		Storage     struct{ MetadataPath, TLSPath string }
	}
	return s.Inspect(names, c.String("format"), func(name string) (any, []byte, error) {
		if name != "default" {
			return nil, nil, fmt.Errorf("context %q does not exist", name)
		}
		d := document{Name: name, Endpoints: map[string]hostOf{"docker": {Host: endpoint(s)}}, TLSMaterial: map[string]string{}}
		d.Metadata.StackOrchestrator = "swarm"
		d.Storage.MetadataPath, d.Storage.TLSPath = "<IN MEMORY>", "<IN MEMORY>"
		return d, nil, nil
	})
}

var contextName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$`)

func checkContext(name string) error {
	if !contextName.MatchString(name) {
		return fmt.Errorf("context name %q is invalid, names are validated against regexp %q", name, contextName.String())
	}
	return nil
}

func runContextUse(s *cli.Session, c *cli.Call) error {
	name := c.Args[0]
	if name != "default" {
		if err := checkContext(name); err != nil {
			return err
		}
		return fmt.Errorf("context %q does not exist", name)
	}
	fmt.Fprintln(s.Stdout, name)
	fmt.Fprintf(s.Stderr, "Current context is now %q\n", name)
	if s.Environ("DOCKER_HOST") != "" {
		fmt.Fprintf(s.Stderr, "Warning: DOCKER_HOST environment variable overrides the active context. To use %q, either set the global --context flag, or unset DOCKER_HOST environment variable.\n", name)
	}
	return nil
}

func runContextRm(s *cli.Session, c *cli.Call) error {
	failed := ""
	for _, name := range c.Args {
		if failed != "" {
			failed += "\n"
		}
		if name == "default" {
			failed += `default: context "default" cannot be removed`
		} else {
			failed += fmt.Sprintf("%s: context %q does not exist", name, name)
		}
	}
	return errors.New(failed)
}

var errContext = errors.New("there is one daemon here and so one context, default: contexts cannot be created, changed, exported or imported")

func otherContext(_ *cli.Session, c *cli.Call) error {
	if err := checkContext(c.Args[0]); err != nil {
		return err
	}
	return errContext
}

func runContextCreate(s *cli.Session, c *cli.Call) error { return otherContext(s, c) }
func runContextExport(s *cli.Session, c *cli.Call) error { return otherContext(s, c) }
func runContextImport(s *cli.Session, c *cli.Call) error { return otherContext(s, c) }
func runContextUpdate(s *cli.Session, c *cli.Call) error {
	if err := checkContext(c.Args[0]); err != nil || c.Args[0] == "default" {
		return otherContext(s, c)
	}
	return fmt.Errorf("context %q does not exist", c.Args[0])
}
