// Package build turns a Dockerfile and a build context into an image: it is a
// function of its inputs, the same bytes on every machine.
//
// It does what `buildctl build --frontend dockerfile.v0 --output
// type=oci,rewrite-timestamp=true` of BuildKit (the version [BuildKit]) does: the frontend
// (frontend/dockerfile/dockerfile2llb), its file operations
// (solver/llbsolver/file and tonistiigi/fsutil/copy) and the way it runs a
// command on overlayfs. RUN is interpreted by package shell.
//
// Besides the image, the Result holds what every step did, for looking at.
package build
