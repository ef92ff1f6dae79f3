package container

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/docker/image"
	"layerlab.dev/core/docker/reference"
)

func runCreate(s *cli.Session, c *cli.Call) error {
	conf, err := parse(s, c)
	if err != nil {
		report(s, "create", err, true)
		return cli.StatusError{Code: 125}
	}
	body, err := makeContainer(s, c, conf)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Stdout, body.ID)
	return nil
}

// report prints an error of `docker run` and its like.
func report(s *cli.Session, name string, err error, help bool) {
	if s.Version == "29" {
		fmt.Fprintf(s.Stderr, "docker: %s\n\nRun 'docker %s --help' for more information\n", err, name)
		return
	}
	text := strings.TrimSuffix(err.Error(), ".") + "."
	if help {
		text += "\nSee 'docker " + name + " --help'."
	}
	fmt.Fprintln(s.Stderr, "docker:", text)
}

var loopback = regexp.MustCompile(`((127\.([0-9]{1,3}\.){2}[0-9]{1,3})|(::1)$)`)

// makeContainer makes a container, from an image that is fetched where it is not there.
func makeContainer(s *cli.Session, c *cli.Call, conf *config) (container.ContainerCreateCreatedBody, error) {
	var body container.ContainerCreateCreatedBody
	if *conf.host.OomKillDisable && conf.host.Memory == 0 {
		fmt.Fprintln(s.Stderr, "WARNING: Disabling the OOM killer on containers without setting a '-m/--memory' limit may be dangerous.")
	}
	for _, ip := range conf.host.DNS {
		if loopback.MatchString(ip) {
			fmt.Fprintf(s.Stderr, "WARNING: Localhost DNS setting (--dns=%s) may fail in containers.\n", ip)
			break
		}
	}
	idFile := conf.host.ContainerIDFile
	if idFile != "" {
		if _, err := s.Stat(idFile); err == nil {
			return body, fmt.Errorf("container ID file found, make sure the other container isn't running or delete %s", idFile)
		}
		if err := s.WriteFile(idFile, nil, 0o644); err != nil {
			return body, fmt.Errorf("failed to create the container ID file: %w", err)
		}
	}
	body, err := createOrPull(s, c, conf)
	if err != nil {
		if idFile != "" {
			if err := s.Remove(idFile); err != nil {
				return body, err
			}
		}
		return body, err
	}
	for _, w := range body.Warnings {
		fmt.Fprintf(s.Stderr, "WARNING: %s\n", w)
	}
	if idFile != "" {
		if err := s.WriteFile(idFile, []byte(body.ID), 0o644); err != nil {
			return body, fmt.Errorf("failed to write the container ID to the file: %w", err)
		}
	}
	return body, nil
}

func createOrPull(s *cli.Session, c *cli.Call, conf *config) (body container.ContainerCreateCreatedBody, err error) {
	ref, err := reference.Any(conf.container.Image)
	if err != nil {
		return body, err
	}
	platform, when := c.String("platform"), c.String("pull")
	if platform != "" {
		if err := checkPlatform(platform); err != nil {
			return body, fmt.Errorf("error parsing specified platform: %w", err)
		}
	}
	pull := func() error {
		named, err := reference.Named(conf.container.Image)
		if err != nil {
			return err
		}
		return image.Pull(s, s.Stderr, false, reference.Request(named), types.ImagePullOptions{Platform: strings.ToLower(platform)})
	}
	if when == "always" {
		if err := pull(); err != nil {
			return body, err
		}
	}
	make := func() (container.ContainerCreateCreatedBody, error) {
		return s.Client.ContainerCreate(s.Context, conf.container, conf.host, conf.networks, platform, c.String("name"))
	}
	if body, err = make(); err == nil {
		return body, nil
	}
	named, isNamed := reference.AsNamed(ref)
	if !cli.NotFound(err) || !isNamed || when != "missing" {
		return body, err
	}
	fmt.Fprintf(s.Stderr, "Unable to find image '%s' locally\n", reference.Familiar(reference.WithDefault(named)))
	if err := pull(); err != nil {
		return body, err
	}
	return make()
}

var platformPart = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// checkPlatform refuses what is not OS, OS/ARCH or OS/ARCH/VARIANT.
func checkPlatform(v string) error {
	if strings.Contains(v, "*") {
		return fmt.Errorf("%q: wildcards not yet supported: invalid argument", v)
	}
	parts := strings.Split(v, "/")
	for _, p := range parts {
		if !platformPart.MatchString(p) {
			return fmt.Errorf("%q is an invalid component of %q: platform specifier component must match %q: invalid argument", p, v, platformPart.String())
		}
	}
	if len(parts) == 1 {
		switch strings.ToLower(v) {
		case "linux", "windows", "darwin", "freebsd", "amd64", "x86_64", "x86-64", "arm64", "aarch64", "arm", "armhf", "armel", "386", "i386", "ppc64le", "s390x", "riscv64", "mips64le":
			return nil
		}
		return fmt.Errorf("%q: unknown operating system or architecture: invalid argument", v)
	}
	if len(parts) > 3 {
		return fmt.Errorf("%q: cannot parse platform specifier: invalid argument", v)
	}
	return nil
}

var errEmptyName = errors.New("Container name cannot be empty")
