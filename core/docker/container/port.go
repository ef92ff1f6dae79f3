package container

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/go-connections/nat"

	"layerlab.dev/core/docker/cli"
)

// parsePorts reads --publish and --expose.
func parsePorts(c *cli.Call) (map[nat.Port]struct{}, map[nat.Port][]nat.PortBinding, error) {
	ports, bindings := map[nat.Port]struct{}{}, map[nat.Port][]nat.PortBinding{}
	for _, p := range c.List("publish") {
		spec, err := shortPort(p)
		if err != nil {
			return nil, nil, err
		}
		if err := publish(spec, ports, bindings); err != nil {
			return nil, nil, err
		}
	}
	for _, e := range c.List("expose") {
		if strings.Contains(e, ":") {
			return nil, nil, fmt.Errorf("invalid port format for --expose: %s", e)
		}
		proto, numbers := nat.SplitProtoPort(e)
		first, last, err := portRange(numbers)
		if err != nil {
			return nil, nil, fmt.Errorf("invalid range format for --expose: %s, error: %w", e, err)
		}
		for n := first; n <= last; n++ {
			ports[portOf(proto, n)] = struct{}{}
		}
	}
	return ports, bindings, nil
}

// shortPort writes published=…,target=… as PUBLISHED:TARGET/PROTOCOL.
func shortPort(p string) (string, error) {
	if !strings.Contains(p, "=") {
		return p, nil
	}
	fields := map[string]string{"protocol": "tcp"}
	for _, f := range strings.Split(p, ",") {
		name, value, ok := strings.Cut(f, "=")
		if !ok {
			return "", fmt.Errorf("invalid publish opts format (should be name=value but got '%s')", f)
		}
		fields[name], _, _ = strings.Cut(value, "=")
	}
	return fmt.Sprintf("%s:%s/%s", fields["published"], fields["target"], fields["protocol"]), nil
}

func portOf(proto string, n uint64) nat.Port {
	return nat.Port(strconv.FormatUint(n, 10) + "/" + strings.ToLower(proto))
}

// publish reads [[IP:]HOST:]CONTAINER[/PROTOCOL], where HOST and CONTAINER may
// be ranges.
func publish(spec string, ports map[nat.Port]struct{}, bindings map[nat.Port][]nat.PortBinding) error {
	parts := strings.Split(spec, ":")
	n := len(parts)
	var ip, outside string
	if n > 1 {
		outside = parts[n-2]
	}
	if n > 2 {
		ip = strings.Join(parts[:n-2], ":")
	}
	proto, inside := nat.SplitProtoPort(parts[n-1])
	address, _, err := net.SplitHostPort(ip + ":")
	if err != nil {
		return fmt.Errorf("Invalid ip address %v: %w", ip, err)
	}
	if address != "" && net.ParseIP(address) == nil {
		return fmt.Errorf("Invalid ip address: %s", address)
	}
	if inside == "" {
		return fmt.Errorf("No port specified: %s<empty>", spec)
	}
	first, last, err := portRange(inside)
	if err != nil {
		return fmt.Errorf("Invalid containerPort: %s", inside)
	}
	var hostFirst, hostLast uint64
	if outside != "" {
		if hostFirst, hostLast, err = portRange(outside); err != nil {
			return fmt.Errorf("Invalid hostPort: %s", outside)
		}
		if last-first != hostLast-hostFirst && first != last {
			return fmt.Errorf("Invalid ranges specified for container and host Ports: %s and %s", inside, outside)
		}
	}
	if !slices.Contains([]string{"tcp", "udp", "sctp"}, strings.ToLower(proto)) {
		return fmt.Errorf("Invalid proto: %s", proto)
	}
	for i := uint64(0); i <= last-first; i++ {
		p := portOf(proto, first+i)
		b := nat.PortBinding{HostIP: address}
		if outside != "" {
			b.HostPort = strconv.FormatUint(hostFirst+i, 10)
			if first == last && hostFirst != hostLast {
				b.HostPort += "-" + strconv.FormatUint(hostLast, 10)
			}
		}
		ports[p] = struct{}{}
		bindings[p] = append(bindings[p], b)
	}
	return nil
}

// portRange reads N or N-M.
func portRange(v string) (first, last uint64, err error) {
	if v == "" {
		return 0, 0, errors.New("Empty string specified for ports.")
	}
	from, to, ok := strings.Cut(v, "-")
	if first, err = strconv.ParseUint(from, 10, 16); err != nil {
		return 0, 0, err
	}
	if last = first; ok {
		to, _, _ = strings.Cut(to, "-")
		if last, err = strconv.ParseUint(to, 10, 16); err != nil {
			return 0, 0, err
		}
	}
	if last < first {
		return 0, 0, fmt.Errorf("Invalid range specified for the Port: %s", v)
	}
	return first, last, nil
}
