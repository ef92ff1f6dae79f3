package vfs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"layerlab.dev/core/vfs"
)

// list draws a tree as text, one line an inode, for comparison.
func list(t vfs.Tree) string {
	var b strings.Builder
	for p, n := range t.Walk("/") {
		switch n.Kind {
		case vfs.Dir:
			fmt.Fprintf(&b, "%s/ %o %d:%d\n", strings.TrimSuffix(p, "/"), n.Mode, n.UID, n.GID)
		case vfs.Symlink:
			fmt.Fprintf(&b, "%s -> %s\n", p, n.Target)
		case vfs.File:
			c, _ := n.Blob().Bytes()
			fmt.Fprintf(&b, "%s %o %d:%d %q x%d\n", p, n.Mode, n.UID, n.GID, c, t.Links(n))
		default:
			fmt.Fprintf(&b, "%s kind %d %d,%d\n", p, n.Kind, n.Major, n.Minor)
		}
	}
	return b.String()
}

// must stops a test whose setting-up fails.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sample(t testing.TB) vfs.Tree {
	e := vfs.New(1e18).Edit()
	_, err := e.MkdirAll("/a/b", 0o755, 0, 0)
	must(t, err)
	must(t, e.WriteFile("/a/b/f", vfs.String("f"), 0o644, 0, 0))
	must(t, e.WriteFile("/a/g", vfs.String("g"), 0o600, 1, 2))
	must(t, e.Create("/abs", vfs.Meta{Kind: vfs.Symlink, Target: "/a/b"}, nil))
	must(t, e.Create("/a/rel", vfs.Meta{Kind: vfs.Symlink, Target: "../a/g"}, nil))
	must(t, e.Create("/up", vfs.Meta{Kind: vfs.Symlink, Target: "../../../../a"}, nil))
	must(t, e.Create("/loop", vfs.Meta{Kind: vfs.Symlink, Target: "loop"}, nil))
	must(t, e.Create("/dangling", vfs.Meta{Kind: vfs.Symlink, Target: "a/none"}, nil))
	must(t, e.Link("/a/g", "/a/h"))
	return e.Tree()
}

func TestLookup(t *testing.T) {
	tree := sample(t)
	for _, c := range []struct {
		path   string
		follow bool
		want   string
		err    vfs.Errno
	}{
		{"/a/b/f", true, "/a/b/f", 0},
		{"a/b/f", true, "/a/b/f", 0},
		{"/", true, "/", 0},
		{"/..", true, "/", 0},
		{"/../../a/../a/b", true, "/a/b", 0},
		{"/abs/f", true, "/a/b/f", 0},
		{"/abs", false, "/abs", 0},
		{"/abs", true, "/a/b", 0},
		{"/abs/", false, "/a/b", 0},
		{"/abs/..", true, "/a", 0}, // the link is followed before ".." is taken
		{"/a/rel", true, "/a/g", 0},
		{"/up/g", true, "/a/g", 0}, // more ".." than there are parents stays inside
		{"/loop", true, "", vfs.ELOOP},
		{"/loop", false, "/loop", 0},
		{"/dangling", true, "/a/none", vfs.ENOENT},
		{"/a/none", true, "/a/none", vfs.ENOENT},
		{"/a/none/x", true, "", vfs.ENOENT},
		{"/a/g/x", true, "", vfs.ENOTDIR},
		{"/a/g/", true, "", vfs.ENOTDIR},
		{"/" + strings.Repeat("n", 256), true, "", vfs.ENAMETOOLONG},
	} {
		got, err := tree.Canonical(c.path, c.follow)
		var no vfs.Errno
		errors.As(err, &no)
		if got != c.want || no != c.err {
			t.Errorf("Canonical(%q, %v) = %q, %v; want %q, %v", c.path, c.follow, got, err, c.want, c.err)
		}
	}
}

