package edge_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"layerlab.dev/site/edge"
)

// through sends what a client asks of https://REGISTRY/v2/… to our own
// /v2/REGISTRY/…, as the page does: names stay canonical.
type through struct{ site *url.URL }

func (t through) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Path = "/v2/" + r.URL.Host + strings.TrimPrefix(r.URL.Path, "/v2")
	r.URL.Scheme, r.URL.Host, r.Host = t.site.Scheme, t.site.Host, ""
	return plain.RoundTrip(r)
}

// A client that knows nothing of us pulls a whole image, twice: the second time
// from what was kept, since the registry has gone.
func TestPullThrough(t *testing.T) {
	image, err := random.Image(1<<16, 3)
	if err != nil {
		t.Fatal(err)
	}
	want, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	real := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	push := httptest.NewServer(real)
	defer push.Close()
	onHosts(t, func(t *testing.T, h host) {
		repository := own(t, h)
		ref, err := name.ParseReference(strings.TrimPrefix(push.URL, "http://") + "/" + repository + ":1")
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, image); err != nil {
			t.Fatal(err)
		}
		network.set(repository, real)
		at, err := url.Parse(h.url)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			ref, err := name.ParseReference("ghcr.io/" + repository + ":1")
			if err != nil {
				t.Fatal(err)
			}
			got, err := remote.Image(ref, remote.WithTransport(through{at}))
			if err != nil {
				t.Fatalf("pull %d: %v", i+1, err)
			}
			if err := validate.Image(got); err != nil {
				t.Errorf("pull %d: %v", i+1, err)
			}
			if digest, err := got.Digest(); err != nil || digest != want {
				t.Errorf("pull %d: digest %s, %v, want %s", i+1, digest, err, want)
			}
			network.set(repository, nil)
		}
		if later := network.requests(repository); len(later) > 0 {
			t.Errorf("the second pull asked the registry: %v", later)
		}
	})
}

