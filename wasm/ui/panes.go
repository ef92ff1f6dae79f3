package main

// Panes is the bar by which narrow screens choose the one pane they show.
type Panes struct{ Part }

type paneName struct{ name, text, icon string }

func (c *Panes) list() []paneName {
	w := c.Lab.W
	return []paneName{
		{"sample", w.Sample, "#i-core"},
		{"editor", w.Editor, "#i-rename"},
		{"inspector", w.Inspector, "#i-look"},
		{"dock", w.PaneNames["bottom"], "#i-pane-bottom"},
		{"files", w.Files, "#i-file"},
	}
}
