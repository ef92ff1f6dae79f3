package layer_test

import (
	"bytes"
	"testing"

	"layerlab.dev/core/layer"
)

// FuzzReadTar reads whatever comes as a layer and applies it: an error is
// fine, a panic or a tree that cannot be diffed is not.
func FuzzReadTar(f *testing.F) {
	for _, entries := range [][]layer.Entry{
		{{Name: "a/", Type: '5', Mode: 0o755}, {Name: "a/b", Type: '0'}, {Name: "c", Type: '1', Linkname: "a/b"}},
		{{Name: ".wh.a", Type: '0'}, {Name: "d/.wh..wh..opq", Type: '0'}, {Name: "l", Type: '2', Linkname: "../../x"}},
		{{Name: "l/f", Type: '0'}, {Name: "l", Type: '2', Linkname: "l"}, {Name: "n", Type: '3', Major: 1, Minor: 3}},
	} {
		var b bytes.Buffer
		if err := layer.WriteTar(&b, entries); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, tar []byte) {
		entries, err := layer.ReadTar(bytes.NewReader(tar))
		if err != nil {
			return
		}
		lower := script(t, start(), "mkdir /a\nwrite /a/b x\nln /a/b /c\nsym /a /s")
		below := mount(t, lower)
		m, err := layer.Apply(t.Context(), below, entries, layer.ApplyOptions{})
		if err != nil {
			return
		}
		if _, err := layer.Diff(below.Tree(), m.Tree()); err != nil {
			t.Error(err)
		}
	})
}
