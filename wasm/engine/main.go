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
	turns := newTurns()
	options := session.Options{Engine: "layerlab, " + runtime.Version(), Context: turns.context, Shelf: shelf{js.Global().Get("layerlab").Get("images")}}
	js.Global().Get("layerlab").Set("converse", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return converse(args[0], options)
	}))
	select {}
}

// converse begins a session with a page, of which say takes the messages. The
// function it returns takes the page's; called without any, it ends the session.
func converse(say js.Value, options session.Options) js.Func {
	ctx, end := context.WithCancel(context.Background())
	s := session.New(ctx, func(message []byte, buffers [][]byte) { post(say, message, buffers) }, options)
	var hear js.Func
	hear = js.FuncOf(func(_ js.Value, args []js.Value) any {
		if len(args) == 0 {
			end()
			hear.Release()
			return nil
		}
		s.Receive([]byte(args[0].String()), receive(args[1]))
		return nil
	})
	return hear
}

// post hands a message to the page; the buffers are given away.
func post(say js.Value, message []byte, buffers [][]byte) {
	list := js.Global().Get("Array").New(len(buffers))
	for i, b := range buffers {
		bytes := js.Global().Get("Uint8Array").New(len(b))
		js.CopyBytesToJS(bytes, b)
		list.SetIndex(i, bytes.Get("buffer"))
	}
	say.Invoke(string(message), list)
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
