package lab

import (
	"path"
	"slices"
	"strings"

	"layerlab.dev/wasm/wire"
)

// DefaultEpoch is 2022-01-09T00:00:00Z, the workspace's SOURCE_DATE_EPOCH
// until someone sets another.
const DefaultEpoch = 1641686400

// FirstLesson is the lesson whose workspace First is.
const FirstLesson = "five-lines"

// First is the workspace of the first visit, which the page shows before any
// program has loaded: that of FirstLesson.
func First() wire.Workspace {
	file := func(path, text string) wire.File {
		return wire.File{Path: path, Kind: "file", Mode: 0o644, Text: &text}
	}
	return wire.Workspace{
		Name:       "Five lines, four layers",
		Dockerfile: "Dockerfile",
		Settings:   wire.Settings{Epoch: DefaultEpoch},
		Files: []wire.File{
			file("Dockerfile", "FROM alpine\nRUN echo first\nCOPY ./second.txt .\nADD ./third.txt .\nCMD [\"echo\", \"fourth\"]\n"),
			file("second.txt", "second\n"),
			file("third.txt", "third\n"),
		},
	}
}

// Load begins with a workspace that the browser kept, or First. Lesson is the
// slug of the one that it came from, "" where it came from none. The tabs of
// Meta stay.
func (l *Lab) Load(ws wire.Workspace, open, lesson string) {
	tabs := l.Meta.Tabs
	l.adopt(ws)
	l.Meta.Tabs, l.Timeline = tabs, Timeline{}
	l.Meta.Lesson = lesson
	if i := l.index(open); i >= 0 {
		l.Open(open)
	} else {
		l.openDefault()
	}
	l.changed()
}

func (l *Lab) adopt(ws wire.Workspace) {
	l.Files = slices.Clone(ws.Files)
	slices.SortFunc(l.Files, byPath)
	l.Meta = Meta{Name: ws.Name, Dockerfile: ws.Dockerfile, Settings: ws.Settings}
	if l.Meta.Dockerfile == "" {
		l.Meta.Dockerfile = "Dockerfile"
	}
	l.Tree.Current = ""
}

func byPath(a, b wire.File) int { return strings.Compare(a.Path, b.Path) }

// openDefault opens the chosen Dockerfile, else the first file.
func (l *Lab) openDefault() {
	if l.index(l.Meta.Dockerfile) >= 0 {
		l.Open(l.Meta.Dockerfile)
		return
	}
	for _, f := range l.Files {
		if f.Kind == "file" {
			l.Open(f.Path)
			return
		}
	}
	l.Meta.Open = ""
	l.host.Hide()
}

// Workspace is the state's, as the engine and the lessons know it.
func (l *Lab) Workspace() wire.Workspace {
	return wire.Workspace{
		Revision: l.Revision, Name: l.Meta.Name, Files: slices.Clone(l.Files),
		Dockerfile: l.Meta.Dockerfile, Settings: l.Meta.Settings,
	}
}

// Replace puts another workspace, of a lesson or of none, in the place of this
// one, which Undo brings back.
func (l *Lab) Replace(ws wire.Workspace, lesson string) {
	former := l.Workspace()
	l.Former = &former
	l.adopt(ws)
	l.Meta.Lesson = lesson
	l.host.Forget()
	l.host.Replace(l.Meta, l.Files, l.Former)
	l.resetLook()
	l.openDefault()
	l.Notice = &Notice{Text: l.W.Replaced, Action: l.W.Undo, Do: l.restoreFormer}
	l.changed()
	l.since = l.Revision
}

func (l *Lab) restoreFormer() {
	if l.Former == nil {
		return
	}
	l.Lesson = nil
	l.Replace(*l.Former, "")
}

func (l *Lab) resetLook() {
	l.chosen, l.Hover, l.Stage, l.View = mark{}, "", -1, nil
	l.Image, l.Stale, l.Built = nil, false, nil
}

func (l *Lab) index(path string) int {
	i, found := slices.BinarySearchFunc(l.Files, wire.File{Path: path}, byPath)
	if !found {
		return -1
	}
	return i
}

