package lab

import (
	"slices"
)

// LayerTabs are the inspector's tabs of the chosen step, FileTabs those of a
// file that is looked at.
var (
	LayerTabs = []string{"changes", "files", "tar", "digests", "cache", "commands"}
	FileTabs  = []string{"text", "hex", "picture", "diff", "versions"}
)

// Documents are the tabs of the image that show one of its documents.
var Documents = []string{"config", "manifest", "index"}

// ImageTabs are the inspector's tabs of the image in rows, with the words of
// the lesson where one is open.
func (l *Lab) ImageTabs() [][]string {
	tabs := [][]string{append([]string{"history"}, Documents...), {"waste", "cost", "compare", "reproduce"}}
	if l.Lesson != nil {
		tabs[1] = append(tabs[1], "lesson")
	}
	return tabs
}

// hasTab tells whether the inspector has a tab of the image or of layers.
func (l *Lab) hasTab(name string) bool {
	return slices.Contains(slices.Concat(append(l.ImageTabs(), LayerTabs)...), name)
}

// Level is what the inspector looks at: the "image", a "layer" or a "file".
func (l *Lab) Level() string {
	switch {
	case l.View != nil:
		return "file"
	case slices.Contains(LayerTabs, l.Tab):
		return "layer"
	}
	return "image"
}

// TabRows are the tabs of the level that is looked at.
func (l *Lab) TabRows() [][]string {
	switch l.Level() {
	case "file":
		return [][]string{l.View.tabs()}
	case "layer":
		return [][]string{LayerTabs}
	}
	return l.ImageTabs()
}

// ShownTab is the chosen one of TabRows.
func (l *Lab) ShownTab() string {
	if l.View != nil {
		return l.View.Tab
	}
	return l.Tab
}

// SetTab chooses a tab, of whatever level it is.
func (l *Lab) SetTab(name string) {
	if slices.Contains(FileTabs, name) {
		if l.View != nil {
			l.View.Tab = name
		}
		return
	}
	l.Tab, l.View, l.Header = name, nil, Header{}
	l.tabOf[l.Level()] = name
}

// SetLevel looks at the image, the chosen layer or the file again, in the tab
// that was used there last.
func (l *Lab) SetLevel(level string) {
	switch {
	case level == l.Level():
		l.Header = Header{}
	case level != "file":
		l.SetTab(l.tabOf[level])
	}
}

// ShowStep chooses a step to look into it.
func (l *Lab) ShowStep(id string) {
	l.Choose(id)
	l.Drawer = true
	if l.Level() == "image" {
		l.SetLevel("layer")
	}
}

// place is what the inspector was looking at before a link was followed.
type place struct {
	tab, step string
	stage     int
	view      *FileView
}

// maxTrail is how many places the way back has.
const maxTrail = 50

// leave remembers the place before a link is followed.
func (l *Lab) leave() {
	l.trail = append(l.trail, place{l.Tab, l.chosen.id, l.Stage, l.View})
	l.trail = l.trail[max(len(l.trail)-maxTrail, 0):]
}

// CanGoBack tells whether a link was followed to here.
func (l *Lab) CanGoBack() bool { return len(l.trail) > 0 }

// Back returns to the place where the last link was followed.
func (l *Lab) Back() {
	if len(l.trail) == 0 {
		return
	}
	p := l.trail[len(l.trail)-1]
	l.trail = l.trail[:len(l.trail)-1]
	l.Stage = p.stage
	l.Choose(p.step)
	l.SetTab(p.tab)
	if p.view != nil && l.step(p.view.Step) != nil {
		l.View = p.view
	}
	l.host.Focus("tab-" + l.ShownTab())
}

// Follow goes to what a digest names: a document of the image, or a layer.
func (l *Lab) Follow(digest string) {
	tab, step := l.named(digest)
	if tab == "" {
		return
	}
	l.leave()
	if step != "" {
		l.Stage = -1
		l.Choose(step)
	}
	l.SetTab(tab)
	l.Drawer = true
	l.host.Focus("tab-" + tab)
}

// FollowStep goes to a step of the shown stage, in a tab of layers.
func (l *Lab) FollowStep(id, tab string) {
	if l.step(id) == nil {
		return
	}
	l.leave()
	l.Choose(id)
	l.SetTab(tab)
	l.host.Focus("tab-" + tab)
}

// named is the tab, and the step, that show what a digest names; "" where that
// is nothing of the image.
func (l *Lab) named(digest string) (tab, step string) {
	if l.Image == nil || digest == "" {
		return "", ""
	}
	switch digest {
	case l.Image.ID:
		return "config", ""
	case l.Image.ManifestDigest:
		return "manifest", ""
	case l.Image.IndexDigest:
		return "index", ""
	}
	st := &l.Image.Stages[l.Image.Final]
	for i := range st.Steps {
		if s := &st.Steps[i]; s.DiffID == digest || s.Digest == digest || s.ChainID == digest {
			return "digests", s.ID
		}
	}
	return "", ""
}

// Names says in words what a digest of the image names, "" for nothing.
func (l *Lab) Names(digest string) string {
	tab, step := l.named(digest)
	switch {
	case tab == "":
		return ""
	case step == "":
		return l.W.Tabs[tab]
	}
	return l.W.Layer(LayerNumber(&l.Image.Stages[l.Image.Final], step))
}

// links are the digests of the image that name something, with what they name.
func (l *Lab) links() map[string]string {
	out := map[string]string{}
	add := func(d string) {
		if name := l.Names(d); name != "" {
			out[d] = name
		}
	}
	add(l.Image.ID)
	add(l.Image.ManifestDigest)
	for _, s := range l.Image.Stages[l.Image.Final].Steps {
		add(s.DiffID)
		add(s.Digest)
	}
	return out
}

// NumberOf is the number of the layer of a step that is looked into, 0 for none.
func (l *Lab) NumberOf(step string) int {
	if st, _ := l.StageOf(step); st != nil {
		return LayerNumber(st, step)
	}
	return 0
}
