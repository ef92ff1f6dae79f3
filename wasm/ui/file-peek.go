package main

import (
	"slices"

	"layerlab.dev/wasm/ui/lab"
	"layerlab.dev/wasm/wire"
)

// FilePeek shows a version of a file: its text or bytes, what it looks like, how
// it differs from the version below, and its versions in all layers.
type FilePeek struct{ Part }

func (c *FilePeek) tab() string { return c.Lab.View.Tab }

// list tells whether the versions are listed.
func (c *FilePeek) list() bool { return c.tab() == "versions" }

// bytes tells whether the content is shown as it is.
func (c *FilePeek) bytes() bool { return slices.Contains([]string{"text", "hex"}, c.tab()) }

// whole tells whether no more can be read than is here.
func (c *FilePeek) whole() bool {
	v := c.Lab.View.Content
	return max(len(v.Text), len(v.Base64)*3/4) >= 4<<20
}

// State says why there is nothing to see, "" where there is.
func (c *FilePeek) State() string {
	v, w := c.Lab.View, c.Lab.W
	switch {
	case c.list():
		return ""
	case v.Failure != "":
		return v.Failure
	case !v.Loaded:
		return w.LoadingRows
	case !v.Content.Absent.IsZero():
		return w.Say(v.Content.Absent)
	}
	switch {
	case c.tab() == "text" && v.Content.Base64 != "":
		return w.NotText
	case c.tab() == "picture" && v.Content.Cut:
		return w.PictureTooBig
	case c.tab() == "diff":
		return c.noDiff()
	case v.Content.Size == 0:
		return w.EmptyFile
	}
	return ""
}

// noDiff says why there is no comparison, "" where there is.
func (c *FilePeek) noDiff() string {
	v, w := c.Lab.View, c.Lab.W
	switch {
	case v.Versions.Failure != "":
		return v.Versions.Failure
	case !v.Versions.Ready():
		return w.LoadingRows
	case v.Lower(c.Lab) == nil:
		return w.NoVersionBelow
	case v.Diff.Failure != "":
		return v.Diff.Failure
	case !v.Diff.Ready():
		return w.LoadingRows
	}
	return w.NoDiff[v.Diff.Value.Why]
}

func (c *FilePeek) facts() string {
	v, w := c.Lab.View, c.Lab.W
	if !v.Loaded || v.Failure != "" {
		return ""
	}
	text := c.Lab.Size(v.Content.Size)
	if at := v.Version(c.Lab); at >= 0 {
		x := v.Versions.Value.Versions[at]
		text += ", " + modeString(x.Type, x.Mode) + ", " + w.InLayer(c.number(x.Step))
	}
	if v.Tab == "diff" && v.Diff.Ready() && v.Diff.Value.Why == "" {
		text = w.DiffOf(c.number(v.Lower(c.Lab).Step), v.Diff.Value.Removed, v.Diff.Value.Added)
	}
	return text
}

// fate says what became of the version that is looked at in later layers.
func (c *FilePeek) fate() string {
	x := c.Lab.View.Hidden(c.Lab)
	if x == nil || c.list() {
		return ""
	}
	if x.Change == "removed" {
		return c.Lab.W.GoneBy(c.number(x.Step))
	}
	return c.Lab.W.ReplacedBy(c.number(x.Step))
}

// seeFate goes to the layer that hides the version.
func (c *FilePeek) seeFate() {
	if x := c.Lab.View.Hidden(c.Lab); x != nil {
		c.Lab.FollowStep(x.Step, "changes")
	}
}

// versions are those of the path, newest first.
func (c *FilePeek) versions() []wire.FileVersion {
	out := slices.Clone(c.Lab.View.Versions.Value.Versions)
	slices.Reverse(out)
	return out[:min(len(out), 200)]
}

// shown is the index of the version that is looked at among versions.
func (c *FilePeek) shown() int {
	return len(c.Lab.View.Versions.Value.Versions) - 1 - c.Lab.View.Version(c.Lab)
}

func (c *FilePeek) number(step string) string { return layerNumber(c.Lab, step) }

func (c *FilePeek) layer(step string) string { return c.Lab.W.Layer(c.Lab.NumberOf(step)) }

func (c *FilePeek) instruction(step string) string {
	if st := c.Lab.ShownStage(); st != nil {
		for i := range st.Steps {
			if st.Steps[i].ID == step {
				return lab.Title(&st.Steps[i])
			}
		}
	}
	return ""
}

// what says what a layer did to the file.
func (c *FilePeek) what(v wire.FileVersion) string {
	w := c.Lab.W
	switch {
	case v.Via != "":
		return w.Changed["removed"] + ", " + w.GoneWith(v.Via)
	case v.Change == "removed":
		return w.Changed["removed"]
	case v.Type == "file":
		return w.Changed[v.Change] + ", " + c.Lab.Size(v.Size)
	}
	return w.Changed[v.Change] + ", " + w.Kind[v.Type]
}
