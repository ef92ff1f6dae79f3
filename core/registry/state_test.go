package registry_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/schema2"
	"layerlab.dev/core/vfs"
)

func blob(content string) registry.Blob {
	return registry.Blob{Digest: digest.FromString(content), Content: vfs.String(content)}
}

// pushed pushes a config and layers and the manifest that names them.
func pushed(t testing.TB, s registry.State, repo, tag, config string, layers ...string) (registry.State, registry.Manifest) {
	t.Helper()
	var err error
	var described []schema2.Descriptor
	for _, l := range append([]string{config}, layers...) {
		if s, err = s.PushBlob(repo, blob(l)); err != nil {
			t.Fatal(err)
		}
		described = append(described, schema2.Descriptor{Size: int64(len(l)), Digest: digest.FromString(l)})
	}
	raw, err := schema2.New(described[0], described[1:])
	if err != nil {
		t.Fatal(err)
	}
	s, m, err := s.PutManifest(repo, tag, schema2.MediaType, raw)
	if err != nil {
		t.Fatal(err)
	}
	return s, m
}

func code(err error) string {
	var e *registry.Error
	if errors.As(err, &e) {
		return e.Code.Value
	}
	return fmt.Sprint(err)
}

// TestSnapshots goes back to an older registry, which no later operation has
// touched.
func TestSnapshots(t *testing.T) {
	empty := registry.New(0)
	one, m := pushed(t, empty, "team/app", "1", "{}", "layer")
	two, _ := pushed(t, one, "team/app", "1", `{"os":"linux"}`, "layer", "more")
	tagged, err := two.Tag("team/app", "old", m.Digest)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := tagged.Resolve("team/app", "old"); err != nil || d != m.Digest {
		t.Errorf("tagged %s, %v", d, err)
	}
	if _, err := two.Tag("team/app", "x", digest.FromString("nothing")); code(err) != "MANIFEST_UNKNOWN" {
		t.Errorf("tagged what is not there: %v", err)
	}
	gone, err := two.DeleteManifest("team/app", m.Digest)
	if err != nil {
		t.Fatal(err)
	}
	if tags, err := gone.Tags("team/app"); err != nil || strings.Join(tags, " ") != "1" {
		t.Errorf("the tag had moved on, and went: %v, %v", tags, err)
	}
	if got, err := one.Manifest("team/app", "1"); err != nil || got.Digest != m.Digest {
		t.Errorf("the older registry has %v, %v", got.Digest, err)
	}
	if _, err := empty.Manifest("team/app", "1"); code(err) != "MANIFEST_UNKNOWN" {
		t.Errorf("the empty registry: %v", err)
	}
	if names, _ := empty.Catalog(10, ""); names != nil || len(two.Blobs()) != 6 {
		t.Errorf("catalog %v, blobs %v", names, two.Blobs())
	}
}

// TestRefusals: what is refused leaves the registry as it was.
func TestRefusals(t *testing.T) {
	s, m := pushed(t, registry.New(0), "a", "1", "{}", "layer")
	d := digest.FromString("layer")
	tests := []struct {
		name string
		do   func() (registry.State, error)
		want string
	}{
		{"blob into a name that is none", func() (registry.State, error) { return s.PushBlob("a/../b", blob("x")) }, "NAME_INVALID"},
		{"blob into nothing", func() (registry.State, error) { return s.PushBlob("", blob("x")) }, "NAME_INVALID"},
		{"blob into an upper case name", func() (registry.State, error) { return s.PushBlob("A", blob("x")) }, "NAME_INVALID"},
		{"blob into a long name", func() (registry.State, error) { return s.PushBlob(strings.Repeat("a", 256), blob("x")) }, "NAME_INVALID"},
		{"blob without a digest", func() (registry.State, error) { return s.PushBlob("a", registry.Blob{Content: vfs.String("x")}) }, "DIGEST_INVALID"},
		{"blob with a path for a digest", func() (registry.State, error) {
			return s.PushBlob("a", registry.Blob{Digest: "sha256:../../../x", Content: vfs.String("x")})
		}, "DIGEST_INVALID"},
		{"mount from nowhere", func() (registry.State, error) { return s.MountBlob("b", "c", d) }, "BLOB_UNKNOWN"},
		{"mount of nothing", func() (registry.State, error) { return s.MountBlob("b", "a", digest.FromString("x")) }, "BLOB_UNKNOWN"},
		{"delete a blob next door", func() (registry.State, error) { return s.DeleteBlob("b", d) }, "BLOB_UNKNOWN"},
		{"delete a manifest next door", func() (registry.State, error) { return s.DeleteManifest("b", m.Digest) }, "MANIFEST_UNKNOWN"},
		{"manifest without its blobs", func() (registry.State, error) {
			next, _, err := s.PutManifest("b", "1", schema2.MediaType, []byte(strings.Replace(string(m.JSON), d.String(), digest.FromString("{}").String(), 1)))
			return next, err
		}, "errors:\nmanifest blob unknown: blob unknown to registry\nmanifest blob unknown: blob unknown to registry\n"},
		{"manifest under a tag that is none", func() (registry.State, error) {
			next, _, err := s.PutManifest("a", "../1", schema2.MediaType, m.JSON)
			return next, err
		}, "TAG_INVALID"},
		{"upload that is none", func() (registry.State, error) { return s.AppendUpload("a", "..", vfs.String("x")) }, "BLOB_UPLOAD_UNKNOWN"},
	}
	for _, tt := range tests {
		next, err := tt.do()
		if got := code(err); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if !next.Same(s) {
			t.Errorf("%s: the registry changed", tt.name)
		}
	}
}

