//go:build !js

package conformance_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/opencontainers/image-spec/schema"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
)

// peerDockerfile uses what readers trip over: whiteouts, hard links, odd
// modes, long and non-ASCII names, an empty layer, several layers of a base.
const peerDockerfile = `FROM node
WORKDIR /srv
COPY files .
COPY --chmod=4755 files/日本語.txt /usr/local/bin/tool
RUN rm -rf /home/node && ln /srv/a /srv/b && chmod 600 /srv/a
RUN true
CMD ["node"]
`

func peerImage(t *testing.T) *image.Image {
	t.Helper()
	e := vfs.New(0).Edit()
	for p, text := range map[string]string{"files/a": "a\n", "files/日本語.txt": "x\n", "files/" + strings.Repeat("long/", 40) + "f": "deep\n"} {
		if _, err := e.MkdirAll(filepath.Dir("/"+p), 0o755, 0, 0); err != nil {
			t.Fatal(err)
		}
		if err := e.WriteFile(p, vfs.String(text), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	res, err := build.Build(t.Context(), []byte(peerDockerfile), e.Tree(), build.Options{Epoch: 1641686400,
		Image: func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }})
	if err != nil {
		t.Fatal(err)
	}
	return res.Image
}

func export(t *testing.T, img *image.Image, c layer.Compression) (archive string, folder string) {
	t.Helper()
	var buf bytes.Buffer
	if err := img.WriteOCI(t.Context(), &buf, image.Options{Compression: c}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	archive, folder = filepath.Join(dir, "image.tar"), filepath.Join(dir, "layout")
	if err := os.WriteFile(archive, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(&buf); ; {
		h, err := r.Next()
		if err == io.EOF {
			return archive, folder
		}
		if err != nil {
			t.Fatal(err)
		}
		p := filepath.Join(folder, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(p, 0o755)
		} else {
			var b []byte
			if b, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(p, b, 0o644)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestValidate has go-containerregistry read the archive and recompute every
// digest, and the image-spec's own schemas check the documents.
func TestValidate(t *testing.T) {
	img := peerImage(t)
	for _, c := range []layer.Compression{layer.Gzip, layer.Zstd, layer.Uncompressed} {
		t.Run(string(c), func(t *testing.T) {
			_, folder := export(t, img, c)
			index, err := layout.ImageIndexFromPath(folder)
			if err != nil {
				t.Fatal(err)
			}
			list, err := index.IndexManifest()
			if err != nil || len(list.Manifests) != 1 {
				t.Fatal(list, err)
			}
			theirs, err := index.Image(list.Manifests[0].Digest)
			if err != nil {
				t.Fatal(err)
			}
			if c == layer.Gzip { // validate reads every layer as gzip
				if err := validate.Image(theirs); err != nil {
					t.Error(err)
				}
			}
			compareIdentity(t, img, theirs)
			checkSchemas(t, folder, theirs)
		})
	}
}

func compareIdentity(t *testing.T, img *image.Image, theirs v1.Image) {
	t.Helper()
	id, err := theirs.ConfigName()
	if err != nil || id.String() != img.ID().String() {
		t.Errorf("they read image ID %v (%v), ours is %s", id, err, img.ID())
	}
	layers, err := theirs.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range layers {
		d, err := l.DiffID()
		if err != nil || d.String() != img.DiffIDs()[i].String() {
			t.Errorf("layer %d: they read DiffID %v (%v), ours is %s", i, d, err, img.DiffIDs()[i])
		}
	}
}

func checkSchemas(t *testing.T, folder string, theirs v1.Image) {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := theirs.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	config, err := theirs.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range []struct {
		kind schema.Validator
		text []byte
	}{{schema.ValidatorMediaTypeImageIndex, index}, {schema.ValidatorMediaTypeManifest, manifest}, {schema.ValidatorMediaTypeImageConfig, config}} {
		if err := doc.kind.Validate(bytes.NewReader(doc.text)); err != nil {
			t.Errorf("%s: %v\n%s", doc.kind, err, doc.text)
		}
	}
}

// TestReadBack reads our own archive and gets the same image.
func TestReadBack(t *testing.T) {
	img := peerImage(t)
	archive, _ := export(t, img, layer.Gzip)
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	back, err := image.ReadArchive(f)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Manifest(t.Context(), image.Options{})
	if err != nil || back.ID() != img.ID() || again.Digest != ours.Digest {
		t.Errorf("read back: image ID %s, manifest %s (%v); wrote %s, %s", back.ID(), again.Digest, err, img.ID(), ours.Digest)
	}
}

// TestSkopeo has skopeo read the archive and copy it, which checks every blob.
func TestSkopeo(t *testing.T) {
	skopeo := tool(t, "skopeo")
	img := peerImage(t)
	archive, _ := export(t, img, layer.Gzip)
	out := command(t, skopeo, "inspect", "--raw", "--config", "oci-archive:"+archive)
	if !bytes.Equal(bytes.TrimSpace(out), img.ConfigJSON()) {
		t.Errorf("skopeo reads the config\n%s\nours is\n%s", out, img.ConfigJSON())
	}
	copied := filepath.Join(t.TempDir(), "copy")
	command(t, skopeo, "--insecure-policy", "copy", "oci-archive:"+archive, "oci:"+copied+":tag")
	m, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var index struct{ Manifests []struct{ Digest string } }
	text, err := os.ReadFile(filepath.Join(copied, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &index); err != nil || len(index.Manifests) != 1 || index.Manifests[0].Digest != m.Digest.String() {
		t.Errorf("the copy's index is %s (%v); want the manifest %s", text, err, m.Digest)
	}
}

// TestNamedArchive has skopeo and umoci find the image by the name it was
// written with.
func TestNamedArchive(t *testing.T) {
	img := peerImage(t)
	o := image.Options{Names: []string{"docker.io/lab/five:1.2"}}
	dir := t.TempDir()
	archive := filepath.Join(dir, "named.tar")
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	if err := img.WriteOCI(t.Context(), f, o); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	layout := filepath.Join(dir, "layout")
	if err := os.Mkdir(layout, 0o755); err != nil {
		t.Fatal(err)
	}
	command(t, tool(t, "tar"), "-xf", archive, "-C", layout)
	out := command(t, tool(t, "skopeo"), "inspect", "--raw", "--config", "oci-archive:"+archive+":1.2")
	if !bytes.Equal(bytes.TrimSpace(out), img.ConfigJSON()) {
		t.Errorf("skopeo reads the config\n%s", out)
	}
	if out := command(t, tool(t, "umoci"), "ls", "--layout", layout); string(bytes.TrimSpace(out)) != "1.2" {
		t.Errorf("umoci lists %q", out)
	}
	saved := filepath.Join(dir, "saved.tar")
	var b bytes.Buffer
	if err := img.WriteDocker(t.Context(), &b, "lab/five:1.2", o); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(saved, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{"docker-archive:" + saved + ":lab/five:1.2", "oci-archive:" + saved + ":1.2"} {
		out := command(t, tool(t, "skopeo"), "inspect", "--raw", "--config", from)
		if !bytes.Equal(bytes.TrimSpace(out), img.ConfigJSON()) {
			t.Errorf("skopeo reads %s as\n%s", from, out)
		}
	}
}

// TestDockerArchive has skopeo and ourselves read the docker save form, and the
// layout with Docker's media types.
func TestDockerArchive(t *testing.T) {
	img := peerImage(t)
	var saved bytes.Buffer
	if err := img.WriteDocker(t.Context(), &saved, "lab/five:1", image.Options{}); err != nil {
		t.Fatal(err)
	}
	if back, err := image.ReadArchive(bytes.NewReader(saved.Bytes())); err != nil || back.ID() != img.ID() {
		t.Errorf("read back: %v", err)
	}
	skopeo := tool(t, "skopeo")
	dir := t.TempDir()
	archive := filepath.Join(dir, "saved.tar")
	if err := os.WriteFile(archive, saved.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	out := command(t, skopeo, "inspect", "--raw", "--config", "docker-archive:"+archive+":lab/five:1")
	if !bytes.Equal(bytes.TrimSpace(out), img.ConfigJSON()) {
		t.Errorf("skopeo reads the config\n%s", out)
	}
	var layout bytes.Buffer
	if err := img.WriteOCI(t.Context(), &layout, image.Options{DockerTypes: true}); err != nil {
		t.Fatal(err)
	}
	archive = filepath.Join(dir, "layout.tar")
	if err := os.WriteFile(archive, layout.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	manifest := command(t, skopeo, "inspect", "--raw", "oci-archive:"+archive)
	if !bytes.Contains(manifest, []byte("vnd.docker.distribution.manifest.v2+json")) || bytes.Contains(manifest, []byte("annotations")) {
		t.Errorf("manifest with Docker's media types:\n%s", manifest)
	}
}

// TestUmoci unpacks the image with umoci and compares the files with the tree.
func TestUmoci(t *testing.T) {
	umoci, skopeo := tool(t, "umoci"), tool(t, "skopeo")
	img := peerImage(t)
	archive, _ := export(t, img, layer.Gzip)
	dir := t.TempDir()
	command(t, skopeo, "--insecure-policy", "copy", "oci-archive:"+archive, "oci:"+filepath.Join(dir, "oci")+":tag")
	command(t, umoci, "unpack", "--rootless", "--image", filepath.Join(dir, "oci")+":tag", filepath.Join(dir, "bundle"))
	tree, err := img.Tree()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "bundle", "rootfs")
	found := map[string]bool{}
	err = filepath.WalkDir(root, func(p string, _ os.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, p)
		found[filepath.Join("/", rel)] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for p, n := range tree.Walk("/") {
		if !found[p] {
			t.Errorf("umoci did not unpack %s", p)
		}
		delete(found, p)
		if n.Kind != vfs.File {
			continue
		}
		theirs, err := os.ReadFile(filepath.Join(root, p))
		ours, _ := n.Blob().Bytes()
		if err != nil || !bytes.Equal(theirs, ours) {
			t.Errorf("%s: umoci unpacked %q (%v), ours is %q", p, theirs, err, ours)
		}
	}
	for p := range found {
		t.Errorf("umoci unpacked %s, which the tree does not have", p)
	}
}

func tool(t *testing.T, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: install the Debian package %s", name, name)
	}
	return p
}

func command(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errs.Bytes())
	}
	return out.Bytes()
}