func TestAssetsOnHosts(t *testing.T) {
	onHosts(t, func(t *testing.T, h host) {
		tests := []struct {
			path, accept, body string
			fields             map[string]string
		}{
			{"/", "br", "page-br", map[string]string{"Content-Encoding": "br", "Content-Length": "7", "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"}},
			{"/", "gzip", "page-gzip", map[string]string{"Content-Encoding": "gzip", "Content-Length": "9"}},
			{"/", "identity", fixture["index.html"], map[string]string{"Content-Encoding": ""}},
			{"/assets/ui.0a1b.wasm", "br", "w-br", map[string]string{"Content-Encoding": "br", "Content-Type": "application/wasm",
				"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff",
				"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}},
			{"/assets/ui.0a1b.wasm", "identity", fixture["assets/ui.0a1b.wasm"], map[string]string{"Content-Type": "application/wasm", "Content-Length": "8"}},
			{"/healthz", "identity", "ok\n", map[string]string{"Cache-Control": "no-store"}},
		}
		for _, test := range tests {
			res := h.do(t, http.MethodGet, test.path, nil, "Accept-Encoding", test.accept)
			if body := read(t, res); res.StatusCode != http.StatusOK || body != test.body {
				t.Errorf("%s as %s: status %d, body %q", test.path, test.accept, res.StatusCode, body)
			}
			for field, want := range test.fields {
				if got := res.Header.Get(field); got != want {
					t.Errorf("%s as %s: %s is %q, want %q", test.path, test.accept, field, got, want)
				}
			}
			head := h.do(t, http.MethodHead, test.path, nil, "Accept-Encoding", test.accept)
			if body := read(t, head); head.StatusCode != http.StatusOK || body != "" {
				t.Errorf("HEAD %s: status %d, body %q", test.path, head.StatusCode, body)
			}
			if got, want := head.Header.Get("Content-Length"), strconv.Itoa(len(test.body)); got != want {
				t.Errorf("HEAD %s as %s: Content-Length %q, want %q", test.path, test.accept, got, want)
			}
			if tag := res.Header.Get("ETag"); tag != "" {
				again := h.do(t, http.MethodGet, test.path, nil, "Accept-Encoding", test.accept, "If-None-Match", tag)
				if again.StatusCode != http.StatusNotModified {
					t.Errorf("%s with its own entity tag: status %d", test.path, again.StatusCode)
				}
			}
		}
		for path, status := range map[string]int{"/nothing": 404, "/index.html.br": 404, "/index.json": 404, "/assets/": 404} {
			if res := h.do(t, http.MethodGet, path, nil); res.StatusCode != status {
				t.Errorf("%s: status %d, want %d", path, res.StatusCode, status)
			}
		}
	})
}

func TestPolicyOnHosts(t *testing.T) {
	onHosts(t, func(t *testing.T, h host) {
		tests := []struct {
			path, ancestors, readers, origins string
		}{
			{"/", "frame-ancestors 'self'", "same-origin", ""},
			{"/assets/main.0a1b.js", "frame-ancestors 'self'", "same-origin", ""},
			{"/embed.html", "frame-ancestors *", "cross-origin", ""},
			{"/embed.js", "frame-ancestors 'self'", "cross-origin", "*"},
		}
		for _, test := range tests {
			header := h.do(t, http.MethodGet, test.path, nil).Header
			policy := header.Get("Content-Security-Policy")
			if !strings.HasSuffix(policy, "; "+test.ancestors) {
				t.Errorf("%s: the policy does not end with %s: %s", test.path, test.ancestors, policy)
			}
			for field, want := range map[string]string{
				"Cross-Origin-Resource-Policy": test.readers,
				"Access-Control-Allow-Origin":  test.origins,
				"Cross-Origin-Embedder-Policy": "require-corp",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Referrer-Policy":              "no-referrer",
				"X-Content-Type-Options":       "nosniff",
			} {
				if got := header.Get(field); got != want {
					t.Errorf("%s: %s is %q, want %q", test.path, field, got, want)
				}
			}
		}
	})
}

func TestShareOnHosts(t *testing.T) {
	onHosts(t, func(t *testing.T, h host) {
		const text = "name: 나눔\n-- Dockerfile --\nFROM scratch\n"
		for range 2 {
			res := h.do(t, http.MethodPost, "/api/share", strings.NewReader(text), "Content-Type", "text/plain")
			var got struct{ ID, URL string }
			if err := json.Unmarshal([]byte(read(t, res)), &got); err != nil || res.StatusCode != http.StatusCreated {
				t.Fatalf("status %d, %v", res.StatusCode, err)
			}
			if want := edge.ShareID([]byte(text)); got.ID != want || got.URL != "/s/"+want {
				t.Errorf("id %s at %s, want %s", got.ID, got.URL, want)
			}
			back := h.do(t, http.MethodGet, "/api/share/"+got.ID, nil)
			if body := read(t, back); body != text || back.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("came back as %s: %q", back.Header.Get("Content-Type"), body)
			}
			link := h.do(t, http.MethodGet, got.URL, nil)
			if to := link.Header.Get("Location"); link.StatusCode != http.StatusFound || to != "../#s="+got.ID {
				t.Errorf("the link answers %d to %q", link.StatusCode, to)
			}
		}
		if res := h.do(t, http.MethodGet, "/api/share/"+strings.Repeat("0", 32), nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("an unknown id: status %d", res.StatusCode)
		}
	})
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func randomBytes(seed uint64, size int) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(seed)}).Read(b)
	return b
}

