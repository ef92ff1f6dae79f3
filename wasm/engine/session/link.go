package session

import (
	"errors"

	"layerlab.dev/core/message"
	"layerlab.dev/core/workspace"
	"layerlab.dev/core/workspace/link"
	"layerlab.dev/wasm/wire"
)

// share answers a ShareQuery.
func (s *Session) share(q wire.ShareQuery) (wire.Shared, error) {
	s.mu.Lock()
	r := s.reader
	s.mu.Unlock()
	w, _, err := r.read(q.Workspace, nil)
	if err != nil {
		return wire.Shared{}, err
	}
	out := wire.Shared{Most: link.MaxFragment, TextMost: link.MaxText}
	view := link.View{Stage: q.View.Stage, Tab: q.View.Tab, File: q.View.File, Line: q.View.Line}
	if q.View.Step != nil {
		view.Step, view.HasStep = *q.View.Step, true
	}
	if out.View, err = link.Encode(view, nil); err != nil {
		return out, err
	}
	// Of what is far too much not even the text is made.
	if content(w) > link.MaxText {
		return out, nil
	}
	text, err := w.Format()
	if err != nil || len(text) > link.MaxText {
		return out, err
	}
	out.Text = string(text)
	fragment, err := link.Encode(view, text)
	if err != nil {
		return out, err
	}
	if out.Length = len(fragment); out.Length <= link.MaxFragment {
		out.Fragment = fragment
	}
	return out, nil
}

// content is how many bytes the files have that stand in the workspace's text.
func content(w *workspace.Workspace) (n int64) {
	for _, f := range w.Files {
		if f.Content != nil && f.Recipe == nil {
			n += f.Content.Size()
		}
	}
	return n
}

// open answers an OpenQuery. What is wrong with a link is an answer.
func open(q wire.OpenQuery) (wire.Opened, error) {
	w, view, err := link.Decode(q.Fragment)
	if err == nil && q.Text != nil {
		w, err = link.Read([]byte(*q.Text))
	}
	out := wire.Opened{View: wire.View{Stage: view.Stage, Tab: view.Tab, File: view.File, Line: view.Line}}
	if view.HasStep {
		out.View.Step = &view.Step
	}
	var fault *link.Error
	switch {
	case errors.As(err, &fault):
		out.Fault, out.Detail = string(fault.Kind), toPage(message.Of(fault.Err))
		return out, nil
	case err != nil || w == nil:
		return out, err
	}
	ws, err := toWire(w)
	out.Workspace = &ws
	return out, err
}
