package image_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

const epoch = 1700000000

func makeLayer(t testing.TB, name, text string) *layer.Layer {
	t.Helper()
	e := vfs.New(0).Edit()
	if err := e.WriteFile(name, vfs.String(text), 0o644, 0, 0); err != nil {
		t.Fatal(err)
	}
	changes, err := layer.Diff(vfs.New(0), e.Tree())
	if err != nil {
		t.Fatal(err)
	}
	l, err := layer.New(t.Context(), layer.BuildKit{Epoch: epoch}.Entries(changes))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func config(history ...ocispec.History) image.Config {
	c := image.Config{}
	c.OS, c.Architecture = "linux", "amd64"
	c.History = history
	return c
}

func at(seconds int64) *time.Time { t := time.Unix(seconds, 0).UTC(); return &t }

// TestHistory holds what New makes of a history: clamped, completed where a
// base came without times or entries.
func TestHistory(t *testing.T) {
	one := makeLayer(t, "/a", "a")
	for _, c := range []struct {
		name    string
		base    []ocispec.History
		history []ocispec.History
		layers  int
		want    string
	}{
		{"none", nil, nil, 0, "created null []"},
		{"new entries", nil, []ocispec.History{{Created: at(epoch), CreatedBy: "COPY"}}, 1, "created 1700000000 [COPY 1700000000]"},
		{"the base's times stay, even later ones", []ocispec.History{{Created: at(epoch + 9), CreatedBy: "base"}},
			[]ocispec.History{{Created: at(epoch + 9), CreatedBy: "base"}, {Created: at(epoch), CreatedBy: "CMD", EmptyLayer: true}}, 1,
			"created 1700000000 [base 1700000009 CMD 1700000000 empty]"},
		{"after the first difference times are clamped", []ocispec.History{{Created: at(1), CreatedBy: "base"}},
			[]ocispec.History{{Created: at(epoch + 9), CreatedBy: "other"}}, 1, "created 1700000000 [other 1700000000]"},
		{"a base without times", []ocispec.History{{CreatedBy: "base"}}, []ocispec.History{{CreatedBy: "base"}}, 1, "created 1700000000 [base 1700000000]"},
		{"a base without history", nil, nil, 1, "created 1700000000 [created by buildkit 1700000000]"},
		{"more history than layers", nil, []ocispec.History{{Created: at(1), CreatedBy: "a"}, {Created: at(2), CreatedBy: "b"}}, 1,
			"created 2 [a 1 b 2 empty]"},
	} {
		base := config(c.base...)
		layers := []*layer.Layer{one}[:c.layers]
		img, err := image.New(config(c.history...), &base, layers, epoch)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, h := range img.Config.History {
			w := fmt.Sprint(h.CreatedBy, " ", h.Created.Unix())
			if h.EmptyLayer {
				w += " empty"
			}
			words = append(words, w)
		}
		created := "null"
		if img.Config.Created != nil {
			created = fmt.Sprint(img.Config.Created.Unix())
		}
		if got := fmt.Sprintf("created %s [%s]", created, strings.Join(words, " ")); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestConfigJSON(t *testing.T) {
	c := config()
	c.Config.Env = []string{"A=<b> & c"}
	img, err := image.New(c, nil, nil, epoch)
	if err != nil {
		t.Fatal(err)
	}
	// Sorted keys, HTML escaped, null where there is nothing: BuildKit's form.
	const want = `{"architecture":"amd64","config":{"Env":["A=\u003cb\u003e \u0026 c"]},"created":null,"history":null,"os":"linux","rootfs":{"type":"layers","diff_ids":null}}`
	if got := string(img.ConfigJSON()); got != want {
		t.Errorf("config\n%s\nwant\n%s", got, want)
	}
}

func TestRead(t *testing.T) {
	layers := []*layer.Layer{makeLayer(t, "/a", "a"), makeLayer(t, "/b", "b")}
	h := ocispec.History{Created: at(epoch), CreatedBy: "COPY"}
	img, err := image.New(config(h, h), nil, layers, epoch)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []layer.Compression{layer.Gzip, layer.Zstd, layer.Uncompressed} {
		var buf bytes.Buffer
		if err := img.WriteOCI(t.Context(), &buf, image.Options{Compression: c}); err != nil {
			t.Fatal(err)
		}
		back, err := image.ReadArchive(bytes.NewReader(buf.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		if back.ID() != img.ID() {
			t.Errorf("%s: image ID %s, want %s", c, back.ID(), img.ID())
		}
		tree, err := back.Tree()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := tree.Stat("/b"); err != nil || n.Size() != 1 {
			t.Errorf("%s: /b: %v", c, err)
		}
		damaged := bytes.Replace(buf.Bytes(), []byte("layers"), []byte("Layers"), 1)
		if _, err := image.ReadArchive(bytes.NewReader(damaged)); err == nil || !strings.Contains(err.Error(), "other bytes") {
			t.Errorf("%s: a damaged archive gave %v", c, err)
		}
	}
	if _, err := image.ReadArchive(strings.NewReader("")); err == nil {
		t.Error("an empty archive was read")
	}
}

func TestFacts(t *testing.T) {
	const facts = `{"name":"x","manifest_json":"{\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:1111111111111111111111111111111111111111111111111111111111111111\",\"size\":9}]}",
"config_json":"{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:2222222222222222222222222222222222222222222222222222222222222222\"]}}",
"layers":[{"diff_id":"sha256:2222222222222222222222222222222222222222222222222222222222222222","uncompressed_size":1024,"entries":[
{"name":"etc/","type":"dir","mode":"755"},{"name":"etc/motd","type":"file","mode":"644","size":3,"text":"hi\n"},
{"name":"big","type":"file","mode":"755","size":5000,"sha256":"3333333333333333333333333333333333333333333333333333333333333333"}]}]}`
	img, err := image.ReadFacts(strings.NewReader(facts), nil)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := img.Tree()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := tree.Stat("/big"); err != nil || n.Size() != 5000 || !n.Blob().Absent() {
		t.Errorf("/big: %v, %v", n, err)
	}
	var absent *vfs.AbsentError
	if err := img.WriteOCI(t.Context(), &bytes.Buffer{}, image.Options{}); !errors.As(err, &absent) {
		t.Errorf("exporting layers that are not here gave %v", err)
	}
	for from, to := range map[string]string{`"type":"dir"`: `"type":"door"`, `"mode":"644"`: `"mode":"9"`, `"size":3`: `"size":4`, `"uncompressed_size"`: `"diff_id":"sha256:4","x"`} {
		if _, err := image.ReadFacts(strings.NewReader(strings.Replace(facts, from, to, 1)), nil); err == nil {
			t.Errorf("facts with %s were read", to)
		}
	}
}

func Example() {
	c := image.Config{}
	c.OS, c.Architecture = "linux", "amd64"
	c.Config.Cmd = []string{"sh"}
	img, err := image.New(c, nil, nil, 0)
	if err != nil {
		panic(err)
	}
	m, err := img.Manifest(context.Background(), image.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println("image ID", img.ID())
	fmt.Println("manifest", m.Digest)
	// Output:
	// image ID sha256:f03cfa6495a30e59247845ea47f124f5f027d336a6fdb4b283bced7626f691a5
	// manifest sha256:2de67f863a1f2b2da19ebbe8091e435714f11e89522493772a9f7b95e9ce2483
}
