package curl

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/registry/api"
	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/vfs"
)

// outcome is what a transfer came to, for --write-out.
type outcome struct {
	url         address
	method      string
	code        int
	contentType string
	headers     int // their number
	headerBytes int
	body        int64
	sent        int64
	redirects   int
	location    string // where a redirect that is not followed leads
	file        string
	exit        int
	message     string
	nanos       int64
}

// transfer gets one URL.
func (c *command) transfer(g globbed, out string, content *string) int {
	c.p.Step()
	r := &outcome{}
	r.exit = c.get(g, out, content, r)
	if c.o.format != "" {
		c.writeOut(r)
	}
	return r.exit
}

func (c *command) get(g globbed, out string, content *string, r *outcome) int {
	fail := func(code int, format string, a ...any) int {
		r.message = fmt.Sprintf(format, a...)
		return c.fail(code, format, a...)
	}
	at, ok := readURL(g.url, c.o.pathAsIs)
	if !ok {
		return fail(exitURL, "URL using bad/illegal format or missing URL")
	}
	method, payload, code := c.request(&at, content)
	if code != exitOK {
		r.message = "Failed to open/read local data from file/application"
		return fail(code, "%s", r.message)
	}
	out, code = c.destination(g, out, at)
	if code != exitOK {
		return fail(code, "Failed writing received data to disk/application")
	}
	r.file = out
	meter := c.meter(out)
	for {
		r.url, r.method = at, method
		switch at.scheme {
		case "http", "https", "ftp":
		default:
			return fail(exitProtocol, "Protocol \"%s\" not supported or disabled in libcurl", at.scheme)
		}
		meter.begin()
		lines, req := c.compose(at, method, payload)
		r.sent = req.Body.Size()
		network := c.world.Network()
		if req.Host = strings.ToLower(at.authority()); at.port == "" || at.scheme != "http" {
			// Registries are named with their ports; a standard one may be left
			// out there too.
			if full := strings.ToLower(at.host) + ":" + at.number(); slices.Contains(network.Addresses(), full) || at.scheme != "http" {
				req.Host = full
			}
		}
		var res *api.Response
		err := c.world.Change(func(n remote.Network) (next remote.Network, err error) {
			next, res, err = n.At(c.p.Machine().Now()).Do(req)
			return next, err
		})
		var dial *remote.DialError
		if errors.As(err, &dial) {
			meter.end(0, 0, 0)
			return c.refused(at, dial, fail)
		}
		if err != nil {
			meter.end(0, 0, 0)
			return fail(exitConnect, "%v", err)
		}
		if at.scheme != "http" {
			// What listens there speaks HTTP only.
			c.connected(at)
			meter.end(0, 0, 0)
			if at.scheme == "ftp" {
				return fail(8, "Got a 400 ftp-server response when 220 was expected")
			}
			return fail(exitTLS, "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number")
		}
		head := string(res.Head(c.p.Machine().Now()))
		if req.Path == "" {
			// Go's server does not get as far as to ask the registry.
			res = api.Plain(400, "text/plain; charset=utf-8", vfs.String("400 Bad Request"))
			head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
		}
		if c.expects(payload) && res.Status < 400 {
			head = "HTTP/1.1 100 Continue\r\n\r\n" + head
		}
		c.connected(at)
		c.talk(">", lines)
		if payload != nil && *payload != "" && c.o.verbose && c.showsData(out) {
			c.err(fmt.Sprintf("} [%d bytes data]\n", len(*payload)))
		}
		if c.o.fail && res.Status >= 400 {
			// It is given up before the line that ends the head.
			c.talk("<", strings.TrimSuffix(head, "\r\n"))
		} else {
			c.talk("<", head)
		}
		r.code, r.headerBytes, r.headers = res.Status, r.headerBytes+len(head), strings.Count(head, "\r\n")-2
		r.contentType = res.Header.Get("Content-Type")
		location := res.Header.Get("Location")
		if c.o.location && location != "" && res.Status >= 300 && res.Status < 400 {
			if r.redirects == c.o.maxRedirs {
				return fail(exitRedirects, "Maximum (%d) redirects followed", c.o.maxRedirs)
			}
			if code := c.deliver(r, out, head, nil); code != exitOK {
				return fail(code, "Failure writing output to destination")
			}
			to, ok := at.follow(location)
			if !ok {
				return fail(exitURL, "URL using bad/illegal format or missing URL")
			}
			r.redirects++
			// A form that was answered with a redirect is not sent again.
			if method == "POST" && res.Status <= 303 && c.o.method == "" {
				method, payload = "GET", nil
			}
			if c.o.verbose {
				c.err("* Connection #0 to host " + at.host + " left intact\n* Issue another request to this URL: '" + to.String() + "'\n")
			}
			at = to
			continue
		}
		if location != "" && res.Status >= 300 && res.Status < 400 {
			if to, ok := at.follow(location); ok {
				r.location = to.String()
			}
		}
		return c.finish(r, out, head, res, method, meter, fail)
	}
}

