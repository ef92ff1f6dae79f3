package layer_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// entries of every kind of header: short, split, with records, with content.
func entries() []layer.Entry {
	long := strings.Repeat("a/", 150)
	return []layer.Entry{
		{Name: "srv/", Type: tar.TypeDir, Mode: 0o755},
		{Name: "srv/a", Type: tar.TypeReg, Mode: 0o644, Size: 700, Content: vfs.String(strings.Repeat("x", 700))},
		{Name: long, Type: tar.TypeDir, Mode: 0o700},
		{Name: "srv/가", Type: tar.TypeReg, Mode: 0o600, Size: 512, Content: vfs.String(strings.Repeat("y", 512))},
		{Name: "srv/link", Type: tar.TypeSymlink, Linkname: long, Mode: 0o777},
		{Name: "srv/.wh.b", Type: tar.TypeReg},
	}
}

// The headers must be at their offsets in the whole tar, and everything
// between them must be content and its padding.
func checkMembers(t *testing.T, l *layer.Layer) {
	t.Helper()
	var whole bytes.Buffer
	if err := l.Raw(t.Context(), &whole); err != nil {
		t.Fatal(err)
	}
	raw := whole.Bytes()
	if got := digest.FromBytes(raw); got != l.DiffID() {
		t.Fatalf("the raw bytes have digest %s, the DiffID is %s", got, l.DiffID())
	}
	next := int64(0)
	for n, e := range l.Entries() {
		m, err := l.Member(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		end := m.Offset + int64(len(m.Header))
		if m.Offset != next || end > int64(len(raw)) || !bytes.Equal(raw[m.Offset:end], m.Header) {
			t.Errorf("the header of %s is not what the tar has at %d (expected at %d)", e.Name, m.Offset, next)
		}
		next = end + (e.Size+511)/512*512
	}
	if next+1024 != int64(len(raw)) {
		t.Errorf("the members end at %d of %d bytes", next, len(raw))
	}
}

func TestMemberOfALayerMadeHere(t *testing.T) {
	l, err := layer.New(t.Context(), entries())
	if err != nil {
		t.Fatal(err)
	}
	checkMembers(t, l)
	if _, err := l.Member(t.Context(), len(l.Entries())); err == nil {
		t.Error("a member that is not there was found")
	}
}

// A layer made elsewhere has headers that ours would not have: they are read,
// not written anew.
func TestMemberOfALayerMadeElsewhere(t *testing.T) {
	for name, format := range map[string]tar.Format{"gnu": tar.FormatGNU, "pax": tar.FormatPAX} {
		for _, global := range []bool{false, true} {
			t.Run(fmt.Sprint(name, global), func(t *testing.T) {
				var b bytes.Buffer
				w := tar.NewWriter(&b)
				if global {
					h := &tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": "made elsewhere"}}
					if err := w.WriteHeader(h); err != nil {
						t.Fatal(err)
					}
				}
				for _, e := range entries() {
					h := e.Header()
					h.Format, h.Uname, h.Gname = format, "root", "wheel"
					if err := w.WriteHeader(h); err != nil {
						t.Fatal(err)
					}
					if e.Content != nil {
						io.Copy(w, e.Content.Reader())
					}
				}
				w.Close()
				read, err := layer.ReadTar(bytes.NewReader(b.Bytes()))
				if err != nil {
					t.Fatal(err)
				}
				var z bytes.Buffer
				zw := gzip.NewWriter(&z)
				zw.Write(b.Bytes())
				zw.Close()
				l := layer.Existing(read, digest.FromBytes(b.Bytes()), int64(b.Len()), layer.Blob{Content: vfs.Bytes(z.Bytes())})
				checkMembers(t, l)
				m, err := l.Member(t.Context(), 1)
				if err != nil || !bytes.Contains(m.Header, []byte("wheel")) {
					t.Errorf("the header does not say wheel: %v", err)
				}
			})
		}
	}
}

func TestMemberOfAnAbsentLayer(t *testing.T) {
	l := layer.Existing(entries(), digest.FromString("gone"), 1, layer.Blob{})
	var absent *vfs.AbsentError
	if _, err := l.Member(t.Context(), 0); !errors.As(err, &absent) {
		t.Errorf("error %v", err)
	}
	if err := l.Raw(t.Context(), io.Discard); !errors.As(err, &absent) {
		t.Errorf("error %v", err)
	}
}

func ExampleLayer_Member() {
	l, _ := layer.New(context.Background(), []layer.Entry{
		{Name: "a", Type: tar.TypeReg, Mode: 0o644, Size: 5, Content: vfs.String("hello")},
		{Name: "b/", Type: tar.TypeDir, Mode: 0o755},
	})
	m, _ := l.Member(context.Background(), 1)
	fmt.Println(m.Offset, len(m.Header), string(m.Header[:2]))
	// Output: 1024 512 b/
}
