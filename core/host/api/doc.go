// Package api serves the Docker Engine API v1.41 over a host.Engine, as one
// http.Handler without a listener: real clients run against it. Routes, forms
// and errors follow dockerd 20.10.24 (api/server).
package api
