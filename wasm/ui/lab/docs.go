package lab

import (
	"encoding/json"
	"slices"

	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// wantDocs asks for the image's document that is in sight.
func (l *Lab) wantDocs() {
	if l.Image == nil || !slices.Contains(Documents, l.Tab) {
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
	case "config", "manifest", "index":
		if l.Image != nil {
			l.fill("doc", "linked", encodeText(map[string]any{"text": l.Docs[l.Tab].JSON, "links": l.links()}))
		}
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
	l.fillView()
	l.fillCompared()
}

func (l *Lab) fill(island, kind, text string) {
	if last, ok := l.filled[island]; ok && last == kind+text {
		return
	}
	l.filled[island] = kind + text
	l.host.Fill(island, kind, text)
}