// File is the file of a path, or nil.
func (l *Lab) File(path string) *wire.File {
	if i := l.index(path); i >= 0 {
		return &l.Files[i]
	}
	return nil
}

// Editable tells whether a file is text that the editor can show.
func Editable(f *wire.File) bool {
	return f != nil && f.Kind == "file" && f.Text != nil
}

// changed makes a new revision, which the next Flush builds.
func (l *Lab) changed() {
	l.Revision++
	l.needsBuild = true
}

// Open shows a file in the editor, or that it cannot be edited.
func (l *Lab) Open(path string) {
	f := l.File(path)
	if f == nil || f.Kind == "dir" {
		return
	}
	l.Tree.Current = path
	l.Tree.reveal(path)
	if l.Meta.Open != path {
		l.Meta.Open = path
		l.Meta.Tabs = l.OpenFiles()
		l.host.SaveMeta(l.Meta)
	}
	if Editable(f) {
		l.host.Show(path, *f.Text)
		l.mark()
		return
	}
	l.host.Hide()
}

// Edited takes over what the editor holds. The editor's own island has saved
// it already.
func (l *Lab) Edited(path, text string) {
	f := l.File(path)
	if f == nil || (f.Text != nil && *f.Text == text) {
		return
	}
	f.Text, f.Base64, f.Generated, f.Key, f.Size = &text, "", nil, "", 0
	l.textKeys[path]++
	l.changed()
	if n := l.Notice; n != nil && n.Of == path {
		l.Notice = nil
	}
}

// CheckPath tells whether a path can be a file's: "" where it can, else the
// reason in words. Except is a path that may be taken: the file's own.
func (l *Lab) CheckPath(p, except string) string {
	if p == "" || p != path.Clean(p) || strings.HasPrefix(p, "/") || p == "." || p == ".." || strings.HasPrefix(p, "../") || strings.ContainsAny(p, "\x00\n") {
		return l.W.NameBad
	}
	for _, name := range strings.Split(p, "/") {
		if len(name) > 255 {
			return l.W.NameBad
		}
	}
	if p != except && l.index(p) >= 0 {
		return l.W.NameTaken(p)
	}
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if f := l.File(dir); f != nil && f.Kind != "dir" {
			return l.W.NameTaken(dir)
		}
	}
	if l.hasBelow(p) && p != except {
		return l.W.NameTaken(p)
	}
	return ""
}

func (l *Lab) hasBelow(dir string) bool {
	i, _ := slices.BinarySearchFunc(l.Files, wire.File{Path: dir + "/"}, byPath)
	return i < len(l.Files) && strings.HasPrefix(l.Files[i].Path, dir+"/")
}

// put adds or replaces a file and saves it.
func (l *Lab) put(f wire.File) {
	i, found := slices.BinarySearchFunc(l.Files, f, byPath)
	if found {
		l.Files[i] = f
	} else {
		l.Files = slices.Insert(l.Files, i, f)
	}
	l.textKeys[f.Path]++
	l.host.Save(f)
}

// Add makes an empty text file and opens it.
func (l *Lab) Add(path string) (problem string) {
	if problem = l.CheckPath(path, ""); problem != "" {
		return problem
	}
	empty := ""
	l.put(wire.File{Path: path, Kind: "file", Mode: 0o644, Text: &empty})
	l.Open(path)
	l.changed()
	return ""
}

// AddMany takes over files from outside; those of the same path are replaced.
func (l *Lab) AddMany(files []wire.File) {
	if len(files) == 0 {
		return
	}
	for _, f := range files {
		l.put(f)
		// The editor keeps what it has of a file until it is told to forget it.
		l.host.Forget(f.Path)
	}
	if l.index(l.Meta.Dockerfile) < 0 {
		if d := l.Dockerfiles(); len(d) > 0 {
			l.UseDockerfile(d[0])
		}
	}
	l.Open(files[0].Path)
	l.changed()
}

