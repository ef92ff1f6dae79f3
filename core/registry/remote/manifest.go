package remote

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Manifests asks the registries of a network for manifests as docker's client
// does by itself, without a daemon: no mirror is asked, and one that has no TLS
// only if that is insisted on.
type Manifests func() Network

// Manifest returns the media type and the bytes of a manifest. reference is a
// tag or a digest. The errors are in the words of docker manifest inspect.
func (of Manifests) Manifest(domain, path, reference string, insecure bool) (mediaType string, raw []byte, err error) {
	n := of()
	n.mirrors = nil
	address := domain
	if domain == DockerIO {
		address = Hub
	}
	_, err = n.dial(address)
	var dial *DialError
	if errors.As(err, &dial) {
		dial.Scheme = "https"
		return "", nil, fmt.Errorf("failed to configure transport: error pinging v2 registry: %w", dial)
	}
	separator := ":"
	if _, err := digest.Parse(reference); err == nil {
		separator = "@"
	}
	unknown := fmt.Errorf("no such manifest: %s/%s%s%s", domain, path, separator, reference)
	if plain(address) && !insecure {
		return "", nil, unknown
	}
	m, err := n.Pull(domain, path).Manifest(reference)
	if err != nil {
		return "", nil, unknown
	}
	return m.MediaType, m.JSON, nil
}

// plain reports whether a registry at an address is one without TLS: those of
// the machine itself are.
func plain(address string) bool {
	host, _, _ := strings.Cut(address, ":")
	if host == "localhost" || strings.HasPrefix(address, "[::1]") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
