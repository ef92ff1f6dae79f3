package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"layerlab.dev/core/vfs"
)

// Header holds the fields of a message by canonical name, as net/http's does.
type Header map[string][]string

// Get returns the first value of a field, "" where it is not there.
func (h Header) Get(name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Set replaces a field.
func (h Header) Set(name, value string) { h[name] = []string{value} }

// Request is a request as it comes from a client.
type Request struct {
	Method string
	Scheme string // "http" where empty
	Host   string // as in the Host field: "localhost:5000"
	Path   string // decoded, from the slash on
	Query  string // raw, without the question mark
	Header Header // with canonical names
	Body   *vfs.Blob
}

// Response is the answer. Fields that Go's server adds by itself, Date and
// mostly Content-Length, are not among Header; Head has them.
type Response struct {
	Status int
	Header Header
	Body   *vfs.Blob // never nil; what a HEAD asked about is not in it
	// length is what the server counts where no field says it; -1 where it
	// sends the body in chunks instead.
	length int64
	silent bool // the server says no length at all
}

// buffered is up to where Go's server counts a body before it sends it.
const buffered = 2048

// Length returns the Content-Length that the server adds of its own accord, and
// whether it does so.
func (r *Response) Length() (int64, bool) {
	if _, said := r.Header["Content-Length"]; said || r.Status == 204 || r.Status == 304 || r.length < 0 || r.silent {
		return 0, false
	}
	return r.length, true
}

// Head returns the status line and the fields as curl -i shows them, in the
// order in which Go's server writes them, with the empty line that ends them.
// now is in nanoseconds since the Unix epoch.
func (r *Response) Head(now int64) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", r.Status, statusText[r.Status])
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, v := range r.Header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", name, v)
		}
	}
	fmt.Fprintf(&b, "Date: %s\r\n", time.Unix(0, now).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	if n, ok := r.Length(); ok {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", n)
	} else if r.length < 0 && r.Header.Get("Content-Length") == "" {
		b.WriteString("Transfer-Encoding: chunked\r\n")
	}
	b.WriteString("\r\n")
	return []byte(b.String())
}

var statusText = map[int]string{
	200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
	301: "Moved Permanently", 304: "Not Modified",
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
	412: "Precondition Failed", 416: "Requested Range Not Satisfiable", 500: "Internal Server Error",
}

// respond makes an answer with a body the handler writes.
func (r *Response) write(status int, body []byte) {
	r.Status, r.Body, r.length = status, vfs.Bytes(body), int64(len(body))
	if len(body) > buffered {
		r.length = -1
	}
}

// json writes v as encoding/json's encoder does: with a newline.
func (r *Response) json(status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		r.text(500, err.Error())
		return
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.write(status, append(b, '\n'))
}

// text writes an error as net/http's Error does.
func (r *Response) text(status int, message string) {
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	r.Header.Set("X-Content-Type-Options", "nosniff")
	r.write(status, []byte(message+"\n"))
}

// Plain returns an answer with a body and its type and nothing else.
func Plain(status int, contentType string, body *vfs.Blob) *Response {
	r := &Response{Status: status, Header: Header{}, Body: body, length: body.Size()}
	r.Header.Set("Content-Type", contentType)
	return r
}
