// Package container is a container of Docker 20.10: its config and how it
// merges with the image's, its files with a read-write layer over the image,
// the command that runs in it, and the image that a commit makes of it.
//
// Files.Run has a command do all it does. Files.Follow gives a Course instead:
// what the command does by a virtual clock, with the events that come to it from
// outside, such as commands that join it, signals and what is typed. A course is
// a function of files, command and events, so a container that runs is a value.
//
// It follows dockerd (daemon/create.go, daemon/commit.go, daemon/initlayer,
// image/image.go) and runc on the overlay2 driver. It keeps no containers and
// no images: a host does that.
package container
