// Package serve makes an http.Handler of a registry, for real clients and for
// the engine's command. It opens no listener. The page does without it: package
// api answers there.
package serve
