package layer_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// script edits a tree by lines: "mkdir P", "write P TEXT", "rm P", "ln OLD P",
// "sym TARGET P", "mv OLD P", "chmod MODE P", "chown UID P", "time SECONDS P",
// "cap P", "fifo P", "sock P", "dev P".
func script(t testing.TB, tree vfs.Tree, lines string) vfs.Tree {
	t.Helper()
	e := tree.Edit()
	for _, line := range strings.Split(lines, "\n") {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		var err error
		switch w[0] {
		case "mkdir":
			_, err = e.MkdirAll(w[1], 0o755, 0, 0)
		case "write":
			err = e.WriteFile(w[1], vfs.String(w[2]), 0o644, 0, 0)
		case "rm":
			err = e.RemoveAll(w[1])
		case "ln":
			err = e.Link(w[1], w[2])
		case "sym":
			err = e.Create(w[2], vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: w[1]}, nil)
		case "mv":
			err = e.Rename(w[1], w[2])
		case "chmod":
			var m uint32
			fmt.Sscanf(w[1], "%o", &m)
			err = e.Chmod(w[2], m)
		case "chown":
			var id int
			fmt.Sscan(w[1], &id)
			err = e.Lchown(w[2], id, id)
		case "time":
			var s int64
			fmt.Sscan(w[1], &s)
			err = e.Lchtimes(w[2], s*1e9)
		case "cap":
			n, _ := e.Tree().Lstat(w[1])
			err = e.SetMeta(w[1], n.WithXattr("security.capability", "\x01\x02").WithXattr("user.note", "x"))
		case "fifo":
			err = e.Create(w[1], vfs.Meta{Kind: vfs.Fifo, Mode: 0o644}, nil)
		case "sock":
			err = e.Create(w[1], vfs.Meta{Kind: vfs.Socket, Mode: 0o644}, nil)
		case "dev":
			err = e.Create(w[1], vfs.Meta{Kind: vfs.CharDevice, Mode: 0o644, Major: 1, Minor: 3}, nil)
		default:
			t.Fatalf("unknown line %q", line)
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return e.Tree()
}

const epoch = 1700000000

func start() vfs.Tree { return vfs.New(epoch * 1e9) }

// draw writes entries one a line: type, name, and what is unusual.
func draw(entries []layer.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%c %s %o", e.Type, e.Name, e.Mode)
		if e.Linkname != "" {
			fmt.Fprintf(&b, " -> %s", e.Linkname)
		}
		if e.Size > 0 {
			fmt.Fprintf(&b, " %d bytes", e.Size)
		}
		if e.UID != 0 {
			fmt.Fprintf(&b, " owner %d", e.UID)
		}
		if e.MTime != epoch && !strings.Contains(e.Name, ".wh.") {
			fmt.Fprintf(&b, " at %d", e.MTime)
		}
		for k, v := range e.PAX {
			fmt.Fprintf(&b, " %s=%q", k, v)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, lower, edit, want string }{
		{"nothing", "write /a x", "", ""},
		{"a new file with its parents", "", "mkdir /a/b\nwrite /a/b/c x", "5 a/ 755\n5 a/b/ 755\n0 a/b/c 644 1 bytes\n"},
		{"an unchanged parent just before its child", "mkdir /a/b\nwrite /a/x x", "write /a/b/c x", "5 a/ 755\n5 a/b/ 755\n0 a/b/c 644 1 bytes\n"},
		{"order by name, directories descended at once", "", "mkdir /a\nwrite /a/1 x\nwrite /a.txt x\nwrite /a-b x\nmkdir /B",
			"5 B/ 755\n5 a/ 755\n0 a/1 644 1 bytes\n0 a-b 644 1 bytes\n0 a.txt 644 1 bytes\n"},
		{"a removed file", "mkdir /a\nwrite /a/x x", "rm /a/x", "5 a/ 755\n0 a/.wh.x 0\n"},
		{"a removed directory is one whiteout", "mkdir /a/b\nwrite /a/b/x x", "rm /a", "0 .wh.a 0\n"},
		{"a file made and removed leaves nothing", "", "write /x x\nrm /x", ""},
		{"a directory made anew lists what is gone", "mkdir /a\nwrite /a/x x\nwrite /a/z z", "rm /a\nmkdir /a\nwrite /a/y y",
			"5 a/ 755\n0 a/.wh.x 0\n0 a/y 644 1 bytes\n0 a/.wh.z 0\n"},
		{"a directory by a file", "mkdir /a\nwrite /a/x x", "rm /a\nwrite /a f", "0 a 644 1 bytes\n"},
		{"a file by a directory", "write /a x", "rm /a\nmkdir /a\nwrite /a/x x", "5 a/ 755\n0 a/x 644 1 bytes\n"},
		{"mode and owner count", "write /a x\nwrite /b x\nmkdir /d", "chmod 600 /a\nchown 7 /b\nchmod 700 /d", "0 a 600 1 bytes\n0 b 644 1 bytes owner 7\n5 d/ 700\n"},
		{"a directory's time does not", "mkdir /d", "time 5 /d", ""},
		{"a file's time does", "write /a x", "time 5 /a", "0 a 644 1 bytes at 5\n"},
		{"equal whole-second times make contents count", "write /a x\ntime 9 /a\nwrite /b x\ntime 9 /b", "rm /a\nwrite /a y\ntime 9 /a\nrm /b\nwrite /b x\ntime 9 /b", "0 a 644 1 bytes at 9\n"},
		{"hard links of one layer", "", "write /b x\nln /b /a\nmkdir /c\nln /b /c/d", "0 a 644 1 bytes\n1 b 644 -> a\n5 c/ 755\n1 c/d 644 -> a\n"},
		{"a link to a lower file is a full copy", "write /base x", "ln /base /new", "0 new 644 1 bytes\n"},
		{"writing to one name of a lower inode", "write /a x\nln /a /b", "write /a y", "0 a 644 1 bytes\n"},
		{"a capability counts, other attributes do not", "write /a x", "cap /a", "0 a 644 1 bytes SCHILY.xattr.security.capability=\"\\x01\\x02\"\n"},
		{"special files, sockets left out", "", "fifo /f\nsock /s\ndev /n\nsym target /l", "6 f 644\n2 l 777 -> target\n3 n 644\n"},
		{"renaming a lower file", "write /a x\ntime 9 /a", "mv /a /b", "0 .wh.a 0\n0 b 644 1 bytes at 9\n"},
		{"times later than the epoch are clamped", "", "write /a x\ntime 1700000001 /a\nwrite /b x\ntime 1699999999 /b", "0 a 644 1 bytes\n0 b 644 1 bytes at 1699999999\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lower := script(t, start(), c.lower)
			upper := script(t, lower, c.edit)
			changes, err := layer.Diff(lower, upper)
			if err != nil {
				t.Fatal(err)
			}
			entries := layer.BuildKit{Epoch: epoch}.Entries(changes)
			if got := draw(entries); got != c.want {
				t.Errorf("layer:\n%swant:\n%s", got, c.want)
			}
			applies(t, lower, upper, entries)
		})
	}
}

