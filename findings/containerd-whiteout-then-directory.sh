#!/usr/bin/env bash
# A directory that a layer replaces is empty or full, as the store has it.
#
# Seen with: the archive package of containerd v2.4.2, which unpacks layers for its
# snapshotters.
#
# What one expects: a layer that holds a whiteout .wh.d and behind it a new d/ with
# one file means the same everywhere: a whiteout is for what lies below, so the new
# d/ holds that one file.
# What happens: applied in place (the native snapshotter) it does. For overlayfs the
# whiteout becomes a device d, the entry d/ then takes the device away as something
# in its way and makes a directory that is not opaque: in the mount what the lower
# layer had in d is there again. With the opaque marker inside d/ in the place of the
# whiteout both agree.
#
# Output seen:
#   .wh.d d/ d/new, in place:               d/new
#   .wh.d d/ d/new, overlayfs:              d/new d/old
#   d/ d/.wh..wh..opq d/new, in place:      d/new
#   d/ d/.wh..wh..opq d/new, overlayfs:     d/new
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export GOFLAGS=-mod=mod GOWORK=off
cat >main.go <<'G'
package main

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/containerd/containerd/v2/pkg/archive"
)

// layer is a tar of these names; those that end in / are directories.
func layer(names ...string) *bytes.Buffer {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}
		if strings.HasSuffix(name, "/") {
			h.Typeflag, h.Mode = tar.TypeDir, 0o755
		}
		must(w.WriteHeader(h))
	}
	must(w.Close())
	return &b
}

func apply(dir string, layer *bytes.Buffer, options ...archive.ApplyOpt) {
	_, err := archive.Apply(context.Background(), dir, layer, options...)
	must(err)
}

// look applies the names as a layer over d/old in both ways.
func look(names ...string) {
	for _, way := range []string{"in place", "overlayfs"} {
		top, err := os.MkdirTemp(".", "store")
		must(err)
		dir := func(name string) string {
			path := filepath.Join(top, name)
			must(os.MkdirAll(path, 0o755))
			return path
		}
		lower := dir("lower")
		apply(lower, layer("d/", "d/old"))
		root := lower
		if way == "in place" {
			apply(lower, layer(names...))
		} else {
			upper := dir("upper")
			apply(upper, layer(names...), archive.WithConvertWhiteout(archive.OverlayConvertWhiteout))
			root = dir("root")
			must(syscall.Mount("overlay", root, "overlay", syscall.MS_RDONLY, "lowerdir="+upper+":"+lower))
		}
		found, err := filepath.Glob(root + "/d/*")
		must(err)
		for i := range found {
			found[i] = strings.TrimPrefix(found[i], root+"/")
		}
		if way == "overlayfs" {
			must(syscall.Unmount(root, 0))
		}
		fmt.Printf("%-39s %s\n", strings.Join(names, " ")+", "+way+":", strings.Join(found, " "))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	look(".wh.d", "d/", "d/new")
	look("d/", "d/.wh..wh..opq", "d/new")
}
G
go mod init finding >/dev/null 2>&1
go get github.com/containerd/containerd/v2@v2.4.2 >log 2>&1
go build -o look . 2>>log || { cat log; exit 1; }
unshare --mount ./look >output # the mounts end with it
cat output
diff - output <<'O'
.wh.d d/ d/new, in place:               d/new
.wh.d d/ d/new, overlayfs:              d/new d/old
d/ d/.wh..wh..opq d/new, in place:      d/new
d/ d/.wh..wh..opq d/new, overlayfs:     d/new
O
echo ok
