// Package schema1 rewrites an image's manifest in Docker's first form
// (distribution, docs/spec/manifest-v2-1.md): what a registry of distribution
// 2.8 sends for a tag to a client that does not say that it knows another, such
// as a bare curl. Nothing is read in this form.
package schema1
