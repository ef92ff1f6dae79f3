// Package api speaks the distribution API, version 2, over a registry.State: a
// request and a State go in, a response and the next State come out. No socket
// and no net/http is involved, so that a page can ask its registry with the
// same requests as curl.
//
// It answers as github.com/docker/distribution 2.8 does (registry/handlers,
// with deletion enabled): statuses, error bodies, headers and their order, the
// negotiation of manifests. Where the specification and that registry disagree,
// the registry is right.
package api
