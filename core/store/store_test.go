package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/docker/distribution/reference"
	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/store"
	"layerlab.dev/core/vfs"
)

// made returns an image with a layer for each text, and one without content
// for an empty text; name tells images apart that have the same layers.
func made(t testing.TB, name string, texts ...string) *image.Image {
	t.Helper()
	var layers []*layer.Layer
	c := `{"architecture":"amd64","os":"linux","created":"2021-01-01T00:00:00Z","config":{"Labels":{"name":"` + name + `"}},"rootfs":{"type":"layers","diff_ids":[`
	for n, text := range texts {
		b := vfs.String(text)
		l, err := layer.New(context.Background(), []layer.Entry{
			{Name: "file", Type: '0', Mode: 0o644, Size: b.Size(), Content: b},
			{Name: "link", Type: '2', Mode: 0o777, Linkname: "file"},
		})
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, l)
		if n > 0 {
			c += ","
		}
		c += fmt.Sprintf("%q", l.DiffID())
	}
	i, err := image.Existing([]byte(c+`]}}`), nil, layers)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func create(t testing.TB, s store.Store, r *store.Random, name string, texts ...string) (store.Store, *store.Image) {
	t.Helper()
	s, i, err := s.Create(made(t, name, texts...), r, 1)
	if err != nil {
		t.Fatal(err)
	}
	return s, i
}

func TestLayersAreSharedAndFreedTopFirst(t *testing.T) {
	r := &store.Random{Seed: 1}
	var empty store.Store
	one, a := create(t, empty, r, "a", "base\n", "x\n")
	two, b := create(t, one, r, "b", "base\n", "yy\n", "z\n")
	if two.LayerCount() != 4 {
		t.Errorf("%d layers, want 4: the base is shared", two.LayerCount())
	}
	// dockerd counts a symbolic link with the length of what it names.
	if want := int64(len("base\n") + len("yy\n") + len("z\n") + 3*len("file")); b.Size != want {
		t.Errorf("size %d, want %d", b.Size, want)
	}
	base, _ := two.Layer(b.ChainIDs()[0])
	if base.Users != 2 {
		t.Errorf("the base has %d users, want the 2 layers above", base.Users)
	}
	three, freed, err := two.Delete(b.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []digest.Digest
	for _, l := range freed {
		got = append(got, l.ChainID)
	}
	if chain := b.ChainIDs(); len(got) != 2 || got[0] != chain[2] || got[1] != chain[1] {
		t.Errorf("freed %v of %v", got, chain)
	}
	four, mount, err := three.AddMount("c", a.Chain, r, 2)
	if err != nil {
		t.Fatal(err)
	}
	if mount.InitID != mount.MountID+"-init" || len(mount.Link) != 26 {
		t.Errorf("%+v", mount)
	}
	five, freed, _ := four.Delete(a.ID)
	if len(freed) != 0 {
		t.Errorf("layers that a container uses were freed: %v", freed)
	}
	six, freed := five.RemoveMount("c")
	if len(freed) != 2 || six.LayerCount() != 0 {
		t.Errorf("%d freed, %d left", len(freed), six.LayerCount())
	}
	if two.LayerCount() != 4 || two.ImageCount() != 2 || empty.ImageCount() != 0 {
		t.Error("an earlier Store changed")
	}
	if _, freed, _ = two.Delete(b.ID); len(freed) != 2 {
		t.Error("an earlier Store cannot go on")
	}
}

func TestTreeIsTheUnion(t *testing.T) {
	r := &store.Random{}
	s, i := create(t, store.Store{}, r, "a", "lower", "upper")
	tree, err := s.Tree(i.Chain)
	if err != nil {
		t.Fatal(err)
	}
	n, err := tree.Stat("/link")
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := n.Blob().Bytes(); string(b) != "upper" {
		t.Errorf("%q", b)
	}
	again, _ := s.Tree(i.Chain)
	if !again.Same(tree) {
		t.Error("the tree is made anew")
	}
}

func TestSearch(t *testing.T) {
	r := &store.Random{}
	var s store.Store
	var ids []string
	for n := range 40 {
		var i *store.Image
		s, i = create(t, s, r, fmt.Sprint(n))
		ids = append(ids, i.ID.Encoded())
	}
	for _, id := range ids {
		for _, term := range []string{id, "sha256:" + id, id[:12], "sha256:" + id[:12]} {
			if i, err := s.Search(term); err != nil || i.ID.Encoded() != id {
				t.Errorf("%s: %v", term, err)
			}
		}
	}
	// Of 40 ids some share their first digit.
	shared := map[byte]int{}
	for _, id := range ids {
		shared[id[0]]++
	}
	for first, n := range shared {
		_, err := s.Search(string(first))
		if (n > 1) != errors.Is(err, store.ErrAmbiguous) {
			t.Errorf("%c means %d images: %v", first, n, err)
		}
	}
	for _, none := range []string{"sha512:" + ids[0], "zz", "sha256:x"} {
		if _, err := s.Search(none); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", none, err)
		}
	}
}

