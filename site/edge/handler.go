package edge

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
)

// HashedPrefix is the folder whose names carry a hash of their content:
// answers from it never change and are cached without asking again.
const HashedPrefix = "assets/"

const (
	cacheHashed = "public, max-age=31536000, immutable"
	cacheAsk    = "no-cache"
	cacheNever  = "no-store"
)

// Handler is the site. It is safe for concurrent use.
type Handler struct {
	Config
	index      Index
	registries map[string]Registry
}

var _ http.Handler = (*Handler)(nil)

// New makes the site out of what a host gives. A site without index.html is an
// error, and so is a registry that cannot be spoken to safely.
func New(c Config) (*Handler, error) {
	h := &Handler{Config: c, index: c.Assets.Index()}
	if _, ok := h.index["index.html"]; !ok {
		return nil, errors.New("the site is not complete: index.html is missing")
	}
	h.Limits = c.Limits.filled()
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	if h.Cache == nil {
		h.Cache = noCache{}
	}
	if h.Blobs == nil {
		h.Blobs = Verifier{}
	}
	var err error
	h.registries, err = byName(c.Registries)
	return h, err
}

// ServeHTTP answers by the path; see the package's documentation.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.recover(w, r)
	path := r.URL.Path
	switch {
	case path == "/healthz":
		h.health(w, r)
	case path == "/v2" || strings.HasPrefix(path, "/v2/"):
		h.pull(w, r)
	case path == "/api/share" || strings.HasPrefix(path, "/api/share/"):
		h.share(w, r)
	case strings.HasPrefix(path, "/s/"):
		h.open(w, r)
	default:
		h.asset(w, r)
	}
}

// recover turns a fault of ours into an answer, so that it costs one request
// and not the whole instance.
func (h *Handler) recover(w http.ResponseWriter, r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler {
		panic(fault)
	}
	h.Log.Error("a request failed inside", "method", r.Method, "path", r.URL.Path, "fault", fault, "stack", string(debug.Stack()))
	clear(w.Header())
	foreign(w.Header())
	refuse(w, r, http.StatusInternalServerError, "internal error")
}

func (h *Handler) health(w http.ResponseWriter, r *http.Request) {
	foreign(w.Header())
	if !permit(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	w.Header().Set("Cache-Control", cacheNever)
	text(w, r, http.StatusOK, "ok\n")
}

// asset answers with a packed file. "/" is index.html.
func (h *Handler) asset(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	header := w.Header()
	secure(header, name)
	if !permit(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	file, ok := h.index[name]
	if !ok {
		refuse(w, r, http.StatusNotFound, "not found")
		return
	}
	if strings.HasPrefix(name, HashedPrefix) {
		header.Set("Cache-Control", cacheHashed)
	} else {
		header.Set("Cache-Control", cacheAsk)
	}
	if len(file.Forms) > 1 {
		header.Set("Vary", "Accept-Encoding")
	}
	form := file.choose(r.Header.Values("Accept-Encoding"))
	header.Set("ETag", form.ETag)
	if matches(r.Header.Values("If-None-Match"), form.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", file.Type)
	if form.Encoding != identity {
		header.Set("Content-Encoding", form.Encoding)
	}
	header.Set("Content-Length", strconv.FormatInt(form.Size, 10))
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return
	}
	body, err := h.Assets.Open(r.Context(), form.Name)
	if err != nil {
		h.Log.Error("a packed file cannot be read", "name", form.Name, "error", err)
		clear(header)
		foreign(header)
		refuse(w, r, http.StatusInternalServerError, "internal error")
		return
	}
	send(w, http.StatusOK, body)
}

// send answers with a body. Neither is wrapped: a host may know both and
// connect them without copying.
func send(w http.ResponseWriter, status int, body io.ReadCloser) {
	defer body.Close()
	w.WriteHeader(status)
	// A failed copy means that the reader has gone, or that the body must not be
	// completed; the length that was announced tells the reader.
	_, _ = io.Copy(w, body)
}

// permit tells whether the method is one of these, and refuses others.
func permit(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	for _, m := range methods {
		if r.Method == m {
			return true
		}
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	refuse(w, r, http.StatusMethodNotAllowed, "method not allowed")
	return false
}

// refuse answers with an error as a line of text.
func refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	w.Header().Set("Cache-Control", cacheNever)
	text(w, r, status, message+"\n")
}

func text(w http.ResponseWriter, r *http.Request, status int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	respond(w, r, status, []byte(s))
}

// respond writes a whole answer; to HEAD only its headers.
func respond(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		// A failed write means that the reader has gone; nobody is left to tell.
		_, _ = w.Write(body)
	}
}

// matches tells whether an If-None-Match field names the entity tag, by the
// weak comparison of RFC 9110, section 13.1.2.
func matches(fields []string, etag string) bool {
	for _, field := range fields {
		for tag := range strings.SplitSeq(field, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == "*" || tag == etag {
				return true
			}
		}
	}
	return false
}
