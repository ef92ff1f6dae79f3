package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"testing"

	"layerlab.dev/core/archive"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

func packed(t *testing.T, members []layer.Entry) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := layer.WriteTar(z, members); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExtract(t *testing.T) {
	r, err := archive.Open(vfs.Bytes(packed(t, []layer.Entry{
		{Name: "d/", Type: tar.TypeDir, Mode: 0o700, UID: 5, GID: 6, MTime: 100},
		{Name: "d/f", Type: tar.TypeReg, Mode: 0o644, Size: 2, MTime: 200, Content: vfs.String("f\n")},
		{Name: "implied/x", Type: tar.TypeReg, Mode: 0o600, MTime: 300},
		{Name: "../out", Type: tar.TypeSymlink, Linkname: "d/f", MTime: 400},
	})))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := layer.ReadTar(r)
	if err != nil {
		t.Fatal(err)
	}
	e := vfs.New(0).Edit()
	e.Mkdir("/d", 0o755, 0, 0)
	e.WriteFile("/d/kept", nil, 0o644, 0, 0)
	if err := (archive.Extraction{Owner: &archive.Owner{UID: 7, GID: -1}}).Extract(t.Context(), e, entries); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]vfs.Meta{
		"/d":         {Kind: vfs.Dir, Mode: 0o700, UID: 7},
		"/d/f":       {Mode: 0o644, UID: 7},
		"/d/kept":    {Mode: 0o644},
		"/implied":   {Kind: vfs.Dir, Mode: 0o755},
		"/implied/x": {Mode: 0o600, UID: 7},
		"/out":       {Kind: vfs.Symlink, Mode: 0o777, UID: 7},
	} {
		n, err := e.Tree().Lstat(p)
		if err != nil {
			t.Error(err)
			continue
		}
		if n.Kind != want.Kind || n.Mode != want.Mode || n.UID != want.UID || n.GID != want.GID {
			t.Errorf("%s: %+v, want %+v", p, n.Meta, want)
		}
	}
}

// What is no archive is told from one that is broken.
func TestOpen(t *testing.T) {
	for name, text := range map[string]string{"text": "no tar", "gzip's beginning": "\x1f\x8b\x08", "empty": ""} {
		r, err := archive.Open(vfs.String(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r == nil {
			continue
		}
		if _, err := tar.NewReader(r).Next(); err == nil {
			t.Errorf("%s: taken for an archive", name)
		}
	}
}
