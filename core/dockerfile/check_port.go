package dockerfile

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
)

// expose checks the ports of EXPOSE (dockerfile2llb convert_expose.go).
func (d *dispatcher) expose(cmd *instructions.ExposeCommand) {
	for _, word := range cmd.Ports {
		ports, err := d.lex.ProcessWords(word, d.s.env)
		if err != nil {
			if _, always := d.lex.ProcessWords(word, everything{}); d.s.envKnown == known || always != nil {
				d.fail("%v", err)
			}
			return
		}
		for _, port := range ports {
			if err := d.port(port); err != nil {
				d.fail("%v", err)
				return
			}
		}
	}
}

// port checks [IP:][HOST:]CONTAINER[/PROTOCOL].
func (d *dispatcher) port(raw string) error {
	ip, host, container := splitPort(raw)
	container, proto, _ := strings.Cut(container, "/")
	if container == "" {
		return fmt.Errorf("invalid port: %q: no port specified", raw)
	}
	switch strings.ToLower(proto) {
	case "", "tcp", "udp", "sctp":
	default:
		return fmt.Errorf("invalid port: %q: invalid proto: %s", raw, proto)
	}
	if proto != strings.ToLower(proto) {
		d.run(&linter.RuleExposeProtoCasing, linter.RuleExposeProtoCasing.Format(raw))
	}
	if ip != "" || host != "" {
		d.run(&linter.RuleExposeInvalidFormat, linter.RuleExposeInvalidFormat.Format(raw))
	}
	if inner, ok := strings.CutPrefix(ip, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); !ok {
			return fmt.Errorf("invalid IP address %v: address %s: missing ']' in address", ip, ip+":")
		}
		ip = inner
	}
	if ip != "" {
		if addr, err := netip.ParseAddr(ip); err != nil || addr.Zone() != "" {
			return errors.New("invalid IP address: " + ip)
		}
	}
	first, last, err := portRange(container)
	if err != nil {
		return errors.New("invalid containerPort: " + container)
	}
	if host == "" {
		return nil
	}
	hostFirst, hostLast, err := portRange(host)
	if err != nil {
		return errors.New("invalid hostPort: " + host)
	}
	if last != first && last-first != hostLast-hostFirst {
		return fmt.Errorf("invalid ranges specified for container and host Ports: %s and %s", container, host)
	}
	return nil
}

// splitPort cuts at the last two colons.
func splitPort(raw string) (ip, host, container string) {
	rest, container, found := cutLast(raw)
	if !found {
		return "", "", raw
	}
	ip, host, found = cutLast(rest)
	if !found {
		return "", rest, container
	}
	return ip, host, container
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

func portRange(s string) (first, last int, err error) {
	start, end, isRange := strings.Cut(s, "-")
	if first, err = portNumber(start); err != nil || !isRange || start == end {
		return first, first, err
	}
	if last, err = portNumber(end); err != nil {
		return 0, 0, err
	}
	if last < first {
		return 0, 0, errors.New("invalid port range: " + s)
	}
	return first, last, nil
}

func portNumber(s string) (int, error) {
	n, err := strconv.ParseInt(s, 10, 0)
	if err != nil {
		return 0, err
	}
	if n < 0 || n > 65535 {
		return 0, errors.New("value out of range (0–65535)")
	}
	return int(n), nil
}
