package vdom_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/vdom"

	"github.com/vugu/vugu"
)

// page does with elements what the renderer of Vugu v0.4.0 has a browser do:
// it goes through a tree and the elements side by side
// (domrender/renderer-js.go and renderer-js-script.js).
type page struct {
	t    *testing.T
	root *element
	sets int // how many elements the last render has set
	// ideal is a page that shows templates without content as what they mean.
	ideal bool
}

type element struct {
	kind     vugu.VGNodeType
	name     string // of an element with its namespace; the text of others
	attrs    map[string]string
	handlers map[string]func(vugu.DOMEvent)
	children []*element
}

func (p *page) render(results *vugu.BuildResults) {
	p.sets = 0
	n := results.Out.Out[0]
	if p.root == nil {
		p.root = &element{kind: n.Type, name: n.Data}
	}
	p.sync(results, n, p.root)
}

// move does what wasm/island/main.js does for bridge.go.
func (p *page) move(moves []vdom.Move) {
	for _, m := range moves {
		box := p.root.find(m.Element)
		if box == nil {
			p.t.Fatalf("a move in %q, which is not in the page", m.Element)
		}
		for _, at := range slices.Backward(m.Gone) {
			box.children = slices.Delete(box.children, at, at+1)
		}
		for _, at := range m.Come {
			box.children = slices.Insert(box.children, at, &element{kind: vugu.ElementNode, name: "div"})
		}
	}
}

func (e *element) find(id string) *element {
	if e.attrs["id"] == id {
		return e
	}
	for _, child := range e.children {
		if found := child.find(id); found != nil {
			return found
		}
	}
	return nil
}

func (p *page) sync(results *vugu.BuildResults, n *vugu.VGNode, e *element) {
	p.sets++
	e.attrs, e.handlers = map[string]string{}, map[string]func(vugu.DOMEvent){}
	for _, a := range n.Attr {
		e.attrs[a.Key] = a.Val
	}
	for _, h := range n.DOMEventHandlerSpecList {
		e.handlers[h.EventType] = h.Func
	}
	if n.InnerHTML != nil {
		e.children = nil
		if *n.InnerHTML != "" {
			e.children = []*element{{kind: vugu.TextNode, name: "html: " + *n.InnerHTML}}
		}
		return
	}
	if n.FirstChild == nil {
		return
	}
	at := 0
	var each func(list *vugu.VGNode)
	each = func(list *vugu.VGNode) {
		for n := list; n != nil; n = n.NextSibling {
			if n.IsTemplate() && (n.FirstChild != nil || p.ideal) {
				each(n.FirstChild)
				continue
			}
			if n.IsTemplate() {
				if at >= len(e.children) {
					p.t.Fatal("the renderer passes over an element that is not there")
				}
			} else {
				p.set(results, n, e, at)
			}
			at++
		}
	}
	each(n.FirstChild)
	e.children = e.children[:at]
}

func (p *page) set(results *vugu.BuildResults, n *vugu.VGNode, parent *element, at int) {
	for n.Component != nil {
		n = results.ResultFor(n.Component).Out[0]
	}
	if at == len(parent.children) {
		parent.children = append(parent.children, &element{})
	}
	name := n.Data
	if n.Type == vugu.ElementNode {
		name = n.Namespace + n.Data
	}
	there := parent.children[at]
	if there.kind != n.Type || there.name != name && n.Type == vugu.ElementNode {
		there = &element{kind: n.Type}
		parent.children[at] = there
	}
	there.name = name
	if n.Type == vugu.ElementNode {
		p.sync(results, n, there)
	}
}

// String writes the page, and what its handlers do.
func (e *element) String() string {
	var b strings.Builder
	e.write(&b, "")
	return b.String()
}

func (e *element) write(b *strings.Builder, indent string) {
	if e.kind != vugu.ElementNode {
		fmt.Fprintf(b, "%s%d %q\n", indent, e.kind, e.name)
		return
	}
	fmt.Fprintf(b, "%s<%s>", indent, e.name)
	for _, key := range slices.Sorted(maps.Keys(e.attrs)) {
		fmt.Fprintf(b, " %s=%q", key, e.attrs[key])
	}
	for _, event := range slices.Sorted(maps.Keys(e.handlers)) {
		done = ""
		e.handlers[event](nil)
		fmt.Fprintf(b, " on %s: %s", event, done)
	}
	b.WriteString("\n")
	for _, child := range e.children {
		child.write(b, indent+"  ")
	}
}

// done is what the last handler said.
var done string

// part is a node of a tree as a test writes it.
type part struct {
	name     string // "": a template; "#": a text
	text     string // of a text, or the HTML of an element that begins with it
	html     bool
	attrs    []string          // key, value, …
	on       map[string]string // event → what the handler says
	children []part
	apart    bool // is a component of its own
}

// component draws a part.
type component struct{ part part }

func (c *component) Build(*vugu.BuildIn) *vugu.BuildOut {
	out := &vugu.BuildOut{}
	out.Out = []*vugu.VGNode{c.part.node(out)}
	return out
}

func (p part) node(out *vugu.BuildOut) *vugu.VGNode {
	if p.apart {
		p.apart = false
		c := &component{p}
		out.Components = append(out.Components, c)
		return &vugu.VGNode{Component: c}
	}
	if p.name == "#" {
		return &vugu.VGNode{Type: vugu.TextNode, Data: p.text}
	}
	n := &vugu.VGNode{Type: vugu.ElementNode, Data: p.name}
	for i := 0; i < len(p.attrs); i += 2 {
		n.Attr = append(n.Attr, vugu.VGAttribute{Key: p.attrs[i], Val: p.attrs[i+1]})
	}
	for _, event := range slices.Sorted(maps.Keys(p.on)) {
		n.DOMEventHandlerSpecList = append(n.DOMEventHandlerSpecList, vugu.DOMEventHandlerSpec{
			EventType: event, Func: func(vugu.DOMEvent) { done = p.on[event] },
		})
	}
	if p.html {
		n.SetInnerHTML(p.text)
		return n
	}
	for _, child := range p.children {
		n.AppendChild(child.node(out))
	}
	return n
}

// built builds a part with an environment of its own.
func built(t *testing.T, p part) *vugu.BuildResults {
	t.Helper()
	env, err := vugu.NewBuildEnv()
	if err != nil {
		t.Fatal(err)
	}
	p.apart = false
	return env.RunBuild(&component{p})
}
