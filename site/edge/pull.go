package edge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// manifestTypes are the media types that manifests have.
var manifestTypes = []string{
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.docker.distribution.manifest.v2+json",
}

const (
	tagLife      = 2 * time.Minute
	manifestLife = 365 * 24 * time.Hour
)

// ErrRange says that a blob has no such part.
var ErrRange = errors.New("the blob has no such part")

// pull answers GET and HEAD below /v2/.
func (h *Handler) pull(w http.ResponseWriter, r *http.Request) {
	foreign(w.Header())
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		fail(w, r, &failure{status: http.StatusMethodNotAllowed, code: "UNSUPPORTED", message: "images can only be pulled"})
		return
	}
	if err := h.pulled(w, r); err != nil {
		var f *failure
		if !errors.As(err, &f) {
			f = badGateway("the registry cannot be reached", err)
		}
		if f.status >= 500 {
			h.Log.Warn("pull", "path", r.URL.Path, "status", f.status, "error", f)
		}
		fail(w, r, f)
	}
}

func (h *Handler) pulled(w http.ResponseWriter, r *http.Request) error {
	if h.Upstream == nil {
		return &failure{status: http.StatusNotFound, code: "UNSUPPORTED", message: "pulling from registries is turned off here"}
	}
	if crossSite(r) {
		return &failure{status: http.StatusForbidden, code: "DENIED", message: "only this site's own page may pull"}
	}
	t, problem := parseTarget(r)
	if problem != "" {
		return &failure{status: http.StatusBadRequest, code: "NAME_INVALID", message: problem}
	}
	if t.registry == "" {
		h.json(w, r, http.StatusOK, []byte("{}\n"))
		return nil
	}
	reg, ok := h.registries[t.registry]
	if !ok {
		return &failure{status: http.StatusForbidden, code: "DENIED", message: "this site does not pull from " + t.registry}
	}
	if t.repository == "" {
		h.json(w, r, http.StatusOK, []byte("{}\n"))
		return nil
	}
	if h.Limiter != nil && !h.Limiter.Allow(r, Pull) {
		return &failure{status: http.StatusTooManyRequests, code: "TOOMANYREQUESTS", message: "too many requests: wait a minute", wait: "60"}
	}
	if t.kind == "manifests" {
		return h.manifest(w, r, reg, t)
	}
	return h.blob(w, r, reg, t)
}

// manifest is a manifest or index that was read whole.
type manifest struct {
	Type string `json:"type"`
	Body []byte `json:"body"`
}

func (h *Handler) manifest(w http.ResponseWriter, r *http.Request, reg Registry, t target) error {
	accept := accepted(r.Header.Values("Accept"))
	digest, m, err := h.findManifest(r, reg, t, accept)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Docker-Content-Digest", digest)
	header.Set("ETag", `"`+digest+`"`)
	header.Set("Vary", "Accept")
	if t.byDigest() {
		header.Set("Cache-Control", cacheHashed)
	} else {
		header.Set("Cache-Control", cacheAsk)
	}
	if matches(r.Header.Values("If-None-Match"), `"`+digest+`"`) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	header.Set("Content-Type", m.Type)
	respond(w, r, http.StatusOK, m.Body)
	return nil
}

// accepted gives those manifest types that a client takes; all where it names
// none. So only text of ours reaches the registry.
func accepted(fields []string) []string {
	var named []string
	for _, field := range fields {
		for item := range strings.SplitSeq(field, ",") {
			media, _, _ := strings.Cut(item, ";")
			named = append(named, strings.ToLower(strings.TrimSpace(media)))
		}
	}
	var list []string
	for _, media := range manifestTypes {
		if slices.Contains(named, media) {
			list = append(list, media)
		}
	}
	if len(list) == 0 {
		return manifestTypes
	}
	return list
}

