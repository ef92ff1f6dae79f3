//go:build js

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/vdom"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"

	"github.com/vugu/vugu"
	"github.com/vugu/vugu/domrender"
	"github.com/vugu/vugu/js"
)

// bridge joins the state to the page's JavaScript. Its methods with capital
// letters are the lab's Host.
type bridge struct {
	page  js.Value // globalThis.layerlab of island/main.js
	desk  *Desk
	dirty chan struct{}
	env   vugu.EventEnv
	build *vugu.BuildEnv
	shown *vdom.Shown
	inbox chan message
}

type message struct{ kind, payload, extra string }

var _ lab.Host = (*bridge)(nil)

func (b *bridge) newRenderer() (*domrender.JSRenderer, *Root) {
	renderer, err := domrender.New("#app")
	if err != nil {
		panic(err)
	}
	b.env = renderer.EventEnv()
	if b.build, err = newBuildEnv(b.desk, b.env); err != nil {
		panic(err)
	}
	b.shown = &vdom.Shown{}
	root := &Root{}
	root.Wire(b.desk)
	return renderer, root
}

// start begins to hear the page. What it says is queued and handled outside
// its call: the call may come from inside a render, by an element that loses
// the focus when it is removed.
func (b *bridge) start() {
	b.inbox = make(chan message, 1024)
	b.page.Call("attach", js.FuncOf(func(_ js.Value, args []js.Value) any {
		m := message{kind: args[0].String(), payload: args[1].String()}
		if len(args) > 2 && args[2].Type() == js.TypeString {
			m.extra = args[2].String()
		}
		select {
		case b.inbox <- m:
		default:
			// Full: hand over when there is room, in no worse order than a
			// goroutine gives. Only a hung page gets here.
			go func() { b.inbox <- m }()
		}
		return nil
	}))
	go func() {
		for m := range b.inbox {
			b.handle(m)
		}
	}()
}

func (b *bridge) handle(m message) {
	if b.env != nil {
		b.env.Lock()
		defer b.env.UnlockOnly()
	}
	if m.kind == "scroll" && !b.scrolled(m) {
		return // what is drawn is what is to be seen
	}
	b.desk.Do(func() {
		if err := b.receive(m); err != nil {
			b.desk.Lab.Fault = fmt.Sprintf("%s (%v)", b.desk.Lab.W.Fault, err)
		}
	})
}

// scrolled takes over how far a list is scrolled, and tells whether that shows
// other rows of it.
func (b *bridge) scrolled(m message) bool {
	var a struct {
		List        string
		Top, Height float64
	}
	if err := json.Unmarshal([]byte(m.payload), &a); err != nil {
		return true
	}
	if a.List == "tree" {
		return b.desk.Lab.ScrolledTree(a.Top, a.Height)
	}
	return b.desk.Lab.Scrolled(a.List, a.Top, a.Height)
}

// receive handles a message of the page's JavaScript.
func (b *bridge) receive(m message) error {
	l := b.desk.Lab
	switch m.kind {
	case "start":
		return b.begin(m.payload)
	case "engine":
		return l.Receive([]byte(m.payload))
	case "died":
		l.Died(m.payload)
	case "edit":
		l.Edited(m.payload, m.extra)
	case "lit":
		l.Lit(m.payload)
	case "field":
		n := -1
		if m.payload != "" {
			if _, err := fmt.Sscan(m.payload, &n); err != nil {
				return err
			}
		}
		l.LightField(n)
	case "follow":
		l.Follow(m.payload)
	case "hover":
		var line int
		if _, err := fmt.Sscan(m.payload, &line); err != nil {
			return err
		}
		l.Point(line)
	case "unkept":
		l.SetUnkept(m.payload)
	case "toobig":
		l.Notice = &lab.Notice{Text: l.W.TooBig(m.payload, words.Size(512<<20))}
	case "reading":
		var n int
		if _, err := fmt.Sscan(m.payload, &n); err != nil {
			return err
		}
		if n > 20 {
			l.Notice = &lab.Notice{Text: l.W.Reading(n)}
		}
	case "added":
		var files []wire.File
		if err := json.Unmarshal([]byte(m.payload), &files); err != nil {
			return err
		}
		l.Notice = nil
		l.AddMany(files)
	case "image":
		l.Import(m.payload, m.extra)
	case "tookimage":
		l.ImportDropped(m.payload, m.extra, func() { b.page.Call("addDropped", m.payload) })
	case "offline":
		var o lab.Offline
		if err := json.Unmarshal([]byte(m.payload), &o); err != nil {
			return err
		}
		l.SetOffline(o)
	case "panes":
		return json.Unmarshal([]byte(m.payload), &l.Panes)
	case "pane":
		l.Pane = m.payload
	case "choose":
		l.Find(m.payload)
		b.reveal()
	case "line":
		var line int
		if _, err := fmt.Sscan(m.payload, &line); err != nil {
			return err
		}
		l.GoToLine(line)
	case "undo":
		l.Undo()
	case "redo":
		l.Redo()
	case "pause":
		l.Pause()
	case "ask", "mend", "stage":
		return b.write(m)
	case "copied":
		l.Say = l.W.Copied
	case "link", "mine", "kept", "theirs":
		return b.guest(m)
	case "lang":
		b.desk.setLang(m.payload)
	case "published":
		l.Published(m.payload, m.extra)
	default:
		return b.act(m)
	}
	return nil
}

