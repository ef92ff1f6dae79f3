package lab

import (
	"encoding/json"

	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// wantDocs asks for the image's document that is in sight.
func (l *Lab) wantDocs() {
	if l.Image == nil || (l.Tab != "config" && l.Tab != "manifest") {
		return
	}
	if l.docImage != l.Image.ID {
		l.docImage = l.Image.ID
		clear(l.Docs)
	}
	name, image := l.Tab, l.Image.ID
	if _, ok := l.Docs[name]; ok {
		return
	}
	l.Docs[name] = wire.Doc{}
	l.request(wire.MethodDoc, wire.DocQuery{Image: image, Name: name}, nil, func(result json.RawMessage, failure string) {
		if l.docImage != image {
			return
		}
		var d wire.Doc
		if failure == "" {
			if err := json.Unmarshal(result, &d); err != nil {
				failure = err.Error()
			}
		}
		if failure != "" {
			l.Notice = &Notice{Text: failure}
			return
		}
		l.Docs[name] = d
	})
}

// fillIslands gives the long texts in sight to their islands.
func (l *Lab) fillIslands() {
	switch l.Tab {
	case "config", "manifest":
		l.fill("doc", "json", l.Docs[l.Tab].JSON)
	case "reproduce":
		l.fill("buildx", "text", l.Recipe.Buildx)
		l.fill("buildctl", "text", l.Recipe.Buildctl)
	case "lesson":
		if l.Lesson == nil {
			l.Tab = "changes"
			break
		}
		text := l.Lesson.Text[string(l.W.Lang)]
		if text == "" {
			text = l.Lesson.Text[string(words.English)]
		}
		l.fill("lesson", "markdown", text)
	}
	if l.View != nil && l.View.Loaded {
		text, kind := l.View.Content.Text, "text"
		if l.View.Content.Base64 != "" {
			text, kind = l.View.Content.Base64, "hex"
		}
		l.fill("file", kind, text)
	}
}

func (l *Lab) fill(island, kind, text string) {
	if last, ok := l.filled[island]; ok && last == kind+text {
		return
	}
	l.filled[island] = kind + text
	l.host.Fill(island, kind, text)
}

// SetTab chooses a tab of the inspector.
func (l *Lab) SetTab(name string) { l.Tab, l.View = name, nil }
