package tamper_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/tamper"
	"layerlab.dev/core/vfs"
)

func file(name, text string) layer.Entry {
	return layer.Entry{Name: name, Type: tar.TypeReg, Mode: 0o644, Size: int64(len(text)), Content: vfs.String(text)}
}

func build(t testing.TB, layers ...[]layer.Entry) *image.Image {
	t.Helper()
	var list []*layer.Layer
	for _, entries := range layers {
		l, err := layer.New(context.Background(), entries)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
	img, err := image.New(image.Config{}, nil, list, 0)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Every digest is computed here a second time, by the plain means of the
// specification, from the bytes with the one byte changed.
func TestFlip(t *testing.T) {
	same := []layer.Entry{file("srv/a", "one")}
	img := build(t, same, []layer.Entry{{Name: "srv/", Type: tar.TypeDir, Mode: 0o755}}, nil, same, []layer.Entry{file("empty", ""), file("full", "x")})
	for n, want := range []struct {
		offset int64
		entry  string
	}{{512, "srv/a"}, {0, ""}, {0, ""}, {512, "srv/a"}, {1024, "full"}} {
		t.Run(fmt.Sprint("layer ", n+1), func(t *testing.T) {
			r, err := tamper.Flip(t.Context(), img, n, image.Options{Compression: layer.Uncompressed})
			if err != nil {
				t.Fatal(err)
			}
			if r.Offset != want.offset || r.Entry != want.entry {
				t.Errorf("byte %d of %q, want %d of %q", r.Offset, r.Entry, want.offset, want.entry)
			}
			var raw bytes.Buffer
			if err := img.Layers[n].Raw(t.Context(), &raw); err != nil {
				t.Fatal(err)
			}
			changed := raw.Bytes()
			if changed[r.Offset] != r.Was || r.Was == r.Is {
				t.Errorf("the byte was %#x, the result says %#x to %#x", changed[r.Offset], r.Was, r.Is)
			}
			changed[r.Offset] = r.Is
			chain := ""
			for i, d := range img.DiffIDs() {
				if i == n {
					d = digest.FromBytes(changed)
				}
				if r.DiffIDs[i] != d {
					t.Errorf("DiffID %d is %s, want %s", i+1, r.DiffIDs[i], d)
				}
				if chain == "" {
					chain = string(d)
				} else {
					chain = string(digest.FromString(chain + " " + string(d)))
				}
				if string(r.ChainIDs[i]) != chain {
					t.Errorf("ChainID %d is %s, want %s", i+1, r.ChainIDs[i], chain)
				}
				if kept := r.ChainIDs[i] == img.ChainIDs()[i]; kept != (i < n) {
					t.Errorf("ChainID %d kept: %t", i+1, kept)
				}
				if r.Blobs[i] != d { // uncompressed: the blob is the tar
					t.Errorf("blob %d is %s, want %s", i+1, r.Blobs[i], d)
				}
			}
			// The documents with nothing but the digests put in, through a struct.
			var config map[string]json.RawMessage
			if err := json.Unmarshal(img.ConfigJSON(), &config); err != nil {
				t.Fatal(err)
			}
			config["rootfs"], _ = json.Marshal(map[string]any{"diff_ids": r.DiffIDs, "type": "layers"})
			doc := order(string(img.ConfigJSON()), config)
			if got := digest.FromString(doc); got != r.ImageID || r.ImageID == img.ID() {
				t.Errorf("image ID %s, want %s", r.ImageID, got)
			}
			m, err := img.Manifest(t.Context(), image.Options{Compression: layer.Uncompressed})
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(m.JSON), string(img.ID()), string(r.ImageID), 1)
			parts := strings.SplitAfter(text, `"mediaType"`)
			parts[n+3] = strings.Replace(parts[n+3], string(m.Layers[n].Digest), string(r.Blobs[n]), 1)
			if got := digest.FromString(strings.Join(parts, "")); got != r.Manifest {
				t.Errorf("manifest %s, want %s", r.Manifest, got)
			}
			index, _, err := img.Index(m)
			if err != nil {
				t.Fatal(err)
			}
			if got := digest.FromString(strings.Replace(string(index), string(m.Digest), string(r.Manifest), 1)); got != r.Index {
				t.Errorf("index %s, want %s", r.Index, got)
			}
		})
	}
}

// order writes the config with rootfs replaced; the other keys stay where they
// stood, which is the sorted order.
func order(doc string, config map[string]json.RawMessage) string {
	at := strings.Index(doc, `"rootfs":`) + len(`"rootfs":`)
	end := at + strings.Index(doc[at:], "}") + 1
	rootfs := string(config["rootfs"])
	if strings.HasPrefix(doc[at:], `{"type"`) {
		var r struct {
			Type    string   `json:"type"`
			DiffIDs []string `json:"diff_ids"`
		}
		json.Unmarshal(config["rootfs"], &r)
		b, _ := json.Marshal(r)
		rootfs = string(b)
	}
	return doc[:at] + rootfs + doc[end:]
}

// With gzip the manifest must name the blob of the changed tar.
func TestFlipCompresses(t *testing.T) {
	img, err := standin.Image("alpine")
	if err != nil {
		t.Fatal(err)
	}
	r, err := tamper.Flip(t.Context(), img, 0, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if err := img.Layers[0].Raw(t.Context(), &raw); err != nil {
		t.Fatal(err)
	}
	raw.Bytes()[r.Offset] = r.Is
	var z bytes.Buffer
	w, _ := layer.Gzip.Writer(&z)
	w.Write(raw.Bytes())
	w.Close()
	if got := digest.FromBytes(z.Bytes()); got != r.Blobs[0] {
		t.Errorf("blob %s, want %s", r.Blobs[0], got)
	}
}

func TestFlipRefuses(t *testing.T) {
	img := build(t, []layer.Entry{file("a", "x")})
	if _, err := tamper.Flip(t.Context(), img, 1, image.Options{}); err == nil {
		t.Error("a layer that is not there was changed")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := tamper.Flip(ctx, img, 0, image.Options{}); err == nil {
		t.Error("it was not cancelled")
	}
}

func ExampleFlip() {
	l, _ := layer.New(context.Background(), []layer.Entry{file("a", "hello")})
	img, _ := image.New(image.Config{}, nil, []*layer.Layer{l}, 0)
	r, _ := tamper.Flip(context.Background(), img, 0, image.Options{})
	fmt.Printf("byte %d of the tar, in %s: %c to %c\n", r.Offset, r.Entry, r.Was, r.Is)
	fmt.Println("image ID kept:", r.ImageID == img.ID())
	// Output:
	// byte 512 of the tar, in a: h to i
	// image ID kept: false
}

// One large file is hashed in pieces: how far it is is told, and it can be
// stopped on the way.
func TestFlipLargeFile(t *testing.T) {
	const size = 3 << 20
	content := vfs.Bytes(bytes.Repeat([]byte("0123456789abcdef"), size/16))
	img := build(t, []layer.Entry{{Name: "large", Type: tar.TypeReg, Mode: 0o644, Size: size, Content: content}})
	whole := 2 * img.Layers[0].TarSize() // once for the manifest, once with the byte changed
	o := image.Options{Compression: layer.Uncompressed}

	var told []int64
	o.Progress = func(done, total int64) {
		if total != whole {
			t.Errorf("%d of %d bytes, want of %d", done, total, whole)
		}
		told = append(told, done)
	}
	if _, err := tamper.Flip(t.Context(), img, 0, o); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(told) || len(told) < 10 || told[len(told)-1] != whole {
		t.Errorf("told %d", told)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	after := int64(0)
	o.Progress = func(done, total int64) {
		if done > total*3/4 {
			cancel()
			after = max(after, done)
		}
	}
	if r, err := tamper.Flip(ctx, img, 0, o); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped, it gave %+v, %v", r, err)
	}
	if after > whole*7/8 {
		t.Errorf("stopped at three quarters, it went on up to %d of %d bytes", after, whole)
	}
}
