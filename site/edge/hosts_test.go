package edge_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"layerlab.dev/site/edge"
	"layerlab.dev/site/serve/local"
)

// fixture is the packed site that both hosts serve in the tests.
var fixture = map[string]string{
	"index.html":             "<!doctype html><title>page</title>",
	"index.html.br":          "page-br",
	"index.html.gz":          "page-gzip",
	"embed.html":             "<!doctype html><title>embed</title>",
	"embed.js":               "// embed",
	"assets/ui.0a1b.wasm":    "\x00asm\x01\x00\x00\x00",
	"assets/ui.0a1b.wasm.br": "w-br",
	"assets/main.0a1b.js":    "js",
}

func writeFixture(folder string) error {
	for name, text := range fixture {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// The limits of the hosts in the tests: short, so that what is slow is cut soon.
const (
	testAnswer  = 4 * time.Second
	testStall   = 2 * time.Second
	testMaxBlob = 64 << 20
)

// A host is a way to serve the site, with the network replaced by a fake.
type host struct {
	name string
	url  string
	pid  int // of the process whose children hold the bytes; 0: this one
}

// A hosting starts a host once, for all tests; it is stopped after them.
type hosting struct {
	name  string
	start func(broken bool) (host, func(), error)
	once  [2]sync.Once
	host  [2]host
	stop  [2]func()
	err   [2]error
}

var hostings = []*hosting{{name: "native", start: startNative}, {name: "worker", start: startWorker}}

// get gives the host; a broken one has something else in the place of its store
// of share links.
func (hs *hosting) get(t *testing.T, broken bool) host {
	t.Helper()
	i := 0
	if broken {
		i = 1
	}
	hs.once[i].Do(func() { hs.host[i], hs.stop[i], hs.err[i] = hs.start(broken) })
	if errors.Is(hs.err[i], errNoMiniflare) {
		t.Skip(hs.err[i])
	}
	if hs.err[i] != nil {
		t.Fatal(hs.err[i])
	}
	return hs.host[i]
}

// onHosts runs a test on the native host and on the Worker.
func onHosts(t *testing.T, run func(t *testing.T, h host)) {
	t.Helper()
	for _, hs := range hostings {
		t.Run(hs.name, func(t *testing.T) { run(t, hs.get(t, false)) })
	}
}

func TestMain(m *testing.M) {
	network = newFake()
	code := m.Run()
	for _, hs := range hostings {
		for _, stop := range hs.stop {
			if stop != nil {
				stop()
			}
		}
	}
	network.Close()
	os.Exit(code)
}

// meant sends every request to the fake, which is told what was meant, in the
// place of the real network. The fake for the Worker stands in host.mjs.
type meant struct{ fake *url.URL }

func (m meant) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Upstream", r.URL.Scheme+"://"+r.URL.Host)
	r.URL.Scheme, r.URL.Host, r.Host = m.fake.Scheme, m.fake.Host, ""
	return plain.RoundTrip(r)
}

var plain = &http.Transport{DisableCompression: true}

type brokenStore struct{ edge.Store }

func startNative(broken bool) (h host, stop func(), err error) {
	folder, err := os.MkdirTemp("", "layerlab-edge-")
	if err != nil {
		return h, nil, err
	}
	packed := filepath.Join(folder, "packed")
	if err := writeFixture(packed); err != nil {
		return h, nil, err
	}
	files, err := edge.Load(os.DirFS(packed))
	if err != nil {
		return h, nil, err
	}
	blobs, err := local.OpenBlobs(filepath.Join(folder, "blobs"), 1<<30)
	if err != nil {
		return h, nil, err
	}
	shares, err := local.OpenShares(filepath.Join(folder, "shares"), 1<<30)
	if err != nil {
		return h, nil, err
	}
	fake, err := url.Parse(network.URL)
	if err != nil {
		return h, nil, err
	}
	c := edge.Config{
		Assets: files, Shares: shares, Registries: edge.Known(), Upstream: meant{fake},
		Cache: local.NewCache(64 << 20), Blobs: blobs, Limiter: local.NewLimiter(local.Usual, true),
		Limits: edge.Limits{Answer: testAnswer, Stall: testStall, BlobBytes: testMaxBlob},
	}
	if broken {
		c.Shares = brokenStore{} // its nil methods panic
	}
	site, err := edge.New(c)
	if err != nil {
		return h, nil, err
	}
	server := httptest.NewServer(local.Named(site, nil))
	return host{name: "native", url: server.URL}, func() { server.Close(); os.RemoveAll(folder) }, nil
}

// assembled is the Worker over the fixture, built once.
var assembled = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "layerlab-worker-")
	if err != nil {
		return "", err
	}
	packed := filepath.Join(folder, "packed")
	if err := writeFixture(packed); err != nil {
		return "", err
	}
	out := filepath.Join(folder, "worker")
	if text, err := exec.Command("go", "run", "layerlab.dev/site/worker/assemble", packed, out).CombinedOutput(); err != nil {
		return "", fmt.Errorf("assembling the Worker: %w\n%s", err, text)
	}
	return out, nil
})

const workerFolder = "../worker"

var errNoMiniflare = errors.New("needs Miniflare: ./build.sh test installs it, or npm ci --ignore-scripts in site/worker")

func startWorker(broken bool) (h host, stop func(), err error) {
	if _, err := os.Stat(filepath.Join(workerFolder, "node_modules", "miniflare")); err != nil {
		return h, nil, errNoMiniflare
	}
	folder, err := assembled()
	if err != nil {
		return h, nil, err
	}
	options, err := json.Marshal(map[string]any{
		"upstream": network.URL, "shares": !broken,
		"vars": map[string]string{"ANSWER": testAnswer.String(), "STALL": testStall.String(), "MAX_BLOB": fmt.Sprint(testMaxBlob)},
	})
	if err != nil {
		return h, nil, err
	}
	cmd := exec.Command("node", filepath.Join(workerFolder, "host.mjs"), folder, string(options))
	input, err := cmd.StdinPipe()
	if err != nil {
		return h, nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return h, nil, err
	}
	if os.Getenv("LAYERLAB_WORKER_LOG") != "" {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		return h, nil, err
	}
	stop = func() {
		input.Close()
		cmd.Wait() // how it ends does not matter
		if !broken {
			os.RemoveAll(filepath.Dir(folder))
		}
	}
	lines := bufio.NewReader(output)
	address, err := lines.ReadString('\n')
	if err != nil {
		stop()
		return h, nil, fmt.Errorf("the Worker does not start (LAYERLAB_WORKER_LOG=1 shows why): %w", err)
	}
	go io.Copy(io.Discard, lines)
	return host{name: "worker", url: strings.TrimSpace(address), pid: cmd.Process.Pid}, stop, nil
}

// do asks a host, without following redirects or undoing encodings.
func (h host) do(t *testing.T, method, path string, body io.Reader, fields ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	if r.Header.Get("Accept-Encoding") == "" {
		r.Header.Set("Accept-Encoding", "identity")
	}
	res, err := plain.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Errorf("reading the answer: %v", err)
	}
	return string(body)
}
