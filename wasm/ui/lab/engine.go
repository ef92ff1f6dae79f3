package lab

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"layerlab.dev/wasm/wire"
)

// bigText is the size in bytes from which a text travels as a buffer of its
// own, once, instead of inside every build's message.
const bigText = 16 << 10

// request posts a request; done gets its result or what failed.
func (l *Lab) request(method string, params any, buffers []Buffer, done func(json.RawMessage, string)) int {
	raw, err := json.Marshal(params)
	if err != nil {
		l.Fault = fmt.Sprintf("%s: %v", method, err)
		return 0
	}
	l.nextID++
	message, err := json.Marshal(wire.Request{ID: l.nextID, Method: method, Params: raw})
	if err != nil {
		l.Fault = fmt.Sprintf("%s: %v", method, err)
		return 0
	}
	l.calls[l.nextID] = call{method, done}
	l.host.Send(string(message), buffers)
	return l.nextID
}

// build sends the workspace. Content that the engine has goes as its key.
func (l *Lab) build() {
	ws := l.Workspace()
	var buffers []Buffer
	kept := map[string]bool{}
	for i := range ws.Files {
		f := &ws.Files[i]
		var text *string
		if f.Text != nil && len(*f.Text) >= bigText {
			text = f.Text
			f.Key, f.Size, f.Text = fmt.Sprintf("text:%s:%d", f.Path, l.textKeys[f.Path]), int64(len(*text)), nil
		}
		if f.Key == "" {
			continue
		}
		if !l.sent[f.Key] && !kept[f.Key] {
			n := len(buffers)
			f.Buffer = &n
			buffers = append(buffers, Buffer{Key: f.Key, Text: text})
		}
		kept[f.Key] = true
	}
	// The engine forgets content that the newest workspace does not name.
	l.sent = kept
	l.Busy, l.Progress = true, wire.Progress{Revision: l.Revision}
	revision := l.Revision
	l.request(wire.MethodBuild, ws, buffers, func(_ json.RawMessage, failure string) {
		if failure == "" || revision != l.Revision {
			return
		}
		l.Busy, l.Stale = false, l.Image != nil
		l.Built = &wire.Built{Revision: revision, Dockerfile: ws.Dockerfile, Shown: -1,
			Diagnostics: []wire.Diagnostic{{File: ws.Dockerfile, Severity: "error", Text: wire.Plain(failure), StartLine: 1, EndLine: 1}}}
		l.draft.take(l, l.Built)
		l.sent = map[string]bool{}
		l.Say = l.W.SaysFailed(failure)
		l.mark()
	})
}

