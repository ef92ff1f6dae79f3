package image_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"
	"github.com/ulikunitz/xz"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Archives from elsewhere must be taken, all their images offered, or refused
// with a text that says what is wrong.
func TestArchivesFromElsewhere(t *testing.T) {
	for _, c := range []struct{ name, want, note, path, err string }{
		{name: "attestation-first-arm64", want: "docker.io/library/test:1 linux/arm64", path: "/etc/a"},
		{name: "sparse-index", want: "docker.io/library/test:1 linux/arm64", note: "linux/amd64 too", path: "/etc/a"},
		{name: "two-tags-only", want: "tag v1 linux/amd64, tag v2 linux/amd64", path: "/etc/a"},
		{name: "docker-symlink-sibling", want: "test:1 linux/amd64", path: "/q"},
		{name: "l-opq-twice-implicit", want: "docker.io/library/test:1 linux/amd64", path: "/etc/b/c"},
		{name: "digest-layer-nocolon", err: `layer 1 has the digest "abc", which is none`},
	} {
		f, err := os.Open("testdata/archives/" + c.name + ".tar.gz")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		list, err := image.ReadSources(t.Context(), vfs.Bytes(b))
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want %s", c.name, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		notes := ""
		for _, s := range list {
			img, err := s.Image(t.Context(), nil)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			name := strings.Join(s.Names, " ")
			if len(s.Tags) > 0 {
				name = "tag " + strings.Join(s.Tags, " ")
			}
			got = append(got, name+" linux/"+img.Platform().Architecture)
			for _, n := range s.Notes {
				notes += n.Text
			}
		}
		if strings.Join(got, ", ") != c.want || !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
			t.Errorf("%s: %q, %q; want %q, %q", c.name, got, notes, c.want, c.note)
		}
		img, err := list[0].Image(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := img.Tree()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if _, err := tree.Lstat(c.path); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// files are those of the layout of an image, as text.
func files(t *testing.T, img *image.Image) map[string]string {
	t.Helper()
	all, _, err := img.Layout(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, b := range all {
		out[name] = string(b)
	}
	return out
}

// tarOf packs files in the order of their names.
func tarOf(t *testing.T, prefix string, all map[string]string) []byte {
	var list []string
	for name, text := range all {
		list = append(list, prefix+name, text)
	}
	return pack(t, list...)
}

func blobName(d digest.Digest) string { return "blobs/" + strings.Replace(string(d), ":", "/", 1) }

// indexOf is an index.json, or an index in it, of descriptors.
func indexOf(manifests ...string) string {
	return `{"schemaVersion":2,"manifests":[` + strings.Join(manifests, ",") + `]}`
}

// An image must be found whatever form of archive it comes in.
func TestForms(t *testing.T) {
	img := twoLayers(t)
	m, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Config struct {
			Digest digest.Digest `json:"digest"`
		} `json:"config"`
		Layers []struct {
			Digest digest.Digest `json:"digest"`
		} `json:"layers"`
	}
	if err := json.Unmarshal(m.JSON, &doc); err != nil {
		t.Fatal(err)
	}
	oci := tarOf(t, "", files(t, img))
	dir := map[string]string{"version": "Directory Transport Version: 1.1\n", "manifest.json": string(m.JSON)}
	for name, text := range files(t, img) {
		if rest, ok := strings.CutPrefix(name, "blobs/sha256/"); ok && rest != m.Digest.Encoded() {
			dir[rest] = text
		}
	}
	data := files(t, img)
	config := data[blobName(doc.Config.Digest)]
	delete(data, blobName(doc.Config.Digest))
	var inside map[string]any
	if err := json.Unmarshal(m.JSON, &inside); err != nil {
		t.Fatal(err)
	}
	inside["config"].(map[string]any)["data"] = base64.StdEncoding.EncodeToString([]byte(config))
	changed, err := json.Marshal(inside)
	if err != nil {
		t.Fatal(err)
	}
	data[blobName(digest.FromBytes(changed))] = string(changed)
	data["index.json"] = indexOf(fmt.Sprintf(`{"digest":%q,"size":%d}`, digest.FromBytes(changed), len(changed)))
	sha512 := files(t, img)
	text := string(m.JSON)
	for name, content := range files(t, img) {
		if old := digest.Digest(strings.Replace(strings.TrimPrefix(name, "blobs/"), "/", ":", 1)); old.Validate() == nil {
			d := digest.SHA512.FromString(content)
			text = strings.ReplaceAll(text, string(old), string(d))
			sha512[blobName(d)] = content
		}
	}
	d := digest.SHA512.FromString(text)
	sha512[blobName(d)] = text
	sha512["index.json"] = indexOf(fmt.Sprintf(`{"digest":%q}`, d))
	nested := files(t, img)
	inner := indexOf(fmt.Sprintf(`{"digest":%q,"platform":{"os":"unknown","architecture":"unknown"}}`, digest.FromString("attestation")), fmt.Sprintf(`{"digest":%q}`, m.Digest))
	nested[blobName(digest.FromString(inner))] = inner
	nested["index.json"] = indexOf(fmt.Sprintf(`{"digest":%q}`, digest.FromString(inner)))
	compressed := func(write func(io.Writer) (io.WriteCloser, error), in []byte) []byte {
		var b bytes.Buffer
		w, err := write(&b)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(in)
		w.Close()
		return b.Bytes()
	}
	gz := compressed(func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }, oci)
	for name, archive := range map[string][]byte{
		"a folder that was packed": tarOf(t, "image/", files(t, img)), "with dots": tarOf(t, "./", files(t, img)), "skopeo's dir:": tarOf(t, "", dir),
		"the config in its descriptor": tarOf(t, "", data), "sha512": tarOf(t, "", sha512), "an index in the index": tarOf(t, "", nested),
		"gzip": gz, "gzip and zeros": append(bytes.Clone(gz), make([]byte, 5000)...),
		"xz":   compressed(func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }, oci),
		"zstd": compressed(func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, oci),
	} {
		back, err := image.ReadArchive(bytes.NewReader(archive))
		if err != nil || back.ID() != img.ID() {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if tree, err := back.Tree(); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if _, err := tree.Lstat("/b"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	folder := fstest.MapFS{}
	for name, text := range dir {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	if back, err := image.Read(folder); err != nil || back.ID() != img.ID() {
		t.Errorf("a folder of skopeo's dir: %v", err)
	}
}

// A docker archive may hold several images, and layers in bzip2.
func TestSavedForms(t *testing.T) {
	img := twoLayers(t)
	id := img.ID().Encoded()
	var raw []string
	for _, l := range img.Layers {
		var b bytes.Buffer
		if err := l.Raw(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		raw = append(raw, b.String())
	}
	one := fmt.Sprintf(`{"Config":"%s.json","RepoTags":["one:1"],"Layers":["0/layer.tar","1/link.tar"]}`, id)
	other := strings.Replace(one, "one:1", "other:2", 1)
	list, err := image.ReadSources(t.Context(), vfs.Bytes(pack(t, id+".json", string(img.ConfigJSON()), "0/layer.tar", raw[0], "1/layer.tar", raw[1],
		"1/link.tar", "->layer.tar", "manifest.json", "["+one+","+other+"]")))
	if err != nil || len(list) != 2 || list[0].Names[0] != "one:1" || list[1].Names[0] != "other:2" || list[1].ID() != img.ID() {
		t.Errorf("two images: %d, %v", len(list), err)
	}
	// A tar of one empty file, as bzip2 packs it.
	packed, err := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWfsAqmoAACZbgMiAQAB1AAAA4gAeAACIIABUUNNMjRpp6CSakaeoekaaVvoIsJT51wSXulARyxOBFNHdqiW9lnWQBmtJF3JFOFCQ+wCqag==")
	if err != nil {
		t.Fatal(err)
	}
	const config = `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:9054653b92cfe0925c41ce5b865a4baa012a3cdd7e7f3d6ce892cb581c387c81"]}}`
	list, err = image.ReadSources(t.Context(), vfs.Bytes(pack(t, "c.json", config, "l.tar", string(packed), "manifest.json", `[{"Config":"c.json","Layers":["l.tar"]}]`)))
	if err != nil {
		t.Fatal(err)
	}
	back, err := list[0].Image(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := back.Manifest(t.Context(), image.Options{}); err != nil || m.Layers[0].MediaType != layer.Uncompressed.MediaType() {
		t.Errorf("a layer in bzip2 becomes %+v, %v", m, err)
	}
}

// What cannot be taken must be told, with what it is and what to do.
func TestRefusals(t *testing.T) {
	img := twoLayers(t)
	m, err := img.Manifest(t.Context(), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := func(manifest string, change ...string) string {
		f := files(t, img)
		f["index.json"] = indexOf(fmt.Sprintf(`{"digest":%q,"size":%d}`, digest.FromString(manifest), len(manifest)))
		f[blobName(digest.FromString(manifest))] = manifest
		for i := 0; i < len(change); i += 2 {
			f[change[i]] = change[i+1]
		}
		return string(tarOf(t, "", f))
	}
	text := string(m.JSON)
	layerDigest := m.Layers[0].Digest
	for _, c := range []struct{ name, archive, want string }{
		{"a manifest and index at once", all(strings.Replace(text, "{", `{"manifests":[],`, 1)), "a manifest and an index at once"},
		{"schema 1", all(`{"schemaVersion":1,"fsLayers":[]}`), "schema 1"},
		{"an artifact", all(strings.Replace(text, "application/vnd.oci.image.config.v1+json", "application/vnd.cncf.helm.config.v1+json", 1)), "artifact of the type application/vnd.cncf.helm"},
		{"no digest for a layer", all(strings.Replace(text, string(layerDigest), "", 1)), `layer 1 has the digest ""`},
		{"an unknown algorithm", all(strings.Replace(text, "sha256:"+layerDigest.Encoded(), "md5:"+layerDigest.Encoded()[:32], 1)), "layer 1 has the digest"},
		{"no digest for the config", all(strings.Replace(text, string(img.ID()), "abc", 1)), `the config has the digest "abc"`},
		{"a digest that leads elsewhere", all(strings.Replace(text, string(layerDigest), "sha256:../../../../etc/passwd", 1)), "layer 1 has the digest"},
		{"a wrong size of a layer", all(strings.Replace(text, fmt.Sprintf(`"size": %d`, m.Layers[0].Size), `"size": 7`, 1)), "where 7 are named"},
		{"a wrong size of the manifest", all(text, "index.json", indexOf(fmt.Sprintf(`{"digest":%q,"size":9}`, m.Digest))), "where 9 are named"},
		{"a layer that is not there", all(text, blobName(layerDigest), "->none"), "layer 1"},
		{"attestations alone", all(text, "index.json", indexOf(fmt.Sprintf(`{"digest":%q,"platform":{"os":"unknown","architecture":"unknown"}}`, m.Digest))), "attestations only"},
		{"the files of a container", string(pack(t, "bin/sh", "", "etc/passwd", "")), "docker import"},
		{"one layer", string(pack(t, "etc/.wh.x", "", "etc/y", "")), "this is one layer"},
		{"a build context", string(pack(t, "Dockerfile", "FROM scratch", "a", "")), "a build context"},
		{"docker of very old", string(pack(t, "repositories", "{}", "abc/json", "{}")), "before 1.10"},
		{"ZIP", "PK\x03\x04" + strings.Repeat("x", 1000), "a ZIP archive"},
		{"a program", "\x7fELF" + strings.Repeat("\x00", 1000), "a program"},
		{"JSON", `{"schemaVersion":2,"layers":[]}`, "a JSON document"},
		{"a CD", strings.Repeat("\x00", 32769) + "CD001" + strings.Repeat("\x00", 3000), "a CD image"},
		{"gzip twice", "\x1f\x8b" + strings.Repeat("x", 1000), "a compressed file within"},
		{"an archive in the archive", string(pack(t, "saved/image.tar.gz", "x")), "holds another one, saved/image.tar.gz"},
		{"two folders", string(pack(t, "a/index.json", "{}", "b/index.json", "{}")), "several folders"},
	} {
		_, err := image.ReadSources(t.Context(), vfs.String(c.archive))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", c.name, err, c.want)
		}
	}
}

// reads counts what is read of a tar.
type reads struct {
	io.ReaderAt
	n int64
}

func (r *reads) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(p, off)
	r.n += int64(n)
	return n, err
}

// A blob that is named 200 times is unpacked once.
func TestBlobNamedOften(t *testing.T) {
	e := vfs.New(epoch * 1e9).Edit()
	if err := e.WriteFile("/f", vfs.Random(1<<20, 1), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	changes, err := layer.Diff(vfs.New(0), e.Tree())
	if err != nil {
		t.Fatal(err)
	}
	l, err := layer.New(t.Context(), layer.BuildKit{}.Entries(changes))
	if err != nil {
		t.Fatal(err)
	}
	var list []*layer.Layer
	for range 200 {
		list = append(list, l)
	}
	img, err := image.New(config(), nil, list, epoch)
	if err != nil {
		t.Fatal(err)
	}
	b := written(t, func(w io.Writer) error { return img.WriteOCI(t.Context(), w, image.Options{}) })
	r := &reads{ReaderAt: bytes.NewReader(b)}
	sources, err := image.ReadSources(t.Context(), vfs.Section(r, 0, int64(len(b))))
	if err != nil {
		t.Fatal(err)
	}
	back, err := sources[0].Image(t.Context(), nil)
	if err != nil || len(back.Layers) != 200 {
		t.Fatalf("%v", err)
	}
	if r.n > 2*int64(len(b)) {
		t.Errorf("%d bytes were read of %d", r.n, len(b))
	}
	if _, err := back.Tree(); err != nil {
		t.Error(err)
	}
}
