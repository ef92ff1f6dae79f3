package vdom

import "github.com/vugu/vugu"

// handler stands between the page and a handler of the last build. The page
// keeps it for as long as it keeps the element, which may be many builds.
type handler struct {
	event            string
	capture, passive bool
	do               func(vugu.DOMEvent)
}

// handle puts handlers that last between the page and those of a build: the
// former ones where they hear the same. It tells whether all of them do.
func (now *node) handle(n *vugu.VGNode, was *node) bool {
	same := len(n.DOMEventHandlerSpecList) == len(was.handlers)
	for i := range n.DOMEventHandlerSpecList {
		spec := &n.DOMEventHandlerSpecList[i]
		h := &handler{event: spec.EventType, capture: spec.Capture, passive: spec.Passive}
		if i < len(was.handlers) && was.handlers[i].hears(h) {
			h = was.handlers[i]
		} else {
			same = false
		}
		h.do = spec.Func
		spec.Func = h.handle
		now.handlers = append(now.handlers, h)
	}
	now.heard = len(now.handlers) > 0
	return same
}

func (h *handler) handle(event vugu.DOMEvent) { h.do(event) }

func (h *handler) hears(other *handler) bool {
	return h.event == other.event && h.capture == other.capture && h.passive == other.passive
}
