package waste_test

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"

	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/waste"
)

// The score must be dive's own, recorded from its package filetree (v0.13.1).
func TestDive(t *testing.T) {
	f, err := os.Open("testdata/dive.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	count := 0
	for s := bufio.NewScanner(f); s.Scan(); count++ {
		var c struct {
			Name   string
			Score  float64
			Layers [][]struct {
				Name, Type string
				Size       int64
			}
		}
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		var layers []*layer.Layer
		for _, l := range c.Layers {
			var entries []layer.Entry
			for _, e := range l {
				x := layer.Entry{Name: e.Name, Type: e.Type[0], Size: e.Size}
				if x.Type == '0' {
					x.Content = vfs.Zeros(e.Size)
				}
				entries = append(entries, x)
			}
			l, err := layer.New(t.Context(), entries)
			if err != nil {
				t.Fatal(err)
			}
			layers = append(layers, l)
		}
		if got := waste.Dive(layers).Score(); math.Abs(got-c.Score) > 1e-12 {
			t.Errorf("%s: %v, dive has %v", c.Name, got, c.Score)
		}
	}
	if count < 60 {
		t.Errorf("%d cases", count)
	}
}

// What a layer made elsewhere holds once more is lost below, though nothing
// changes by it.
func TestHeldAgain(t *testing.T) {
	again := func(name string) []layer.Entry {
		return []layer.Entry{{Name: "d/", Type: '5', Mode: 0o755, MTime: 7}, {Name: "d/f", Type: '0', Mode: 0o644, MTime: 7, Size: 100, Content: vfs.Zeros(100)},
			{Name: "d/" + name, Type: '0', Mode: 0o644, MTime: 7}}
	}
	s := waste.New()
	var m *layer.Mount
	for n, entries := range [][]layer.Entry{again("a"), again("b"), again("c")} {
		next, err := layer.Apply(t.Context(), m, entries, layer.ApplyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		diff, err := layer.Diff(m.Tree(), next.Tree())
		if err != nil {
			t.Fatal(err)
		}
		held, err := layer.Held(m.Tree(), next.Tree())
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 && (len(diff) != 2 || len(held) != 3) {
			t.Errorf("layer %d changes %d names and holds %d", n+1, len(diff), len(held))
		}
		s.Apply(held)
		m = next
	}
	if s.Hidden(0) != 100 || s.Hidden(1) != 100 || len(s.Lost()) != 2 {
		t.Errorf("lost: %+v", s.Lost())
	}
}