// write handles what the editor asks for beside edits.
func (b *bridge) write(m message) error {
	l := b.desk.Lab
	var a struct {
		ID           int
		Method       string
		Params       json.RawMessage
		Problem, Fix int
		Path         string
		From, To     string
	}
	if err := json.Unmarshal([]byte(m.payload), &a); err != nil {
		return fmt.Errorf("%s: %w", m.kind, err)
	}
	switch m.kind {
	case "ask":
		l.Help(a.ID, a.Method, a.Params)
	case "mend":
		l.Mend(a.Problem, a.Fix)
	case "stage":
		l.RenamedStage(a.Path, a.From, a.To)
	}
	return nil
}

// act handles what a person did to the page.
func (b *bridge) act(m message) error {
	l := b.desk.Lab
	var a struct {
		Zone, Key, Name, Value, Path, List string
		Line                               int
	}
	if err := json.Unmarshal([]byte(m.payload), &a); err != nil {
		return fmt.Errorf("%s: %w", m.kind, err)
	}
	switch m.kind {
	case "caret":
		l.Caret(a.Path, a.Line)
		b.reveal()
	case "blur":
		l.EndName("", true)
	case "input":
		return b.input(a.Name, a.Value)
	case "row":
		l.PickRow(a.List, a.Line)
	case "toggle":
		l.ShowShare(a.Value == "open")
	case "change":
		b.change(a.Name, a.Value)
	case "move":
		var by int
		if _, err := fmt.Sscan(a.Value, &by); err != nil {
			return fmt.Errorf("move: %w", err)
		}
		l.Move(strings.TrimPrefix(a.Name, stratumID("")), by)
	case "key":
		b.key(a.Zone, a.Key, a.Value)
	}
	return nil
}

func (b *bridge) input(name, value string) error {
	l := b.desk.Lab
	switch name {
	case "compare-filter":
		l.FilterCompared(value)
	case "filter":
		l.FilterBy(l.Tab, value)
	case "time":
		var to int
		if _, err := fmt.Sscan(value, &to); err != nil {
			return fmt.Errorf("time: %w", err)
		}
		l.Travel(to)
		b.reveal()
	}
	return nil
}

func (b *bridge) change(name, value string) {
	l := b.desk.Lab
	if digest, ok := strings.CutPrefix(name, "present "); ok {
		l.SetPresent(digest, value == "true")
		return
	}
	switch name {
	case "lesson":
		if value != "" {
			l.OpenLesson(value)
		}
	case "dockerfile":
		l.UseDockerfile(value)
		l.Open(value)
	default:
		b.desk.configure(name, value)
	}
}

func (b *bridge) key(zone, key, value string) {
	l := b.desk.Lab
	switch zone {
	case "tree":
		if l.TreeKey(key) && l.Tree.Naming == "" {
			b.page.Call("reveal", "file:"+l.Tree.Current)
		}
	case "name":
		if key == "Escape" {
			value = ""
		}
		l.EndName(value, false)
	case "images":
		l.ShowImages(false)
		b.Focus("images-open")
	case "image-name":
		if key == "Escape" {
			value = ""
		}
		l.EndImageName(value)
	case "rows":
		l.RowKey(value, key)
	case "fields":
		l.FieldKey(key)
	case "drawer":
		l.Drawer = false
		b.Focus("stack")
	case "dock-tabs":
		l.DockTab = nextTab(lab.DockTabs, l.DockTab, key)
		b.Focus("dock-tab-" + l.DockTab)
	case "open-files":
		b.fileKey(key)
	case "tabs":
		l.SetTab(nextTab(slices.Concat(l.TabRows()...), l.ShownTab(), key))
		b.Focus("tab-" + l.ShownTab())
	case "stack":
		switch key {
		case "ArrowUp":
			l.Step(1)
		case "ArrowDown":
			l.Step(-1)
		case "PageUp":
			l.Step(5)
		case "PageDown":
			l.Step(-5)
		case "Home":
			l.Step(1 << 20)
		case "End":
			l.Step(-1 << 20)
		case "ArrowRight":
			l.OpenChosen(true)
		case "ArrowLeft":
			l.OpenChosen(false)
		case "Enter", " ":
			if c := l.Chosen(); c != nil {
				l.ShowStep(c.ID)
			}
			b.Focus("tab-" + l.ShownTab())
		case "Alt+ArrowUp":
			l.MoveChosen(1)
		case "Alt+ArrowDown":
			l.MoveChosen(-1)
		}
		b.reveal()
	}
}

