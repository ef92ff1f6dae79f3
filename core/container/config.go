package container

import (
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// Config is what a container or image is told about the command to run, with
// the keys, order and empty forms of the API of 20.10.
type Config = container.Config

// Clone returns a config that can be changed without changing c.
func Clone(c *Config) *Config {
	d := *c
	d.Env, d.Cmd, d.Entrypoint = slices.Clone(c.Env), slices.Clone(c.Cmd), slices.Clone(c.Entrypoint)
	d.OnBuild, d.Shell = slices.Clone(c.OnBuild), slices.Clone(c.Shell)
	d.ExposedPorts, d.Volumes, d.Labels = maps.Clone(c.ExposedPorts), maps.Clone(c.Volumes), maps.Clone(c.Labels)
	if c.Healthcheck != nil {
		h := *c.Healthcheck
		h.Test = slices.Clone(h.Test)
		d.Healthcheck = &h
	}
	return &d
}

// Merge completes the config of a container with that of its image, as
// creating the container does (daemon/commit.go merge).
func Merge(c, image *Config) {
	if c.User == "" {
		c.User = image.User
	}
	if len(c.ExposedPorts) == 0 {
		c.ExposedPorts = maps.Clone(image.ExposedPorts)
	} else {
		for port := range image.ExposedPorts {
			c.ExposedPorts[port] = struct{}{}
		}
	}
	if len(c.Env) == 0 {
		c.Env = slices.Clone(image.Env)
	} else {
		for _, kv := range image.Env {
			if !hasKey(c.Env, kv) {
				c.Env = append(c.Env, kv)
			}
		}
	}
	if c.Labels == nil {
		c.Labels = map[string]string{}
	}
	for k, v := range image.Labels {
		if _, ok := c.Labels[k]; !ok {
			c.Labels[k] = v
		}
	}
	if len(c.Entrypoint) == 0 {
		if len(c.Cmd) == 0 {
			c.Cmd = slices.Clone(image.Cmd)
		}
		if c.Entrypoint == nil {
			c.Entrypoint = slices.Clone(image.Entrypoint)
		}
	}
	if h := image.Healthcheck; h != nil {
		mergeHealth(c, h)
	}
	if c.WorkingDir == "" {
		c.WorkingDir = image.WorkingDir
	}
	if len(c.Volumes) == 0 {
		c.Volumes = maps.Clone(image.Volumes)
	} else {
		maps.Copy(c.Volumes, image.Volumes)
	}
	if c.StopSignal == "" {
		c.StopSignal = image.StopSignal
	}
}

func mergeHealth(c *Config, h *container.HealthConfig) {
	if c.Healthcheck == nil {
		own := *h
		c.Healthcheck = &own
		return
	}
	own := c.Healthcheck
	if len(own.Test) == 0 {
		own.Test = h.Test
	}
	if own.Interval == 0 {
		own.Interval = h.Interval
	}
	if own.Timeout == 0 {
		own.Timeout = h.Timeout
	}
	if own.StartPeriod == 0 {
		own.StartPeriod = h.StartPeriod
	}
	if own.Retries == 0 {
		own.Retries = h.Retries
	}
}

func hasKey(env []string, kv string) bool {
	key, _, _ := strings.Cut(kv, "=")
	return slices.ContainsFunc(env, func(have string) bool {
		k, _, _ := strings.Cut(have, "=")
		return k == key
	})
}

// SetEnv sets a variable in a list of KEY=VALUE, in its place where it is
// there already.
func SetEnv(env []string, key, value string) []string {
	for i, kv := range env {
		if k, _, _ := strings.Cut(kv, "="); k == key {
			env[i] = key + "=" + value
			return env
		}
	}
	return append(env, key+"="+value)
}
