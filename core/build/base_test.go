package build_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// base is an image of layers that can be read but may be refused.
func odd(t *testing.T, architecture string, layers ...[]layer.Entry) *image.Image {
	t.Helper()
	var list []*layer.Layer
	for _, entries := range layers {
		l, err := layer.New(t.Context(), entries)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
	c := image.Config{}
	c.Architecture, c.OS = architecture, "linux"
	img, err := image.New(c, nil, list, 0)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Who builds is told how far the base images are, and can stop there.
func TestExtracting(t *testing.T) {
	var entries []layer.Entry
	for i := range 2000 {
		entries = append(entries, layer.Entry{Name: fmt.Sprint(i), Type: '0', Mode: 0o644})
	}
	img := odd(t, "amd64", entries, entries[:10])
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	told := map[int]bool{}
	o := build.Options{Image: func(context.Context, string) (*image.Image, error) { return img, nil },
		Extracting: func(base string, done, total int) {
			if base != "w" || total != 2010 {
				t.Errorf("told %s %d of %d", base, done, total)
			}
			if told[done] = true; done > 1000 {
				t.Error("it goes on after the end of the context")
			} else if done > 200 {
				stop()
			}
		}}
	if _, err := build.Build(ctx, []byte("FROM w\n"), vfs.New(0), o); !errors.Is(err, context.Canceled) || len(told) < 2 {
		t.Errorf("cancelled, it gave %v; told %v", err, told)
	}
}

// A base that BuildKit refuses is refused at its FROM, and only where its files
// are needed; a lenient build takes it and says so.
func TestRefusedBases(t *testing.T) {
	file := func(name string) layer.Entry {
		return layer.Entry{Name: name, Type: '0', Mode: 0o644, Content: vfs.String("")}
	}
	lower := []layer.Entry{{Name: "a/", Type: '5', Mode: 0o755}, file("a/x")}
	for _, c := range []struct {
		name, dockerfile string
		base             *image.Image
		line             int
		err, deviation   string
		has, hasNot      string
	}{
		{"a whiteout after its file", "FROM scratch AS none\n\nFROM w\nCOPY n /n\n", odd(t, "amd64", lower, []layer.Entry{file("a/x"), file("a/.wh.x")}),
			3, `failed to convert whiteout file "a/.wh.x": file exists`, "layer 2", "/a/x", ""},
		{"a link to a lower file, copied from", "FROM scratch\nCOPY --from=w /nh /nh\n", odd(t, "amd64", lower, []layer.Entry{{Name: "nh", Type: '1', Linkname: "a/x"}}),
			2, "no such file or directory", "nh", "/nh", ""},
		{"a ghost, walked over", "FROM scratch\nCOPY --from=w / /\n", odd(t, "amd64", lower, []layer.Entry{file("q/.wh.k")}),
			2, "failed to walk /q/k", "/q/k", "/q", "/q/k"},
		{"a ghost that nobody looks at", "FROM w\nCOPY n /n\n", odd(t, "amd64", lower, []layer.Entry{file("q/.wh.k")}),
			0, "", "", "/n", "/q/k"},
		{"no architecture", "FROM w AS s\nFROM s\nCOPY n /n\n", odd(t, "", lower), 1, "missing architecture", "missing architecture", "/n", ""},
		{"metadata alone", "FROM w\nENV A=b\n", odd(t, "amd64", lower, []layer.Entry{file("a/x"), file("a/.wh.x")}), 0, "", "", "/a/x", ""},
	} {
		files := vfs.New(0).Edit()
		if err := files.WriteFile("/n", vfs.String("n"), 0o644, 0, 0); err != nil {
			t.Fatal(err)
		}
		o := build.Options{Image: func(context.Context, string) (*image.Image, error) { return c.base, nil }}
		result, err := build.Build(t.Context(), []byte(c.dockerfile), files.Tree(), o)
		var e *build.Error
		switch {
		case c.err == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.err == "" && len(result.Deviations) > 0:
			t.Errorf("%s: deviates: %v", c.name, result.Deviations)
		case c.err != "" && (!errors.As(err, &e) || !strings.Contains(err.Error(), c.err) || e.Range.Start.Line != c.line || e.Advice.IsZero()):
			t.Errorf("%s: %+v, want %q in line %d", c.name, err, c.err, c.line)
		}
		o.Lenient = true
		result, err = build.Build(t.Context(), []byte(c.dockerfile), files.Tree(), o)
		if err != nil {
			t.Errorf("%s: lenient: %v", c.name, err)
			continue
		}
		said := ""
		for _, m := range result.Deviations {
			said += m.Text.Text + "\n"
		}
		if (said == "") != (c.deviation == "") || !strings.Contains(said, c.deviation) {
			t.Errorf("%s: it says %q, want %q", c.name, said, c.deviation)
		}
		tree := result.Target.Steps[len(result.Target.Steps)-1].After
		if _, err := tree.Lstat(c.has); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := tree.Lstat(c.hasNot); c.hasNot != "" && err == nil {
			t.Errorf("%s: %s is there", c.name, c.hasNot)
		}
		if result.Image.Config.Architecture != "amd64" {
			t.Errorf("%s: architecture %q", c.name, result.Image.Config.Architecture)
		}
	}
}
