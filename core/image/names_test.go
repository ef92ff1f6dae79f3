package image_test

import (
	"archive/tar"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// member gives a file of an archive.
func member(t *testing.T, archive []byte, name string) string {
	t.Helper()
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if h.Name != name {
			continue
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

// The layers of a docker archive are tars, those of a base too: tools look at
// the first and take the others for the same.
func TestSavedLayersArePlain(t *testing.T) {
	below := twoLayers(t)
	back, err := image.ReadArchive(bytes.NewReader(written(t, func(w io.Writer) error { return below.WriteOCI(t.Context(), w, image.Options{}) })))
	if err != nil {
		t.Fatal(err)
	}
	for name, base := range map[string]*image.Image{"made here": below, "from an archive": back} {
		layers := append(slices.Clone(base.Layers), makeLayer(t, "/c", "c"))
		img, err := image.NewUpon(image.From{Config: &base.Config, Layers: 2}, base.Config, layers, epoch)
		if err != nil {
			t.Fatal(err)
		}
		saved := written(t, func(w io.Writer) error { return img.WriteDocker(t.Context(), w, "a:1", image.Options{}) })
		for _, d := range img.DiffIDs() {
			if digest.FromString(member(t, saved, "blobs/sha256/"+d.Encoded())) != d {
				t.Errorf("%s: the layer %s is no tar in the archive", name, d)
			}
		}
		list, err := image.ReadSources(t.Context(), vfs.Bytes(saved))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := list[0].Image(t.Context(), nil); err != nil || again.ID() != img.ID() {
			t.Errorf("%s: read back: %v", name, err)
		}
	}
}

// index.json must be what buildctl v0.34.2 writes for FROM scratch and COPY f /f
// (a file of "x\n" of the time 1690000000) at the epoch 1700000000, with
// --output type=oci and each name=, and without.
func TestNamesInIndex(t *testing.T) {
	const entry = `{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:3f00f1590529244b31d34a9e5a2b4cc0e7efb65291d38ebb981d1fe502e32110","size":560,"annotations":{NAMED"org.opencontainers.image.created":"2023-11-14T22:13:20Z"TAGGED},"platform":{"architecture":"amd64","os":"linux"}}`
	e := vfs.New(1700000000 * 1e9).Edit()
	if err := e.Place("/f", vfs.Meta{Kind: vfs.File, Mode: 0o644, MTime: 1690000000 * 1e9}, vfs.String("x\n")); err != nil {
		t.Fatal(err)
	}
	changes, err := layer.Diff(vfs.New(0), e.Tree())
	if err != nil {
		t.Fatal(err)
	}
	l, err := layer.New(t.Context(), layer.BuildKit{Epoch: 1700000000}.Entries(changes))
	if err != nil {
		t.Fatal(err)
	}
	c := config()
	c.Config.Env, c.Config.WorkingDir = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, "/"
	c.History = []ocispec.History{{Created: at(1700000000), CreatedBy: "COPY f /f # buildkit", Comment: "buildkit.dockerfile.v0"}}
	img, err := image.New(c, nil, []*layer.Layer{l}, 1700000000)
	if err != nil {
		t.Fatal(err)
	}
	digestOf := "docker.io/library/app@sha256:9054653b92cfe0925c41ce5b865a4baa012a3cdd7e7f3d6ce892cb581c387c81"
	for _, names := range [][][2]string{
		nil, {{"docker.io/library/app:latest", "latest"}}, {{"docker.io/library/app:1.2", "1.2"}},
		{{"reg.example:5000/a/b:x", "x"}, {"docker.io/library/app:2", "2"}}, {{digestOf, digestOf}},
	} {
		var full, want []string
		for _, n := range names {
			full = append(full, n[0])
			want = append(want, strings.NewReplacer("NAMED", `"io.containerd.image.name":"`+n[0]+`",`, "TAGGED", `,"org.opencontainers.image.ref.name":"`+n[1]+`"`).Replace(entry))
		}
		if names == nil {
			want = []string{strings.NewReplacer("NAMED", "", "TAGGED", "").Replace(entry)}
		}
		text := `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[` + strings.Join(want, ",") + `]}`
		o := image.Options{Names: full}
		oci := written(t, func(w io.Writer) error { return img.WriteOCI(t.Context(), w, o) })
		if got := member(t, oci, "index.json"); got != text {
			t.Errorf("%v:\n%s\nBuildKit writes\n%s", full, got, text)
		}
		list, err := image.ReadSources(t.Context(), vfs.Bytes(oci))
		if err != nil || len(list) != 1 || !slices.Equal(list[0].Names, full) {
			t.Errorf("%v: read back %+v, %v", full, list, err)
		}
		saved := written(t, func(w io.Writer) error { return img.WriteDocker(t.Context(), w, "app:1", o) })
		if names != nil && !strings.Contains(member(t, saved, "index.json"), `"io.containerd.image.name":"`+full[0]) {
			t.Errorf("the index of a docker archive does not name %s", full[0])
		}
	}
}