// applies checks that the layer, through its tar, makes lower into upper.
func applies(t *testing.T, lower, upper vfs.Tree, entries []layer.Entry) {
	t.Helper()
	var tar bytes.Buffer
	if err := layer.WriteTar(&tar, entries); err != nil {
		t.Fatal(err)
	}
	back, err := layer.ReadTar(bytes.NewReader(tar.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if draw(back) != draw(entries) {
		t.Errorf("the tar reads back as\n%swritten were\n%s", draw(back), draw(entries))
	}
	m, err := layer.Apply(t.Context(), mount(t, lower), back, layer.ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := picture(m.Tree()), picture(upper); got != want {
		t.Errorf("applied:\n%swant:\n%s", got, want)
	}
}

// mount is a tree as the only layer of a mount.
func mount(t *testing.T, files vfs.Tree) *layer.Mount {
	t.Helper()
	changes, err := layer.Diff(vfs.New(0), files)
	if err != nil {
		t.Fatal(err)
	}
	m, err := layer.Apply(t.Context(), nil, layer.BuildKit{Epoch: 1 << 32}.Entries(changes), layer.ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// picture is what a layer can carry of a tree.
func picture(t vfs.Tree) string {
	var b strings.Builder
	for p, n := range t.Walk("/") {
		if p == "/" || n.Kind == vfs.Socket {
			continue
		}
		fmt.Fprintf(&b, "%s %d %o %d:%d %q %d,%d %q", p, n.Kind, n.Mode, n.UID, n.GID, n.Target, n.Major, n.Minor, n.Xattrs["security.capability"])
		if n.Kind == vfs.File {
			d, _ := n.Blob().Digest()
			b.WriteString(" " + d.String())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestRandomTrees makes random edits of random trees and holds every layer to
// what it is for.
func TestRandomTrees(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		lower := mutate(rnd, start().Edit(), 30)
		upper := mutate(rnd, lower.Edit(), 1+rnd.IntN(25))
		changes, err := layer.Diff(lower, upper)
		if err != nil {
			t.Fatal(err)
		}
		applies(t, lower, upper, layer.BuildKit{Epoch: epoch}.Entries(changes))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		again, err := layer.Diff(lower, upper)
		if err != nil || !slices.Equal(again, changes) {
			t.Fatalf("seed %d: a second diff is not the same (%v)", seed, err)
		}
	}
}

// mutate makes n random edits; those that cannot be made are left out.
func mutate(rnd *rand.Rand, e *vfs.Editor, n int) vfs.Tree {
	name := func() string {
		p := ""
		for range 1 + rnd.IntN(3) {
			p += "/" + string(rune('a'+rnd.IntN(5)))
		}
		return p
	}
	for i := range n {
		p := name()
		switch rnd.IntN(12) {
		case 0, 1:
			e.MkdirAll(p, 0o755, 0, 0)
		case 2, 3, 4:
			e.WriteFile(p, vfs.String(fmt.Sprint(i)), 0o644, 0, 0)
		case 5, 6:
			e.RemoveAll(p)
		case 7:
			e.Link(p, name())
		case 8:
			e.Create(p, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: name()}, nil)
		case 9:
			e.Rename(p, name())
		case 10:
			e.Chmod(p, uint32(rnd.IntN(0o10000)))
		case 11:
			e.Chown(p, rnd.IntN(3), rnd.IntN(3))
		}
	}
	return e.Tree()
}

func TestApplyWhiteouts(t *testing.T) {
	lower := script(t, start(), "mkdir /a/b\nwrite /a/x x\nwrite /a/b/y y\nwrite /z z")
	for _, c := range []struct {
		name    string
		entries []layer.Entry
		want    string
		err     string
	}{
		{"opaque first", []layer.Entry{{Name: "a/", Type: '5', Mode: 0o755}, {Name: "a/.wh..wh..opq", Type: '0'}, {Name: "a/new", Type: '0'}}, "/a /a/new /z", ""},
		{"opaque last spares its own layer", []layer.Entry{{Name: "a/new", Type: '0'}, {Name: "a/.wh..wh..opq", Type: '0'}}, "/a /a/new /z", ""},
		{"whiteout of nothing", []layer.Entry{{Name: ".wh.none", Type: '0'}}, "/a /a/b /a/b/y /a/x /z", ""},
		{"missing parents are made", []layer.Entry{{Name: "p/q/f", Type: '0'}}, "/a /a/b /a/b/y /a/x /p /p/q /p/q/f /z", ""},
		{"dots cannot leave the root", []layer.Entry{{Name: "../../f", Type: '0'}}, "/a /a/b /a/b/y /a/x /f /z", ""},
		{"an invalid whiteout", []layer.Entry{{Name: ".wh...", Type: '0'}}, "", "invalid whiteout"},
		{"an unknown type", []layer.Entry{{Name: "s", Type: 'S'}}, "", "unhandled tar type"},
	} {
		m, err := layer.Apply(t.Context(), mount(t, lower), c.entries, layer.ApplyOptions{})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want …%s…", c.name, err, c.err)
			}
			continue
		}
		var got []string
		for p := range m.Tree().Walk("/") {
			if p != "/" {
				got = append(got, p)
			}
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v (%v), want %s", c.name, got, err, c.want)
		}
	}
}

func TestEmptyLayer(t *testing.T) {
	l, err := layer.New(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	// The digest of 1024 zero bytes, as every empty layer of BuildKit has it.
	const want = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
	if l.DiffID() != want || l.TarSize() != 1024 || !l.Empty() {
		t.Errorf("DiffID %s, %d bytes", l.DiffID(), l.TarSize())
	}
}

func TestChainIDs(t *testing.T) {
	a, b, c := digest.FromString("a"), digest.FromString("b"), digest.FromString("c")
	ab := digest.FromString(a.String() + " " + b.String())
	abc := digest.FromString(ab.String() + " " + c.String())
	if got := layer.ChainIDs([]digest.Digest{a, b, c}); !slices.Equal(got, []digest.Digest{a, ab, abc}) {
		t.Errorf("got %v", got)
	}
}

func TestCancel(t *testing.T) {
	e := vfs.New(0).Edit()
	if err := e.WriteFile("/big", vfs.Zeros(1<<40), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	changes, err := layer.Diff(vfs.New(0), e.Tree())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := layer.New(ctx, layer.BuildKit{}.Entries(changes)); err == nil {
		t.Error("a cancelled layer was made")
	}
}

func Example() {
	lower := vfs.New(0)
	e := lower.Edit()
	e.WriteFile("/hello.txt", vfs.String("hello\n"), 0o644, 0, 0)

	changes, err := layer.Diff(lower, e.Tree())
	if err != nil {
		panic(err)
	}
	l, err := layer.New(context.Background(), layer.BuildKit{}.Entries(changes))
	if err != nil {
		panic(err)
	}
	for _, c := range changes {
		fmt.Println(c.Kind, c.Path)
	}
	fmt.Println(l.DiffID())
	// Output:
	// added /hello.txt
	// sha256:fa01e42d19005c93c2a6fc09347768cc08a524c9a3d7cc27b5b992321e01474a
}
