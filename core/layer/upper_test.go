package layer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// TestUpper holds the upper directory, and the tar overlay2 makes of it, to what
// dockerd 20.10 had after the same operations.
func TestUpper(t *testing.T) {
	lower := vfs.New(1600000000e9).Edit()
	for _, err := range []error{
		second(lower.MkdirAll("/srv/a/sub", 0o755, 0, 0)), second(lower.MkdirAll("/var/lib", 0o755, 0, 0)),
		lower.WriteFile("/srv/f1", vfs.String("f1\n"), 0o644, 0, 0), lower.WriteFile("/srv/f2", vfs.String("f2\n"), 0o644, 0, 0),
		lower.WriteFile("/srv/a/one", vfs.String("one\n"), 0o644, 0, 0),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		edit func(e *vfs.Editor) error
		want string // name, type, link
	}{
		{"nothing", func(e *vfs.Editor) error { return nil }, ""},
		{"one removed", func(e *vfs.Editor) error { return e.Remove("/srv/f1") }, "srv/ srv/.wh.f1"},
		{"two removed are one inode", func(e *vfs.Editor) error { e.Remove("/srv/f2"); return e.Remove("/srv/f1") }, "srv/ srv/.wh.f1 srv/.wh.f2=srv/f1"},
		{"same mode", func(e *vfs.Editor) error { return e.Chmod("/srv/f1", 0o644) }, "srv/ srv/f1"},
		{"same mode of a directory", func(e *vfs.Editor) error { return e.Chmod("/srv/a", 0o755) }, "srv/ srv/a/"},
		{"opened for writing", func(e *vfs.Editor) error { return e.CopyUp("/srv/f1") }, "srv/ srv/f1"},
		{"made again", func(e *vfs.Editor) error { e.RemoveAll("/srv/a"); return e.Mkdir("/srv/a", 0o700, 0, 0) }, "srv/ srv/a/ srv/a/.wh..wh..opq"},
		{"below what was made again", func(e *vfs.Editor) error {
			e.RemoveAll("/srv/a")
			return second(e.MkdirAll("/srv/a/sub", 0o700, 0, 0))
		}, "srv/ srv/a/ srv/a/.wh..wh..opq srv/a/sub/"},
		{"directory for a file", func(e *vfs.Editor) error { e.Remove("/srv/f1"); return e.Mkdir("/srv/f1", 0o755, 0, 0) }, "srv/ srv/f1/ srv/f1/.wh..wh..opq"},
		{"file for a directory", func(e *vfs.Editor) error { e.RemoveAll("/srv/a"); return e.WriteFile("/srv/a", nil, 0o644, 0, 0) }, "srv/ srv/a"},
		{"new", func(e *vfs.Editor) error { return e.Mkdir("/srv/n", 0o755, 0, 0) }, "srv/ srv/n/"},
		{"new and moved", func(e *vfs.Editor) error { e.Mkdir("/srv/n", 0o755, 0, 0); return e.Rename("/srv/n", "/srv/m") }, "srv/ srv/m/ srv/m/.wh..wh..opq"},
		{"moved into what is new", func(e *vfs.Editor) error {
			e.Mkdir("/srv/n", 0o755, 0, 0)
			e.Mkdir("/srv/m", 0o755, 0, 0)
			return e.Rename("/srv/n", "/srv/m/n")
		}, "srv/ srv/m/ srv/m/n/"},
		{"new and gone", func(e *vfs.Editor) error { e.Mkdir("/srv/n", 0o755, 0, 0); return e.Remove("/srv/n") }, "srv/"},
		{"linked", func(e *vfs.Editor) error { return e.Link("/srv/f1", "/srv/a/l") }, "srv/ srv/a/ srv/a/l srv/f1=srv/a/l"},
		{"mounted and unmounted", func(e *vfs.Editor) error {
			old, _ := e.Tree().Lstat("/var/lib")
			if err := e.Graft("/var/lib", vfs.New(0).Root()); err != nil {
				return err
			}
			_, err := e.Mount("/var/lib", old)
			return err
		}, ""},
		{"the root alone", func(e *vfs.Editor) error { return e.Chmod("/", 0o700) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := lower.Tree().Edit()
			if err := c.edit(e); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range (layer.Overlay2{}).Entries(layer.Upper(lower.Tree(), e.Tree(), nil)) {
				s := x.Name
				if x.Linkname != "" {
					s += "=" + x.Linkname
				}
				got = append(got, s)
				if want := strings.Contains(x.Name, ".wh."); want != (x.FileType == 0) {
					t.Errorf("%s: type bits %o", x.Name, x.FileType)
				}
			}
			if !slices.Equal(got, strings.Fields(c.want)) {
				t.Errorf("%q, want %s", got, c.want)
			}
			// The layer gives the files the edit left.
			below, err := layer.Apply(t.Context(), nil, (layer.Overlay2{}).Entries(layer.Upper(vfs.New(0), lower.Tree(), nil)), layer.ApplyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			again, err := layer.Apply(t.Context(), below, (layer.Overlay2{}).Entries(layer.Upper(lower.Tree(), e.Tree(), nil)), layer.ApplyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if a, b := paths(again.Tree()), paths(e.Tree()); a != b {
				t.Errorf("applied: %s, want %s", a, b)
			}
		})
	}
}

func TestUpperLeavesMountsOut(t *testing.T) {
	lower := vfs.New(0).Edit()
	if _, err := lower.MkdirAll("/srv/v", 0o755, 0, 0); err != nil {
		t.Fatal(err)
	}
	e := lower.Tree().Edit()
	if err := e.WriteFile("/srv/v/x", nil, 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	if got := layer.Upper(lower.Tree(), e.Tree(), func(p string) bool { return p == "/srv/v" }); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func second[T any](_ T, err error) error { return err }

func paths(t vfs.Tree) string {
	var out []string
	for p, n := range t.Walk("/") {
		if p != "/" {
			out = append(out, fmt.Sprintf("%s:%d:%o", p, n.Kind, n.Mode))
		}
	}
	return strings.Join(out, " ")
}
