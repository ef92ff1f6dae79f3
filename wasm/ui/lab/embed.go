package lab

// Embed says how the page is inside another one.
type Embed struct {
	Views    []string `json:"views"` // "stack", "editor", "output", or a tab of the inspector
	ReadOnly bool     `json:"readOnly"`
}

// BeEmbedded shows what the page around asked for. The link of what is shown is
// kept at hand: it leads from there to the whole page.
func (l *Lab) BeEmbedded(e Embed) {
	l.Embed = &e
	l.Share.Open = true
	for _, view := range e.Views {
		if l.hasTab(view) {
			l.SetTab(view)
			return
		}
	}
}

// looked tells the page around what is looked at now.
func (l *Lab) looked() {
	if l.Embed != nil && l.Share.Loaded && l.Share.View != l.Share.told {
		l.Share.told = l.Share.View
		l.host.Looked(l.Share.View)
	}
}
