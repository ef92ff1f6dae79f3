#!/usr/bin/env bash
# One plain layer in front, and every gzipped layer behind it is zipped again.
#
# Seen with: the tarball package of go-containerregistry v0.22.1 (what crane push
# reads archives with).
#
# What one expects: a docker archive may hold its layers plain or gzipped, each for
# itself (docker load looks at every one of them), so whatever the mix is, a layer's
# uncompressed bytes have its DiffID.
# What happens: the package looks at the first layer only and takes all others for
# the same. Behind a plain first layer a gzipped one is called uncompressed and is
# compressed once more for the manifest: what a registry is given is a gzip in a
# gzip, which has another DiffID than the config says. Behind a gzipped first layer
# a plain one is listed as tar.gzip, with the digest of the plain tar. Neither is
# an error. (An open pull request there would look at each layer.)
#
# Output seen:
#   plain, plain:   1: DiffID right, blob gzip of tar; 2: DiffID right, blob gzip of tar
#   gzip, gzip:     1: DiffID right, blob gzip of tar; 2: DiffID right, blob gzip of tar
#   plain, gzip:    1: DiffID right, blob gzip of tar; 2: DiffID wrong, blob gzip of gzip of tar
#   gzip, plain:    1: DiffID right, blob gzip of tar; 2: DiffID right, blob tar, though it says tar.gzip
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
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

type file struct {
	name string
	data []byte
}

func archive(files ...file) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		must(w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data))}))
		_, err := w.Write(f.data)
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

func zip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	must(err)
	must(w.Close())
	return out.Bytes()
}

// kind is the wrapping of b.
func kind(b []byte) string {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return "tar"
	}
	inner, err := io.ReadAll(r)
	must(err)
	return "gzip of " + kind(inner)
}

func read(r io.ReadCloser, err error) []byte {
	must(err)
	defer r.Close()
	b, err := io.ReadAll(r)
	must(err)
	return b
}

func look(what string, zip1, zip2 bool) {
	layers := [][]byte{archive(file{"a", []byte("a\n")}), archive(file{"b", []byte("b\n")})}
	config := fmt.Sprintf(`{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%x","sha256:%x"]}}`,
		sha256.Sum256(layers[0]), sha256.Sum256(layers[1]))
	for i, z := range []bool{zip1, zip2} {
		if z {
			layers[i] = zip(layers[i])
		}
	}
	whole := archive(
		file{"config.json", []byte(config)},
		file{"1/layer.tar", layers[0]},
		file{"2/layer.tar", layers[1]},
		file{"manifest.json", []byte(`[{"Config":"config.json","RepoTags":["app:1"],"Layers":["1/layer.tar","2/layer.tar"]}]`)},
	)
	image, err := tarball.Image(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(whole)), nil }, nil)
	must(err)
	found, err := image.Layers()
	must(err)
	fmt.Printf("%-15s", what+":")
	for i, l := range found {
		id, err := l.DiffID()
		must(err)
		blob := read(l.Compressed())
		right := "wrong"
		if fmt.Sprintf("sha256:%x", sha256.Sum256(unzip(blob))) == id.String() {
			right = "right"
		}
		k := kind(blob)
		if t, err := l.MediaType(); err == nil && k == "tar" && t == "application/vnd.docker.image.rootfs.diff.tar.gzip" {
			k += ", though it says tar.gzip"
		}
		fmt.Printf(" %d: DiffID %s, blob %s", i+1, right, k)
		if i == 0 {
			fmt.Print(";")
		}
	}
	fmt.Println()
}

// unzip takes one gzip off, where there is one.
func unzip(b []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return b
	}
	out, err := io.ReadAll(r)
	must(err)
	return out
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	look("plain, plain", false, false)
	look("gzip, gzip", true, true)
	look("plain, gzip", false, true)
	look("gzip, plain", true, false)
}
G
go mod init finding >/dev/null 2>&1
go get github.com/google/go-containerregistry@v0.22.1 >log 2>&1
go run . >output
cat output
diff - output <<'O'
plain, plain:   1: DiffID right, blob gzip of tar; 2: DiffID right, blob gzip of tar
gzip, gzip:     1: DiffID right, blob gzip of tar; 2: DiffID right, blob gzip of tar
plain, gzip:    1: DiffID right, blob gzip of tar; 2: DiffID wrong, blob gzip of gzip of tar
gzip, plain:    1: DiffID right, blob gzip of tar; 2: DiffID right, blob tar, though it says tar.gzip
O
echo ok
