//go:build js && wasm

package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/syumai/workers/cloudflare"

	"layerlab.dev/site/edge"
)

func (a assets) Index() edge.Index { return a.index }

func (a assets) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	response, err := await(ctx, cloudflare.GetBinding("ASSETS").Call("fetch", "https://assets.local/"+name))
	if err != nil {
		return nil, err
	}
	if status := response.Get("status").Int(); status != http.StatusOK {
		return nil, fmt.Errorf("%s: the assets answer %d", name, status)
	}
	return newStream(ctx, response.Get("body")), nil
}

// shares are objects of an R2 bucket, under their ids.
type shares struct{ bucket js.Value }

func (s shares) Get(ctx context.Context, id string) ([]byte, error) {
	object, err := await(ctx, s.bucket.Call("get", id))
	if err != nil {
		return nil, err
	}
	if object.IsNull() {
		return nil, fmt.Errorf("share %s: %w", id, fs.ErrNotExist)
	}
	return wholeBody(ctx, object)
}

func (s shares) Put(ctx context.Context, id string, text []byte) error {
	_, err := await(ctx, s.bucket.Call("put", id, arrayOf(text), map[string]any{
		"onlyIf":       map[string]any{"etagDoesNotMatch": "*"},
		"httpMetadata": map[string]any{"contentType": "text/plain; charset=utf-8"},
	}))
	return err
}

// cache is the Cache API. What is put there is kept near the reader, and under
// addresses that no request can have.
type cache struct{}

func keyURL(key string) string { return "https://cache.invalid/" + url.PathEscape(key) }

func defaultCache() js.Value { return js.Global().Get("caches").Get("default") }

func (cache) Get(ctx context.Context, key string) ([]byte, bool) {
	response, err := await(ctx, defaultCache().Call("match", keyURL(key)))
	if err != nil || response.IsUndefined() {
		return nil, false
	}
	body, err := wholeBody(ctx, response)
	return body, err == nil
}

func (cache) Put(ctx context.Context, key string, value []byte, life time.Duration) {
	response := js.Global().Get("Response").New(arrayOf(value), map[string]any{
		"headers": map[string]any{"Cache-Control": "max-age=" + strconv.Itoa(int(life/time.Second))},
	})
	runtime("ctx").Call("waitUntil", defaultCache().Call("put", keyURL(key), response))
}

func (cache) Drop(ctx context.Context, key string) {
	_, _ = await(ctx, defaultCache().Call("delete", keyURL(key))) // it runs out by itself
}

// blobs are kept in the Cache API too.
type blobs struct{}

func blobKey(digest string) string { return keyURL("blob/" + digest) }

// kept is what stands at a blob's key once it is verified; see passage.mjs.
type kept struct {
	Address string
	Size    int64
}

func (blobs) Open(ctx context.Context, digest string, r edge.Range) (*edge.Part, error) {
	text, ok := cache{}.Get(ctx, "blob/"+digest)
	var at kept
	if !ok || json.Unmarshal(text, &at) != nil {
		return nil, nil
	}
	headers := map[string]any{}
	if r.Given {
		headers["Range"] = r.String()
	}
	request := js.Global().Get("Request").New(at.Address, map[string]any{"headers": headers})
	response, err := await(ctx, defaultCache().Call("match", request))
	if err != nil || response.IsUndefined() {
		return nil, err
	}
	body := newStream(ctx, response.Get("body"))
	length, err := strconv.ParseInt(header(response, "Content-Length"), 10, 64)
	if err != nil {
		body.Close()
		return nil, fmt.Errorf("a kept blob without its length: %w", err)
	}
	part := &edge.Part{Body: body, Count: length, Size: length}
	switch status := response.Get("status").Int(); status {
	case http.StatusOK:
	case http.StatusPartialContent:
		var last int64
		if _, err := fmt.Sscanf(header(response, "Content-Range"), "bytes %d-%d/%d", &part.First, &last, &part.Size); err != nil {
			body.Close()
			return nil, fmt.Errorf("a part of a kept blob: %w", err)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		body.Close()
		return nil, edge.ErrRange
	default:
		body.Close()
		return nil, fmt.Errorf("the cache answers %d", status)
	}
	if part.Size != at.Size {
		body.Close()
		return nil, fmt.Errorf("a kept blob of %d bytes instead of %d", part.Size, at.Size)
	}
	return part, nil
}

func header(response js.Value, name string) string {
	if v := response.Get("headers").Call("get", name); v.Type() == js.TypeString {
		return v.String()
	}
	return ""
}

// Pass lets passage.mjs verify and keep, since bytes that come to Go cost the
// Worker's time.
func (blobs) Pass(ctx context.Context, body io.ReadCloser, p edge.Passage) io.ReadCloser {
	s, ok := body.(*stream)
	if !ok { // an empty body
		return edge.Verifier{}.Pass(ctx, body, p)
	}
	passage := map[string]any{"size": p.Size, "stall": p.Stall.Milliseconds()}
	if sum, ok := strings.CutPrefix(p.Digest, "sha256:"); ok {
		if want, err := hex.DecodeString(sum); err == nil {
			passage["want"] = arrayOf(want)
			passage["key"] = blobKey(p.Digest)
		}
	}
	s.given = true
	return newStream(ctx, runtime("pass").Invoke(s.value, passage))
}

// limiter asks the rate limiting bindings, one for each kind.
type limiter struct{}

func (limiter) Allow(r *http.Request, kind edge.Kind) bool {
	binding := cloudflare.GetBinding("LIMIT_" + strings.ToUpper(string(kind)))
	if !binding.Truthy() {
		return true
	}
	outcome, err := await(r.Context(), binding.Call("limit", map[string]any{"key": client(r.RemoteAddr)}))
	// A limiter that fails does not take the site with it.
	return err != nil || outcome.Get("success").Bool()
}

// client is an address, or the network of 64 bits that an IPv6 client has to
// itself.
func client(address string) string {
	if a, err := netip.ParseAddr(address); err == nil && a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr().String()
		}
	}
	return address
}

// upstream is the Worker's fetch, of one hop. A Worker has no address inside
// anybody's network; which hosts are asked is edge's part.
type upstream struct{}

func (upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	headers := js.Global().Get("Headers").New()
	for key, values := range r.Header {
		headers.Call("set", key, strings.Join(values, ", "))
	}
	abort := js.Global().Get("AbortController").New()
	stop := context.AfterFunc(r.Context(), func() { abort.Call("abort") })
	response, err := await(r.Context(), js.Global().Get("fetch").Invoke(r.URL.String(), map[string]any{
		"method": r.Method, "headers": headers, "redirect": "manual", "signal": abort.Get("signal"),
	}))
	if err != nil {
		stop()
		return nil, fmt.Errorf("%s: %w", r.URL.Host, err)
	}
	res := &http.Response{StatusCode: response.Get("status").Int(), Header: http.Header{}, ContentLength: -1, Request: r}
	entries := js.Global().Get("Array").Call("from", response.Get("headers"))
	for i := range entries.Length() {
		res.Header.Add(entries.Index(i).Index(0).String(), entries.Index(i).Index(1).String())
	}
	switch res.Header.Get("Content-Encoding") {
	case "gzip", "br":
		// The platform undoes these, so the body is of another length.
		res.Header.Del("Content-Encoding")
		res.Header.Del("Content-Length")
	}
	if n, err := strconv.ParseInt(res.Header.Get("Content-Length"), 10, 64); err == nil {
		res.ContentLength = n
	}
	res.Body = newStream(r.Context(), response.Get("body"))
	return res, nil
}
