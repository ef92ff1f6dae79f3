// Package engine holds the Engine API to real clients: Debian's docker, python3-docker,
// dockerode, skopeo and the client of today run against the handler, and what
// core/docker prints is compared with what the real client prints. A test is skipped
// where its client is not installed.
package engine
