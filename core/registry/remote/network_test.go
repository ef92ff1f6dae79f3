package remote_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/api"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/vfs"
)

func blob(content string) registry.Blob {
	return registry.Blob{Digest: digest.FromString(content), Content: vfs.String(content)}
}

// push pushes an image of one layer the way docker does.
func push(t *testing.T, n remote.Network, domain, path, tag, layer string) remote.Network {
	t.Helper()
	config := blob(`{"os":"linux"}`)
	to, err := n.Push(domain, path)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []registry.Blob{blob(layer), config} {
		if to, err = to.Blob(b); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := schema2.New(schema2.Descriptor{Size: config.Size(), Digest: config.Digest}, []schema2.Descriptor{{Size: int64(len(layer)), Digest: digest.FromString(layer)}})
	if err != nil {
		t.Fatal(err)
	}
	to, _, err = to.Manifest(tag, schema2.MediaType, raw)
	if err != nil {
		t.Fatal(err)
	}
	return to.Network()
}

func network(t *testing.T) remote.Network {
	n := remote.New().Serve("localhost:5000", registry.New(0)).Forward("localhost:5002", "localhost:5000", 150_000).Deny("localhost:5003").Mirrors("localhost:5000")
	return push(t, n, "localhost:5000", "library/alpine", "latest", "layer")
}

// TestErrors holds the words to those of dockerd 20.10.24, as recorded.
func TestErrors(t *testing.T) {
	n := network(t)
	tests := []struct{ domain, path, tag, familiar, want string }{
		{"localhost:5000", "nosuch", "latest", "localhost:5000/nosuch", "manifest for localhost:5000/nosuch:latest not found: manifest unknown: manifest unknown"},
		{"localhost:5000", "library/alpine", "nosuch", "localhost:5000/library/alpine", "manifest for localhost:5000/library/alpine:nosuch not found: manifest unknown: manifest unknown"},
		{"localhost:5003", "nosuch", "latest", "localhost:5003/nosuch", "pull access denied for localhost:5003/nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"},
		{"localhost:5009", "x", "latest", "localhost:5009/x", `Get "http://localhost:5009/v2/": dial tcp 127.0.0.1:5009: connect: connection refused`},
		{"docker.io", "library/nosuch", "latest", "nosuch", `Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: no such host`},
		{"example.com", "x", "latest", "example.com/x", `Get "https://example.com/v2/": dial tcp: lookup example.com on 192.0.2.53:53: no such host`},
		{"localhost", "x", "latest", "localhost/x", `Get "http://localhost/v2/": dial tcp 127.0.0.1:80: connect: connection refused`},
		{"10.0.0.1:5000", "x", "latest", "10.0.0.1:5000/x", `Get "https://10.0.0.1:5000/v2/": dial tcp 10.0.0.1:5000: connect: network is unreachable`},
		{"[::1]:5000", "x", "latest", "[::1]:5000/x", `Get "http://[::1]:5000/v2/": dial tcp [::1]:5000: connect: connection refused`},
	}
	for _, tt := range tests {
		_, err := n.Pull(tt.domain, tt.path).Manifest(tt.tag)
		if err == nil {
			t.Errorf("%s: no error", tt.familiar)
			continue
		}
		if got := remote.PullError(err, tt.familiar, tt.familiar+":"+tt.tag).Error(); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.familiar, got, tt.want)
		}
	}
	_, err := n.Pull("localhost:5000", "nosuch").Tags()
	want := "repository localhost:5000/nosuch not found: name unknown: repository name not known to registry"
	if got := remote.PullError(err, "localhost:5000/nosuch", "").Error(); got != want {
		t.Errorf("pull -a: got %s", got)
	}
	_, err = n.Nameserver("192.0.2.53", false).Pull("docker.io", "x").Manifest("latest")
	if want := `Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: dial udp 192.0.2.53:53: connect: network is unreachable`; err == nil || err.Error() != want {
		t.Errorf("without a nameserver: %v", err)
	}
}

