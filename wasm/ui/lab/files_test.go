package lab_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/site/lessons"
	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

func paths(l *lab.Lab) string {
	var out []string
	for _, f := range l.Files {
		out = append(out, f.Path)
	}
	return strings.Join(out, " ")
}

func TestCheckPath(t *testing.T) {
	l, _ := started(t)
	l.Add("src/main.go")
	for path, ok := range map[string]bool{
		"new.txt": true, "a/b/c": true, ".hidden": true, "src/other.go": true, "이름.txt": true, "..a": true,
		"": false, "/abs": false, "a//b": false, "./a": false, "../a": false, "a/../b": false, "a/": false, ".": false, "..": false,
		"second.txt": false, "second.txt/below": false, "src": false,
		strings.Repeat("n", 255): true, "d/" + strings.Repeat("n", 256): false,
	} {
		if got := l.CheckPath(path, ""); (got == "") != ok {
			t.Errorf("CheckPath(%q) = %q, want ok %v", path, got, ok)
		}
	}
}

// The page shows First before any program could read the lesson.
func TestFirstIsTheFirstLesson(t *testing.T) {
	lesson, err := lessons.Get(lab.FirstLesson)
	if err != nil {
		t.Fatal(err)
	}
	first := lab.First()
	var b strings.Builder
	fmt.Fprintf(&b, "name: %s\ndockerfile: %s\nepoch: %d\n", first.Name, first.Dockerfile, first.Settings.Epoch)
	for _, f := range first.Files {
		fmt.Fprintf(&b, "-- %s --\n%s", f.Path, *f.Text)
	}
	if b.String() != string(lesson.Workspace) {
		t.Errorf("First is\n%s, the lesson\n%s", b.String(), lesson.Workspace)
	}
}

func TestRenameAndDelete(t *testing.T) {
	l, h := started(t)
	for _, p := range []string{"src/a", "src/deep/b"} {
		if problem := l.Add(p); problem != "" {
			t.Fatal(problem)
		}
	}
	if problem := l.Rename("src", "lib"); problem != "" {
		t.Fatal(problem)
	}
	if got := paths(l); got != "Dockerfile lib/a lib/deep/b second.txt third.txt" {
		t.Errorf("after renaming a folder: %s", got)
	}
	if _, kept := h.saved["src/a"]; kept {
		t.Error("the old name is still saved")
	}
	if l.Meta.Open != "lib/deep/b" {
		t.Errorf("the open file is %s", l.Meta.Open)
	}
	if l.Rename("lib", "lib/inside") == "" {
		t.Error("moved a folder into itself")
	}
	if l.Rename("lib/a", "second.txt") == "" {
		t.Error("renamed onto another file")
	}
	if problem := l.Rename("Dockerfile", "Dockerfile.web"); problem != "" || l.Meta.Dockerfile != "Dockerfile.web" {
		t.Errorf("%q; the chosen Dockerfile is %s", problem, l.Meta.Dockerfile)
	}
	revision := l.Revision
	l.Delete("lib")
	if got := paths(l); got != "Dockerfile.web second.txt third.txt" || l.Revision != revision+1 {
		t.Errorf("after deleting: %s, revision %d", got, l.Revision)
	}
	l.Notice.Do()
	if got := paths(l); got != "Dockerfile.web lib/a lib/deep/b second.txt third.txt" || len(h.saved) < 2 {
		t.Errorf("after undo: %s", got)
	}
}

func TestToggleExecutable(t *testing.T) {
	l, h := started(t)
	l.Add("src/run.sh")
	revision := l.Revision
	l.ToggleExecutable("src/run.sh")
	if f := h.saved["src/run.sh"]; f.Mode != 0o755 || l.Revision != revision+1 || !lab.Executable(l.File("src/run.sh")) {
		t.Errorf("mode %o at revision %d", f.Mode, l.Revision)
	}
	l.ToggleExecutable("src/run.sh")
	if f := h.saved["src/run.sh"]; f.Mode != 0o644 {
		t.Errorf("mode %o after toggling back", f.Mode)
	}
	l.ToggleExecutable("src")
	if l.Revision != revision+2 {
		t.Error("toggling a folder is a change")
	}
}

