package lab_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// host records what the state asks of the browser.
type host struct {
	sent      []wire.Request
	buffers   [][]lab.Buffer
	restarts  int
	saved     map[string]wire.File
	meta      lab.Meta
	former    *wire.Workspace
	shown     string
	forgotten int
	forgot    []string
	renamed   []string
	marks     []lab.Mark
	chosen    lab.Lines
	lit       lab.Lines
	gone      [2]int
	filled    map[string]string
	saves     []string
	rewritten []string
	edits     []wire.Edit
	answers   []string
	focus     string
	scrolled  string
	updates   int
	borrowed  []lab.Meta
	mine      int
	kept      []lab.Meta
	published string
	unfolded  string
	texts     string
	looked    []string
	unread    string
}

func (h *host) Send(message string, buffers []lab.Buffer) {
	var r wire.Request
	if err := json.Unmarshal([]byte(message), &r); err != nil {
		panic(err)
	}
	h.sent, h.buffers = append(h.sent, r), append(h.buffers, buffers)
}
func (h *host) RestartEngine()      { h.restarts++ }
func (h *host) Save(f wire.File)    { h.saved[f.Path] = f }
func (h *host) Remove(path string)  { delete(h.saved, path) }
func (h *host) SaveMeta(m lab.Meta) { h.meta = m }
func (h *host) Show(path, _ string) { h.shown = path }
func (h *host) Hide()               { h.shown = "" }
func (h *host) Forget(p ...string) {
	h.forgotten++
	h.forgot = append(h.forgot, p...)
}
func (h *host) Renamed(a, b string)  { h.renamed = append(h.renamed, a+" "+b) }
func (h *host) Goto(line, col int)   { h.gone = [2]int{line, col} }
func (h *host) Focus(element string) { h.focus = element }
func (h *host) Unfold(pane string)   { h.unfolded = pane }
func (h *host) Reveal(string)        {}
func (h *host) ScrollTo(list string, top, height int) {
	h.scrolled = fmt.Sprint(list, " ", top, " ", height)
}
func (h *host) SaveText(name, text string) { h.texts = name + "\n" + text }
func (h *host) Replace(m lab.Meta, files []wire.File, former *wire.Workspace) {
	h.meta, h.former, h.saved = m, former, map[string]wire.File{}
	for _, f := range files {
		h.saved[f.Path] = f
	}
}
func (h *host) Rewrite(path, text string)      { h.rewritten = append(h.rewritten, path+"="+text) }
func (h *host) Edit(_ string, e []wire.Edit)   { h.edits = e }
func (h *host) Answer(id int, text string)     { h.answers = append(h.answers, fmt.Sprint(id, " ", text)) }
func (h *host) Marks(_ string, m []lab.Mark)   { h.marks = m }
func (h *host) Light(chosen, lit lab.Lines)    { h.chosen, h.lit = chosen, lit }
func (h *host) Fill(island, kind, text string) { h.filled[island] = kind + ":" + text }
func (h *host) Download(request int, name string) {
	h.saves = append(h.saves, fmt.Sprint(request, " ", name))
}
func (h *host) Update()            { h.updates++ }
func (h *host) last() wire.Request { return h.sent[len(h.sent)-1] }
func (h *host) lastOf(method string) (wire.Request, []lab.Buffer) {
	for i := len(h.sent) - 1; i >= 0; i-- {
		if h.sent[i].Method == method {
			return h.sent[i], h.buffers[i]
		}
	}
	return wire.Request{}, nil
}
func (h *host) count(method string) (n int) {
	for _, r := range h.sent {
		if r.Method == method {
			n++
		}
	}
	return n
}

// started is a state with the first workspace and a running engine.
func started(t testing.TB) (*lab.Lab, *host) {
	t.Helper()
	h := &host{saved: map[string]wire.File{}, filled: map[string]string{}}
	l := lab.New(h, words.For(words.English))
	l.Load(lab.First(), "", "")
	event(t, l, wire.EventReady, wire.Ready{Version: wire.Version})
	l.Flush()
	return l, h
}

func event(t testing.TB, l *lab.Lab, name string, data any) {
	t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	message, err := json.Marshal(wire.Event{Event: name, Data: raw})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Receive(message); err != nil {
		t.Fatal(err)
	}
}

