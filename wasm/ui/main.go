//go:build js

package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"

	"github.com/vugu/vugu/domrender"
	"github.com/vugu/vugu/js"
)

func main() {
	// One thread draws and collects: a tree of some thousand nodes per render is
	// little memory, and half of a render's time was spent looking for it.
	debug.SetGCPercent(800)
	b := &bridge{page: js.Global().Get("layerlab"), dirty: make(chan struct{}, 1)}
	b.desk = &Desk{
		Lab:        lab.New(b, words.For(words.English)),
		invalidate: b.invalidate,
		pick:       func(folder bool) { b.page.Call("pick", folder) },
		pickImage:  func() { b.page.Call("pickImage") },
	}
	b.desk.setLang = func(name string) { b.setLang(words.Lang(name)) }
	b.desk.setTheme = func(name string) {
		b.desk.Theme = name
		b.page.Call("theme", name)
	}
	b.run()
}

// run draws whenever something has changed, at most once a frame. It ends
// only by a panic that drawing anew did not get over.
func (b *bridge) run() {
	root := &Root{}
	root.Wire(b.desk)
	b.start()
	failures := 0
	var renderer *domrender.JSRenderer
	for {
		if renderer == nil {
			renderer, root = b.newRenderer()
		}
		<-b.dirty
		b.frame()
		if err := b.draw(renderer, root); err != nil {
			// A render that broke off leaves the renderer's buffer half full:
			// only a new one draws again.
			if failures++; failures > 3 {
				panic(err)
			}
			b.desk.Lab.Fault = fmt.Sprintf("%s (%s)", b.desk.Lab.W.Fault, firstLine(err.Error()))
			renderer = nil
			b.invalidate()
			continue
		}
		failures = 0
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
