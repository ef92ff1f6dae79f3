package session_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/engine/session"
	"layerlab.dev/wasm/wire"
)

// elsewhere is an archive that other tools may write.
func elsewhere(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open("../../../core/image/testdata/archives/" + name + ".tar.gz")
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
	return b
}

// Of an archive with several images the page chooses; nothing is kept before.
func TestChoice(t *testing.T) {
	s := newShelf()
	p := newPageWith(t, session.Options{Shelf: s})
	got := s.give(p, "two.tar", elsewhere(t, "two-tags-only"))
	if len(got.Names) != 0 || len(got.Choice) != 2 || got.Choice[0].Names[0] != "two:v1" || got.Choice[1].Names[0] != "two:v2" ||
		got.Choice[0].Platform != "linux/amd64" || got.Choice[1].Layers != 1 || got.Choice[1].Size == 0 {
		t.Fatalf("told %+v", got)
	}
	if len(s.records) > 0 || len(s.blobs) > 0 {
		t.Error("something was kept before it was chosen")
	}
	if taken := ask[wire.Imported](p, wire.MethodTake, wire.TakeQuery{Which: []int{1}}); !slices.Equal(taken.Names, []string{"two:v2"}) {
		t.Errorf("took %+v", taken)
	}
	if kept := last[wire.Images](p, wire.EventImages); len(kept.Images) != 1 || kept.Images[0].Short != "two:v2" || kept.Images[0].ID != got.Choice[1].ID {
		t.Errorf("kept %+v", kept)
	}
	if again := ask[wire.Imported](p, wire.MethodTake, wire.TakeQuery{Which: []int{0}}); len(again.Names) != 0 {
		t.Errorf("the archive was put away, but gives %+v", again)
	}
	s.give(p, "two.tar", elsewhere(t, "two-tags-only"))
	if taken := ask[wire.Imported](p, wire.MethodTake, wire.TakeQuery{Which: []int{0, 1}}); !slices.Equal(taken.Names, []string{"two:v1", "two:v2"}) {
		t.Errorf("took %+v", taken)
	}
	if built := p.build(workspace(1, "Dockerfile", "FROM two:v1\nCOPY --from=two:v2 /z /\n")); !built.Ok {
		t.Errorf("built %+v", built.Diagnostics)
	}
}

// What an archive lacks is said, and the image is taken all the same.
func TestPartialArchive(t *testing.T) {
	s := newShelf()
	p := newPageWith(t, session.Options{Shelf: s})
	got := s.give(p, "sparse.tar", elsewhere(t, "sparse-index"))
	if !slices.Equal(got.Names, []string{"test:1"}) || len(got.Notes) != 1 || !keyed(got.Notes[0]) || !strings.Contains(got.Notes[0].Text, "linux/arm64 is taken") {
		t.Errorf("told %+v", got)
	}
}

// A layer that an image names twice comes once.
func TestLayerTwice(t *testing.T) {
	l, err := layer.New(t.Context(), []layer.Entry{{Name: "f", Type: '0', Mode: 0o644, Content: vfs.String("")}})
	if err != nil {
		t.Fatal(err)
	}
	c := image.Config{}
	c.Architecture, c.OS = "amd64", "linux"
	img, err := image.New(c, nil, slices.Repeat([]*layer.Layer{l}, 50), 0)
	if err != nil {
		t.Fatal(err)
	}
	s := newShelf()
	p := newPageWith(t, session.Options{Shelf: s})
	s.give(p, "often.tar", ociOf(t, img))
	told := last[wire.Transfer](p, wire.EventTransfer)
	if m, err := img.Manifest(t.Context(), image.Options{}); err != nil || told.Total != m.Layers[0].Size || told.Done != told.Total {
		t.Errorf("%d of %d bytes came, a layer has %d (%v)", told.Done, told.Total, m.Layers[0].Size, err)
	}
}

// A base that BuildKit refuses is refused with the offer to go on; with the
// setting it is taken, and that is said.
func TestRefusedBase(t *testing.T) {
	var list []*layer.Layer
	for _, names := range [][]string{{"a"}, {"a", ".wh.a"}} {
		var entries []layer.Entry
		for _, name := range names {
			entries = append(entries, layer.Entry{Name: name, Type: '0', Mode: 0o644, Content: vfs.String("")})
		}
		l, err := layer.New(t.Context(), entries)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
	c := image.Config{}
	c.Architecture, c.OS = "amd64", "linux"
	img, err := image.New(c, nil, list, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := newShelf()
	p := newPageWith(t, session.Options{Shelf: s})
	s.give(p, "odd.tar", ociOf(t, img))
	ws := workspace(1, "Dockerfile", "ARG A\nFROM odd\nCOPY n /n\n", "n", "n")
	built := p.build(ws)
	if built.Ok || len(built.Diagnostics) != 1 || !built.Diagnostics[0].Refused || built.Diagnostics[0].StartLine != 2 || !keyed(built.Diagnostics[0].Text) {
		t.Fatalf("%+v", built.Diagnostics)
	}
	ws.Revision, ws.Settings.Lenient = 2, true
	built = p.build(ws)
	if !built.Ok || len(built.Diagnostics) != 1 || built.Diagnostics[0].Severity != "warning" || built.Diagnostics[0].StartLine != 2 || built.Diagnostics[0].Refused {
		t.Fatalf("%+v", built.Diagnostics)
	}
	if r := ask[wire.Reproduce](p, wire.MethodReproduce, wire.ReproduceQuery{Image: built.Images[0].ID}); !r.Deviates {
		t.Error("Reproduce does not say that it cannot be reproduced")
	}
}

// Exports carry the name of the image, but for the one that keeps the bytes of
// BuildKit's unnamed archive.
func TestNamesInExports(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /a"), "a", "1"))
	for format, name := range map[string]string{"oci": "docker.io/library/image:latest", "docker": "docker.io/library/image:latest", "unnamed": ""} {
		res, buffers := p.try(wire.MethodExport, wire.ExportQuery{Image: img.ID, Format: format})
		if res.Error != "" {
			t.Fatal(res.Error)
		}
		var e wire.Exported
		if err := json.Unmarshal(res.Result, &e); err != nil {
			t.Fatal(err)
		}
		list, err := image.ReadSources(t.Context(), vfs.Bytes(buffers[0]))
		if err != nil || len(list) != 1 {
			t.Fatal(err)
		}
		if fmt.Sprint(list[0].Names) != "["+name+"]" || strings.Contains(e.Name, "unnamed") {
			t.Errorf("%s: %q in %s, want %q", format, list[0].Names, e.Name, name)
		}
		if format != "unnamed" {
			continue
		}
		back, err := list[0].Image(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(buffers[0], []byte("io.containerd.image.name")) || string(back.ID()) != img.ID {
			t.Error("the unnamed archive is named")
		}
	}
}
