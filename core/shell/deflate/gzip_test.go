package deflate_test

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/shell/deflate"
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

func mixed() []byte {
	return bytes.Join([][]byte{seq(20000), noise(70000), bytes.Repeat([]byte("the same line again\n"), 5000), make([]byte, 100000), seq(9000)}, nil)
}

// TestGzip compares with what busybox gzip made of the same input.
func TestGzip(t *testing.T) {
	for memory, golden := range map[deflate.Memory]map[string]string{deflate.Small: small, deflate.Big: big} {
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
			{"mixed", mixed()},
		} {
			got := deflate.Gzip(c.in, memory)
			r, err := gzip.NewReader(bytes.NewReader(got))
			if err != nil {
				t.Fatal(c.name, err)
			}
			back, err := io.ReadAll(r)
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
}
