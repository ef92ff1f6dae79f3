// Package classic is the builder that Docker had before BuildKit, as dockerd
// 20.10.24 carries it out on overlay2 with DOCKER_BUILDKIT=0: every instruction
// makes a container or a layer of its own and commits it to an image whose
// parent is the image before; the cache is a search among the children of that
// parent; what is said goes out step by step in one stream.
//
// It follows dockerd's builder/dockerfile, builder/remotecontext and
// image/cache. Nothing of BuildKit's rules is in it, but RUN is interpreted by
// the same package shell, archives are read by the same package archive.
//
// Build is a function: ids come from Options.IDs, times from Options.Now, and
// the images that exist from Options.Image and Options.Children. It keeps
// nothing. What happens is told by events, from which a host brings its own
// state up to date.
package classic
