package image

import (
	"fmt"
	"net/url"
)

// unreachable is what becomes of a context on the network, which nothing here
// can reach: the words of git and of Go's http client where no name is resolved.
func unreachable(where string, git bool) error {
	name := where
	if u, err := url.Parse(where); err == nil && u.Hostname() != "" {
		name = u.Hostname()
	}
	if git {
		remote := where
		if !isURL(remote) {
			if name = "github.com"; len(where) > 11 && where[:11] == "github.com/" {
				remote = "https://" + where
			}
		}
		if u, err := url.Parse(remote); err == nil {
			if u.Hostname() != "" {
				name = u.Hostname()
			}
			u.Fragment = ""
			remote = u.String()
		}
		return fmt.Errorf("unable to 'git clone' to temporary context directory: error fetching: fatal: unable to access '%s/': Could not resolve host: %s\n: exit status 128", remote, name)
	}
	return fmt.Errorf("unable to download remote context %s: %w", where, unresolved(where))
}

// unresolved is the error of a request to a host whose name nobody knows.
func unresolved(where string) error {
	name := where
	if u, err := url.Parse(where); err == nil && u.Hostname() != "" {
		name = u.Hostname()
	}
	return fmt.Errorf("Get %q: dial tcp: lookup %s on 192.0.2.53:53: no such host", where, name)
}
