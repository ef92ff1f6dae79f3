package curl

import (
	"net/url"
	"strconv"
	"strings"
)

// address is a URL as curl understands it.
type address struct {
	scheme, user, host, port, path, query string
	hasQuery                              bool
}

// read reads a URL, whose scheme may be missing. ok is false where it is none.
func readURL(s string, asIs bool) (a address, ok bool) {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return a, false
	}
	a.scheme = "http"
	if scheme, rest, found := strings.Cut(s, "://"); found && scheme != "" && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") == "" {
		a.scheme, s = strings.ToLower(scheme), rest
	}
	s, _, _ = strings.Cut(s, "#")
	end := strings.IndexAny(s, "/?")
	authority, rest := s, ""
	if end >= 0 {
		authority, rest = s[:end], s[end:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		a.user, authority = authority[:i], authority[i+1:]
	}
	a.host = authority
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		a.host, a.port = authority[:i], authority[i+1:]
		if n, err := strconv.Atoi(a.port); a.port != "" && (err != nil || n < 0 || n > 65535) {
			return a, false
		}
	}
	if a.host == "" {
		return a, false
	}
	a.path, a.query, a.hasQuery = strings.Cut(rest, "?")
	if !strings.HasPrefix(a.path, "/") {
		a.path = "/" + a.path
	}
	if !asIs {
		a.path = squash(a.path)
	}
	return a, true
}

// squash takes the dots out of a path (RFC 3986, 5.2.4).
func squash(p string) string {
	var out []string
	parts := strings.Split(p[1:], "/")
	for i, part := range parts {
		last := i == len(parts)-1
		switch part {
		case ".", "..":
			if part == ".." && len(out) > 0 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, part)
		}
	}
	return "/" + strings.Join(out, "/")
}

// authority is the host as the Host field has it.
func (a address) authority() string {
	if a.port == "" || a.port == a.standard() {
		return a.host
	}
	return a.host + ":" + a.port
}

// standard is the port of the scheme.
func (a address) standard() string {
	switch a.scheme {
	case "https":
		return "443"
	case "ftp":
		return "21"
	}
	return "80"
}

func (a address) number() string {
	if a.port == "" {
		return a.standard()
	}
	return a.port
}

func (a address) String() string {
	s := a.scheme + "://"
	if a.user != "" {
		s += a.user + "@"
	}
	s += a.host
	if a.port != "" {
		s += ":" + a.port
	}
	return s + a.target()
}

// target is what the request line asks for.
func (a address) target() string {
	if a.hasQuery {
		return a.path + "?" + a.query
	}
	return a.path
}

// follow is where a redirect leads.
func (a address) follow(location string) (address, bool) {
	base, err := url.Parse(a.String())
	if err != nil {
		return a, false
	}
	to, err := base.Parse(location)
	if err != nil {
		return a, false
	}
	return readURL(to.String(), false)
}
