package session_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/wire"
)

func TestReady(t *testing.T) {
	p := newPage(t)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wait("Ready", func() bool { return len(p.events) > 0 })
	var ready wire.Ready
	if err := json.Unmarshal(p.events[0].Data, &ready); err != nil || p.events[0].Event != wire.EventReady {
		t.Fatalf("first event %+v, %v", p.events[0], err)
	}
	if ready.Version != wire.Version || ready.Engine != "test" || !slices.Contains(ready.Bases, "alpine") {
		t.Errorf("ready %+v", ready)
	}
}

// The stack must be the one that package build makes of the same inputs, with
// the arithmetic of ChainIDs done right.
func TestBuiltAgreesWithBuild(t *testing.T) {
	dockerfile := lines("FROM scratch", "COPY a /a", `CMD ["/a"]`, "COPY b /b")
	_, img := newPage(t).image(workspace(1, "Dockerfile", dockerfile, "a", "one", "b", "two"))

	e := vfs.New(epoch * 1e9).Edit()
	for _, f := range []struct{ path, text string }{{"/Dockerfile", dockerfile}, {"/a", "one"}, {"/b", "two"}} {
		m := vfs.Meta{Mode: 0o644, MTime: (epoch + 1000) * 1e9}
		if err := e.Place(f.path, m, vfs.String(f.text)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := build.Build(t.Context(), []byte(dockerfile), e.Tree(), build.Options{Epoch: epoch})
	if err != nil {
		t.Fatal(err)
	}
	if img.ID != string(want.Image.ID()) {
		t.Errorf("image ID %s, want %s", img.ID, want.Image.ID())
	}
	var got []string
	var parent digest.Digest
	for _, st := range steps(img) {
		if st.DiffID == "" {
			continue
		}
		got = append(got, st.DiffID)
		if st.ParentChain != string(parent) {
			t.Errorf("%s stands on %q, want %q", st.Text, st.ParentChain, parent)
		}
		parent = layer.ChainID(parent, digest.Digest(st.DiffID))
		if st.ChainID != string(parent) {
			t.Errorf("%s has ChainID %s, want %s", st.Text, st.ChainID, parent)
		}
	}
	var ids []string
	for _, d := range want.Image.DiffIDs() {
		ids = append(ids, string(d))
	}
	if !slices.Equal(got, ids) {
		t.Errorf("DiffIDs %v, want %v", got, ids)
	}
}

func TestSteps(t *testing.T) {
	_, img := newPage(t).image(workspace(1, "Dockerfile",
		lines("FROM alpine", "COPY a /data/a", "LABEL x=y", "RUN rm /data/a && echo gone", "RUN true"), "a", "twelve bytes"))
	type row struct {
		kind, keyword       string
		line                int
		empty               bool
		added, removed      int
		size, hidden, takes int64
	}
	var got []row
	for _, st := range steps(img) {
		if st.Kind == "base" {
			continue
		}
		got = append(got, row{st.Kind, st.Keyword, st.StartLine, st.Empty, st.Added, st.Removed, st.Size, st.HiddenBytes, st.RemovedBytes})
	}
	want := []row{
		{"layer", "COPY", 2, false, 2, 0, 12, 12, 0},
		{"meta", "LABEL", 3, false, 0, 0, 0, 0, 0},
		{"layer", "RUN", 4, false, 0, 1, 0, 0, 12},
		{"layer", "RUN", 5, true, 0, 0, 0, 0, 0},
	}
	if !slices.Equal(got, want) {
		t.Errorf("steps\n%+v\nwant\n%+v", got, want)
	}
	all := steps(img)
	if all[0].Kind != "base" || all[0].DiffID == "" || all[0].Added == 0 {
		t.Errorf("the base is %+v", all[0])
	}
	if base := img.Stages[img.Final].Base; base.Kind != "stand-in" || base.Name != "alpine" || base.Note.IsZero() {
		t.Errorf("the base is %+v", base)
	}
	run := all[len(all)-2]
	if run.How != "interpreted" || len(run.Output) != 1 || run.Output[0] != (wire.Output{FD: 1, Text: "gone\n"}) {
		t.Errorf("RUN says %q, %+v", run.How, run.Output)
	}
	ids := map[string]bool{}
	for _, st := range all {
		if ids[st.ID] {
			t.Errorf("two steps have the ID %s", st.ID)
		}
		ids[st.ID] = true
	}
}

// A step keeps its ID for as long as it is the same, so that the page moves
// only what changed.
func TestStepIDs(t *testing.T) {
	p := newPage(t)
	_, before := p.image(workspace(1, "Dockerfile", lines("FROM scratch", "COPY a /a", "COPY b /b"), "a", "1", "b", "2"))
	_, after := p.image(workspace(2, "Dockerfile", lines("# more", "FROM scratch", "COPY a /a", "LABEL x=y", "COPY b /b"), "a", "1", "b", "3"))
	if a, b := steps(before)[0].ID, steps(after)[0].ID; a != b {
		t.Errorf("COPY a was %s and is %s", a, b)
	}
	if a, b := steps(before)[1].ID, steps(after)[2].ID; a == b {
		t.Errorf("COPY b is still %s with other bytes", a)
	}
}

func TestCache(t *testing.T) {
	p := newPage(t)
	dockerfile := lines("FROM scratch", "COPY a /a", "COPY b /b", "COPY c /c")
	states := func(revision int, b string) []string {
		_, img := p.image(workspace(revision, "Dockerfile", dockerfile, "a", "1", "b", b, "c", "3"))
		var out []string
		for _, st := range steps(img) {
			out = append(out, st.Cache.State)
		}
		return out
	}
	for _, test := range []struct {
		b    string
		want []string
	}{
		{"2", []string{"built", "built", "built"}},
		{"2", []string{"hit", "hit", "hit"}},
		{"changed", []string{"hit", "built", "parent"}},
	} {
		if got := states(p.nextID+1, test.b); !slices.Equal(got, test.want) {
			t.Errorf("cache %v, want %v", got, test.want)
		}
	}
}

func TestHistory(t *testing.T) {
	tests := []struct {
		name, dockerfile string
	}{
		{"of an image", lines("FROM alpine", "ENV A=b", "COPY a /a")},
		{"of a stage upon a stage", lines("FROM alpine AS one", "COPY a /a", "LABEL x=y", "FROM one", "RUN echo hi >/b")},
		{"of scratch", lines("FROM scratch", "LABEL x=y", "COPY a /a")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, img := newPage(t).image(workspace(1, "Dockerfile", test.dockerfile, "a", "12345"))
			byID := map[string]wire.Step{}
			for _, st := range steps(img) {
				byID[st.ID] = st
			}
			layers := 0
			for _, h := range img.History {
				st, known := byID[h.Step]
				if !h.EmptyLayer {
					layers++
				}
				if !h.EmptyLayer && (!known || st.DiffID == "") {
					t.Errorf("%q tells of no layer", h.CreatedBy)
				}
				if known && st.CreatedBy != h.CreatedBy {
					t.Errorf("%q points to %q", h.CreatedBy, st.CreatedBy)
				}
				if known && h.Size != st.Size {
					t.Errorf("%q has %d bytes, the step %d", h.CreatedBy, h.Size, st.Size)
				}
			}
			want := 0
			for _, st := range steps(img) {
				if st.DiffID != "" {
					want++
				}
			}
			if layers != want {
				t.Errorf("the history tells of %d layers, there are %d", layers, want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name string
		ws   wire.Workspace
		file string
		line int
		text string
	}{
		{"a source that is not there", workspace(1, "Dockerfile", lines("FROM scratch", "COPY nothing /")), "Dockerfile", 2, "nothing"},
		{"a keyword that is none", workspace(1, "Dockerfile", lines("FROM scratch", "COPI a /")), "Dockerfile", 2, "COPI"},
		{"a command that fails", workspace(1, "Dockerfile", lines("FROM alpine", "RUN echo why >&2; exit 3")), "Dockerfile", 2, "exit code: 3"},
		{"a base that is not here", workspace(1, "Dockerfile", lines("FROM nobody/nothing")), "Dockerfile", 1, "nobody/nothing"},
		{"no Dockerfile", workspace(1, "a", "1"), "Dockerfile", 1, "there is no Dockerfile"},
		{"a base whose own build fails", workspace(1, "Dockerfile", lines("FROM scratch", "", "FROM base"), "base.Dockerfile", lines("FROM scratch", "COPY none /")),
			"Dockerfile", 3, "base.Dockerfile, which builds base, failed"},
		{"an image that needs itself", workspace(1, "Dockerfile", lines("FROM one"), "one.Dockerfile", lines("FROM two"), "two.Dockerfile", lines("FROM one")),
			"Dockerfile", 1, "one.Dockerfile"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			built := newPage(t).build(test.ws)
			if built.Ok || built.Shown != -1 {
				t.Fatalf("built: %+v", built)
			}
			for _, d := range built.Diagnostics {
				if d.Severity == "error" && d.File == test.file && d.StartLine == test.line && strings.Contains(d.Text.Text, test.text) {
					return
				}
			}
			t.Errorf("no error %s:%d with %q among %+v", test.file, test.line, test.text, built.Diagnostics)
		})
	}
}

// What a failed command printed is what tells why.
func TestErrorShowsOutput(t *testing.T) {
	built := newPage(t).build(workspace(1, "Dockerfile", lines("FROM alpine", "RUN echo because >&2; exit 3")))
	if len(built.Diagnostics) == 0 || !strings.Contains(built.Diagnostics[len(built.Diagnostics)-1].Detail.Text, "because") {
		t.Errorf("diagnostics %+v", built.Diagnostics)
	}
}

// What cannot be interpreted is told apart from what to do instead, in the
// problems and at the step alike.
func TestErrorAndAdvice(t *testing.T) {
	built := newPage(t).build(workspace(1, "Dockerfile", lines("FROM alpine", "RUN apk add curl")))
	if len(built.Diagnostics) == 0 || built.Failure == nil {
		t.Fatalf("built %+v", built)
	}
	d, f := built.Diagnostics[len(built.Diagnostics)-1], built.Failure
	if d.Text.Key != "shell.unsupported" || d.Detail.Key != "instead.import-or-copy" || strings.Contains(d.Text.Text, d.Detail.Text) {
		t.Errorf("says %q, advises %q", d.Text, d.Detail)
	}
	if f.Error.Text != d.Text.Text || f.Advice.Text != d.Detail.Text {
		t.Errorf("at the step: %q, %q", f.Error, f.Advice)
	}
}

// A workspace that cannot be is refused in words that the page can translate.
func TestRefusedWorkspace(t *testing.T) {
	text := func(s string) *string { return &s }
	for _, test := range []struct {
		name   string
		method string
		params any
		want   string
	}{
		{"a path that leads outside", wire.MethodBuild, wire.Workspace{Files: []wire.File{{Path: "Dockerfile", Kind: "file", Text: text("")}, {Path: "../a", Kind: "file", Text: text("")}}}, "want a relative path"},
		{"two files of one name", wire.MethodBuild, wire.Workspace{Files: []wire.File{
			{Path: "Dockerfile", Kind: "file", Text: text("")}, {Path: "Dockerfile", Kind: "file", Text: text("")}}}, "there are two of this name"},
		{"content that did not come along", wire.MethodBuild, wire.Workspace{Files: []wire.File{{Path: "a", Kind: "file", Key: "k"}}}, `a: the content "k" was not sent`},
		{"a setting that is none", wire.MethodParse, wire.Text{Text: "colour: red\n"}, `workspace, line 1: unknown setting "colour"`},
	} {
		res, _ := newPage(t).try(test.method, test.params)
		if !strings.Contains(res.Error, test.want) || res.Why.Text != res.Error || !keyed(res.Why) {
			t.Errorf("%s: %q, %+v", test.name, res.Error, res.Why)
		}
	}
}

// Columns are those of editors: UTF-16 units.
func TestDiagnosticColumns(t *testing.T) {
	built := newPage(t).build(workspace(1, "Dockerfile", lines("FROM scratch", "COPY --form=\U0001f4e6 a /"), "a", ""))
	for _, d := range built.Diagnostics {
		if d.Severity == "error" {
			if d.StartLine != 2 || d.EndColumn > len("COPY --form=xx a /") {
				t.Errorf("the error stands at %d:%d to %d:%d", d.StartLine, d.StartColumn, d.EndLine, d.EndColumn)
			}
			return
		}
	}
	t.Errorf("no error among %+v", built.Diagnostics)
}

// The page goes on showing the last good stack while a line is half typed:
// what it asks of that stack must be answered.
func TestFailedBuildKeepsResults(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM scratch", "COPY a /a"), "a", "1"))
	if built := p.build(workspace(2, "Dockerfile", lines("FROM scratch", "COP a /a"), "a", "1")); built.Ok {
		t.Fatal("COP built")
	}
	if rows := ask[wire.Rows](p, wire.MethodRows, wire.RowsQuery{Step: steps(img)[0].ID, List: "changes", Count: 10}); rows.Total != 1 {
		t.Errorf("rows %+v", rows)
	}
	ask[wire.Doc](p, wire.MethodDoc, wire.DocQuery{Image: img.ID, Name: "config"})
}

// A question about the stack on screen may cross the news of the next one, and
// a build that is kept to be compared with can be asked about for longer.
func TestQuestionsAboutEarlierBuilds(t *testing.T) {
	p := newPage(t)
	dockerfile := lines("FROM scratch", "COPY a /a")
	_, first := p.image(workspace(1, "Dockerfile", dockerfile, "a", "1"))
	p.image(workspace(2, "Dockerfile", dockerfile, "a", "22"))
	q := wire.RowsQuery{Step: steps(first)[0].ID, List: "changes", Count: 10}
	if rows := ask[wire.Rows](p, wire.MethodRows, q); rows.Total != 1 || rows.Rows[0].Size != 1 {
		t.Errorf("rows %+v", rows)
	}
	for n := range 20 {
		p.image(workspace(3+n, "Dockerfile", dockerfile, "a", strings.Repeat("3", 3+n)))
	}
	if res, _ := p.try(wire.MethodRows, q); !strings.Contains(res.Error, "is gone") {
		t.Errorf("twenty builds later: %q", res.Error)
	}
}

func TestNewerRevisionWins(t *testing.T) {
	p := newPage(t)
	big := workspace(1, "Dockerfile", lines("FROM scratch", "COPY big /"))
	big.Files = append(big.Files, wire.File{Path: "big", Kind: "file", Mode: 0o644, Generated: &wire.Generated{Kind: "random", Size: 1 << 30, Seed: 1}})
	if res, _ := p.try(wire.MethodBuild, big); res.Error != "" {
		t.Fatal(res.Error)
	}
	p.image(workspace(2, "Dockerfile", lines("FROM scratch", "COPY a /a"), "a", "1"))
	p.mu.Lock()
	for _, e := range p.events {
		var b wire.Built
		if e.Event == wire.EventBuilt && json.Unmarshal(e.Data, &b) == nil && b.Revision != 2 {
			t.Errorf("revision %d was built", b.Revision)
		}
	}
	p.mu.Unlock()
	if res, _ := p.try(wire.MethodBuild, workspace(1)); !strings.Contains(res.Error, "older") {
		t.Errorf("an older revision is answered with %q", res.Error)
	}
}

func TestSeveralDockerfiles(t *testing.T) {
	p := newPage(t)
	ws := workspace(1,
		"Dockerfile", lines("FROM base", "COPY b /b"),
		"base.Dockerfile", lines("FROM scratch", "COPY a /a"),
		"broken.Dockerfile", lines("FROM scratch", "COPY nothing /"),
		"a", "1", "b", "2")
	built, img := p.image(ws)
	if len(built.Images) != 2 || built.Images[0].Dockerfile != "base.Dockerfile" || built.Images[0].Tag != "base" {
		t.Fatalf("images %+v", built.Images)
	}
	below := steps(built.Images[0])[0]
	if got := steps(img); got[0].Kind != "base" || got[0].DiffID != below.DiffID || got[1].ParentChain != below.ChainID {
		t.Errorf("the stack is %+v", got)
	}
	if base := img.Stages[0].Base; base.Kind != "image" || base.Digest != built.Images[0].ID {
		t.Errorf("the base is %+v", base)
	}
	found := false
	for _, d := range built.Diagnostics {
		found = found || d.File == "broken.Dockerfile" && d.Severity == "error"
	}
	if !found {
		t.Errorf("broken.Dockerfile has no error among %+v", built.Diagnostics)
	}
}

// Dockerfiles in folders have these as their contexts, and misses of one are
// not explained by another.
func TestDockerfilesInFolders(t *testing.T) {
	ws := workspace(1, "v1/Dockerfile", lines("FROM scratch", "COPY src ."), "v1/src/app", "1",
		"v2/Dockerfile", lines("FROM v1", "COPY src ."), "v2/src/app", "2")
	ws.Dockerfile = "v2/Dockerfile"
	_, img := newPage(t).image(ws)
	all := steps(img)
	if len(all) != 2 || all[1].Modified != 1 || all[1].Added != 0 || all[0].HiddenBytes != 1 {
		t.Errorf("steps %+v", all)
	}
	if c := all[1].Cache; c.State != "built" || !c.Reason.IsZero() {
		t.Errorf("the first build of a step is %+v", c)
	}
}

func TestLessons(t *testing.T) {
	p := newPage(t)
	list := ask[[]wire.Lesson](p, wire.MethodLessons, nil)
	if len(list) == 0 {
		t.Fatal("there are no lessons")
	}
	for i, l := range list {
		t.Run(l.Slug, func(t *testing.T) {
			full := ask[wire.LessonText](p, wire.MethodLesson, wire.LessonQuery{Slug: l.Slug})
			for _, language := range []string{"ko", "en"} {
				if l.Title[language] == "" || full.Text[language] == "" {
					t.Errorf("nothing in %s", language)
				}
			}
			full.Workspace.Revision = i + 1
			p.image(full.Workspace)
		})
	}
}

// A workspace must come back from its text as it was, or undo, links and
// files would lose things.
func TestFormatAndParse(t *testing.T) {
	p := newPage(t)
	ws := workspace(0, "Dockerfile", lines("FROM scratch"), "empty", "", "cut", "no newline")
	ws.Files = append(ws.Files,
		wire.File{Path: "binary", Kind: "file", Mode: 0o755, Base64: "AAEC"},
		wire.File{Path: "dir", Kind: "dir", Mode: 0o700},
		wire.File{Path: "link", Kind: "symlink", Mode: 0o777, Target: "empty"},
		wire.File{Path: "zeros", Kind: "file", Mode: 0o644, MTime: "12.5", Generated: &wire.Generated{Kind: "zeros", Size: 1 << 40}},
		wire.File{Path: "random", Kind: "file", Mode: 0o644, Generated: &wire.Generated{Kind: "random", Size: 9, Seed: 7}})
	slices.SortFunc(ws.Files, func(a, b wire.File) int { return strings.Compare(a.Path, b.Path) })
	ws.Settings.BuildArgs = map[string]string{"A": "b"}
	text := ask[wire.Text](p, wire.MethodFormat, ws)
	got := ask[wire.Workspace](p, wire.MethodParse, text)
	again := ask[wire.Text](p, wire.MethodFormat, got)
	if again != text {
		t.Errorf("the text\n%s\nbecame\n%s", text.Text, again.Text)
	}
	byPath := map[string]wire.File{}
	for _, f := range got.Files {
		byPath[f.Path] = f
	}
	for _, want := range ws.Files {
		if f, ok := byPath[want.Path]; !ok || f.Kind != want.Kind || f.Mode != want.Mode || f.Base64 != want.Base64 || f.Target != want.Target {
			t.Errorf("%s came back as %+v", want.Path, f)
		}
	}
}

func TestDocuments(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /a"), "a", "1"))
	for name, want := range map[string]string{"config": img.ID, "manifest": img.ManifestDigest, "index": img.IndexDigest} {
		doc := ask[wire.Doc](p, wire.MethodDoc, wire.DocQuery{Image: img.ID, Name: name})
		if doc.Digest != want || string(digest.FromString(doc.JSON)) != want || doc.Size != int64(len(doc.JSON)) {
			t.Errorf("%s: digest %s of %d bytes, want %s", name, doc.Digest, doc.Size, want)
		}
	}
}

func TestExport(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "COPY a /a"), "a", "1"))
	for _, format := range []string{"oci", "docker"} {
		t.Run(format, func(t *testing.T) {
			res, buffers := p.try(wire.MethodExport, wire.ExportQuery{Image: img.ID, Format: format})
			if res.Error != "" || len(buffers) != 1 {
				t.Fatalf("export: %s, %d buffers", res.Error, len(buffers))
			}
			var e wire.Exported
			if err := json.Unmarshal(res.Result, &e); err != nil {
				t.Fatal(err)
			}
			if e.Size != int64(len(buffers[0])) || e.Digest != string(digest.FromBytes(buffers[0])) || e.Name != "image."+format+".tar" {
				t.Errorf("exported %+v of %d bytes", e, len(buffers[0]))
			}
			back, err := image.ReadArchive(bytes.NewReader(buffers[0]))
			if err != nil {
				t.Fatal(err)
			}
			if string(back.ID()) != img.ID {
				t.Errorf("the archive holds %s, want %s", back.ID(), img.ID)
			}
		})
	}
}

func TestKeptContent(t *testing.T) {
	p := newPage(t)
	at := 0
	ws := workspace(1, "Dockerfile", lines("FROM scratch", "COPY a /a"))
	ws.Files = append(ws.Files, wire.File{Path: "a", Kind: "file", Mode: 0o644, Key: "k1", Buffer: &at, Size: 4})
	first := p.build(ws, []byte("kept"))
	ws.Revision, ws.Files[1].Buffer = 2, nil
	second := p.build(ws)
	if !first.Ok || !second.Ok || first.Images[0].ID != second.Images[0].ID {
		t.Errorf("with the bytes %+v, with their key %+v", first, second)
	}
	ws.Revision, ws.Files[1].Key = 3, "k2"
	if res, _ := p.try(wire.MethodBuild, ws); !strings.Contains(res.Error, "k2") {
		t.Errorf("a key that was never sent is answered with %q", res.Error)
	}
}

func TestRefusals(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM scratch", "COPY a /a"), "a", "1"))
	id := steps(img)[0].ID
	tests := []struct {
		method string
		params any
		want   string
	}{
		{"dance", nil, `no method "dance"`},
		{wire.MethodRows, wire.RowsQuery{Step: "gone", List: "tar"}, "is gone"},
		{wire.MethodRows, wire.RowsQuery{Step: id, List: "songs"}, `no list "songs"`},
		{wire.MethodFile, wire.FileQuery{Step: id, Path: "/b"}, "/b"},
		{wire.MethodDoc, wire.DocQuery{Image: img.ID, Name: "letter"}, `no document "letter"`},
		{wire.MethodDoc, wire.DocQuery{Image: "sha256:0", Name: "config"}, "is gone"},
		{wire.MethodExport, wire.ExportQuery{Image: img.ID, Format: "zip"}, `no format "zip"`},
		{wire.MethodLesson, wire.LessonQuery{Slug: "no-such-lesson"}, "no-such-lesson"},
		{wire.MethodParse, wire.Text{Text: "-- ../a --\n"}, "../a"},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.want, func(t *testing.T) {
			if res, _ := p.try(test.method, test.params); !strings.Contains(res.Error, test.want) {
				t.Errorf("error %q, want one with %q", res.Error, test.want)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	p := newPage(t)
	ws := workspace(1, "Dockerfile", lines("FROM scratch", "COPY big /"))
	ws.Files = append(ws.Files, wire.File{Path: "big", Kind: "file", Mode: 0o644, Generated: &wire.Generated{Kind: "random", Size: 1 << 32, Seed: 1}})
	if res, _ := p.try(wire.MethodBuild, ws); res.Error != "" {
		t.Fatal(res.Error)
	}
	ask[struct{}](p, wire.MethodCancel, nil)
	// The builder is free again at once.
	p.image(workspace(2, "Dockerfile", lines("FROM scratch", "COPY a /a"), "a", "1"))
}

func TestReproduce(t *testing.T) {
	p := newPage(t)
	_, img := p.image(workspace(1, "Dockerfile", lines("FROM alpine", "RUN echo first", "COPY a /a"), "a", "1"))
	res, _ := p.try(wire.MethodReproduce, wire.ReproduceQuery{Image: img.ID})
	var r wire.Reproduce
	if err := json.Unmarshal(res.Result, &r); res.Error != "" || err != nil {
		t.Fatal(res.Error, err)
	}
	if r.ImageID != img.ID || r.ManifestDigest != img.ManifestDigest || len(r.DiffIDs) != 3 || !r.Interpreted || !r.Placeholders ||
		!slices.Equal(r.Bases, []string{"alpine"}) || !strings.Contains(r.Buildx, "SOURCE_DATE_EPOCH=") || !strings.Contains(r.Buildctl, "context:alpine=") {
		t.Errorf("reproduce: %+v", r)
	}
	exported, buffers := p.try(wire.MethodExport, wire.ExportQuery{Image: img.ID, Format: "reproduce"})
	if exported.Error != "" || len(buffers) != 1 {
		t.Fatalf("export: %s, %d buffers", exported.Error, len(buffers))
	}
	entries, err := layer.ReadTar(bytes.NewReader(buffers[0]))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	for _, want := range []string{"reproduce.sh", "expected.json", "context/Dockerfile", "context/a", "bases/alpine/index.json"} {
		if !slices.Contains(names, want) {
			t.Errorf("the archive lacks %s: %q", want, names)
		}
	}
}

// What a build's RUN steps mean for one who repeats it depends on what they
// stand on.
func TestReproduceOfRuns(t *testing.T) {
	tests := []struct {
		name                      string
		files                     []string
		interpreted, placeholders bool
	}{
		{"no RUN", []string{"Dockerfile", lines("FROM alpine", "COPY a /a"), "a", "1"}, false, false},
		{"a stand-in", []string{"Dockerfile", lines("FROM alpine", "RUN true")}, true, true},
		{"a stage on a stand-in", []string{"Dockerfile", lines("FROM alpine AS a", "FROM a", "RUN true")}, true, true},
		{"another image on a stand-in", []string{"Dockerfile", lines("FROM one", "RUN true"), "one.Dockerfile", lines("FROM alpine", "LABEL a=b")}, true, true},
		{"RUN in another stage only", []string{"Dockerfile", lines("FROM alpine AS a", "RUN touch /a", "FROM scratch", "COPY --from=a /a /a")}, true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPage(t)
			_, img := p.image(workspace(1, test.files...))
			r := ask[wire.Reproduce](p, wire.MethodReproduce, wire.ReproduceQuery{Image: img.ID})
			if r.Interpreted != test.interpreted || r.Placeholders != test.placeholders {
				t.Errorf("interpreted %t, placeholders %t", r.Interpreted, r.Placeholders)
			}
		})
	}
}
