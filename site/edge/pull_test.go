package edge_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"layerlab.dev/site/edge"
	"layerlab.dev/site/serve/local"
)

// through sends what a client asks of https://REGISTRY/v2/… to our own
// /v2/REGISTRY/…, as the page does: names stay canonical.
type through struct{ site *url.URL }

func (t through) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Path = "/v2/" + r.URL.Host + strings.TrimPrefix(r.URL.Path, "/v2")
	r.URL.Scheme, r.URL.Host, r.Host = t.site.Scheme, t.site.Host, ""
	return http.DefaultTransport.RoundTrip(r)
}

func TestPullThrough(t *testing.T) {
	upstream := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer upstream.Close()
	image, err := random.Image(1<<16, 3)
	if err != nil {
		t.Fatal(err)
	}
	pushed, err := name.ParseReference(strings.TrimPrefix(upstream.URL, "http://") + "/library/thing:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(pushed, image); err != nil {
		t.Fatal(err)
	}

	files, err := edge.Load(fstest.MapFS{"index.html": {}})
	if err != nil {
		t.Fatal(err)
	}
	own, err := edge.Own("lab.example=" + upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := local.OpenBlobs(t.TempDir(), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	site, err := edge.New(edge.Config{Assets: files, Upstream: local.Upstream([]edge.Registry{own}), Registries: []edge.Registry{own},
		Cache: local.NewCache(1 << 20), Blobs: blobs})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	defer server.Close()
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	want, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ref, err := name.ParseReference("lab.example/library/thing:1")
		if err != nil {
			t.Fatal(err)
		}
		got, err := remote.Image(ref, remote.WithTransport(through{at}))
		if err != nil {
			t.Fatal(err)
		}
		if err := validate.Image(got); err != nil {
			t.Error(err)
		}
		if digest, err := got.Digest(); err != nil || digest != want {
			t.Errorf("digest %s, %v, want %s", digest, err, want)
		}
		upstream.Close() // the second time all comes from what was kept
	}
}
