// Package host is a docker host as a value: a State holds images, containers,
// volumes and caches, an operation maps it to another State and to events. So a
// session can be undone, replayed and looked at as a film.
//
// A Host is a cell that holds the present State and does what clients ask: it is
// the Engine that package docker's command line and the Engine API speak to. It
// reads no clock and no source of randomness: times come from the State's own
// clock, ids from its seed.
//
// The vocabulary is that of the Engine API, github.com/docker/docker/api/types
// of 20.10; texts of errors and the order of results are dockerd's.
package host
