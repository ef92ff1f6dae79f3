package option

import (
	"errors"
	"fmt"
	"net"
	"path"
	"regexp"
	"strings"

	"layerlab.dev/core/docker/reference"
)

// checks returns the check of entries by its name; "" is none.
func checks(name string, environ func(string) string) func(string) (string, error) {
	switch name {
	case "":
		return nil
	case "env":
		return func(v string) (string, error) { return variable(v, environ) }
	case "label":
		return label
	case "attach":
		return stream
	case "ip":
		return address
	case "dns-search":
		return domain
	case "host":
		return extraHost
	case "link":
		return link
	case "cgroup-rule":
		return cgroupRule
	case "sysctl":
		return sysctl
	case "tag":
		return tag
	}
	panic("no check of flags is called " + name)
}

func variable(v string, environ func(string) string) (string, error) {
	name, _, given := strings.Cut(v, "=")
	if name == "" {
		return "", errors.New("invalid environment variable: " + v)
	}
	if !given {
		if value := environ(name); value != "" {
			return name + "=" + value, nil
		}
	}
	return v, nil
}

func label(v string) (string, error) {
	key, _, _ := strings.Cut(v, "=")
	key = strings.TrimLeft(key, " \t")
	if key == "" {
		return "", fmt.Errorf("invalid label '%s': empty name", v)
	}
	if strings.ContainsAny(key, " \t") {
		return "", fmt.Errorf("label '%s' contains whitespaces", key)
	}
	return v, nil
}

func stream(v string) (string, error) {
	switch s := strings.ToLower(v); s {
	case "stdin", "stdout", "stderr":
		return s, nil
	}
	return v, errors.New("valid streams are STDIN, STDOUT and STDERR")
}

func address(v string) (string, error) {
	if ip := net.ParseIP(strings.TrimSpace(v)); ip != nil {
		return ip.String(), nil
	}
	return "", fmt.Errorf("%s is not an ip address", v)
}

// MACAddress checks a hardware address.
func MACAddress(v string) error {
	_, err := net.ParseMAC(strings.TrimSpace(v))
	return err
}

var domainName = regexp.MustCompile(`^:?(:?[a-zA-Z0-9]|:?[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(:?\.(:?[a-zA-Z0-9]|:?[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*\.?\s*$`)

func domain(v string) (string, error) {
	v = strings.Trim(v, " ")
	if v == "." {
		return v, nil
	}
	letters := strings.ContainsFunc(v, func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' })
	name := strings.TrimSuffix(strings.TrimRight(v, " \t\n\f\r"), ".")
	if letters && domainName.MatchString(v) && len(name) < 255 {
		return name, nil
	}
	return "", fmt.Errorf("%s is not a valid domain", v)
}

func extraHost(v string) (string, error) {
	name, ip, ok := strings.Cut(v, ":")
	if !ok || name == "" {
		return "", fmt.Errorf("bad format for add-host: %q", v)
	}
	if ip != "host-gateway" {
		if _, err := address(ip); err != nil {
			return "", fmt.Errorf("invalid IP address in add-host: %q", ip)
		}
	}
	return v, nil
}

// Link cuts CONTAINER:ALIAS.
func Link(v string) (name, alias string, err error) {
	if v == "" {
		return "", "", errors.New("empty string specified for links")
	}
	parts := strings.Split(v, ":")
	switch {
	case len(parts) > 2:
		return "", "", fmt.Errorf("bad format for links: %s", v)
	case len(parts) == 1:
		return v, v, nil
	case strings.HasPrefix(parts[0], "/"):
		return parts[0][1:], path.Base(parts[1]), nil
	}
	return parts[0], parts[1], nil
}

func link(v string) (string, error) {
	_, _, err := Link(v)
	return v, err
}

var cgroupRules = regexp.MustCompile(`^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$`)

func cgroupRule(v string) (string, error) {
	if !cgroupRules.MatchString(v) {
		return v, fmt.Errorf("invalid device cgroup format '%s'", v)
	}
	return v, nil
}

func sysctl(v string) (string, error) {
	name, _, ok := strings.Cut(v, "=")
	switch {
	case !ok:
	case strings.HasPrefix(name, "net."), strings.HasPrefix(name, "fs.mqueue."):
		return v, nil
	default:
		switch name {
		case "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
			"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced":
			return v, nil
		}
	}
	return "", fmt.Errorf("sysctl '%s' is not whitelisted", v)
}

func tag(v string) (string, error) {
	_, err := reference.Named(v)
	return v, err
}