// finish writes what was answered and tells how it ended.
func (c *command) finish(r *outcome, out, head string, res *api.Response, method string, meter *meter, fail func(int, string, ...any) int) int {
	failed := res.Status >= 400 && (c.o.fail || c.o.failBody)
	body := res.Body
	if failed && c.o.fail {
		body = vfs.Bytes(nil)
	}
	want := body.Size()
	if n, err := strconv.ParseInt(res.Header.Get("Content-Length"), 10, 64); err == nil && method != "HEAD" && body == res.Body {
		want = n
	}
	if body.Size() > 0 && c.o.verbose && c.showsData(out) {
		c.err(fmt.Sprintf("{ [%d bytes data]\n", min(body.Size(), 102400)))
	}
	r.body = body.Size()
	r.nanos = c.wait(r.url, r.body+r.sent)
	meter.end(r.body, want, r.nanos)
	if failed && c.o.fail {
		body = nil
	}
	left := "* Connection #0 to host " + r.url.host + " left intact\n"
	if failed && c.o.fail || want > r.body {
		left = "* Closing connection 0\n"
		if failed && c.o.fail {
			left = fmt.Sprintf("* The requested URL returned error: %d\n", res.Status) + left
		}
	}
	if c.o.verbose {
		c.err(left)
	}
	if code := c.deliver(r, out, head, body); code != exitOK {
		return fail(code, "Failure writing output to destination")
	}
	if failed {
		return fail(exitHTTP, "The requested URL returned error: %d", res.Status)
	}
	if want > r.body {
		return fail(exitPartial, "transfer closed with %d bytes remaining to read", want-r.body)
	}
	return exitOK
}

// expects reports whether the server is asked first if it will have the body:
// for files, and for much else.
func (c *command) expects(payload *string) bool {
	return payload != nil && (c.o.upload != nil || len(*payload) > 1<<20)
}

// request decides method and body; -G moves the body into the URL.
func (c *command) request(at *address, content *string) (method string, payload *string, code int) {
	method, payload = "GET", content
	switch {
	case c.o.upload != nil:
		b, err := c.p.ReadFile(inputName(*c.o.upload))
		if err != nil {
			c.err("curl: Can't open '" + *c.o.upload + "'!\n" + hint)
			return "", nil, exitRead
		}
		if strings.HasSuffix(at.path, "/") {
			at.path += path.Base(*c.o.upload)
		}
		text := string(b)
		method, payload = "PUT", &text
	case content != nil && c.o.get:
		if at.hasQuery && at.query != "" {
			at.query += "&"
		}
		at.query += *content
		at.hasQuery, payload = true, nil
		if c.o.head {
			method = "HEAD"
		}
	case content != nil:
		method = "POST"
	case c.o.head:
		method = "HEAD"
	}
	if c.o.method != "" {
		method = c.o.method
	}
	return method, payload, exitOK
}

// compose makes the request, as lines and as what is sent.
func (c *command) compose(at address, method string, payload *string) (string, api.Request) {
	o := c.o
	custom := map[string]bool{}
	for _, h := range o.headers {
		if i := strings.IndexAny(h, ":;"); i > 0 {
			custom[strings.ToLower(h[:i])] = true
		}
	}
	var names, values []string
	add := func(name, value string) {
		names, values = append(names, name), append(values, value)
	}
	unless := func(name, value string) {
		if value != "" && !custom[strings.ToLower(name)] {
			add(name, value)
		}
	}
	unless("Host", at.authority())
	user := o.user
	if user == "" {
		user, _ = url.PathUnescape(at.user)
	}
	if user != "" {
		unless("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user)))
	} else if o.bearer != "" {
		unless("Authorization", "Bearer "+o.bearer)
	}
	if o.span != "" {
		unless("Range", "bytes="+o.span)
	}
	unless("User-Agent", o.agent)
	if !o.jsonBody {
		unless("Accept", "*/*")
	}
	if o.compress {
		unless("Accept-Encoding", "deflate, gzip, br, zstd")
	}
	unless("Referer", o.referer)
	if len(o.cookies) > 0 {
		unless("Cookie", strings.Join(o.cookies, "; "))
	}
	if o.jsonBody {
		unless("Content-Type", "application/json")
		unless("Accept", "application/json")
	}
	for _, h := range o.headers {
		if name, value, ok := strings.Cut(h, ":"); ok {
			if value = strings.TrimLeft(value, " \t"); value != "" {
				add(name, value)
			}
		} else if name, ok := strings.CutSuffix(h, ";"); ok {
			add(name, "")
		}
	}
	req := api.Request{Method: method, Scheme: "http", Query: at.query, Header: api.Header{}, Body: vfs.Bytes(nil)}
	if payload != nil {
		unless("Content-Length", strconv.Itoa(len(*payload)))
		if o.upload == nil && !o.jsonBody {
			unless("Content-Type", "application/x-www-form-urlencoded")
		}
		if c.expects(payload) {
			unless("Expect", "100-continue")
		}
		req.Body = vfs.String(*payload)
	}
	if p, err := url.PathUnescape(at.path); err == nil {
		req.Path = p
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", method, at.target())
	for i, name := range names {
		b.WriteString(strings.TrimSuffix(name+": "+values[i], " ") + "\r\n")
		key := canonical(name)
		req.Header[key] = append(req.Header[key], values[i])
	}
	b.WriteString("\r\n")
	return b.String(), req
}

// canonical writes the name of a field as Go's server has it.
func canonical(name string) string {
	parts := strings.Split(strings.ToLower(name), "-")
	for i, p := range parts {
		if p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "-")
}
