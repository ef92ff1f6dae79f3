package image_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// twoLayers is an image to be put into archives.
func twoLayers(t testing.TB) *image.Image {
	t.Helper()
	img, err := image.New(config(), nil, []*layer.Layer{makeLayer(t, "/a", "a"), makeLayer(t, "/b", "b")}, epoch)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// pack writes a tar of name, content, name, content…; a content that begins
// with -> is a symbolic link.
func pack(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		h := &tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1])), Typeflag: tar.TypeReg}
		if target, ok := strings.CutPrefix(files[i+1], "->"); ok {
			h.Typeflag, h.Linkname, h.Size, files[i+1] = tar.TypeSymlink, target, 0, ""
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oldSave is what `docker save` of old wrote: layers by the ID of an image
// each, equal ones as a link.
func oldSave(t testing.TB, img *image.Image) []byte {
	t.Helper()
	var raw []string
	for _, l := range img.Layers {
		var b bytes.Buffer
		if err := l.Raw(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		raw = append(raw, b.String())
	}
	id := img.ID().Encoded()
	return pack(t, id+".json", string(img.ConfigJSON()), "one/layer.tar", raw[0], "two/layer.tar", "->../three/layer.tar",
		"three/layer.tar", raw[1], "manifest.json",
		fmt.Sprintf(`[{"Config":"%s.json","RepoTags":["old:1","old:latest"],"Layers":["one/layer.tar","two/layer.tar"]}]`, id))
}

func written(t testing.TB, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadSources(t *testing.T) {
	img := twoLayers(t)
	oci := func(c layer.Compression) []byte {
		return written(t, func(w io.Writer) error { return img.WriteOCI(t.Context(), w, image.Options{Compression: c}) })
	}
	docker := written(t, func(w io.Writer) error { return img.WriteDocker(t.Context(), w, "made/here:2", image.Options{}) })
	for _, test := range []struct {
		name     string
		archive  []byte
		names    []string
		manifest bool
	}{
		{"OCI", oci(layer.Gzip), nil, true},
		{"OCI, zstd", oci(layer.Zstd), nil, true},
		{"OCI, uncompressed", oci(layer.Uncompressed), nil, true},
		{"docker", docker, []string{"made/here:2"}, true},
		{"docker of old", oldSave(t, img), []string{"old:1", "old:latest"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			list, err := image.ReadSources(t.Context(), vfs.Bytes(test.archive))
			if err != nil || len(list) != 1 {
				t.Fatalf("%d images, %v", len(list), err)
			}
			s := list[0]
			if s.ID() != img.ID() || !slices.Equal(s.Names, test.names) || (s.Manifest != nil) != test.manifest || len(s.Layers) != 2 {
				t.Errorf("read %s %q, %d layers, manifest %q", s.ID(), s.Names, len(s.Layers), s.Manifest)
			}
			unpacked := 0
			back, err := s.Image(t.Context(), func(ctx context.Context, b layer.Blob) (*vfs.Blob, error) {
				unpacked++
				return layer.Unpack(ctx, b.Content)
			})
			if err != nil || unpacked != 2 {
				t.Fatalf("%d layers unpacked, %v", unpacked, err)
			}
			if !slices.Equal(back.DiffIDs(), img.DiffIDs()) {
				t.Errorf("DiffIDs %v, want %v", back.DiffIDs(), img.DiffIDs())
			}
			// The base's bytes are reused: its manifest stays what it was.
			if m, err := back.Manifest(t.Context(), image.Options{}); err != nil || test.manifest && !bytes.Equal(m.JSON, s.Manifest) {
				t.Errorf("the manifest became %s, %v", m.JSON, err)
			}
			var raw bytes.Buffer
			if err := back.Layers[1].Raw(t.Context(), &raw); err != nil || digest.FromBytes(raw.Bytes()) != img.DiffIDs()[1] {
				t.Errorf("the raw layer has digest %s, %v", digest.FromBytes(raw.Bytes()), err)
			}
		})
	}
}

// An index may name several images, and several platforms of one.
func TestReadSourcesOfSeveral(t *testing.T) {
	var files, manifests []string
	describe := func(name, platform string, config image.Config) digest.Digest {
		img, err := image.New(config, nil, nil, epoch)
		if err != nil {
			t.Fatal(err)
		}
		m, err := img.Manifest(t.Context(), image.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for d, text := range map[digest.Digest][]byte{m.Digest: m.JSON, img.ID(): img.ConfigJSON()} {
			files = append(files, "blobs/sha256/"+d.Encoded(), string(text))
		}
		os, arch, _ := strings.Cut(platform, "/")
		manifests = append(manifests, fmt.Sprintf(`{"digest":%q,"annotations":{%s},"platform":{"os":%q,"architecture":%q}}`, m.Digest, name, os, arch))
		return img.ID()
	}
	of := func(arch string) image.Config { c := config(); c.Architecture = arch; return c }
	describe("", "linux/arm64", of("arm64"))
	amd := describe("", "linux/amd64", of("amd64"))
	named := describe(`"org.opencontainers.image.ref.name":"tag","io.containerd.image.name":"docker.io/library/named:tag"`, "linux/s390x", of("s390x"))
	files = append(files, "index.json", `{"manifests":[`+strings.Join(manifests, ",")+`]}`)
	list, err := image.ReadSources(t.Context(), vfs.Bytes(pack(t, files...)))
	if err != nil || len(list) != 2 {
		t.Fatalf("%d images, %v", len(list), err)
	}
	if list[0].ID() != amd || list[0].Names != nil {
		t.Errorf("the first is %s %q, want that for amd64", list[0].ID(), list[0].Names)
	}
	if list[1].ID() != named || !slices.Equal(list[1].Names, []string{"docker.io/library/named:tag"}) {
		t.Errorf("the second is %s %q", list[1].ID(), list[1].Names)
	}
}

func TestReadSourcesErrors(t *testing.T) {
	img := twoLayers(t)
	oci := written(t, func(w io.Writer) error { return img.WriteOCI(t.Context(), w, image.Options{}) })
	config := string(img.ConfigJSON())
	id := digest.FromString(config).Encoded()
	saved := func(layers string) string {
		return fmt.Sprintf(`[{"Config":"%s.json","Layers":[%s]}]`, id, layers)
	}
	for _, test := range []struct{ name, archive, want string }{
		{"nothing", "", "an empty file"},
		{"text", strings.Repeat("FROM alpine\n", 100), "this is a text"},
		{"cut off", string(oci[:len(oci)/2]), "cut off"},
		{"another tar", string(pack(t, "a", "b")), "neither index.json"},
		{"an index of nothing", string(pack(t, "index.json", `{}`)), "names no image"},
		{"an index that is no JSON", string(pack(t, "index.json", `<`)), "index.json: "},
		{"a manifest that is gone", string(pack(t, "index.json", `{"manifests":[{"digest":"sha256:`+id+`"}]}`)), "manifest: "},
		{"a digest out of the archive", string(pack(t, "index.json", `{"manifests":[{"digest":"../../etc"}]}`)), "digest"},
		{"a changed config", string(pack(t, id+".json", config+" ", "manifest.json", saved(`"a"`))), "other bytes"},
		{"fewer layers than the config names", string(pack(t, id+".json", config, "a", "", "manifest.json", saved(`"a"`))), "names 2 layers, the manifest 1"},
		{"a link to itself", string(pack(t, id+".json", config, "a", "->a", "manifest.json", saved(`"a","a"`))), "layer 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := image.ReadSources(t.Context(), vfs.String(test.archive)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	d := digest.FromString("bytes")
	if b, err := io.ReadAll(image.Verify(d, strings.NewReader("bytes"))); err != nil || string(b) != "bytes" {
		t.Errorf("%q, %v", b, err)
	}
	var wrong *image.DigestError
	if _, err := io.ReadAll(image.Verify(d, strings.NewReader("bytez"))); !errors.As(err, &wrong) || wrong.Digest != d || wrong.Size != 5 {
		t.Errorf("other bytes gave %v", err)
	}
	for _, none := range []digest.Digest{"", "abc", "sha256:abc", "md5:900150983cd24fb0d6963f7d28e17f72"} {
		if _, err := io.ReadAll(image.Verify(none, strings.NewReader("bytes"))); err == nil || !strings.Contains(err.Error(), "digest") {
			t.Errorf("the digest %q gave %v", none, err)
		}
	}
}

func FuzzReadSources(f *testing.F) {
	img := twoLayers(f)
	f.Add(written(f, func(w io.Writer) error { return img.WriteOCI(f.Context(), w, image.Options{}) }))
	f.Add(written(f, func(w io.Writer) error { return img.WriteDocker(f.Context(), w, "a:b", image.Options{}) }))
	f.Add(oldSave(f, img))
	f.Add([]byte("FROM alpine"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := image.ReadSources(t.Context(), vfs.Bytes(b))
		if err != nil {
			return
		}
		for _, s := range list {
			if !json.Valid(s.Config) {
				t.Errorf("a config that is no JSON: %q", s.Config)
			}
			_, _ = s.Image(t.Context(), nil) // may fail, must not panic
		}
	})
}