func TestPushes(t *testing.T) {
	n := network(t)
	if m, err := n.Pull("docker.io", "library/alpine").Manifest("latest"); err != nil || m.MediaType != schema2.MediaType {
		t.Errorf("through the mirror: %v, %v", m.MediaType, err)
	}
	if _, err := n.Push("docker.io", "library/alpine"); err == nil {
		t.Error("a mirror took a push")
	}
	after := push(t, n, "localhost:5002", "other", "1", "second")
	if _, err := after.Pull("localhost:5000", "other").Manifest("1"); err != nil {
		t.Errorf("pushed through the forward: %v", err)
	}
	if _, err := n.Pull("localhost:5000", "other").Manifest("1"); err == nil {
		t.Error("the network before the push has what was pushed")
	}
	to, err := after.Push("localhost:5000", "third")
	if err != nil {
		t.Fatal(err)
	}
	d := digest.FromString("second")
	for _, step := range []struct {
		from string
		want bool
	}{{"nowhere", false}, {"library/alpine", false}, {"other", true}} {
		next, ok, err := to.Mount(step.from, d)
		if err != nil || ok != step.want {
			t.Errorf("mount from %s: %v, %v", step.from, ok, err)
		}
		to = next
	}
	if ok, err := to.Has(d); !ok || err != nil {
		t.Errorf("mounted, but not there: %v", err)
	}
	denied, err := n.Push("localhost:5003", "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := denied.Has(d); err == nil || err.Error() != "denied: requested access to the resource is denied" {
		t.Errorf("denied push: %v", err)
	}
	if got := after.Pull("localhost:5002", "other").Rate(); got != 150_000 {
		t.Errorf("rate %d", got)
	}
	closed := after.Close("localhost:5000")
	if _, err := closed.Pull("localhost:5002", "other").Manifest("1"); err != nil {
		t.Errorf("the forward outlives its address: %v", err)
	}
	if _, ok := closed.Close("localhost:5002").Registry("localhost:5002"); ok {
		t.Error("closed, and still there")
	}
}

// TestManifests holds what docker manifest inspect gets to what docker 20.10.24
// said.
func TestManifests(t *testing.T) {
	n := network(t)
	m, err := n.Pull("localhost:5000", "library/alpine").Manifest("latest")
	if err != nil {
		t.Fatal(err)
	}
	ask := remote.Manifests(func() remote.Network { return n })
	for _, tt := range []struct {
		domain, path, reference string
		insecure                bool
		want                    string
	}{
		{"localhost:5000", "library/alpine", "latest", true, ""},
		{"localhost:5000", "library/alpine", m.Digest.String(), true, ""},
		{"localhost:5000", "library/alpine", "latest", false, "no such manifest: localhost:5000/library/alpine:latest"},
		{"localhost:5000", "nosuch", "latest", true, "no such manifest: localhost:5000/nosuch:latest"},
		{"localhost:5000", "nosuch", m.Digest.String(), true, "no such manifest: localhost:5000/nosuch@" + m.Digest.String()},
		{"localhost:5009", "x", "latest", true, `failed to configure transport: error pinging v2 registry: Get "https://localhost:5009/v2/": dial tcp 127.0.0.1:5009: connect: connection refused`},
		{"docker.io", "library/alpine", "latest", false, `failed to configure transport: error pinging v2 registry: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.0.2.53:53: no such host`},
	} {
		kind, raw, err := ask.Manifest(tt.domain, tt.path, tt.reference, tt.insecure)
		if got := fmt.Sprint(err); got != tt.want && (err != nil || tt.want != "") {
			t.Errorf("%s/%s %s: %s", tt.domain, tt.path, tt.reference, got)
		}
		if tt.want == "" && (kind != schema2.MediaType || string(raw) != string(m.JSON)) {
			t.Errorf("%s: %s %s", tt.reference, kind, raw)
		}
	}
}

func TestDo(t *testing.T) {
	n := network(t)
	for _, tt := range []struct {
		host, path string
		status     int
	}{{"localhost:5000", "/v2/_catalog", 200}, {"localhost:5002", "/v2/library/alpine/tags/list", 200}, {"localhost:5003", "/v2/", 200}, {"localhost:5003", "/v2/x/tags/list", 403}} {
		_, res, err := n.Do(api.Request{Method: "GET", Host: tt.host, Path: tt.path})
		if err != nil || res.Status != tt.status {
			t.Errorf("%s%s: %v, %v", tt.host, tt.path, res, err)
		}
	}
	_, _, err := n.Do(api.Request{Method: "GET", Host: "nosuch:1", Path: "/"})
	var dial *remote.DialError
	if !errors.As(err, &dial) || !dial.Unknown {
		t.Errorf("nosuch: %v", err)
	}
}

func ExampleNetwork() {
	n := remote.New().Serve("localhost:5000", registry.New(0))
	_, res, err := n.Do(api.Request{Method: "GET", Host: "localhost:5000", Path: "/v2/_catalog"})
	if err != nil {
		panic(err)
	}
	b, _ := res.Body.Bytes()
	fmt.Print(res.Status, " ", string(b))
	// Output: 200 {"repositories":[]}
}
