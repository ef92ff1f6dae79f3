package local

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"layerlab.dev/site/edge"
)

// ErrAddress says that a name leads to an address where nothing is pulled from.
var ErrAddress = errors.New("not a public address")

// Upstream is the way to registries. It follows no redirect, uses no proxy of
// the environment, and connects to public addresses only, whatever a name
// resolves to, except to the endpoints of own registries.
func Upstream(own []edge.Registry) http.RoundTripper {
	public := transport(&net.Dialer{Timeout: 10 * time.Second, Control: publicOnly})
	if len(own) == 0 {
		return public
	}
	return &chooser{own: own, private: transport(&net.Dialer{Timeout: 10 * time.Second}), public: public}
}

func transport(dialer *net.Dialer) *http.Transport {
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  20 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxConnsPerHost:        mostConnections,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        time.Minute,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}
}

type chooser struct {
	own             []edge.Registry
	private, public http.RoundTripper
}

func (c *chooser) RoundTrip(r *http.Request) (*http.Response, error) {
	origin := (&url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host}).String()
	if slices.ContainsFunc(c.own, func(reg edge.Registry) bool { return reg.Endpoint == origin }) {
		return c.private.RoundTrip(r)
	}
	return c.public.RoundTrip(r)
}

// publicOnly refuses a connection by the address that a name was resolved to,
// so that no answer of a name server leads inside.
func publicOnly(network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", address, ErrAddress)
	}
	if network != "tcp4" && network != "tcp6" || at.Port() != 443 || !isPublic(at.Addr()) {
		return fmt.Errorf("%s %s: %w", network, address, ErrAddress)
	}
	return nil
}

// reserved are the special-purpose blocks of the IANA registries that netip
// does not name, and those through which IPv6 leads to IPv4.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // shared by providers
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && a.Zone() == "" &&
		!slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) })
}
