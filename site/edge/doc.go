// Package edge is the site as one http.Handler: the packed files of the page
// with their compressed forms, images pulled through from registries, and
// share links.
//
// The handler knows no listener, file system, network or vendor. A host gives
// it ports (Config) and serves what it answers, so the same site runs at home
// (site/serve) and at a content network's edge (site/worker).
//
// # What it answers
//
//	GET  /, /NAME                        a packed file, in the best form for the reader
//	GET  /s/ID                           opens a share link: leads to /#s=ID
//	POST /api/share                      keeps a workspace
//	GET  /api/share/ID                   gives it back
//	GET  /v2/REGISTRY/REPOSITORY/manifests/TAG-OR-DIGEST
//	GET  /v2/REGISTRY/REPOSITORY/blobs/DIGEST
//	GET  /healthz                        "ok"
//
// HEAD goes wherever GET does.
//
// # Share links
//
// POST /api/share takes the text of a workspace (core/workspace, Format) as
// text/plain, up to 512 KiB, and answers 201 with
//
//	{"id":"32 hexadecimal digits","url":"/s/ID"}
//
// The id is the first half of the sha256 of the text in canonical form, which
// the text that Format writes already has: the same workspace always has the
// same link. Only what has the outer form of a workspace is kept: UTF-8,
// settings, at least one file. It is the page that reads what is inside, since
// only it has the engine.
//
// GET /api/share/ID answers the text as text/plain, for ever the same, or 404.
// /s/ID redirects to the page with the id behind "#", where the page finds it;
// it then asks /api/share/ID. So the page has one address and one copy in
// every cache.
//
// Refusals are a line of text for people: 400 (no workspace), 413 (too large),
// 415 (not text/plain), 429 (too many; Retry-After), 507 (no more room), 403
// (another site's page asks), 404 (turned off here, or no such link).
//
// # Pulling
//
// The paths are those of the OCI distribution specification with the
// registry's name as the first part of the repository, so a client that asks
// https://REGISTRY/v2/X asks /v2/REGISTRY/X here and needs no token. Docker
// Hub is "docker.io", and its official images are "library/NAME". Errors have
// the specification's form, {"errors":[{"code":…,"message":…}]}: 400
// NAME_INVALID, 403 DENIED (a registry that is not offered, an image that is
// not public), 404 MANIFEST_UNKNOWN or BLOB_UNKNOWN, 404 UNSUPPORTED (turned
// off here), 416, 429 TOOMANYREQUESTS (Retry-After), 502 and 504 where the
// registry failed. A blob whose bytes are not those of its digest never
// arrives whole: the transfer breaks off before its last byte. A single range
// of bytes is answered with 206; such a part cannot be verified here, so its
// reader verifies the whole, and no cache is told to store it (no-store), nor
// what a registry says to HEAD. What is kept here was verified: its parts are
// for ever the same. A client has a bounded number of answers of registries
// under way; others wait, and get 429 where that takes too long.
//
// # Policy
//
// The security policy allows no inline script, no inline style and no eval.
// What follows for the page: styles are set through the CSSOM
// (element.style.height = …), in style sheets or in constructed style sheets,
// never through style attributes or the text of <style> elements. EmbedPage
// may be framed by any site and EmbedScript run by any; the page itself only
// by its own site. Everything that others made, texts and images, is served
// sandboxed.
package edge
