package bzip2_test

import (
	"bytes"
	stdlib "compress/bzip2"
	"encoding/hex"
	"fmt"
	"io"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/shell/bzip2"
)

func seq(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintln(&b, i+1)
	}
	return b.Bytes()
}

func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// TestCompress compares with what busybox bzip2 made of the same input.
func TestCompress(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []byte
	}{
		{"empty", nil},
		{"one", []byte("a")},
		{"seq 200", seq(200)},
		{"seq 20000", seq(20000)},
		{"noise", noise(100000)},
		{"zeros", make([]byte, 300000)},
		{"mixed", bytes.Join([][]byte{seq(20000), noise(70000), bytes.Repeat([]byte("the same line again\n"), 5000), make([]byte, 100000), seq(9000)}, nil)},
	} {
		got := bzip2.Compress(c.in)
		back, err := io.ReadAll(stdlib.NewReader(bytes.NewReader(got)))
		if err != nil || !bytes.Equal(back, c.in) {
			t.Errorf("%s: does not come back: %v", c.name, err)
		}
		sum := digest.FromBytes(got).Encoded()
		if len(got) < 40 {
			sum = hex.EncodeToString(got)
		}
		if sum != golden[c.name] {
			t.Errorf("%s: %d bytes %s, busybox made %s", c.name, len(got), sum, golden[c.name])
		}
	}
}
