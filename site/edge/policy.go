package edge

import (
	"net/http"
	"strings"
)

// contentPolicy is the Content-Security-Policy of every answer.
// 'wasm-unsafe-eval' permits compiling WebAssembly and nothing else.
var contentPolicy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self' 'wasm-unsafe-eval'",
	"style-src 'self'",
	"worker-src 'self'",
	"connect-src 'self'",
	"img-src 'self' data: blob:",
	"manifest-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
}, "; ")

// permissionsPolicy gives up what the page never uses, so that a flaw in it
// cannot use them either.
var permissionsPolicy = strings.Join([]string{
	"accelerometer=()", "camera=()", "geolocation=()", "gyroscope=()",
	"magnetometer=()", "microphone=()", "payment=()", "usb=()",
	"clipboard-write=(self)",
}, ", ")

// secure sets the headers that isolate the page: nothing of another origin is
// loaded, nobody embeds it, no address leaks from it.
func secure(header http.Header) {
	header.Set("Content-Security-Policy", contentPolicy)
	header.Set("Permissions-Policy", permissionsPolicy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Embedder-Policy", "require-corp")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
}
