package standin_test

import (
	"fmt"
	"testing"

	"layerlab.dev/core/standin"
)

func TestEveryStandIn(t *testing.T) {
	for _, name := range standin.Names() {
		img, err := standin.Image(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		tree, err := img.Tree()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, p := range []string{"/bin/sh", "/etc/passwd", "/usr/bin/env", "/tmp"} {
			if _, err := tree.Stat(p); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		var size int64
		for _, l := range img.Layers {
			size += l.TarSize()
		}
		if size > 300_000 {
			t.Errorf("%s takes %d bytes", name, size)
		}
		if img.Note.IsZero() {
			t.Errorf("%s does not say what it is", name)
		}
	}
}

func TestNames(t *testing.T) {
	want, err := standin.Image("alpine")
	if err != nil || want == nil {
		t.Fatal(want, err)
	}
	for _, name := range []string{"alpine:latest", "alpine:3.20", "docker.io/library/alpine:latest", "library/alpine", "alpine@sha256:00"} {
		if got, err := standin.Image(name); got != want || err != nil {
			t.Errorf("Image(%q) = %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"nothing", "someone/alpine", ""} {
		if got, err := standin.Image(name); got != nil || err != nil {
			t.Errorf("Image(%q) = %v, %v; want none", name, got, err)
		}
	}
}

func Example() {
	img, err := standin.Image("node:17")
	if err != nil {
		panic(err)
	}
	fmt.Println(img.Note)
	fmt.Println(len(img.Layers), "layers", img.Config.Config.Cmd)
	// Output:
	// Stand-in for node: a layer with /usr/local/bin/node on the stand-in for debian.
	// 2 layers [node]
}
