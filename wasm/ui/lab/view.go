package lab

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"layerlab.dev/wasm/wire"
)

// FileView is a version of a file that is looked at.
type FileView struct {
	// Step is the one after which the file is as shown, From the step that the
	// inspector was at.
	Step, From string
	Path       string
	Tab        string
	// Command wrote the file last, where that was in a RUN, and By is its ID
	// among those of the step, "" where it is another step's.
	Command, By string
	Content     wire.FileContent
	Failure     string
	Loaded      bool

	Versions Answer[wire.Versions]
	Diff     Answer[wire.Diff]
}

// pictures are the types of files that browsers draw, by the end of their name.
var pictures = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
	".svg": "image/svg+xml", ".ico": "image/x-icon", ".avif": "image/avif", ".bmp": "image/bmp",
}

// Picture is the media type of a file that can be drawn, "" for another.
func (v *FileView) Picture() string { return pictures[strings.ToLower(path.Ext(v.Path))] }

func (v *FileView) tabs() []string {
	if v.Picture() != "" {
		return FileTabs
	}
	return slices.DeleteFunc(slices.Clone(FileTabs), func(name string) bool { return name == "picture" })
}

// Bounds of what is asked for of a file, in bytes.
const (
	firstLook = 64 << 10
	wholeLook = 4 << 20
)

// lookAt shows the content of a row's file: after the chosen step, or where it
// was last where the step does not have it.
func (l *Lab) lookAt(r *wire.Row) {
	step := l.Chosen()
	if step == nil {
		return
	}
	v := &FileView{Step: step.ID, From: step.ID, Path: r.Path, Tab: "text", Command: r.Command, By: r.By}
	if r.Change == "removed" {
		v.Step, v.Command, v.By = r.Layer, "", ""
		if v.Step == "" {
			v.Step = l.below(step.ID)
		}
	}
	if v.Picture() != "" {
		v.Tab = "picture"
	}
	l.look(v)
	l.host.Focus("tab-" + v.Tab)
}

// FollowFile shows a file by its path, as it is after a step of the shown stage.
func (l *Lab) FollowFile(step, p string) {
	if l.step(step) == nil {
		return
	}
	l.leave()
	v := &FileView{Step: step, From: l.chosen.id, Path: strings.TrimPrefix(p, "/"), Tab: "text"}
	if v.Picture() != "" {
		v.Tab = "picture"
	}
	l.look(v)
	l.host.Focus("tab-" + v.Tab)
}

// below is the step whose layer is under that of a step.
func (l *Lab) below(id string) string {
	last := ""
	for _, s := range l.ShownStage().Steps {
		if s.ID == id {
			break
		}
		if HasLayer(&s) {
			last = s.ID
		}
	}
	return last
}

// look reads a file.
func (l *Lab) look(v *FileView) {
	limit := int64(firstLook)
	if v.Picture() != "" {
		limit = wholeLook
	}
	l.View = v
	l.read(v, limit)
}

// LookFurther reads more of the file that is looked at.
func (l *Lab) LookFurther() {
	if l.View != nil {
		l.read(l.View, wholeLook)
	}
}

func (l *Lab) read(v *FileView, limit int64) {
	l.request(wire.MethodFile, wire.FileQuery{Step: v.Step, Path: v.Path, Limit: limit}, nil, func(result json.RawMessage, failure string) {
		var content wire.FileContent
		if failure == "" {
			if err := json.Unmarshal(result, &content); err != nil {
				failure = err.Error()
			}
		}
		first := !v.Loaded
		v.Failure, v.Content, v.Loaded = failure, content, true
		if first && v.Tab == "text" && content.Base64 != "" {
			v.Tab = "hex"
		}
	})
}

// LookAtVersion shows another version of the file that is looked at.
func (l *Lab) LookAtVersion(step string) {
	v := l.View
	if v == nil {
		return
	}
	other := &FileView{Step: step, From: v.From, Path: v.Path, Tab: "text", Versions: v.Versions}
	if v.Picture() != "" {
		other.Tab = "picture"
	}
	l.look(other)
	l.host.Focus("tab-" + other.Tab)
}

// Version is the index of the version that is looked at among those of the
// path, -1 where that is not known.
func (v *FileView) Version(l *Lab) int {
	st := l.ShownStage()
	at := -1
	if st == nil || !v.Versions.Ready() {
		return at
	}
	order := map[string]int{}
	for i := range st.Steps {
		order[st.Steps[i].ID] = i
	}
	for i, x := range v.Versions.Value.Versions {
		if x.Change != "removed" && order[x.Step] <= order[v.Step] {
			at = i
		}
	}
	return at
}

// Lower is the version below the one that is looked at, nil for none.
func (v *FileView) Lower(l *Lab) *wire.FileVersion {
	for i := v.Version(l) - 1; i >= 0; i-- {
		if x := &v.Versions.Value.Versions[i]; x.Change != "removed" {
			return x
		}
	}
	return nil
}

// Hidden is the version that took the one that is looked at from sight, nil
// where none did.
func (v *FileView) Hidden(l *Lab) *wire.FileVersion {
	if i := v.Version(l); i >= 0 && i+1 < len(v.Versions.Value.Versions) {
		return &v.Versions.Value.Versions[i+1]
	}
	return nil
}

// wantView asks for what is to be known of the file that is looked at.
func (l *Lab) wantView() {
	v := l.View
	if v == nil {
		return
	}
	want(l, &v.Versions, about(v.From, v.Path), wire.MethodVersions, wire.VersionsQuery{Step: v.From, Path: v.Path})
	if v.Tab != "diff" || !v.Versions.Ready() {
		return
	}
	if below := v.Lower(l); below != nil {
		want(l, &v.Diff, about(below.Step, v.Step), wire.MethodDiff, wire.DiffQuery{From: below.Step, To: v.Step, Path: v.Path})
	}
}

// showView looks at the same file again after a build, where it is still there.
func (l *Lab) showView() {
	v := l.View
	if v == nil || l.step(v.Step) != nil && l.step(v.From) != nil {
		return
	}
	l.View = nil
	step := l.Chosen()
	if step == nil || v.Step != v.From {
		return
	}
	again := &FileView{Step: step.ID, From: step.ID, Path: v.Path, Tab: v.Tab}
	l.look(again)
}

// fillView gives the file to its island.
func (l *Lab) fillView() {
	v := l.View
	if v == nil || !v.Loaded {
		return
	}
	switch c := v.Content; v.Tab {
	case "text":
		l.fill("file", "text", c.Text)
	case "hex":
		if c.Base64 != "" {
			l.fill("file", "hex", c.Base64)
		} else {
			l.fill("file", "hextext", c.Text)
		}
	case "picture":
		l.fill("file", "picture", encodeText(map[string]string{"type": v.Picture(), "base64": c.Base64, "text": c.Text, "name": path.Base(v.Path)}))
	case "diff":
		if v.Diff.Ready() {
			l.fill("file", "diff", encodeText(v.Diff.Value.Lines))
		}
	}
}

func encodeText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
