package lessons_test

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"

	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/workspace"
	"layerlab.dev/site/lessons"
)

// TestEveryLesson reads every lesson of the folder and checks that all are in
// the menu, have words in every language and a workspace that is in order.
func TestEveryLesson(t *testing.T) {
	all, err := lessons.All()
	if err != nil {
		t.Fatal(err)
	}
	folders, err := fs.Glob(os.DirFS("."), "*/workspace.txtar")
	if err != nil || len(folders) != len(all) {
		t.Errorf("%d folders, %d lessons in the menu (%v)", len(folders), len(all), err)
	}
	for _, l := range all {
		for _, lang := range lessons.Languages {
			if l.Title[lang] == "" || !strings.HasPrefix(l.Text[lang], "# "+l.Title[lang]+"\n") {
				t.Errorf("%s: no title in %s", l.Slug, lang)
			}
		}
		w, err := workspace.Parse(l.Workspace)
		if err != nil {
			t.Errorf("%s: %v", l.Slug, err)
			continue
		}
		text, err := w.Format()
		if err != nil || string(text) != string(l.Workspace) {
			t.Errorf("%s: the workspace is not as it would be written: %v\n%s", l.Slug, err, text)
		}
		plan, err := w.Plan()
		if err != nil {
			t.Errorf("%s: %v", l.Slug, err)
			continue
		}
		find := func(_ context.Context, name string) (*image.Image, error) { return standin.Image(name) }
		for _, b := range plan.Build(context.Background(), workspace.BuildOptions{Image: find}) {
			if b.Err != nil {
				t.Errorf("%s: %v", l.Slug, b.Err)
			}
		}
	}
}
