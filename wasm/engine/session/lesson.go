package session

import (
	"fmt"

	"layerlab.dev/core/workspace"
	"layerlab.dev/site/lessons"
	"layerlab.dev/wasm/wire"
)

// lessonList answers MethodLessons.
func lessonList() ([]wire.Lesson, error) {
	all, err := lessons.All()
	if err != nil {
		return nil, err
	}
	out := []wire.Lesson{}
	for _, l := range all {
		out = append(out, wire.Lesson{Slug: l.Slug, Title: l.Title})
	}
	return out, nil
}

// lesson answers a LessonQuery.
func lesson(q wire.LessonQuery) (wire.LessonText, error) {
	l, err := lessons.Get(q.Slug)
	if err != nil {
		return wire.LessonText{}, err
	}
	w, err := workspace.Parse(l.Workspace)
	if err != nil {
		return wire.LessonText{}, fmt.Errorf("lesson %s: %w", q.Slug, err)
	}
	out := wire.LessonText{Lesson: wire.Lesson{Slug: l.Slug, Title: l.Title}, Text: l.Text}
	out.Workspace, err = toWire(w)
	return out, err
}
