package vdom

import (
	"bytes"
	"slices"

	"github.com/vugu/vugu"
)

// Shown is the tree that the page shows: that of the last render. The zero
// Shown is a page of which nothing is known.
type Shown struct {
	root  *node
	moves []Move
}

// node is what is remembered of an element, a text or a comment.
type node struct {
	kind            vugu.VGNodeType
	data, namespace string
	attrs           []vugu.VGAttribute
	props           []vugu.VGProperty
	html            *string
	handlers        []*handler
	children        []*node
	heard           bool // it or something in it has a handler
}

// Prune takes away from a build's tree what the page shows already, and gives
// what the page has to do before the rest of it is rendered.
//
// Vugu's renderer (domrender/renderer-js.go) goes through the tree and the
// page's elements side by side. It passes over an element in whose place there
// is a template without content (visitSyncNode), and leaves the content of an
// element alone which has neither children nor HTML (visitSyncElementEtc).
// Handlers of what is left alone are those of the new build nevertheless.
//
// Every tree that was pruned must have been rendered. Where a render broke off,
// begin with another Shown.
func (s *Shown) Prune(results *vugu.BuildResults) []Move {
	s.moves = nil
	s.root, _ = s.prune(results, results.Out.Out[0], s.root)
	return s.moves
}

// prune handles the node that comes to the place of was, which is nil where
// there was none. It gives what to remember, and whether all of it is as it was.
func (s *Shown) prune(results *vugu.BuildResults, n *vugu.VGNode, was *node) (now *node, same bool) {
	now = &node{kind: n.Type, data: n.Data, namespace: n.Namespace, attrs: n.Attr, props: n.Prop, html: n.InnerHTML}
	kept := was != nil && was.kind == now.kind && was.namespace == now.namespace && (n.Type != vugu.ElementNode || was.data == now.data)
	if !kept {
		// The renderer makes a new element, in which there is nothing.
		was = &node{}
	}
	same = kept && was.data == now.data && slices.Equal(was.attrs, now.attrs) && slices.EqualFunc(was.props, now.props, equalProps)
	if !now.handle(n, was) {
		same = false
	}
	content := kept && equalHTML(was.html, now.html)
	if now.html == nil {
		before := was.children
		if was.html != nil {
			before = nil
		}
		list := contents(n)
		before = s.move(results, n, list, was, before)
		content = content && len(list) == len(was.children)
		for i, child := range list {
			var there *node
			if i < len(before) {
				there = before[i]
			}
			after, unchanged := s.prune(results, resolve(results, child), there)
			if unchanged {
				pass(child)
			}
			now.children = append(now.children, after)
			now.heard = now.heard || after.heard
			content = content && unchanged
		}
	}
	switch {
	case content:
		n.FirstChild, n.LastChild, n.InnerHTML = nil, nil, nil
	case now.html == nil && len(now.children) == 0 && kept && n.Type == vugu.ElementNode:
		// Left to itself, Vugu leaves in the element what was in it.
		n.SetInnerHTML("")
	}
	return now, same && content
}

// contents are the nodes that become an element's children. It puts those of
// a template in its place: the renderer loses its own in one without any.
func contents(n *vugu.VGNode) (list []*vugu.VGNode) {
	for child := n.FirstChild; child != nil; {
		if !child.IsTemplate() {
			list = append(list, child)
			child = child.NextSibling
			continue
		}
		next := child.NextSibling
		if child.FirstChild != nil {
			next = child.FirstChild
		}
		for inner := child.FirstChild; inner != nil; inner = child.FirstChild {
			child.RemoveChild(inner)
			n.InsertBefore(inner, child)
		}
		n.RemoveChild(child)
		child = next
	}
	return list
}

// resolve gives the element of a component.
func resolve(results *vugu.BuildResults, n *vugu.VGNode) *vugu.VGNode {
	for n.Component != nil {
		n = results.ResultFor(n.Component).Out[0]
	}
	return n
}

// pass makes of a node one that the renderer passes over: a template without
// content.
func pass(n *vugu.VGNode) {
	*n = vugu.VGNode{Type: vugu.ElementNode, Parent: n.Parent, PrevSibling: n.PrevSibling, NextSibling: n.NextSibling}
}

func equalHTML(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

func equalProps(a, b vugu.VGProperty) bool {
	return a.Key == b.Key && bytes.Equal(a.JSONVal, b.JSONVal)
}
