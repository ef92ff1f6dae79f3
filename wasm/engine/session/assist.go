package session

import (
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"layerlab.dev/core/assist"
	"layerlab.dev/core/build"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/standin"
	"layerlab.dev/core/vfs"
	"layerlab.dev/core/workspace"
	"layerlab.dev/wasm/wire"
)

// assist answers what helps to write a Dockerfile.
func (s *Session) assist(req wire.Request) (any, [][]byte, error) {
	switch req.Method {
	case wire.MethodComplete:
		return only(ask(req, func(p wire.Place) (wire.Completion, error) { return s.open(p).complete(), nil }))
	case wire.MethodExplain:
		return only(ask(req, func(p wire.Place) (wire.Note, error) { return s.open(p).explain(), nil }))
	case wire.MethodForm:
		return only(ask(req, func(p wire.Place) (wire.Shape, error) { return s.open(p).form(), nil }))
	case wire.MethodTidy:
		return only(ask(req, func(p wire.Place) (wire.Text, error) { return s.open(p).tidy(), nil }))
	case wire.MethodFolds:
		return only(ask(req, func(p wire.Place) ([]wire.Fold, error) { return s.open(p).folds(), nil }))
	}
	return only(ask(req, func(q wire.StageQuery) (wire.StageName, error) { return s.open(q.Place).stage(q.Name), nil }))
}

// draft is a Dockerfile that is being written, with a place in it.
type draft struct {
	file   *dockerfile.File
	at     int // bytes
	units  offsets
	around assist.Context
}

// open reads the text of a place.
func (s *Session) open(p wire.Place) *draft {
	s.mu.Lock()
	job, last := s.job, s.drafts[p.Path]
	others := map[string]*image.Image{}
	for _, d := range s.drafts {
		if d.result != nil && d.result.Image != nil && d.Path != p.Path {
			others[d.Tag] = d.result.Image
		}
	}
	s.mu.Unlock()
	u := newUnits(p.Text)
	d := &draft{at: u.bytes(p.At), units: u, around: assist.Context{Images: append(s.shelved.names(), bases()...)}}
	for tag := range others {
		d.around.Images = append(d.around.Images, tag)
	}
	slices.Sort(d.around.Images)
	find := func(name string) *image.Image {
		if last != nil && last.result != nil && last.result.Bases[name] != nil {
			return last.result.Bases[name]
		}
		if img := others[strings.TrimSuffix(name, ":latest")]; img != nil {
			return img
		}
		img, err := standin.Image(name)
		if err != nil {
			return nil // it is not told of, then
		}
		return img
	}
	if job != nil {
		o := &d.around.Options
		o.BuildArgs, o.Platform, o.Target = job.Settings.BuildArgs, job.Settings.Platform, job.Settings.Target
		if source, ok := job.Find(p.Path); ok {
			if files, err := build.Context(source.Files, source.Name); err == nil {
				d.around.Files = files
			}
		}
	}
	look(&d.around, find)
	if last != nil && last.result != nil {
		stages := last.result.Stages
		d.around.Stage = func(index, n int) (vfs.Tree, bool) { return stageFiles(stages, index, n) }
	}
	d.file = dockerfile.Parse(path.Base(p.Path), []byte(p.Text), d.around.Options)
	return d
}

// look lets help look at images.
func look(c *assist.Context, find func(name string) *image.Image) {
	c.Image = func(name string) (assist.Image, bool) {
		img := find(name)
		if img == nil {
			return assist.Image{}, false
		}
		files, err := img.Tree()
		return assist.Image{Note: img.Note, Files: files}, err == nil
	}
	c.Options.BaseImage = func(name, _ string) (dockerfile.BaseImage, bool) {
		img := find(name)
		if img == nil {
			return dockerfile.BaseImage{}, false
		}
		r := img.Config.Config
		return dockerfile.BaseImage{Platform: dockerfile.FormatPlatform(img.Platform()), Env: r.Env, WorkingDir: r.WorkingDir,
			Shell: r.Shell, OnBuild: r.OnBuild}, true
	}
}

// around is what help knows while a build is reported.
func (w *works) around(d *work) assist.Context {
	c := assist.Context{Images: append(w.shelved.names(), bases()...), Options: dockerfile.Options{BuildArgs: d.settings.BuildArgs, Platform: d.settings.Platform}}
	look(&c, func(name string) *image.Image {
		if d.result == nil {
			return nil
		}
		return d.result.Bases[name]
	})
	return c
}

// stageFiles are the files of a stage before its nth instruction.
func stageFiles(stages []*build.Stage, index, n int) (vfs.Tree, bool) {
	if index < 0 || index >= len(stages) {
		return vfs.Tree{}, false
	}
	var tree vfs.Tree
	for _, st := range stages[index].Steps {
		if !st.Trigger {
			if n--; n < 0 {
				if tree.Root() == nil {
					tree = st.Before
				}
				break
			}
		}
		if st.After.Root() != nil {
			tree = st.After
		} else {
			tree = st.Before
		}
	}
	return tree, tree.Root() != nil
}