func answer(t testing.TB, l *lab.Lab, id int, result any, failure string) {
	t.Helper()
	raw, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	message, err := json.Marshal(wire.Response{ID: id, Result: raw, Error: failure})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Receive(message); err != nil {
		t.Fatal(err)
	}
}

// image has a step a text; those that begin with CMD have no layer.
func image(prefix string, texts ...string) wire.Image {
	st := wire.Stage{Name: "0", Used: true}
	for i, text := range texts {
		s := wire.Step{ID: fmt.Sprint(prefix, i), Text: text, StartLine: i + 1, EndLine: i + 1, Size: int64(i), Entries: i}
		s.Keyword, _, _ = strings.Cut(text, " ")
		if s.Keyword != "CMD" {
			s.DiffID = "sha256:" + strings.Repeat(fmt.Sprint(i), 64)
		}
		st.Steps = append(st.Steps, s)
	}
	return wire.Image{Dockerfile: "Dockerfile", ID: "sha256:" + prefix, Stages: []wire.Stage{st}}
}

func built(l *lab.Lab, img wire.Image) wire.Built {
	return wire.Built{Revision: l.Revision, Dockerfile: "Dockerfile", Ok: true, Images: []wire.Image{img}}
}

func TestKeystrokesOfAFrameAreOneBuild(t *testing.T) {
	l, h := started(t)
	before := h.count(wire.MethodBuild)
	for _, text := range []string{"F", "FR", "FRO", "FROM"} {
		l.Edited("Dockerfile", text)
	}
	l.Flush()
	if n := h.count(wire.MethodBuild) - before; n != 1 {
		t.Errorf("%d builds, want 1", n)
	}
	r, _ := h.lastOf(wire.MethodBuild)
	var ws wire.Workspace
	if err := json.Unmarshal(r.Params, &ws); err != nil {
		t.Fatal(err)
	}
	if ws.Revision != l.Revision || *ws.Files[0].Text != "FROM" {
		t.Errorf("sent revision %d with %q, want %d with FROM", ws.Revision, *ws.Files[0].Text, l.Revision)
	}
	l.Flush()
	if n := h.count(wire.MethodBuild) - before; n != 1 {
		t.Errorf("a frame without changes built again")
	}
}

func TestBuildsArriveLate(t *testing.T) {
	l, h := started(t)
	at := func(revision int, id string) wire.Built {
		b := built(l, image(id, "FROM a"))
		b.Revision = revision
		return b
	}
	shown := func() string {
		if l.Image == nil {
			return ""
		}
		return strings.TrimPrefix(l.Image.ID, "sha256:")
	}
	l.Edited("Dockerfile", "FROM b")
	l.Edited("Dockerfile", "FROM c")
	l.Flush()
	first := l.Revision
	event(t, l, wire.EventBuilt, at(first-1, "overtaken"))
	if shown() != "overtaken" || !l.Busy {
		t.Errorf("shows %q, busy %v: a build that was overtaken on its way is newer than nothing", shown(), l.Busy)
	}
	event(t, l, wire.EventBuilt, at(first, "newest"))
	if shown() != "newest" || l.Busy {
		t.Errorf("shows %q, busy %v after the newest build", shown(), l.Busy)
	}
	event(t, l, wire.EventBuilt, at(first-1, "old"))
	if shown() != "newest" {
		t.Errorf("an older build replaced a newer one")
	}
	l.OpenLesson("two")
	answer(t, l, h.last().ID, wire.LessonText{Workspace: lab.First()}, "")
	if l.Tab != "lesson" {
		t.Errorf("a lesson opens with the tab %s", l.Tab)
	}
	event(t, l, wire.EventBuilt, at(first, "other workspace"))
	if shown() != "" {
		t.Errorf("shows %q of the workspace that the lesson replaced", shown())
	}
	event(t, l, wire.EventBuilt, at(l.Revision, "lesson"))
	if shown() != "lesson" {
		t.Errorf("shows %q after the lesson's build", shown())
	}
}

