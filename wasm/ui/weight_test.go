//go:build !js

package main

import (
	"fmt"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// The shares of an image's bytes fill the bar, and a small one is still seen.
func TestWasteShares(t *testing.T) {
	l := lab.New(nowhere{}, words.For(words.English))
	c := &Waste{}
	c.Wire(&Desk{Lab: l})
	for _, test := range []struct {
		w    wire.Waste
		want string
		all  string
	}{
		{wire.Waste{Size: 100, Hidden: 20, Copies: 30}, "added 0.00% 50.00%|hidden 50.00% 20.00%|modified 70.00% 30.00%|", "50.0%"},
		{wire.Waste{Size: 1000, Hidden: 1}, "added 0.00% 99.90%|hidden 99.90% 1.00%|", "0.1%"},
		{wire.Waste{Size: 10}, "added 0.00% 100.00%|", "0.0%"},
		{wire.Waste{}, "", "0%"},
	} {
		l.Weights.Waste.Loaded, l.Weights.Waste.Value = true, test.w
		got := ""
		for _, p := range c.share() {
			got += fmt.Sprintf("%s %s %s|", p.fate, p.x, p.width)
		}
		if got != test.want || c.ofAll() != l.W.WastedOf(l.Size(test.w.Size), test.all) {
			t.Errorf("%+v: shares %s, %s", test.w, got, c.ofAll())
		}
	}
}

// Two stacks stand on one line; a line between them joins what belongs
// together, also where an instruction moved.
func TestCompareTies(t *testing.T) {
	l := lab.New(nowhere{}, words.For(words.English))
	c := &Compare{}
	c.Wire(&Desk{Lab: l})
	line := func(text string, layer int) *wire.CompareLine { return &wire.CompareLine{Text: text, Layer: layer} }
	l.Compare.Result.Loaded = true
	l.Compare.Result.Value = wire.Comparison{First: 1, Rows: []wire.CompareRow{
		{State: "same", Left: line("base", 1), Right: line("base", 1)},
		{State: "moved", Left: line("a", 2)},
		{State: "rebased", Left: line("b", 3), Right: line("b", 2)},
		{State: "moved", Right: line("a", 3)},
		{State: "right", Right: line("CMD", 0)},
	}}
	c.Compute()
	got := fmt.Sprint(c.height, " ", c.left[0].Text, " ", c.right[0].Text, " ", c.states())
	for _, tie := range c.ties {
		got += "\n" + tie.State + " " + tie.Path
	}
	const want = `162 b CMD [same rebased moved right]
same M0 139 C24 139 24 139 48 139
rebased M0 47 C24 47 24 93 48 93
moved M0 93 C24 93 24 47 48 47`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
