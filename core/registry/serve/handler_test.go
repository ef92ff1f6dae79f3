package serve_test

import (
	"archive/tar"
	"bytes"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"layerlab.dev/core/registry"
	"layerlab.dev/core/registry/serve"
)

// start serves an empty registry and returns its address.
func start(t *testing.T) (string, func() registry.State) {
	get, set := serve.Keep(registry.New(1_600_000_000e9))
	s := httptest.NewServer(serve.Handler(get, set))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), get
}

func layerOf(t *testing.T, content string) v1.Layer {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "f", Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func imageOf(t *testing.T, contents ...string) v1.Image {
	t.Helper()
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range contents {
		img, err = mutate.Append(img, mutate.Addendum{Layer: layerOf(t, c), History: v1.History{CreatedBy: c, Created: v1.Time{Time: time.Unix(1, 0)}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return img
}

func tag(t *testing.T, s string) name.Tag {
	t.Helper()
	n, err := name.NewTag(s, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestContainerRegistry pushes and pulls with Google's library: images, an
// index, mounts, lists, deletions.
func TestContainerRegistry(t *testing.T) {
	host, _ := start(t)
	img := imageOf(t, "first", strings.Repeat("second", 5000))
	first := tag(t, host+"/team/app:1.0")
	if err := remote.Write(first, img); err != nil {
		t.Fatal(err)
	}
	back, err := remote.Image(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(back); err != nil {
		t.Error(err)
	}
	want, _ := img.Digest()
	if got, err := back.Digest(); err != nil || got != want {
		t.Errorf("pulled %s, pushed %s, %v", got, want, err)
	}
	// What was pulled is pushed next door: its layers are mounted.
	second := tag(t, host+"/other:2.0")
	if err := remote.Write(second, back); err != nil {
		t.Fatal(err)
	}
	index := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}})
	third := tag(t, host+"/team/app:all")
	if err := remote.WriteIndex(third, index); err != nil {
		t.Fatal(err)
	}
	idx, err := remote.Index(third)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(idx); err != nil {
		t.Error(err)
	}
	tags, err := remote.List(first.Context())
	if err != nil || strings.Join(tags, " ") != "1.0 all" {
		t.Errorf("tags %v, %v", tags, err)
	}
	reg, _ := name.NewRegistry(host, name.Insecure)
	repos, err := remote.Catalog(t.Context(), reg)
	if err != nil || strings.Join(repos, " ") != "other team/app" {
		t.Errorf("catalog %v, %v", repos, err)
	}
	if err := remote.Delete(second.Context().Digest(want.String())); err != nil {
		t.Fatal(err)
	}
	if _, err := remote.Head(second); err == nil {
		t.Error("deleted, and still there")
	}
	if _, err := remote.Head(first); err != nil {
		t.Errorf("deleted next door: %v", err)
	}
}

// TestManyAtOnce pushes from several clients at the same time.
func TestManyAtOnce(t *testing.T) {
	host, get := start(t)
	var wg sync.WaitGroup
	for _, repo := range []string{"a", "b", "c", "d"} {
		img, to := imageOf(t, "shared", repo), tag(t, host+"/"+repo)
		wg.Go(func() {
			if err := remote.Write(to, img); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := get().Repositories(); len(got) != 4 {
		t.Errorf("repositories %v", got)
	}
	// A config and a manifest each, four layers and one that all share.
	if got := len(get().Blobs()); got != 4*3+1 {
		t.Errorf("%d blobs", got)
	}
}

// TestSkopeo copies an image there and back with the real skopeo.
func TestSkopeo(t *testing.T) {
	program, err := exec.LookPath("skopeo")
	if err != nil {
		t.Skip("skopeo is not installed: TestContainerRegistry pushes and pulls with another client")
	}
	host, _ := start(t)
	if err := remote.Write(tag(t, host+"/app:1"), imageOf(t, "one", "two")); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	skopeo := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(program, append([]string{"--insecure-policy"}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_RUNTIME_DIR="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("skopeo %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	layout := "oci:" + filepath.Join(dir, "layout") + ":x"
	skopeo("copy", "--src-tls-verify=false", "docker://"+host+"/app:1", layout)
	skopeo("copy", "--dest-tls-verify=false", layout, "docker://"+host+"/copied/oci:2")
	skopeo("copy", "--dest-tls-verify=false", "--format", "v2s2", layout, "docker://"+host+"/copied/docker:3")
	skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", "docker://"+host+"/app:1", "docker://"+host+"/again:4")
	if out := skopeo("inspect", "--tls-verify=false", "docker://"+host+"/copied/oci:2"); !strings.Contains(out, `"Layers"`) {
		t.Errorf("inspect: %s", out)
	}
	if out := skopeo("list-tags", "--tls-verify=false", "docker://"+host+"/copied/docker"); !strings.Contains(out, `"3"`) {
		t.Errorf("list-tags: %s", out)
	}
	for _, s := range []string{"/copied/oci:2", "/copied/docker:3", "/again:4"} {
		img, err := remote.Image(tag(t, host+s))
		if err != nil {
			t.Fatal(err)
		}
		if err := validate.Image(img); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	skopeo("delete", "--tls-verify=false", "docker://"+host+"/again:4")
	if _, err := remote.Head(tag(t, host+"/again:4")); err == nil {
		t.Error("deleted, and still there")
	}
}
