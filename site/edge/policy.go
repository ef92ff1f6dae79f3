package edge

import (
	"net/http"
	"strings"
)

// The documents and scripts that other sites may put into their pages. They
// have no hash in their names, since those names are written there.
const (
	EmbedPage   = "embed.html"
	EmbedScript = "embed.js"
)

// contentPolicy is the Content-Security-Policy of what is ours.
// 'wasm-unsafe-eval' permits compiling WebAssembly and nothing else.
// Ancestors are those who may put the document into a frame.
func contentPolicy(ancestors string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' 'wasm-unsafe-eval'",
		"style-src 'self'",
		"worker-src 'self'",
		"connect-src 'self'",
		"img-src 'self' data: blob:",
		"manifest-src 'self'",
		"frame-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors " + ancestors,
	}, "; ")
}

// foreignPolicy is for bytes that others made: whatever they are taken for,
// they run nothing, load nothing and have no origin.
const foreignPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

// permissionsPolicy gives up what the page never uses, so that a flaw in it
// cannot use them either.
var permissionsPolicy = strings.Join([]string{
	"accelerometer=()", "camera=()", "geolocation=()", "gyroscope=()",
	"magnetometer=()", "microphone=()", "payment=()", "usb=()",
	"clipboard-write=(self)",
}, ", ")

// secure sets the headers of a packed file, which isolate the page: nothing of
// another origin is loaded, nobody embeds it, no address leaks from it. The
// embedding files are what others may have: the page may be framed by anyone,
// the script run by anyone, both also where the other page is isolated.
func secure(header http.Header, name string) {
	ancestors, readers := "'self'", "same-origin"
	switch name {
	case EmbedPage:
		ancestors, readers = "*", "cross-origin"
	case EmbedScript:
		readers = "cross-origin"
		header.Set("Access-Control-Allow-Origin", "*")
	}
	header.Set("Content-Security-Policy", contentPolicy(ancestors))
	header.Set("Permissions-Policy", permissionsPolicy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Embedder-Policy", "require-corp")
	header.Set("Cross-Origin-Resource-Policy", readers)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
}

// foreign sets the headers of everything that is not a packed file.
func foreign(header http.Header) {
	header.Set("Content-Security-Policy", foreignPolicy)
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
}

// crossSite tells whether a browser says that another site's page asks.
// Programs that are no browsers say nothing.
func crossSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "cross-site" || site == "same-site"
}
