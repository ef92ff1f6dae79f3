#!/usr/bin/env bash
# Two releases of tar-split write different files for one and the same tar.
#
# Seen with: tar-split v0.11.2 and v0.12.3.
#
# What one expects: tar-split.json, in which a store of layers keeps what is needed
# to give a layer's tar back byte for byte, is itself the same for the same tar.
# What happens: behind the end of the tar the older release writes down every read
# of the rest, the last one too, which only finds the end: the file always closes
# with a segment of no bytes. The newer one leaves that out. For the tar that is put
# together from it no bytes are no bytes, but who compares such files, or their
# sizes, between two stores sees every layer changed.
#
# Output seen:
#   v0.11.2, tar of one file:           header, file, rest and end, nothing
#   v0.11.2, with 7 zero blocks behind: header, file, rest and end, 3584, nothing
#   v0.12.3, tar of one file:           header, file, rest and end
#   v0.12.3, with 7 zero blocks behind: header, file, rest and end, 3584
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
	"os"

	"github.com/vbatts/tar-split/tar/asm"
	"github.com/vbatts/tar-split/tar/storage"
)

// memory keeps the entries that are written, as a layer store would in a file.
type memory struct{ entries []storage.Entry }

func (m *memory) AddEntry(e storage.Entry) (int, error) {
	e.Payload = bytes.Clone(e.Payload)
	m.entries = append(m.entries, e)
	return len(m.entries) - 1, nil
}

func look(what string, whole []byte) {
	var m memory
	r, err := asm.NewInputTarStream(bytes.NewReader(whole), &m, nil)
	must(err)
	through, err := io.ReadAll(r)
	must(err)
	if !bytes.Equal(through, whole) {
		panic("the stream was changed")
	}
	fmt.Printf("%s, %-26s", os.Args[1], what+":")
	for i, e := range m.entries {
		name := fmt.Sprint(len(e.Payload))
		switch {
		case e.Type == storage.FileType:
			name = "file"
		case i == 0:
			name = "header"
		case i == 2:
			name = "rest and end"
		case len(e.Payload) == 0:
			name = "nothing"
		}
		if i > 0 {
			fmt.Print(",")
		}
		fmt.Print(" ", name)
	}
	fmt.Println()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	must(w.WriteHeader(&tar.Header{Name: "f", Mode: 0o644, Size: 2}))
	_, err := w.Write([]byte("f\n"))
	must(err)
	must(w.Close())
	look("tar of one file", b.Bytes())
	look("with 7 zero blocks behind", append(b.Bytes(), make([]byte, 7*512)...))
}
G
for version in v0.11.2 v0.12.3; do
  rm -f go.mod go.sum
  go mod init finding >/dev/null 2>&1
  go get "github.com/vbatts/tar-split@$version" >log 2>&1
  go run . "$version" | tee -a output
done
diff - output <<'O'
v0.11.2, tar of one file:           header, file, rest and end, nothing
v0.11.2, with 7 zero blocks behind: header, file, rest and end, 3584, nothing
v0.12.3, tar of one file:           header, file, rest and end
v0.12.3, with 7 zero blocks behind: header, file, rest and end, 3584
O
echo ok
