//go:build js

package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"syscall/js"

	"layerlab.dev/wasm/engine/session"
)

func main() {
	// There is one thread, so collecting garbage is time the person waits: it
	// happens a third as often, for memory that a tab can spare.
	debug.SetGCPercent(300)
	page := js.Global().Get("layerlab")
	turns := newTurns()
	s := session.New(context.Background(),
		func(message []byte, buffers [][]byte) { post(page, message, buffers) },
		session.Options{Engine: "layerlab, " + runtime.Version(), Context: turns.context})
	page.Set("receive", js.FuncOf(func(_ js.Value, args []js.Value) any {
		s.Receive([]byte(args[0].String()), receive(args[1]))
		return nil
	}))
	select {}
}

// post hands a message to the page; the buffers are given away.
func post(page js.Value, message []byte, buffers [][]byte) {
	list := js.Global().Get("Array").New(len(buffers))
	for i, b := range buffers {
		bytes := js.Global().Get("Uint8Array").New(len(b))
		js.CopyBytesToJS(bytes, b)
		list.SetIndex(i, bytes.Get("buffer"))
	}
	page.Call("post", string(message), list)
}

// receive copies ArrayBuffers of the page into Go's memory.
func receive(list js.Value) [][]byte {
	var out [][]byte
	for i := range list.Length() {
		bytes := js.Global().Get("Uint8Array").New(list.Index(i))
		b := make([]byte, bytes.Length())
		js.CopyBytesToGo(b, bytes)
		out = append(out, b)
	}
	return out
}