// findManifest gives a manifest out of the cache or from the registry, with its
// digest, which was compared with its bytes.
func (h *Handler) findManifest(r *http.Request, reg Registry, t target, accept []string) (string, manifest, error) {
	ctx := r.Context()
	place := reg.Name + "/" + t.repository
	tagKey := "tag/" + place + ":" + t.reference + "/" + short(strings.Join(accept, ","))
	digest := ""
	if t.byDigest() {
		digest = t.reference
	} else if kept, ok := h.Cache.Get(ctx, tagKey); ok {
		digest = string(kept)
	}
	if digest != "" {
		if kept, ok := h.Cache.Get(ctx, "manifest/"+place+"@"+digest); ok {
			var m manifest
			if json.Unmarshal(kept, &m) == nil && sha256Of(m.Body) == digest {
				return digest, m, nil
			}
		}
	}
	leave, err := h.take(r)
	if err != nil {
		return "", manifest{}, err
	}
	defer leave()
	res, err := h.ask(ctx, reg, http.MethodGet, t, http.Header{"Accept": {strings.Join(accept, ", ")}})
	if err != nil {
		return "", manifest{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", manifest{}, badGateway("the registry answers with a part of a manifest", nil)
	}
	media, _, _ := strings.Cut(field(res.Header, "Content-Type"), ";")
	media = strings.ToLower(strings.TrimSpace(media))
	if !slices.Contains(manifestTypes, media) {
		return "", manifest{}, badGateway("the registry answers with no manifest that is known here", fmt.Errorf("media type %q", media))
	}
	if res.ContentLength > h.Limits.ManifestBytes {
		return "", manifest{}, tooLarge(res.ContentLength, h.Limits.ManifestBytes)
	}
	if coding := field(res.Header, "Content-Encoding"); coding != "" && coding != identity {
		return "", manifest{}, badGateway("the registry encodes the manifest", fmt.Errorf("Content-Encoding %q", coding))
	}
	timer := time.AfterFunc(h.Limits.Answer, func() { res.Body.Close() })
	body, err := readUpTo(res.Body, h.Limits.ManifestBytes)
	if !timer.Stop() {
		return "", manifest{}, &failure{status: http.StatusGatewayTimeout, code: "UNKNOWN", message: "the registry does not answer", cause: errSlow}
	}
	if errors.Is(err, errTooLong) {
		return "", manifest{}, tooLarge(h.Limits.ManifestBytes+1, h.Limits.ManifestBytes)
	}
	if err != nil || res.ContentLength >= 0 && int64(len(body)) != res.ContentLength {
		return "", manifest{}, badGateway("the manifest did not arrive whole", err)
	}
	digest = sha256Of(body)
	if claim := field(res.Header, "Docker-Content-Digest"); t.byDigest() && digest != t.reference || claim != "" && claim != digest {
		return "", manifest{}, badGateway("the registry's manifest is not that of its digest", fmt.Errorf("got %s, claimed %q", digest, claim))
	}
	m := manifest{Type: media, Body: body}
	if kept, err := json.Marshal(m); err == nil {
		h.Cache.Put(ctx, "manifest/"+place+"@"+digest, kept, manifestLife)
	}
	if !t.byDigest() {
		h.Cache.Put(ctx, tagKey, []byte(digest), tagLife)
	}
	return digest, m, nil
}

func tooLarge(size, limit int64) *failure {
	return &failure{status: http.StatusBadGateway, code: "SIZE_INVALID", message: fmt.Sprintf("it is larger than the %d MiB that pass here", limit>>20),
		cause: fmt.Errorf("%d bytes", size)}
}

func (h *Handler) blob(w http.ResponseWriter, r *http.Request, reg Registry, t target) error {
	header := w.Header()
	digest := t.reference
	etag := `"` + digest + `"`
	if matches(r.Header.Values("If-None-Match"), etag) {
		// What the client has it under may be a part, which nobody verified:
		// nothing is said of how long to keep it.
		header.Set("ETag", etag)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	wanted := parseRange(r.Header.Values("Range"))
	if r.Method == http.MethodHead {
		wanted = Range{}
	}
	part, err := h.Blobs.Open(r.Context(), digest, wanted)
	switch {
	case errors.Is(err, ErrRange):
		return &failure{status: http.StatusRequestedRangeNotSatisfiable, code: "SIZE_INVALID", message: "the blob has no such part"}
	case err != nil:
		h.Log.Warn("a kept blob cannot be read", "digest", digest, "error", err)
	}
	// Kept blobs are verified, and a whole one is on its way; of a part, or of
	// headers alone, a registry may say anything.
	caching := cacheHashed
	if part == nil {
		leave, err := h.take(r)
		if err != nil {
			return err
		}
		defer leave()
		part, err = h.fetchBlob(r, reg, t, wanted)
		if err != nil {
			return err
		}
		if r.Method == http.MethodHead || part.Count != part.Size {
			caching = cacheNever
		}
	}
	header.Set("ETag", etag)
	header.Set("Cache-Control", caching)
	header.Set("Docker-Content-Digest", digest)
	header.Set("Accept-Ranges", "bytes")
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Length", strconv.FormatInt(part.Count, 10))
	status := http.StatusOK
	if part.Count != part.Size {
		header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.First, part.First+part.Count-1, part.Size))
		status = http.StatusPartialContent
	}
	if r.Method == http.MethodHead {
		part.Body.Close()
		w.WriteHeader(status)
		return nil
	}
	send(w, status, part.Body)
	return nil
}

