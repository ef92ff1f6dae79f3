package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/vfs"
)

func TestBlob(t *testing.T) {
	first, err := vfs.Random(100, 7).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		blob *vfs.Blob
		want []byte
	}{
		"bytes":   {vfs.String("hello"), []byte("hello")},
		"empty":   {vfs.Bytes(nil), []byte{}},
		"section": {vfs.Section(strings.NewReader("0123456789"), 3, 4), []byte("3456")},
		"zeros":   {vfs.Zeros(10), make([]byte, 10)},
		"random":  {vfs.Random(50, 7), first[:50]},
	} {
		if err := iotest.TestReader(c.blob.Reader(), c.want); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d, err := c.blob.Digest(); err != nil || d != digest.FromBytes(c.want) {
			t.Errorf("%s: digest %v, %v", name, d, err)
		}
	}
	if b, _ := vfs.Random(100, 8).Bytes(); bytes.Equal(b, first) {
		t.Error("another seed gave the same bytes")
	}
}

func TestAbsentBlob(t *testing.T) {
	sum := digest.FromString("x")
	b := vfs.Absent(1, sum)
	if d, err := b.Digest(); d != sum || err != nil {
		t.Errorf("digest %v, %v", d, err)
	}
	var absent *vfs.AbsentError
	if _, err := io.ReadAll(b.Reader()); !errors.As(err, &absent) || absent.Digest != sum {
		t.Errorf("reading gave %v", err)
	}
	if same, err := b.Equal(vfs.String("x")); !same || err != nil {
		t.Errorf("equal by digest: %v, %v", same, err)
	}
}
