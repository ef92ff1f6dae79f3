package edge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// SharePrefix is the path of share links, and ShareFragment what the page finds
// behind "#" when one is opened; the id follows both.
const (
	SharePrefix   = "/s/"
	ShareFragment = "s="
)

var (
	shareID = regexp.MustCompile(`^[0-9a-f]{32}$`)
	setting = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}:`)
)

// share answers POST /api/share and GET /api/share/ID.
func (h *Handler) share(w http.ResponseWriter, r *http.Request) {
	foreign(w.Header())
	if h.Shares == nil {
		refuse(w, r, http.StatusNotFound, "share links are turned off here")
		return
	}
	if id, ok := strings.CutPrefix(r.URL.Path, "/api/share/"); ok {
		if permit(w, r, http.MethodGet, http.MethodHead) && h.allow(w, r, Read) {
			h.shared(w, r, id)
		}
		return
	}
	if permit(w, r, http.MethodPost) && h.allow(w, r, Share) {
		h.keep(w, r)
	}
}

// allow asks the limiter, and refuses where it says no.
func (h *Handler) allow(w http.ResponseWriter, r *http.Request, kind Kind) bool {
	if h.Limiter == nil || h.Limiter.Allow(r, kind) {
		return true
	}
	w.Header().Set("Retry-After", "60")
	refuse(w, r, http.StatusTooManyRequests, "too many requests: wait a minute")
	return false
}

// keep takes a text and answers with its id.
func (h *Handler) keep(w http.ResponseWriter, r *http.Request) {
	if crossSite(r) {
		refuse(w, r, http.StatusForbidden, "only this site's own page may share")
		return
	}
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), "text/plain") {
		refuse(w, r, http.StatusUnsupportedMediaType, "want a workspace as text/plain")
		return
	}
	if r.Header.Get("Content-Encoding") != "" {
		refuse(w, r, http.StatusUnsupportedMediaType, "want the text as it is, not compressed")
		return
	}
	limit := h.Limits.ShareBytes
	body, err := readUpTo(r.Body, limit)
	if errors.Is(err, errTooLong) || r.ContentLength > limit {
		refuse(w, r, http.StatusRequestEntityTooLarge, fmt.Sprintf("a shared workspace holds at most %d KiB", limit>>10))
		return
	}
	if err != nil {
		refuse(w, r, http.StatusBadRequest, "the text did not arrive whole")
		return
	}
	canonical, err := canonicalWorkspace(body)
	if err != nil {
		refuse(w, r, http.StatusBadRequest, "not a workspace: "+err.Error())
		return
	}
	if int64(len(canonical)) > limit {
		refuse(w, r, http.StatusRequestEntityTooLarge, fmt.Sprintf("a shared workspace holds at most %d KiB", limit>>10))
		return
	}
	id := ShareID(canonical)
	if err := h.Shares.Put(r.Context(), id, canonical); err != nil {
		if errors.Is(err, ErrFull) {
			refuse(w, r, http.StatusInsufficientStorage, "there is no room for more share links")
			return
		}
		h.Log.Error("a share link was not kept", "id", id, "error", err)
		refuse(w, r, http.StatusInternalServerError, "the text could not be kept")
		return
	}
	answer, _ := json.Marshal(struct { // cannot fail on two strings
		ID  string `json:"id"`
		URL string `json:"url"`
	}{id, SharePrefix + id})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", cacheNever)
	w.Header().Set("Location", "/api/share/"+id)
	respond(w, r, http.StatusCreated, append(answer, '\n'))
}

// shared answers with a text.
func (h *Handler) shared(w http.ResponseWriter, r *http.Request, id string) {
	if !shareID.MatchString(id) {
		refuse(w, r, http.StatusNotFound, "there is no such share link")
		return
	}
	body, err := h.Shares.Get(r.Context(), id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		refuse(w, r, http.StatusNotFound, "there is no such share link")
		return
	case err != nil:
		h.Log.Error("a share link cannot be read", "id", id, "error", err)
		refuse(w, r, http.StatusInternalServerError, "the text cannot be read")
		return
	case ShareID(body) != id:
		h.Log.Error("a share link holds another text", "id", id)
		refuse(w, r, http.StatusInternalServerError, "the text is damaged")
		return
	}
	etag := `"` + id + `"`
	w.Header().Set("ETag", etag)
	w.Header().Set("Cache-Control", cacheHashed)
	if matches(r.Header.Values("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Disposition", `attachment; filename="workspace.txtar"`)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	respond(w, r, http.StatusOK, body)
}

// open answers a share link. It leads to the page, with the id where the page
// finds it: so the page has one address, one copy in every cache, and its
// relative references hold.
func (h *Handler) open(w http.ResponseWriter, r *http.Request) {
	foreign(w.Header())
	if !permit(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	id := strings.TrimPrefix(r.URL.Path, SharePrefix)
	if !shareID.MatchString(id) {
		refuse(w, r, http.StatusNotFound, "there is no such share link")
		return
	}
	w.Header().Set("Location", "../#"+ShareFragment+id)
	w.Header().Set("Cache-Control", cacheAsk)
	text(w, r, http.StatusFound, "the page opens it\n")
}

// ShareID is the id of a text in canonical form: the first 128 bits of its
// sha256, in hexadecimal.
func ShareID(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// canonicalWorkspace checks the outer form of a workspace, settings and then
// files, and writes it as txtar does. The page reads what is inside; here it
// only matters that nothing but workspaces is kept.
func canonicalWorkspace(body []byte) ([]byte, error) {
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return nil, errors.New("it is not text in UTF-8 (binary files are written as base64)")
	}
	a := txtar.Parse(body)
	for n, line := range strings.Split(string(a.Comment), "\n") {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && !setting.MatchString(line) {
			return nil, fmt.Errorf("line %d: want NAME: VALUE", n+1)
		}
	}
	if len(a.Files) == 0 {
		return nil, errors.New("it holds no file")
	}
	return txtar.Format(a), nil
}

var errTooLong = errors.New("too long")

// readUpTo reads all of r, or fails with errTooLong after limit bytes.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	if r == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLong
	}
	return body, err
}
