package packet_test

import (
	"strings"
	"testing"

	"layerlab.dev/core/host/packet"
	"layerlab.dev/core/vfs"
)

func tree(t *testing.T, files ...string) vfs.Tree {
	t.Helper()
	e := vfs.New(0).Edit()
	for n := 0; n < len(files); n += 2 {
		m := vfs.Meta{Kind: vfs.File, Mode: 0o644, MTime: 1642312740e9}
		content := vfs.String(files[n+1])
		switch {
		case strings.HasSuffix(files[n], "/"):
			m.Kind, m.Mode, content = vfs.Dir, 0o755, nil
		case strings.HasPrefix(files[n+1], "->"):
			m.Kind, m.Target, content = vfs.Symlink, files[n+1][2:], nil
		}
		if err := e.Place("/"+strings.TrimSuffix(files[n], "/"), m, content); err != nil {
			t.Fatal(err)
		}
	}
	return e.Tree()
}

// The sizes are those that docker 20.10.24 printed.
func TestSize(t *testing.T) {
	none := tree(t)
	for _, c := range []struct {
		name        string
		before, now vfs.Tree
		want        int64
	}{
		{"nothing", none, none, 2},
		{"an empty Dockerfile", none, tree(t, "Dockerfile", ""), 31},
		{"20 bytes", none, tree(t, "Dockerfile", "FROM alpine\nFOO bar\n"), 57},
		{"the same again", tree(t, "Dockerfile", "FROM alpine\nFOO bar\n"), tree(t, "Dockerfile", "FROM alpine\nFOO bar\n"), 31},
		{"446 bytes", none, tree(t, "Dockerfile", strings.Repeat("x", 446)), 485},
		{"two files", none, tree(t, "a", "a\n", "b", "b\n"), 62},
		{"two files again", tree(t, "a", "a\n", "b", "b\n"), tree(t, "a", "a\n", "b", "b\n"), 42},
	} {
		if got := packet.Size(c.before, c.now); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, c.want)
		}
	}
}

func TestReceived(t *testing.T) {
	got := packet.Received(tree(t, "a", "old", "b", "b"), tree(t, "a", "new", "b", "longer", "c", "c"))
	for name, want := range map[string]string{"a": "old", "b": "longer", "c": "c"} {
		n, err := got.Lstat("/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := n.Blob().Bytes(); string(b) != want {
			t.Errorf("%s holds %q, want %q", name, b, want)
		}
	}
}

func TestSelected(t *testing.T) {
	all := tree(t, "d/", "", "d/x", "1", "d/y", "2", "e/", "", "e/z", "3", "l", "->d")
	for _, c := range []struct{ paths, want string }{
		{"", ""},
		{"d/x", "/d /d/x"},
		{"e d/y", "/d /d/y /e /e/z"},
		{"d d/x", "/d /d/x /d/y"},
		{"nosuch", ""},
		{". d/x", "/d /d/x /d/y /e /e/z /l"},
		{"l", "/l"},
	} {
		var names []string
		for p := range packet.Selected(all, strings.Fields(c.paths)).Walk("/") {
			if p != "/" {
				names = append(names, p)
			}
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.paths, got, c.want)
		}
	}
}