func TestUpload(t *testing.T) {
	l, h := started(t)
	l.Delete("Dockerfile")
	text := "FROM scratch\n"
	l.AddMany([]wire.File{{Path: "build/web.Dockerfile", Kind: "file", Text: &text}, {Path: "logo.png", Kind: "file", Key: "sha256:1", Size: 9}})
	if l.Meta.Dockerfile != "build/web.Dockerfile" {
		t.Errorf("the chosen Dockerfile is %s", l.Meta.Dockerfile)
	}
	l.Flush()
	_, buffers := h.lastOf(wire.MethodBuild)
	if len(buffers) != 1 || buffers[0].Key != "sha256:1" || buffers[0].Text != nil {
		t.Errorf("buffers %v", buffers)
	}
	l.Open("logo.png")
	if h.shown != "" {
		t.Error("a binary file is in the editor")
	}
	if !slices.Equal(l.Dockerfiles(), []string{"build/web.Dockerfile"}) {
		t.Errorf("Dockerfiles %v", l.Dockerfiles())
	}
}

func tree(l *lab.Lab) string {
	var out []string
	for _, n := range l.TreeRows() {
		mark := ""
		if n.Dir {
			mark = "/"
		}
		out = append(out, fmt.Sprint(strings.Repeat(">", n.Depth-1), n.Name, mark))
	}
	return strings.Join(out, " ")
}

func TestTree(t *testing.T) {
	l, _ := started(t)
	for _, p := range []string{"src/a/x", "src/b", "src-old/c"} {
		l.Add(p)
	}
	if got, want := tree(l), "src/ >a/ >>x >b src-old/ >c Dockerfile second.txt third.txt"; got != want {
		t.Errorf("tree\n%s, want\n%s", got, want)
	}
	l.ToggleDir("src")
	if got, want := tree(l), "src/ src-old/ >c Dockerfile second.txt third.txt"; got != want {
		t.Errorf("closed\n%s, want\n%s", got, want)
	}
	l.Open("src/a/x")
	if got := tree(l); !strings.Contains(got, ">>x") {
		t.Errorf("opening a file does not open its folders: %s", got)
	}
}

func TestTreeKeys(t *testing.T) {
	l, h := started(t)
	l.Add("src/b")
	l.Tree.Current = "src"
	for _, step := range []struct{ key, want string }{
		{"ArrowUp", "src"}, {"ArrowRight", "src/b"}, {"ArrowRight", "src/b"}, {"ArrowLeft", "src"},
		{"ArrowLeft", "src"}, {"ArrowDown", "Dockerfile"}, {"End", "third.txt"}, {"ArrowDown", "third.txt"},
		{"ArrowUp", "second.txt"}, {"Enter", "second.txt"}, {"Home", "src"}, {"ArrowRight", "src"}, {"ArrowDown", "src/b"},
	} {
		if !l.TreeKey(step.key) || l.Tree.Current != step.want {
			t.Fatalf("after %s the focus is on %s, want %s", step.key, l.Tree.Current, step.want)
		}
	}
	if h.shown != "second.txt" || l.Pane != "editor" {
		t.Errorf("Enter opened %q in the pane %s", h.shown, l.Pane)
	}
	if l.TreeKey("x") {
		t.Error("x means nothing")
	}
	l.TreeKey("F2")
	if l.Tree.Naming != "src/b" || h.focus != "tree-name" {
		t.Errorf("F2 renames %q with the focus on %q", l.Tree.Naming, h.focus)
	}
	l.EndName("third.txt", false)
	if l.Tree.Problem == "" || l.Tree.Naming == "" {
		t.Error("a taken name ended the naming")
	}
	if l.EndName("third.txt", true); l.Tree.Problem != "" || l.Tree.Naming != "" {
		t.Error("a taken name is asked for again where the field lost the focus")
	}
	l.TreeKey("Delete")
	if l.File("src/b") != nil {
		t.Error("Delete did not delete")
	}
}

func TestManyFilesAreDrawnInPart(t *testing.T) {
	l, _ := started(t)
	var files []wire.File
	empty := ""
	for i := range 5000 {
		files = append(files, wire.File{Path: fmt.Sprintf("f%04d", i), Kind: "file", Text: &empty})
	}
	l.AddMany(files)
	l.ScrolledTree(1000*lab.RowHeight, 300)
	rows, before, after := l.VisibleTree()
	if len(rows) > 60 || before+len(rows)*lab.RowHeight+after != len(l.TreeRows())*lab.RowHeight {
		t.Errorf("%d rows, %d before, %d after", len(rows), before, after)
	}
	if before > 1000*lab.RowHeight || before+len(rows)*lab.RowHeight < 1000*lab.RowHeight+300 {
		t.Errorf("the rows in sight are not drawn: %d rows after %d px", len(rows), before)
	}
}

