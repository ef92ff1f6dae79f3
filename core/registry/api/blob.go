package api

import (
	"strconv"

	"layerlab.dev/core/vfs"
)

func getBlob(x *exchange) error {
	d, err := x.digest()
	if err != nil {
		return err
	}
	b, err := x.state.Blob(x.repo, d)
	if err != nil {
		return err
	}
	if b.Content.Absent() && x.req.Method == "GET" {
		_, err := b.Content.Bytes()
		return err
	}
	h := x.res.Header
	etag := `"` + b.Digest.String() + `"`
	h.Set("Cache-Control", "max-age=31536000")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Docker-Content-Digest", b.Digest.String())
	h.Set("Etag", etag)
	x.content(b.Content, etag)
	return nil
}

// content serves a blob with the conditions and ranges that net/http's
// ServeContent knows.
func (x *exchange) content(b *vfs.Blob, etag string) {
	res, h := x.res, x.res.Header
	if match := x.req.Header.Get("If-Match"); match != "" && !matches(match, etag, true) {
		h.Set("Content-Length", strconv.FormatInt(b.Size(), 10))
		res.Status = 412
		return
	}
	if none := x.req.Header.Get("If-None-Match"); none != "" && matches(none, etag, false) {
		delete(h, "Content-Type")
		delete(h, "Content-Length")
		res.Status = 304
		return
	}
	asked := x.req.Header.Get("Range")
	if condition := x.req.Header.Get("If-Range"); condition != "" && !matches(condition, etag, true) {
		asked = ""
	}
	ranges, err := parseRange(asked, b.Size())
	if err != nil {
		if err == errNoOverlap {
			h.Set("Content-Range", "bytes */"+strconv.FormatInt(b.Size(), 10))
		}
		// The registry has set the length of the whole by then and lets it
		// stand; a text that is longer than that is not sent.
		h.Set("Content-Length", strconv.FormatInt(b.Size(), 10))
		res.text(416, err.Error())
		if n := res.Body.Size(); n > b.Size() {
			res.Body = vfs.Bytes(nil)
		}
		return
	}
	res.Body = b
	switch {
	case total(ranges) > b.Size():
		ranges = nil
	case len(ranges) == 1:
		h.Set("Content-Range", ranges[0].field(b.Size()))
		res.Body = vfs.Section(b, ranges[0].start, ranges[0].length)
		res.Status = 206
	case len(ranges) > 1:
		x.parts(b, ranges)
		return
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(res.Body.Size(), 10))
}

func deleteBlob(x *exchange) error {
	d, err := x.digest()
	if err != nil {
		return err
	}
	next, err := x.state.DeleteBlob(x.repo, d)
	if err != nil {
		return unknown(err)
	}
	x.state = next
	x.res.Header.Set("Content-Length", "0")
	x.res.Status = 202
	return nil
}
