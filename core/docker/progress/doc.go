// Package progress shows how the daemon's long operations go on: the messages of
// pulls, pushes and the classic builder on a pipe and on a terminal, and the
// vertexes of BuildKit in its plain and its terminal form. Both follow docker
// 20.10 (docker/docker, pkg/jsonmessage; moby/buildkit, util/progress/progressui).
package progress
