package api

import (
	"html"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/vfs"
)

// exchange is one request being answered.
type exchange struct {
	state registry.State
	req   Request
	query url.Values
	res   *Response
	// what the path names
	repo, reference, id string
}

// method answers one method of a route; the error becomes the body.
type method func(*exchange) error

type route struct {
	kind    registry.Kind
	pattern *regexp.Regexp
	methods map[string]method // nil: any method
	any     method
}

// digestPattern is looser than what a digest is; what is none is refused later.
const digestPattern = `[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+`

func match(pattern string) *regexp.Regexp { return regexp.MustCompile(`^` + pattern + `$`) }

const named = `/v2/(?P<name>` + registry.NamePattern + `)`

// routes are those of distribution 2.8 (registry/api/v2/descriptors.go), in
// their order: the first that matches has the request.
var routes = []route{
	{pattern: match(`/v2/`), any: base},
	{kind: registry.TagList, pattern: match(named + `/tags/list`), methods: map[string]method{"GET": tags}},
	{kind: registry.Reference, pattern: match(named + `/manifests/(?P<reference>` + registry.TagPattern + `|` + digestPattern + `)`), methods: map[string]method{
		"GET": getManifest, "HEAD": getManifest, "PUT": putManifest, "DELETE": deleteManifest}},
	{kind: registry.Layer, pattern: match(named + `/blobs/(?P<reference>` + digestPattern + `)`), methods: map[string]method{
		"GET": getBlob, "HEAD": getBlob, "DELETE": deleteBlob}},
	{kind: registry.Uploads, pattern: match(named + `/blobs/uploads/`), methods: uploads},
	{kind: registry.Uploads, pattern: match(named + `/blobs/uploads/(?P<id>[a-zA-Z0-9-_.=]+)`), methods: uploads},
	{pattern: match(`/v2/_catalog`), methods: map[string]method{"GET": catalog}},
}

// Serve answers a request: the State after it, which is s itself where nothing
// changed, and the response.
func Serve(s registry.State, r Request) (registry.State, *Response) {
	next, res := answer(s, r)
	if r.Method == "HEAD" {
		// Nothing is counted for a HEAD where nothing was written.
		res.silent = res.length == 0
		res.Body = vfs.Bytes(nil)
	}
	return next, res
}

func answer(s registry.State, r Request) (registry.State, *Response) {
	if r.Path == "" {
		r.Path = "/"
	}
	if r.Body == nil {
		r.Body = vfs.Bytes(nil)
	}
	res := &Response{Status: 200, Header: Header{}, Body: vfs.Bytes(nil)}
	x := &exchange{state: s, req: r, res: res}
	if r.Path == "/" {
		res.Header.Set("Cache-Control", "no-cache")
		return s, res
	}
	res.Header.Set("Docker-Distribution-Api-Version", "registry/2.0")
	if clean := cleaned(r.Path); clean != r.Path {
		res.Header.Set("Location", withQuery(clean, r.Query))
		res.Status = 301
		return s, res
	}
	for _, candidate := range routes {
		m := candidate.pattern.FindStringSubmatch(r.Path)
		if m == nil {
			// A slash too many or too few is sent on to the right one.
			other := strings.TrimSuffix(r.Path, "/")
			if other == r.Path {
				other += "/"
			}
			if candidate.pattern.MatchString(other) {
				x.redirect(withQuery(other, r.Query))
				return s, res
			}
			continue
		}
		for i, name := range candidate.pattern.SubexpNames() {
			switch name {
			case "name":
				x.repo = m[i]
			case "reference":
				x.reference = m[i]
			case "id":
				x.id = m[i]
			}
		}
		x.query, _ = url.ParseQuery(r.Query) // what can be read of it is read
		x.serve(candidate)
		return x.state, res
	}
	res.text(404, "404 page not found")
	return s, res
}

func (x *exchange) serve(r route) {
	if len(x.repo) > 255 {
		x.refuse(registry.Unknown.With(map[string]any{"Name": x.repo, "Reason": struct{}{}}))
		return
	}
	if domain, rest, ok := strings.Cut(x.repo, "/"); ok && rest != "" && !strings.ContainsAny(domain, ".:") && strings.ToLower(domain) != domain {
		// The cache of the real registry takes such a domain for part of the
		// name and refuses it, without a word.
		x.res.json(500, struct{}{})
		return
	}
	do := r.any
	if do == nil {
		if do = r.methods[x.req.Method]; do == nil {
			x.allow(r.methods)
			return
		}
	}
	if strings.Contains(x.repo, ":") {
		x.refuse(invalidPath(x.state.Path(x.repo, r.kind, x.reference)))
		return
	}
	if err := do(x); err != nil {
		x.refuse(err)
	}
}

// invalidPath is the refusal of the storage to make a file of that name: a
// colon is more than it allows.
func invalidPath(p string) error {
	return registry.Unknown.With(struct{ Path, DriverName string }{p, "filesystem"})
}

// refuse answers with the errors of the registry.
func (x *exchange) refuse(err error) {
	all := registry.Refusals(err)
	x.res.json(all[0].Code.Status, struct {
		Errors registry.Errors `json:"errors"`
	}{all})
}

// allow answers a method that a route does not have.
func (x *exchange) allow(methods map[string]method) {
	names := make([]string, 0, len(methods))
	for m := range methods {
		names = append(names, m)
	}
	slices.Sort(names)
	x.res.Header.Set("Allow", strings.Join(names, ", "))
	if x.req.Method != "OPTIONS" {
		x.res.text(405, "Method not allowed")
	}
}

// redirect answers as net/http's Redirect does.
func (x *exchange) redirect(to string) {
	x.res.Header.Set("Location", to)
	x.res.Status = 301
	if x.req.Method == "GET" || x.req.Method == "HEAD" {
		x.res.Header.Set("Content-Type", "text/html; charset=utf-8")
	}
	if x.req.Method == "GET" {
		x.res.write(301, []byte("<a href=\""+html.EscapeString(to)+"\">Moved Permanently</a>.\n\n"))
	}
}

func withQuery(p, query string) string {
	u := url.URL{Path: p, RawQuery: query}
	return u.String()
}

// cleaned is what gorilla's mux makes of a path before it looks for a route.
func cleaned(p string) string {
	c := path.Clean("/" + strings.TrimPrefix(p, "/"))
	if strings.HasSuffix(p, "/") && c != "/" {
		c += "/"
	}
	return c
}

// url makes an absolute address of this registry, as the client called it.
func (x *exchange) url(p string, query url.Values) string {
	u := url.URL{Scheme: x.req.Scheme, Host: x.req.Host, Path: p, RawQuery: query.Encode()}
	if u.Scheme == "" {
		u.Scheme = "http"
	}
	if proto := x.req.Header.Get("X-Forwarded-Proto"); proto != "" {
		u.Scheme = proto
	}
	if host := x.req.Header.Get("X-Forwarded-Host"); host != "" {
		u.Host = strings.TrimSpace(strings.SplitN(host, ",", 2)[0])
	}
	return u.String()
}

// digest reads the digest in the path.
func (x *exchange) digest() (digest.Digest, error) {
	d, err := digest.Parse(x.reference)
	if err != nil {
		return "", registry.DigestInvalid.With(struct{}{})
	}
	return d, nil
}

func base(x *exchange) error {
	x.res.Header.Set("Content-Type", "application/json; charset=utf-8")
	x.res.Header.Set("Content-Length", "2")
	x.res.write(200, []byte("{}"))
	return nil
}