func TestRootPath(t *testing.T) {
	tree := sample(t)
	for in, want := range map[string]string{
		"/abs/new/deep":  "/a/b/new/deep",
		"/none/../x":     "/x",
		"up/../../x/y":   "/x/y",
		"/dangling/more": "/a/none/more",
		"/a/g/below":     "/a/g/below",
	} {
		if got, err := tree.RootPath(in); err != nil || got != want {
			t.Errorf("RootPath(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	if _, err := tree.RootPath("/loop/x"); !errors.Is(err, vfs.ELOOP) {
		t.Errorf("a loop gave %v", err)
	}
}

func TestEditLeavesTheOldTree(t *testing.T) {
	old := sample(t)
	before := list(old)
	e := old.Edit()
	must(t, e.WriteFile("/a/b/f", vfs.String("changed"), 0, 0, 0))
	must(t, e.Chmod("/a", 0o700))
	must(t, e.RemoveAll("/abs"))
	must(t, e.Remove("/a/g"))
	must(t, e.Mkdir("/new", 0o711, 3, 4))
	if got := list(old); got != before {
		t.Errorf("the tree that was edited changed:\n%s\nwas\n%s", got, before)
	}
	want := "/ 755 0:0\n/a/ 700 0:0\n/a/b/ 755 0:0\n/a/b/f 644 0:0 \"changed\" x1\n/a/h 600 1:2 \"g\" x1\n/a/rel -> ../a/g\n" +
		"/dangling -> a/none\n/loop -> loop\n/new/ 711 3:4\n/up -> ../../../../a\n"
	if got := list(e.Tree()); got != strings.Replace(want, "/ 755", "/ 755", 1) {
		t.Errorf("after the edit:\n%s\nwant\n%s", got, want)
	}
}

func TestHardLinks(t *testing.T) {
	e := vfs.New(0).Edit()
	must(t, e.WriteFile("/x", vfs.String("1"), 0o644, 0, 0))
	must(t, e.Link("/x", "/y"))
	must(t, e.Mkdir("/d", 0o755, 0, 0))
	must(t, e.Link("/y", "/d/z"))
	must(t, e.WriteFile("/d/z", vfs.String("2"), 0, 0, 0))
	must(t, e.Chmod("/x", 0o600))
	for _, p := range []string{"/x", "/y", "/d/z"} {
		n, err := e.Tree().Stat(p)
		must(t, err)
		if c, _ := n.Blob().Bytes(); string(c) != "2" || n.Mode != 0o600 || e.Tree().Links(n) != 3 {
			t.Errorf("%s: %q mode %o, %d links; want \"2\" 600, 3: one inode", p, c, n.Mode, e.Tree().Links(n))
		}
	}
	// In the next layer the inode is lower: writing to one name breaks the link.
	e = e.Tree().Edit()
	must(t, e.WriteFile("/y", vfs.String("3"), 0, 0, 0))
	if got, want := list(e.Tree()), "/ 755 0:0\n/d/ 755 0:0\n/d/z 600 0:0 \"2\" x2\n/x 600 0:0 \"2\" x2\n/y 600 0:0 \"3\" x1\n"; got != want {
		t.Errorf("copy-up of one name:\n%swant\n%s", got, want)
	}
	// Linking a lower inode copies that name up; the new name shares with it.
	must(t, e.Link("/x", "/w"))
	must(t, e.WriteFile("/w", vfs.String("4"), 0, 0, 0))
	if got, want := list(e.Tree()), "/ 755 0:0\n/d/ 755 0:0\n/d/z 600 0:0 \"2\" x1\n/w 600 0:0 \"4\" x2\n/x 600 0:0 \"4\" x2\n/y 600 0:0 \"3\" x1\n"; got != want {
		t.Errorf("link to a lower inode:\n%swant\n%s", got, want)
	}
}

func TestEditErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*vfs.Editor) error
		want vfs.Errno
	}{
		{"mkdir over a file", func(e *vfs.Editor) error { return e.Mkdir("/a/g", 0o755, 0, 0) }, vfs.EEXIST},
		{"mkdir without its parent", func(e *vfs.Editor) error { return e.Mkdir("/no/x", 0o755, 0, 0) }, vfs.ENOENT},
		{"write to a directory", func(e *vfs.Editor) error { return e.WriteFile("/a", vfs.String(""), 0, 0, 0) }, vfs.EISDIR},
		{"remove a full directory", func(e *vfs.Editor) error { return e.Remove("/a") }, vfs.ENOTEMPTY},
		{"remove the root", func(e *vfs.Editor) error { return e.RemoveAll("/") }, vfs.EBUSY},
		{"link a directory", func(e *vfs.Editor) error { return e.Link("/a", "/z") }, vfs.EPERM},
		{"rename into itself", func(e *vfs.Editor) error { return e.Rename("/a", "/a/b/c") }, vfs.EINVAL},
		{"rename a lower directory", func(e *vfs.Editor) error { return e.Rename("/a/b", "/b") }, vfs.EXDEV},
		{"rename a file over a directory", func(e *vfs.Editor) error { return e.Rename("/a/g", "/a/b") }, vfs.EISDIR},
		{"rename a directory over a file", func(e *vfs.Editor) error { return e.Rename("/a/b", "/a/g") }, vfs.ENOTDIR},
		{"rename over a full directory", func(e *vfs.Editor) error {
			return errors.Join(e.Mkdir("/n", 0o755, 0, 0), e.Rename("/n", "/a"))
		}, vfs.ENOTEMPTY},
		{"a directory in the way of MkdirAll", func(e *vfs.Editor) error { _, err := e.MkdirAll("/a/g/x", 0o755, 0, 0); return err }, vfs.ENOTDIR},
	} {
		e := sample(t).Edit()
		before := list(e.Tree())
		err := c.do(e)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if !strings.Contains(c.name, "over a full") && list(e.Tree()) != before {
			t.Errorf("%s: a failed edit changed the tree", c.name)
		}
	}
}

