package layer_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// counted counts the bytes that are read of it.
type counted struct {
	r io.ReaderAt
	n int64
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

// ReadTarAt must find what ReadTar finds, and leave the contents where they are.
func TestReadTarAt(t *testing.T) {
	var b bytes.Buffer
	big := layer.Entry{Name: "big", Type: tar.TypeReg, Size: 1 << 20, Content: vfs.Random(1<<20, 1)}
	if err := layer.WriteTar(&b, append(entries(), big)); err != nil {
		t.Fatal(err)
	}
	want, err := layer.ReadTar(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	source := &counted{r: bytes.NewReader(b.Bytes())}
	got, err := layer.ReadTarAt(t.Context(), vfs.Section(source, 0, int64(b.Len())))
	if err != nil {
		t.Fatal(err)
	}
	if source.n > 64<<10 {
		t.Errorf("%d bytes were read for the headers", source.n)
	}
	if len(got) != len(want) {
		t.Fatalf("%d entries, want %d", len(got), len(want))
	}
	for i := range want {
		x, y := got[i].Content, want[i].Content
		got[i].Content, want[i].Content = nil, nil
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("entry %d is %+v, want %+v", i, got[i], want[i])
		}
		if (x == nil) != (y == nil) {
			t.Fatalf("entry %d: content %v, want %v", i, x, y)
		}
		if x != nil {
			if same, err := x.Equal(y); !same {
				t.Errorf("entry %d has other content (%v)", i, err)
			}
		}
	}
	if _, err := layer.ReadTarAt(t.Context(), vfs.Bytes(b.Bytes()[:b.Len()-(512<<10)])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a tar that is cut off gave %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := layer.ReadTarAt(ctx, vfs.Bytes(b.Bytes())); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it gave %v", err)
	}
}

func TestRead(t *testing.T) {
	var b bytes.Buffer
	if err := layer.WriteTar(&b, entries()); err != nil {
		t.Fatal(err)
	}
	raw := vfs.Bytes(b.Bytes())
	l, err := layer.Read(t.Context(), layer.Blob{Digest: digest.FromString("stored")}, raw)
	if err != nil {
		t.Fatal(err)
	}
	if want := digest.FromBytes(b.Bytes()); l.DiffID() != want || l.TarSize() != int64(b.Len()) || !l.Fixed() {
		t.Errorf("DiffID %s of %d bytes, want %s of %d", l.DiffID(), l.TarSize(), want, b.Len())
	}
	checkMembers(t, l)
}

func TestUnpack(t *testing.T) {
	text := strings.Repeat("bytes ", 1000)
	for _, c := range []layer.Compression{layer.Gzip, layer.Zstd, layer.Uncompressed} {
		var b bytes.Buffer
		w, err := c.Writer(&b)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
		w.Close()
		stored := vfs.Bytes(b.Bytes())
		if got := layer.Compressed(stored); got != c {
			t.Errorf("%s is taken for %s", c, got)
		}
		out, err := layer.Unpack(t.Context(), stored)
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		if got, err := out.Bytes(); err != nil || string(got) != text {
			t.Errorf("%s: %d bytes, %v", c, len(got), err)
		}
		if (out == stored) != (c == layer.Uncompressed) {
			t.Errorf("%s: a copy is %v", c, out != stored)
		}
	}
	if _, err := layer.Unpack(t.Context(), vfs.String("\x1f\x8bno gzip")); err == nil {
		t.Error("broken gzip was unpacked")
	}
}
