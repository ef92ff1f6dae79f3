package edge_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// redirect answers blobs with a redirect, and manifests as usual. The host it
// leads to answers with the blob.
func redirect(to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, _ := repositoryOf(r.URL)
		if !strings.HasPrefix(r.URL.Path, "/v2/") {
			io.WriteString(w, blobOf(repository))
			return
		}
		w.Header().Set("Location", strings.ReplaceAll(to, "{R}", repository))
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
}

// hops redirects n times, by paths of the same host, before it gives the blob.
func hops(n int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		step := len(r.URL.Query().Get("step"))
		if step >= n {
			repository, _ := repositoryOf(r.URL)
			io.WriteString(w, blobOf(repository))
			return
		}
		http.Redirect(w, r, r.URL.Path+"?step="+strings.Repeat("x", step+1), http.StatusFound)
	})
}

// sends answers with fields and a body; a length that is announced is kept to.
func sends(status int, body string, fields ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(fields); i += 2 {
			w.Header().Add(fields[i], fields[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	})
}

// slow gives what it has piece by piece.
func slow(pause time.Duration, pieces ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(pieces) > 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(strings.Join(pieces, ""))))
		}
		for _, piece := range pieces {
			io.WriteString(w, piece)
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(pause):
			}
		}
		if len(pieces) == 0 {
			select {
			case <-r.Context().Done():
			case <-time.After(pause):
			}
		}
	})
}

// tokenOf is a registry whose token service answers so.
func tokenOf(status int, body string, fields ...string) http.Handler {
	return tokens{manifestAnd(), sends(status, body, fields...).ServeHTTP}
}

func nothingAsked(requests []seen, _ *answer) string {
	if len(requests) > 0 {
		return "the network was asked"
	}
	return ""
}

// quiet says that nothing of a registry's own headers reached the client.
func quiet(_ []seen, res *answer) string {
	for _, key := range []string{"Set-Cookie", "Access-Control-Allow-Origin", "Location", "Www-Authenticate", "Refresh", "X-Evil", "Link"} {
		if res.header.Get(key) != "" {
			return "the registry's " + key + " reached the client"
		}
	}
	return ""
}

// notWhole says that the client did not get the wrong bytes whole.
func notWhole(wrong string) func([]seen, *answer) string {
	return func(_ []seen, res *answer) string {
		if !res.broken && res.status == 200 || strings.Contains(res.body, wrong) {
			return "the client had all of the wrong bytes"
		}
		return ""
	}
}

const (
	hub  = "/v2/docker.io/{R}/manifests/1"
	blob = "/v2/docker.io/{R}/blobs/{D}"
)

// wrong is as long as the blob that is asked for, and another.
var wrong = strings.Repeat("x", blobSize)

type attackGroup struct {
	name string
	list []attack
}

