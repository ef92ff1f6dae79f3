package lab_test

import (
	"fmt"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// contents are the texts of the workspace with what else can be taken back.
func contents(l *lab.Lab) string {
	var out []string
	for _, f := range l.Files {
		text := f.Kind
		if f.Text != nil {
			text = *f.Text
		}
		out = append(out, fmt.Sprintf("%s=%o:%s", f.Path, f.Mode, text))
	}
	return fmt.Sprint(strings.Join(out, "|"), l.Meta.Dockerfile, l.Meta.Settings, l.Meta.Lesson)
}

// Every way of changing the workspace is taken back in one order, and made
// again.
func TestUndoOfEverything(t *testing.T) {
	l, h := started(t)
	steps := []struct {
		name string
		do   func()
		open string // the file that undoing shows
	}{
		{"type", func() { l.Edited("Dockerfile", "FROM a"); l.Edited("Dockerfile", "FROM ab") }, "Dockerfile"},
		{"type after a pause", func() { l.Pause(); l.Edited("Dockerfile", "FROM abc") }, "Dockerfile"},
		{"another file", func() { l.Edited("second.txt", "2") }, "second.txt"},
		{"add", func() { l.Add("src/new.txt") }, ""},
		{"write", func() { l.Edited("src/new.txt", "new") }, "src/new.txt"},
		{"mode", func() { l.ToggleExecutable("second.txt") }, ""},
		{"rename", func() { l.Rename("src", "lib") }, "src/new.txt"},
		{"settings", func() { l.SetEpoch(7) }, ""},
		{"delete", func() { l.Delete("lib") }, "lib/new.txt"},
		{"many", func() {
			one := "1"
			l.AddMany([]wire.File{{Path: "x", Kind: "file", Text: &one}, {Path: "y", Kind: "file", Text: &one}, {Path: "z.Dockerfile", Kind: "file", Text: &one}})
		}, ""},
		{"another Dockerfile", func() { l.UseDockerfile("z.Dockerfile") }, ""},
		{"lesson", func() {
			ws := lab.First()
			l.Replace(ws, "five-lines")
		}, ""},
	}
	var states []string
	for _, s := range steps {
		l.Flush()
		states = append(states, contents(l))
		s.do()
	}
	l.Flush()
	last := contents(l)
	for i := len(steps) - 1; i >= 0; i-- {
		l.Undo()
		if got := contents(l); got != states[i] {
			t.Fatalf("before %s it was\n%s, and is\n%s", steps[i].name, states[i], got)
		}
		if open := steps[i].open; open != "" && l.Meta.Open != open {
			t.Errorf("undoing %q shows %s, want %s", steps[i].name, l.Meta.Open, open)
		}
		if l.Say == "" {
			t.Errorf("%s: nothing is said", steps[i].name)
		}
		l.Flush()
	}
	if l.CanUndo() {
		t.Error("there is a step before the first")
	}
	l.Undo()
	for i, s := range steps {
		if got := contents(l); got != states[i] {
			t.Fatalf("redoing %s begins with\n%s", s.name, got)
		}
		l.Redo()
	}
	if got := contents(l); got != last || l.CanRedo() {
		t.Errorf("in the end\n%s, want\n%s", got, last)
	}
	for _, f := range l.Files {
		if kept, ok := h.saved[f.Path]; !ok || f.Text != nil && *kept.Text != *f.Text {
			t.Errorf("the browser keeps another %s", f.Path)
		}
	}
	if len(h.saved) != len(l.Files) {
		t.Errorf("the browser keeps %d files of %d", len(h.saved), len(l.Files))
	}
}

func TestTypingAfterUndoForgetsWhatWasAhead(t *testing.T) {
	l, h := started(t)
	l.Edited("Dockerfile", "FROM a")
	l.Undo()
	if !l.CanRedo() || len(h.rewritten) != 1 {
		t.Fatalf("redo %v, rewritten %q", l.CanRedo(), h.rewritten)
	}
	l.Edited("Dockerfile", "FROM b")
	l.Flush()
	if l.CanRedo() || l.NextUndo() != "Dockerfile edited" {
		t.Errorf("redo %v, next %q", l.CanRedo(), l.NextUndo())
	}
	l.Undo()
	if got := *l.File("Dockerfile").Text; got != *lab.First().Files[0].Text {
		t.Errorf("after undo %q", got)
	}
}

func TestTimelineIsBounded(t *testing.T) {
	l, _ := started(t)
	big := strings.Repeat("x", 1<<20)
	for i := range 60 {
		l.Pause()
		l.Edited("second.txt", big+fmt.Sprint(i))
		l.Flush()
	}
	n := 0
	for ; l.CanUndo(); n++ {
		l.Undo()
	}
	if n < 5 || n > 30 {
		t.Errorf("%d steps of a megabyte are kept", n)
	}
	l, _ = started(t)
	for i := range 1000 {
		l.Pause()
		l.Edited("second.txt", fmt.Sprint(i))
		l.Flush()
	}
	for n = 0; l.CanUndo(); n++ {
		l.Undo()
	}
	if n != 300 {
		t.Errorf("%d steps are kept", n)
	}
}

// A workspace that a link brings has a history of its own.
func TestAnotherWorkspaceBeginsAnew(t *testing.T) {
	l, _ := started(t)
	l.Edited("Dockerfile", "FROM a")
	l.Flush()
	l.Load(lab.First(), "", "")
	l.Flush()
	if l.CanUndo() {
		t.Error("the history of another workspace can be taken back")
	}
}

// The way back in a notice takes the step back, and adds none.
func TestNoticeTakesTheStepBack(t *testing.T) {
	for _, later := range []bool{false, true} {
		l, _ := started(t)
		before := contents(l)
		l.Delete("second.txt")
		notice := l.Notice
		if later {
			l.Edited("Dockerfile", "FROM scratch\n")
			l.Flush()
		}
		notice.Do()
		l.Flush()
		if l.File("second.txt") == nil {
			t.Fatal("the file is not back")
		}
		want := "second.txt deleted"
		if later {
			want = ""
		}
		if got := l.NextRedo(); got != want {
			t.Errorf("later %v: ahead is %q, want %q", later, got, want)
		}
		if !later && (l.CanUndo() || contents(l) != before) {
			t.Errorf("the step is still there: %s", contents(l))
		}
		for l.CanUndo() {
			l.Undo()
		}
		if got := contents(l); got != before {
			t.Errorf("later %v: at the beginning was\n%s, want\n%s", later, got, before)
		}
	}
}

// What is typed is a step of its own beside other changes of the same file, and
// after a step was taken back.
func TestStepsOfOneFile(t *testing.T) {
	l, _ := started(t)
	state := func() string { return fmt.Sprintf("%s %o", *l.File("second.txt").Text, l.File("second.txt").Mode) }
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() { l.Edited("second.txt", "1") }, "1 644"},
		{func() { l.ToggleExecutable("second.txt") }, "1 755"},
		{func() { l.Edited("second.txt", "2") }, "2 755"},
		{l.Undo, "1 755"},
		{func() { l.Edited("second.txt", "3") }, "3 755"},
		{l.Undo, "1 755"},
		{l.Undo, "1 644"},
		{l.Redo, "1 755"},
		{func() { l.Edited("second.txt", "4") }, "4 755"},
		{l.Undo, "1 755"},
		{func() { l.Edited("second.txt", "5") }, "5 755"},
		{func() { l.Pause(); l.Edited("second.txt", "6") }, "6 755"},
		{l.Undo, "5 755"},
		{func() { l.Edited("second.txt", "7") }, "7 755"},
		{l.Undo, "5 755"},
	} {
		step.do()
		l.Flush()
		if got := state(); got != step.want {
			t.Fatalf("it is %s, want %s", got, step.want)
		}
	}
}