func named(t testing.TB, text string) reference.Named {
	t.Helper()
	n, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReferences(t *testing.T) {
	r := &store.Random{}
	s, a := create(t, store.Store{}, r, "a")
	s, b := create(t, s, r, "b")
	d := "@sha256:156256465406f6ed6c2dfe92f38c94fc6a71fb6e15dd12d3ee47eb52193cf4bb"
	for _, name := range []string{"two:1", "alpine", "alpine" + d, "localhost:5000/a/b:x", "alpine-more:y"} {
		var err error
		if s, err = s.Refer(named(t, name), a.ID, true); err != nil {
			t.Fatal(name, err)
		}
	}
	var got []string
	for _, n := range s.Names(a.ID) {
		got = append(got, n.Familiar())
	}
	if fmt.Sprint(got) != "[alpine-more:y alpine:latest alpine"+d+" two:1 localhost:5000/a/b:x]" {
		t.Errorf("%v", got)
	}
	if have := s.Repository(named(t, "alpine")); len(have) != 2 || have[0].Familiar() != "alpine:latest" || !have[1].Canonical() {
		t.Errorf("%v", have)
	}
	if id, err := s.Lookup(named(t, "alpine:some"+d)); err != nil || id != a.ID {
		t.Errorf("a digest goes before a tag: %v", err)
	}
	moved, err := s.Refer(named(t, "two:1"), b.ID, true)
	if id, _ := moved.Lookup(named(t, "two:1")); err != nil || id != b.ID || len(moved.Names(a.ID)) != 4 {
		t.Errorf("the tag did not move: %v", err)
	}
	for name, want := range map[string]string{
		"two:1":      "Conflict: Tag two:1 is already set to image " + a.ID.String() + ", if you want to replace it, please use the force option",
		"alpine" + d: "Cannot overwrite digest " + d[1:],
		"sha256:x":   "refusing to create an ambiguous tag using digest algorithm as name",
	} {
		if _, err := s.Refer(named(t, name), b.ID, false); err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, ok := s.Forget(named(t, "alpine")); !ok || len(s.Names(a.ID)) != 4 {
		t.Error("alpine:latest stays")
	}
	if _, ok := s.Forget(named(t, "nosuch")); ok {
		t.Error("forgot what was not there")
	}
}

func TestParents(t *testing.T) {
	r := &store.Random{}
	s, a := create(t, store.Store{}, r, "a")
	s, b := create(t, s, r, "b")
	s, c := create(t, s, r, "c")
	s, _ = s.SetParent(b.ID, a.ID)
	s, _ = s.SetParent(c.ID, a.ID)
	if len(s.Children(a.ID)) != 2 || !s.HasChildren(a.ID) || len(s.Children("")) != 1 {
		t.Fatal(s.Children(a.ID), s.Children(""))
	}
	moved, _ := s.SetParent(c.ID, b.ID)
	if len(moved.Children(a.ID)) != 1 || len(moved.Children(b.ID)) != 1 {
		t.Error("c has two parents")
	}
	gone, _, _ := s.Delete(a.ID)
	if i, _ := gone.Image(b.ID); i.Parent != "" || len(gone.Children("")) != 2 {
		t.Error("b keeps a parent that is gone")
	}
	gone, _, _ = s.Delete(b.ID)
	if len(gone.Children(a.ID)) != 1 {
		t.Error("a keeps a child that is gone")
	}
	if _, err := s.SetParent(a.ID, "sha256:nosuch"); err == nil {
		t.Error("an unknown parent was taken")
	}
}

func TestSources(t *testing.T) {
	var s store.Store
	at := func(blob, repository string) store.Source {
		return store.Source{Digest: digest.Digest(blob), SourceRepository: repository}
	}
	s = s.AddSource("diff", at("one", "a")).AddSource("diff", at("two", "b")).AddSource("diff", at("one", "a"))
	if have := s.Sources("diff"); len(have) != 2 || have[1] != at("one", "a") {
		t.Errorf("%v: the latest stands last", have)
	}
	if d, ok := s.DiffID("two"); !ok || d != "diff" {
		t.Errorf("%v", d)
	}
	if have := s.RemoveSource(at("two", "b")).Sources("diff"); len(have) != 1 {
		t.Errorf("%v", have)
	}
	for n := range 60 {
		s = s.AddSource("diff", at(fmt.Sprint(n), "c"))
	}
	if have := s.Sources("diff"); len(have) != store.MaxSources || have[49].Digest != "59" {
		t.Errorf("%d remembered", len(have))
	}
}

// TestTable compares a Table with a map through many changes, and sees that
// earlier Tables stay as they were.
func TestTable(t *testing.T) {
	r := &store.Random{Seed: 3}
	var table store.Table[string, int]
	want := map[string]int{}
	var then []store.Table[string, int]
	var lens []int
	for n := range 3000 {
		key := fmt.Sprint(r.Below(400))
		if r.Below(5) < 2 {
			table = table.Delete(key)
			delete(want, key)
		} else {
			table = table.Set(key, n)
			want[key] = n
		}
		then, lens = append(then, table), append(lens, len(want))
	}
	last, count := "", 0
	for k, v := range table.All() {
		if k <= last && count > 0 || want[k] != v {
			t.Fatalf("%s after %s: %d, want %d", k, last, v, want[k])
		}
		last = k
		count++
	}
	if count != len(want) || table.Len() != count {
		t.Errorf("%d entries, want %d", count, len(want))
	}
	for n, old := range then {
		if old.Len() != lens[n] {
			t.Fatalf("table %d has %d entries now, had %d", n, old.Len(), lens[n])
		}
	}
	count = 0
	for k := range table.WithPrefix("12") {
		if k[:2] != "12" {
			t.Error(k)
		}
		count++
	}
	n := 0
	for k := range want {
		if len(k) > 1 && k[:2] == "12" {
			n++
		}
	}
	if count != n {
		t.Errorf("%d keys begin with 12, want %d", count, n)
	}
}

func TestRandomRepeats(t *testing.T) {
	a, b := &store.Random{Seed: 7}, &store.Random{Seed: 7}
	for range 20 {
		if x, y := a.ID(), b.ID(); x != y || len(x) != 64 {
			t.Fatal(x, y)
		}
	}
	if x := a.Link(); len(x) != 26 || x != b.Link() {
		t.Error(x)
	}
	if x := a.Base36(); len(x) != 25 || x != b.Base36() {
		t.Error(x)
	}
	if c := (&store.Random{Seed: 8}); c.ID() == (&store.Random{Seed: 7}).ID() {
		t.Error("two seeds give one id")
	}
}