// Rename moves a file, or a folder with all below it.
func (l *Lab) Rename(from, to string) (problem string) {
	if from == to {
		return ""
	}
	if problem = l.CheckPath(to, from); problem != "" {
		return problem
	}
	if strings.HasPrefix(to, from+"/") {
		return l.W.NameBad
	}
	moved := l.take(from)
	for _, f := range moved {
		old := f.Path
		f.Path = to + strings.TrimPrefix(old, from)
		l.put(f)
		l.host.Renamed(old, f.Path)
		if l.Meta.Dockerfile == old {
			l.Meta.Dockerfile = f.Path
		}
		if l.Meta.Open == old {
			l.Meta.Open = f.Path
		}
		if i := slices.Index(l.Meta.Tabs, old); i >= 0 {
			l.Meta.Tabs[i] = f.Path
		}
	}
	l.host.SaveMeta(l.Meta)
	l.Tree.Current = to
	l.Tree.reveal(to)
	l.changed()
	return ""
}

// take removes a path and all below it and gives what was there.
func (l *Lab) take(path string) []wire.File {
	var taken []wire.File
	l.Files = slices.DeleteFunc(l.Files, func(f wire.File) bool {
		if f.Path != path && !strings.HasPrefix(f.Path, path+"/") {
			return false
		}
		taken = append(taken, f)
		return true
	})
	for _, f := range taken {
		l.host.Remove(f.Path)
	}
	return taken
}

// Delete removes a file or a folder; the notice brings it back.
func (l *Lab) Delete(path string) {
	l.Observe()
	next := l.Tree.neighbour(l.TreeRows(), path)
	taken := l.take(path)
	if len(taken) == 0 {
		return
	}
	for _, f := range taken {
		l.host.Forget(f.Path)
	}
	l.Tree.Current = next
	if l.index(l.Meta.Open) < 0 {
		if Editable(l.File(next)) {
			l.Open(next)
		} else {
			l.openDefault()
		}
		l.Tree.Current = next
	}
	l.changed()
	l.Notice = &Notice{Text: l.W.Deleted(path), Action: l.W.Undo, Do: l.takeBack(func() {
		for _, f := range taken {
			l.put(f)
		}
		l.Open(taken[0].Path)
		l.changed()
	})}
}

// Executable tells whether a file may be executed.
func Executable(f *wire.File) bool { return f != nil && f.Kind == "file" && f.Mode&0o111 != 0 }

// ToggleExecutable lets everyone execute a file, or nobody.
func (l *Lab) ToggleExecutable(path string) {
	f := l.File(path)
	if f == nil || f.Kind != "file" {
		return
	}
	if Executable(f) {
		f.Mode &^= 0o111
	} else {
		f.Mode |= 0o111
	}
	l.host.Save(*f)
	l.changed()
}

// Dockerfiles lists the paths that look like Dockerfiles, the chosen one with
// them whatever its name.
func (l *Lab) Dockerfiles() []string {
	var out []string
	for _, f := range l.Files {
		if f.Kind == "file" && (f.Path == l.Meta.Dockerfile || IsDockerfile(f.Path)) {
			out = append(out, f.Path)
		}
	}
	return out
}

// IsDockerfile tells by its name whether the engine builds a file: Dockerfile,
// Dockerfile.NAME or NAME.Dockerfile.
func IsDockerfile(p string) bool {
	name := path.Base(p)
	if strings.HasSuffix(name, ".dockerignore") {
		return false
	}
	return name == "Dockerfile" || strings.HasPrefix(name, "Dockerfile.") || strings.HasSuffix(name, ".Dockerfile")
}

// UseDockerfile chooses the Dockerfile whose image is shown.
func (l *Lab) UseDockerfile(path string) {
	if path == l.Meta.Dockerfile {
		return
	}
	l.Meta.Dockerfile = path
	l.host.SaveMeta(l.Meta)
	l.chosen, l.Stage = mark{}, -1
	l.changed()
	l.since = l.Revision
}

// rewrite gives a text file another content, also in the editor.
func (l *Lab) rewrite(path, text string) {
	f := l.File(path)
	if !Editable(f) || *f.Text == text {
		return
	}
	next := *f
	next.Text = &text
	l.put(next)
	l.host.Rewrite(path, text)
	l.Open(path)
	l.changed()
}
