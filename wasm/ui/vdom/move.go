package vdom

import "github.com/vugu/vugu"

// Keyed is the attribute of an element whose children are told from each other
// by their IDs, so that those that stay are moved instead of drawn anew in each
// other's place. Neither they nor what is in them may have handlers, which
// belong to a place; the element has an ID itself.
const Keyed = "data-keyed"

// Move is what to do with the children of an element before a tree is rendered:
// first remove those at the indices Gone, counted before, then put an empty
// element at each index of Come, counted afterwards. Both ascend.
type Move struct {
	Element string `json:"element"` // its ID
	Gone    []int  `json:"gone"`
	Come    []int  `json:"come"`
}

// move brings the children of a keyed element to their new places: it gives
// what stands in the place of each of list, nil for what is new. Where nothing
// can be moved, that is before.
func (s *Shown) move(results *vugu.BuildResults, n *vugu.VGNode, list []*vugu.VGNode, was *node, before []*node) []*node {
	id, _ := attr(n.Attr, "id")
	if former, _ := attr(was.attrs, "id"); former != id || len(before) == 0 {
		return before
	}
	if _, ok := attr(n.Attr, Keyed); !ok {
		return before
	}
	places := make(map[string]int, len(before)) // of those before
	for i, child := range before {
		key, ok := attr(child.attrs, "id")
		if !ok || child.heard {
			return before
		}
		places[key] = i
	}
	m := Move{Element: id, Gone: []int{}, Come: []int{}}
	after := make([]*node, len(list))
	next := 0 // of before
	for i, child := range list {
		key, ok := attr(resolve(results, child).Attr, "id")
		if !ok {
			return before
		}
		at, ok := places[key]
		if !ok {
			m.Come = append(m.Come, i)
			continue
		}
		if at < next {
			return before // in another order
		}
		for ; next < at; next++ {
			m.Gone = append(m.Gone, next)
		}
		next++
		after[i] = before[at]
	}
	if len(m.Come) == len(list) {
		return before // none stays
	}
	for ; next < len(before); next++ {
		m.Gone = append(m.Gone, next)
	}
	if len(m.Gone)+len(m.Come) > 0 {
		s.moves = append(s.moves, m)
	}
	return after
}

func attr(list []vugu.VGAttribute, key string) (string, bool) {
	for _, a := range list {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}
