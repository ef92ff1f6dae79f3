package container

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/docker/docker/api/types/container"

	"layerlab.dev/core/docker/cli"
)

// parseDevices reads --device [HOST:]CONTAINER[:MODE].
func parseDevices(list []string) ([]container.DeviceMapping, error) {
	devices := []container.DeviceMapping{}
	for _, v := range list {
		d, err := parseDevice(v)
		if err != nil {
			return nil, err
		}
		devices = append(devices, d)
	}
	return devices, nil
}

func parseDevice(v string) (container.DeviceMapping, error) {
	parts := strings.Split(v, ":")
	d := container.DeviceMapping{PathOnHost: parts[0], PathInContainer: parts[0], CgroupPermissions: "rwm"}
	if len(parts) > 3 || parts[0] == "" {
		return d, fmt.Errorf("bad format for path: %s", v)
	}
	switch len(parts) {
	case 2:
		if deviceMode(parts[1]) {
			d.CgroupPermissions = parts[1]
		} else {
			d.PathInContainer = path.Clean(parts[1])
		}
	case 3:
		if !deviceMode(parts[2]) {
			return d, fmt.Errorf("bad mode specified: %s", parts[2])
		}
		d.PathInContainer, d.CgroupPermissions = parts[1], parts[2]
	}
	if !path.IsAbs(d.PathInContainer) {
		return d, fmt.Errorf("%s is not an absolute path", d.PathInContainer)
	}
	return d, nil
}

// deviceMode reports whether s is made of r, w and m, each at most once.
func deviceMode(s string) bool {
	for i, c := range s {
		if !strings.ContainsRune("rwm", c) || strings.ContainsRune(s[:i], c) {
			return false
		}
	}
	return s != ""
}

// parseSecurity reads --security-opt; a seccomp profile is a file of the client.
func parseSecurity(s *cli.Session, list []string) ([]string, error) {
	out := make([]string, len(list))
	for i, v := range list {
		name, value, ok := strings.Cut(v, "=")
		if !ok && name != "no-new-privileges" {
			if name, value, ok = strings.Cut(v, ":"); !ok {
				return nil, fmt.Errorf("Invalid --security-opt: %q", v)
			}
		}
		if out[i] = v; name != "seccomp" || value == "unconfined" {
			continue
		}
		text, err := s.ReadFile(value)
		if err != nil {
			return nil, fmt.Errorf("opening seccomp profile (%s) failed: %w", value, err)
		}
		var b bytes.Buffer
		if err := json.Compact(&b, text); err != nil {
			return nil, fmt.Errorf("compacting json for seccomp profile (%s) failed: %w", value, err)
		}
		out[i] = "seccomp=" + b.String()
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// warn writes what docker logs.
func warn(s *cli.Session, text string) { cli.Log(s, "warning", text) }
