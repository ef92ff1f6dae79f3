package edge

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Registry is where images of one name are pulled from. All that is spoken to
// follows from it and never from a request or from what an upstream says.
type Registry struct {
	Name     string // as in image names: "docker.io"
	Endpoint string // "https://registry-1.docker.io"
	// Realm gives tokens to anonymous clients, for the Service; "" where none is
	// needed.
	Realm   string
	Service string
	// Redirects are the hosts that a registry may send a pull to, besides its
	// own. "*" stands for one label or a part of one.
	Redirects []string
}

// Known are the registries that a host may offer.
func Known() []Registry {
	pkg := []string{"*-docker.pkg.dev", "storage.googleapis.com"}
	list := []Registry{
		{"docker.io", "https://registry-1.docker.io", "https://auth.docker.io/token", "registry.docker.io", []string{
			"production.cloudflare.docker.com", "production.cloudfront.docker.com",
			"docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com"}},
		{"ghcr.io", "https://ghcr.io", "https://ghcr.io/token", "ghcr.io", []string{"pkg-containers.githubusercontent.com"}},
		{"quay.io", "https://quay.io", "https://quay.io/v2/auth", "quay.io", []string{
			"cdn.quay.io", "cdn01.quay.io", "cdn02.quay.io", "cdn03.quay.io", "cdn04.quay.io", "cdn05.quay.io", "cdn06.quay.io"}},
		{"mcr.microsoft.com", "https://mcr.microsoft.com", "", "", []string{"*.data.mcr.microsoft.com"}},
		{"public.ecr.aws", "https://public.ecr.aws", "https://public.ecr.aws/token/", "public.ecr.aws", []string{
			"d5l0dvt14r5h8.cloudfront.net", "d2glxqk2uabbnd.cloudfront.net"}},
		{"registry.k8s.io", "https://registry.k8s.io", "", "", append([]string{
			"prod-registry-k8s-io-*.s3.dualstack.*.amazonaws.com"}, pkg...)},
		{"registry.gitlab.com", "https://registry.gitlab.com", "https://gitlab.com/jwt/auth", "container_registry", []string{
			"cdn.registry.gitlab-static.net", "storage.googleapis.com"}},
	}
	for _, name := range []string{"gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io",
		"us-docker.pkg.dev", "europe-docker.pkg.dev", "asia-docker.pkg.dev"} {
		list = append(list, Registry{name, "https://" + name, "https://" + name + "/v2/token", name, pkg})
	}
	return list
}

// aliases are other names of the same registry.
var aliases = map[string]string{
	"index.docker.io":      "docker.io",
	"registry-1.docker.io": "docker.io",
}

// Choose gives the known registries of these names.
func Choose(names []string) ([]Registry, error) {
	known := Known()
	var list []Registry
	for _, name := range names {
		i := slices.IndexFunc(known, func(r Registry) bool { return r.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("registry %q is not in the table: give its address as well, NAME=URL", name)
		}
		list = append(list, known[i])
	}
	return list, nil
}

// Own makes a registry that only this host's keeper knows out of NAME=URL.
// Unlike those of the table it may be plain http and at a private address.
func Own(text string) (Registry, error) {
	name, address, ok := strings.Cut(text, "=")
	if !ok {
		return Registry{}, fmt.Errorf("registry %q: want NAME=URL", text)
	}
	r := Registry{Name: name, Endpoint: strings.TrimSuffix(address, "/")}
	return r, r.check()
}

var registryName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?$`)

func (r Registry) check() error {
	if !registryName.MatchString(r.Name) {
		return fmt.Errorf("registry %q: not a name that an image may have", r.Name)
	}
	u, err := url.Parse(r.Endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path+u.RawQuery+u.Fragment != "" || u.User != nil {
		return fmt.Errorf("registry %s: %q is not https://HOST or http://HOST", r.Name, r.Endpoint)
	}
	if r.Realm == "" {
		return nil
	}
	if realm, err := url.Parse(r.Realm); err != nil || realm.Scheme != "https" || realm.Host == "" || realm.User != nil {
		return fmt.Errorf("registry %s: its realm %q is not https", r.Name, r.Realm)
	}
	return nil
}

func byName(list []Registry) (map[string]Registry, error) {
	m := map[string]Registry{}
	for _, r := range list {
		if err := r.check(); err != nil {
			return nil, err
		}
		if _, twice := m[r.Name]; twice {
			return nil, fmt.Errorf("registry %s is given twice", r.Name)
		}
		m[r.Name] = r
	}
	for alias, name := range aliases {
		if r, ok := m[name]; ok {
			m[alias] = r
		}
	}
	return m, nil
}

// permits tells whether a request may go to an address: to the registry itself,
// or by https to one of the hosts it may redirect to.
func (r Registry) permits(u *url.URL) error {
	if u.User != nil {
		return fmt.Errorf("an address with a user name: %s", u.Host)
	}
	if u.Scheme+"://"+u.Host == r.Endpoint {
		return nil
	}
	if u.Scheme != "https" {
		return fmt.Errorf("%s is not https", u.Scheme+"://"+u.Host)
	}
	if slices.ContainsFunc(r.Redirects, func(pattern string) bool { return hostMatches(pattern, u.Host) }) {
		return nil
	}
	return fmt.Errorf("%s is not a host of %s", u.Host, r.Name)
}

// hostMatches compares label by label. A host with a port, a final dot or
// capitals matches nothing.
func hostMatches(pattern, host string) bool {
	labels := strings.Split(host, ".")
	patterns := strings.Split(pattern, ".")
	if len(labels) != len(patterns) {
		return false
	}
	for i, p := range patterns {
		before, after, wild := strings.Cut(p, "*")
		label := labels[i]
		switch {
		case !wild && label == p:
		case wild && len(label) > len(before)+len(after) && strings.HasPrefix(label, before) && strings.HasSuffix(label, after) && isLabel(label):
		default:
			return false
		}
	}
	return true
}

func isLabel(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
