//go:build !js

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"

	"github.com/vugu/vugu/staticrender"
)

// The places of index.html that firstPicture fills.
const (
	pictureFrom   = "<!-- first picture: go run ./wasm/ui -->"
	pictureTo     = "<!-- /first picture -->"
	workspaceFrom = `<script type="application/json" id="workspace">`
	workspaceTo   = `</script>`
)

// fillPage puts the components' first picture and the first workspace into
// the page's text, so that what is there before any program looks as it does
// afterwards.
func fillPage(page string) (string, error) {
	picture, err := firstPicture()
	if err != nil {
		return "", err
	}
	page, err = between(page, pictureFrom, pictureTo, "\n"+picture+"\n")
	if err != nil {
		return "", err
	}
	workspace, err := json.Marshal(struct {
		wire.Workspace
		Lesson string `json:"lesson"`
	}{lab.First(), lab.FirstLesson})
	if err != nil {
		return "", err
	}
	return between(page, workspaceFrom, workspaceTo, string(workspace))
}

func between(text, from, to, with string) (string, error) {
	head, rest, ok := strings.Cut(text, from)
	_, tail, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return "", fmt.Errorf("the page has no %q with %q after it", from, to)
	}
	return head + from + with + to + tail, nil
}

// firstPicture renders the page as it is before the first build, with the
// lines of the open file where the editor will be.
func firstPicture() (string, error) {
	l := lab.New(nowhere{}, words.For(words.English))
	l.Load(lab.First(), "", lab.FirstLesson)
	desk := &Desk{Lab: l, invalidate: func() {}}
	var b bytes.Buffer
	r := staticrender.New(&b)
	env, err := newBuildEnv(desk, r.EventEnv())
	if err != nil {
		return "", err
	}
	root := &Root{}
	root.Wire(desk)
	if err := r.Render(env.RunBuild(root)); err != nil {
		return "", fmt.Errorf("first picture: %w", err)
	}
	var lines strings.Builder
	lines.WriteString(`<pre class="plain">`)
	for _, line := range lab.SplitLines(*l.File(l.Meta.Open).Text) {
		fmt.Fprintf(&lines, "<code>%s</code>\n", escape(line))
	}
	lines.WriteString("</pre></lab-editor>")
	return strings.Replace(b.String(), "</lab-editor>", lines.String(), 1), nil
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// nowhere is a Host without a browser.
type nowhere struct{}

var _ lab.Host = nowhere{}

func (nowhere) Send(string, []lab.Buffer)                      {}
func (nowhere) RestartEngine()                                 {}
func (nowhere) Save(wire.File)                                 {}
func (nowhere) Remove(string)                                  {}
func (nowhere) SaveMeta(lab.Meta)                              {}
func (nowhere) Replace(lab.Meta, []wire.File, *wire.Workspace) {}
func (nowhere) Borrow(lab.Meta, []wire.File)                   {}
func (nowhere) Mine()                                          {}
func (nowhere) Keep(lab.Meta, []wire.File)                     {}
func (nowhere) Publish(string)                                 {}
func (nowhere) Looked(string)                                  {}
func (nowhere) Unread(string)                                  {}
func (nowhere) Show(string, string)                            {}
func (nowhere) Hide()                                          {}
func (nowhere) Forget(...string)                               {}
func (nowhere) Renamed(string, string)                         {}
func (nowhere) Rewrite(string, string)                         {}
func (nowhere) Edit(string, []wire.Edit)                       {}
func (nowhere) Answer(int, string)                             {}
func (nowhere) Marks(string, []lab.Mark)                       {}
func (nowhere) Light(lab.Lines, lab.Lines)                     {}
func (nowhere) Goto(int, int)                                  {}
func (nowhere) Fill(string, string, string)                    {}
func (nowhere) Download(int, string)                           {}
func (nowhere) Focus(string)                                   {}
func (nowhere) Reveal(string)                                  {}
func (nowhere) ScrollTo(string, int, int)                      {}
func (nowhere) Update()                                        {}
func (nowhere) SaveText(string, string)                        {}
func (nowhere) Unfold(string)                                  {}
