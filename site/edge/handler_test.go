package edge_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"layerlab.dev/site/edge"
)

func site(t *testing.T) *edge.Handler {
	t.Helper()
	files, err := edge.Load(fstest.MapFS{
		"index.html":                  {Data: []byte("<!doctype html>")},
		"index.html.br":               {Data: []byte("page-br")},
		"index.html.gz":               {Data: []byte("page-gzip")},
		"assets/ui.0a1b.wasm":         {Data: []byte("wasm")},
		"assets/ui.0a1b.wasm.br":      {Data: []byte("w-br")},
		"assets/main.0a1b.js":         {Data: []byte("js")},
		"assets/app.0a1b.css":         {Data: []byte("css")},
		"assets/icon.0a1b.svg":        {Data: []byte("<svg/>")},
		"assets/app.0a1b.webmanifest": {Data: []byte("{}")},
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := edge.New(edge.Config{Assets: files})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(h http.Handler, method, target string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEncoding(t *testing.T) {
	h := site(t)
	tests := []struct {
		name, target string
		accept       []string
		coding, body string
	}{
		{"brotli before gzip at equal weight", "/", []string{"gzip, deflate, br"}, "br", "page-br"},
		{"gzip alone", "/", []string{"gzip"}, "gzip", "page-gzip"},
		{"weights decide", "/", []string{"br;q=0.2, gzip;q=0.9"}, "gzip", "page-gzip"},
		{"a refused coding is not used", "/", []string{"br;q=0, gzip"}, "gzip", "page-gzip"},
		{"identity preferred", "/", []string{"identity, br;q=0.5"}, "", "<!doctype html>"},
		{"star stands for all", "/", []string{"*"}, "br", "page-br"},
		{"star can refuse", "/", []string{"*;q=0"}, "", "<!doctype html>"},
		{"no field", "/", nil, "", "<!doctype html>"},
		{"empty field", "/", []string{""}, "", "<!doctype html>"},
		{"two fields", "/", []string{"deflate", "br"}, "br", "page-br"},
		{"spaces and capitals", "/", []string{" GZIP ; q=1"}, "gzip", "page-gzip"},
		{"a weight that is no number", "/", []string{"br;q=x, gzip;q=0.1"}, "gzip", "page-gzip"},
		{"a form that is not there", "/assets/ui.0a1b.wasm", []string{"gzip"}, "", "wasm"},
		{"a file without forms", "/assets/main.0a1b.js", []string{"br"}, "", "js"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var fields []string
			for _, accept := range test.accept {
				fields = append(fields, "Accept-Encoding", accept)
			}
			w := ask(h, http.MethodGet, test.target, fields...)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d", w.Code)
			}
			if got := w.Header().Get("Content-Encoding"); got != test.coding {
				t.Errorf("Content-Encoding %q, want %q", got, test.coding)
			}
			if got := w.Body.String(); got != test.body {
				t.Errorf("body %q, want %q", got, test.body)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	h := site(t)
	tests := []struct{ target, mediaType, cache, vary string }{
		{"/", "text/html; charset=utf-8", "no-cache", "Accept-Encoding"},
		{"/index.html", "text/html; charset=utf-8", "no-cache", "Accept-Encoding"},
		{"/assets/ui.0a1b.wasm", "application/wasm", "public, max-age=31536000, immutable", "Accept-Encoding"},
		{"/assets/main.0a1b.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", ""},
		{"/assets/app.0a1b.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable", ""},
		{"/assets/icon.0a1b.svg", "image/svg+xml", "public, max-age=31536000, immutable", ""},
		{"/assets/app.0a1b.webmanifest", "application/manifest+json", "public, max-age=31536000, immutable", ""},
	}
	for _, test := range tests {
		t.Run(test.target, func(t *testing.T) {
			w := ask(h, http.MethodGet, test.target)
			for field, want := range map[string]string{
				"Content-Type": test.mediaType, "Cache-Control": test.cache, "Vary": test.vary,
			} {
				if got := w.Header().Get(field); got != want {
					t.Errorf("%s is %q, want %q", field, got, want)
				}
			}
		})
	}
}

func TestHead(t *testing.T) {
	h := site(t)
	get := ask(h, http.MethodGet, "/", "Accept-Encoding", "br")
	head := ask(h, http.MethodHead, "/", "Accept-Encoding", "br")
	if head.Body.Len() != 0 {
		t.Errorf("HEAD has a body of %d bytes", head.Body.Len())
	}
	for field := range get.Header() {
		if got, want := head.Header().Get(field), get.Header().Get(field); got != want {
			t.Errorf("HEAD says %s %q, GET %q", field, got, want)
		}
	}
	if got := head.Header().Get("Content-Length"); got != "7" {
		t.Errorf("Content-Length %q of 7 bytes", got)
	}
}

func TestRevalidation(t *testing.T) {
	h := site(t)
	br := ask(h, http.MethodGet, "/", "Accept-Encoding", "br").Header().Get("ETag")
	plain := ask(h, http.MethodGet, "/").Header().Get("ETag")
	if br == plain {
		t.Fatalf("two forms share the entity tag %s: a cache would mix their bytes", br)
	}
	tests := []struct {
		name, tag string
		status    int
	}{
		{"the same", br, http.StatusNotModified},
		{"weak", "W/" + br, http.StatusNotModified},
		{"in a list", `"other", ` + br, http.StatusNotModified},
		{"any", "*", http.StatusNotModified},
		{"of another form", plain, http.StatusOK},
		{"another", `"other"`, http.StatusOK},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := ask(h, http.MethodGet, "/", "Accept-Encoding", "br", "If-None-Match", test.tag)
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			if w.Code == http.StatusNotModified && w.Body.Len() > 0 {
				t.Error("304 with a body")
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	h := site(t)
	tests := []struct {
		name, method, target string
		status               int
	}{
		{"absent", http.MethodGet, "/nothing", http.StatusNotFound},
		{"a compressed form by its own name", http.MethodGet, "/index.html.br", http.StatusNotFound},
		{"a folder", http.MethodGet, "/assets/", http.StatusNotFound},
		{"a way out", http.MethodGet, "/../go.mod", http.StatusNotFound},
		{"a way out inside", http.MethodGet, "/assets/../index.html", http.StatusNotFound},
		{"post", http.MethodPost, "/", http.StatusMethodNotAllowed},
		{"delete", http.MethodDelete, "/", http.StatusMethodNotAllowed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := ask(h, test.method, test.target)
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			if w.Header().Get("Content-Security-Policy") == "" {
				t.Error("a refusal without the security policy")
			}
		})
	}
	if allow := ask(h, http.MethodPost, "/").Header().Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("Allow is %q", allow)
	}
}

func TestPolicy(t *testing.T) {
	header := ask(site(t), http.MethodGet, "/").Header()
	policy := header.Get("Content-Security-Policy")
	for _, weak := range []string{"unsafe-inline", "'unsafe-eval'", "http:", "https:", " *"} {
		if strings.Contains(policy, weak) {
			t.Errorf("the policy allows %s: %s", weak, policy)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; ") {
		t.Errorf("what is not named is not refused: %s", policy)
	}
	for field, want := range map[string]string{
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Embedder-Policy": "require-corp",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
	} {
		if got := header.Get(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func TestNewErrors(t *testing.T) {
	tests := []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"nothing packed", fstest.MapFS{}, "index.html is missing"},
		{"an unknown kind of file", fstest.MapFS{"index.html": {}, "assets/a.exe": {}}, `assets/a.exe: no media type is known for ".exe"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files, err := edge.Load(test.files)
			if err == nil {
				_, err = edge.New(edge.Config{Assets: files})
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
