package serve

import (
	"io"
	"net/http"
	"strconv"
	"sync"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/api"
	"layerlab.dev/core/vfs"
)

// Handler serves a registry that its owner keeps: get returns the present
// State, set replaces it. Requests are answered one after the other; the body
// of each is read whole before that.
func Handler(get func() registry.State, set func(registry.State)) http.Handler {
	return &handler{get: get, set: set}
}

type handler struct {
	mu  sync.Mutex
	get func() registry.State
	set func(registry.State)
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	req := api.Request{Method: r.Method, Scheme: scheme, Host: r.Host, Path: r.URL.Path, Query: r.URL.RawQuery,
		Header: api.Header(r.Header), Body: vfs.Bytes(body)}
	res := h.answer(req)
	fields := w.Header()
	for name, values := range res.Header {
		fields[name] = values
	}
	if n, ok := res.Length(); ok && r.Method == http.MethodHead {
		fields.Set("Content-Length", strconv.FormatInt(n, 10))
	}
	w.WriteHeader(res.Status)
	// What cannot be sent is the client's loss, and what cannot be read was
	// found out before.
	_, _ = io.CopyBuffer(struct{ io.Writer }{w}, res.Body.Reader(), make([]byte, 64<<10))
}

func (h *handler) answer(req api.Request) *api.Response {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.get()
	after, res := api.Serve(before, req)
	if !after.Same(before) {
		h.set(after)
	}
	return res
}

// Keep is a place for a State whose owner is the handler alone: it returns the
// two functions that Handler takes.
func Keep(s registry.State) (get func() registry.State, set func(registry.State)) {
	var mu sync.Mutex
	get = func() registry.State { mu.Lock(); defer mu.Unlock(); return s }
	set = func(next registry.State) { mu.Lock(); defer mu.Unlock(); s = next }
	return get, set
}
