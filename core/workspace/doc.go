// Package workspace holds all that a person works on: the files of a build
// context with their Dockerfiles, and the settings of the build. A workspace
// is a text, in the form of txtar, so that it can be a lesson, a link or a
// file among others.
//
// The text begins with settings, one a line, then come the files:
//
//	name: Two layers
//	dockerfile: Dockerfile
//	epoch: 1641686400
//	seed: 7
//	build-arg: VERSION=1.2
//	-- Dockerfile --
//	FROM scratch
//	COPY bin /
//	-- bin/tool mode=0755 mtime=1700000000 --
//	#!/bin/sh
//	-- bin/data base64 --
//	AAECAw==
//	-- bin/big random=1048576 seed=7 --
//	-- bin/zero zeros=1000 --
//	-- bin/link -> tool --
//	-- empty/ --
//
// A file has mode 0644 and a directory 0755 unless its header says otherwise.
// Without mtime a file is newer than the epoch, so that the digests do not
// depend on when it was written. A file whose text does not end with a newline
// has the word no-newline in its header. A path or the value of a setting that
// would be misread is written in double quotes as in Go.
package workspace