// The editor has its own copies: it must be told of all that becomes of a file
// elsewhere.
func TestEditorIsToldOfFiles(t *testing.T) {
	l, h := started(t)
	for _, p := range []string{"src/a", "src/b", "src-old/c"} {
		l.Add(p)
	}
	l.Open("src/a")
	h.renamed, h.forgot = nil, nil
	l.Rename("src", "lib")
	if want := []string{"src/a lib/a", "src/b lib/b"}; !slices.Equal(h.renamed, want) {
		t.Errorf("renamed %q", h.renamed)
	}
	if want := []string{"lib/a", "lib/b", "src-old/c"}; slices.ContainsFunc(want, func(p string) bool { return !slices.Contains(l.Meta.Tabs, p) }) {
		t.Errorf("tabs %q", l.Meta.Tabs)
	}
	h.forgot = nil
	text := "new"
	l.AddMany([]wire.File{{Path: "lib/a", Kind: "file", Text: &text}})
	if !slices.Contains(h.forgot, "lib/a") {
		t.Errorf("a file that was replaced is not forgotten: %q", h.forgot)
	}
	h.forgot = nil
	l.Rename("src-old", "lib-old")
	l.Delete("lib")
	if want := []string{"lib/a", "lib/b"}; !slices.Equal(h.forgot, want) || l.File("lib-old/c") == nil {
		t.Errorf("deleting lib forgets %q, and leaves %s", h.forgot, paths(l))
	}
}

// A folder is no file to open, though it may be one that was handed over.
func TestFoldersAreNotOpened(t *testing.T) {
	l, h := started(t)
	l.AddMany([]wire.File{{Path: "d", Kind: "dir", Mode: 0o700}})
	if l.Open("d"); l.Meta.Open != "Dockerfile" || h.shown != "Dockerfile" {
		t.Errorf("open is %q, shown %q", l.Meta.Open, h.shown)
	}
}

// What is typed takes the place of whatever the file held.
func TestEditingAGeneratedFile(t *testing.T) {
	l, h := started(t)
	l.AddMany([]wire.File{{Path: "big", Kind: "file", Mode: 0o644, Generated: &wire.Generated{Kind: "zeros", Size: 9}},
		{Path: "blob", Kind: "file", Mode: 0o644, Key: "sha256:1", Size: 9}})
	l.Edited("big", "small")
	l.Edited("blob", "text")
	l.Flush()
	for _, f := range params[wire.Workspace](t, h, wire.MethodBuild).Files {
		if (f.Path == "big" || f.Path == "blob") && (f.Generated != nil || f.Key != "" || f.Size != 0 || f.Text == nil) {
			t.Errorf("built is %+v", f)
		}
	}
}

// Another Dockerfile has other stages, and builds of its own.
func TestAnotherDockerfileIsShown(t *testing.T) {
	l, h := started(t)
	l.Add("web.Dockerfile")
	l.Flush()
	img := image("a", "FROM a", "COPY x .")
	img.Stages = append(img.Stages, img.Stages[0])
	img.Final = 1
	event(t, l, wire.EventBuilt, built(l, img))
	l.ChooseStage(0)
	before := l.Revision
	l.UseDockerfile("web.Dockerfile")
	if l.Stage != -1 || l.Chosen() != nil || h.meta.Dockerfile != "web.Dockerfile" {
		t.Errorf("stage %d, chosen %v, saved %q", l.Stage, l.Chosen(), h.meta.Dockerfile)
	}
	late := built(l, image("late", "FROM b"))
	late.Revision = before
	if event(t, l, wire.EventBuilt, late); l.Image.ID == "sha256:late" {
		t.Error("a build of the Dockerfile before is shown")
	}
}

// The workspace that a lesson replaced comes back without the lesson's words.
func TestFormerWorkspaceHasNoLesson(t *testing.T) {
	l, h := started(t)
	l.OpenLesson("two")
	answerLast(t, l, h, wire.MethodLesson, wire.LessonText{Lesson: wire.Lesson{Slug: "two"}, Workspace: lab.First()})
	l.Flush()
	l.Notice.Do()
	if l.Lesson != nil || l.Meta.Lesson != "" {
		t.Errorf("lesson %q, %+v", l.Meta.Lesson, l.Lesson)
	}
}
