package edge_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"layerlab.dev/core/workspace"
	"layerlab.dev/site/edge"
	"layerlab.dev/site/lessons"
	"layerlab.dev/site/serve/local"
)

func withShares(t *testing.T, limits edge.Limits, room int64) *edge.Handler {
	t.Helper()
	files, err := edge.Load(fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}})
	if err != nil {
		t.Fatal(err)
	}
	h, err := edge.New(edge.Config{Assets: files, Shares: local.NewMemory(room), Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func post(h http.Handler, body string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/api/share", strings.NewReader(body))
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// The text that the page sends, Format's, is kept as it is, so its id can be
// computed without asking.
func TestShareKeepsLessons(t *testing.T) {
	h := withShares(t, edge.Limits{}, 1<<20)
	all, err := lessons.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, lesson := range all {
		w, err := workspace.Parse(lesson.Workspace)
		if err != nil {
			t.Fatal(err)
		}
		text, err := w.Format()
		if err != nil {
			t.Fatal(err)
		}
		answer := post(h, string(text))
		var got struct{ ID, URL string }
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || answer.Code != http.StatusCreated {
			t.Fatalf("%s: status %d, %v: %s", lesson.Slug, answer.Code, err, answer.Body)
		}
		if want := edge.ShareID(text); got.ID != want || got.URL != "/s/"+want {
			t.Errorf("%s: id %s at %s, want %s", lesson.Slug, got.ID, got.URL, want)
		}
		back := ask(h, http.MethodGet, "/api/share/"+got.ID)
		if back.Body.String() != string(text) {
			t.Errorf("%s: came back changed:\n%s", lesson.Slug, back.Body)
		}
		for field, want := range map[string]string{
			"Content-Type":            "text/plain; charset=utf-8",
			"X-Content-Type-Options":  "nosniff",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
			"Cache-Control":           "public, max-age=31536000, immutable",
		} {
			if got := back.Header().Get(field); got != want {
				t.Errorf("%s: %s is %q, want %q", lesson.Slug, field, got, want)
			}
		}
		link := ask(h, http.MethodGet, got.URL)
		if to := link.Header().Get("Location"); link.Code != http.StatusFound || to != "../#s="+got.ID {
			t.Errorf("%s: the link answers %d to %q", lesson.Slug, link.Code, to)
		}
	}
}

func TestShareRefusals(t *testing.T) {
	h := withShares(t, edge.Limits{ShareBytes: 1 << 10}, 1<<20)
	const good = "name: x\n-- Dockerfile --\nFROM scratch\n"
	tests := []struct {
		name, body string
		fields     []string
		status     int
		want       string
	}{
		{"a workspace", good, nil, http.StatusCreated, `"id"`},
		{"nothing", "", nil, http.StatusBadRequest, "no file"},
		{"a text without files", "name: x\n", nil, http.StatusBadRequest, "no file"},
		{"prose before the files", "Dear reader\n-- a --\nb\n", nil, http.StatusBadRequest, "line 1"},
		{"not UTF-8", "-- a --\n\xff\xfe\n", nil, http.StatusBadRequest, "UTF-8"},
		{"a NUL byte", "-- a --\n\x00\n", nil, http.StatusBadRequest, "UTF-8"},
		{"too large", good + strings.Repeat("x", 1<<10), nil, http.StatusRequestEntityTooLarge, "at most 1 KiB"},
		{"a web page", good, []string{"Content-Type", "text/html"}, http.StatusUnsupportedMediaType, "text/plain"},
		{"a form", good, []string{"Content-Type", "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType, "text/plain"},
		{"compressed", good, []string{"Content-Encoding", "gzip"}, http.StatusUnsupportedMediaType, "not compressed"},
		{"from another site", good, []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden, "own page"},
		{"from our page", good, []string{"Sec-Fetch-Site", "same-origin"}, http.StatusCreated, `"id"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := post(h, test.body, test.fields...)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
				t.Errorf("status %d %q, want %d with %q", w.Code, w.Body, test.status, test.want)
			}
		})
	}
	for _, target := range []string{
		"/s/", "/s/x", "/s/" + strings.Repeat("0", 31), "/s/" + strings.Repeat("A", 32), "/s/" + strings.Repeat("0", 32) + "/",
		"/api/share/", "/api/share/..", "/api/share/" + strings.Repeat("0", 32), "/api/share/" + strings.Repeat("0", 32) + ".txtar",
	} {
		if w := ask(h, http.MethodGet, target); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", target, w.Code)
		}
	}
	for target, method := range map[string]string{"/api/share": http.MethodGet, "/s/" + strings.Repeat("0", 32): http.MethodPost,
		"/api/share/" + strings.Repeat("0", 32): http.MethodDelete} {
		if w := ask(h, method, target); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
			t.Errorf("%s %s: status %d", method, target, w.Code)
		}
	}
}

func TestShareRoom(t *testing.T) {
	const text = "-- a --\n"
	h := withShares(t, edge.Limits{}, int64(len(text)))
	for range 2 { // the same text needs no more room
		if w := post(h, text); w.Code != http.StatusCreated {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	}
	if w := post(h, "-- b --\n"); w.Code != http.StatusInsufficientStorage {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

// What came back is what is sent again, whoever wrote the first text.
func FuzzShareIsStable(f *testing.F) {
	for _, seed := range []string{"-- a --\nb", "name: x\r\n-- a --\r\nb\r\n", "-- -- --\n", "# c\n\n-- a/ --\n-- b -> a --\n", "--  a --\nx\n--a--\n"} {
		f.Add(seed)
	}
	files, err := edge.Load(fstest.MapFS{"index.html": {}})
	if err != nil {
		f.Fatal(err)
	}
	h, err := edge.New(edge.Config{Assets: files, Shares: local.NewMemory(1 << 30)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first := post(h, text)
		if first.Code != http.StatusCreated {
			return
		}
		var got struct{ ID string }
		if err := json.Unmarshal(first.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		kept := ask(h, http.MethodGet, "/api/share/"+got.ID).Body.String()
		if again := post(h, kept); again.Body.String() != first.Body.String() {
			t.Errorf("%q is kept as %q, which is kept as another", text, kept)
		}
	})
}
