#!/usr/bin/env bash
# dive's efficiency score can be negative: a whiteout of nothing counts as -1 byte.
#
# Seen with: the filetree package of dive v0.13.1.
#
# What one expects: a whiteout whose path is in no lower layer wastes nothing and
# leaves the score at 1.
# What happens: a path starts with -1 as its smallest size seen. At a whiteout the
# size of what it removes is looked up in the layers below; where that fails the
# visit of the layer ends with the error, which is only logged. So the -1 stays and
# goes into the sum of the smallest sizes, and the files of that layer that would
# have come behind the whiteout are not counted at all.
#
# Output seen:
#   1 byte alone:                           score  1.00
#   … and a whiteout of nothing above:      score  0.00
#   … and another in a third layer:         score -1.00
#   100 bytes twice:                        score  0.50
#   100 bytes twice, the second behind one: score  0.99
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
	"fmt"
	"io"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/wagoodman/dive/dive/filetree"
)

// entry is a file of a layer: its path and its size in bytes.
type entry struct {
	path string
	size int
}

// layer is the tree of a tar with these files, read as dive reads it.
func layer(entries ...entry) *filetree.FileTree {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		must(w.WriteHeader(&tar.Header{Name: e.path, Mode: 0o644, Size: int64(e.size)}))
		_, err := io.WriteString(w, strings.Repeat("x", e.size))
		must(err)
	}
	must(w.Close())
	tree := filetree.NewFileTree()
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if err == io.EOF {
			return tree
		}
		must(err)
		_, _, err = tree.AddPath(h.Name, filetree.NewFileInfoFromTarHeader(r, h, h.Name))
		must(err)
	}
}

func score(what string, layers ...*filetree.FileTree) {
	s, _ := filetree.Efficiency(layers)
	fmt.Printf("%-39s score %5.2f\n", what+":", s)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	logrus.SetOutput(io.Discard)
	one, hundred := layer(entry{"f", 1}), layer(entry{"f", 100})
	score("1 byte alone", one)
	score("… and a whiteout of nothing above", one, layer(entry{".wh.gone", 0}))
	score("… and another in a third layer", one, layer(entry{".wh.gone", 0}), layer(entry{".wh.lost", 0}))
	score("100 bytes twice", hundred, hundred)
	score("100 bytes twice, the second behind one", hundred, layer(entry{".wh.a", 0}, entry{"f", 100}))
}
G
go mod init finding >/dev/null 2>&1
go get github.com/wagoodman/dive@v0.13.1 >log 2>&1
go run . >output
cat output
diff - output <<'O'
1 byte alone:                           score  1.00
… and a whiteout of nothing above:      score  0.00
… and another in a third layer:         score -1.00
100 bytes twice:                        score  0.50
100 bytes twice, the second behind one: score  0.99
O
echo ok
