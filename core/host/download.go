package host

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"layerlab.dev/core/build/classic"
	"layerlab.dev/core/registry/api"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/vfs"
)

// redirections is how many Go's client follows.
const redirections = 10

// download fetches what is at an address: of a registry, as there is nothing
// else.
func (h *Host) download(ctx context.Context, address string) (*classic.Downloaded, error) {
	at := address
	for range redirections {
		u, err := url.Parse(at)
		if err != nil {
			return nil, err
		}
		network := h.net.Network()
		if u.Scheme == "https" {
			// No registry here has a certificate.
			if _, ok := network.Registry(u.Host); ok {
				return nil, fmt.Errorf("Get %q: http: server gave HTTP response to HTTPS client", at)
			}
		}
		p := u.Path
		if p == "" {
			p = "/"
		}
		_, answer, err := network.Do(api.Request{
			Method: "GET", Scheme: u.Scheme, Host: u.Host, Path: p, Query: u.RawQuery, Body: vfs.Bytes(nil),
			Header: api.Header{"User-Agent": {"Go-http-client/1.1"}, "Accept-Encoding": {"gzip"}},
		})
		var unreached *remote.DialError
		if errors.As(err, &unreached) {
			return nil, fmt.Errorf("Get %q: %s", at, unreached.Reason)
		}
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		to := answer.Header.Get("Location")
		if answer.Status < 300 || answer.Status >= 400 || to == "" {
			return &classic.Downloaded{Status: answer.Status, Body: answer.Body, Modified: answer.Header.Get("Last-Modified")}, nil
		}
		next, err := u.Parse(to)
		if err != nil {
			return nil, err
		}
		at = next.String()
	}
	return nil, fmt.Errorf("Get %q: stopped after %d redirects", at, redirections)
}
