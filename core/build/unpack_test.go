package build_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"layerlab.dev/core/build"
	"layerlab.dev/core/vfs"
)

// TestAddXZ checks that an xz archive is unpacked like the plain one, that one
// with a filter is refused, and that a file that only begins like one is copied.
func TestAddXZ(t *testing.T) {
	var plain, packed bytes.Buffer
	w := tar.NewWriter(&plain)
	for _, h := range []tar.Header{{Name: "d/", Typeflag: tar.TypeDir, Mode: 0o750}, {Name: "d/f", Typeflag: tar.TypeReg, Mode: 0o640, Size: 5, Uid: 3}, {Name: "l", Typeflag: tar.TypeSymlink, Linkname: "d/f", Mode: 0o777}} {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			w.Write([]byte("hello"))
		}
	}
	w.Close()
	z, err := xz.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	z.Write(plain.Bytes())
	z.Close()
	layer := func(archive []byte) string {
		e := vfs.New(0).Edit()
		if err := e.WriteFile("/a", vfs.Bytes(archive), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
		res, err := build.Build(t.Context(), []byte("FROM scratch\nADD a /x/\n"), e.Tree(), options())
		if err != nil {
			t.Fatal(err)
		}
		return res.Image.DiffIDs()[0].String()
	}
	want := layer(plain.Bytes())
	if got := layer(packed.Bytes()); got != want {
		t.Errorf("the layer of the xz archive is %s, of the plain one %s", got, want)
	}
	// The flags of the first block say that there are two filters: the bytes
	// that follow are another matter.
	filtered := bytes.Clone(packed.Bytes())
	filtered[13] |= 1
	e := vfs.New(0).Edit()
	if err := e.WriteFile("/a", vfs.Bytes(filtered), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	_, err = build.Build(t.Context(), []byte("FROM scratch\nADD a /x/\n"), e.Tree(), options())
	var refused *build.Error
	if !errors.As(err, &refused) || !strings.Contains(refused.Text.Text, "xz with a filter") || refused.Advice.IsZero() {
		t.Errorf("an archive with a filter gave %v", err)
	}
	if got := layer([]byte("\xfd7zXZ\x00 and no more")); got == want {
		t.Error("a broken archive is unpacked")
	}
}
