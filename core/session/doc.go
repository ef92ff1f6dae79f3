// Package session is a terminal on a simulated docker host: the shell of package
// shell over the host's tree, in which docker, curl and jq are programs. The
// tree holds /var/lib/docker as package disk computes it from the host's State.
//
// A Snapshot of a session is a value: undo and replay are picking another one.
// Package replay runs recorded sessions through it.
package session
