package local

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Named answers only requests for a name of this machine, or one of these. A
// page of a stranger's may give its own name this machine's address and would
// then be of the same origin as the site (DNS rebinding): its requests still
// carry the stranger's name.
func Named(site http.Handler, hosts []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := HostName(r.Host); ofThisMachine(name) || slices.Contains(hosts, name) {
			site.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Set("Content-Type", "text/plain; charset=utf-8")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusMisdirectedRequest)
		if r.Method != http.MethodHead {
			// A failed write means that the reader has gone.
			_, _ = fmt.Fprintln(w, "this site has another name: open it as localhost, or start it with --host NAME")
		}
	})
}

// HostName is the name in a Host field, without its port, in the form that
// names are compared in.
func HostName(field string) string {
	name := field
	if host, _, err := net.SplitHostPort(field); err == nil {
		name = host
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// ofThisMachine tells whether a name can only lead to this machine. A request
// without one comes from no browser.
func ofThisMachine(name string) bool {
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	at, err := netip.ParseAddr(name)
	return err == nil && at.Unmap().IsLoopback()
}
