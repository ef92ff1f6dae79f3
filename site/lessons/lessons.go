package lessons

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed */lesson.*.md */workspace.txtar
var files embed.FS

// Languages are those every lesson is written in.
var Languages = []string{"ko", "en"}

// order is that of the menu: from one build to chains of images.
var order = []string{"five-lines", "linked-bases", "environment"}

// Lesson is a lesson.
type Lesson struct {
	Slug string
	// Title and Text (Markdown) are by language.
	Title, Text map[string]string
	// Workspace is the text package workspace reads.
	Workspace []byte
}

// All returns the lessons in the order of the menu.
func All() ([]Lesson, error) {
	var out []Lesson
	for _, slug := range order {
		l, err := Get(slug)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// Get returns the lesson called slug.
func Get(slug string) (Lesson, error) {
	l := Lesson{Slug: slug, Title: map[string]string{}, Text: map[string]string{}}
	if !fs.ValidPath(slug) || strings.Contains(slug, "/") {
		return l, fmt.Errorf("there is no lesson %q", slug)
	}
	var err error
	if l.Workspace, err = files.ReadFile(slug + "/workspace.txtar"); err != nil {
		return l, fmt.Errorf("there is no lesson %q", slug)
	}
	for _, lang := range Languages {
		text, err := files.ReadFile(slug + "/lesson." + lang + ".md")
		if err != nil {
			return l, fmt.Errorf("lesson %s: %w", slug, err)
		}
		title, _, _ := strings.Cut(string(text), "\n")
		l.Title[lang], l.Text[lang] = strings.TrimPrefix(title, "# "), string(text)
	}
	return l, nil
}
