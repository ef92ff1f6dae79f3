package session_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"layerlab.dev/wasm/engine/session"
	"layerlab.dev/wasm/wire"
)

// page is the other end of a session.
type page struct {
	t *testing.T
	s *session.Session

	mu      sync.Mutex
	changed *sync.Cond
	nextID  int
	answers map[int]wire.Response
	buffers map[int][][]byte
	events  []wire.Event
}

func newPage(t *testing.T) *page {
	t.Helper()
	return newPageWith(t, session.Options{Engine: "test"})
}

func newPageWith(t *testing.T, o session.Options) *page {
	t.Helper()
	p := &page{t: t, answers: map[int]wire.Response{}, buffers: map[int][][]byte{}}
	p.changed = sync.NewCond(&p.mu)
	p.s = session.New(t.Context(), p.hear, o)
	return p
}

func (p *page) hear(message []byte, buffers [][]byte) {
	var m struct {
		wire.Response
		wire.Event
	}
	if err := json.Unmarshal(message, &m); err != nil {
		p.t.Errorf("the session says %s: %v", message, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Event.Event != "" {
		p.events = append(p.events, m.Event)
	} else {
		p.answers[m.ID], p.buffers[m.ID] = m.Response, buffers
	}
	p.changed.Broadcast()
}

// wait waits until ready holds; it is called with the page locked.
func (p *page) wait(what string, ready func() bool) {
	p.t.Helper()
	timer := time.AfterFunc(20*time.Second, p.changed.Broadcast)
	defer timer.Stop()
	start := time.Now()
	for !ready() {
		if time.Since(start) > 19*time.Second {
			p.t.Fatalf("waited in vain for %s", what)
		}
		p.changed.Wait()
	}
}

// try sends a request and returns the answer.
func (p *page) try(method string, params any, buffers ...[]byte) (wire.Response, [][]byte) {
	p.t.Helper()
	return p.answer(p.send(method, params, buffers...), method)
}

// send sends a request and returns its number.
func (p *page) send(method string, params any, buffers ...[]byte) int {
	p.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		p.t.Fatal(err)
	}
	p.nextID++
	id := p.nextID
	message, err := json.Marshal(wire.Request{ID: id, Method: method, Params: raw})
	if err != nil {
		p.t.Fatal(err)
	}
	p.s.Receive(message, buffers)
	return id
}

// answer waits for the answer to a request.
func (p *page) answer(id int, method string) (wire.Response, [][]byte) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wait("the answer to "+method, func() bool { _, ok := p.answers[id]; return ok })
	return p.answers[id], p.buffers[id]
}

// ask sends a request that must succeed and reads the answer.
func ask[R any](p *page, method string, params any) R {
	p.t.Helper()
	res, _ := p.try(method, params)
	if res.Error != "" {
		p.t.Fatalf("%s: %s", method, res.Error)
	}
	var out R
	if err := json.Unmarshal(res.Result, &out); err != nil {
		p.t.Fatalf("%s: %v", method, err)
	}
	return out
}

// build sends a workspace and waits for what was built.
func (p *page) build(ws wire.Workspace, buffers ...[]byte) wire.Built {
	p.t.Helper()
	if res, _ := p.try(wire.MethodBuild, ws, buffers...); res.Error != "" {
		p.t.Fatalf("build: %s", res.Error)
	}
	return p.built(ws.Revision)
}

// built waits for the Built of a revision in which every digest is known.
func (p *page) built(revision int) wire.Built {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var built wire.Built
	p.wait("Built", func() bool {
		for _, e := range p.events {
			if e.Event != wire.EventBuilt {
				continue
			}
			var b wire.Built
			if err := json.Unmarshal(e.Data, &b); err != nil {
				p.t.Fatal(err)
			}
			if b.Revision == revision && (len(b.Images) == 0 || b.Images[0].ManifestDigest != "") {
				built = b
				return true
			}
		}
		return false
	})
	return built
}

// builts are all Built events so far.
func (p *page) builts() []wire.Built {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []wire.Built
	for _, e := range p.events {
		var b wire.Built
		if e.Event != wire.EventBuilt {
			continue
		}
		if err := json.Unmarshal(e.Data, &b); err != nil {
			p.t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// image builds a workspace that must give the chosen Dockerfile's image.
func (p *page) image(ws wire.Workspace) (wire.Built, wire.Image) {
	p.t.Helper()
	built := p.build(ws)
	if !built.Ok {
		p.t.Fatalf("the build failed: %+v", built.Diagnostics)
	}
	return built, built.Images[built.Shown]
}

// steps are the steps of the stage that is the image.
func steps(img wire.Image) []wire.Step { return img.Stages[img.Final].Steps }

const epoch = 1641686400

// workspace makes one of path, text, path, text…
func workspace(revision int, files ...string) wire.Workspace {
	ws := wire.Workspace{Revision: revision, Dockerfile: "Dockerfile", Settings: wire.Settings{Epoch: epoch}}
	for i := 0; i < len(files); i += 2 {
		text := files[i+1]
		ws.Files = append(ws.Files, wire.File{Path: files[i], Kind: "file", Mode: 0o644, Text: &text})
	}
	return ws
}

// lines joins the lines of a file.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }
