package api_test

import (
	"net/url"
	"strings"
	"testing"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/api"
	"layerlab.dev/core/vfs"
)

// FuzzServe asks a registry that holds the table's images for anything. It must
// answer with a status and a body that can be read, none to a HEAD, and only the
// API's own methods may change it.
func FuzzServe(f *testing.F) {
	var s registry.State
	ask := ours(&s)
	for _, st := range steps {
		if !strings.Contains(st.target, "{location}") {
			ask(st, st.target)
			u, err := url.ParseRequestURI(st.target)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(st.method, u.Path, u.RawQuery, st.header["Accept"]+st.header["Content-Type"], st.header["Range"], st.body)
		}
	}
	f.Fuzz(func(t *testing.T, method, path, query, mediaType, span, body string) {
		r := api.Request{Method: method, Host: "localhost:5000", Path: path, Query: query, Body: vfs.String(body), Header: api.Header{}}
		if mediaType != "" {
			r.Header.Set("Accept", mediaType)
			r.Header.Set("Content-Type", mediaType)
		}
		if span != "" {
			r.Header.Set("Range", span)
		}
		next, res := api.Serve(s, r)
		if res.Status < 200 || res.Status > 599 {
			t.Errorf("status %d", res.Status)
		}
		if _, err := res.Body.Bytes(); err != nil {
			t.Error(err)
		}
		if len(res.Head(0)) == 0 {
			t.Error("no head")
		}
		if method == "HEAD" && res.Body.Size() != 0 {
			t.Error("HEAD has a body")
		}
		if !next.Same(s) && !strings.Contains("GET HEAD POST PUT PATCH DELETE", method) {
			t.Errorf("%s changed the registry", method)
		}
	})
}
