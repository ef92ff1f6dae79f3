// Package session answers the page: it keeps what the page has sent, builds
// the newest workspace, and holds the results that queries look at.
//
// It is the engine's program without the browser: messages come in as bytes
// and go out through a function, so that the whole of it is tested natively.
package session