func TestUndoTellsAndSaves(t *testing.T) {
	l, h := started(t)
	l.Rename("second.txt", "2.txt")
	if l.Flush(); l.NextUndo() != l.W.Rename {
		t.Errorf("renaming is told as %q", l.NextUndo())
	}
	l.SetEpoch(7)
	l.Flush()
	l.Undo()
	if h.meta.Settings.Epoch != lab.DefaultEpoch {
		t.Errorf("the browser keeps the epoch %d", h.meta.Settings.Epoch)
	}
	if l.NextRedo() != l.W.ChangeOfSettings {
		t.Errorf("a setting is told as %q", l.NextRedo())
	}
	l.Delete("third.txt")
	l.Undo()
	if l.Notice != nil {
		t.Errorf("the notice still offers to take back: %+v", l.Notice)
	}
}

// The words of a lesson come and go with its workspace.
func TestUndoBringsTheLessonBack(t *testing.T) {
	l, h := started(t)
	l.OpenLesson("two")
	answerLast(t, l, h, wire.MethodLesson, wire.LessonText{Lesson: wire.Lesson{Slug: "two"}, Workspace: lab.First()})
	l.Flush()
	l.Replace(lab.First(), "")
	l.Lesson = nil
	l.Flush()
	l.Undo()
	if q := params[wire.LessonQuery](t, h, wire.MethodLesson); h.count(wire.MethodLesson) != 2 || q.Slug != "two" {
		t.Fatalf("asked %d times, for %+v", h.count(wire.MethodLesson), q)
	}
	answerLast(t, l, h, wire.MethodLesson, wire.LessonText{Lesson: wire.Lesson{Slug: "two"}})
	if l.Lesson == nil || l.Lesson.Slug != "two" {
		t.Errorf("the lesson is %+v", l.Lesson)
	}
	l.Undo()
	if l.Lesson != nil || l.Meta.Lesson != "" {
		t.Errorf("before the lesson there is %+v", l.Lesson)
	}
}