// TestUpload sends a blob in pieces.
func TestUpload(t *testing.T) {
	s, u, err := registry.New(0).BeginUpload("a")
	if err != nil {
		t.Fatal(err)
	}
	_, other, _ := s.BeginUpload("a")
	if u.ID == other.ID {
		t.Errorf("two uploads are called %s", u.ID)
	}
	whole := ""
	for i := range 50 {
		piece := strings.Repeat(fmt.Sprint(i), i)
		if s, err = s.AppendUpload("a", u.ID, vfs.String(piece)); err != nil {
			t.Fatal(err)
		}
		whole += piece
	}
	if got, err := s.Upload("a", u.ID); err != nil || got.Size != int64(len(whole)) {
		t.Errorf("%d of %d bytes, %v", got.Size, len(whole), err)
	}
	if _, _, err := s.FinishUpload("a", u.ID, digest.FromString("else")); code(err) != "DIGEST_INVALID" {
		t.Errorf("another digest: %v", err)
	}
	s, b, err := s.FinishUpload("a", u.ID, digest.FromString(whole))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.Content.Bytes(); err != nil || string(got) != whole {
		t.Errorf("put together it is %.60s…, %v", got, err)
	}
	if _, err := s.Upload("a", u.ID); code(err) != "BLOB_UPLOAD_UNKNOWN" {
		t.Errorf("finished, and still under way: %v", err)
	}
}

// TestOpened: a layer that one host pushed opened comes so to the next, and
// content that was known by its facts gets its bytes when somebody has them.
func TestOpened(t *testing.T) {
	l, err := layer.New(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	d := digest.FromString("packed")
	s, err := registry.New(0).PushBlob("a", registry.Blob{Digest: d, Content: vfs.Absent(6, d), Layer: l})
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.MountBlob("b", "a", d); err != nil {
		t.Fatal(err)
	}
	b, err := s.Blob("b", d)
	if err != nil || b.Layer != l || b.Size() != 6 || !b.Content.Absent() {
		t.Errorf("mounted: %v, %v", b, err)
	}
	if s, err = s.PushBlob("c", blob("packed")); err != nil {
		t.Fatal(err)
	}
	if b, err = s.Blob("a", d); err != nil || b.Content.Absent() || b.Layer != l {
		t.Errorf("pushed with its bytes: %v, %v", b, err)
	}
	swept, _, err := s.CollectGarbage(registry.Collect{})
	if err != nil || len(swept.Blobs()) != 0 {
		t.Errorf("no manifest names it, and it stays: %v, %v", swept.Blobs(), err)
	}
}

// TestShared: a thousand pushes keep all that they did not change.
func TestShared(t *testing.T) {
	all := make([]registry.State, 0, 1001)
	s, _ := pushed(t, registry.New(0), "app", "first", "{}", "base")
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	for i := range 1000 {
		all = append(all, s)
		s, _ = pushed(t, s, fmt.Sprintf("team%d/app%d", i%10, i), "latest", fmt.Sprintf(`{"n":%d}`, i), "base", fmt.Sprint("layer", i))
	}
	per := (heap() - before) / int64(len(all))
	t.Logf("%d bytes a kept push", per)
	// A push writes some forty names; a copy of the whole would be a hundred
	// times that.
	if per > 64<<10 {
		t.Errorf("%d bytes a push: too much is copied", per)
	}
	runtime.KeepAlive(all)
	if names, more := s.Catalog(1000, ""); len(names) != 1000 || !more {
		t.Errorf("%d names, more %v", len(names), more)
	}
}

func BenchmarkPush(b *testing.B) {
	s := registry.New(0)
	for i := range 1000 {
		s, _ = pushed(b, s, fmt.Sprintf("team%d/app%d", i%10, i), "latest", fmt.Sprintf(`{"n":%d}`, i), "base", fmt.Sprint("layer", i))
	}
	for b.Loop() {
		pushed(b, s, "team/new", "latest", "{}", "base", "new")
	}
}

func ExampleState() {
	s := registry.New(0)
	layer, config := vfs.String("a layer"), vfs.String("{}")
	var named []schema2.Descriptor
	for _, c := range []*vfs.Blob{config, layer} {
		d, err := c.Digest()
		if err != nil {
			panic(err)
		}
		if s, err = s.PushBlob("team/app", registry.Blob{Digest: d, Content: c}); err != nil {
			panic(err)
		}
		named = append(named, schema2.Descriptor{Size: c.Size(), Digest: d})
	}
	raw, err := schema2.New(named[0], named[1:])
	if err != nil {
		panic(err)
	}
	after, m, err := s.PutManifest("team/app", "1.0", schema2.MediaType, raw)
	if err != nil {
		panic(err)
	}
	fmt.Println(m.Digest.Encoded()[:12], len(raw))
	tags, _ := after.Tags("team/app")
	fmt.Println(tags)
	_, err = s.Manifest("team/app", "1.0")
	fmt.Println("before that:", err)
	// Output:
	// 41afc59c0ceb 519
	// [1.0]
	// before that: manifest unknown: manifest unknown
}