func TestBigTextTravelsOnce(t *testing.T) {
	l, h := started(t)
	big := strings.Repeat("x", 20<<10)
	l.Edited("third.txt", big)
	l.Flush()
	r, buffers := h.lastOf(wire.MethodBuild)
	if len(buffers) != 1 || buffers[0].Text == nil || *buffers[0].Text != big || strings.Contains(string(r.Params), big) {
		t.Fatalf("the big text did not travel beside the message: %d buffers", len(buffers))
	}
	l.Edited("second.txt", "other")
	l.Flush()
	r, buffers = h.lastOf(wire.MethodBuild)
	if len(buffers) != 0 || !strings.Contains(string(r.Params), `"key":"text:third.txt:`) {
		t.Errorf("the big text was sent again, or not named: %s", r.Params)
	}
	l.Edited("third.txt", big+"y")
	l.Flush()
	if _, buffers = h.lastOf(wire.MethodBuild); len(buffers) != 1 {
		t.Errorf("a change of the big text was not sent")
	}
	l.Died("test")
	event(t, l, wire.EventReady, wire.Ready{Version: wire.Version})
	l.Flush()
	if _, buffers = h.lastOf(wire.MethodBuild); len(buffers) != 1 {
		t.Errorf("a new engine did not get the big text")
	}
	if f := l.File("third.txt"); f.Text == nil || *f.Text != big+"y" {
		t.Error("sending changed the workspace")
	}
}

func TestEngineDies(t *testing.T) {
	l, h := started(t)
	l.Died("out of memory")
	if h.restarts != 1 || l.Phase != lab.Starting || !strings.Contains(l.Notice.Text, "out of memory") {
		t.Fatalf("after one death: %d restarts, phase %d, notice %v", h.restarts, l.Phase, l.Notice)
	}
	l.Died("out of memory")
	l.Flush()
	if h.restarts != 1 || l.Phase != lab.Stopped {
		t.Fatalf("after two deaths on the same files: %d restarts, phase %d", h.restarts, l.Phase)
	}
	l.Edited("Dockerfile", "FROM scratch")
	l.Flush()
	if h.restarts != 2 || l.Phase != lab.Starting || l.Notice != nil {
		t.Errorf("a change did not start the engine again: %d restarts, phase %d", h.restarts, l.Phase)
	}
}

func TestOtherVersionOfTheEngine(t *testing.T) {
	h := &host{saved: map[string]wire.File{}, filled: map[string]string{}}
	l := lab.New(h, words.For(words.English))
	l.Load(lab.First(), "", "")
	event(t, l, wire.EventReady, wire.Ready{Version: wire.Version + 1})
	l.Flush()
	if l.Phase != lab.Stopped || l.Fault == "" || len(h.sent) != 0 {
		t.Errorf("talks to an engine of another version: phase %d, %d messages", l.Phase, len(h.sent))
	}
}

func TestFailedBuildKeepsTheLastGoodStack(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a", "COPY x .")))
	l.Flush()
	if h.chosen != (lab.Lines{From: 2, To: 2}) {
		t.Errorf("chosen lines %v", h.chosen)
	}
	l.Edited("Dockerfile", "FRUM a")
	bad := wire.Built{Revision: l.Revision, Shown: -1, Diagnostics: []wire.Diagnostic{{File: "Dockerfile", Severity: "error", Text: wire.Plain("unknown instruction: FRUM"), StartLine: 1}}}
	event(t, l, wire.EventBuilt, bad)
	l.Flush()
	if l.Image == nil || !l.Stale || l.Errors() != 1 || len(h.marks) != 1 {
		t.Errorf("image %v, stale %v, %d errors, %d marks", l.Image != nil, l.Stale, l.Errors(), len(h.marks))
	}
	if l.Caret("Dockerfile", 1); l.Chosen().ID != "a1" {
		t.Error("a line of the new file chose a step of the old one")
	}
	if h.chosen != (lab.Lines{}) {
		t.Error("lines of the old file are marked in the new one")
	}
	if !strings.Contains(l.Say, "FRUM") {
		t.Errorf("says %q", l.Say)
	}
}

