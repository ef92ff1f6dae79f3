package image_test

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

func TestCompare(t *testing.T) {
	type edit struct {
		meta vfs.Meta
		text string
		env  string
		by   string
		more bool // a second layer
	}
	make := func(e edit) *image.Image {
		t.Helper()
		tree := vfs.New(0).Edit()
		if err := tree.Place("/f", e.meta, vfs.String(e.text)); err != nil {
			t.Fatal(err)
		}
		changes, err := layer.Diff(vfs.New(0), tree.Tree())
		if err != nil {
			t.Fatal(err)
		}
		l, err := layer.New(t.Context(), layer.BuildKit{Epoch: epoch}.Entries(changes))
		if err != nil {
			t.Fatal(err)
		}
		c := config(ocispec.History{Created: at(epoch), CreatedBy: e.by})
		c.Config.Env = []string{e.env}
		layers := []*layer.Layer{l}
		if e.more {
			layers = append(layers, makeLayer(t, "/g", "g"))
			c.History = append(c.History, ocispec.History{Created: at(epoch), CreatedBy: "COPY g"})
		}
		img, err := image.New(c, nil, layers, epoch)
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	base := edit{meta: vfs.Meta{Kind: vfs.File, Mode: 0o644, MTime: 5e9}, text: "f", env: "A=1", by: "COPY f"}
	for _, c := range []struct {
		name   string
		change func(*edit)
		want   string
	}{
		{"nothing", func(e *edit) {}, ""},
		{"mode", func(e *edit) { e.meta.Mode = 0o600 }, "layer 1, entry f, mode: 0644, theirs 0600"},
		{"owner", func(e *edit) { e.meta.UID = 7 }, "layer 1, entry f, owner: 0:0, theirs 7:0"},
		{"time", func(e *edit) { e.meta.MTime = 6e9 }, "layer 1, entry f, mtime: 5 (1970-01-01T00:00:05Z), theirs 6 (1970-01-01T00:00:06Z)"},
		{"size", func(e *edit) { e.text = "ff" }, "layer 1, entry f, size: 1, theirs 2"},
		{"content", func(e *edit) { e.text = "g" }, "layer 1, entry f, content: sha256:"},
		{"type", func(e *edit) { e.meta.Kind = vfs.Fifo }, "layer 1, entry f, type: 0, theirs 6"},
		{"capability", func(e *edit) { e.meta = e.meta.WithXattr("security.capability", "x") }, "layer 1, entry f, extended attributes"},
		{"a layer more", func(e *edit) { e.more = true }, "layer 2: missing, theirs sha256:"},
		{"environment", func(e *edit) { e.env = "A=2" }, `config, config.Env: ["A=1"], theirs ["A=2"]`},
		{"history", func(e *edit) { e.by = "COPY x" }, "history, entry 1: "},
	} {
		other := base
		c.change(&other)
		diffs := image.Compare(make(base), make(other))
		if c.want == "" {
			if len(diffs) != 0 {
				t.Errorf("%s: %v", c.name, diffs)
			}
			continue
		}
		if len(diffs) == 0 || !strings.HasPrefix(diffs[0].String(), c.want) {
			t.Errorf("%s: %v, want %s…", c.name, diffs, c.want)
		}
	}
}
