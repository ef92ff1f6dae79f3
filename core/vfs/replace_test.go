package vfs_test

import (
	"fmt"
	"testing"

	"layerlab.dev/core/vfs"
)

func TestReplace(t *testing.T) {
	build := func(do func(e *vfs.Editor)) vfs.Tree {
		e := vfs.New(1e9).EditWhole()
		do(e)
		return e.Tree()
	}
	from := build(func(e *vfs.Editor) {
		e.MkdirAll("/d/sub", 0o700, 1, 2)
		e.WriteFile("/d/new", vfs.String("new"), 0o600, 3, 4)
		e.WriteFile("/d/kind", vfs.String("a file"), 0o644, 0, 0)
		e.Create("/d/link", vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "new"}, nil)
	})
	want, _ := from.Lstat("/d")
	for _, before := range []func(e *vfs.Editor){
		func(*vfs.Editor) {},
		func(e *vfs.Editor) {
			e.MkdirAll("/at/d/kind", 0o755, 0, 0)
			e.WriteFile("/at/d/new", vfs.String("old"), 0o644, 0, 0)
			e.WriteFile("/at/d/gone", vfs.String("gone"), 0o644, 0, 0)
		},
		func(e *vfs.Editor) {
			e.MkdirAll("/at", 0o755, 0, 0)
			e.WriteFile("/at/d", vfs.String("x"), 0o644, 0, 0)
		},
	} {
		e := build(before).EditWhole()
		if err := e.Replace("/at/d", want); err != nil {
			t.Fatal(err)
		}
		got, _ := e.Tree().Lstat("/at/d")
		if a, b := told(want), told(got); a != b {
			t.Errorf("holds\n%s, want\n%s", b, a)
		}
	}
}

// told is all of a node but its inode numbers.
func told(n *vfs.Node) string {
	text := fmt.Sprintf("%v %o %d:%d %v %q", n.Kind, n.Mode, n.UID, n.GID, n.Time(), n.Target)
	if n.Kind == vfs.File {
		data, _ := n.Blob().Bytes()
		text += fmt.Sprintf(" %q", data)
	}
	for name, c := range n.Children() {
		text += "\n" + name + " " + told(c)
	}
	return text
}
