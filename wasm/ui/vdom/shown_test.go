package vdom_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"layerlab.dev/wasm/ui/vdom"
)

func text(s string) part { return part{name: "#", text: s} }

func el(name string, children ...part) part { return part{name: name, children: children} }

func html(name, s string) part { return part{name: name, html: true, text: s} }

func (p part) with(attrs ...string) part { p.attrs = attrs; return p }

func (p part) hears(event, says string) part { p.on = map[string]string{event: says}; return p }

func (p part) component() part { p.apart = true; return p }

func rows(from, to int, inside ...part) []part {
	var list []part
	for i := from; i < to; i++ {
		id := fmt.Sprintf("row-%d", i)
		list = append(list, el("div", append([]part{html("span", id)}, inside...)...).with("id", id))
	}
	return list
}

func keyed(list ...part) part {
	return el("main", el("div", list...).with("id", "box", vdom.Keyed, ""), text("below"))
}

// sequences are trees that follow each other on a page, and how many elements
// the renderer has to set for the last of them.
var sequences = []struct {
	name  string
	trees []part
	sets  int
}{
	{"nothing changes", []part{
		el("main", el("p", text("a")), html("b", "x")),
		el("main", el("p", text("a")), html("b", "x")),
	}, 1},
	{"one text", []part{
		el("main", el("p", text("a")), el("section", el("p", text("b")), html("i", "c")), html("b", "x")),
		el("main", el("p", text("a")), el("section", el("p", text("B")), html("i", "c")), html("b", "x")),
	}, 3},
	{"an attribute alone", []part{
		el("main", el("p", html("b", "x"), html("b", "y")).with("class", "a")),
		el("main", el("p", html("b", "x"), html("b", "y")).with("class", "b")),
	}, 2},
	{"an attribute goes", []part{
		el("main", el("p").with("hidden", "", "class", "b")),
		el("main", el("p").with("class", "b")),
	}, 2},
	{"HTML", []part{el("main", html("b", "x"), html("b", "y")), el("main", html("b", "x"), html("b", "z"))}, 2},
	{"HTML for children", []part{el("main", el("b", text("x"))), el("main", html("b", "x"))}, 2},
	{"children for HTML", []part{el("main", html("b", "x")), el("main", el("b", text("x")))}, 2},
	{"another element with the same in it", []part{
		el("main", el("p", html("b", "x"))),
		el("main", el("div", html("b", "x"))),
	}, 3},
	{"one more before others", []part{
		el("main", html("b", "x"), html("i", "y")),
		el("main", html("s", "w"), html("b", "x"), html("i", "y")),
	}, 4},
	{"one fewer at the end", []part{el("main", html("b", "x"), html("i", "y")), el("main", html("b", "x"))}, 1},
	{"a template grows before others", []part{
		el("main", el("", html("b", "1")), html("p", "x"), html("p", "y")),
		el("main", el("", html("b", "1"), html("b", "2")), html("p", "x"), html("p", "y")),
	}, 4},
	{"nothing is left", []part{keyed(rows(0, 4)...), keyed()}, 2},
	{"nothing is left of HTML", []part{el("main", html("b", "x")), el("main", el("b"))}, 2},
	{"components", []part{
		el("main", el("p", html("b", "x")).component(), el("p", html("b", "y")).component()),
		el("main", el("p", html("b", "x")).component(), el("p", html("b", "z")).component()),
	}, 3},
	{"another handler", []part{
		el("main", el("p", html("button", "x").hears("click", "first"))),
		el("main", el("p", html("button", "x").hears("click", "second"))),
	}, 1},
	{"another event", []part{
		el("main", html("button", "x").hears("click", "first")),
		el("main", html("button", "x").hears("input", "second")),
	}, 2},
	{"rows move up", []part{keyed(rows(0, 10)...), keyed(rows(4, 14)...)}, 1 + 1 + 4*2},
	{"rows move down", []part{keyed(rows(4, 14)...), keyed(rows(0, 10)...)}, 1 + 1 + 4*2},
	{"rows come and go in the middle", []part{
		keyed(append(rows(0, 3), rows(5, 8)...)...),
		keyed(append(rows(0, 2), rows(4, 8)...)...),
	}, 1 + 1 + 2},
	{"no row stays", []part{keyed(rows(0, 4)...), keyed(rows(20, 24)...)}, 1 + 1 + 4*2},
	{"rows in another order are not moved", []part{
		keyed(append(rows(0, 2), rows(2, 4)...)...),
		keyed(append(rows(2, 4), rows(0, 2)...)...),
	}, 1 + 1 + 4*2},
	{"rows with handlers are not moved", []part{
		keyed(rows(0, 3, html("button", "x").hears("click", "a"))...),
		keyed(rows(1, 4, html("button", "x").hears("click", "b"))...),
	}, 1 + 1 + 3*2},
	{"moved rows change as well", []part{
		keyed(rows(0, 3, html("i", "a"))...), keyed(rows(1, 4, html("i", "b"))...),
	}, 1 + 1 + 2*2 + 3},
}