// keepDrafts remembers the last build of each Dockerfile for help. One that
// could not be read takes the place of none.
func (s *Session) keepDrafts(w *works) {
	kept := map[string]*work{}
	for p, d := range w.state {
		kept[p] = d
		if before := s.drafts[p]; before != nil && (d.result == nil || len(d.result.Stages) == 0) {
			kept[p] = before
		}
	}
	s.drafts = kept
}

func (d *draft) complete() wire.Completion {
	got := assist.Complete(d.file, d.at, d.around)
	out := wire.Completion{From: d.units.of(got.From), Options: []wire.Option{}}
	for _, o := range got.Options {
		out.Options = append(out.Options, wire.Option{Label: o.Label, Insert: o.Insert, Kind: o.Kind,
			Detail: toPage(o.Detail), Doc: toPage(o.Doc), More: o.More})
	}
	return out
}

func (d *draft) explain() wire.Note {
	n, ok := assist.Explain(d.file, d.at, d.around)
	if !ok {
		return wire.Note{}
	}
	out := wire.Note{From: d.units.of(n.From), To: d.units.of(n.To), Title: n.Title, URL: n.URL}
	for _, l := range n.Lines {
		out.Lines = append(out.Lines, toPage(l))
	}
	return out
}

func (d *draft) form() wire.Shape {
	s, ok := assist.Form(d.file, d.at, d.around)
	if !ok {
		return wire.Shape{Parts: []string{}, Active: -1}
	}
	return wire.Shape{Parts: s.Parts, Active: s.Active, Doc: toPage(s.Doc)}
}

func (d *draft) tidy() wire.Text { return wire.Text{Text: string(assist.Tidy(d.file))} }

func (d *draft) folds() []wire.Fold {
	out := []wire.Fold{}
	for _, f := range assist.Folds(d.file) {
		out = append(out, wire.Fold{First: f.First, Last: f.Last})
	}
	return out
}

func (d *draft) stage(name string) wire.StageName {
	out := wire.StageName{Places: []wire.Span{}}
	n, ok := assist.StageName(d.file, d.at)
	if !ok {
		return out
	}
	out.Name = n.Name
	for _, p := range n.Places {
		out.Places = append(out.Places, wire.Span{From: d.units.of(p.From), To: d.units.of(p.To)})
	}
	if name != "" {
		out.Problem = toPage(assist.CheckStageName(d.file, name, n.Name))
	}
	return out
}

// fixes are ways to mend a finding in a Dockerfile as they travel.
func fixes(s workspace.Source, f *dockerfile.File, all []assist.Fix) []wire.Fix {
	if len(all) == 0 {
		return nil
	}
	u := newUnits(string(f.Source))
	var out []wire.Fix
	for _, fix := range all {
		to := wire.Fix{Title: toPage(fix.Title)}
		switch {
		case fix.Create != "":
			to.Create = path.Join(s.Context, fix.Create)
		case fix.Except != "":
			to.Create, to.Append = ignoreFile(s), "!"+fix.Except
		}
		for _, e := range fix.Edits {
			to.Edits = append(to.Edits, wire.Edit{Span: wire.Span{From: u.of(e.From), To: u.of(e.To)},
				Old: string(f.Source[e.From:e.To]), Text: e.Text})
		}
		out = append(out, to)
	}
	return out
}

// failureFixes mend what made a build fail.
func failureFixes(e *build.Error) []assist.Fix {
	switch name := e.Missing + e.Ignored; {
	case name == "" || strings.ContainsAny(name, "*?[") || strings.HasSuffix(name, "/"):
		return nil
	case e.Ignored != "":
		return []assist.Fix{assist.Except(name)}
	}
	return []assist.Fix{assist.CreateFile(e.Missing)}
}

func createFix(path string) wire.Fix {
	return wire.Fix{Title: toPage(assist.CreateFile(path).Title), Create: path}
}

// ignoreFile is the path of the .dockerignore that a Dockerfile's build reads.
func ignoreFile(s workspace.Source) string {
	name := s.Name + ".dockerignore"
	if n, err := s.Files.Stat(name); err != nil || n.Kind != vfs.File {
		name = ".dockerignore"
	}
	return path.Join(s.Context, name)
}

// offsets turns offsets in bytes into those in UTF-16 units and back.
type offsets struct {
	text  string
	ascii bool
}

func newUnits(text string) offsets {
	return offsets{text, !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })}
}

// of is an offset in UTF-16 units.
func (u offsets) of(bytes int) int {
	if u.ascii {
		return bytes
	}
	n := 0
	for _, r := range u.text[:min(bytes, len(u.text))] {
		n += utf16.RuneLen(r)
	}
	return n
}

// bytes is an offset in bytes.
func (u offsets) bytes(units int) int {
	if u.ascii {
		return max(0, min(units, len(u.text)))
	}
	for i, r := range u.text {
		if units <= 0 {
			return i
		}
		units -= utf16.RuneLen(r)
	}
	return len(u.text)
}
