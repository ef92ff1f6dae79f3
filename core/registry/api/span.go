package api

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"layerlab.dev/core/vfs"
)

// span is a part of a blob.
type span struct{ start, length int64 }

// field is the Content-Range of the span in a blob of size bytes.
func (s span) field(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", s.start, s.start+s.length-1, size)
}

func total(all []span) (n int64) {
	for _, s := range all {
		n += s.length
	}
	return n
}

var (
	errRange     = errors.New("invalid range")
	errNoOverlap = errors.New("invalid range: failed to overlap")
)

// parseRange reads a Range field (RFC 9110, 14.2) as net/http does.
func parseRange(field string, size int64) ([]span, error) {
	if field == "" {
		return nil, nil
	}
	list, ok := strings.CutPrefix(field, "bytes=")
	if !ok {
		return nil, errRange
	}
	var all []span
	missed := false
	for part := range strings.SplitSeq(list, ",") {
		part = strings.Trim(part, " \t")
		if part == "" {
			continue
		}
		from, to, ok := strings.Cut(part, "-")
		if !ok {
			return nil, errRange
		}
		from, to = strings.Trim(from, " \t"), strings.Trim(to, " \t")
		if from == "" {
			n, err := strconv.ParseInt(to, 10, 64)
			if to == "" || to[0] == '-' || err != nil || n < 0 {
				return nil, errRange
			}
			n = min(n, size)
			all = append(all, span{size - n, n})
			continue
		}
		start, err := strconv.ParseInt(from, 10, 64)
		if err != nil || start < 0 {
			return nil, errRange
		}
		if start >= size {
			missed = true
			continue
		}
		end := size - 1
		if to != "" {
			last, err := strconv.ParseInt(to, 10, 64)
			if err != nil || start > last {
				return nil, errRange
			}
			end = min(last, end)
		}
		all = append(all, span{start, end - start + 1})
	}
	if missed && len(all) == 0 {
		return nil, errNoOverlap
	}
	return all, nil
}

// matches reports whether a list of entity tags has this one; a strong
// comparison leaves out weak ones.
func matches(list, etag string, strong bool) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimSpace(tag)
		if !strong {
			tag = strings.TrimPrefix(tag, "W/")
		}
		if tag == "*" || tag == etag {
			return true
		}
	}
	return false
}

// parts answers with several ranges at once, as multipart/byteranges. The real
// boundary is random; ours is a function of what is asked for.
func (x *exchange) parts(b *vfs.Blob, ranges []span) {
	h := x.res.Header
	sum := sha256.Sum256([]byte(h.Get("Etag") + x.req.Header.Get("Range")))
	boundary := fmt.Sprintf("%x%x", sum, sum[:28])[:60]
	var body []byte
	for i, r := range ranges {
		if i > 0 {
			body = append(body, "\r\n"...)
		}
		body = fmt.Appendf(body, "--%s\r\nContent-Range: %s\r\nContent-Type: %s\r\n\r\n", boundary, r.field(b.Size()), h.Get("Content-Type"))
		part, err := vfs.Section(b, r.start, r.length).Bytes()
		if err != nil {
			x.res.text(500, err.Error())
			return
		}
		body = append(body, part...)
	}
	body = fmt.Appendf(body, "\r\n--%s--\r\n", boundary)
	h.Set("Content-Type", "multipart/byteranges; boundary="+boundary)
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	x.res.write(206, body)
}