// Receive takes a message of the engine.
func (l *Lab) Receive(message []byte) error {
	var m struct {
		wire.Response
		Event string          `json:"event"`
		Data  json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(message, &m); err != nil {
		return fmt.Errorf("message of the engine: %w", err)
	}
	if m.Event == "" {
		c, ok := l.calls[m.ID]
		delete(l.calls, m.ID)
		if ok && c.done != nil {
			failure := m.Error
			if failure != "" && !m.Why.IsZero() {
				failure = l.W.Say(m.Why)
			}
			c.done(m.Result, failure)
		}
		return nil
	}
	if mine, err := l.imageEvent(m.Event, m.Data); mine {
		return err
	}
	switch m.Event {
	case wire.EventReady:
		return l.ready(m.Data)
	case wire.EventProgress:
		var p wire.Progress
		if err := json.Unmarshal(m.Data, &p); err != nil {
			return fmt.Errorf("progress: %w", err)
		}
		l.Progress = p
	case wire.EventBuilt:
		var b wire.Built
		if err := json.Unmarshal(m.Data, &b); err != nil {
			return fmt.Errorf("built: %w", err)
		}
		l.built(&b)
	}
	return nil
}

func (l *Lab) ready(data json.RawMessage) error {
	if err := json.Unmarshal(data, &l.Engine); err != nil {
		return fmt.Errorf("ready: %w", err)
	}
	if l.Engine.Version != wire.Version {
		l.Phase, l.Fault = Stopped, l.W.WrongVersion(wire.Version, l.Engine.Version)
		return nil
	}
	l.Phase, l.needsBuild = Running, true
	l.request(wire.MethodLessons, nil, nil, func(result json.RawMessage, failure string) {
		if failure == "" {
			// A list that does not parse leaves the menu away, no more.
			_ = json.Unmarshal(result, &l.Lessons)
		}
	})
	if l.Lesson == nil && l.Meta.Lesson != "" {
		// A lesson that is gone since leaves only its words away.
		l.readLesson(l.Meta.Lesson, func(lesson *wire.LessonText) { l.Lesson = lesson }, func(string) {})
	}
	return nil
}

// built takes over a build that is still wanted. One of a revision that was
// overtaken while it travelled counts as well: it is newer than what is shown,
// and the engine answers questions about its steps, no longer about those of
// the build before.
func (l *Lab) built(b *wire.Built) {
	if b.Revision < l.since || (l.Built != nil && b.Revision < l.Built.Revision) {
		return
	}
	l.Busy, l.Built = b.Revision < l.Revision, b
	// What stops the build comes before what is only said about it.
	slices.SortStableFunc(b.Diagnostics, func(x, y wire.Diagnostic) int { return strings.Compare(x.Severity, y.Severity) })
	delete(l.deaths, b.Revision)
	if b.Ok && b.Shown >= 0 && b.Shown < len(b.Images) {
		l.Image, l.Stale = &b.Images[b.Shown], false
		view := l.View
		l.rechoose()
		l.View = view
		l.showView()
		l.forgetLost()
		l.arrive()
		if !l.Recipe.Loaded || l.Recipe.Failure != "" {
			l.Recipe = Recipe{} // its answer may be lost
		}
		if !l.Trace.Loaded || l.Trace.Failure != "" {
			l.Trace = Trace{}
		}
		st := l.ShownStage()
		l.Say = l.W.SaysBuilt(LayerCount(st), l.Size(l.Image.Size), b.Millis)
	} else {
		if l.Image != nil && l.Image.Dockerfile != l.Meta.Dockerfile {
			l.Image = nil
		}
		l.Stale = l.Image != nil
		l.draft.take(l, b)
		l.rechoose()
		l.arrive()
		for _, d := range b.Diagnostics {
			if d.Severity == "error" {
				l.Say = l.W.SaysFailed(l.W.Say(d.Text))
				break
			}
		}
	}
	l.mark()
}

// Died tells that the engine's Worker has ended. It is started again, unless
// it ends on the same files twice.
func (l *Lab) Died(why string) {
	l.Shelf.Transfer, l.Shelf.Offer, l.Shelf.Asking, l.Shelf.told = nil, nil, "", false
	l.calls, l.sent = map[int]call{}, map[string]bool{}
	l.Busy, l.Exporting, l.Phase, l.needsBuild = false, false, Starting, true
	for _, list := range l.Lists {
		list.pending = false
	}
	l.linkLost(why)
	l.forgetLost()
	l.Crash = &Crash{Why: why, Workspace: l.Workspace()}
	l.deaths[l.Revision]++
	if l.deaths[l.Revision] > 1 {
		l.Phase, l.looping, l.needsBuild = Stopped, true, false
		l.Notice = &Notice{Text: l.W.EngineLoop(why), Action: l.W.Restart, Do: l.Restart, Also: l.W.SaveReport, DoAlso: l.SaveReport}
		return
	}
	l.Notice = &Notice{Text: l.W.EngineDied(why), Also: l.W.SaveReport, DoAlso: l.SaveReport}
	l.host.RestartEngine()
}

// Restart ends the engine, whatever it is doing, and starts it again.
func (l *Lab) Restart() {
	l.Shelf.Transfer, l.Shelf.Offer, l.Shelf.Asking, l.Shelf.told = nil, nil, "", false
	l.calls, l.sent, l.deaths = map[int]call{}, map[string]bool{}, map[int]int{}
	l.Busy, l.Exporting, l.Phase, l.needsBuild = false, false, Starting, true
	l.Notice, l.looping = nil, false
	l.forgetLost()
	l.host.RestartEngine()
}

// Cancel gives up the running build or export.
func (l *Lab) Cancel() {
	building, revision := l.Busy, l.Revision
	l.request(wire.MethodCancel, nil, nil, func(json.RawMessage, string) {
		l.Busy, l.Exporting = false, false
		if building && revision == l.Revision && !l.needsBuild {
			l.Stale = l.Image != nil
			l.Notice = &Notice{Text: l.W.BuildStopped, Action: l.W.BuildAgain, Do: func() { l.needsBuild = true }}
		}
	})
}

// OpenLesson loads a lesson in the place of the workspace.
func (l *Lab) OpenLesson(slug string) {
	l.readLesson(slug, func(lesson *wire.LessonText) {
		l.Lesson = lesson
		l.Replace(lesson.Workspace, slug)
		l.Tab = "lesson"
	}, func(failure string) { l.Notice = &Notice{Text: failure} })
}

func (l *Lab) readLesson(slug string, done func(*wire.LessonText), failed func(string)) {
	l.request(wire.MethodLesson, wire.LessonQuery{Slug: slug}, nil, func(result json.RawMessage, failure string) {
		var lesson wire.LessonText
		if failure == "" {
			if err := json.Unmarshal(result, &lesson); err != nil {
				failure = err.Error()
			}
		}
		if failure != "" {
			failed(failure)
			return
		}
		done(&lesson)
	})
}

// Export saves the shown image as an archive: "oci", "docker", or "reproduce"
// for the one with which BuildKit makes it again.
func (l *Lab) Export(format string) {
	if l.Image == nil || l.Exporting {
		return
	}
	l.Exporting = true
	var id int
	id = l.request(wire.MethodExport, wire.ExportQuery{Image: l.Image.ID, Format: format}, nil, func(result json.RawMessage, failure string) {
		l.Exporting = false
		var e wire.Exported
		if failure == "" {
			if err := json.Unmarshal(result, &e); err != nil {
				failure = err.Error()
			}
		}
		if failure != "" {
			l.Notice = &Notice{Text: failure}
			return
		}
		l.host.Download(id, e.Name)
	})
}
