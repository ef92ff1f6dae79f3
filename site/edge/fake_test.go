package edge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// fake answers in the place of all registries, token services and hosts that
// they redirect to. What it answers to a path depends on the repository in it,
// so tests that use different repositories do not meet.
type fake struct {
	*httptest.Server
	mu    sync.Mutex
	sites map[string]http.Handler // by repository
	seen  map[string][]seen
}

// seen is a request that left a host.
type seen struct {
	origin string // that was meant: "https://ghcr.io"
	method string
	path   string
	header http.Header
}

func newFake() *fake {
	f := &fake{sites: map[string]http.Handler{}, seen: map[string][]seen{}}
	f.Server = httptest.NewServer(f)
	return f
}

// token is what the fake's token services give for a repository.
func token(repository string) string { return "token-for." + strings.ReplaceAll(repository, "/", ".") }

// set says how requests for a repository are answered, and forgets what was
// seen of it.
func (f *fake) set(repository string, site http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sites[repository] = site
	delete(f.seen, repository)
}

// requests are those that were made for a repository.
func (f *fake) requests(repository string) []seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen[repository]
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("X-Upstream")
	repository, isToken := repositoryOf(r.URL)
	f.mu.Lock()
	site := f.sites[repository]
	header := r.Header.Clone()
	header.Del("X-Upstream")
	f.seen[repository] = append(f.seen[repository], seen{origin, r.Method, r.URL.RequestURI(), header})
	f.mu.Unlock()
	switch {
	case site == nil:
		http.NotFound(w, r)
	case isToken:
		if t, ok := site.(tokens); ok {
			t.token(w, r)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"token": token(repository), "expires_in": 300})
	default:
		site.ServeHTTP(w, r)
	}
}

// tokens is a site with a token service of its own.
type tokens struct {
	http.Handler
	token http.HandlerFunc
}

func repositoryOf(u *url.URL) (repository string, isToken bool) {
	if scope := u.Query().Get("scope"); scope != "" {
		return strings.TrimSuffix(strings.TrimPrefix(scope, "repository:"), ":pull"), true
	}
	path := strings.TrimPrefix(strings.TrimPrefix(u.Path, "/v2"), "/")
	for _, kind := range []string{"/manifests/", "/blobs/"} {
		if i := strings.Index(path, kind); i >= 0 {
			return path[:i], false
		}
	}
	return path, false
}

// manifestAnd answers manifests with a small image's and blobs with these.
func manifestAnd(blobs ...[]byte) http.HandlerFunc {
	byDigest := map[string][]byte{}
	for _, b := range blobs {
		byDigest[digestOf(b)] = b
	}
	return func(w http.ResponseWriter, r *http.Request) {
		_, name, isBlob := strings.Cut(r.URL.Path, "/blobs/")
		switch body, ok := byDigest[name]; {
		case isBlob && ok:
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			w.Write(body)
		case isBlob:
			http.NotFound(w, r)
		default:
			writeManifest(w, emptyManifest)
		}
	}
}

const (
	manifestType  = "application/vnd.oci.image.manifest.v1+json"
	emptyManifest = `{"schemaVersion":2,"mediaType":"` + manifestType + `","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}`
)

func writeManifest(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", manifestType)
	w.Header().Set("Docker-Content-Digest", digestOf([]byte(text)))
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	fmt.Fprint(w, text)
}

// network is the fake that both hosts stand before.
var network *fake

// own is a repository that no other test uses.
func own(t *testing.T, h host) string {
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-", "#", "-").Replace(t.Name()))
	return "test/" + strings.Trim(name, "-") + "-" + h.name
}
