// Package local holds what the native host gives the site: folders and memory
// for share links and blobs, a way to registries that refuses addresses that
// are not public, and a counter of requests.
package local