// fileKey moves between the tabs of the open files, or closes one.
func (b *bridge) fileKey(key string) {
	l := b.desk.Lab
	if key == "Delete" {
		l.CloseFile(l.Meta.Open)
	} else {
		l.Open(nextTab(l.OpenFiles(), l.Meta.Open, key))
	}
	b.Focus("open:" + l.Meta.Open)
}

func nextTab(all []string, tab, key string) string {
	at := 0
	for i, name := range all {
		if name == tab {
			at = i
		}
	}
	switch key {
	case "ArrowLeft":
		at += len(all) - 1
	case "ArrowRight":
		at++
	case "Home":
		at = 0
	case "End":
		at = len(all) - 1
	}
	return all[at%len(all)]
}

func (b *bridge) reveal() {
	if s := b.desk.Lab.Chosen(); s != nil {
		b.page.Call("reveal", stratumID(s.ID))
	}
}

// begin takes the state of the moment when the program attached.
func (b *bridge) begin(payload string) error {
	var s struct {
		kept
		Linked  bool       `json:"linked"` // a link to a workspace is to come
		Embed   *lab.Embed `json:"embed"`
		OneFile bool       `json:"oneFile"` // the page is one file and has no site
		Lang    string     `json:"lang"`
		Langs   []string   `json:"langs"`
		Theme   string     `json:"theme"`
		Mac     bool       `json:"mac"`
		Panes   lab.Panes  `json:"panes"`
	}
	if err := json.Unmarshal([]byte(payload), &s); err != nil {
		return fmt.Errorf("kept state: %w", err)
	}
	b.desk.Theme, b.desk.Mac, b.desk.OneFile = s.Theme, s.Mac, s.OneFile
	l := b.desk.Lab
	l.SetWords(words.For(words.Choose(s.Lang, s.Langs)))
	js.Global().Get("document").Get("documentElement").Set("lang", string(l.W.Lang))
	b.speak()
	l.Panes = s.Panes
	if s.Embed != nil {
		l.BeEmbedded(*s.Embed)
	}
	if s.Linked {
		l.AwaitLink()
		return nil
	}
	l.Former = s.Former
	l.Meta.Tabs = s.Tabs
	l.Load(s.Workspace, s.Open, s.Lesson)
	b.label()
	return nil
}

func (b *bridge) setLang(lang words.Lang) {
	b.desk.Lab.SetWords(words.For(lang))
	b.page.Call("lang", string(lang))
	b.speak()
	b.label()
}

// speak gives the editor's island its texts.
func (b *bridge) speak() {
	w := b.desk.Lab.W
	b.call("speak", text(w.Island), text(w.Phrases))
}

func (b *bridge) label() {
	b.page.Call("label", b.desk.Lab.W.EditorLabel(b.desk.Lab.Meta.Open))
}

func (b *bridge) invalidate() {
	select {
	case b.dirty <- struct{}{}:
	default:
	}
}

// frame waits for the browser's next frame, or a moment where it draws none
// because the page is hidden.
func (b *bridge) frame() {
	done := make(chan struct{}, 2)
	f := js.FuncOf(func(js.Value, []js.Value) any {
		done <- struct{}{}
		return nil
	})
	window := js.Global()
	id := window.Call("requestAnimationFrame", f)
	timer := window.Call("setTimeout", f, 200)
	<-done
	window.Call("cancelAnimationFrame", id)
	window.Call("clearTimeout", timer)
	f.Release()
	// What came in the meantime is drawn by this frame.
	select {
	case <-b.dirty:
	default:
	}
}

// draw sends what changed to the engine and renders the page.
func (b *bridge) draw(renderer *domrender.JSRenderer, root *Root) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("drawing: %v", r)
		}
	}()
	results := func() *vugu.BuildResults {
		b.env.Lock()
		defer b.env.UnlockOnly()
		b.desk.Lab.Flush()
		results := b.build.RunBuild(root)
		if moves := b.shown.Prune(results); len(moves) > 0 {
			b.call("move", text(moves))
		}
		return results
	}()
	if err := renderer.Render(results); err != nil {
		return err
	}
	b.page.Call("drawn")
	return nil
}

func (b *bridge) call(method string, args ...any) { b.page.Call(method, args...) }

// text is a value as JSON for the page.
func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Errorf("message to the page: %w", err))
	}
	return string(raw)
}