func TestErrorsComeBeforeWarnings(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Shown: -1, Diagnostics: []wire.Diagnostic{
		{Severity: "warning", Text: wire.Plain("a"), File: "Dockerfile", StartLine: 1}, {Severity: "error", Text: wire.Plain("b"), File: "second.txt", StartLine: 2, StartColumn: 3}, {Severity: "error", Text: wire.Plain("c")},
	}})
	var got string
	for _, d := range l.Diagnostics() {
		got += d.Text.Text
	}
	if got != "bca" {
		t.Errorf("in the order %s", got)
	}
	if len(h.marks) != 1 || h.marks[0].Text != "a" {
		t.Errorf("the open file has the marks %+v", h.marks)
	}
	l.GoToProblem(0)
	if l.Pane != "editor" {
		t.Errorf("the pane in sight is %s", l.Pane)
	}
	if l.Meta.Open != "second.txt" || h.gone != [2]int{2, 3} {
		t.Errorf("the first leads to %s %v", l.Meta.Open, h.gone)
	}
}

func TestChoiceSurvivesBuilds(t *testing.T) {
	for _, test := range []struct {
		name   string
		choose int
		next   []string
		want   string
	}{
		{"line put in above", 2, []string{"FROM a", "RUN new", "COPY x .", "ADD y ."}, "ADD y ."},
		{"line taken out above", 2, []string{"FROM a", "ADD y ."}, "ADD y ."},
		{"the line itself changed", 1, []string{"FROM a", "COPY z .", "ADD y ."}, "COPY z ."},
		{"the top line taken out", 2, []string{"FROM a", "COPY x ."}, "COPY x ."},
		{"the nearer of two alike", 1, []string{"FROM a", "RUN new", "COPY x .", "ADD y .", "COPY x ."}, "COPY x ."},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, _ := started(t)
			event(t, l, wire.EventBuilt, built(l, image("a", "FROM a", "COPY x .", "ADD y .")))
			l.Choose(fmt.Sprint("a", test.choose))
			event(t, l, wire.EventBuilt, built(l, image("b", test.next...)))
			if got := l.Chosen(); got == nil || got.Text != test.want {
				t.Errorf("chosen %v, want %s", got, test.want)
			}
		})
	}
}

func TestLinesAndStrata(t *testing.T) {
	l, h := started(t)
	img := image("a", "FROM a", "COPY x .", "CMD run")
	other := image("o", "FROM b").Stages[0]
	other.Steps[0].StartLine, other.Steps[0].EndLine = 7, 8
	img.Stages = append([]wire.Stage{other}, img.Stages...)
	img.Final = 1
	event(t, l, wire.EventBuilt, built(l, img))
	l.Caret("Dockerfile", 3)
	if s := l.Chosen(); s == nil || s.Text != "CMD run" {
		t.Errorf("caret on line 3 chose %v", s)
	}
	l.Point(2)
	l.Flush()
	if l.Hover != "a1" || h.lit != (lab.Lines{From: 2, To: 2}) {
		t.Errorf("pointer on line 2 lit %q, lines %v", l.Hover, h.lit)
	}
	l.Point(8)
	l.Flush()
	if l.Hover != "o0" || h.lit != (lab.Lines{From: 7, To: 8}) {
		t.Errorf("pointer on line 8, of the stage beside, lit %q, lines %v", l.Hover, h.lit)
	}
	l.Caret("Dockerfile", 8)
	if s := l.Chosen(); l.StageIndex() != 0 || s == nil || s.ID != "o0" {
		t.Errorf("caret in the other stage: stage %d, chosen %v", l.StageIndex(), s)
	}
	l.Caret("second.txt", 1)
	if s := l.Chosen(); s.ID != "o0" {
		t.Error("a caret in another file moved the choice")
	}
	l.Lit("o0")
	if l.ChooseStage(1); l.Hover != "" {
		t.Errorf("%s of the other stage is still lit", l.Hover)
	}
	l.Step(1 << 10)
	if l.Chosen().ID != "a2" {
		t.Errorf("top is %s", l.Chosen().ID)
	}
	l.Step(-1)
	if l.Chosen().ID != "a1" {
		t.Errorf("below the top is %s", l.Chosen().ID)
	}
	for _, test := range []struct{ to, want int }{{2, 2}, {0, 0}, {1, 1}, {99, 2}, {-1, 0}} {
		l.Travel(test.to)
		if l.Moment() != test.want || l.Tab != "files" {
			t.Errorf("travelling to %d leads to %d, tab %s", test.to, l.Moment(), l.Tab)
		}
	}
}

