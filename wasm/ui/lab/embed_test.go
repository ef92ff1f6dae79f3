package lab_test

import (
	"slices"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

func TestEmbedded(t *testing.T) {
	h := &host{saved: map[string]wire.File{}, filled: map[string]string{}}
	l := lab.New(h, words.For(words.English))
	l.BeEmbedded(lab.Embed{Views: []string{"stack", "history", "config"}})
	l.AwaitLink()
	event(t, l, wire.EventReady, wire.Ready{Version: wire.Version})
	text := "-- Dockerfile --"
	l.OpenLink(lab.Link{Text: &text, Fragment: "step=2"})
	ws := shared()
	opens(t, l, h, wire.Opened{Workspace: &ws, View: wire.View{Step: step(2)}})
	event(t, l, wire.EventBuilt, built(l, onBase("a", "FROM a", "COPY a /", "CMD x")))
	if l.Tab != "history" || l.Chosen().Text != "COPY a /" {
		t.Errorf("tab %s, chosen %q", l.Tab, l.Chosen().Text)
	}
	for _, view := range []string{"step=2", "step=3"} {
		l.Flush()
		r, _ := h.lastOf(wire.MethodShare)
		answer(t, l, r.ID, wire.Shared{Fragment: view + "&w=1.x", View: view, Text: "x"}, "")
		l.Flush()
		l.Step(1)
	}
	if !slices.Equal(h.looked, []string{"step=2", "step=3"}) || h.filled["embed-open"] != "open:step=3&w=1.x" {
		t.Errorf("told %v, leads to %s", h.looked, h.filled["embed-open"])
	}
	l.OpenLink(lab.Link{Text: &text})
	opens(t, l, h, wire.Opened{Fault: "invalid", Detail: wire.Plain("line 1")})
	if h.unread == "" || h.mine != 0 || len(h.saved) != 0 {
		t.Errorf("unread %q, own asked for %d times, saved %v", h.unread, h.mine, h.saved)
	}
}
