// Package registry is a registry of images as a value: repositories with their
// manifests by tag and digest, blobs shared between them, uploads under way.
//
// A [State] is immutable; an operation gives another State that shares all but
// what it changed, so that snapshots, undo and several hosts on one registry
// cost nothing. Its truth is the disk of the real one: the tree that
// github.com/docker/distribution 2.8 keeps with its filesystem driver
// (registry/storage/paths.go). What the real registry answers follows from that
// tree, its oddities included: a tag's directory stays a repository's tag list
// alive, a repository is in the catalog once a layer was linked into it, a
// deletion removes links and leaves the bytes to the garbage collector.
//
// The package knows no HTTP: package api speaks the protocol over a State,
// package serve makes it an http.Handler, package remote is what a docker host
// sees of it.
package registry