func TestLessonReplacesAndUndoBringsBack(t *testing.T) {
	l, h := started(t)
	l.Edited("second.txt", "mine")
	l.OpenLesson("two")
	text := "FROM scratch\n"
	answer(t, l, h.last().ID, wire.LessonText{Workspace: wire.Workspace{Dockerfile: "Dockerfile", Files: []wire.File{{Path: "Dockerfile", Kind: "file", Text: &text}}}}, "")
	if len(l.Files) != 1 || len(h.saved) != 1 || h.former == nil {
		t.Fatalf("%d files, %d saved, former %v", len(l.Files), len(h.saved), h.former)
	}
	l.Notice.Do()
	if f := l.File("second.txt"); f == nil || *f.Text != "mine" {
		t.Errorf("undo brought back %v", f)
	}
	if f, ok := h.saved["second.txt"]; !ok || *f.Text != "mine" {
		t.Error("undo is not saved")
	}
}

func TestExport(t *testing.T) {
	l, h := started(t)
	l.Export("oci")
	if h.count(wire.MethodExport) != 0 {
		t.Fatal("exports without an image")
	}
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a")))
	l.Export("oci")
	l.Export("oci")
	if h.count(wire.MethodExport) != 1 || !l.Exporting {
		t.Fatal("want one export under way")
	}
	id := h.last().ID
	answer(t, l, id, wire.Exported{Name: "a.tar"}, "")
	if !slices.Equal(h.saves, []string{fmt.Sprint(id, " a.tar")}) || l.Exporting {
		t.Errorf("saved %v", h.saves)
	}
	l.Export("oci")
	answer(t, l, h.last().ID, nil, "too big")
	if l.Notice == nil || l.Notice.Text != "too big" || l.Exporting {
		t.Errorf("a failed export is told as %v", l.Notice)
	}
}

func TestBrokenMessageIsAnError(t *testing.T) {
	l, _ := started(t)
	for _, m := range []string{"", "{", `{"event":"built","data":3}`, `{"event":"ready","data":[]}`, `{"event":"progress","data":"x"}`} {
		if err := l.Receive([]byte(m)); err == nil {
			t.Errorf("Receive(%q) gave no error", m)
		}
	}
	if err := l.Receive([]byte(`{"id":9999,"result":1}`)); err != nil {
		t.Errorf("a late answer gave %v", err)
	}
}

func ExampleIsDockerfile() {
	fmt.Println(lab.IsDockerfile("web/Dockerfile"), lab.IsDockerfile("prod.Dockerfile"), lab.IsDockerfile("Dockerfile.dockerignore"))
	// Output: true true false
}

func TestRecipe(t *testing.T) {
	l, h := started(t)
	l.SetTab("reproduce")
	l.Flush()
	if h.count(wire.MethodReproduce) != 0 {
		t.Fatal("asks without an image")
	}
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a")))
	l.Flush()
	l.Flush()
	first := h.last()
	if h.count(wire.MethodReproduce) != 1 || l.Recipe.Loaded {
		t.Fatal("want one question under way")
	}
	event(t, l, wire.EventBuilt, built(l, image("b", "FROM b")))
	l.Flush()
	answer(t, l, h.last().ID, wire.Reproduce{Buildx: "new"}, "")
	answer(t, l, first.ID, wire.Reproduce{Buildx: "old"}, "")
	l.Flush()
	if l.Recipe.Buildx != "new" || h.filled["buildx"] != "text:new" {
		t.Errorf("shows %q, island %q: a late answer of another image counts", l.Recipe.Buildx, h.filled["buildx"])
	}
	event(t, l, wire.EventBuilt, built(l, image("c", "FROM c")))
	l.Flush()
	answer(t, l, h.last().ID, nil, "gone")
	if l.Recipe.Failure != "gone" {
		t.Errorf("a failure is told as %q", l.Recipe.Failure)
	}
	event(t, l, wire.EventBuilt, built(l, image("c", "FROM c")))
	l.Flush()
	if h.count(wire.MethodReproduce) != 4 {
		t.Error("a failure is not asked for again after a build")
	}
}

