package edge

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// The names of the OCI distribution specification; of digests only sha256.
var (
	repositoryName = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)
	tagName        = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)
	digestName     = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// longestName is that of a repository, so that addresses stay of usual length.
const longestName = 255

// target is what a path below /v2/ names.
type target struct {
	registry   string
	repository string // "" asks whether there is a registry at all
	kind       string // "manifests" or "blobs"
	reference  string // tag or digest
}

// byDigest tells whether what is named can never change.
func (t target) byDigest() bool { return digestName.MatchString(t.reference) }

// parseTarget reads a path; problem says what is wrong with it. The path is
// taken as it was sent: one that is encoded anywhere has no target, so nothing
// can be read one way here and another way upstream.
func parseTarget(r *http.Request) (t target, problem string) {
	path := r.URL.Path
	if r.URL.RawPath != "" || r.URL.EscapedPath() != path {
		return t, "the path must not be encoded"
	}
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/v2"), "/")
	t.registry, path, _ = strings.Cut(path, "/")
	if t.registry != "" && !registryName.MatchString(t.registry) {
		return t, "not a registry's name"
	}
	if path == "" {
		return t, ""
	}
	parts := strings.Split(path, "/")
	if len(parts) < 3 {
		return t, "want REGISTRY/REPOSITORY/manifests/REFERENCE or REGISTRY/REPOSITORY/blobs/DIGEST"
	}
	t.kind, t.reference = parts[len(parts)-2], parts[len(parts)-1]
	t.repository = strings.Join(parts[:len(parts)-2], "/")
	switch {
	case t.kind != "manifests" && t.kind != "blobs":
		return t, "only manifests and blobs can be pulled"
	case len(t.repository) > longestName || !repositoryName.MatchString(t.repository):
		return t, "not a repository's name"
	case t.byDigest():
	case t.kind == "blobs":
		return t, "a blob has a sha256 digest"
	case !tagName.MatchString(t.reference):
		return t, "neither a tag nor a sha256 digest"
	}
	return t, ""
}

// Range is one range of bytes; the zero Range is the whole.
type Range struct {
	Given bool
	First int64 // -1: the last Last bytes
	Last  int64 // inclusive; -1: up to the end
}

var rangeField = regexp.MustCompile(`^bytes=([0-9]{0,15})-([0-9]{0,15})$`)

// parseRange reads a Range field. What is no single range is ignored, as RFC
// 9110 permits, and the whole is given.
func parseRange(fields []string) Range {
	m := rangeField.FindStringSubmatch(strings.Join(fields, ","))
	if m == nil || m[1]+m[2] == "" {
		return Range{}
	}
	r := Range{Given: true, First: -1, Last: -1}
	if m[1] != "" {
		r.First, _ = strconv.ParseInt(m[1], 10, 64) // digits, few enough
	}
	if m[2] != "" {
		r.Last, _ = strconv.ParseInt(m[2], 10, 64)
	}
	if r.First >= 0 && r.Last >= 0 && r.Last < r.First {
		return Range{}
	}
	return r
}

// String is the field that asks for r.
func (r Range) String() string {
	number := func(n int64) string {
		if n < 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	return "bytes=" + number(r.First) + "-" + number(r.Last)
}

// Of gives the part of size bytes that r asks for; false where there is none.
func (r Range) Of(size int64) (first, count int64, ok bool) {
	switch {
	case !r.Given:
		return 0, size, true
	case r.First < 0:
		count = min(r.Last, size)
		return size - count, count, count > 0
	case r.First >= size:
		return 0, 0, false
	case r.Last < 0 || r.Last >= size:
		return r.First, size - r.First, true
	}
	return r.First, r.Last - r.First + 1, true
}
