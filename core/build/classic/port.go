package classic

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// parsePorts gives the ports of EXPOSE as a config lists them, one for each of
// a range (go-connections v0.4 nat.ParsePortSpecs, of which nothing but the
// container's port counts here).
func parsePorts(words []string) ([]string, error) {
	var all []string
	for _, w := range words {
		ip, host, port := cutPort(w)
		proto := "tcp"
		if p, after, ok := strings.Cut(port, "/"); ok {
			if port = p; after != "" {
				proto, _, _ = strings.Cut(after, "/")
			}
		}
		if ip != "" {
			bare := strings.TrimSuffix(strings.TrimPrefix(ip, "["), "]")
			if _, err := netip.ParseAddr(bare); err != nil {
				return nil, fmt.Errorf("Invalid ip address: %s", bare)
			}
		}
		if port == "" {
			return nil, fmt.Errorf("No port specified: %s<empty>", w)
		}
		first, last, err := portRange(port)
		if err != nil {
			return nil, fmt.Errorf("Invalid containerPort: %s", port)
		}
		if host != "" {
			a, z, err := portRange(host)
			if err != nil {
				return nil, fmt.Errorf("Invalid hostPort: %s", host)
			}
			if first != last && last-first != z-a {
				return nil, fmt.Errorf("Invalid ranges specified for container and host Ports: %s and %s", port, host)
			}
		}
		low := strings.ToLower(proto)
		if low != "tcp" && low != "udp" && low != "sctp" {
			return nil, fmt.Errorf("Invalid proto: %s", proto)
		}
		for n := first; n <= last; n++ {
			all = append(all, strconv.Itoa(n)+"/"+low)
		}
	}
	return all, nil
}

// cutPort cuts [IP:][HOST:]PORT at the last colons.
func cutPort(w string) (ip, host, port string) {
	i := strings.LastIndexByte(w, ':')
	if i < 0 {
		return "", "", w
	}
	port, rest := w[i+1:], w[:i]
	if i = strings.LastIndexByte(rest, ':'); i < 0 {
		return "", rest, port
	}
	return rest[:i], rest[i+1:], port
}

func portRange(s string) (first, last int, err error) {
	a, b, isRange := strings.Cut(s, "-")
	start, err := strconv.ParseUint(a, 10, 16)
	if err != nil || !isRange {
		return int(start), int(start), err
	}
	end, err := strconv.ParseUint(b, 10, 16)
	if err == nil && end < start {
		err = fmt.Errorf("Invalid range specified for the Port: %s", s)
	}
	return int(start), int(end), err
}