func TestRanges(t *testing.T) {
	blob := randomBytes(1, 100_000)
	onHosts(t, func(t *testing.T, h host) {
		repository := own(t, h)
		network.set(repository, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(blob))
		}))
		path := "/v2/quay.io/" + repository + "/blobs/" + digestOf(blob)
		tests := []struct {
			field       string
			status      int
			first, last int // of the bytes given, inclusive
		}{
			{"bytes=0-9", 206, 0, 9},
			{"bytes=99990-", 206, 99990, 99999},
			{"bytes=-10", 206, 99990, 99999},
			{"bytes=500-500", 206, 500, 500},
			{"bytes=99990-200000", 206, 99990, 99999},
			{"bytes=200000-", 416, 0, -1},
			{"bytes=0-1,5-6", 200, 0, 99999},
			{"bytes=9-2", 200, 0, 99999},
			{"lines=1-2", 200, 0, 99999},
			{"", 200, 0, 99999},
		}
		// The whole blob was kept by the last of the first round.
		for round := range 2 {
			for _, test := range tests {
				var fields []string
				if test.field != "" {
					fields = []string{"Range", test.field}
				}
				res := h.do(t, http.MethodGet, path, nil, fields...)
				if res.StatusCode != test.status {
					t.Errorf("round %d, %q: status %d, want %d: %s", round, test.field, res.StatusCode, test.status, read(t, res))
					continue
				}
				if test.status == 416 {
					continue
				}
				if body := read(t, res); body != string(blob[test.first:test.last+1]) {
					t.Errorf("round %d, %q: %d other bytes", round, test.field, len(body))
				}
				want := ""
				if test.status == 206 {
					want = fmt.Sprintf("bytes %d-%d/100000", test.first, test.last)
				}
				if got := res.Header.Get("Content-Range"); got != want {
					t.Errorf("round %d, %q: Content-Range %q, want %q", round, test.field, got, want)
				}
				// Parts that come from the registry nobody has verified.
				want = "public, max-age=31536000, immutable"
				if round == 0 && test.status == 206 {
					want = "no-store"
				}
				if got := res.Header.Get("Cache-Control"); got != want {
					t.Errorf("round %d, %q: Cache-Control %q, want %q", round, test.field, got, want)
				}
			}
		}
		// A client may have a part under the tag: it is not told to keep it.
		same := h.do(t, http.MethodGet, path, nil, "If-None-Match", `"`+digestOf(blob)+`"`)
		if got := same.Header.Get("Cache-Control"); same.StatusCode != http.StatusNotModified || strings.Contains(got, "immutable") {
			t.Errorf("its own tag: status %d, Cache-Control %q", same.StatusCode, got)
		}
		head := h.do(t, http.MethodHead, path, nil)
		if head.StatusCode != http.StatusOK || head.Header.Get("Content-Length") != "100000" || head.Header.Get("Docker-Content-Digest") != digestOf(blob) {
			t.Errorf("HEAD: status %d, %v", head.StatusCode, head.Header)
		}
	})
}

// What a registry says of a blob to HEAD nobody verifies: it is not to be kept.
func TestHeadIsNotKept(t *testing.T) {
	blob := randomBytes(4, 1000)
	onHosts(t, func(t *testing.T, h host) {
		repository := own(t, h)
		network.set(repository, manifestAnd(blob))
		path := "/v2/quay.io/" + repository + "/blobs/" + digestOf(blob)
		caching := func() string {
			head := h.do(t, http.MethodHead, path, nil)
			if head.StatusCode != http.StatusOK || head.Header.Get("Content-Length") != "1000" {
				t.Fatalf("status %d, %v", head.StatusCode, head.Header)
			}
			return head.Header.Get("Cache-Control")
		}
		if got := caching(); got != "no-store" {
			t.Errorf("from the registry: Cache-Control %q", got)
		}
		read(t, h.do(t, http.MethodGet, path, nil)) // now it is verified, and soon kept
		const want = "public, max-age=31536000, immutable"
		got := caching()
		for end := time.Now().Add(10 * time.Second); got != want && time.Now().Before(end); got = caching() {
			time.Sleep(20 * time.Millisecond)
		}
		if got != want {
			t.Errorf("of a kept blob: Cache-Control %q", got)
		}
	})
}

