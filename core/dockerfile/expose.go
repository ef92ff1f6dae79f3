package dockerfile

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ParsePorts gives the ports the words of an EXPOSE instruction name, variables
// expanded, as an image config lists them: "PORT/PROTOCOL", one for each port
// of a range, in the order of the words. The rules and the words of the errors
// are those of BuildKit (dockerfile2llb convert_expose.go).
func ParsePorts(words []string) ([]string, error) {
	ports := []string{}
	for _, word := range words {
		p, err := parsePort(word)
		if err != nil {
			return nil, err
		}
		for n := p.first; n <= p.last; n++ {
			ports = append(ports, strconv.Itoa(n)+"/"+strings.ToLower(p.proto))
		}
	}
	return ports, nil
}

// portSpec is a word of EXPOSE: [IP:][HOST:]FIRST[-LAST][/PROTOCOL].
type portSpec struct {
	ip, host    string
	proto       string // as written, tcp when it is left out
	first, last int
}

// parsePort reads a word. Where the error is not about its container port or
// protocol, what was read is given beside it: the checks look at that first.
func parsePort(raw string) (portSpec, error) {
	var p portSpec
	ip, host, container := splitPort(raw)
	container, proto, _ := strings.Cut(container, "/")
	if container == "" {
		return p, fmt.Errorf("invalid port: %q: no port specified", raw)
	}
	switch strings.ToLower(proto) {
	case "":
		proto = "tcp"
	case "tcp", "udp", "sctp":
	default:
		return p, fmt.Errorf("invalid port: %q: invalid proto: %s", raw, proto)
	}
	p.ip, p.host, p.proto = ip, host, proto

	if inner, ok := strings.CutPrefix(ip, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); !ok {
			return p, fmt.Errorf("invalid IP address %v: address %s: missing ']' in address", ip, ip+":")
		}
		ip = inner
	}
	if ip != "" {
		if addr, err := netip.ParseAddr(ip); err != nil || addr.Zone() != "" {
			return p, errors.New("invalid IP address: " + ip)
		}
	}
	var err error
	if p.first, p.last, err = portRange(container); err != nil {
		return p, errors.New("invalid containerPort: " + container)
	}
	if host == "" {
		return p, nil
	}
	hostFirst, hostLast, err := portRange(host)
	if err != nil {
		return p, errors.New("invalid hostPort: " + host)
	}
	// One container port may be mapped to a range of the host's.
	if p.last != p.first && p.last-p.first != hostLast-hostFirst {
		return p, fmt.Errorf("invalid ranges specified for container and host Ports: %s and %s", container, host)
	}
	return p, nil
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
