package edge

import (
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

// HashedPrefix is the folder whose names carry a hash of their content:
// answers from it never change and are cached without asking again.
const HashedPrefix = "assets/"

const (
	cacheHashed = "public, max-age=31536000, immutable"
	cacheAsk    = "no-cache"
)

// Handler serves a packed site. It is safe for concurrent use.
type Handler struct {
	resources map[string]*resource
}

var _ http.Handler = (*Handler)(nil)

// New reads the files of a packed site. Beside a file NAME, NAME.br and
// NAME.gz are taken as its brotli and gzip forms and are not served by those
// names. The bytes are kept in memory, so a site that is packed anew below a
// running handler never mixes two builds. An error names the file that could
// not be read; a site without index.html is an error too.
func New(files fs.FS) (*Handler, error) {
	resources, err := load(files)
	if err != nil {
		return nil, fmt.Errorf("reading the site: %w", err)
	}
	if resources["index.html"] == nil {
		return nil, fmt.Errorf("reading the site: index.html is missing")
	}
	return &Handler{resources: resources}, nil
}

// ServeHTTP answers GET and HEAD of a file. "/" is index.html.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	secure(header)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	res := h.resources[name]
	if res == nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	if strings.HasPrefix(name, HashedPrefix) {
		header.Set("Cache-Control", cacheHashed)
	} else {
		header.Set("Cache-Control", cacheAsk)
	}
	if len(res.forms) > 1 {
		header.Set("Vary", "Accept-Encoding")
	}
	form := res.choose(r.Header.Values("Accept-Encoding"))
	header.Set("ETag", form.etag)
	if matches(r.Header.Values("If-None-Match"), form.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", res.mediaType)
	if form.encoding != identity {
		header.Set("Content-Encoding", form.encoding)
	}
	header.Set("Content-Length", strconv.Itoa(len(form.bytes)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		// A failed write means that the reader has gone; nobody is left to tell.
		_, _ = w.Write(form.bytes)
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
