package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/versions"

	"layerlab.dev/core/host"
)

// The versions of the API that are spoken.
const (
	Version = "1.41"
	Oldest  = "1.12"
)

// Handler returns what serves the API over e. Requests that change the host wait
// for each other in e.
func Handler(e host.Engine) http.Handler {
	s := &server{engine: e}
	s.routes()
	return s
}

type server struct {
	engine host.Engine
	table  []route
}

// route is a method with a path, in which {name} stands for one segment, or for
// several where more follow or it is an image's.
type route struct {
	method, path string
	serve        func(*call) error
}

// call is one request.
type call struct {
	*server
	w       http.ResponseWriter
	r       *http.Request
	name    string // what {name} stood for
	form    url.Values
	version string
	sent    bool
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{server: s, w: w, r: r, version: Version}
	h := w.Header()
	h.Set("Api-Version", Version)
	h.Set("Docker-Experimental", "false")
	h.Set("Ostype", "linux")
	h.Set("Server", "Docker/"+s.engine.Version().Version+" (linux)")
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, "/v"); ok {
		if v, after, ok := strings.Cut(rest, "/"); ok && number(v) {
			c.version, path = v, "/"+after
		}
	}
	if err := r.ParseForm(); err != nil && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		c.fail(host.Errorf(400, "%v", err))
		return
	}
	c.form = r.URL.Query()
	switch {
	case versions.LessThan(c.version, Oldest):
		c.fail(host.Errorf(400, "client version %s is too old. Minimum supported API version is %s, please upgrade your client to a newer version", c.version, Oldest))
		return
	case versions.GreaterThan(c.version, Version):
		c.fail(host.Errorf(400, "client version %s is too new. Maximum supported API version is %s", c.version, Version))
		return
	}
	for _, rt := range s.table {
		name, ok := match(rt.path, path)
		if !ok || rt.method != r.Method {
			continue
		}
		c.name = name
		if err := rt.serve(c); err != nil {
			c.fail(err)
		}
		return
	}
	// dockerd says the same of a wrong method.
	c.fail(host.Errorf(404, "page not found"))
}

func number(v string) bool {
	for _, r := range v {
		if r != '.' && (r < '0' || r > '9') {
			return false
		}
	}
	return v != ""
}

// match reports whether path has the form of pattern, and what {name} is.
func match(pattern, path string) (name string, ok bool) {
	before, after, named := strings.Cut(pattern, "{name}")
	if !named {
		return "", pattern == path
	}
	rest, ok := strings.CutPrefix(path, before)
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(rest, after)
	return name, ok && name != "" && (strings.HasPrefix(pattern, "/images/") || strings.HasPrefix(pattern, "/distribution/") || !strings.Contains(name, "/"))
}

// fail answers with an error, or ends a stream that has begun with one.
func (c *call) fail(err error) {
	status, text := http.StatusInternalServerError, err.Error()
	var known *host.Error
	if errors.As(err, &known) && known.Status != 0 {
		status, text = known.Status, known.Text
	}
	if c.sent {
		c.message(host.Message{Error: text, ErrorDetail: &host.ErrorDetail{Message: text}})
		return
	}
	if versions.LessThan(c.version, "1.24") {
		http.Error(c.w, text, status)
		return
	}
	c.json(status, map[string]string{"message": text})
}

// json answers with a document.
func (c *call) json(status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return c.raw(status, text)
}

// raw answers with JSON that is written already.
func (c *call) raw(status int, text []byte) error {
	text = append(bytes.TrimRight(text, "\n"), '\n')
	c.w.Header().Set("Content-Type", "application/json")
	c.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	c.w.WriteHeader(status)
	c.w.Write(text) // a client that has gone is no error of ours
	return nil
}

func (c *call) empty(status int) error {
	c.w.WriteHeader(status)
	return nil
}

// message sends one document of a stream.
func (c *call) message(m host.Message) {
	if !c.sent {
		c.sent = true
		c.w.Header().Set("Content-Type", "application/json")
		c.w.WriteHeader(http.StatusOK)
	}
	text, err := json.Marshal(m)
	if err != nil {
		return // texts and numbers always can be written
	}
	c.w.Write(append(text, '\r', '\n'))
	c.flush()
}

func (c *call) flush() {
	if f, ok := c.w.(http.Flusher); ok {
		f.Flush()
	}
}

// flag reads a boolean as dockerd does: all but a few words are true.
func (c *call) flag(name string) bool { return truth(c.form.Get(name)) }

func truth(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return !(s == "" || s == "0" || s == "no" || s == "false" || s == "none")
}

func (c *call) filters() (filters.Args, error) {
	args, err := filters.FromJSON(c.form.Get("filters"))
	if err != nil {
		return args, host.Errorf(500, "%v", err)
	}
	return args, nil
}

// body reads the document of a request.
func (c *call) body(v any) error {
	if ct := c.r.Header.Get("Content-Type"); ct != "" && !strings.HasPrefix(ct, "application/json") {
		return host.Errorf(400, "Content-Type specified (%s) must be 'application/json'", ct)
	}
	if err := json.NewDecoder(c.r.Body).Decode(v); err != nil {
		return host.Errorf(500, "%v", err)
	}
	return nil
}