// One client that reads nothing of what it asked for does not keep another from
// pulling.
func TestSlowClient(t *testing.T) {
	hs := hostings[0] // a Worker's requests to registries are each its own
	h := hs.get(t, false)
	repository := own(t, h)
	var under, most atomic.Int64
	blob := randomBytes(5, 40<<20) // more than sockets hold
	network.set(repository, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := under.Add(1)
		defer under.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		manifestAnd(blob)(w, r)
	}))
	path := "/v2/quay.io/" + repository + "/blobs/" + digestOf(blob)
	refused := make(chan int, 20)
	for range 20 {
		go func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+path, nil)
			if err != nil {
				refused <- 0
				return
			}
			r.Header.Set("X-Forwarded-For", "192.0.2.1")
			res, err := (&http.Transport{}).RoundTrip(r)
			if err != nil {
				refused <- 0
				return
			}
			t.Cleanup(func() { res.Body.Close() })
			refused <- res.StatusCode
		}()
	}
	var statuses []int
	for range 20 {
		statuses = append(statuses, <-refused)
	}
	slices.Sort(statuses)
	if want := append(slices.Repeat([]int{200}, 8), slices.Repeat([]int{429}, 12)...); !slices.Equal(statuses, want) {
		t.Errorf("one client got %v, want 8 answers and 12 refusals", statuses)
	}
	if n := most.Load(); n > 8 {
		t.Errorf("%d answers of the registry were under way for one client", n)
	}
	res := h.do(t, http.MethodGet, path, nil, "X-Forwarded-For", "192.0.2.2")
	if body := read(t, res); res.StatusCode != http.StatusOK || body != string(blob) {
		t.Errorf("another client: status %d, %d bytes", res.StatusCode, len(body))
	}
}

// A large blob passes through without being held: the memory of the host stays
// far below its size.
func TestLargeBlob(t *testing.T) {
	blob, small := randomBytes(2, 50<<20), randomBytes(3, 1<<20)
	onHosts(t, func(t *testing.T, h host) {
		repository := own(t, h)
		network.set(repository, manifestAnd(blob, small))
		get := func(digest string) *http.Response {
			return h.do(t, http.MethodGet, "/v2/ghcr.io/"+repository+"/blobs/"+digest, nil)
		}
		read(t, get(digestOf(small))) // what is measured is the blob alone
		before := memory(t, h)
		begin, most := time.Now(), before
		res := get(digestOf(blob))
		hash, buffer, size := sha256.New(), make([]byte, 1<<16), 0
		for step := 0; ; step++ {
			n, err := res.Body.Read(buffer)
			hash.Write(buffer[:n])
			if size += n; step%64 == 0 {
				most = max(most, memory(t, h))
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("after %d bytes: %v", size, err)
			}
		}
		if "sha256:"+hex.EncodeToString(hash.Sum(nil)) != digestOf(blob) || res.Header.Get("Content-Length") != strconv.Itoa(len(blob)) {
			t.Errorf("%d other bytes, announced as %s", size, res.Header.Get("Content-Length"))
		}
		t.Logf("50 MiB in %s, memory %d MiB, at most %d MiB", time.Since(begin).Round(time.Millisecond), before>>20, most>>20)
		if most-before > 40<<20 {
			t.Errorf("memory grew by %d MiB", (most-before)>>20)
		}
	})
}

// memory is the resident memory of a host's workerd; of this process, which
// holds the blob itself, nothing can be said.
func memory(t *testing.T, h host) int64 {
	t.Helper()
	if h.pid == 0 {
		return 0
	}
	var sum int64
	children, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", h.pid))
	for _, file := range children {
		list, _ := os.ReadFile(file)
		for _, pid := range strings.Fields(string(list)) {
			text, _ := os.ReadFile("/proc/" + pid + "/statm")
			if fields := strings.Fields(string(text)); len(fields) > 1 {
				pages, _ := strconv.ParseInt(fields[1], 10, 64)
				sum += pages * int64(os.Getpagesize())
			}
		}
	}
	return sum
}

// A fault of ours costs one request.
func TestPanic(t *testing.T) {
	for _, hs := range hostings {
		t.Run(hs.name, func(t *testing.T) {
			h := hs.get(t, true)
			for range 3 {
				res := h.do(t, http.MethodPost, "/api/share", strings.NewReader("-- a --\n"), "Content-Type", "text/plain")
				if body := read(t, res); res.StatusCode != http.StatusInternalServerError || body != "internal error\n" {
					t.Errorf("status %d, body %q", res.StatusCode, body)
				}
			}
			if res := h.do(t, http.MethodGet, "/", nil, "Accept-Encoding", "br"); res.StatusCode != http.StatusOK {
				t.Errorf("the page afterwards: status %d", res.StatusCode)
			}
		})
	}
}