// take waits for the client's place on the way to registries, as long as an
// answer of theirs may take to begin.
func (h *Handler) take(r *http.Request) (leave func(), err error) {
	places, ok := h.Limiter.(Places)
	if !ok {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.Limits.Answer)
	defer cancel()
	if leave, ok = places.Take(ctx, r); !ok {
		return nil, &failure{status: http.StatusTooManyRequests, code: "TOOMANYREQUESTS",
			message: "too many pulls under way: wait until one has ended", wait: "10"}
	}
	return leave, nil
}

// fetchBlob asks the registry for a blob or a part of it.
func (h *Handler) fetchBlob(r *http.Request, reg Registry, t target, wanted Range) (*Part, error) {
	ask := http.Header{}
	if wanted.Given {
		ask.Set("Range", wanted.String())
	}
	res, err := h.ask(r.Context(), reg, r.Method, t, ask)
	if err != nil {
		return nil, err
	}
	part, err := partOf(res, wanted)
	if err == nil && part.Size > h.Limits.BlobBytes {
		err = tooLarge(part.Size, h.Limits.BlobBytes)
	}
	if err != nil {
		res.Body.Close()
		return nil, err
	}
	if r.Method == http.MethodHead {
		return part, nil
	}
	p := Passage{Size: part.Count, Stall: h.Limits.Stall}
	if part.Count == part.Size {
		p.Digest = t.reference
	}
	part.Body = h.Blobs.Pass(r.Context(), res.Body, p)
	return part, nil
}

// partOf reads what a registry says about the blob it sends. The length must
// be known before anything is passed on.
func partOf(res *http.Response, wanted Range) (*Part, error) {
	if coding := field(res.Header, "Content-Encoding"); coding != "" && coding != identity {
		return nil, badGateway("the registry encodes the blob", fmt.Errorf("Content-Encoding %q", coding))
	}
	length, err := strconv.ParseUint(field(res.Header, "Content-Length"), 10, 62)
	if err != nil {
		return nil, badGateway("the registry does not say how long the blob is", err)
	}
	part := &Part{Body: res.Body, Count: int64(length), Size: int64(length)}
	if res.StatusCode == http.StatusOK {
		return part, nil
	}
	var last int64
	_, err = fmt.Sscanf(field(res.Header, "Content-Range"), "bytes %d-%d/%d", &part.First, &last, &part.Size)
	first, count, ok := wanted.Of(part.Size)
	if err != nil || !ok || first != part.First || count != part.Count || last != first+count-1 {
		return nil, badGateway("the registry sends another part than that asked for", fmt.Errorf("Content-Range %q", field(res.Header, "Content-Range")))
	}
	return part, nil
}

func (h *Handler) json(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", cacheNever)
	respond(w, r, status, body)
}

// fail answers with an error in the form of the OCI distribution specification.
func fail(w http.ResponseWriter, r *http.Request, f *failure) {
	type problem struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	body, _ := json.Marshal(map[string][]problem{"errors": {{f.code, f.message}}}) // cannot fail on strings
	if f.wait != "" {
		w.Header().Set("Retry-After", f.wait)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", cacheNever)
	respond(w, r, f.status, append(body, '\n'))
}

func sha256Of(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// short is a key for a text of any length.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}
