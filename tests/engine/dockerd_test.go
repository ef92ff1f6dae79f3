package engine_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/host/api"
)

// dockerd are requests to a real dockerd 20.10.24 with what it answered, one after
// the other on a host that had pulled alpine and has no bridge.
//
//go:embed testdata/dockerd.jsonl
var dockerd string

// exchange is a request, "METHOD URL [BODY]", with its answer.
type exchange struct {
	Request string
	Status  int
	Headers map[string]string
	Body    string
}

var importDir = regexp.MustCompile(`docker-import-\d+`)

// TestDockerd holds the handler to what dockerd answered: status, headers, errors to
// the letter, and documents by their keys.
func TestDockerd(t *testing.T) {
	h, _ := newHost(t, 1_800_000_000*1e9)
	if err := h.ImagePull(context.Background(), "alpine:latest", types.ImagePullOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	handler := api.Handler(h)
	var ours, theirs masker
	for line := range strings.Lines(dockerd) {
		var want exchange
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		t.Run(want.Request, func(t *testing.T) {
			method, rest, _ := strings.Cut(want.Request, " ")
			target, body, _ := strings.Cut(rest, " ")
			u, err := url.Parse(target)
			if err != nil {
				t.Fatal(err)
			}
			u.RawQuery = u.Query().Encode()
			r := httptest.NewRequest(method, u.String(), strings.NewReader(body))
			if body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != want.Status {
				t.Errorf("status %d, want %d\n%s\nwant %s", w.Code, want.Status, w.Body, want.Body)
			}
			for name, value := range want.Headers {
				if got := w.Result().Header.Get(name); got != value {
					t.Errorf("header %s: %q, want %q", name, got, value)
				}
			}
			got, wanted := ours.body(w.Body.String()), theirs.body(want.Body)
			if got != wanted && method != "HEAD" {
				t.Errorf("body\n%s\nwant\n%s", got, wanted)
			}
		})
	}
}

// body is what is compared of a body: a long document's keys, the whole of others.
func (m *masker) body(text string) string {
	if len(text) < 200 {
		return m.text(importDir.ReplaceAllString(text, "docker-import"))
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return m.text(importDir.ReplaceAllString(text, "docker-import"))
	}
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	object, ok := v.(map[string]any)
	if _, failed := object["message"]; !ok || failed {
		return m.text(text)
	}
	return strings.Join(slices.Sorted(maps.Keys(object)), " ")
}