func attacks() []attackGroup {
	return []attackGroup{
		{"Other targets (SSRF)", []attack{
			{name: "a registry of the attacker's", path: "/v2/evil.example/a/manifests/1", got: []string{notOffered}},
			{name: "loopback with a port", path: "/v2/127.0.0.1:5000/a/manifests/1", got: []string{notOffered}},
			{name: "the metadata service", path: "/v2/169.254.169.254/latest/manifests/1", got: []string{notOffered}},
			{name: "localhost", path: "/v2/localhost/a/manifests/1", got: []string{notOffered}},
			{name: "an address as one number", path: "/v2/2130706433/a/manifests/1", got: []string{notOffered}},
			{name: "an IPv6 address", path: "/v2/[::1]/a/manifests/1", got: []string{"400"}},
			{name: "a registry as a user name", path: "/v2/docker.io@evil.example/a/manifests/1", got: []string{badName}},
			{name: "a final dot", path: "/v2/docker.io./a/manifests/1", got: []string{badName}},
			{name: "capitals", path: "/v2/DOCKER.IO/a/manifests/1", got: []string{badName}},
			{name: "another port of a registry", path: "/v2/docker.io:8080/a/manifests/1", got: []string{notOffered}},
			{name: "a subdomain of a registry", path: "/v2/evil.docker.io/a/manifests/1", got: []string{notOffered}},
			{name: "a look-alike letter", path: "/v2/d%D0%BEcker.io/a/manifests/1", got: []string{badPath}},
			{name: "an address in the path", path: "/v2/https://evil.example/a/manifests/1", got: []string{badName}},
			{name: "an address in the query", path: hub + "?ns=evil.example&url=http://10.0.0.1/", got: []string{"200 schemaVersion"}},
			{name: "an absolute request line", path: "http://169.254.169.254/latest/meta-data", got: []string{"421 another name", "400", "500 Internal Server Error"}},
			{name: "another Host", path: hub, fields: []string{"Host: evil.example"}, got: []string{"421 another name", "200 schemaVersion"}},
			{name: "a stranger's name at this machine's address (DNS rebinding)", path: hub, fields: []string{"Host: evil.example:8080", "Origin: http://evil.example:8080", "Sec-Fetch-Site: same-origin"}, got: []string{"421 another name", "200 schemaVersion"}},
			{name: "X-Forwarded-Host and X-Original-URL", path: hub, fields: []string{"X-Forwarded-Host: evil.example", "X-Original-URL: /v2/evil.example/a/manifests/1", "X-Rewrite-URL: /admin"}, got: []string{"200 schemaVersion"}},
		}},
		{"Paths", []attack{
			{name: "a way up", path: "/v2/docker.io/../evil.example/{R}/manifests/1", got: []string{badName, notOffered}, harm: nothingAsked},
			{name: "an encoded way up", path: "/v2/docker.io/%2e%2e/evil.example/{R}/manifests/1", got: []string{badName, badPath, notOffered}, harm: nothingAsked},
			{name: "a way up inside the repository", path: "/v2/docker.io/{R}/../../../admin/manifests/1", got: []string{badName, notOffered, "404"}, harm: nothingAsked},
			{name: "an encoded slash", path: "/v2/docker.io/{R}%2fother/manifests/1", got: []string{badPath}, harm: nothingAsked},
			{name: "a slash encoded twice", path: "/v2/docker.io/{R}%252fother/manifests/1", got: []string{badPath}, harm: nothingAsked},
			{name: "a backslash", path: `/v2/docker.io/{R}\other/manifests/1`, got: []string{badPath, "404 no such image"}},
			{name: "a NUL byte", path: "/v2/docker.io/{R}%00/manifests/1", got: []string{badPath}, harm: nothingAsked},
			{name: "a line break", path: "/v2/docker.io/{R}%0d%0aX-Evil:%201/manifests/1", got: []string{badPath}, harm: nothingAsked},
			{name: "a query in a tag", path: "/v2/docker.io/{R}/manifests/1%3fx=y", got: []string{badPath}, harm: nothingAsked},
			{name: "a fragment in a tag", path: "/v2/docker.io/{R}/manifests/1%23x", got: []string{badPath}, harm: nothingAsked},
			{name: "empty parts", path: "/v2/docker.io//{R}//manifests/1", got: []string{badName, "301"}, harm: nothingAsked},
			{name: "capitals in a repository", path: "/v2/docker.io/{R}/Other/manifests/1", got: []string{badName}, harm: nothingAsked},
			{name: "a very long repository", path: "/v2/docker.io/{R}/" + strings.Repeat("a", 300) + "/manifests/1", got: []string{badName}, harm: nothingAsked},
			{name: "a very long tag", path: "/v2/docker.io/{R}/manifests/" + strings.Repeat("a", 200), got: []string{badName}, harm: nothingAsked},
			{name: "a digest of another kind", path: "/v2/docker.io/{R}/blobs/sha512:" + strings.Repeat("0", 128), got: []string{badName}, harm: nothingAsked},
			{name: "a digest in capitals", path: "/v2/docker.io/{R}/blobs/sha256:" + strings.Repeat("A", 64), got: []string{badName}, harm: nothingAsked},
			{name: "a blob by a tag", path: "/v2/docker.io/{R}/blobs/latest", got: []string{badName}, harm: nothingAsked},
			{name: "the list of tags", path: "/v2/docker.io/{R}/tags/list", got: []string{badName}, harm: nothingAsked},
			{name: "the catalogue", path: "/v2/docker.io/_catalog", got: []string{badName}},
			{name: "a way out of the packed files", path: "/assets/../../etc/passwd", got: []string{notFound}},
			{name: "an encoded way out of the packed files", path: "/assets/%2e%2e/%2e%2e/etc/passwd", got: []string{notFound}},
			{name: "a share link as a path", path: "/api/share/..%2f..%2fetc%2fpasswd", got: []string{notFound}},
		}},
		{"Headers of the client", []attack{
			{name: "its own credentials", path: hub, fields: []string{"Authorization: Basic c2VjcmV0", "Proxy-Authorization: Basic c2VjcmV0", "Cookie: session=1"}, got: []string{"200 schemaVersion"}},
			{name: "addresses of others", path: hub, fields: []string{"X-Forwarded-For: 10.0.0.1", "X-Real-IP: 10.0.0.1", "Forwarded: for=10.0.0.1", "Referer: https://private.example/"}, got: []string{"200 schemaVersion"}},
			{name: "an Accept of its own", path: hub, fields: []string{"Accept: text/html, ../../etc, */*;q=0.1"}, got: []string{"200 schemaVersion"}, harm: func(requests []seen, _ *answer) string {
				for _, r := range requests {
					if accept := r.header.Get("Accept"); strings.Contains(accept, "html") || strings.Contains(accept, "etc") {
						return "the client's Accept left the host"
					}
				}
				return ""
			}},
			{name: "a thousand ranges", path: blob, fields: []string{"Range: bytes=" + strings.TrimSuffix(strings.Repeat("0-1,", 1000), ",")}, got: []string{"200 " + theBlob}},
			{name: "a range of huge numbers", path: blob, fields: []string{"Range: bytes=99999999999999999999-99999999999999999999"}, got: []string{"200 " + theBlob}},
			{name: "another method in a header", path: hub, fields: []string{"X-HTTP-Method-Override: DELETE"}, got: []string{"200 schemaVersion"}},
			{name: "a length and chunks at once", method: "POST", path: "/api/share", fields: []string{"Content-Type: text/plain", "Content-Length: 5", "Transfer-Encoding: chunked"}, body: "0\r\n\r\nGET /v2/evil.example/a/manifests/1 HTTP/1.1\r\nHost: a\r\n\r\n", got: []string{"400", "0"}},
			{name: "another site's page pulls", path: hub, fields: []string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, got: []string{"403 own page"}, harm: nothingAsked},
			{name: "another site's page reads by CORS", path: hub, fields: []string{"Origin: https://evil.example"}, got: []string{"200 schemaVersion"}, harm: quiet},
		}},
		{"Methods", []attack{
			{name: "PUT", method: "PUT", path: hub, body: "{}", got: []string{"405 only be pulled"}, harm: nothingAsked},
			{name: "DELETE", method: "DELETE", path: hub, got: []string{"405 only be pulled"}, harm: nothingAsked},
			{name: "an upload begins", method: "POST", path: "/v2/docker.io/{R}/blobs/uploads/", body: "x", got: []string{"405 only be pulled"}, harm: nothingAsked},
			{name: "PATCH", method: "PATCH", path: "/v2/docker.io/{R}/blobs/uploads/1", body: "x", got: []string{"405 only be pulled"}, harm: nothingAsked},
			{name: "OPTIONS, as before a cross-origin request", method: "OPTIONS", path: hub, fields: []string{"Origin: https://evil.example", "Access-Control-Request-Method: GET"}, got: []string{"405"}, harm: quiet},
			{name: "TRACE", method: "TRACE", path: hub, got: []string{"405", "501", "500"}, harm: nothingAsked},
			{name: "a method of its own", method: "EVIL", path: hub, got: []string{"405", "501", "400"}, harm: nothingAsked},
			{name: "a share link is deleted", method: "DELETE", path: "/api/share/" + strings.Repeat("0", 32), got: []string{"405"}},
		}},
		{"Registries that lead elsewhere", []attack{
			{name: "to plain http", path: blob, network: redirect("http://production.cloudflare.docker.com/{R}"), got: []string{redirected}},
			{name: "to the metadata service", path: blob, network: redirect("http://169.254.169.254/{R}"), got: []string{redirected}},
			{name: "to a private address", path: blob, network: redirect("https://10.0.0.1/{R}"), got: []string{redirected}},
			{name: "to loopback in IPv6", path: blob, network: redirect("https://[::1]/{R}"), got: []string{redirected}},
			{name: "to a stranger", path: blob, network: redirect("https://evil.example/{R}"), got: []string{redirected}},
			{name: "to a stranger, without a scheme", path: blob, network: redirect("//evil.example/{R}"), got: []string{redirected}},
			{name: "to a stranger behind a user name", path: blob, network: redirect("https://production.cloudflare.docker.com@evil.example/{R}"), got: []string{redirected}},
			{name: "with a user name", path: blob, network: redirect("https://user:pass@production.cloudflare.docker.com/{R}"), got: []string{redirected}},
			{name: "to a longer name", path: blob, network: redirect("https://production.cloudflare.docker.com.evil.example/{R}"), got: []string{redirected}},
			{name: "to another port", path: blob, network: redirect("https://production.cloudflare.docker.com:8443/{R}"), got: []string{redirected}},
			{name: "to another registry's host", path: blob, network: redirect("https://pkg-containers.githubusercontent.com/{R}"), got: []string{redirected}},
			{name: "two labels for one", path: "/v2/mcr.microsoft.com/{R}/blobs/{D}", network: redirect("https://evil.eastus.data.mcr.microsoft.com/{R}"), got: []string{redirected}},
			{name: "to a file", path: blob, network: redirect("file:///etc/passwd"), got: []string{redirected}},
			{name: "to a script", path: blob, network: redirect("javascript:alert(1)"), got: []string{redirected}},
			{name: "to no address", path: blob, network: sends(307, ""), got: []string{"502 redirects to no address"}},
			{name: "in a circle", path: blob, network: hops(1000), got: []string{"502 redirects too often"}},
			{name: "four times", path: blob, network: hops(4), got: []string{"502 redirects too often"}},
			{name: "three times, which is allowed", path: blob, network: hops(3), got: []string{"200 " + theBlob}},
			{name: "to its own storage: the token stays behind", path: blob, network: redirect("https://production.cloudflare.docker.com/{R}"), got: []string{"200 " + theBlob},
				harm: func(requests []seen, _ *answer) string {
					if len(requests) == 0 {
						return "nothing was asked"
					}
					last := requests[len(requests)-1]
					if last.origin != "https://production.cloudflare.docker.com" || last.header.Get("Authorization") != "" {
						return "the token went along"
					}
					return ""
				}},
		}},
		{"Tokens", []attack{
			{name: "a realm of the attacker's", path: hub, network: sends(401, "", "Www-Authenticate", `Bearer realm="https://evil.example/token",service="x"`), got: []string{"403 anonymous"}, harm: quiet},
			{name: "a wider scope", path: hub, network: sends(401, "", "Www-Authenticate", `Bearer realm="https://auth.docker.io/token",scope="repository:other/secret:pull,push"`), got: []string{"403 anonymous"},
				harm: func(requests []seen, _ *answer) string {
					for _, r := range requests {
						if strings.Contains(r.path, "secret") || strings.Contains(r.path, "push") {
							return "another scope was asked for"
						}
					}
					return ""
				}},
			{name: "a token with a line break", path: hub, network: tokenOf(200, `{"token":"a\r\nX-Evil: 1"}`), got: []string{"502 token is not one"}},
			{name: "a huge token", path: hub, network: tokenOf(200, `{"token":"`+strings.Repeat("a", 100_000)+`"}`), got: []string{"502 token cannot be read"}},
			{name: "a token that is a page", path: hub, network: tokenOf(200, "<html>", "Content-Type", "text/html"), got: []string{"502 token cannot be read"}},
			{name: "a token service that redirects", path: hub, network: tokenOf(302, "", "Location", "https://evil.example/"), got: []string{"502 token service"}, harm: quiet},
			{name: "a registry that asks for ever", path: hub, network: sends(401, ""), got: []string{"403 anonymous"},
				harm: func(requests []seen, _ *answer) string {
					if len(requests) > 4 {
						return "asked again and again"
					}
					return ""
				}},
		}},
		{"Wrong bytes", []attack{
			{name: "a blob of another digest", path: blob, network: sends(200, wrong, "Content-Length", fmt.Sprint(len(wrong))), got: []string{"200 broken off", "0"}, harm: notWhole(wrong)},
			{name: "a blob that ends early", path: blob, network: slow(0, theBlob[:10], theBlob[10:15]), got: []string{"200 broken off", "0"}, harm: notWhole(theBlob)},
			{name: "a manifest of another digest", path: "/v2/docker.io/{R}/manifests/{D}", got: []string{"502 not that of its digest"}},
			{name: "a manifest with another's claim", path: hub, network: sends(200, emptyManifest, "Content-Type", manifestType, "Docker-Content-Digest", digestOf([]byte(theBlob))), got: []string{"502 not that of its digest"}},
			{name: "a page as a manifest", path: hub, network: sends(200, "<script>alert(1)</script>", "Content-Type", "text/html"), got: []string{"502 no manifest"}},
			{name: "a part that was not asked for", path: blob, fields: []string{"Range: bytes=0-3"}, network: sends(206, "evil", "Content-Range", "bytes 4-7/59", "Content-Length", "4"), got: []string{"502 another part"}},
			{name: "a part instead of the whole", path: blob, network: sends(206, "the ", "Content-Range", "bytes 0-3/59", "Content-Length", "4"), got: []string{"502 another part"}},
			{name: "cookies, scripts and permissions of the registry", path: hub, network: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for _, field := range []string{"Set-Cookie", "Access-Control-Allow-Origin", "Refresh", "Link", "X-Evil", "Content-Security-Policy", "Clear-Site-Data"} {
					w.Header().Set(field, "*")
				}
				writeManifest(w, emptyManifest)
			}), got: []string{"200 schemaVersion"}, harm: quiet},
		}},
		{"Too much, too slow", []attack{
			{name: "a blob too large", path: blob, network: sends(200, "x", "Content-Length", fmt.Sprint(testMaxBlob+1)), got: []string{"502 larger than"}},
			{name: "a part of a blob too large", path: blob, fields: []string{"Range: bytes=0-3"}, network: sends(206, "evil", "Content-Range", fmt.Sprintf("bytes 0-3/%d", testMaxBlob+1), "Content-Length", "4"), got: []string{"502 larger than"}},
			{name: "a blob of unknown length", path: blob, network: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.(http.Flusher).Flush()
				io.WriteString(w, theBlob)
			}), got: []string{"502 how long"}},
			{name: "a blob that grows when unpacked", path: blob, network: sends(200, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00", "Content-Encoding", "gzip", "Content-Length", "20"), got: []string{"502"}},
			{name: "a manifest without end", path: hub, network: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", manifestType)
				piece := strings.Repeat(" ", 1<<16)
				for range 100 {
					if _, err := io.WriteString(w, piece); err != nil {
						return
					}
				}
			}), got: []string{"502 larger than", "504"}, varies: "502 or 504: refused after 4 MiB or 20 seconds, whichever is first"},
			{name: "no answer", path: blob, network: slow(2 * testAnswer), got: []string{"504"}},
			{name: "a token service without an answer", path: hub, network: tokens{manifestAnd(), slow(2 * testAnswer).ServeHTTP}, got: []string{"504"}},
			{name: "a blob that stalls", path: blob, network: slow(2*testStall, theBlob[:5], theBlob[5:]), got: []string{"200 broken off", "0"}, harm: notWhole(theBlob)},
			{name: "a manifest that stalls", path: hub, network: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", manifestType)
				slow(2*testAnswer, emptyManifest[:9], emptyManifest[9:]).ServeHTTP(w, r)
			}), got: []string{"504"}},
			{name: "a registry that says to wait a year", path: hub, network: sends(429, "", "Retry-After", "31536000"), got: []string{"429 too many"}, harm: func(_ []seen, res *answer) string {
				if res.header.Get("Retry-After") != "60" {
					return "Retry-After is the registry's"
				}
				return ""
			}},
			{name: "a text to share that is too large", method: "POST", path: "/api/share", fields: []string{"Content-Type: text/plain"}, body: "-- a --\n" + strings.Repeat("x", 600<<10), got: []string{"413", "0"}},
			{name: "the same in chunks", method: "POST", path: "/api/share", fields: []string{"Content-Type: text/plain", "Transfer-Encoding: chunked"}, body: fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", 600<<10, strings.Repeat("x", 600<<10)), got: []string{"413", "0"}},
		}},
		{"Texts of strangers", []attack{
			{name: "a page to share", method: "POST", path: "/api/share", fields: []string{"Content-Type: text/html"}, body: "<script>alert(1)</script>", got: []string{"415"}},
			{name: "a page as a text to share", method: "POST", path: "/api/share", fields: []string{"Content-Type: text/plain"}, body: "<script>alert(1)</script>", got: []string{"400 not a workspace"}},
			{name: "a form of another site", method: "POST", path: "/api/share", fields: []string{"Content-Type: text/plain", "Sec-Fetch-Site: cross-site"}, body: "-- a --\n", got: []string{"403 own page"}},
			{name: "bytes that are no text", method: "POST", path: "/api/share", fields: []string{"Content-Type: text/plain"}, body: "-- a --\n\x00\xff", got: []string{"400 UTF-8"}},
			{name: "a page inside a workspace", method: "POST", path: "/api/share", fields: []string{"Content-Type: text/plain"}, body: "-- a.html --\n<script>alert(1)</script>\n", got: []string{"201"}},
		}},
	}
}