func TestStoppedBuildCanGoOn(t *testing.T) {
	l, h := started(t)
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a")))
	l.Edited("Dockerfile", "FROM a\nRUN forever")
	l.Flush()
	l.Cancel()
	answer(t, l, h.last().ID, nil, "")
	if l.Busy || !l.Stale || l.Notice == nil {
		t.Fatalf("after a stop: busy %v, stale %v, notice %v", l.Busy, l.Stale, l.Notice)
	}
	before := h.count(wire.MethodBuild)
	l.Notice.Do()
	l.Flush()
	if h.count(wire.MethodBuild) != before+1 || !l.Busy {
		t.Error("the build does not begin again")
	}
	l.Notice = nil
	l.Cancel()
	id := h.last().ID
	l.Edited("Dockerfile", "FROM b")
	answer(t, l, id, nil, "")
	if l.Notice != nil {
		t.Error("a build that has a successor is told of")
	}
}

func TestLanguageOfDiagnosticsAndFailures(t *testing.T) {
	l, h := started(t)
	advice := wire.Message{Key: "advice.usage", Args: []wire.Message{wire.Plain("FROM IMAGE")}, Text: "Write: FROM IMAGE"}
	event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Shown: -1, Diagnostics: []wire.Diagnostic{
		{File: "Dockerfile", Severity: "error", Text: wire.Plain("FROM requires one"), Detail: advice, StartLine: 1}}})
	if len(h.marks) != 1 || h.marks[0].Detail != "Write: FROM IMAGE" {
		t.Errorf("marks %+v", h.marks)
	}
	l.SetWords(words.For(words.Korean))
	if h.marks[0].Detail != "형식: FROM IMAGE" || h.marks[0].Text != "FROM requires one" {
		t.Errorf("in Korean %+v", h.marks)
	}
	l.OpenLesson("none")
	raw, err := json.Marshal(wire.Response{ID: h.last().ID, Error: "step x is gone",
		Why: wire.Message{Key: "cache.gone", Args: []wire.Message{wire.Plain("x")}, Text: "step x is gone"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Receive(raw); err != nil {
		t.Fatal(err)
	}
	if l.Notice == nil || l.Notice.Text != "x 없어짐" {
		t.Errorf("notice %+v", l.Notice)
	}
}

// Another Dockerfile that does not build shows nothing of the one before.
func TestFailedBuildOfAnotherDockerfile(t *testing.T) {
	l, _ := started(t)
	l.Add("web.Dockerfile")
	l.Flush()
	event(t, l, wire.EventBuilt, built(l, image("a", "FROM a")))
	l.UseDockerfile("web.Dockerfile")
	l.Flush()
	event(t, l, wire.EventBuilt, wire.Built{Revision: l.Revision, Dockerfile: "web.Dockerfile", Shown: -1})
	if l.Image != nil || l.Stale {
		t.Errorf("shown is %+v, stale %v", l.Image, l.Stale)
	}
}

// Only deaths without a build between them are a loop.
func TestEngineDiesAgainAfterABuild(t *testing.T) {
	l, h := started(t)
	for n := 1; n < 4; n++ {
		l.Died("out of memory")
		event(t, l, wire.EventReady, wire.Ready{Version: wire.Version})
		l.Flush()
		event(t, l, wire.EventBuilt, built(l, image("a", "FROM a")))
		if h.restarts != n || l.Phase != lab.Running {
			t.Fatalf("after %d deaths: %d restarts, phase %d", n, h.restarts, l.Phase)
		}
	}
}

// An engine that refused a workspace has nothing of it.
func TestRefusedBuildSendsContentsAgain(t *testing.T) {
	l, h := started(t)
	l.Edited("third.txt", strings.Repeat("x", 20<<10))
	l.Flush()
	r, _ := h.lastOf(wire.MethodBuild)
	answer(t, l, r.ID, nil, "no")
	l.Edited("second.txt", "other")
	l.Flush()
	if _, buffers := h.lastOf(wire.MethodBuild); len(buffers) != 1 {
		t.Errorf("%d contents are sent", len(buffers))
	}
}