func TestPrune(t *testing.T) {
	for _, test := range sequences {
		t.Run(test.name, func(t *testing.T) {
			if sets := follow(t, test.trees); sets != test.sets {
				t.Errorf("the renderer sets %d elements, not %d", sets, test.sets)
			}
		})
	}
}

// follow renders trees one after the other, pruned, compares the page each time
// with one that shows that tree alone, and counts the elements that were set for
// the last one.
func follow(t *testing.T, trees []part) int {
	t.Helper()
	pruned := page{t: t}
	var shown vdom.Shown
	for i, tree := range trees {
		whole := page{t: t, ideal: true}
		whole.render(built(t, tree))
		results := built(t, tree)
		pruned.move(shown.Prune(results))
		pruned.render(results)
		if got, want := pruned.root.String(), whole.root.String(); got != want {
			t.Fatalf("after tree %d the page is\n%s\nnot\n%s", i, got, want)
		}
	}
	return pruned.sets
}

// FuzzPrune lets pages follow each other that are alike in parts.
func FuzzPrune(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		tree := el("main", random(r, 4)...)
		trees := []part{tree}
		for range 6 {
			tree = changed(r, tree, 4)
			tree.name, tree.html, tree.apart = "main", false, false
			trees = append(trees, tree)
		}
		follow(t, trees)
	})
}

// random is the content of an element.
func random(r *rand.Rand, depth int) []part {
	if depth == 0 {
		return []part{text("leaf")}
	}
	var list []part
	for range r.IntN(5) {
		switch r.IntN(6) {
		case 0:
			list = append(list, text(fmt.Sprint(r.IntN(3))))
		case 1:
			list = append(list, html("b", fmt.Sprint(r.IntN(3))))
		case 2:
			from := r.IntN(9)
			list = append(list, el("div", rows(from, from+1+r.IntN(9))...).with("id", fmt.Sprintf("box-%d", r.Uint32()), vdom.Keyed, ""))
		case 3:
			list = append(list, el("", random(r, depth-1)...))
		default:
			p := el([]string{"p", "div"}[r.IntN(2)], random(r, depth-1)...).with("class", fmt.Sprint(r.IntN(2)))
			if r.IntN(3) == 0 {
				p = p.hears("click", fmt.Sprint(r.IntN(1000)))
			}
			p.apart = r.IntN(4) == 0
			list = append(list, p)
		}
	}
	return list
}

// changed is a part with a few things in it that are otherwise.
func changed(r *rand.Rand, p part, depth int) part {
	switch {
	case len(p.attrs) > 2 && r.IntN(2) == 0: // a keyed list
		from := r.IntN(9)
		p.children = rows(from, from+1+r.IntN(9))
		return p
	case p.name == "#" && r.IntN(3) == 0:
		return text(fmt.Sprint(r.IntN(3)))
	case p.html && r.IntN(3) == 0:
		return html("b", fmt.Sprint(r.IntN(3)))
	case p.on != nil:
		p = p.hears("click", fmt.Sprint(r.IntN(1000)))
	}
	if p.html || p.name == "#" || len(p.attrs) > 2 || depth == 0 {
		return p
	}
	var list []part
	for _, child := range p.children {
		switch r.IntN(12) {
		case 0: // gone
		case 1:
			list = append(list, random(r, depth-1)...)
		default:
			list = append(list, changed(r, child, depth-1))
		}
	}
	p.children = list
	return p
}