func TestRename(t *testing.T) {
	e := sample(t).Edit()
	must(t, e.Rename("/a/g", "/a/b/f"))
	must(t, e.Mkdir("/n", 0o755, 0, 0))
	must(t, e.WriteFile("/n/x", vfs.String("x"), 0o644, 0, 0))
	must(t, e.Rename("/n", "/m"))
	want := "/ 755 0:0\n/a/ 755 0:0\n/a/b/ 755 0:0\n/a/b/f 600 1:2 \"g\" x1\n/a/h 600 1:2 \"g\" x1\n/a/rel -> ../a/g\n/abs -> /a/b\n" +
		"/dangling -> a/none\n/loop -> loop\n/m/ 755 0:0\n/m/x 644 0:0 \"x\" x1\n/up -> ../../../../a\n"
	if got := list(e.Tree()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTimes(t *testing.T) {
	old := sample(t)
	e := old.Edit()
	must(t, e.WriteFile("/a/b/f", vfs.String("2"), 0, 0, 0))
	mtime := func(tree vfs.Tree, p string) int64 {
		n, err := tree.Lstat(p)
		must(t, err)
		return n.MTime
	}
	if mtime(e.Tree(), "/a/b/f") <= mtime(old, "/a/b/f") {
		t.Error("a write did not move the file's mtime")
	}
	if mtime(e.Tree(), "/a/b") != mtime(old, "/a/b") {
		t.Error("writing to a file moved its directory's mtime")
	}
	must(t, e.Remove("/a/b/f"))
	if mtime(e.Tree(), "/a/b") == mtime(old, "/a/b") || mtime(e.Tree(), "/a") != mtime(old, "/a") {
		t.Error("removing a name must move the mtime of its directory alone")
	}
	seen := map[int64]bool{}
	for range 5000 {
		now := e.Tick()
		if seen[now] || now%1e9 == 0 {
			t.Fatalf("tick %d is not distinct with nanoseconds", now)
		}
		seen[now] = true
	}
}

func TestChownClearsSetuid(t *testing.T) {
	e := vfs.New(0).Edit()
	must(t, e.Create("/f", vfs.Meta{Kind: vfs.File, Mode: 0o6755, Xattrs: map[string]string{"security.capability": "x"}}, nil))
	must(t, e.Create("/g", vfs.Meta{Kind: vfs.File, Mode: 0o6745}, nil))
	must(t, e.Create("/d", vfs.Meta{Kind: vfs.Dir, Mode: 0o6755}, nil))
	for p, want := range map[string]uint32{"/f": 0o755, "/g": 0o2745, "/d": 0o6755} {
		must(t, e.Chown(p, 1, -1))
		if n, _ := e.Tree().Stat(p); n.Mode != want || n.UID != 1 || n.GID != 0 || len(n.Xattrs) != 0 {
			t.Errorf("chown %s left mode %o, %d:%d, xattrs %v; want %o", p, n.Mode, n.UID, n.GID, n.Xattrs, want)
		}
	}
}

func TestChanged(t *testing.T) {
	a := sample(t)
	e := a.Edit()
	must(t, e.WriteFile("/zz", vfs.String(""), 0o644, 0, 0))
	must(t, e.Chmod("/a/b/f", 0o600))
	must(t, e.RemoveAll("/loop"))
	var got []string
	vfs.Changed(a.Root(), e.Tree().Root(), func(name string, l, u *vfs.Node) bool {
		got = append(got, fmt.Sprintf("%s %v %v", name, l != nil, u != nil))
		return true
	})
	if want := []string{"a true true", "loop true false", "zz false true"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFS(t *testing.T) {
	e := sample(t).Edit()
	must(t, e.RemoveAll("/loop"))
	must(t, e.RemoveAll("/dangling"))
	must(t, e.RemoveAll("/up")) // leaves the root; io/fs has no such links
	if err := fstest.TestFS(e.Tree().FS(), "a/b/f", "a/g", "a/h", "a/rel"); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(e.Tree().FS(), "nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file gave %v", err)
	}
}

// TestRandomEdits holds the tree against a plain map of paths through
// thousands of random edits, and checks that the sums kept in it are right.
func TestRandomEdits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	e := vfs.New(0).Edit()
	model := map[string]string{}
	name := func() string {
		p := ""
		for range 1 + rnd.IntN(3) {
			p += "/" + string(rune('a'+rnd.IntN(6)))
		}
		return p
	}
	for i := range 4000 {
		p := name()
		switch rnd.IntN(5) {
		case 0:
			if e.RemoveAll(p) == nil {
				for q := range model {
					if q == p || strings.HasPrefix(q, p+"/") {
						delete(model, q)
					}
				}
			}
		case 1:
			if rnd.IntN(20) == 0 {
				e = e.Tree().Edit()
			}
			if made, err := e.MkdirAll(p, 0o755, 0, 0); err == nil {
				for _, q := range made {
					model[q] = "/"
				}
			}
		default:
			c := fmt.Sprint(i)
			_, err := e.Tree().Stat(path.Dir(p))
			if werr := e.WriteFile(p, vfs.String(c), 0o644, 0, 0); werr == nil {
				model[p] = c
			} else if err == nil && model[p] != "/" && model[path.Dir(p)] == "/" {
				t.Fatalf("writing %s: %v", p, werr)
			}
		}
	}
	got := map[string]string{}
	files, bytes := 0, int64(0)
	for p, n := range e.Tree().Walk("/") {
		if n.Kind == vfs.File {
			c, _ := n.Blob().Bytes()
			got[p] = string(c)
			files++
			bytes += n.Size()
		} else if p != "/" {
			got[p] = "/"
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(model) {
		t.Errorf("tree and model differ:\n%v\n%v", got, model)
	}
	if f, b := e.Tree().Root().Total(); f != files || b != bytes {
		t.Errorf("Total = %d, %d; counted %d, %d", f, b, files, bytes)
	}
}

func TestLazyDirectoriesAreListedWhenLookedInto(t *testing.T) {
	listed := 0
	e := vfs.New(0).Edit()
	if err := e.Mkdir("/d", 0o755, 0, 0); err != nil {
		t.Fatal(err)
	}
	lazy := vfs.Lazy(vfs.Meta{Kind: vfs.Dir, Mode: 0o750, MTime: 7}, 1<<40, func(add func(string, *vfs.Node)) {
		listed++
		add("f", vfs.Make(vfs.Meta{Kind: vfs.File, Mode: 0o644}, 1<<41, vfs.String("text")))
	})
	if _, err := e.Mount("/d", lazy); err != nil {
		t.Fatal(err)
	}
	before := e.Tree()
	if n, err := before.Stat("/d"); err != nil || n.Mode != 0o750 || n.MTime != 7 || listed != 0 {
		t.Fatalf("stat of the directory: %v, %v, listed %d times", n, err, listed)
	}
	for range 2 {
		if n, err := before.Stat("/d/f"); err != nil || n.Size() != 4 {
			t.Fatalf("stat below it: %v, %v", n, err)
		}
	}
	if err := e.WriteFile("/d/g", vfs.String("x"), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	after, err := e.Tree().Stat("/d")
	if err != nil || after.Len() != 2 || listed != 1 {
		t.Fatalf("after a write below it: %v, %v, listed %d times", after, err, listed)
	}
	if n, _ := before.Stat("/d"); n.Len() != 1 {
		t.Errorf("the tree before the write holds %d names", n.Len())
	}
	var changed []string
	old, _ := before.Stat("/d")
	vfs.Changed(old, after, func(name string, _, _ *vfs.Node) bool { changed = append(changed, name); return true })
	if len(changed) != 1 || changed[0] != "g" {
		t.Errorf("changed: %v", changed)
	}
}

func TestEditsOfAWholeDiskCopyNothingUp(t *testing.T) {
	e := vfs.New(0).Edit()
	for _, err := range []error{e.Mkdir("/d", 0o755, 0, 0), e.WriteFile("/d/f", vfs.String("old"), 0o644, 0, 0), e.Link("/d/f", "/g")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	disk := e.Tree().EditWhole()
	if err := disk.Rename("/d", "/e"); err != nil || !disk.Whole() {
		t.Errorf("rename of a directory: %v, whole %v", err, disk.Whole())
	}
	if err := disk.WriteFile("/g", vfs.String("changed"), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	if n, err := disk.Tree().Stat("/e/f"); err != nil || n.Size() != 7 {
		t.Errorf("the other name after a write: %v, %v", n, err)
	}
	over := e.Tree().Edit()
	if err := over.Rename("/d", "/e"); !errors.Is(err, vfs.EXDEV) || over.Whole() {
		t.Errorf("rename on an overlay: %v, whole %v", err, over.Whole())
	}
}
